//! Muted rooms, levels of rooms, and ignored users.

use super::*;

/// A client in the lobby, in a room #rust besides, on a screen that has no room list.
fn in_two_rooms(width: u16) -> Harness {
    let mut harness = Harness::connected(width, 20);
    harness.join_rust();
    harness.alt(KeyCode::Char('1'));
    harness
}

fn rings(harness: &mut Harness, seq: u64, text: &str) -> bool {
    harness.message_in("#rust", seq, user(3, "ana"), text).contains(&Effect::Ring)
}

#[test]
fn a_quiet_room_is_quiet_and_counts_its_mentions_alone() {
    let mut harness = in_two_rooms(100);
    harness.type_text("/notify all\n/quiet #rust\n");
    assert_shows(&harness, "#rust is quiet: only mentions are counted");
    assert!(!rings(&mut harness, 1, "hi"));
    assert_shows(&harness, " 2 #rust          │");
    assert_eq!(harness.state.client.next_unread(), None);
    assert!(!rings(&mut harness, 2, "hi @bob"));
    assert_shows(&harness, " 2 #rust        @1│");
    assert!(harness.state.client.next_unread().is_some());
    harness.type_text("/unquiet #rust\n");
    assert!(rings(&mut harness, 3, "hi @bob"));
    harness.type_text("/quiet #nowhere\n");
    assert_shows(&harness, "You're not in #nowhere");
}

#[test]
fn a_quiet_room_is_not_unread_elsewhere() {
    let mut harness = in_two_rooms(60);
    harness.message_in("#rust", 1, user(3, "ana"), "hi");
    assert_shows(&harness, "1 unread in #rust");
    harness.type_text("/quiet #rust\n");
    assert!(!harness.screen().contains("unread"));
}

#[test]
fn each_room_notifies_of_what_the_user_has_chosen_for_it() {
    let mut harness = in_two_rooms(100);
    harness.alt(KeyCode::Char('2'));
    harness.type_text("/notify\n");
    assert_shows(&harness, "#rust notifies you of mentions (the default)");
    harness.type_text("/notify all\n");
    assert_shows(&harness, "#rust notifies you of all messages");
    harness.alt(KeyCode::Char('1'));
    assert!(rings(&mut harness, 1, "hi"));
    harness.alt(KeyCode::Char('2'));
    harness.type_text("/notify none\n");
    assert!(!rings(&mut harness, 2, "hi @bob"));
    harness.type_text("/notify default\n");
    assert!(!rings(&mut harness, 3, "hi"));
    assert!(rings(&mut harness, 4, "hi @bob"));
    harness.type_text("/notify loudly\n");
    assert_shows(&harness, "Usage: /notify [mentions|all|none|default]");
}

#[test]
fn a_user_who_has_left_is_ignored_by_the_name_in_the_messages() {
    let mut harness = in_two_rooms(100);
    harness.message(9, "zoe", "goodbye");
    harness.type_text("/ignore zoe\n");
    assert_shows(&harness, "You ignore zoe: new messages are hidden");
    harness.message(9, "zoe", "I am back");
    assert!(!harness.screen().contains("I am back"));
}

#[test]
fn the_messages_of_an_ignored_user_are_hidden_ring_nothing_and_count_for_nothing() {
    let mut harness = in_two_rooms(100);
    let effects = harness.type_text("/ignore ana\n");
    assert!(store_ops(&effects).iter().any(|op| matches!(op, StoreOp::Choices(_))));
    assert!(!harness.message(3, "ana", "secret @bob").contains(&Effect::Ring));
    assert_shows(&harness, "1 message from an ignored user");
    assert!(!harness.screen().contains("secret"));
    assert!(!rings(&mut harness, 1, "@bob"));
    assert_shows(&harness, " 2 #rust          │");
    harness.message_in("#rust", 2, user(5, "carl"), "hi");
    assert_shows(&harness, " 2 #rust         1│");
    harness.type_text("/ignore\n");
    assert_shows(&harness, "You ignore ana");
    harness.type_text("/unignore ana\n");
    assert!(harness.message(3, "ana", "hello @bob").contains(&Effect::Ring));
    harness.type_text("/ignore zoe\n");
    assert_shows(&harness, "No user \"zoe\" is online, or wrote one of");
    harness.type_text("/unignore ana\n");
    assert_shows(&harness, "ana is not ignored");
}

#[test]
fn choices_are_there_in_the_next_run() {
    let mut harness = Harness::connected(80, 20);
    let effects = harness.type_text("/quiet\n");
    let stored = store_ops(&effects).into_iter().find_map(|op| match op {
        StoreOp::Choices(choices) => Some(choices.clone()),
        _ => None,
    });
    let next = Profile { choices: stored.unwrap(), ..profile("bob") };
    let mut harness = Harness::with_profile(80, 20, next);
    harness.connect(1);
    assert!(!harness.message(3, "ana", "hi @bob").contains(&Effect::Ring));
}

#[test]
fn a_direct_message_says_whether_the_other_user_is_online() {
    let mut harness = Harness::connected(80, 20);
    harness.event(direct_event(&user(5, "carl"), 0, 0));
    harness.alt(KeyCode::Char('2'));
    assert_shows(&harness, "carl  ● online");
    harness.type_text("hi");
    assert!(!harness.screen().contains("offline"));
    let direct = RoomName::direct(chat_proto::UserId::new(7), chat_proto::UserId::new(5));
    let reason = chat_proto::LeaveReason::Bye;
    harness.event(Event::Left { room: direct, user: user(5, "carl"), reason });
    assert_shows(&harness, "carl  ● online");
    harness.event(Event::Left { room: RoomName::lobby(), user: user(5, "carl"), reason });
    assert_shows(&harness, "carl  ○ last seen 14:02");
    assert_shows(&harness, "carl is offline and sees your messages when back");
}
