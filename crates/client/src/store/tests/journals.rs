//! Stored state belongs to a server, which is known by its journal, whatever its address is.

use super::*;

fn open_at(state: &TempDir, address: &str, user: &str) -> (Store, Profile) {
    Store::open(Some(state.path()), address, name(user)).unwrap()
}

/// A client of version 0.1.0 has left this: two windows, each with a message, and a user of two names.
fn version_0_1_0() -> TempDir {
    let state = TempDir::new().unwrap();
    let server = state.path().join(SERVER);
    for directory in ["bob", "rob"] {
        fs::create_dir_all(server.join(directory)).unwrap();
    }
    fs::write(state.path().join("device"), "tui-0123456789abcdef\n").unwrap();
    fs::write(server.join("rob/same-as"), "bob").unwrap();
    fs::write(server.join("bob/token"), "secret\n").unwrap();
    for number in 1..=2 {
        let lines = format!(
            "{{\"last_n\":6}}\n\
             {{\"said\":{{\"room\":\"#lobby\",\"kind\":\"text\",\"n\":7,\"text\":\"gone\"}}}}\n\
             {{\"settled\":[7]}}\n\
             {{\"said\":{{\"room\":\"#lobby\",\"kind\":\"text\",\"n\":8,\"text\":\"left {number}\"}}}}\n"
        );
        fs::write(server.join(format!("bob/outbox-{number}")), lines).unwrap();
        fs::write(server.join(format!("bob/lock-{number}")), "").unwrap();
    }
    let drafts = r##"{"shown":"#rust","texts":{"#rust":"half a sen"}}"##;
    fs::write(server.join("bob/drafts-1"), drafts).unwrap();
    state
}

/// The devices and texts of the messages that are left.
fn texts(profile: &Profile) -> Vec<(&str, &str)> {
    let texts = profile.pending.iter();
    texts.map(|own| (own.id.device.as_str(), own.text())).collect()
}

const LEFT: [(&str, &str); 2] =
    [("tui-0123456789abcdef", "left 1"), ("tui-0123456789abcdef-2", "left 2")];

#[test]
fn a_directory_of_version_0_1_0_is_taken_over_at_the_first_welcome() {
    let state = version_0_1_0();
    let (mut store, bob) = open(&state, "rob");
    assert_eq!((token(&bob), &bob.journal, texts(&bob)), (Some("secret"), &None, LEFT.to_vec()));
    let bob = filed(&mut store, "journal");
    assert_eq!((token(&bob), known(&bob, "journal")), (None, Some("secret")));
    let mut left = texts(&bob);
    left.sort_unstable();
    assert_eq!(left, LEFT);
    assert_eq!(bob.drafts, drafts("#rust", &[("#rust", "half a sen")]));
    drop(store);
    for user in ["rob", "bob"] {
        let (_, again) = open(&state, user);
        assert_eq!(
            (&again.journal, known(&again, "journal")),
            (&journal("journal"), Some("secret"))
        );
        assert_eq!((again.pending.len(), &again.drafts), (2, &bob.drafts));
    }
}

#[test]
fn a_take_over_that_ends_half_way_is_done_again_and_doubles_nothing() {
    let state = version_0_1_0();
    let before = TempDir::new().unwrap();
    copy(&state.path().join(SERVER), &before.path().join(SERVER));
    let (mut store, _) = open(&state, "bob");
    filed(&mut store, "journal");
    drop(store);
    // The old place was not emptied, and nothing says which journal was there.
    fs::remove_dir_all(state.path().join(SERVER)).unwrap();
    copy(&before.path().join(SERVER), &state.path().join(SERVER));
    let (mut store, _) = open(&state, "bob");
    let bob = filed(&mut store, "journal");
    let mut left = texts(&bob);
    left.sort_unstable();
    assert_eq!((left, known(&bob, "journal")), (LEFT.to_vec(), Some("secret")));
}

fn copy(from: &Path, to: &Path) {
    fs::create_dir_all(to).unwrap();
    for entry in fs::read_dir(from).unwrap() {
        let path = entry.unwrap().path();
        let to = to.join(path.file_name().unwrap());
        if path.is_dir() {
            copy(&path, &to);
        } else {
            fs::copy(&path, &to).unwrap();
        }
    }
}

