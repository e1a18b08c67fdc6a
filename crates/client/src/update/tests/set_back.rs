//! A server whose data was set back to an older copy, and whose rooms have grown since: the epoch is the same, and no
//! room is shorter.

use chat_proto::command::Nonce;

use super::*;
use crate::testing::journal;

fn at(ms: i64) -> Timestamp {
    Timestamp::from_millis(ms)
}

/// A client that has read two messages of the lobby, and then an older one of another room; and the effects of the
/// welcome to its next session.
fn again() -> (Harness, Vec<Effect>) {
    let mut harness = Harness::connected();
    harness.event(room_event("#rust", 0, 0));
    for (room, seq, ms) in [("#lobby", 1, 1_000), ("#lobby", 2, 3_000), ("#rust", 1, 2_000)] {
        harness.event(Event::Message(message_in(room, seq, user(3, "ana"), "old", at(ms))));
        harness.request(Request::Read { room: self::room(room), seq: Seq::new(seq) });
    }
    harness.input(Input::Tick);
    harness.input(Input::Link(LinkEvent::Lost(crate::link::LinkError::Closed)));
    let effects =
        harness.input(Input::Link(LinkEvent::Welcome { session: 2, welcome: welcome(7, "bob") }));
    for (room, last_seq) in [("#lobby", 9), ("#rust", 9)] {
        harness.event(room_event(room, last_seq, 0));
    }
    (harness, effects)
}

fn commands(effects: &[Effect]) -> Vec<Command> {
    let sent = effects.iter().filter_map(|effect| match effect {
        Effect::Link(LinkRequest::Send { command, .. }) => Some(command.clone()),
        _ => None,
    });
    sent.collect()
}

/// The answer to the question for message 2 of the lobby: the message there was stored then.
fn answer(ms: i64) -> Event {
    let messages = vec![message_in("#lobby", 2, user(3, "ana"), "there", at(ms))];
    Event::History { room: RoomName::lobby(), messages, more: true }
}

fn connects(effects: &[Effect]) -> bool {
    effects.contains(&Effect::Link(LinkRequest::Connect(name("bob"))))
}

#[test]
fn the_newest_message_that_is_known_is_asked_for_before_a_read_position_is_sent() {
    let (mut harness, effects) = again();
    let (room, before) = (RoomName::lobby(), Some(Seq::new(3)));
    let question = Command::History { room, before, at: None, limit: Some(1) };
    assert!(commands(&effects).contains(&question), "{effects:?}");
    assert!(commands(&harness.input(Input::Tick)).is_empty(), "not before the answer");
    assert!(!connects(&harness.event(answer(3_000))), "it is the same message");
    let reads = commands(&harness.input(Input::Tick));
    let read = |room: &str, seq| Command::Read { room: self::room(room), seq: Seq::new(seq) };
    assert_eq!(reads, [read("#lobby", 2), read("#rust", 1)]);
}

#[test]
fn if_another_message_is_there_no_seq_is_valid() {
    let (mut harness, _) = again();
    let effects = harness.event(answer(3_001));
    assert!(connects(&effects), "{effects:?}");
    let noticed =
        |effect: &Effect| matches!(effect, Effect::Noticed(notice) if **notice == Notice::SetBack);
    assert!(effects.iter().any(noticed), "{effects:?}");
    for room in harness.state.rooms().list() {
        assert_eq!((room.read(), room.log().last()), (Seq::NONE, Seq::NONE));
    }
    harness.input(Input::Link(LinkEvent::Lost(crate::link::LinkError::Asked)));
    let effects =
        harness.input(Input::Link(LinkEvent::Welcome { session: 3, welcome: welcome(7, "bob") }));
    let is_question = |command: &Command| matches!(command, Command::History { .. });
    assert!(!commands(&effects).iter().any(is_question), "nothing is known of it");
}

#[test]
fn a_message_that_was_removed_or_cannot_be_read_or_is_asked_from_outside_says_nothing() {
    let removed = Event::History { room: RoomName::lobby(), messages: Vec::new(), more: false };
    let damaged = {
        let mut message = message_in("#lobby", 2, user(0, "server"), "damaged", at(0));
        message.damaged = true;
        Event::History { room: RoomName::lobby(), messages: vec![message], more: true }
    };
    let refusal = chat_proto::Refusal::new(chat_proto::RefusalCode::NotInRoom, "not in the room");
    let outside = Event::Refused(chat_proto::Refusal { room: Some(RoomName::lobby()), ..refusal });
    for event in [removed, damaged, outside] {
        let (mut harness, _) = again();
        let effects = harness.event(event);
        assert!(!effects.iter().any(|effect| matches!(effect, Effect::Noticed(_))), "{effects:?}");
        assert_eq!(commands(&harness.input(Input::Tick)).len(), 2, "the read positions follow");
    }
}

#[test]
fn an_answer_that_is_a_line_that_cannot_be_read_is_not_waited_for() {
    let (mut harness, _) = again();
    harness.input(Input::Link(unreadable(Some("history"), "another version")));
    assert!(commands(&harness.input(Input::Tick)).is_empty(), "it may have been another line");
    let nonce = Nonce::Text(chat_proto::ShortString::new("rooms").unwrap());
    harness.event(Event::Pong { nonce });
    assert_eq!(commands(&harness.input(Input::Tick)).len(), 2, "the read positions follow");
}

#[test]
fn in_another_epoch_nothing_is_asked() {
    let (mut harness, _) = again();
    harness.input(Input::Link(LinkEvent::Lost(crate::link::LinkError::Closed)));
    let journal = Some(journal("journal", "another"));
    let welcome = chat_proto::event::Welcome { journal, ..welcome(7, "bob") };
    let effects = harness.input(Input::Link(LinkEvent::Welcome { session: 3, welcome }));
    let is_question = |command: &Command| matches!(command, Command::History { .. });
    assert!(!commands(&effects).iter().any(is_question), "{effects:?}");
}
