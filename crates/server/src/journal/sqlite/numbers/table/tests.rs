use std::collections::BTreeMap;

use chat_proto::DeviceId;
use proptest::prelude::*;

use super::super::run::Run;
use super::*;
use crate::journal::sqlite::file;

fn device(name: &str) -> Device {
    (UserId::new(7), DeviceId::new(name).unwrap())
}

fn one(n: u64, place: i64) -> Runs {
    let mut runs = Runs::default();
    runs.put(Run::one(n, place));
    runs
}

/// All rows, each with the lowest and the greatest of its numbers.
fn rows(db: &Connection) -> Vec<(u64, u64)> {
    let sql = format!("SELECT {COLUMNS} FROM sent ORDER BY from_id, device, n");
    let mut statement = db.prepare(&sql).unwrap();
    let ends = |runs: Runs| (runs.first().unwrap(), runs.last().unwrap());
    statement.query_map([], runs_of).unwrap().map(|runs| ends(runs.unwrap())).collect()
}

#[test]
fn numbers_that_are_merged_again_change_nothing() {
    let (db, laptop) = (file::open_memory().unwrap(), device("laptop"));
    let mut all = Runs::default();
    (1..=300).for_each(|n| all.put(Run::one(n, 1000 - n.cast_signed())));
    merge(&db, &laptop, all.clone()).unwrap();
    let before = rows(&db);
    assert!(before.len() > 1, "{before:?}");
    merge(&db, &laptop, all).unwrap();
    assert_eq!(rows(&db), before);
    assert_eq!(last(&db, &laptop).unwrap(), Some(300));
    assert_eq!(last(&db, &device("phone")).unwrap(), None);
}

#[test]
fn a_row_grows_until_it_is_long() {
    let (db, laptop) = (file::open_memory().unwrap(), device("laptop"));
    for n in 1..=300_u64 {
        merge(&db, &laptop, one(n, 1000 - n.cast_signed())).unwrap();
    }
    let rows = rows(&db);
    assert!((2..5).contains(&rows.len()), "{rows:?}");
}

#[test]
fn a_row_is_removed_with_its_last_run() {
    let (db, laptop, phone) = (file::open_memory().unwrap(), device("laptop"), device("phone"));
    for n in [1, 3, 5] {
        merge(&db, &laptop, one(n, 10 * n.cast_signed())).unwrap();
        merge(&db, &phone, one(n, 10 * n.cast_signed() + 1)).unwrap();
    }
    let removed = vec![(phone.clone(), 5, 51), (laptop.clone(), 1, 10), (laptop.clone(), 4, 40)];
    forget(&db, removed).unwrap();
    assert_eq!(rows(&db), [(3, 5), (1, 3)]);
    forget(&db, vec![(laptop.clone(), 5, 50), (laptop.clone(), 3, 30)]).unwrap();
    assert_eq!(rows(&db), [(1, 3)]);
    assert_eq!(place_of(&db, &phone, 3).unwrap(), Some(31));
}

/// Numbers with consecutive places.
type Put = (bool, u64, u64);

fn any_put() -> impl Strategy<Value = Put> {
    (any::<bool>(), 0..400_u64, 1..40_u64)
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(64))]

    /// Includes numbers between others, numbers that are used again, and runs across the ends of rows.
    #[test]
    fn a_table_has_what_was_merged_last(put in prop::collection::vec(any_put(), 1..60)) {
        let db = file::open_memory().unwrap();
        let mut model = BTreeMap::new();
        let mut place = 1;
        for (is_scattered, first, count) in put {
            let (mut runs, step) = (Runs::default(), if is_scattered { 2 } else { 1 });
            for n in first..first + count {
                runs.put(Run::one(n, place));
                model.insert(n, place);
                place += step;
            }
            merge(&db, &device("laptop"), runs).unwrap();
        }
        for n in 0..450 {
            prop_assert_eq!(place_of(&db, &device("laptop"), n).unwrap(), model.get(&n).copied());
        }
        let rows = rows(&db);
        prop_assert!(rows.windows(2).all(|pair| pair[0].1 < pair[1].0), "{:?}", rows);
    }
}