#[test]
fn a_server_is_the_same_at_another_address() {
    let state = TempDir::new().unwrap();
    let (mut store, _) = open_at(&state, "localhost:1", "bob");
    filed(&mut store, "journal");
    store.apply(StoreOp::Token(Secret::new("secret"))).unwrap();
    store.apply(StoreOp::Message(say(1))).unwrap();
    drop(store);
    let (mut store, bob) = open_at(&state, "127.0.0.1:1", "bob");
    assert_eq!(
        (&bob.journal, known(&bob, "journal"), numbers(&bob)),
        (&None, Some("secret"), vec![])
    );
    store.apply(StoreOp::Message(say(2))).unwrap();
    assert_eq!(numbers(&filed(&mut store, "journal")), [1, 2]);
    drop(store);
    let (_, bob) = open_at(&state, "127.0.0.1:1", "bob");
    assert_eq!((bob.journal, bob.pending.len()), (journal("journal"), 2));
}

#[test]
fn another_server_at_the_address_has_what_is_its_own() {
    let state = TempDir::new().unwrap();
    let (mut store, _) = open(&state, "bob");
    filed(&mut store, "one");
    store.apply(StoreOp::Token(Secret::new("of one"))).unwrap();
    store.apply(StoreOp::Message(say(1))).unwrap();
    let two = filed(&mut store, "two");
    assert_eq!((numbers(&two), known(&two, "two")), (vec![], None));
    store.apply(StoreOp::Token(Secret::new("of two"))).unwrap();
    store.apply(StoreOp::Message(say(2))).unwrap();
    drop(store);
    // The last one is the hint; the other is found as soon as it says who it is.
    let (mut store, bob) = open(&state, "bob");
    assert_eq!((&bob.journal, numbers(&bob)), (&journal("two"), vec![2]));
    assert_eq!((known(&bob, "one"), known(&bob, "two")), (Some("of one"), Some("of two")));
    assert_eq!(numbers(&filed(&mut store, "one")), [1]);
    // A server that does not send its journal is another one, too.
    let old = store.open_server(None).unwrap();
    assert_eq!((numbers(&old), old.journal, old.token), (vec![], None, None));
}

#[test]
fn memory_has_what_belongs_to_each_server() {
    let (mut store, _) = Store::open(None, SERVER, name("bob")).unwrap();
    store.apply(StoreOp::Message(say(1))).unwrap();
    assert_eq!(numbers(&filed(&mut store, "one")), [1]);
    store.apply(StoreOp::Token(Secret::new("of one"))).unwrap();
    assert_eq!(numbers(&filed(&mut store, "two")), Vec::<u64>::new());
    let one = filed(&mut store, "one");
    assert_eq!((numbers(&one), known(&one, "one")), (vec![1], Some("of one")));
}

#[test]
fn a_journal_that_cannot_be_stored_leaves_the_messages_in_memory() {
    let state = TempDir::new().unwrap();
    let (mut store, _) = open(&state, "bob");
    store.apply(StoreOp::Message(say(1))).unwrap();
    fs::write(state.path().join("journals"), "a file").unwrap();
    store.open_server(journal("journal")).unwrap_err();
    assert!(!store.is_lasting());
    store.apply(StoreOp::Message(say(2))).unwrap();
    drop(store);
    assert_eq!(numbers(&open(&state, "bob").1), [1], "the old place still has them");
}

#[test]
fn the_id_of_a_journal_cannot_lead_out_of_the_directory() {
    let state = TempDir::new().unwrap();
    for id in ["..", "../../x", "/tmp", ".", "a/b"] {
        let (mut store, _) = open(&state, "bob");
        filed(&mut store, id);
        store.apply(StoreOp::Token(Secret::new(id))).unwrap();
        drop(store);
        let (_, bob) = open(&state, "bob");
        assert_eq!(
            (bob.journal.as_ref().map(ShortString::as_str), known(&bob, id)),
            (Some(id), Some(id))
        );
    }
    let journals = fs::read_dir(state.path().join("journals")).unwrap();
    assert_eq!(journals.count(), 5);
}

#[test]
fn a_token_that_is_refused_is_forgotten_where_it_is_stored() {
    let state = TempDir::new().unwrap();
    let (mut store, _) = open_at(&state, "localhost:1", "bob");
    filed(&mut store, "journal");
    store.apply(StoreOp::Token(Secret::new("secret"))).unwrap();
    drop(store);
    let (mut store, _) = open_at(&state, "127.0.0.1:1", "bob");
    store.apply(StoreOp::ForgetToken(journal("journal"))).unwrap();
    drop(store);
    assert_eq!(known(&open_at(&state, "localhost:1", "bob").1, "journal"), None);
}
