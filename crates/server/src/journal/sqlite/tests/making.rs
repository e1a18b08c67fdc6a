//! A disk that fails while a journal is created.

use super::layer::{Fault, Layer, Plan};
use super::*;

/// A new journal gets its name once it is whole.
#[test]
fn a_disk_that_fails_while_a_journal_is_created_leaves_none_or_a_whole_one() {
    let layer = Layer::new();
    for after in 0.. {
        let directory = TempDir::new().unwrap();
        let path = file::of(directory.path());
        let plan = Plan { fault: Fault::Torn, calls: &[], after, lasts: true, files: "" };
        layer.fail(plan);
        let made = file::open_through(Some(&layer.name), &path, Durability::Disk);
        let has_fired = layer.fired() > 0;
        assert!(made.is_ok() || has_fired, "{made:?}");
        drop(made);
        layer.heal();
        let made = file::open_through(Some(&layer.name), &path, Durability::Disk).unwrap();
        assert_eq!(read_all(&made.db, clock()).unwrap().0.rooms.len(), 1, "after {after} calls");
        if !has_fired {
            assert!(after > 30, "{after}");
            break;
        }
    }
}
