mod addresses;
mod back;
mod commands;
mod drafts;
mod journals;
mod older;
mod refused;
mod rooms;
mod settings;
mod stored;
mod tokens;

use std::time::Duration;

use chat_client::entry::{Body, Origin};
use chat_client::link::{LinkEvent, LinkRequest, Lost};
use chat_client::outbox::OUTBOX_MAX;
use chat_client::store::{MessageId, Profile};
use chat_proto::command::{Nonce, Word};
use chat_proto::event::{Accepted, Message, MessageKind, RoomState, Welcome};
use chat_proto::{Command, Event, Refusal, RefusalCode, RoomName};
use crossterm::event::{KeyCode, KeyEvent, KeyModifiers};
use jiff::tz::TimeZone;

use super::*;
use crate::fixture::{
    Bench, direct_event, expect_older, journal, kept, left, message_in, name, own, profile, room,
    room_event, room_state, says, sent, user, welcome,
};
use crate::help::COMMANDS;

/// What the box holds.
fn typed(bench: &Bench) -> String {
    bench.state.prompt.editor.text()
}

/// What the server answers once it has told all rooms.
fn rooms_told() -> Nonce {
    Nonce::Word(Word::new("rooms").unwrap())
}

#[track_caller]
fn assert_shows(bench: &Bench, text: &str) {
    let screen = bench.screen();
    assert!(screen.contains(text), "no {text:?} on\n{screen}");
}

#[test]
fn a_message_is_shown_at_once_and_settled_later() {
    let mut bench = Bench::connected(80, 20);
    let effects = bench.types("hi\n");
    assert_eq!(says(&effects), [(1, "hi")]);
    assert_shows(&bench, "14:02 … bob: hi");
    bench.accepts(1);
    assert_shows(&bench, "14:02 › bob: hi");
}

#[test]
fn a_refused_message_says_why() {
    let mut bench = Bench::connected(80, 20);
    bench.types("hi\n");
    let refusal = Refusal { n: Some(1), ..Refusal::new(RefusalCode::NotInRoom, "join it first") };
    bench.hears(Event::Refused(refusal));
    assert_shows(&bench, "× bob: hi (not said: join it first)");
}

#[test]
fn what_is_said_without_a_session_waits_and_goes_out_in_order() {
    let mut bench = Bench::new(80, 20);
    assert!(says(&bench.types("one\ntwo\n")).is_empty());
    assert_shows(&bench, "2 waiting");
    assert_eq!(says(&bench.connects(1)), [(1, "one"), (2, "two")]);
}

#[test]
fn the_outbox_is_bounded_and_the_text_stays() {
    let mut bench = Bench::new(80, 20);
    for _ in 0..OUTBOX_MAX {
        bench.types("x\n");
    }
    bench.types("one more\n");
    assert_shows(&bench, "not said: 100 messages wait for the server already");
    assert_eq!(typed(&bench), "one more");
}

#[test]
fn what_cannot_be_said_stays_to_be_mended() {
    let mut bench = Bench::connected(120, 20);
    bench.takes(Input::Paste("x".repeat(20_000)));
    bench.presses(KeyCode::Enter);
    assert_shows(&bench, "not said: a text has at most 16384 bytes, this one has 20000");
    assert_eq!(typed(&bench).len(), 20_000);
    bench.takes(Input::Paste("x".repeat(20_000)));
    assert_shows(&bench, "the input box holds 32768 bytes");
    let mut bench = Bench::connected(120, 20);
    bench.takes(Input::Paste("a\u{1b}b".into()));
    assert!(bench.presses(KeyCode::Enter).is_empty());
    assert_shows(&bench, "U+001B");
    assert_eq!(typed(&bench), "a\u{1b}b");
}

#[test]
fn a_paste_of_many_lines_is_one_message() {
    let mut bench = Bench::connected(80, 20);
    bench.takes(Input::Paste("one\r\n  two\rthree".into()));
    assert_eq!(says(&bench.types("\n")), [(1, "one\n  two\nthree")]);
}

#[test]
fn commands_do_what_they_say() {
    let mut bench = Bench::connected(80, 20);
    assert_eq!(bench.types("/quit\n"), [Effect::Quit]);
    assert_eq!(
        bench.types("/reconnect\n"),
        [Effect::Client(ClientEffect::Link(LinkRequest::Call(name("bob"))))]
    );
    let command = Command::Rename { name: name("rob") };
    assert_eq!(
        bench.types("/name rob\n"),
        [Effect::Client(ClientEffect::Link(LinkRequest::Send { session: 1, command }))]
    );
    bench.types("/me waves\n");
    assert_shows(&bench, "… * bob waves");
    assert_eq!(says(&bench.types("//text\n")), [(2, "/text")]);
    bench.types("/foo bar\n");
    assert_shows(&bench, "no such command: /foo; /help lists them");
    bench.types("/help\n");
    for command in COMMANDS {
        assert_shows(&bench, command.does);
    }
}

#[test]
fn clear_keeps_what_is_not_settled() {
    let mut bench = Bench::connected(80, 20);
    bench.types("kept\n");
    bench.accepts(1);
    bench.types("pending\n/clear\n");
    let screen = bench.screen();
    assert!(!screen.contains("kept") && screen.contains("… bob: pending"), "{screen}");
    bench.accepts(2);
    assert_shows(&bench, "› bob: pending");
}

