//! The open thread: how it is loaded and updated, and its unread answers.

use chat_proto::event::{Details, Message, MessageKind, Replies};
use chat_proto::{Refusal, RefusalCode};

use super::*;
use crate::log::Log;
use crate::thread::{THREAD_PAGES_MAX, ThreadLoad};

fn text(seq: u64, from: &str, text: &str) -> Message {
    let id = if from == "bob" { 7 } else { 3 };
    message_in("#lobby", seq, user(id, from), text, Timestamp::from_millis(0))
}

/// An answer in the thread of message `root`.
fn answer(seq: u64, root: u64, said: &str) -> Message {
    let details = Details { thread: Some(Seq::new(root)), ..Details::default() };
    Message { details: Some(Box::new(details)), ..text(seq, "ana", said) }
}

/// The question as the server has it once it has one answer.
fn question() -> Message {
    let last_at = Timestamp::from_millis(0);
    let replies = Some(Replies { count: 1, last_seq: Seq::new(2), last_at });
    let details = Details { replies, ..Details::default() };
    Message { details: Some(Box::new(details)), ..text(1, "ana", "on Friday?") }
}

/// An edit of message `target`.
fn edit(seq: u64, target: u64, said: &str) -> Message {
    let details = Details { target: Some(Seq::new(target)), ..Details::default() };
    let kind = MessageKind::Edit;
    Message { kind, details: Some(Box::new(details)), ..text(seq, "ana", said) }
}

fn open(harness: &mut Harness, root: u64) -> Vec<Effect> {
    harness.request(Request::OpenThread { room: RoomName::lobby(), root: Seq::new(root) })
}

/// The `before` of each page of a thread that is asked for.
fn asked(effects: &[Effect]) -> Vec<Option<u64>> {
    let asked = effects.iter().filter_map(|effect| match effect {
        Effect::Link(LinkRequest::Send { command: Command::Thread { before, .. }, .. }) => {
            Some(before.map(Seq::get))
        }
        _ => None,
    });
    asked.collect()
}

fn page(root: u64, unread: u64, messages: Vec<Message>, more: bool) -> Event {
    let (room, seq) = (RoomName::lobby(), Seq::new(root));
    Event::Thread { room, seq, replies: None, unread, messages, more }
}

/// The texts of a log, each with its number.
fn texts(log: &Log) -> Vec<(Option<u64>, String)> {
    let texts = log.messages().filter_map(|(seq, body)| match body {
        Body::Message { text, .. } => Some((seq.map(Seq::get), text.clone())),
        _ => None,
    });
    texts.collect()
}

fn thread_texts(harness: &Harness) -> Vec<(Option<u64>, String)> {
    texts(harness.state.thread().unwrap().log())
}

fn named(seq: u64, text: &str) -> (Option<u64>, String) {
    (Some(seq), text.to_owned())
}

/// A client with a question, an answer to it, and something else.
fn talking() -> Harness {
    let mut harness = Harness::connected();
    for message in [text(1, "ana", "on Friday?"), answer(2, 1, "yes"), text(3, "ana", "well")] {
        harness.event(Event::Message(message));
    }
    harness
}

#[test]
fn a_thread_has_what_is_loaded_and_then_all_pages_of_the_server() {
    let mut harness = talking();
    harness.event(Event::Message(edit(4, 2, "yes, at ten")));
    assert_eq!(asked(&open(&mut harness, 1)), [None]);
    assert_eq!(thread_texts(&harness), [named(1, "on Friday?"), named(2, "yes, at ten")]);
    let old = [answer(20, 1, "older"), answer(30, 1, "old")];
    let next = harness.event(page(1, 0, old.into(), true));
    assert_eq!(asked(&next), [Some(20)]);
    assert!(asked(&harness.event(page(1, 0, vec![question()], false))).is_empty());
    let thread = harness.state.thread().unwrap();
    assert_eq!((thread.load(), thread.loaded()), (&ThreadLoad::Complete, 3));
    assert_eq!(
        texts(&harness.state.room().log)[2],
        named(3, "well"),
        "the log of the room is as it was"
    );
    assert_eq!(harness.state.room().log.oldest(), Some(Seq::new(1)));
}

#[test]
fn a_thread_is_loaded_up_to_a_bound() {
    let mut harness = talking();
    let mut next = asked(&open(&mut harness, 1));
    let mut count = 0;
    while !next.is_empty() {
        count += 1;
        let seq = 10_000 - count;
        next = asked(&harness.event(page(1, 0, vec![answer(seq, 1, "x")], true)));
    }
    assert_eq!(count, THREAD_PAGES_MAX as u64);
    assert_eq!(harness.state.thread().unwrap().load(), &ThreadLoad::Newest);
}

