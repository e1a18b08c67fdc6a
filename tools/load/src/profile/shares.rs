//! The shares of the daemon's time, in one line.

use std::fmt;

use super::sample::Sample;

/// The thread that stores messages.
const JOURNAL: &str = "journal";

/// The kernel's function behind every write to a client.
const WRITING: &str = "tcp_sendmsg";

/// Samples of each kind.
#[derive(Debug, Default, PartialEq, Eq)]
pub(super) struct Shares {
    writing: u64,
    other_in_kernel: u64,
    sessions: u64,
    journal: u64,
    journal_in_kernel: u64,
}

impl Shares {
    pub(super) fn add(&mut self, Sample { thread, frames }: &Sample) {
        let is_in_kernel = frames.first().is_some_and(|frame| frame.is_kernel);
        let is_writing = frames.iter().any(|frame| frame.is_kernel && frame.name == WRITING);
        let kind = match (thread == JOURNAL, is_in_kernel) {
            (true, true) => &mut self.journal_in_kernel,
            (true, false) => &mut self.journal,
            (false, true) if is_writing => &mut self.writing,
            (false, true) => &mut self.other_in_kernel,
            (false, false) => &mut self.sessions,
        };
        *kind += 1;
    }
}

impl fmt::Display for Shares {
    #[allow(clippy::cast_precision_loss, reason = "figures for a person")]
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let Self { writing, other_in_kernel, sessions, journal, journal_in_kernel } = self;
        let all = (writing + other_in_kernel + sessions + journal + journal_in_kernel).max(1);
        let of = |kind: &u64| *kind as f64 / all as f64 * 100.0;
        write!(
            f,
            "{:.0} % writing, in the kernel; {:.0} % sessions; {:.0} % sessions, elsewhere in the \
             kernel; {:.0} % the journal's own; {:.0} % the journal, in the kernel",
            of(writing),
            of(sessions),
            of(other_in_kernel),
            of(journal),
            of(journal_in_kernel),
        )
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::profile::sample::read;

    #[test]
    fn each_sample_is_counted_in_one_kind() {
        let output = "\
worker
\tffffffff81000001 copy
\tffffffff81000002 tcp_sendmsg
\t    7f02 write

worker
\tffffffff81000003 ep_poll

worker
\t    7f03 serve

journal
\t    7f04 insert

journal
\tffffffff81000004 ext4_sync
\t    7f05 fsync
";
        let mut shares = Shares::default();
        read(output.as_bytes(), |sample| shares.add(sample)).unwrap();
        let Shares { writing, other_in_kernel, sessions, journal, journal_in_kernel } = shares;
        assert_eq!([writing, other_in_kernel, sessions, journal, journal_in_kernel], [1; 5]);
        assert!(shares.to_string().starts_with("20 % writing, in the kernel; 20 % sessions;"));
    }
}
