//! A run: messages of one device whose numbers and places increase by one.

/// A run of messages. [`Run::checked`] makes sure that its end is in range.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(in crate::journal::sqlite) struct Run {
    first: u64,
    place: i64,
    count: u64,
}

impl Run {
    pub(super) const fn one(n: u64, place: i64) -> Self {
        Self { first: n, place, count: 1 }
    }

    /// The run of these values; `None` if they are impossible.
    pub(super) fn checked(first: u64, place: i64, count: u64) -> Option<Self> {
        let more = count.checked_sub(1)?;
        first.checked_add(more)?;
        place.checked_add_unsigned(more)?;
        Some(Self { first, place, count })
    }

    /// Its lowest number.
    pub(super) const fn first(self) -> u64 {
        self.first
    }

    /// Its greatest number.
    pub(super) const fn last(self) -> u64 {
        self.first + (self.count - 1)
    }

    /// Number of its messages.
    pub(super) const fn count(self) -> u64 {
        self.count
    }

    pub(in crate::journal::sqlite) fn place_of(self, n: u64) -> Option<i64> {
        let index = n.checked_sub(self.first).filter(|index| *index < self.count)?;
        self.place.checked_add_unsigned(index)
    }

    /// The places of its messages, the first and the last.
    pub(in crate::journal::sqlite) fn places(self) -> [i64; 2] {
        [self.place, self.place.saturating_add_unsigned(self.count - 1)]
    }

    /// The run with `next` after it, if that continues it.
    pub(super) fn joined(self, next: Self) -> Option<Self> {
        let continues = self.last().checked_add(1) == Some(next.first)
            && self.place.checked_add_unsigned(self.count) == Some(next.place);
        continues.then(|| Self { count: self.count + next.count, ..self })
    }

    /// The part with numbers below `n`.
    pub(super) fn below(self, n: u64) -> Option<Self> {
        let count = n.saturating_sub(self.first).min(self.count);
        (count > 0).then_some(Self { count, ..self })
    }

    /// The part with numbers from `n` on.
    pub(super) fn starting_at(self, n: u64) -> Option<Self> {
        let skipped = n.saturating_sub(self.first);
        let count = self.count.checked_sub(skipped).filter(|count| *count > 0)?;
        let place = self.place.checked_add_unsigned(skipped)?;
        Some(Self { first: self.first + skipped, place, count })
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_run_is_joined_with_a_run_that_continues_it() {
        let run = Run::one(u64::MAX - 1, 40);
        for (n, place) in [(u64::MAX, 42), (u64::MAX - 1, 41)] {
            assert_eq!(run.joined(Run::one(n, place)), None);
        }
        let run = run.joined(Run::one(u64::MAX, 41)).unwrap();
        assert_eq!(run.joined(Run::one(0, 42)), None);
        assert_eq!((run.last(), run.count), (u64::MAX, 2));
        assert_eq!((run.place_of(u64::MAX), run.place_of(3)), (Some(41), None));
    }

    #[test]
    fn a_run_that_ends_out_of_range_is_invalid() {
        for (first, place, count) in
            [(u64::MAX, 40, 2), (2, i64::MAX, 2), (2, 40, 0), (2, 40, u64::MAX)]
        {
            assert_eq!(Run::checked(first, place, count), None);
        }
        let greatest = Run::checked(u64::MAX, i64::MAX, 1).unwrap();
        assert_eq!(greatest.joined(Run::one(0, i64::MIN)), None);
        assert_eq!(greatest.last(), u64::MAX);
    }

    #[test]
    fn the_parts_of_a_run_have_their_places() {
        let run = Run::checked(5, 100, 4).unwrap();
        assert_eq!((run.below(5), run.starting_at(9)), (None, None));
        assert_eq!((run.below(9), run.starting_at(5)), (Some(run), Some(run)));
        assert_eq!((run.below(u64::MAX), run.starting_at(0)), (Some(run), Some(run)));
        assert_eq!(run.below(7), Run::checked(5, 100, 2));
        assert_eq!(run.starting_at(7), Run::checked(7, 102, 2));
    }
}
