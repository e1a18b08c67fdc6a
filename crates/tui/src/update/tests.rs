mod accounts;
mod addresses;
mod attention;
mod back;
mod changes;
mod commands;
mod date;
mod devices;
mod drafts;
mod editing;
mod export;
mod find;
mod goto;
mod hooks;
mod invites;
mod journals;
mod keys;
mod lists;
mod live;
mod mentions;
mod mouse;
mod older;
mod quiet;
mod redraw;
mod refused;
mod rooms;
mod selecting;
mod servers;
mod settings;
mod standing;
mod stored;
mod threads;
mod tokens;
mod window;

use std::time::Duration;

use chat_client::entry::{Body, Origin};
use chat_client::link::{LinkError, LinkEvent, LinkRequest};
use chat_client::outbox::OUTBOX_MAX;
use chat_client::store::{MessageId, Profile};
use chat_proto::command::Nonce;
use chat_proto::event::{Accepted, Message, MessageKind, RoomState, Welcome};
use chat_proto::{Command, DeviceId, Event, Refusal, RefusalCode, RoomName, ShortString};
use crossterm::event::{KeyCode, KeyEvent, KeyModifiers};
use jiff::tz::TimeZone;

use super::*;
use crate::commands::COMMANDS;
use crate::fixture::{
    Harness, direct_event, expect_older, journal, left, message_in, name, own, profile, room,
    room_event, room_state, says, sent, store_ops, user, welcome,
};
use crate::input::Wheel;

/// What the box holds.
fn typed(harness: &Harness) -> String {
    harness.state.prompt.editor.text()
}

/// The nonce of the pong that follows all rooms of the user.
fn rooms_complete() -> Nonce {
    Nonce::Text(ShortString::new("rooms").unwrap())
}

#[track_caller]
fn assert_shows(harness: &Harness, text: &str) {
    let screen = harness.screen();
    assert!(screen.contains(text), "no {text:?} on\n{screen}");
}

#[test]
fn a_message_is_shown_at_once_and_acknowledged_later() {
    let mut harness = Harness::connected(80, 20);
    let effects = harness.type_text("hi\n");
    assert_eq!(says(&effects), [(1, "hi")]);
    assert_shows(&harness, "      bob … hi");
    harness.accept(1);
    assert_shows(&harness, "      bob   hi");
}

#[test]
fn a_refused_message_says_why() {
    let mut harness = Harness::connected(80, 20);
    harness.type_text("hi\n");
    let refusal = Refusal { n: Some(1), ..Refusal::new(RefusalCode::NotInRoom, "join it first") };
    harness.event(Event::Refused(refusal));
    assert_shows(&harness, "✗ hi");
}

#[test]
fn messages_without_a_session_wait_and_are_sent_in_order() {
    let mut harness = Harness::new(80, 20);
    assert!(says(&harness.type_text("one\ntwo\n")).is_empty());
    assert_shows(&harness, "2 messages queued");
    assert_eq!(says(&harness.connect(1)), [(1, "one"), (2, "two")]);
}

#[test]
fn the_outbox_is_bounded_and_the_text_stays() {
    let mut harness = Harness::new(80, 20);
    for _ in 0..OUTBOX_MAX {
        harness.type_text("x\n");
    }
    harness.type_text("one more\n");
    assert_shows(&harness, "Not sent: 100 messages are queued already");
    assert_eq!(typed(&harness), "one more");
}

#[test]
fn an_invalid_message_stays_in_the_input() {
    let mut harness = Harness::connected(120, 20);
    harness.input(Input::Paste("x".repeat(20_000)));
    harness.press(KeyCode::Enter);
    assert_shows(&harness, "Too long: 20.0 of 16.4 kB. Shorten it and press Enter");
    assert_eq!(typed(&harness).len(), 20_000);
    harness.input(Input::Paste("x".repeat(20_000)));
    assert_shows(&harness, "Paste too long (40.0 kB, the limit is 32.8 kB). Nothing was pasted");
    let mut harness = Harness::connected(120, 20);
    harness.input(Input::Paste("a\u{1b}b".into()));
    assert!(harness.press(KeyCode::Enter).is_empty());
    assert_shows(&harness, "U+001B");
    assert_eq!(typed(&harness), "a\u{1b}b");
}

#[test]
fn a_paste_of_many_lines_is_one_message() {
    let mut harness = Harness::connected(80, 20);
    harness.input(Input::Paste("one\r\n  two\rthree".into()));
    assert_eq!(says(&harness.type_text("\n")), [(1, "one\n  two\nthree")]);
}

