//! Which messages of a room are here, and which are still to be asked for.

use super::intervals::Intervals;

/// The messages of a room that are here, by their `seq`.
#[derive(Debug, Default)]
pub(super) struct Coverage {
    /// The messages that are here, and those that are not to be had.
    here: Intervals,
    /// All after this is to be here: what is older is asked for only as the user comes there. `None`
    /// until something is asked for.
    begin: Option<u64>,
    /// The newest message that ever was here.
    last: u64,
    /// The newest message of the room, here or not.
    reached: u64,
    older: Older,
}

/// Whether there are messages that are older than all that are here.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
enum Older {
    /// There are, if the oldest that is here is not the first of the room.
    #[default]
    Unknown,
    /// The oldest to be had is here.
    None,
    /// They were cleared from the screen, or there are no messages at all.
    Unwanted,
}

impl Coverage {
    /// That message is here.
    pub(super) fn insert(&mut self, seq: u64) {
        self.here.insert(seq, seq);
        self.last = self.last.max(seq);
    }

    /// The room has messages up to `seq`.
    pub(super) fn reach(&mut self, seq: u64) {
        self.reached = self.reached.max(seq);
    }

    /// A page of older messages is here, which goes on to `before`, the oldest that was here; now it is
    /// `oldest`. Whether it `is_last`: there is nothing older.
    pub(super) fn insert_older(&mut self, before: Option<u64>, oldest: Option<u64>, is_last: bool) {
        if let (Some(before), Some(oldest)) = (before, oldest) {
            self.here.insert(oldest, before);
        }
        if is_last {
            self.older = if oldest.is_some() { Older::None } else { Older::Unwanted };
            self.here.insert(1, oldest.unwrap_or_default().saturating_sub(1));
        }
    }

    /// That message was the oldest, and is here no more.
    pub(super) fn drop_oldest(&mut self, seq: u64) {
        self.here.remove_to(seq);
        self.begin = self.begin.map(|begin| begin.max(seq));
        if self.older == Older::None {
            self.older = Older::Unknown;
        }
    }

    /// Nothing is here any more, nor asked for again.
    pub(super) fn clear(&mut self) {
        self.begin = self.begin.map(|begin| begin.max(self.last));
        self.here.clear();
        self.older = Older::Unwanted;
    }

    /// All after `seq` is asked for, and is to be here; unless that was so of more already.
    pub(super) fn begin_after(&mut self, seq: u64) {
        self.begin.get_or_insert(seq);
    }

    /// All up to `seq` is here, as far as it is still to be had.
    pub(super) fn is_complete_to(&mut self, seq: u64) {
        self.here.insert(self.since() + 1, seq);
        self.begin = Some(self.begin.map_or(seq, |begin| begin.max(seq)));
    }

    /// The last message before the first gap: all after it has to be asked for. What comes live before
    /// what was asked for is behind a gap, too.
    pub(super) fn since(&self) -> u64 {
        match self.begin {
            Some(begin) => self.here.around(begin + 1).map_or(begin, |(_, last)| last),
            None => self.here.first().map_or(self.last, |(_, last)| last),
        }
    }

    /// Whether nothing is missing between `read` and what is here: nobody has read what was never here.
    pub(super) fn goes_on_from(&self, read: u64) -> bool {
        let since = self.since();
        let first = self.here.around(since).map_or(since + 1, |(first, _)| first);
        !self.has_begun() || first <= read.saturating_add(1)
    }

    /// Whether it is known from where on all is to be here.
    pub(super) const fn has_begun(&self) -> bool {
        self.begin.is_some() || self.last > 0
    }

    /// The newest message that ever was here, 0 for none.
    pub(super) const fn last(&self) -> u64 {
        self.last
    }

    /// The newest message of the room, here or not.
    pub(super) const fn reached(&self) -> u64 {
        self.reached
    }

    /// Whether the room has older messages than `oldest`, the oldest that is here, as far as is known.
    pub(super) fn lacks_older(&self, oldest: Option<u64>) -> bool {
        self.older == Older::Unknown && oldest.unwrap_or(self.reached + 1) > 1
    }
}

#[cfg(test)]
mod tests {
    use std::collections::BTreeSet;

    use proptest::prelude::*;

    use super::*;

    proptest! {
        /// However the messages come, and whatever is dropped: what is asked for next begins where the first
        /// gap does, and no message that was never here counts as read.
        #[test]
        fn what_is_missing_is_asked_for_and_not_read(
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
                    prop_assert_eq!(coverage.goes_on_from(read), is_all || !coverage.has_begun());
                }
            }
        }

        /// Nothing is forgotten: what is asked for next never moves back.
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
                    0 => coverage.is_complete_to(seq),
                    1 => coverage.clear(),
                    2 => coverage.begin_after(seq),
                    _ => coverage.insert(seq),
                }
                prop_assert!(coverage.since() >= since);
                since = coverage.since();
            }
        }
    }

    #[test]
    fn a_gap_in_what_is_not_to_be_had_is_none() {
        let mut coverage = Coverage::default();
        coverage.begin_after(10);
        coverage.insert(15);
        assert_eq!((coverage.since(), coverage.goes_on_from(9)), (10, false));
        coverage.is_complete_to(15);
        assert_eq!((coverage.since(), coverage.goes_on_from(10)), (15, true));
        coverage.insert(8);
        coverage.insert_older(Some(15), Some(8), true);
        assert!(coverage.goes_on_from(0), "there is nothing older than 8");
        assert!(!coverage.lacks_older(Some(8)));
        coverage.drop_oldest(8);
        assert!(!coverage.goes_on_from(0) && coverage.lacks_older(Some(15)));
    }
}
