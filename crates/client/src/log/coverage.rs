//! Which messages of a room are loaded, and which are still to be asked for.

use super::intervals::Intervals;

/// The messages of a room that are loaded, by `seq`.
#[derive(Debug, Default)]
pub(super) struct Coverage {
    /// The messages that are loaded, and those that the server does not have.
    here: Intervals,
    /// Lower bound of the loaded range: later messages are loaded at once, earlier ones as the user scrolls
    /// up. If the window is cut, later messages are loaded as the user scrolls down, too. `None` until
    /// messages are asked for.
    begin: Option<u64>,
    /// The newest message that was ever loaded or left out.
    last: u64,
    /// The newest message of the room, loaded or not.
    reached: u64,
    older: OlderMessages,
    /// Whether the window ends before the newest message: later ones are not in it.
    is_cut: bool,
}

/// Whether there are messages older than all loaded ones.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
enum OlderMessages {
    /// There are, unless the oldest loaded one is the first of the room.
    #[default]
    Unknown,
    /// The oldest that the server has is loaded.
    None,
}

impl Coverage {
    /// That message is loaded.
    pub(super) fn insert(&mut self, seq: u64) {
        self.here.insert(seq, seq);
        self.last = self.last.max(seq);
    }

    /// Whether a message that comes is one of the window. A message before the window, or after its end,
    /// would leave a gap.
    pub(super) fn is_wanted(&self, seq: u64) -> bool {
        if self.is_cut && seq > self.since() {
            return false;
        }
        self.begin.is_none_or(|begin| seq > begin) || self.here.around(seq).is_some()
    }

    /// The room has messages up to `seq`.
    pub(super) fn reach(&mut self, seq: u64) {
        self.reached = self.reached.max(seq);
    }

    /// A page of older messages is loaded, up to `before`, the oldest until now; now it is `oldest`.
    /// `is_last`: there are no older ones.
    pub(super) fn insert_older(&mut self, before: Option<u64>, oldest: Option<u64>, is_last: bool) {
        if let (Some(before), Some(oldest)) = (before.or(self.begin), oldest) {
            self.here.insert(oldest, before);
        }
        if is_last {
            self.older = OlderMessages::None;
            self.here.insert(1, oldest.unwrap_or_default().saturating_sub(1));
        }
    }

    /// All messages after the window up to `to` are loaded, or the server does not have them.
    pub(super) fn insert_newer(&mut self, to: u64) {
        self.here.insert(self.since() + 1, to);
        self.last = self.last.max(to);
        self.is_cut = to < self.reached;
    }

    /// The oldest message, this one, is removed.
    pub(super) fn drop_oldest(&mut self, seq: u64) {
        self.here.remove_to(seq);
        self.begin = self.begin.map(|begin| begin.max(seq));
        self.older = OlderMessages::Unknown;
    }

    /// All messages after `seq` are removed. They are loaded again as the user scrolls down.
    pub(super) fn cut_after(&mut self, seq: u64) {
        self.here.remove_after(seq);
        self.begin = Some(self.begin.map_or(seq, |begin| begin.min(seq)));
        self.is_cut = seq < self.reached;
    }

    /// All messages are removed. The window has those that follow after `seq`, as the user scrolls.
    pub(super) fn restart_after(&mut self, seq: u64) {
        self.here.clear();
        self.older = OlderMessages::Unknown;
        self.begin = Some(seq);
        self.is_cut = seq < self.reached;
    }

    /// All messages are removed. The window has those that come from now on.
    pub(super) fn restart_at_newest(&mut self) {
        self.last = self.last.max(self.reached).max(self.begin.unwrap_or_default());
        self.restart_after(self.last);
    }

    /// All messages after `seq` are asked for, unless earlier ones were already.
    pub(super) fn begin_after(&mut self, seq: u64) {
        self.begin.get_or_insert(seq);
    }

    /// All messages up to `seq` are loaded, as far as the server has them.
    pub(super) fn complete_to(&mut self, seq: u64) {
        if self.is_cut {
            return;
        }
        self.here.insert(self.since() + 1, seq);
        self.begin = Some(self.begin.map_or(seq, |begin| begin.max(seq)));
    }

    /// The last message before the first gap: all after it have to be asked for. A message that came live
    /// before those that were asked for is after a gap, too.
    pub(super) fn since(&self) -> u64 {
        match self.begin {
            Some(begin) => self.here.around(begin + 1).map_or(begin, |(_, last)| last),
            None => self.here.first().map_or(self.last, |(_, last)| last),
        }
    }

    /// The last number of those that are loaded without a gap after `read`; `read` itself if there are none.
    pub(super) fn loaded_after(&self, read: u64) -> u64 {
        self.here.around(read.saturating_add(1)).map_or(read, |(_, last)| last)
    }

    /// Whether a number is loaded, or the server does not have it.
    pub(super) fn is_here(&self, seq: u64) -> bool {
        self.here.around(seq).is_some()
    }

