//! Edits, deletions, reactions, replies and pins: those of others, and those of the user in the outbox.

use chat_proto::command::{Body as MessageBody, Links, Say};
use chat_proto::event::{Details, Message, MessageKind, RoomState};
use chat_proto::{
    DeviceId, Emoji, Features, Refusal, RefusalCode, Role, ShortString, User, features,
};

use super::*;
use crate::entry::Extras;
use crate::store::{OwnMessage, Profile};
use crate::testing::{journal, room_state};

fn at() -> Timestamp {
    Timestamp::from_millis(0)
}

fn thumb() -> Emoji {
    Emoji::new("👍").unwrap()
}

/// An event of the lobby about message `target`.
fn event_about(kind: MessageKind, seq: u64, from: User, target: u64) -> Message {
    let details = Details { target: Some(Seq::new(target)), ..Details::default() };
    let details = Some(Box::new(details));
    Message { kind, details, ..message_in("#lobby", seq, from, "on Thursday", at()) }
}

fn reaction(seq: u64, from: User, target: u64, on: bool) -> Message {
    let mut event = event_about(MessageKind::Reaction, seq, from, target);
    let details = event.details.as_mut().unwrap();
    (details.emoji, details.on) = (Some(thumb()), Some(on));
    event
}

/// A client called bob in the lobby, with a message of ana and then one of bob, both read.
fn with_two() -> Harness {
    let mut harness = Harness::connected();
    harness.event(Event::Message(message_in("#lobby", 1, user(3, "ana"), "on Friday", at())));
    harness.event(Event::Message(message_in("#lobby", 2, user(7, "bob"), "mine", at())));
    harness.request(Request::Read { room: RoomName::lobby(), seq: Seq::new(2) });
    harness
}

fn text(harness: &Harness, seq: u64) -> (String, Extras) {
    let room = harness.state.room();
    let body = &room.log().message(Seq::new(seq)).expect("it is loaded").body;
    let Body::Message { text, extras, .. } = body else { panic!("{body:?}") };
    (text.clone(), extras.as_deref().cloned().unwrap_or_default())
}

fn edit(target: u64, text: &str) -> Request {
    Request::Edit { room: RoomName::lobby(), target: Seq::new(target), text: text.into() }
}

fn react(target: u64, on: bool) -> Request {
    Request::React { room: RoomName::lobby(), target: Seq::new(target), emoji: thumb(), on }
}

fn accepted(n: u64, seq: u64) -> Event {
    let (room, seq) = (RoomName::lobby(), Seq::new(seq));
    Event::Accepted(Accepted { n: Some(n), device: None, room, seq, at: at(), repeat: false })
}

/// The body that is sent to the server, with its number.
fn sent(effects: &[Effect]) -> Vec<(u64, MessageBody)> {
    let sent = effects.iter().filter_map(|effect| match effect {
        Effect::Link(LinkRequest::Send { command: Command::Say(say), .. }) => {
            let Say { n, body, .. } = say.clone();
            Some((n.unwrap(), body))
        }
        _ => None,
    });
    sent.collect()
}

fn notices(effects: &[Effect]) -> Vec<Notice> {
    let noticed = effects.iter().filter_map(|effect| match effect {
        Effect::Noticed(notice) => Some((**notice).clone()),
        _ => None,
    });
    noticed.collect()
}

#[test]
fn events_are_no_lines_and_not_unread_and_fill_their_seq() {
    let mut harness = with_two();
    let lines = harness.state.room().log().len();
    let effects = harness.event(Event::Message(reaction(3, user(3, "ana"), 2, true)));
    assert_eq!(received(&effects), [0_u64; 0]);
    harness.event(Event::Message(event_about(MessageKind::Edit, 4, user(3, "ana"), 1)));
    harness.event(Event::Message(reaction(3, user(3, "ana"), 2, true)));
    let room = harness.state.room();
    assert_eq!((room.log().len(), room.unread(), room.read().get()), (lines, 0, 4));
    assert_eq!(room.log().since(), Seq::new(4));
    assert_eq!(text(&harness, 2).1.details.reactions[0].count, 1);
    let (edited, extras) = text(&harness, 1);
    assert_eq!((edited.as_str(), extras.details.edited.unwrap().count), ("on Thursday", 1));
    harness.event(Event::Message(event_about(MessageKind::Delete, 5, user(3, "ana"), 1)));
    let (deleted, extras) = text(&harness, 1);
    assert!(deleted.is_empty() && extras.details.deleted && extras.details.edited.is_none());
}