#[test]
fn a_thread_is_kept_current_and_has_nothing_else() {
    let mut harness = talking();
    open(&mut harness, 1);
    // It comes while the page is on its way, which has the message as it was before.
    harness.event(Event::Message(edit(4, 2, "yes, at ten")));
    harness.event(page(1, 0, vec![question(), answer(2, 1, "yes")], false));
    harness.event(Event::Message(answer(5, 1, "good")));
    harness.event(Event::Message(answer(6, 3, "in another thread")));
    harness.event(Event::Message(text(7, "ana", "in none")));
    harness.event(Event::Message(edit(8, 5, "very good")));
    let expected = [named(1, "on Friday?"), named(2, "yes, at ten"), named(5, "very good")];
    assert_eq!(thread_texts(&harness), expected);
    assert_eq!(harness.state.thread().unwrap().count(), 2);
}

#[test]
fn an_answer_of_the_user_is_shown_at_once_and_settled_also_without_a_session() {
    let mut harness = talking();
    harness.input(Input::Link(LinkEvent::Lost(crate::link::LinkError::Closed)));
    assert!(asked(&open(&mut harness, 1)).is_empty());
    assert_eq!(harness.state.thread().unwrap().load(), &ThreadLoad::Waiting);
    let links = Links { reply_to: None, thread: Some(Seq::new(1)) };
    let say = |text: &str, links| {
        let (room, kind) = (RoomName::lobby(), Kind::Text);
        Request::Say { room, kind, text: text.to_owned(), links }
    };
    harness.request(say("agreed", links));
    harness.request(say("elsewhere", Links::default()));
    let pending = (None, "agreed".to_owned());
    assert_eq!(thread_texts(&harness), [named(1, "on Friday?"), named(2, "yes"), pending]);

    let welcome = welcome(7, "bob");
    harness.input(Input::Link(LinkEvent::Welcome { session: 2, welcome }));
    assert_eq!(
        asked(&harness.event(room_event("#lobby", 3, 0))),
        [None],
        "it may have missed some"
    );
    assert!(asked(&harness.event(room_event("#lobby", 3, 0))).is_empty());
    let accepted = |n, seq| {
        let (room, at) = (RoomName::lobby(), Timestamp::from_millis(0));
        Accepted { n: Some(n), device: None, room, seq: Seq::new(seq), at, repeat: false }
    };
    harness.event(Event::Accepted(accepted(1, 4)));
    harness.event(Event::Accepted(accepted(2, 5)));
    harness.event(page(1, 0, vec![question(), answer(2, 1, "yes")], false));
    assert_eq!(thread_texts(&harness)[2..], [named(4, "agreed")]);
    assert_eq!(harness.state.thread().unwrap().count(), 2);
}

#[test]
fn what_was_shown_in_a_thread_is_not_unread_in_its_room() {
    let mut harness = talking();
    let unread = |harness: &Harness| {
        let room = harness.state.room();
        (room.unread(), room.unread_replies(Seq::new(1)).count, room.read.get())
    };
    assert_eq!(unread(&harness), (3, 1, 0));
    open(&mut harness, 1);
    assert!(harness.state.thread().unwrap().log().first_new().is_some(), "a rule says what is new");
    let (first, last) = (Seq::new(1), Seq::new(2));
    harness.request(Request::SeenInThread { first, last });
    assert_eq!(unread(&harness), (2, 0, 0), "the question itself is read in the log");
    harness.request(Request::Seen { room: RoomName::lobby(), first, last: first });
    assert_eq!(unread(&harness), (1, 0, 2));
}

#[test]
fn a_thread_that_the_server_refuses_says_why_and_keeps_what_is_loaded() {
    let mut harness = talking();
    open(&mut harness, 1);
    let refusal = Refusal::new(RefusalCode::NotReadable, "The disk is ill");
    let (room, seq) = (Some(RoomName::lobby()), Some(Seq::new(1)));
    let refusal = Refusal { room, ..refusal };
    // Those of a page of the room, and of another message, are not about the thread.
    for seq in [None, Some(Seq::new(2))] {
        harness.event(Event::Refused(Refusal { seq, ..refusal.clone() }));
        assert_eq!(harness.state.thread().unwrap().load(), &ThreadLoad::Loading);
    }
    harness.event(Event::Refused(Refusal { seq, ..refusal }));
    let thread = harness.state.thread().unwrap();
    assert!(matches!(thread.load(), ThreadLoad::Refused(why) if why.text == "The disk is ill"));
    assert_eq!(thread.loaded(), 1);
}

#[test]
fn another_room_closes_the_thread() {
    let mut harness = talking();
    open(&mut harness, 1);
    harness.request(Request::Join(room("#rust")));
    assert!(harness.state.thread().is_none());
}
