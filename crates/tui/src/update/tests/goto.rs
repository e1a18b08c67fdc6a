//! Go to: rooms, users and commands by a part of the name.

use insta::assert_snapshot;

use super::lists::{busy, labels, list_rooms};
use super::*;

#[test]
fn go_to_has_what_needs_the_user_first_and_takes_nothing_from_the_input() {
    let mut harness = busy();
    harness.type_text("half a sen");
    assert_eq!(
        sent(&harness.control('k')),
        [Command::Rooms { after: None, limit: None }],
        "the rooms are asked for once"
    );
    list_rooms(&mut harness);
    assert_eq!(
        labels(&harness),
        ["#rust", "#dev", "@ana", "@carl", "#ops", "#lobby"],
        "mentions, unread, own, users, other rooms, and where one is"
    );
    assert_snapshot!(harness.screen(), @r#"
 ROOMS             │ #lobby                                             3 online
▌ 1 #lobby         │ ───────────────────────────────────────────────────────────
  2 #dev          1│
  3 #rust        @1│
                   │
 DIRECT            │
● 4 ana            │
                   │
                   │
                   │
                   │
                   │
                   │
                   │
                   │
                   │ ── Go to ──────────────────────────────────────────────────
                   │ ▶  #rust   3 users                                       @1
                   │    #dev    3 users                                        1
                   │  ● @ana
                   │  ● @carl
                   │    #ops    12 users · on call: mei
                   │    #lobby  3 users
                                          ↑↓ choose · Enter go there · Esc close
Go to ›  a room, a user, or > and a command
"#);
    harness.press(KeyCode::Esc);
    assert_eq!(typed(&harness), "half a sen");
    assert!(harness.state.popup().is_none());
    assert_eq!(sent(&harness.control('k')), [], "the list is fresh");
    harness.press(KeyCode::Down);
    harness.press(KeyCode::Enter);
    assert_eq!(harness.state.shown(), &room("#dev"));
    assert_eq!(harness.state.typed(&RoomName::lobby()), "half a sen");
}

#[test]
fn go_to_finds_by_parts_of_a_name() {
    let mut harness = busy();
    harness.control('k');
    list_rooms(&mut harness);
    harness.type_text("rs");
    assert_eq!(labels(&harness), ["#rust", "#rs"], "the last one is new");
    harness.control('u');
    harness.type_text("@c");
    assert_eq!(labels(&harness), ["@carl"]);
    harness.press(KeyCode::Enter);
    assert_shows(&harness, "carl");
    assert_eq!(harness.state.shown(), &room("@5-7"));
    harness.type_text("/go ops\n");
    let join = Command::Join { room: room("#ops"), since: None };
    assert_eq!(sent(&harness.press(KeyCode::Enter)), [join]);
    harness.control('k');
    harness.type_text("#tea time");
    assert_eq!(labels(&harness), [""; 0]);
    assert_shows(&harness, "Nothing found");
    harness.press(KeyCode::Enter);
    assert!(harness.state.popup().is_some(), "there is nothing to go to");
    harness.control('u');
    harness.type_text("#tea");
    let join = Command::Join { room: room("#tea"), since: None };
    assert_eq!(sent(&harness.press(KeyCode::Enter)), [join]);
}

#[test]
fn go_to_creates_a_room_only_if_the_user_says_so() {
    let mut harness = busy();
    harness.control('k');
    list_rooms(&mut harness);
    harness.type_text("oops");
    assert_eq!(labels(&harness), ["#oops"]);
    assert_shows(&harness, "Choose this to create the room");
    assert_eq!(sent(&harness.press(KeyCode::Enter)), []);
    harness.press(KeyCode::Down);
    let join = Command::Join { room: room("#oops"), since: None };
    assert_eq!(sent(&harness.press(KeyCode::Enter)), [join]);
    for typed in ["##oops2", "@#oops2"] {
        harness.control('k');
        harness.type_text(typed);
        assert_eq!(labels(&harness), [""; 0], "{typed} is no name of a room");
        harness.press(KeyCode::Esc);
    }
}

#[test]
fn ctrl_k_cuts_what_is_behind_the_cursor() {
    let mut harness = busy();
    harness.type_text("hello");
    harness.control('a');
    assert_eq!(sent(&harness.control('k')), []);
    assert!(harness.state.picker.is_none());
    harness.type_text("oops");
    assert_eq!(typed(&harness), "oops");
    harness.control('y');
    assert_eq!(typed(&harness), "oopshello");
    harness.control('k');
    assert!(harness.state.picker.is_some(), "nothing is behind the cursor");
}

#[test]
fn go_to_carries_out_commands() {
    let mut harness = busy();
    harness.control('k');
    harness.type_text(">nick");
    assert_eq!(labels(&harness)[0], "/name [NAME]");
    harness.control('u');
    harness.type_text(">join\n");
    assert_shows(&harness, "Go to › >join");
    let join = Command::Join { room: room("#tea"), since: None };
    assert_eq!(sent(&harness.type_text("#tea\n")), [join]);
    harness.control('k');
    assert_eq!(harness.type_text(">quit\n"), [Effect::Quit]);
}
