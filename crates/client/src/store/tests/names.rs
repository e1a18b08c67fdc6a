//! A user who takes another name is the same user under both.

use super::*;

/// A client of a user that is called bob and then rob.
fn bob_now_rob(state: &TempDir) -> Store {
    let (mut store, _) = open(state, "bob");
    store.apply(StoreOp::Token(Secret::new("secret"))).unwrap();
    store.apply(StoreOp::Name(name("rob"))).unwrap();
    store
}

#[test]
fn everything_stored_is_found_under_both_names() {
    let state = TempDir::new().unwrap();
    let mut store = bob_now_rob(&state);
    store.apply(StoreOp::Message(say(1))).unwrap();
    store.apply(StoreOp::Drafts(drafts("#lobby", &[("#lobby", "half a sen")]))).unwrap();
    drop(store);
    let (mut store, rob) = open(&state, "ROB");
    assert_eq!((rob.name, rob.token.as_ref().map(Secret::reveal)), (name("rob"), Some("secret")));
    store.apply(acknowledged(&[1])).unwrap();
    store.apply(StoreOp::Token(Secret::new("new"))).unwrap();
    drop(store);
    let (_, bob) = open(&state, "bob");
    assert_eq!((bob.token.as_ref().map(Secret::reveal), bob.pending.len()), (Some("new"), 0));
    assert_eq!(bob.drafts, rob.drafts);
    assert_eq!(bob.drafts.texts.len(), 1);
}

#[test]
fn two_clients_under_two_names_have_one_token_and_two_outboxes() {
    let state = TempDir::new().unwrap();
    let mut first = bob_now_rob(&state);
    let (mut second, rob) = open(&state, "rob");
    assert_eq!(token(&rob), Some("secret"));
    first.apply(StoreOp::Message(say(1))).unwrap();
    second.apply(StoreOp::Message(say(2))).unwrap();
    drop(first);
    assert_eq!(numbers(&open(&state, "rob").1), [1]);
}

#[test]
fn names_lead_to_the_first_one_however_many_there_were() {
    let state = TempDir::new().unwrap();
    let mut store = bob_now_rob(&state);
    drop(store);
    (store, _) = open(&state, "rob");
    for other in ["robin", "rob", "bob"] {
        store.apply(StoreOp::Name(name(other))).unwrap();
    }
    drop(store);
    for other in ["bob", "rob", "robin"] {
        assert_eq!(
            open(&state, other).1.token.as_ref().map(Secret::reveal),
            Some("secret"),
            "{other}"
        );
    }
}

#[test]
fn the_state_of_another_user_is_not_taken() {
    let state = TempDir::new().unwrap();
    let (mut store, _) = open(&state, "rob");
    store.apply(StoreOp::Token(Secret::new("of rob"))).unwrap();
    store.apply(StoreOp::Message(say(1))).unwrap();
    drop(store);
    drop(bob_now_rob(&state));
    let (_, rob) = open(&state, "rob");
    assert_eq!((rob.token.as_ref().map(Secret::reveal), numbers(&rob)), (Some("of rob"), vec![1]));
    assert_eq!(open(&state, "bob").1.token.as_ref().map(Secret::reveal), Some("secret"));
}

#[test]
fn state_under_a_name_without_a_session_is_not_hidden() {
    for left in [StoreOp::Message(say(1)), StoreOp::Drafts(drafts("#lobby", &[("#lobby", "half")]))]
    {
        let state = TempDir::new().unwrap();
        let (mut store, _) = open(&state, "rob");
        store.apply(left).unwrap();
        drop(store);
        drop(bob_now_rob(&state));
        let (_, rob) = open(&state, "rob");
        assert_eq!(rob.token, None);
        assert_eq!(rob.pending.len() + rob.drafts.texts.len(), 1);
    }
    let state = TempDir::new().unwrap();
    let (_rob, _) = open(&state, "rob");
    drop(bob_now_rob(&state));
    assert_eq!(open(&state, "rob").1.token, None, "a client is in it");
}

#[test]
fn an_unused_directory_is_not_an_obstacle() {
    let state = TempDir::new().unwrap();
    drop(open(&state, "rob"));
    drop(bob_now_rob(&state));
    assert_eq!(open(&state, "rob").1.token.as_ref().map(Secret::reveal), Some("secret"));
}

#[test]
fn a_name_goes_to_the_user_who_has_it_now() {
    let state = TempDir::new().unwrap();
    drop(bob_now_rob(&state));
    let (mut ana, _) = open(&state, "ana");
    ana.apply(StoreOp::Token(Secret::new("of ana"))).unwrap();
    ana.apply(StoreOp::Name(name("rob"))).unwrap();
    drop(ana);
    assert_eq!(open(&state, "rob").1.token.as_ref().map(Secret::reveal), Some("of ana"));
    assert_eq!(open(&state, "bob").1.token.as_ref().map(Secret::reveal), Some("secret"));
}

#[test]
fn the_same_user_under_another_name_has_the_same_outbox() {
    let state = TempDir::new().unwrap();
    let mut store = bob_now_rob(&state);
    store.apply(StoreOp::Message(say(1))).unwrap();
    let rob = store.open_user(name("rob")).unwrap();
    assert_eq!((rob.name.as_str(), numbers(&rob)), ("rob", vec![1]));
}

#[test]
fn a_name_with_spaces_is_found_by_one_with_underscores() {
    let state = TempDir::new().unwrap();
    let (mut store, _) = open(&state, "Ana María");
    store.apply(StoreOp::Token(Secret::new("of ana"))).unwrap();
    drop(store);
    assert_eq!(token(&open(&state, "ana_maría").1), Some("of ana"));
    assert!(find(&state, "ana%20mari\u{301}a").is_dir(), "as version 0.1.0 called it");
}

/// Version 0.1.0 took them for two users.
#[test]
fn each_of_two_users_who_differ_in_a_space_has_its_own() {
    let state = TempDir::new().unwrap();
    drop(open(&state, "bob"));
    for (number, written) in ["a b", "a_b"].into_iter().enumerate() {
        // As that version made it: today the second would be found to be the first.
        let server = state.path().join(files::file_name(SERVER));
        let directory = server.join(files::file_name(written));
        files::make_private(&directory).unwrap();
        fs::write(directory.join(TOKEN_FILE), format!("{number}\n")).unwrap();
    }
    assert_eq!(token(&open(&state, "a b").1), Some("0"));
    assert_eq!(token(&open(&state, "a_b").1), Some("1"));
}

#[test]
fn a_damaged_name_leads_nowhere_else() {
    let state = TempDir::new().unwrap();
    drop(bob_now_rob(&state));
    let path = find(&state, "rob/same-as");
    for damaged in ["", "\n", "..", "../../elsewhere", "/tmp"] {
        fs::write(&path, damaged).unwrap();
        assert_eq!(open(&state, "rob").1.token, None, "{damaged:?}");
    }
}
