//! What other users of the machine may do with the files: nothing.

use super::*;

/// Sets the permissions of a file or directory.
fn chmod(path: &Path, mode: u32) {
    fs::set_permissions(path, fs::Permissions::from_mode(mode)).unwrap();
}

fn mode(path: &Path) -> u32 {
    fs::metadata(path).unwrap().permissions().mode() & 0o777
}

fn assert_private(state: &TempDir, count: usize) {
    let paths = everything(state.path());
    assert_eq!(paths.len(), count, "{paths:?}");
    paths.iter().for_each(|path| assert_mode(path));
}

fn assert_mode(path: &Path) {
    let wanted = if path.is_dir() { 0o700 } else { 0o600 };
    assert_eq!(mode(path), wanted, "{}", path.display());
}

#[test]
fn only_the_owner_reads_it() {
    let state = TempDir::new().unwrap();
    let (mut store, _) = open(&state, "bob");
    store.apply(StoreOp::Token(Secret::new("secret"))).unwrap();
    store.apply(StoreOp::Message(say(1))).unwrap();
    store.apply(StoreOp::Drafts(drafts("#rust", &[]))).unwrap();
    assert_private(&state, 7);
    filed(&mut store, "journal");
    assert_private(&state, 13);
}

#[test]
fn files_that_others_could_read_become_the_owners_alone() {
    let state = TempDir::new().unwrap();
    let (mut store, _) = open(&state, "bob");
    store.apply(StoreOp::Token(Secret::new("secret"))).unwrap();
    filed(&mut store, "journal");
    store.apply(StoreOp::Name(name("rob"))).unwrap();
    drop(store);
    fs::write(state.path().join("device"), "tui-1").unwrap();
    // What another user has for another server, and a directory that is not the client's.
    drop(Store::open(Some(state.path()), "127.0.0.1:1", name("eve")).unwrap());
    let photos = state.path().join("photos");
    fs::create_dir(&photos).unwrap();
    for path in everything(state.path()) {
        chmod(&path, if path.is_dir() { 0o777 } else { 0o666 });
    }
    chmod(state.path(), 0o777);
    drop(open(&state, "bob"));
    assert_eq!(mode(&photos), 0o777);
    fs::remove_dir(&photos).unwrap();
    everything(state.path()).iter().for_each(|path| assert_mode(path));
    assert_mode(state.path());
}

#[test]
fn an_empty_directory_is_made_the_owners_alone() {
    let state = TempDir::new().unwrap();
    chmod(state.path(), 0o777);
    drop(open(&state, "bob"));
    assert_mode(state.path());
}

#[test]
fn a_directory_that_others_use_is_refused_and_left_alone() {
    let state = TempDir::new().unwrap();
    fs::write(state.path().join("diary"), "").unwrap();
    chmod(state.path(), 0o755);
    let refused = Store::open(Some(state.path()), SERVER, name("bob")).unwrap_err();
    assert!(matches!(refused, StoreError::Shared { .. }), "{refused}");
    let shown = state.path().display();
    assert!(refused.to_string().contains(&format!("chmod 700 {shown}")), "{refused}");
    assert_eq!((mode(state.path()), everything(state.path()).len()), (0o755, 1));
    chmod(state.path(), 0o700);
    drop(open(&state, "bob"));
    assert_eq!(mode(&state.path().join("seed")), 0o600);
}
