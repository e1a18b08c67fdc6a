use super::selecting::lines;
use super::*;
use crate::state::{Target, hit};

#[test]
fn clicks_go_to_what_is_under_them() {
    let mut harness = Harness::connected(120, 24);
    harness.message(3, "ana", "hello");
    harness.click("hello");
    assert_shows(&harness, "▶ hello");
    harness.join_rust();
    harness.click("#lobby");
    assert_eq!(*harness.state.shown(), RoomName::lobby());
    harness.message_in("#rust", 1, user(3, "ana"), "new");
    harness.click("3 online");
    assert_eq!(*harness.state.shown(), RoomName::lobby());
    harness.resize(79, 24);
    harness.click("1 unread in #rust");
    assert_eq!(*harness.state.shown(), room("#rust"), "the header goes to what is new");
    harness.click("#rust");
    assert_eq!(*harness.state.shown(), RoomName::lobby(), "and back");
    harness.resize(120, 24);
    harness.click("carl");
    assert_eq!(harness.state.client.room().label().as_str(), "@carl");
}

#[test]
fn a_click_that_gives_the_window_its_focus_selects_nothing() {
    let mut harness = Harness::connected(120, 24);
    harness.message(3, "ana", "hello");
    harness.input(Input::Focus(false));
    harness.input(Input::Focus(true));
    harness.click("hello");
    harness.type_text("yes please");
    assert_eq!(typed(&harness), "yes please");
    harness.at = Timestamp::from_millis(harness.at.as_millis() + 500);
    harness.click("hello");
    assert_shows(&harness, "▶ hello");
}

#[test]
fn the_hint_of_new_messages_goes_to_them() {
    let mut harness = Harness::connected(80, 12);
    for number in 1..=40 {
        harness.message(3, "ana", &format!("message {number}"));
    }
    harness.press(KeyCode::PageUp);
    harness.message(3, "ana", "the newest");
    assert_shows(&harness, "1 new ↓ End");
    harness.click("message 33");
    assert_shows(&harness, "▶ message 33");
    harness.click("1 new");
    assert_shows(&harness, "the newest");
}

#[test]
fn the_wheel_scrolls_the_pane_under_it() {
    let mut harness = Harness::connected(100, 12);
    for number in 10..40 {
        harness.event(room_event(&format!("#room-{number}"), 0, 0));
    }
    let rooms = harness.state.panes().rooms.unwrap().as_position();
    assert_shows(&harness, "#lobby");
    harness.input(Input::Wheel(Wheel::Down, rooms));
    assert!(!harness.screen().contains(" 1 #lobby"));
    assert_shows(&harness, "↑ 3 more");
    harness.click("↑ 3 more");
    assert_shows(&harness, " 1 #lobby");
    harness.click("↓");
    assert!(!harness.screen().contains(" 1 #lobby"));
    harness.input(Input::Wheel(Wheel::Up, rooms));
    harness.input(Input::Wheel(Wheel::Up, rooms));
    harness.input(Input::Wheel(Wheel::Up, rooms));
    assert_shows(&harness, " 1 #lobby");
}

#[test]
fn every_cell_of_every_size_has_a_target() {
    let mut harness = Harness::connected(120, 24);
    harness.join_rust();
    harness.message_in("#rust", 1, user(3, "ana"), &lines(40));
    for (width, height) in
        [(1, 1), (5, 3), (20, 6), (40, 12), (79, 24), (80, 24), (120, 30), (200, 60)]
    {
        harness.resize(width, height);
        let screen = harness.screen();
        let rows: Vec<&str> = screen.lines().collect();
        for (y, x) in (0..height).flat_map(|y| (0..width).map(move |x| (y, x))) {
            let row = rows.get(usize::from(y)).copied().unwrap_or_default();
            let position = ratatui::layout::Position::new(x, y);
            match hit(&harness.state, position) {
                Target::Room(name) => assert!(row.contains(name.as_str()), "{name} {row}"),
                Target::User(name) => assert!(row.contains(name.as_str()), "{name} {row}"),
                Target::Message { is_fold, .. } => {
                    assert_eq!(is_fold, row.contains('┄'), "{width}x{height} {row}");
                }
                Target::Prompt => assert!(y + 8 >= height, "{row}"),
                _ => {}
            }
        }
    }
}

#[test]
fn the_wheel_leaves_a_selected_message_behind() {
    let mut harness = Harness::connected(80, 12);
    for number in 1..=40 {
        harness.message(3, "ana", &format!("message {number}"));
    }
    harness.wheel(Wheel::Up);
    harness.wheel(Wheel::Up);
    harness.click("message 30");
    harness.wheel(Wheel::Up);
    assert_shows(&harness, "▶ message 30");
    for _ in 0..4 {
        harness.wheel(Wheel::Down);
    }
    assert_shows(&harness, "message 40");
    assert!(harness.state.selection.is_none());
}
