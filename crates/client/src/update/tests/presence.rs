use chat_proto::LeaveReason;
use chat_proto::event::RoomState;

use super::*;
use crate::entry::Body;
use crate::link::LinkError;
use crate::presence::JoinPolicy;
use crate::testing::room_state;

/// A minute, in milliseconds.
const MINUTE: i64 = 60_000;

fn joined(id: u64, name: &str) -> Event {
    Event::Joined { room: RoomName::lobby(), user: user(id, name) }
}

fn left(id: u64, name: &str) -> Event {
    Event::Left { room: RoomName::lobby(), user: user(id, name), reason: LeaveReason::Lost }
}

/// An input of the link at that time.
fn link_at(harness: &mut Harness, minutes: i64, event: LinkEvent) {
    let _ =
        update(&mut harness.state, Input::Link(event), Timestamp::from_millis(minutes * MINUTE));
}

fn event_at(harness: &mut Harness, minutes: i64, event: Event) {
    link_at(harness, minutes, LinkEvent::Event(event));
}

/// A session begins at that time, in a room with these users and bob.
fn connect_at(harness: &mut Harness, minutes: i64, users: &[(u64, &str)]) {
    let welcome = welcome(7, "bob");
    link_at(harness, minutes, LinkEvent::Welcome { session: 2, welcome });
    let users: Vec<_> = users.iter().map(|(id, name)| user(*id, name)).collect();
    let last_seq = harness.state.room().last_seq().get();
    let state = RoomState { users, ..room_state("#lobby", last_seq, 0) };
    event_at(harness, minutes, Event::Room(state));
}

/// The log of the lobby without the welcome: `+` who joined, `-` who left.
fn shown(harness: &Harness) -> Vec<String> {
    let log = harness.state.room().log();
    let entries = (0..log.len()).filter_map(|index| log.get(index));
    let words = entries.filter_map(|entry| match &entry.body {
        Body::Presence(presence) => {
            let joined = presence.joined().map(|name| format!("+{name}"));
            let left = presence.left().map(|(name, _)| format!("-{name}"));
            Some(joined.chain(left).collect::<Vec<_>>().join(" "))
        }
        Body::Offline { since } => Some(format!("offline from {}", since.as_millis() / MINUTE)),
        Body::Message { text, .. } => Some(text.clone()),
        Body::Ignored { .. } | Body::Notice(_) | Body::Restored => None,
    });
    words.collect()
}

#[test]
fn users_who_join_and_leave_between_two_messages_are_one_entry() {
    let mut harness = Harness::connected();
    for event in [joined(10, "dora"), joined(11, "eva"), left(3, "ana"), left(11, "eva")] {
        harness.event(event);
    }
    assert_eq!(shown(&harness), ["+dora -ana"]);
    let message = message_in("#lobby", 1, user(5, "carl"), "hi", Timestamp::from_millis(0));
    harness.event(Event::Message(message));
    harness.event(joined(3, "ana"));
    assert_eq!(shown(&harness), ["+dora -ana", "hi", "+ana"]);
    harness.event(left(3, "ana"));
    assert_eq!(shown(&harness), ["+dora -ana", "hi"], "the net effect is none");
}

#[test]
fn the_front_end_chooses_which_users_are_shown() {
    let mut harness = Harness::connected();
    harness.request(Request::ShowJoins(JoinPolicy::None));
    harness.event(joined(10, "dora"));
    assert!(shown(&harness).is_empty());
    harness.request(Request::ShowJoins(JoinPolicy::All));
    harness.event(joined(11, "eva"));
    harness.event(left(11, "eva"));
    assert_eq!(shown(&harness), ["+eva", "-eva"]);
}

#[test]
fn in_a_large_room_only_those_who_wrote_lately_are_shown() {
    let mut harness = Harness::connected();
    for (seq, name) in [(1, "old"), (2, "new")] {
        let minutes = if name == "old" { 0 } else { 50 };
        let at = Timestamp::from_millis(minutes * MINUTE);
        let message = message_in("#lobby", seq, user(20 + seq, name), name, at);
        event_at(&mut harness, minutes, Event::Message(message));
    }
    let state = RoomState { count: 30, ..room_state("#lobby", 2, 0) };
    event_at(&mut harness, 70, Event::Room(state));
    for (id, name) in [(21, "old"), (22, "new"), (23, "zoe")] {
        event_at(&mut harness, 70, joined(id, name));
    }
    assert_eq!(shown(&harness), ["old", "new", "+new"]);
}

#[test]
fn users_who_come_back_after_a_lost_connection_are_not_shown() {
    let mut harness = Harness::connected();
    link_at(&mut harness, 74, LinkEvent::Lost(LinkError::Closed));
    link_at(&mut harness, 74, LinkEvent::Lost(LinkError::Silent));
    connect_at(&mut harness, 75, &[(7, "bob")]);
    event_at(&mut harness, 75, joined(3, "ana"));
    event_at(&mut harness, 75, joined(9, "zoe"));
    assert_eq!(shown(&harness), ["offline from 74", "+zoe"]);
    // A user who comes much later has joined again.
    event_at(&mut harness, 80, joined(5, "carl"));
    assert_eq!(shown(&harness), ["offline from 74", "+zoe +carl"]);
}
