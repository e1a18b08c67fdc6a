//! Files that cannot be written for a while.

use super::*;

/// Stands in the way of every new version of a file, as a full disk would.
fn block(path: &Path) -> PathBuf {
    let mut beside = path.as_os_str().to_owned();
    beside.push(format!(".new-{}", std::process::id()));
    fs::create_dir(&beside).unwrap();
    PathBuf::from(beside)
}

#[test]
fn a_failed_write_is_repeated_with_the_next() {
    let state = TempDir::new().unwrap();
    let (mut store, _) = open(&state, "bob");
    store.apply(StoreOp::Message(say(1))).unwrap();
    let blocked = block(&find(&state, "outbox-1"));
    store.apply(StoreOp::Pending(vec![say(8)])).unwrap_err();
    store.apply(StoreOp::Message(say(9))).unwrap_err();
    fs::remove_dir(blocked).unwrap();
    store.apply(StoreOp::Message(say(10))).unwrap();
    drop(store);
    assert_eq!(numbers(&open(&state, "bob").1), [8, 9, 10]);
}

#[test]
fn messages_that_cannot_be_moved_belong_to_one_user() {
    let state = TempDir::new().unwrap();
    drop(open(&state, "rob"));
    let blocked = block(&find(&state, "rob").join("drafts-1"));
    let (mut store, _) = open(&state, "bob");
    store.apply(StoreOp::Message(say(1))).unwrap();
    store.apply(StoreOp::Drafts(drafts("#lobby", &[("#lobby", "half a sen")]))).unwrap();
    store.open_user(name("rob")).unwrap_err();
    fs::remove_dir(blocked).unwrap();
    assert!(open(&state, "rob").1.pending.is_empty());
    drop(store);
    assert_eq!(numbers(&open(&state, "bob").1), [1]);
}
