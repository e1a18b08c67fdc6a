//! Who is writing, who is away, and when a user was last connected.

use chat_proto::{AwayText, UserId};

use super::*;

fn typing(harness: &mut Harness, id: u64, name: &str) {
    let (room, user) = (RoomName::lobby(), user(id, name));
    harness.event(Event::Typing { room, user });
}

/// The commands that an input leads to, with those that the harness leaves out.
fn all_sent(harness: &mut Harness, typed: &str) -> Vec<Command> {
    let keys =
        typed.chars().map(|c| Input::Key(KeyEvent::new(KeyCode::Char(c), KeyModifiers::NONE)));
    keys.flat_map(|key| sent(&harness.input_all(key))).collect()
}

#[test]
fn the_line_above_the_input_box_says_who_is_typing() {
    let mut harness = Harness::connected(100, 20);
    typing(&mut harness, 3, "ana");
    assert_shows(&harness, "ana is typing…");
    typing(&mut harness, 5, "carl");
    assert_shows(&harness, "ana and carl are typing…");
    typing(&mut harness, 9, "eva");
    assert_shows(&harness, "3 people are typing…");
    harness.message(3, "ana", "there");
    assert_shows(&harness, "carl and eva are typing…");
    harness.at = Timestamp::from_millis(harness.at.as_millis() + 5_000);
    harness.state.redraw.drew_all();
    harness.input(Input::Client(ClientInput::Tick));
    assert!(harness.state.redraw.rest, "the screen is drawn without them");
    assert!(!harness.screen().contains("typing"), "{}", harness.screen());
}

#[test]
fn typing_is_sent_unless_it_is_a_command_or_turned_off() {
    let mut harness = Harness::connected(80, 20);
    let typing = Command::Typing { room: RoomName::lobby() };
    assert_eq!(all_sent(&mut harness, "/who")[..], [], "a command");
    harness.input(Input::Key(KeyEvent::new(KeyCode::Char('u'), KeyModifiers::CONTROL)));
    assert_eq!(all_sent(&mut harness, "hel"), std::slice::from_ref(&typing));
    harness.at = Timestamp::from_millis(harness.at.as_millis() + 3_000);
    assert_eq!(all_sent(&mut harness, "lo")[..], [typing]);
    harness.input(Input::Key(KeyEvent::new(KeyCode::Char('u'), KeyModifiers::CONTROL)));
    harness.type_text("/set typing off\n");
    harness.at = Timestamp::from_millis(harness.at.as_millis() + 3_000);
    assert_eq!(all_sent(&mut harness, "hello")[..], []);
}

#[test]
fn away_and_back_are_sent_and_shown() {
    let mut harness = Harness::connected(120, 20);
    let text = AwayText::new("lunch").unwrap();
    let away = Command::Away { text: text.clone() };
    assert_eq!(sent(&harness.type_text("/away lunch\n")), [away]);
    harness.event(Event::Away { user: user(7, "bob"), text });
    assert_shows(&harness, "You're away: lunch");
    assert_eq!(sent(&harness.type_text("/back\n")), [Command::Back]);
    harness.event(Event::Back { user: user(7, "bob") });
    assert!(!harness.screen().contains("away"), "{}", harness.screen());
    harness.type_text(&format!("/away {}\n", "x".repeat(65)));
    assert_shows(&harness, "Not away: an away text has at most 64 bytes");
    harness.event(Event::Away { user: user(3, "ana"), text: AwayText::default() });
    assert_shows(&harness, " ○ ana");
    assert_shows(&harness, " ● carl");
}

#[test]
fn the_header_of_a_direct_message_says_how_its_user_can_be_reached() {
    let mut harness = Harness::connected(100, 20);
    let ana = user(3, "ana");
    harness.event(direct_event(&ana, 0, 0));
    harness.type_text("/join @ana\n");
    assert_shows(&harness, " online");
    let text = AwayText::new("lunch").unwrap();
    harness.event(Event::Away { user: ana, text });
    assert_shows(&harness, " away: lunch");
    let today = harness.at;
    harness.event(Event::Back { user: user(3, "ana") });
    let (room, reason) = (RoomName::lobby(), chat_proto::LeaveReason::Bye);
    harness.event(Event::Left { room, user: user(3, "ana"), reason });
    for (seen_at, shown) in [(0, " last seen 14:02"), (86_400_000, " last seen 21 Nov 14:02")] {
        harness.event(Event::Room(RoomState {
            room: RoomName::direct(UserId::new(3), UserId::new(7)),
            title: Some(user(3, "ana").name),
            users: vec![user(7, "bob")],
            count: 1,
            seen_at: Some(Timestamp::from_millis(today.as_millis() - seen_at)),
            ..room_state("#lobby", 0, 0)
        }));
        assert_shows(&harness, shown);
    }
}
