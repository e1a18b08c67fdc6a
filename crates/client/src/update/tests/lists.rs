//! Lists of messages to go to: pinned ones, and those that mention the user.

use chat_proto::event::{Message, Version};
use chat_proto::{Refusal, RefusalCode, ShortString, Text};

use super::*;
use crate::listing::MessageList;

/// A client in `#lobby` and `#rust`.
fn in_two_rooms() -> Harness {
    let mut harness = Harness::connected();
    harness.event(room_event("#rust", 0, 0));
    harness
}

/// The commands that are sent.
fn sent(effects: Vec<Effect>) -> Vec<Command> {
    let sent = effects.into_iter().filter_map(|effect| match effect {
        Effect::Link(LinkRequest::Send { command, .. }) => Some(command),
        _ => None,
    });
    sent.collect()
}

fn message(name: &str, seq: u64) -> Message {
    message_in(name, seq, user(3, "ana"), "hi", Timestamp::from_millis(0))
}

fn asks_pins(name: &str, after: Option<u64>) -> Vec<Command> {
    vec![Command::Pins { room: room(name), after: after.map(Seq::new) }]
}

fn pins(name: &str, seqs: &[u64], more: bool) -> Event {
    let messages = seqs.iter().map(|seq| message(name, *seq)).collect();
    Event::Pins { room: room(name), count: 9, messages, more }
}

fn seqs(list: &MessageList) -> Vec<u64> {
    list.messages().iter().map(|message| message.seq.get()).collect()
}

#[test]
fn each_page_of_pinned_messages_is_asked_for_once() {
    let mut harness = in_two_rooms();
    let list = || Request::ListPins(RoomName::lobby());
    assert_eq!(sent(harness.request(list())), asks_pins("#lobby", None));
    assert_eq!(sent(harness.request(list())), [], "they are on their way");
    assert_eq!(sent(harness.event(pins("#lobby", &[1, 4], true))), asks_pins("#lobby", Some(4)));
    assert_eq!(sent(harness.request(list())), []);
    assert_eq!(sent(harness.event(pins("#lobby", &[9], false))), []);
    assert_eq!(seqs(harness.state.pin_list()), [1, 4, 9]);
    assert!(!harness.state.pin_list().is_loading());
    assert_eq!(sent(harness.event(pins("#lobby", &[9], true))), [], "nobody asked");
    assert_eq!(seqs(harness.state.pin_list()), [1, 4, 9]);
    assert_eq!(sent(harness.request(list())), asks_pins("#lobby", None), "again");
}

#[test]
fn the_list_of_another_room_waits_for_the_answer_on_its_way() {
    let mut harness = in_two_rooms();
    harness.request(Request::ListPins(RoomName::lobby()));
    assert_eq!(sent(harness.request(Request::ListPins(room("#rust")))), []);
    assert_eq!(sent(harness.event(pins("#lobby", &[1], true))), asks_pins("#rust", None));
    assert_eq!(seqs(harness.state.pin_list()), [0; 0]);
    // Back at the first room while that is on its way.
    assert_eq!(sent(harness.request(Request::ListPins(RoomName::lobby()))), []);
    assert_eq!(sent(harness.event(pins("#rust", &[2], false))), asks_pins("#lobby", None));
    assert_eq!(sent(harness.event(pins("#lobby", &[1], false))), []);
    assert_eq!(seqs(harness.state.pin_list()), [1]);
}

#[test]
fn a_list_that_is_refused_is_not_loading_any_more() {
    let mut harness = in_two_rooms();
    let refused = |harness: &mut Harness, name: Option<&str>, code| {
        let room = name.map(room);
        sent(harness.event(Event::Refused(Refusal { room, ..Refusal::new(code, "no") })))
    };
    harness.request(Request::ListPins(RoomName::lobby()));
    assert_eq!(refused(&mut harness, Some("#rust"), RefusalCode::NotInRoom), []);
    assert!(harness.state.pin_list().is_loading(), "that was another command");
    assert_eq!(refused(&mut harness, Some("#lobby"), RefusalCode::NotReadable), []);
    assert!(!harness.state.pin_list().is_loading());
    harness.request(Request::ListPins(room("#rust")));
    harness.request(Request::ListPins(RoomName::lobby()));
    let asked = refused(&mut harness, Some("#rust"), RefusalCode::NotInRoom);
    assert_eq!(asked, asks_pins("#lobby", None));
    harness.request(Request::ListMentions);
    assert_eq!(refused(&mut harness, None, RefusalCode::NotReadable), []);
    assert!(!harness.state.mention_list().is_loading());
}

#[test]
fn each_page_of_mentions_is_asked_for_once() {
    let mut harness = in_two_rooms();
    let next = ShortString::new("9-1").unwrap();
    let asks = |before: Option<&ShortString>| {
        vec![Command::Mentions { before: before.cloned(), limit: None }]
    };
    let come = |seq, next| Event::Mentions { messages: vec![message("#rust", seq)], next };
    assert_eq!(sent(harness.request(Request::ListMentions)), asks(None));
    assert_eq!(sent(harness.request(Request::ListMentions)), [], "they are on their way");
    assert_eq!(sent(harness.event(come(8, Some(next.clone())))), asks(Some(&next)));
    assert_eq!(sent(harness.request(Request::ListMentions)), []);
    assert_eq!(sent(harness.event(come(3, None))), []);
    assert_eq!(seqs(harness.state.mention_list()), [8, 3]);
    harness.input(Input::Link(LinkEvent::Lost(crate::link::LinkError::Closed)));
    assert_eq!(
        harness.request(Request::ListMentions),
        [Effect::Failed(RequestError::NotConnected)]
    );
}

#[test]
fn versions_are_asked_for_once() {
    let mut harness = in_two_rooms();
    let (room, seq) = (RoomName::lobby(), Seq::new(1));
    let list = |seq| Request::ListVersions { room: RoomName::lobby(), seq: Seq::new(seq) };
    let at = Timestamp::from_millis(0);
    let version =
        |seq| Version { seq: Seq::new(seq), at, text: Text::new(format!("{seq}")).unwrap() };
    let come = |seqs: &[u64], more| Event::Versions {
        room: RoomName::lobby(),
        seq,
        versions: seqs.iter().map(|seq| version(*seq)).collect(),
        more,
    };
    assert_eq!(sent(harness.request(list(1))).len(), 1);
    assert_eq!(sent(harness.request(list(1))), [], "they are on their way");
    // Those of another message, and back.
    assert_eq!(sent(harness.request(list(2))).len(), 1);
    assert_eq!(sent(harness.request(list(1))).len(), 1);
    assert_eq!(sent(harness.event(come(&[1, 5], true))).len(), 1);
    harness.event(come(&[1, 5], true));
    harness.event(come(&[7], false));
    let versions = harness.state.version_list().of(&room, seq);
    assert_eq!(versions.iter().map(|one| one.seq.get()).collect::<Vec<_>>(), [1, 5, 7]);
}
