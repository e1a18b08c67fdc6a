//! Nothing is sent before it is stored, and the screen says what is.

use chat_client::store::StoreOp;
use chat_proto::Secret;

use super::*;
use crate::update::expiry::{self, STORING_HIDDEN};

/// A client in a session, whose disk does not answer.
fn with_slow_disk() -> Harness {
    let mut harness = Harness::connected(80, 20);
    harness.disk = None;
    harness
}

#[test]
fn a_message_is_sent_and_marked_once_it_is_stored() {
    let mut harness = with_slow_disk();
    let effects = harness.type_text("hi\n");
    assert!(matches!(store_ops(&effects)[..], [StoreOp::Message(_)]), "{effects:?}");
    assert!(says(&effects).is_empty(), "not before it is stored");
    assert_shows(&harness, "      bob   hi");
    assert_eq!(says(&harness.answer_store()), [(1, "hi")]);
    assert_shows(&harness, "      bob … hi");
    harness.accept(1);
    assert_shows(&harness, "      bob   hi");
}

#[test]
fn a_text_that_would_only_flicker_is_not_shown_while_one_message_is_stored() {
    let mut harness = with_slow_disk();
    harness.type_text("one\n");
    assert!(!harness.screen().contains("queued"), "{}", harness.screen());
    harness.type_text("two\n");
    assert_shows(&harness, "2 messages queued");
    harness.lose();
    harness.answer_store();
    assert_shows(&harness, "2 messages queued");
}

#[test]
fn a_message_that_takes_long_to_be_stored_is_shown_to_wait() {
    let mut harness = with_slow_disk();
    let tick = Effect::Client(ClientEffect::Tick(STORING_HIDDEN));
    harness.type_text("one");
    assert!(harness.input_all(Input::Key(KeyCode::Enter.into())).contains(&tick));
    harness.at = expiry::after(STORING_HIDDEN, harness.at).0;
    harness.state.redraw.drew_all();
    let _ = update(&mut harness.state, Input::Client(ClientInput::Tick), harness.at);
    assert!(harness.state.redraw.rest);
    assert_shows(&harness, "1 message queued");
    harness.answer_store();
    harness.input(Input::Frame);
    assert!(!harness.screen().contains("queued"), "{}", harness.screen());
}

#[test]
fn messages_are_sent_in_order_however_the_disk_answers() {
    let mut harness = with_slow_disk();
    let said =
        |effects: Vec<Effect>| says(&effects).into_iter().map(|(n, _)| n).collect::<Vec<u64>>();
    for text in ["one", "two", "three"] {
        harness.type_text(&format!("{text}\n"));
    }
    assert_eq!(said(harness.answer_store()), [1]);
    harness.lose();
    assert!(said(harness.answer_store()).is_empty(), "there is no session");
    assert!(said(harness.connect(2)).is_empty(), "name and token are not stored yet");
    for _third_name_and_token in 0..3 {
        assert_eq!(harness.state.client.outbox().waiting(), 3);
        let sent = said(harness.answer_store());
        assert!(sent.is_empty() || sent == [1, 2, 3], "{sent:?}");
    }
    assert_eq!(harness.state.client.outbox().waiting(), 0);
}

#[test]
fn messages_are_sent_only_after_the_token_is_stored() {
    let mut harness = Harness::new(80, 20);
    harness.type_text("early\n");
    harness.disk = None;
    let welcome = Welcome { token: Some(Secret::new("made by the server")), ..welcome(7, "bob") };
    let effects = harness.connect_to(1, welcome);
    assert!(
        matches!(store_ops(&effects)[..], [StoreOp::Name(_), StoreOp::Token(_)]),
        "{effects:?}"
    );
    assert!(says(&effects).is_empty(), "a client that is killed now would be another user");
    assert!(says(&harness.answer_store()).is_empty());
    assert_eq!(says(&harness.answer_store()), [(1, "early")]);
}

#[test]
fn a_message_is_not_sent_under_a_new_number_before_that_is_stored() {
    let mut harness = Harness::connected(80, 20);
    harness.type_text("hi\n");
    harness.disk = None;
    let refusal =
        Refusal { n: Some(1), ..Refusal::new(RefusalCode::NumberUsed, "that number is used") };
    let effects = harness.event(Event::Refused(refusal));
    assert!(matches!(store_ops(&effects)[..], [StoreOp::Pending(_)]), "{effects:?}");
    assert!(says(&effects).is_empty());
    assert_eq!(says(&harness.answer_store()), [(2, "hi")]);
}