#[test]
fn commands_do_what_they_say() {
    let mut harness = Harness::connected(80, 60);
    assert_eq!(harness.type_text("/quit\n"), [Effect::Quit]);
    assert_eq!(
        harness.type_text("/reconnect\n"),
        [Effect::Client(ClientEffect::Link(LinkRequest::Connect(name("bob"))))]
    );
    let command = Command::Rename { name: name("rob") };
    assert_eq!(
        harness.type_text("/name rob\n"),
        [Effect::Client(ClientEffect::Link(LinkRequest::Send { session: 1, command }))]
    );
    harness.type_text("/me waves\n");
    assert_shows(&harness, "… * bob waves");
    assert_eq!(says(&harness.type_text("//text\n")), [(2, "/text")]);
    harness.type_text("/foo bar\n");
    assert_shows(&harness, "Unknown command /foo.");
}

#[test]
fn help_and_set_open_a_page_at_its_beginning() {
    let mut harness = Harness::connected(100, 20);
    harness.state.settings_file = Some("/home/bob/.config/chat-tui/config.toml".into());
    let settings: Vec<_> =
        crate::settings::SETTINGS.iter().map(|setting| format!("{} = ", setting.name)).collect();
    let commands: Vec<_> = COMMANDS.iter().map(crate::commands::Command::synopsis).collect();
    for (typed, title, names) in
        [("/help\n", "Commands", commands), ("/set\n", "Settings", settings)]
    {
        harness.type_text(typed);
        let first = harness.screen();
        assert!(first.starts_with(title), "{first}");
        assert!(first.contains(&names[0]), "{first}");
        let mut all = first;
        for _ in 0..5 {
            harness.press(KeyCode::PageDown);
            all.push_str(&harness.screen());
        }
        for name in names {
            assert!(all.contains(&name), "no {name} on\n{all}");
        }
        harness.press(KeyCode::Esc);
        assert_shows(&harness, "#lobby › ");
    }
    harness.type_text("/set\n");
    harness.press(KeyCode::End);
    assert_shows(&harness, "saves it in /home/bob/.config/chat-tui/config.toml");
}

#[test]
fn clear_leaves_pending_messages() {
    let mut harness = Harness::connected(80, 20);
    harness.type_text("kept\n");
    harness.accept(1);
    harness.type_text("pending\n/clear\n");
    let screen = harness.screen();
    assert!(!screen.contains("kept") && screen.contains("… pending"), "{screen}");
    harness.accept(2);
    assert_shows(&harness, "bob   pending");
}

#[test]
fn a_taken_name_is_asked_for_and_nothing_typed_is_lost() {
    let mut harness = Harness::new(80, 20);
    harness.type_text("half a sen");
    harness.refuse_name();
    assert_eq!(typed(&harness), "bob_2");
    harness.control('u');
    harness.type_text("a|b\n");
    assert_shows(&harness, "Not a name: a name has none of the characters");
    harness.control('u');
    assert_eq!(harness.type_text("rob\n"), [Effect::Client(ClientEffect::OpenUser(name("rob")))]);
    assert_eq!(typed(&harness), "half a sen");
    let rob = profile("rob");
    let effects = harness.input(Input::Client(ClientInput::UserOpened(Ok(Box::new(rob)))));
    assert!(
        matches!(&effects[..], [Effect::Client(ClientEffect::Link(LinkRequest::ConnectAs(rob)))] if rob.name == name("rob"))
    );
    assert_eq!(*harness.state.client.name(), name("rob"));
}

#[test]
fn commands_work_where_a_name_is_asked_for() {
    let mut harness = Harness::new(80, 20);
    harness.type_text("draft");
    harness.refuse_name();
    harness.control('u');
    assert_eq!(harness.type_text("/quit\n"), [Effect::Quit]);
    assert_eq!(
        harness.type_text("/name rob\n"),
        [Effect::Client(ClientEffect::OpenUser(name("rob")))]
    );
    harness.connect(1);
    assert_eq!(typed(&harness), "draft");
}

#[test]
fn a_name_refused_twice_keeps_the_first_draft() {
    let mut harness = Harness::new(80, 20);
    harness.type_text("draft");
    harness.refuse_name();
    harness.refuse_name();
    harness.type_text("\n");
    assert_eq!(typed(&harness), "draft");
}

#[test]
fn a_name_that_nobody_may_have_is_not_in_the_way_of_another() {
    let mut harness = Harness::new(80, 20);
    let refusal =
        Refusal::new(RefusalCode::BadName, "the name bob is reserved; choose another name");
    harness.link_event(LinkEvent::Refused(Box::new(refusal)));
    assert_shows(&harness, "! Not connected: the name bob is reserved; choose another name");
    let effects = harness.type_text("rob\n");
    assert!(effects.contains(&Effect::Client(ClientEffect::OpenUser(name("rob")))), "{effects:?}");
}

