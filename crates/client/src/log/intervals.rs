//! A set of numbers as intervals.

use std::collections::BTreeMap;

/// A set of numbers: the first of each interval, with its last. Between two intervals at least one number is
/// missing.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub(crate) struct Intervals(BTreeMap<u64, u64>);

impl Intervals {
    /// Adds all numbers from `first` to `last`, both included.
    pub(crate) fn insert(&mut self, first: u64, last: u64) {
        if first > last {
            return;
        }
        let (mut first, mut last) = (first, last);
        // Those that overlap it or touch it become one with it.
        while let Some((from, to)) = self.up_to(last.saturating_add(1)) {
            if to.saturating_add(1) < first {
                break;
            }
            self.0.remove(&from);
            (first, last) = (first.min(from), last.max(to));
        }
        self.0.insert(first, last);
    }

    /// Removes one number.
    pub(crate) fn remove(&mut self, number: u64) {
        let Some((from, to)) = self.around(number) else { return };
        self.0.remove(&from);
        if from < number {
            self.0.insert(from, number - 1);
        }
        if number < to {
            self.0.insert(number + 1, to);
        }
    }

    /// Removes all numbers up to `last`.
    pub(crate) fn remove_to(&mut self, last: u64) {
        while let Some((from, to)) = self.first().filter(|(from, _)| *from <= last) {
            self.0.remove(&from);
            if to > last {
                self.0.insert(last + 1, to);
            }
        }
    }

    /// Removes all numbers after `first`.
    pub(crate) fn remove_after(&mut self, first: u64) {
        let Some(next) = first.checked_add(1) else { return };
        self.0.split_off(&next);
        if let Some((from, to)) = self.up_to(first).filter(|(_, to)| *to > first) {
            self.0.insert(from, first.min(to));
        }
    }

    pub(crate) fn clear(&mut self) {
        self.0.clear();
    }

    /// How many intervals there are.
    pub(crate) fn len(&self) -> usize {
        self.0.len()
    }

    /// How many numbers are greater than `number`.
    pub(crate) fn count_after(&self, number: u64) -> u64 {
        let count = |(from, to): (&u64, &u64)| to - number.max(from.saturating_sub(1)).min(*to);
        self.0.iter().rev().take_while(|(_, to)| **to > number).map(count).sum()
    }

    /// The interval with the least numbers.
    pub(crate) fn first(&self) -> Option<(u64, u64)> {
        self.0.first_key_value().map(|(from, to)| (*from, *to))
    }

    /// The interval that a number is in.
    pub(crate) fn around(&self, number: u64) -> Option<(u64, u64)> {
        self.up_to(number).filter(|(_, to)| *to >= number)
    }

    /// The last interval that begins at `number` or before.
    fn up_to(&self, number: u64) -> Option<(u64, u64)> {
        self.0.range(..=number).next_back().map(|(from, to)| (*from, *to))
    }
}

#[cfg(test)]
mod tests {
    use std::collections::BTreeSet;

    use proptest::prelude::*;

    use super::*;

    proptest! {
        /// It is the set that it stands for, in as few intervals as there can be.
        #[test]
        fn intervals_are_a_set(steps in prop::collection::vec((0_u8..5, 0_u64..60, 0_u64..9), 0..40)) {
            let (mut intervals, mut set) = (Intervals::default(), BTreeSet::new());
            for (step, number, length) in steps {
                match step {
                    0 => {
                        intervals.remove_to(number);
                        set.retain(|other| *other > number);
                    }
                    1 => {
                        intervals.remove_after(number);
                        set.retain(|other| *other <= number);
                    }
                    2 => {
                        intervals.remove(number);
                        set.remove(&number);
                    }
                    _ => {
                        intervals.insert(number, number + length);
                        set.extend(number..=number + length);
                    }
                }
                let all: Vec<(u64, u64)> = intervals.0.iter().map(|(from, to)| (*from, *to)).collect();
                prop_assert!(all.iter().all(|(from, to)| from <= to), "{all:?}");
                prop_assert!(all.windows(2).all(|pair| pair[0].1 + 1 < pair[1].0), "{all:?}");
                let numbers: BTreeSet<u64> = all.iter().flat_map(|(from, to)| *from..=*to).collect();
                prop_assert_eq!(&numbers, &set);
                for number in 0..70 {
                    let after = set.iter().filter(|other| **other > number).count() as u64;
                    prop_assert_eq!(intervals.count_after(number), after);
                    let around = intervals.around(number);
                    prop_assert_eq!(around.is_some(), set.contains(&number));
                    prop_assert!(around.is_none_or(|(from, to)| (from..=to).contains(&number)));
                }
                prop_assert_eq!(intervals.first().map(|(from, _)| from), set.first().copied());
            }
        }

        /// The order in which the numbers come does not matter, nor whether one comes twice.
        #[test]
        fn the_order_of_insertions_does_not_matter(mut ranges in prop::collection::vec((0_u64..60, 0_u64..9), 0..20)) {
            let all = |ranges: &[(u64, u64)]| {
                let mut intervals = Intervals::default();
                for (first, length) in ranges {
                    intervals.insert(*first, first + length);
                }
                intervals
            };
            let one = all(&ranges);
            ranges.reverse();
            prop_assert_eq!(&all(&ranges), &one);
            ranges.extend(ranges.clone());
            prop_assert_eq!(all(&ranges), one);
        }
    }

    #[test]
    fn the_greatest_number_is_one_like_any_other() {
        let mut intervals = Intervals::default();
        intervals.insert(u64::MAX, u64::MAX);
        intervals.insert(u64::MAX - 1, u64::MAX - 1);
        assert_eq!(intervals.first(), Some((u64::MAX - 1, u64::MAX)));
        intervals.remove_after(u64::MAX);
        assert_eq!(intervals.first(), Some((u64::MAX - 1, u64::MAX)));
        intervals.insert(5, 4);
        assert_eq!(intervals.around(5), None);
        intervals.remove_to(u64::MAX);
        assert_eq!(intervals, Intervals::default());
    }
}
