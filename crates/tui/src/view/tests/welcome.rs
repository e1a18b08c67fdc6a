use chat_proto::{Event, Role};
use insta::assert_snapshot;

use crate::fixture::Harness;

#[test]
fn a_newcomer_reads_what_to_do_until_the_first_message() {
    let mut harness = Harness::new(70, 14);
    harness.state.is_first = true;
    assert!(!harness.screen().contains("/rooms lists"), "not before there is a session");
    harness.connect(1);
    let rows: Vec<String> = harness.screen().lines().skip(8).take(4).map(str::to_owned).collect();
    assert_snapshot!(rows.join("\n"), @r"

     ▌ Type a message and press Enter to send it.
     ▌ /rooms lists the rooms, Ctrl-K goes to one.
     ▌ F1 or /keys shows the keys, /help the commands, /quit quits.
    ");
    harness.resize(44, 14);
    let rows: Vec<String> = harness.screen().lines().skip(9).take(3).map(str::to_owned).collect();
    assert_snapshot!(rows.join("\n"), @r"
     ▌ Type a message and press Enter.
     ▌ /rooms lists the rooms.
     ▌ F1 or /keys shows the keys.
    ");
    harness.resize(70, 14);
    harness.type_text("/topic\n");
    assert!(harness.screen().contains("/rooms lists"));
    harness.type_text("hello\n");
    assert!(!harness.screen().contains("/rooms lists"));
}

#[test]
fn the_owner_of_a_new_server_reads_how_to_invite() {
    let mut harness = Harness::new(90, 14);
    harness.state.is_first = true;
    harness.connect(1);
    let user = crate::fixture::user(7, "bob");
    harness.event(Event::Role { room: None, user, role: Role::Owner, by: None });
    let screen = harness.screen();
    assert!(
        screen.contains("▌ You own this server: /invite invites others, /join #ROOM makes a room."),
        "{screen}"
    );
}

#[test]
fn the_welcome_belongs_to_the_lobby_and_needs_room() {
    let mut harness = Harness::connected(70, 20);
    harness.state.is_first = true;
    harness.join_rust();
    assert!(!harness.screen().contains("/rooms lists"));
    harness.type_text("/join #lobby\n");
    assert!(harness.screen().contains("/rooms lists"));
    harness.resize(70, 8);
    assert!(!harness.screen().contains("/rooms lists"));
}