#[test]
fn a_mention_rings_the_bell() {
    let mut harness = Harness::connected(80, 20);
    assert!(harness.message(3, "ana", "hi @BOB!").contains(&Effect::Ring));
    assert_shows(&harness, "      ana ▌ hi @BOB!");
    for text in ["hi @bobby", "hi bob", "bob is here"] {
        assert!(!harness.message(3, "ana", text).contains(&Effect::Ring), "{text}");
    }
    assert!(!harness.message(7, "bob", "I am bob").contains(&Effect::Ring));
}

#[test]
fn a_question_mark_is_typed_like_any_character() {
    let mut harness = Harness::connected(80, 20);
    assert_eq!(says(&harness.type_text("?\n")), [(1, "?")]);
    harness.press(KeyCode::F(1));
    assert!(harness.state.page.is_some());
}

#[test]
fn a_text_that_is_typed_or_pasted_over_a_page_is_in_the_input() {
    let mut harness = Harness::connected(80, 20);
    harness.type_text("/set\n");
    assert_eq!(sent_settings(&harness.type_text("/set theme light\n")), 1);
    assert!(harness.state.page.is_none());
    harness.type_text("/keys\n  q");
    assert_eq!((typed(&harness).as_str(), harness.state.page.is_some()), ("", false));
    harness.press(KeyCode::F(1));
    harness.input(Input::Paste("a paste".into()));
    assert_shows(&harness, "#lobby › a paste");
}

fn sent_settings(effects: &[Effect]) -> usize {
    effects.iter().filter(|effect| matches!(effect, Effect::SaveSetting(_))).count()
}

#[test]
fn alt_enter_begins_a_line_and_enter_sends_both() {
    let mut harness = Harness::connected(80, 20);
    harness.type_text("one");
    harness.input(Input::Key(KeyEvent::new(KeyCode::Enter, KeyModifiers::ALT)));
    assert_eq!(says(&harness.type_text("two\n")), [(1, "one\ntwo")]);
}

#[test]
fn new_messages_are_counted_while_one_reads_back() {
    let mut harness = Harness::connected(80, 20);
    for number in 0..60 {
        harness.message(3, "ana", &format!("message {number}"));
    }
    harness.press(KeyCode::PageUp);
    let before = harness.screen();
    for _ in 0..12 {
        harness.message(3, "ana", "new");
    }
    assert_eq!(before.lines().next(), harness.screen().lines().next());
    assert_shows(&harness, "12 new ↓");
    harness.press(KeyCode::End);
    assert_shows(&harness, "      new");
    assert!(!harness.screen().contains("new ↓"));
}

#[test]
fn a_stuck_connection_is_shown() {
    let mut harness = Harness::connected(80, 20);
    assert!(harness.input(Input::Client(ClientInput::LinkFull)).is_empty());
    assert_shows(&harness, "Too many requests wait for the network. /reconnect");
}

#[test]
fn an_unreadable_line_is_reported_once_in_a_session() {
    let mut harness = Harness::connected(100, 20);
    for _ in 0..3 {
        harness
            .link_event(crate::fixture::unreadable(Some("presence"), "unknown variant `presence`"));
    }
    assert_eq!(harness.screen().matches("sent something this version").count(), 1);
}

#[test]
fn times_and_dates_follow_the_time_zone() {
    let mut harness = Harness::connected(80, 10);
    harness.message(3, "ana", "hello");
    assert!(harness.screen().contains("14:02          · Welcome"), "{}", harness.screen());
    let zone = TimeZone::fixed(jiff::tz::offset(13));
    harness.input(Input::Zone(zone));
    let screen = harness.screen();
    assert!(screen.contains("03:02          · Welcome"), "{screen}");
    assert!(screen.contains("Monday, 23 November 2026"), "{screen}");
    harness.join_rust();
    harness.message_in("#rust", 1, user(3, "ana"), "hello");
    assert!(harness.screen().contains("03:02    ana   hello"), "{}", harness.screen());
}

#[test]
fn ctrl_z_stops_and_ctrl_underscore_undoes() {
    let mut harness = Harness::connected(80, 10);
    harness.type_text("typed");
    assert_eq!(harness.control('z'), [Effect::Suspend]);
    assert!(harness.screen().contains("› typed"));
    harness.control('_');
    assert!(!harness.screen().contains("› typed"), "{}", harness.screen());
}
