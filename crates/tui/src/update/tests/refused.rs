//! A message that the server refuses does not disappear.

use chat_client::store::Drafts;

use chat_proto::Seq;

use super::*;

/// A client with pending messages of an earlier run, each for its room; the first room was open.
fn with_pending(messages: &[(&str, &str)]) -> Harness {
    let drafts = Drafts { shown: room(messages[0].0), ..Drafts::default() };
    let pending = messages.iter().zip(1..).map(|((name, text), n)| left(n, name, text)).collect();
    Harness::with_profile(100, 20, Profile { drafts, pending, ..profile("bob") })
}

/// The server refuses message `n`.
fn refuses(harness: &mut Harness, n: u64, code: RefusalCode, name: &str) -> Vec<Effect> {
    let refusal = Refusal::new(code, "the server's words");
    harness.event(Event::Refused(Refusal { n: Some(n), room: Some(room(name)), ..refusal }))
}

/// Asserts that the refusal is shown, and that Up restores the text.
#[track_caller]
fn assert_returned(harness: &mut Harness, name: &str, text: &str) {
    harness.event(Event::Pong { nonce: rooms_complete() });
    assert_shows(
        harness,
        &format!("Not sent to {name}: the server's words. Up brings your text back"),
    );
    assert!(!harness.screen().contains('…'), "{}", harness.screen());
    harness.press(KeyCode::Up);
    assert_eq!(typed(harness), text);
}

#[test]
fn messages_for_a_room_are_sent_after_it_is_joined_again() {
    let mut harness = with_pending(&[("#rust", "hi"), ("#lobby", "all")]);
    assert!(says(&harness.connect(1)).is_empty(), "it would be refused");
    let effects = harness.event(Event::Pong { nonce: rooms_complete() });
    assert_eq!(sent(&effects), [Command::Join { room: room("#rust"), since: None }]);
    assert_eq!(says(&effects), [(1, "hi"), (2, "all")]);
    assert_shows(&harness, "▌ 2 #rust");
    assert_shows(&harness, "… hi");
}

#[test]
fn missed_messages_of_a_room_with_pending_messages_are_loaded() {
    let mut harness = with_pending(&[("#rust", "hi")]);
    harness.connect(1);
    let effects = harness.event(room_event("#rust", 200, 100));
    assert_eq!(sent(&effects), [Command::Join { room: room("#rust"), since: Some(Seq::new(50)) }]);
    let effects = harness.event(Event::Pong { nonce: rooms_complete() });
    assert_eq!((sent(&effects), says(&effects)), (vec![], vec![(1, "hi")]));
}

#[test]
fn a_refusal_in_a_room_that_was_left_elsewhere_is_shown() {
    let mut harness = Harness::connected(100, 20);
    harness.join_rust();
    harness.message_in("#rust", 1, user(3, "ana"), "hello");
    harness.type_text("hi\n");
    harness.lose();
    assert_eq!(says(&harness.connect(2)), [(1, "hi")]);
    assert_eq!(store_ops(&refuses(&mut harness, 1, RefusalCode::NotInRoom, "#rust")).len(), 1);
    assert_returned(&mut harness, "#rust", "hi");
}

#[test]
fn a_refusal_in_a_room_that_cannot_be_joined_is_shown() {
    let mut harness = Harness::connected(100, 20);
    harness.type_text("/join #new\nhi\n");
    let refusal = Refusal::new(RefusalCode::TooManyRooms, "too many");
    harness.event(Event::Refused(Refusal { room: Some(room("#new")), ..refusal }));
    assert!(!harness.screen().contains("#new"), "{}", harness.screen());
    refuses(&mut harness, 1, RefusalCode::NotInRoom, "#new");
    assert_returned(&mut harness, "#new", "hi");
}

#[test]
fn a_message_refused_while_the_user_leaves_is_shown() {
    let mut harness = Harness::connected(100, 20);
    harness.join_rust();
    harness.type_text("hi\n");
    refuses(&mut harness, 1, RefusalCode::NotInRoom, "#rust");
    let reason = chat_proto::LeaveReason::Bye;
    harness.event(Event::Left { room: room("#rust"), user: user(7, "bob"), reason });
    assert_returned(&mut harness, "#rust", "hi");
}

#[test]
fn a_message_for_a_user_who_is_gone_is_returned() {
    let mut harness = with_pending(&[("@3-7", "psst")]);
    harness.connect(1);
    refuses(&mut harness, 1, RefusalCode::NoSuchUser, "@3-7");
    assert_returned(&mut harness, "@3-7", "psst");
}

#[test]
fn a_room_that_is_wanted_waits_for_the_next_server() {
    let mut harness = Harness::connected(100, 20);
    harness.type_text("/join #new\nhi\n");
    let refusal = Refusal::new(RefusalCode::Shutdown, "going away");
    harness.event(Event::Refused(Refusal { room: Some(room("#new")), ..refusal }));
    refuses(&mut harness, 1, RefusalCode::Shutdown, "#new");
    harness.lose();
    assert_shows(&harness, "… hi");
    let effects = harness.connect(2);
    assert_eq!(sent(&effects)[0], Command::Join { room: room("#new"), since: None });
    assert_eq!(says(&effects), [(1, "hi")]);
}
