//! Up in an empty box edits the last message.

use chat_proto::Seq;
use chat_proto::command::Body as Said;

use super::changes::{said, talking, text};
use super::*;

/// Sends a message that the server accepts.
fn say(harness: &mut Harness, text: &str) {
    harness.type_text(&format!("{text}\n"));
    let n = harness.state.client.outbox().messages().last().unwrap().id.n;
    harness.accept(n);
}

#[test]
fn up_in_an_empty_box_edits_the_last_message_and_again_leaves_it_for_the_input_before() {
    let mut harness = talking();
    harness.press(KeyCode::Up);
    assert_eq!(typed(&harness), "a slip", "nothing of ours was sent in this run");
    assert_shows(&harness, "Editing your message");
    harness.press(KeyCode::Esc);
    assert_eq!(typed(&harness), "");
    assert!(!harness.screen().contains("(edited)"), "Esc changes nothing");
    harness.type_text("/topic\n");
    harness.press(KeyCode::Up);
    assert_eq!(typed(&harness), "/topic", "what was typed since comes first");
    harness.control('u');
    harness.press(KeyCode::Down);
    say(&mut harness, "well then");
    harness.press(KeyCode::Up);
    assert_eq!(typed(&harness), "well then");
    let sent = said(&harness.type_text("!\n"));
    assert_eq!(sent, [Said::Edit { target: Seq::new(harness.seq), text: text("well then!") }]);
    assert_eq!(typed(&harness), "");
    harness.press(KeyCode::Up);
    assert_shows(&harness, "Editing your message");
    for expected in ["well then!", "well then", "/topic"] {
        harness.press(KeyCode::Up);
        assert_eq!(typed(&harness), expected);
    }
    assert!(!harness.screen().contains("Editing"), "{}", harness.screen());
}

#[test]
fn ctrl_up_is_the_input_before_also_in_an_empty_box() {
    let mut harness = talking();
    say(&mut harness, "well then");
    for (code, expected) in [(KeyCode::Up, "well then"), (KeyCode::Down, "")] {
        harness.input(Input::Key(KeyEvent::new(code, KeyModifiers::CONTROL)));
        assert_eq!(typed(&harness), expected);
        assert!(!harness.screen().contains("Editing"), "{}", harness.screen());
    }
}

#[test]
fn up_edits_nothing_that_is_not_on_the_screen_or_that_the_server_does_not_have() {
    let mut harness = talking();
    say(&mut harness, "well then");
    harness.type_text("not yet\n");
    harness.press(KeyCode::Up);
    assert_eq!(typed(&harness), "not yet");
    assert!(!harness.screen().contains("Editing"), "it waits: {}", harness.screen());
    let mut harness = talking();
    say(&mut harness, "well then");
    for _ in 0..30 {
        harness.message(3, "ana", "more");
    }
    harness.press(KeyCode::Up);
    assert!(!harness.screen().contains("Editing"), "{}", harness.screen());
}