    /// The first number of the window, whose oldest message is `oldest`; `None` if it is empty.
    pub(super) fn first(&self, oldest: Option<u64>) -> Option<u64> {
        let around = oldest.unwrap_or_else(|| self.since());
        self.here.around(around).map(|(first, _)| first).or(oldest)
    }

    /// Whether no message is missing after `read`: a message that was never loaded is not read.
    pub(super) fn is_complete_after(&self, read: u64) -> bool {
        let since = self.since();
        let first = self.here.around(since).map_or(since + 1, |(first, _)| first);
        !self.has_begun() || first <= read.saturating_add(1)
    }

    /// Whether the first message after `read` is in the window, or is to come without being asked for.
    pub(super) fn has_after(&self, read: u64) -> bool {
        if self.is_cut {
            return self.is_complete_after(read) && read < self.since();
        }
        self.is_complete_after(read) || self.begin.is_none_or(|begin| begin <= read)
    }

    /// Whether messages were loaded or asked for.
    pub(super) const fn has_begun(&self) -> bool {
        self.begin.is_some() || self.last > 0
    }

    /// Whether the window ends before the newest message.
    pub(super) const fn is_cut(&self) -> bool {
        self.is_cut
    }

    /// The newest message that was ever loaded or left out; 0 if there is none.
    pub(super) const fn last(&self) -> u64 {
        self.last
    }

    /// The newest message of the room, loaded or not.
    pub(super) const fn reached(&self) -> u64 {
        self.reached
    }

    /// Whether the room has messages older than `oldest`, the oldest loaded one, as far as is known.
    pub(super) fn lacks_older(&self, oldest: Option<u64>) -> bool {
        let oldest = oldest.unwrap_or(self.reached + 1);
        let before = self.here.around(oldest.saturating_sub(1));
        self.older == OlderMessages::Unknown
            && oldest > 1
            && before.is_none_or(|(first, _)| first > 1)
    }
}

#[cfg(test)]
mod tests {
    use std::collections::BTreeSet;

    use proptest::prelude::*;

    use super::*;

    proptest! {
        /// In whatever order messages come and are dropped, the next request begins at the first gap, and no message
        /// that was never here counts as read.
        #[test]
        fn missing_messages_are_loaded_and_do_not_count_as_read(
            begin in prop::option::of(0_u64..20),
            steps in prop::collection::vec((0_u8..4, 1_u64..40), 0..60),
        ) {
            let mut coverage = Coverage::default();
            let mut here = BTreeSet::new();
            let mut dropped = 0;
            if let Some(begin) = begin {
                coverage.begin_after(begin);
            }
            for (step, seq) in steps {
                match here.first().copied() {
                    Some(oldest) if step == 0 => {
                        here.remove(&oldest);
                        coverage.drop_oldest(oldest);
                        dropped = dropped.max(oldest);
                    }
                    _ if seq > dropped => {
                        here.insert(seq);
                        coverage.insert(seq);
                    }
                    _ => {}
                }
                let since = coverage.since();
                if let Some(begin) = begin.map(|begin| begin.max(dropped)) {
                    prop_assert!(since >= begin);
                    prop_assert!((begin + 1..=since).all(|seq| here.contains(&seq)), "{since} {here:?}");
                    prop_assert!(!here.contains(&(since + 1)), "{since} {here:?}");
                }
                for read in 0..45 {
                    let is_all = (read + 1..=since).all(|seq| here.contains(&seq));
                    prop_assert_eq!(coverage.is_complete_after(read), is_all || !coverage.has_begun());
                }
            }
        }

        /// Nothing is forgotten: the beginning of the next request never moves back.
        #[test]
        fn since_only_rises(
            begin in 0_u64..20,
            steps in prop::collection::vec((0_u8..5, 1_u64..40), 0..60),
        ) {
            let mut coverage = Coverage::default();
            coverage.begin_after(begin);
            let mut since = coverage.since();
            for (step, seq) in steps {
                match step {
                    0 => coverage.complete_to(seq),
                    1 => coverage.restart_at_newest(),
                    2 => coverage.begin_after(seq),
                    _ => coverage.insert(seq),
                }
                prop_assert!(coverage.since() >= since);
                since = coverage.since();
            }
        }
    }

    #[test]
    fn a_gap_that_the_server_cannot_fill_does_not_count() {
        let mut coverage = Coverage::default();
        coverage.begin_after(10);
        coverage.insert(15);
        assert_eq!((coverage.since(), coverage.is_complete_after(9)), (10, false));
        coverage.complete_to(15);
        assert_eq!((coverage.since(), coverage.is_complete_after(10)), (15, true));
        coverage.insert(8);
        coverage.insert_older(Some(15), Some(8), true);
        assert!(coverage.is_complete_after(0), "there is nothing older than 8");
        assert!(!coverage.lacks_older(Some(8)));
        coverage.drop_oldest(8);
        assert!(!coverage.is_complete_after(0) && coverage.lacks_older(Some(15)));
    }
}
