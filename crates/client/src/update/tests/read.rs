//! The read position: sent to the server once it can take it, and again if it may be lost.

use chat_proto::ShortString;
use chat_proto::command::Nonce;

use super::*;
use crate::link::LinkError;

/// The read positions that are sent.
fn sent(effects: &[Effect]) -> Vec<u64> {
    let sent = effects.iter().filter_map(|effect| match effect {
        Effect::Link(LinkRequest::Send { command: Command::Read { seq, .. }, .. }) => {
            Some(seq.get())
        }
        _ => None,
    });
    sent.collect()
}

/// Loses the session, and begins another one.
fn reconnect(harness: &mut Harness) {
    harness.input(Input::Link(LinkEvent::Lost(LinkError::Closed)));
    let welcome = welcome(7, "bob");
    harness.input(Input::Link(LinkEvent::Welcome { session: 2, welcome }));
}

/// The server has sent all rooms of the user.
fn rooms_complete(harness: &mut Harness) -> Vec<Effect> {
    let nonce = Nonce::Text(ShortString::new("rooms").unwrap());
    harness.event(Event::Pong { nonce })
}

fn asks_for_a_tick(effects: &[Effect]) -> bool {
    effects.iter().any(|effect| matches!(effect, Effect::Tick(_)))
}

#[test]
fn a_read_position_that_may_be_lost_is_sent_in_the_next_session() {
    let mut harness = Harness::connected();
    harness.event(room_event("#lobby", 9, 0));
    let read = Request::Read { room: RoomName::lobby(), seq: Seq::new(5) };
    assert!(asks_for_a_tick(&harness.request(read)));
    assert_eq!(sent(&harness.input(Input::Tick)), [5]);
    reconnect(&mut harness);
    harness.event(room_event("#lobby", 9, 0));
    assert!(asks_for_a_tick(&rooms_complete(&mut harness)));
    assert_eq!(sent(&harness.input(Input::Tick)), [5]);
    reconnect(&mut harness);
    harness.event(room_event("#lobby", 9, 5));
    assert!(!asks_for_a_tick(&rooms_complete(&mut harness)), "the server has it");
}

#[test]
fn the_read_position_of_a_room_is_sent_after_the_server_has_sent_the_room() {
    let mut harness = Harness::connected();
    harness.event(room_event("#rust", 9, 0));
    reconnect(&mut harness);
    harness.request(Request::Read { room: room("#rust"), seq: Seq::new(5) });
    assert_eq!(sent(&harness.input(Input::Tick)), [0_u64; 0]);
    harness.event(room_event("#rust", 9, 0));
    assert!(asks_for_a_tick(&rooms_complete(&mut harness)));
    assert_eq!(sent(&harness.input(Input::Tick)), [5]);
}
