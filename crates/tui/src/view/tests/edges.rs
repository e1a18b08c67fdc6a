//! The rule above a log.

use chat_proto::Seq;
use chat_proto::event::Details;

use super::*;

/// Thirty messages of ana in the lobby, which the user has not read.
fn unread(width: u16, height: u16) -> Harness {
    let mut harness = Harness::connected(width, height);
    harness.join_rust();
    harness.alt(KeyCode::Char('2'));
    for number in 1..=30 {
        harness.message(3, "ana", &format!("message {number}"));
    }
    harness.alt(KeyCode::Char('1'));
    harness
}

fn rule(harness: &Harness) -> String {
    harness.screen().lines().nth(1).unwrap().to_owned()
}

#[test]
fn a_narrow_log_has_the_author_of_its_first_row_on_the_rule() {
    let mut harness = unread(44, 12);
    for _ in 0..30 {
        harness.press(KeyCode::PageDown);
    }
    harness.press(KeyCode::PageUp);
    assert_snapshot!(harness.screen(), @"
    #lobby                              3 online
    ana 14:02 ──────────────────────────────────
      message 16
      message 17
      message 18
      message 19
      message 20
      message 21
      message 22
      message 23                   Latest ↓ End
          Ctrl-S select · Ctrl-G users · F1 keys
    #lobby ›  Message #lobby (/help for commands
    ");
    harness.control_home();
    assert!(!rule(&harness).contains("ana"), "its own row is on the screen: {}", rule(&harness));
    harness.resize(60, 12);
    harness.press(KeyCode::PageDown);
    assert!(!rule(&harness).contains("ana"), "it has a column: {}", rule(&harness));
}

#[test]
fn a_text_about_what_is_above_is_beside_the_author_or_in_its_place() {
    for (width, expected) in [
        (50, "ana 14:02 ── 20 of 28 unread above ────"),
        (40, "ana 14:02 ── 20 of 28 unread above ─────"),
        (39, "── 20 of 28 unread above "),
    ] {
        let mut harness = unread(width, 12);
        harness.press(KeyCode::End);
        assert!(rule(&harness).starts_with(expected), "{width}: {}", rule(&harness));
        harness.click("unread above");
        assert!(harness.screen().contains(" 28 new "), "{width}: {}", harness.screen());
    }
}

#[test]
fn a_thread_beside_the_log_has_the_author_of_its_first_row_on_its_rule() {
    let mut harness = Harness::connected(100, 12);
    for number in 1..=20 {
        harness.message(3, "ana", &format!("message {number}"));
    }
    harness.control('s');
    harness.type_text("t");
    let messages = (20..=40).map(|seq| {
        let details = Details { thread: Some(Seq::new(20)), ..Details::default() };
        let message =
            message_in("#lobby", seq, user(5, "carl"), &format!("answer {seq}"), harness.at);
        Message { details: (seq > 20).then(|| Box::new(details)), ..message }
    });
    let messages = messages.collect();
    let (room, seq) = (RoomName::lobby(), Seq::new(20));
    harness.event(Event::Thread { room, seq, replies: None, unread: 0, messages, more: false });
    let rule = rule(&harness);
    let (_, thread) = rule.split_once('│').unwrap();
    assert!(thread.starts_with(" carl 14:02 ──"), "{rule}");
}