#[test]
fn a_taken_name_is_asked_for_and_nothing_typed_is_lost() {
    let mut bench = Bench::new(80, 20);
    bench.types("half a sen");
    bench.refuses_name();
    assert_eq!(typed(&bench), "bob_2");
    bench.control('u');
    bench.types("a|b\n");
    assert_shows(&bench, "not a name: a name has none of the characters");
    bench.control('u');
    assert_eq!(bench.types("rob\n"), [Effect::Client(ClientEffect::Become(name("rob")))]);
    assert_eq!(typed(&bench), "half a sen");
    let rob = profile("rob");
    let effects = bench.takes(Input::Client(ClientInput::Became(Ok(Box::new(rob)))));
    assert!(
        matches!(&effects[..], [Effect::Client(ClientEffect::Link(LinkRequest::CallAs(rob)))] if rob.name == name("rob"))
    );
    assert_eq!(*bench.state.client.name(), name("rob"));
}

#[test]
fn commands_work_where_a_name_is_asked_for() {
    let mut bench = Bench::new(80, 20);
    bench.types("draft");
    bench.refuses_name();
    bench.control('u');
    assert_eq!(bench.types("/quit\n"), [Effect::Quit]);
    assert_eq!(bench.types("/name rob\n"), [Effect::Client(ClientEffect::Become(name("rob")))]);
    bench.connects(1);
    assert_eq!(typed(&bench), "draft");
}

#[test]
fn a_name_refused_twice_keeps_the_first_draft() {
    let mut bench = Bench::new(80, 20);
    bench.types("draft");
    bench.refuses_name();
    bench.refuses_name();
    bench.types("\n");
    assert_eq!(typed(&bench), "draft");
}

#[test]
fn a_mention_rings_the_bell() {
    let mut bench = Bench::connected(80, 20);
    assert!(bench.said(3, "ana", "hi BOB!").contains(&Effect::Ring));
    assert_shows(&bench, "14:02 @ ana: hi BOB!");
    assert!(!bench.said(3, "ana", "hi bobby").contains(&Effect::Ring));
    assert!(!bench.said(7, "bob", "I am bob").contains(&Effect::Ring));
}

#[test]
fn ctrl_c_clears_first_and_quits_then() {
    let mut bench = Bench::connected(80, 20);
    bench.types("typed");
    assert!(bench.control('c').is_empty());
    assert_eq!(typed(&bench), "");
    assert_eq!(bench.control('c'), [Effect::Quit]);
    bench.presses(KeyCode::Up);
    assert_eq!(typed(&bench), "typed");
    assert!(bench.control('d').is_empty());
}

#[test]
fn a_question_mark_is_said_like_anything_else() {
    let mut bench = Bench::connected(80, 20);
    assert_eq!(says(&bench.types("?\n")), [(1, "?")]);
    bench.presses(KeyCode::F(1));
    assert!(bench.state.help.is_some());
}

#[test]
fn alt_enter_begins_a_line_and_enter_says_both() {
    let mut bench = Bench::connected(80, 20);
    bench.types("one");
    bench.takes(Input::Key(KeyEvent::new(KeyCode::Enter, KeyModifiers::ALT)));
    assert_eq!(says(&bench.types("two\n")), [(1, "one\ntwo")]);
}

#[test]
fn new_messages_are_counted_while_one_reads_back() {
    let mut bench = Bench::connected(80, 20);
    for number in 0..60 {
        bench.said(3, "ana", &format!("message {number}"));
    }
    bench.presses(KeyCode::PageUp);
    let before = bench.screen();
    for _ in 0..12 {
        bench.said(3, "ana", "new");
    }
    assert_eq!(before.lines().next(), bench.screen().lines().next());
    assert_shows(&bench, "12 new ↓");
    bench.presses(KeyCode::End);
    assert_shows(&bench, "ana: new");
    assert!(!bench.screen().contains("new ↓"));
}

#[test]
fn a_stuck_line_is_told() {
    let mut bench = Bench::connected(80, 20);
    assert!(bench.takes(Input::Client(ClientInput::LinkFull)).is_empty());
    assert_shows(&bench, "too much waits for the network; /reconnect");
}

#[test]
fn an_unreadable_line_is_told_once_a_session() {
    let mut bench = Bench::connected(100, 20);
    for _ in 0..3 {
        let refusal = Refusal::new(RefusalCode::BadField, "unknown variant `presence`");
        bench.tells(LinkEvent::Unreadable(Box::new(refusal)));
    }
    assert_eq!(bench.screen().matches("cannot read").count(), 1);
}

#[test]
fn times_and_dates_follow_the_time_zone() {
    let mut bench = Bench::connected(80, 10);
    bench.said(3, "ana", "hello");
    assert!(bench.screen().contains("14:02   ana: hello"), "{}", bench.screen());
    let zone = TimeZone::fixed(jiff::tz::offset(13));
    bench.takes(Input::Zone(zone));
    let screen = bench.screen();
    assert!(screen.contains("03:02   ana: hello"), "{screen}");
    assert!(screen.contains("Monday, 23 November 2026"), "{screen}");
    bench.in_rust();
    bench.says_in("#rust", 1, user(3, "ana"), "hello");
    assert!(bench.screen().contains("03:02   ana: hello"), "{}", bench.screen());
}

#[test]
fn ctrl_z_stops_and_ctrl_underscore_undoes() {
    let mut bench = Bench::connected(80, 10);
    bench.types("typed");
    assert_eq!(bench.control('z'), [Effect::Suspend]);
    assert!(bench.screen().contains("> typed"));
    bench.control('_');
    assert!(!bench.screen().contains("> typed"), "{}", bench.screen());
}
