use std::collections::BTreeMap;

use proptest::prelude::*;

use super::*;

fn run(first: u64, place: i64, count: u64) -> Run {
    Run::checked(first, place, count).unwrap()
}

fn runs(all: &[(u64, i64, u64)]) -> Runs {
    let mut runs = Runs::default();
    all.iter().for_each(|(first, place, count)| runs.put(run(*first, *place, *count)));
    runs
}

/// Each number with its place.
fn places(runs: &Runs) -> BTreeMap<u64, i64> {
    let numbers = |run: Run| (run.first()..=run.last()).map(move |n| (n, run.place_of(n).unwrap()));
    runs.iter().flat_map(numbers).collect()
}

#[test]
fn a_number_that_is_used_again_splits_a_run() {
    let mut parted = runs(&[(5, 100, 4)]);
    for (n, place) in [(6, 900), (5, 901), (8, 902), (2, 903)] {
        parted.put(Run::one(n, place));
    }
    let found: Vec<_> = (1..=9).map(|n| parted.place_of(n)).collect();
    let expected = [None, Some(903), None, None, Some(901), Some(900), Some(102), Some(902), None];
    assert_eq!(found, expected);
    assert_eq!((parted.first(), parted.last()), (Some(2), Some(8)));
}

#[test]
fn a_run_is_removed_with_its_last_message() {
    let mut left = runs(&[(1, 100, 3), (4, 900, 1)]);
    for (n, place, is_removed) in
        [(1, 100, false), (2, 101, false), (3, 7, false), (3, 102, true), (3, 102, false)]
    {
        assert_eq!(left.remove_ended(n, place), is_removed, "{n} at {place}");
    }
    assert_eq!(left, runs(&[(4, 900, 1)]));
}

#[test]
fn a_hundred_senders_in_turn_take_four_bytes_for_each_message() {
    let all: Vec<_> = (0..100_u64).map(|n| (n + 1, (1 << 40) + 100 * n.cast_signed(), 1)).collect();
    let rows = runs(&all).to_rows();
    assert_eq!(rows.len(), 1);
    assert!(rows[0].list.len() <= 4 * 100 + 8, "{} bytes", rows[0].list.len());
}

#[test]
fn an_invalid_list_is_not_read() {
    let row = runs(&[(7, 1 << 40, 3), (20, 5, 1)]).to_rows().remove(0);
    assert_eq!(row.first, 7);
    for len in 0..row.list.len() {
        let read = Runs::of_row(7, &row.list[..len]);
        assert!(read.is_none_or(|read| read == runs(&[(7, 1 << 40, 3)])), "{len} bytes");
    }
    let long = [0xFF; 11];
    for (first, list) in [
        (7, &[1, 0, 0][..]),    // begins with another number
        (7, &[0, 0]),           // ends in a run
        (7, &long),             // a number of more than 64 bits
        (u64::MAX, &[0, 0, 1]), // a number above the greatest
        (u64::MAX, &[0, 0, 0, 0, 0, 0]),
    ] {
        assert_eq!(Runs::of_row(first, list), None, "{list:?}");
    }
}

fn any_run() -> impl Strategy<Value = Run> {
    let first = prop_oneof![0..60_u64, u64::MAX - 60..=u64::MAX];
    let place = prop_oneof![0..500_i64, any::<i64>()];
    (first, place, 1..8_u64)
        .prop_filter_map("out of range", |(first, place, count)| Run::checked(first, place, count))
}

proptest! {
    #[test]
    fn each_number_leads_to_where_it_was_put_last(put in prop::collection::vec(any_run(), 0..40)) {
        let (mut all, mut model) = (Runs::default(), BTreeMap::new());
        for run in put {
            all.put(run);
            model.extend(places(&Runs(vec![run])));
        }
        prop_assert_eq!(&places(&all), &model);
        prop_assert!(all.0.windows(2).all(|pair| pair[0].last() < pair[1].first()));
        for n in (0..70).chain(u64::MAX - 70..=u64::MAX) {
            prop_assert_eq!(all.place_of(n), model.get(&n).copied());
        }
    }

    #[test]
    fn rows_are_read_as_they_were_written(put in prop::collection::vec(any_run(), 1..120)) {
        let mut all = Runs::default();
        put.into_iter().for_each(|run| all.put(run));
        let rows = all.to_rows();
        let read: Vec<Run> = rows
            .iter()
            .flat_map(|row| Runs::of_row(row.first, &row.list).unwrap().0)
            .collect();
        prop_assert_eq!(Runs(read), all);
        prop_assert!(rows.iter().all(|row| row.list.len() < LIST_BYTES + 30));
    }

    #[test]
    fn a_split_leaves_each_number_on_its_side(
        put in prop::collection::vec(any_run(), 0..20),
        end in prop_oneof![0..70_u64, u64::MAX - 70..=u64::MAX],
    ) {
        let mut all = Runs::default();
        put.into_iter().for_each(|run| all.put(run));
        let (mut above, mut below) = (places(&all), places(&all));
        above.retain(|n, _| *n >= end);
        below.retain(|n, _| *n < end);
        prop_assert_eq!(places(&all.take_below(end)), below);
        prop_assert_eq!(places(&all), above);
    }

    #[test]
    fn a_list_of_any_bytes_is_read_or_refused(
        first in any::<u64>(),
        list in prop::collection::vec(any::<u8>(), 0..40),
    ) {
        if let Some(read) = Runs::of_row(first, &list) {
            prop_assert_eq!(read.first(), Some(first));
            prop_assert!(read.0.windows(2).all(|pair| pair[0].last() < pair[1].first()));
        }
    }
}