#[test]
fn an_unread_message_that_is_deleted_is_not_unread_any_more() {
    let mut harness = with_two();
    harness.event(Event::Message(message_in("#lobby", 3, user(3, "ana"), "@bob look", at())));
    harness.event(Event::Message(message_in("#lobby", 4, user(3, "ana"), "well", at())));
    assert_eq!((harness.state.room().unread(), harness.state.room().mentions()), (2, 1));
    harness.event(Event::Message(event_about(MessageKind::Delete, 5, user(3, "ana"), 3)));
    let room = harness.state.room();
    assert_eq!((room.unread(), room.mentions()), (1, 0));
}

#[test]
fn a_message_of_another_that_the_user_deletes_elsewhere_is_not_unread_any_more() {
    let mut harness = with_two();
    harness.event(Event::Message(message_in("#lobby", 3, user(3, "ana"), "well", at())));
    harness.event(Event::Message(message_in("#lobby", 4, user(3, "ana"), "@bob look", at())));
    harness.event(Event::Message(event_about(MessageKind::Delete, 5, user(7, "bob"), 4)));
    let room = harness.state.room();
    assert_eq!((room.unread(), room.mentions()), (1, 0));
}

#[test]
fn a_moderator_deletes_messages_of_others_and_edits_none() {
    let mut harness = with_two();
    let (room, role) = (Some(RoomName::lobby()), Role::Moderator);
    harness.event(Event::Role { room, user: user(7, "bob"), role, by: None });
    assert_eq!(harness.request(edit(1, "x")), [Effect::Failed(RequestError::NotYours)]);
    harness.request(Request::Delete { room: RoomName::lobby(), target: Seq::new(1) });
    assert_eq!(harness.state.outbox().messages().count(), 1);
    assert!(text(&harness, 1).1.details.deleted);
}

#[test]
fn a_message_that_another_session_of_the_user_deletes_was_not_unread() {
    let mut harness = with_two();
    let room = room_state("#lobby", 6, 2);
    harness.event(Event::Room(RoomState { unread: Some(3), mentions: Some(0), ..room }));
    assert_eq!(harness.state.room().unread(), 3, "of four messages, one is the user's own");
    harness.event(Event::Message(event_about(MessageKind::Delete, 7, user(7, "bob"), 5)));
    assert_eq!(harness.state.room().unread(), 3);
    harness.event(Event::Message(event_about(MessageKind::Delete, 8, user(3, "ana"), 4)));
    assert_eq!(harness.state.room().unread(), 2);
}

#[test]
fn a_change_of_the_user_is_shown_at_once_and_counts_once() {
    let mut harness = with_two();
    let effects = harness.request(edit(2, "mine, corrected"));
    let body = MessageBody::Edit {
        target: Seq::new(2),
        text: chat_proto::Text::new("mine, corrected").unwrap(),
    };
    assert_eq!(sent(&effects), [(1, body)]);
    let (shown, extras) = text(&harness, 2);
    assert_eq!((shown.as_str(), extras.is_pending), ("mine, corrected", true));
    harness.request(react(1, true));
    harness.event(accepted(1, 3));
    harness.event(accepted(2, 4));
    // They come again with the missed messages.
    let mut again = reaction(4, user(7, "bob"), 1, true);
    (again.device, again.n) = (Some(DeviceId::new("here").unwrap()), Some(2));
    harness.event(Event::Message(again));
    let (shown, extras) = text(&harness, 2);
    assert_eq!((shown.as_str(), extras.is_pending), ("mine, corrected", false));
    let extras = text(&harness, 1).1;
    let reaction = &extras.details.reactions[0];
    assert_eq!((reaction.count, reaction.own, extras.is_pending), (1, true, false));
    assert_eq!(harness.state.outbox().messages().count(), 0);
    assert_eq!(harness.state.room().unread(), 0);
}

