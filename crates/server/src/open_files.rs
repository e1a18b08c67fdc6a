//! How many files the system lets the daemon open, and what follows from it.

use anyhow::ensure;
use tracing::warn;

use chat_server::config::{CONTROL_SESSIONS_MAX, TURNED_AWAY_MAX, TURNED_AWAY_MIN};

use crate::sockets::LISTENERS_MAX;

/// Files that the daemon has open besides connections and listeners: standard input, output and error,
/// the log; 8 of the runtime; 5 of the journal's writer; 8 of its readers; 11 of the search index, its readers and its
/// connections to the journal; the control socket, [`CONTROL_SESSIONS_MAX`] connections to it and one more; and
/// [`TURNED_AWAY_MIN`] for connections past the limit, one of them just accepted. 40, three more, and 10.
const FILES_BESIDES: usize = 44 - 1 + 2 + CONTROL_SESSIONS_MAX;

/// How many connections the open files allow.
#[derive(Debug, PartialEq, Eq)]
pub(crate) struct ConnectionLimits {
    /// Connections that are served.
    pub(crate) connections: usize,
    /// Connections past the limit that stay open for a moment.
    pub(crate) turned_away: usize,
}

/// Asks the system for as many open files as `max_connections` and `listeners` need, since many
/// systems grant a program 1,024 unless it asks for more. Returns what the granted files allow.
///
/// # Errors
/// Returns an error if they allow none.
pub(crate) fn connections_allowed(
    max_connections: usize,
    listeners: usize,
) -> anyhow::Result<ConnectionLimits> {
    let besides = FILES_BESIDES + listeners.min(LISTENERS_MAX);
    let wanted = max_connections.saturating_add(besides + TURNED_AWAY_MAX - TURNED_AWAY_MIN);
    let granted = match rlimit::increase_nofile_limit(wanted as u64) {
        Ok(granted) => usize::try_from(granted).unwrap_or(usize::MAX),
        Err(error) => {
            warn!(%error, "cannot ask the system for more open files");
            return Ok(ConnectionLimits {
                connections: max_connections,
                turned_away: TURNED_AWAY_MIN,
            });
        }
    };
    let limits = limits(granted, besides, max_connections);
    ensure!(
        limits.connections > 0,
        "the system lets this program open {granted} files, and it needs {} at least; raise the \
         limit (ulimit -n, or LimitNOFILE= of systemd)",
        besides + 1
    );
    if limits.connections < max_connections {
        let connections = limits.connections;
        warn!(
            "the system grants {granted} open files: {connections} connections at most, not \
             {max_connections}; raise the limit (ulimit -n, or LimitNOFILE= of systemd) for more"
        );
    }
    Ok(limits)
}

fn limits(granted: usize, besides: usize, max_connections: usize) -> ConnectionLimits {
    let free = granted.saturating_sub(besides);
    let connections = free.min(max_connections);
    let turned_away = (TURNED_AWAY_MIN + free - connections).min(TURNED_AWAY_MAX);
    ConnectionLimits { connections, turned_away }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn connections_leave_files_for_all_else() {
        for (granted, max_connections, connections, turned_away) in [
            (20_000, 10_000, 10_000, 64),
            (10_040, 10_000, 10_000, 12),
            (1_024, 10_000, 992, 4),
            (32, 10_000, 0, 4),
            (3, 10_000, 0, 4),
        ] {
            let expected = ConnectionLimits { connections, turned_away };
            assert_eq!(limits(granted, 32, max_connections), expected, "{granted}");
        }
    }
}
