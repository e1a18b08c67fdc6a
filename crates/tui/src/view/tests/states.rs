//! What the screen says about the state that the room, the connection and the program are in.

use chat_proto::Event;
use crossterm::event::KeyCode;

use crate::fixture::{Harness, room_state, user};

#[track_caller]
fn assert_shows(harness: &Harness, text: &str) {
    let screen = harness.screen();
    assert!(screen.contains(text), "no {text:?} on\n{screen}");
}

#[test]
fn a_room_without_messages_says_so_until_there_is_one() {
    let mut harness = Harness::connected(80, 20);
    harness.event(Event::Room(room_state("#tea", 0, 0)));
    harness.alt(KeyCode::Char('2'));
    assert_shows(&harness, "No messages in #tea yet");
    harness.message_in("#tea", 1, user(3, "ana"), "hi");
    assert!(!harness.screen().contains("No messages"), "{}", harness.screen());
}

#[test]
fn a_quiet_room_says_so_in_its_header() {
    let mut harness = Harness::connected(80, 20);
    harness.type_text("/quiet\n");
    assert_shows(&harness, "#lobby  quiet");
    harness.type_text("/unquiet\n");
    assert!(!harness.screen().contains("#lobby  quiet"), "{}", harness.screen());
}

#[test]
fn the_last_row_of_the_user_list_is_not_cut() {
    let mut harness = Harness::connected(120, 11);
    let users = (0..20).map(|id| user(100 + id, &format!("u{id:03}"))).collect();
    harness.event(Event::Room(chat_proto::event::RoomState {
        users,
        count: 185,
        ..room_state("#lobby", 0, 0)
    }));
    let screen = harness.screen();
    let row = screen.lines().find(|row| row.contains("↓ 178 more"));
    assert_eq!(row.map(|row| row.ends_with("↓ 178 more")), Some(true), "{screen}");
}

#[test]
fn the_demo_says_that_it_is_one() {
    let mut harness = Harness::connected(80, 20);
    harness.state.is_demo = true;
    assert_shows(&harness, "Demo: nothing is sent");
}

#[test]
fn a_list_says_that_it_is_not_known_while_offline() {
    let mut harness = Harness::new(80, 20);
    for list in ["/who\n", "/rooms x\n"] {
        harness.type_text(list);
        assert_shows(&harness, "You're offline. Try again once connected");
        harness.press(KeyCode::Esc);
    }
}

#[test]
fn the_name_of_the_room_leaves_room_for_text_on_a_narrow_screen() {
    for (width, expected) in [(12, ""), (15, ""), (20, "#lobby › "), (40, "#lobby › ")] {
        let harness = Harness::connected(width, 8);
        assert_eq!(harness.state.prompt_label(), expected, "{width}");
    }
}