#[test]
fn a_change_that_is_refused_is_taken_back_and_the_text_returned() {
    let mut harness = with_two();
    harness.request(edit(2, "mine, corrected"));
    let mut refusal = Refusal::new(RefusalCode::Deleted, "the message was deleted");
    (refusal.n, refusal.room) = (Some(1), Some(RoomName::lobby()));
    let effects = harness.event(Event::Refused(refusal));
    assert!(effects.contains(&Effect::TextReturned("mine, corrected".into())), "{effects:?}");
    let notices = notices(&effects);
    assert!(
        matches!(&notices[..], [Notice::NotChanged { kind: MessageKind::Edit, text: Some(_), .. }]),
        "{notices:?}"
    );
    assert_eq!(text(&harness, 2), ("mine".to_owned(), Extras::default()));
    assert_eq!(harness.state.outbox().messages().count(), 0);
}

#[test]
fn a_reaction_that_changes_nothing_is_taken_back_without_a_word() {
    let mut harness = with_two();
    harness.request(react(1, true));
    let mut refusal = Refusal::new(RefusalCode::NoChange, "it is there already");
    (refusal.n, refusal.room) = (Some(1), Some(RoomName::lobby()));
    assert_eq!(notices(&harness.event(Event::Refused(refusal))), []);
    assert_eq!(text(&harness, 1).1, Extras::default());
    assert_eq!(harness.state.outbox().messages().count(), 0);
    // Another session of the user has done it.
    harness.event(Event::Message(reaction(3, user(7, "bob"), 1, true)));
    assert!(text(&harness, 1).1.details.reactions[0].own);
}

#[test]
fn of_several_reactions_that_wait_the_last_one_is_sent() {
    let mut harness = with_two();
    harness.request(react(1, true));
    harness.input(Input::Link(LinkEvent::Lost(crate::link::LinkError::Closed)));
    for on in [false, true, false] {
        harness.request(react(1, on));
    }
    harness.request(react(2, true));
    assert_eq!(harness.state.outbox().messages().count(), 5);
    let welcome = welcome(7, "bob");
    let effects = harness.input(Input::Link(LinkEvent::Welcome { session: 2, welcome }));
    let sent: Vec<u64> = sent(&effects).iter().map(|(n, _)| *n).collect();
    assert_eq!(sent, [4, 5]);
    assert!(!text(&harness, 1).1.details.reactions.iter().any(|reaction| reaction.own));
}

#[test]
fn a_change_that_is_not_possible_is_not_sent() {
    let mut harness = with_two();
    let fails = |harness: &mut Harness, request, error| {
        assert_eq!(harness.request(request), [Effect::Failed(error)]);
    };
    fails(&mut harness, edit(1, "x"), RequestError::NotYours);
    fails(&mut harness, react(9, true), RequestError::NotSentYet);
    fails(&mut harness, react(0, true), RequestError::NotSentYet);
    harness.event(Event::Message(event_about(MessageKind::Delete, 3, user(7, "bob"), 2)));
    fails(&mut harness, edit(2, "x"), RequestError::Deleted);
    harness.input(Input::Link(LinkEvent::Lost(crate::link::LinkError::Closed)));
    let features = Features::all().without(features::EVENTS);
    let welcome = chat_proto::event::Welcome { features, ..welcome(7, "bob") };
    harness.input(Input::Link(LinkEvent::Welcome { session: 2, welcome }));
    fails(&mut harness, react(1, true), RequestError::NoEvents);
}

#[test]
fn a_reply_counts_in_the_message_that_it_answers() {
    let mut harness = with_two();
    let links = Links { reply_to: Some(Seq::new(1)), thread: None };
    let (room, text_of) = (RoomName::lobby(), "yes".to_owned());
    harness.request(Request::Say { room, kind: Kind::Text, text: text_of, links });
    assert_eq!(text(&harness, 1).1.details.replies, None, "it is not stored yet");
    harness.event(accepted(1, 3));
    assert_eq!(text(&harness, 1).1.details.replies.unwrap().count, 1);
    assert_eq!(text(&harness, 3).1.details.reply_to, Some(Seq::new(1)));
}

/// A client that an earlier run has left these changes: it has not sent them.
fn restarted(pending: Vec<OwnMessage>) -> (Harness, Vec<Effect>) {
    Harness::with(Profile { pending, ..profile("bob") })
}

