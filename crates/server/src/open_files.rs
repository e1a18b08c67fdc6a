//! How many files the system lets the daemon open, and what follows from it.

use anyhow::ensure;
use tracing::warn;

use crate::sockets::LISTENERS_MAX;

/// Files that the daemon has open besides connections and listeners: standard input, output and error,
/// the log; 8 of the runtime; 5 of the journal's writer; 8 of its readers; and one for a connection
/// that is accepted in order to be refused. 26, and some more.
const FILES_BESIDES: usize = 32 - 1;

/// Asks the system for as many open files as `max_connections` and `listeners` need, since many
/// systems grant a program 1,024 unless it asks for more. Returns how many connections the granted
/// files allow.
///
/// # Errors
/// If they allow none.
pub(crate) fn connections_allowed(
    max_connections: usize,
    listeners: usize,
) -> anyhow::Result<usize> {
    let besides = FILES_BESIDES + listeners.min(LISTENERS_MAX);
    let wanted = max_connections.saturating_add(besides);
    let granted = match rlimit::increase_nofile_limit(wanted as u64) {
        Ok(granted) => usize::try_from(granted).unwrap_or(usize::MAX),
        Err(error) => {
            warn!(%error, "cannot ask the system for more open files");
            return Ok(max_connections);
        }
    };
    let allowed = allowed(granted, besides, max_connections);
    ensure!(
        allowed > 0,
        "the system lets this program open {granted} files, and it needs {} at least; raise the \
         limit (ulimit -n, or LimitNOFILE= of systemd)",
        besides + 1
    );
    if allowed < max_connections {
        warn!(
            "the system grants {granted} open files: {allowed} connections at most, not \
             {max_connections}; raise the limit (ulimit -n, or LimitNOFILE= of systemd) for more"
        );
    }
    Ok(allowed)
}

fn allowed(granted: usize, besides: usize, max_connections: usize) -> usize {
    granted.saturating_sub(besides).min(max_connections)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn connections_leave_files_for_all_else() {
        assert_eq!(allowed(20_000, 32, 10_000), 10_000);
        assert_eq!(allowed(1_024, 32, 10_000), 992);
        assert_eq!(allowed(32, 32, 10_000), 0);
        assert_eq!(allowed(3, 32, 10_000), 0);
    }
}