#[test]
fn changes_of_an_earlier_run_are_shown_and_sent_under_their_numbers() {
    let mut before = with_two();
    before.input(Input::Link(LinkEvent::Lost(crate::link::LinkError::Closed)));
    before.request(react(1, true));
    before.request(edit(2, "mine, corrected"));
    assert_eq!(before.state.outbox().waiting(), 2);
    let left: Vec<OwnMessage> = before.state.outbox().messages().cloned().collect();
    assert!(left.iter().all(|own| own.epoch == Some(journal("journal", "epoch").epoch)));
    let (mut harness, effects) = restarted(left);
    assert_eq!(sent(&effects).iter().map(|(n, _)| *n).collect::<Vec<_>>(), [1, 2]);
    harness.event(room_event("#lobby", 2, 2));
    harness.event(Event::Message(message_in("#lobby", 1, user(3, "ana"), "on Friday", at())));
    harness.event(Event::Message(message_in("#lobby", 2, user(7, "bob"), "mine", at())));
    let extras = text(&harness, 1).1;
    assert!(extras.is_pending && extras.details.reactions[0].own);
    assert_eq!(text(&harness, 2).0, "mine, corrected");
    harness.event(accepted(1, 3));
    harness.event(accepted(2, 4));
    let extras = text(&harness, 1).1;
    let users: Vec<u64> =
        extras.details.reactions[0].users.iter().map(|user| user.id.get()).collect();
    assert_eq!((users, extras.is_pending), (vec![7], false));
}

#[test]
fn a_change_of_a_message_of_another_epoch_is_not_sent() {
    let mut before = with_two();
    before.input(Input::Link(LinkEvent::Lost(crate::link::LinkError::Closed)));
    before.request(edit(2, "mine, corrected"));
    let mut left: Vec<OwnMessage> = before.state.outbox().messages().cloned().collect();
    left[0].epoch = Some(ShortString::new("another").unwrap());
    let (harness, effects) = restarted(left.clone());
    assert_eq!(sent(&effects), []);
    assert_eq!(harness.state.outbox().messages().count(), 0);
    assert!(effects.contains(&Effect::TextReturned("mine, corrected".into())), "{effects:?}");
    let removed = StoreOp::Acknowledged(vec![left[0].id.clone()]);
    assert!(effects.contains(&Effect::Store(removed)), "{effects:?}");
}

#[test]
fn what_names_a_message_says_when_that_was_stored() {
    let mut harness = Harness::connected();
    let stored = Timestamp::from_millis(5_000);
    harness.event(Event::Message(message_in("#lobby", 1, user(3, "ana"), "on Friday", at())));
    harness.event(Event::Message(message_in("#lobby", 2, user(7, "bob"), "mine", stored)));
    let links = Links { reply_to: Some(Seq::new(2)), thread: Some(Seq::new(1)) };
    let (room, text) = (RoomName::lobby(), "yes".to_owned());
    harness.request(Request::Say { room: room.clone(), kind: Kind::Text, text, links });
    harness.request(react(1, true));
    let plain = Links::default();
    harness.request(Request::Say { room, kind: Kind::Text, text: "x".into(), links: plain });
    let named = |own: &OwnMessage| own.command(&own.id.device).named_at.map(|at| *at);
    let named: Vec<_> = harness.state.outbox().messages().map(named).collect();
    assert_eq!(named, [Some(stored), Some(at()), None], "of two, that of the later one");
}

#[test]
fn a_page_that_was_read_before_an_event_is_as_it_is_after_it() {
    let mut harness = Harness::new();
    let welcome = welcome(7, "bob");
    harness.input(Input::Link(LinkEvent::Welcome { session: 1, welcome }));
    harness.event(room_event("#lobby", 5_000, 5_000));
    harness.event(room_event("#lobby", 5_000, 5_000));
    harness.event(Event::Message(message_in("#lobby", 5_000, user(3, "ana"), "new", at())));
    let load = Request::Load(RoomName::lobby(), crate::request::LoadTarget::Older);
    let asked = harness.request(load);
    assert!(!asked.is_empty(), "the page is asked for");
    // The event overtakes the page, which has the message as it was.
    harness.event(Event::Message(reaction(5_001, user(3, "ana"), 4_999, true)));
    let messages = vec![message_in("#lobby", 4_999, user(3, "ana"), "old", at())];
    harness.event(Event::History { room: RoomName::lobby(), messages, more: true });
    assert_eq!(text(&harness, 4_999).1.details.reactions[0].count, 1);
}
