//! Events of a server and what a client stores, made short: for the tests of this crate and of those that
//! use it. Its functions panic if they are given something that the protocol does not allow.

use std::fmt::Display;
use std::time::Duration;

use chat_proto::command::Body;
use chat_proto::event::{JournalId, Limits, Message, MessageKind, RoomState, Server, Welcome};
use chat_proto::native::UnreadableEvent;
use chat_proto::{
    DeviceId, Event, Features, Refusal, RefusalCode, RoomName, Secret, Seq, ShortString, Text,
    Timestamp, Topic, User, UserId, UserName,
};
use tokio::time::timeout;

use crate::link::LinkEvent;
use crate::rooms::PageRequest;
use crate::state::State;
use crate::store::{Drafts, MessageId, OwnMessage, Profile};

/// How long a test waits, on a paused clock: much longer than a link waits before it gives up a server. It
/// is over at once if nothing else can happen.
pub const DEADLINE: Duration = Duration::from_secs(600);

/// The stored profile of a user of the server of [`welcome`].
#[must_use]
pub fn profile(written: &str) -> Profile {
    Profile {
        name: name(written),
        token: None,
        known: Vec::new(),
        journal: Some(journal("journal", "epoch").id),
        seed: None,
        device: device("here"),
        pending: Vec::new(),
        drafts: Drafts::default(),
        choices: crate::choices::Choices::default(),
    }
}

/// Waits for a future for [`DEADLINE`] at most.
///
/// # Panics
/// Panics with `what` if the future is not ready by then.
pub async fn within<T>(what: impl Display, doing: impl Future<Output = T>) -> T {
    timeout(DEADLINE, doing).await.unwrap_or_else(|_| panic!("not within {DEADLINE:?}: {what}"))
}

/// A valid name.
#[must_use]
pub fn name(name: &str) -> UserName {
    UserName::new(name).expect("it is a name")
}

/// The user of that number and name.
#[must_use]
pub fn user(id: u64, written: &str) -> User {
    User { id: UserId::new(id), name: name(written) }
}

/// The first message of the lobby.
#[must_use]
pub fn message(from: User, text: &str, at: Timestamp) -> Event {
    Event::Message(message_in("#lobby", 1, from, text, at))
}

/// An event of that type that this version cannot read; `None` if it has none of the types that are known.
#[must_use]
pub fn unreadable(kind: Option<&'static str>, why: &str) -> LinkEvent {
    let refusal = Refusal::new(RefusalCode::BadField, why);
    LinkEvent::Unreadable(Box::new(UnreadableEvent { kind, refusal }))
}

/// Message `seq` of a room.
#[must_use]
pub fn message_in(room: &str, seq: u64, from: User, text: &str, at: Timestamp) -> Message {
    Message {
        room: self::room(room),
        seq: Seq::new(seq),
        from,
        at,
        kind: MessageKind::Text,
        text: text_of(text),
        damaged: false,
        device: None,
        n: None,
        details: None,
    }
}

/// A valid room.
#[must_use]
pub fn room(name: &str) -> RoomName {
    RoomName::new(name).expect("it is the name of a room")
}

/// The event of a room with the users ana, carl and bob.
#[must_use]
pub fn room_event(name: &str, last_seq: u64, read: u64) -> Event {
    Event::Room(room_state(name, last_seq, read))
}

/// What [`room_event`] has, to change it.
#[must_use]
pub fn room_state(name: &str, last_seq: u64, read: u64) -> RoomState {
    let users = vec![user(3, "ana"), user(5, "carl"), user(7, "bob")];
    RoomState {
        room: room(name),
        title: None,
        topic: Topic::default(),
        count: 3,
        users,
        last_seq: Seq::new(last_seq),
        read: Seq::new(read),
        unread: None,
        mentions: None,
        more: false,
        away: Vec::new(),
        seen_at: None,
        rules: None,
        roles: Vec::new(),
    }
}

/// The journal of a server.
#[must_use]
pub fn journal(id: &str, epoch: &str) -> JournalId {
    JournalId { id: short(id), epoch: short(epoch) }
}

/// The event of the direct message of bob, who is user 7, with another user.
#[must_use]
pub fn direct_event(with: &User, last_seq: u64, read: u64) -> Event {
    Event::Room(RoomState {
        room: RoomName::direct(UserId::new(7), with.id),
        title: Some(with.name.clone()),
        count: 2,
        users: vec![with.clone(), user(7, "bob")],
        ..room_state("#lobby", last_seq, read)
    })
}

/// A message that an earlier run of the client has left in the store.
#[must_use]
pub fn left(n: u64, room: &str, text: &str) -> OwnMessage {
    let id = MessageId { device: device("before"), n };
    OwnMessage {
        id,
        room: self::room(room),
        body: Body::text(text_of(text)),
        epoch: None,
        named_at: None,
    }
}

/// The id of a message of this run.
#[must_use]
pub fn own(n: u64) -> MessageId {
    MessageId { device: device("here"), n }
}

/// The welcome of a server for that user.
#[must_use]
pub fn welcome(id: u64, written: &str) -> Welcome {
    Welcome {
        version: 1,
        id: UserId::new(id),
        name: name(written),
        role: None,
        token: Some(Secret::new("secret")),
        last: 0,
        journal: Some(journal("journal", "epoch")),
        server: Server { name: "chat-server".into(), version: "0.1.0".into() },
        features: Features::all(),
        limits: Limits {
            line_bytes: 65_536,
            text_bytes: 16_384,
            name_chars: 32,
            topic_bytes: 512,
            users_listed: 500,
            presence_users: 500,
            rooms: 100,
            history_messages: 200,
            idle_timeout_ms: 60_000,
        },
    }
}

fn device(written: &str) -> DeviceId {
    DeviceId::new(written).expect("it is short")
}

fn short(written: &str) -> ShortString {
    ShortString::new(written).expect("it is short")
}

fn text_of(text: &str) -> Text {
    Text::new(text).expect("it is a text")
}

/// Makes the client take the next page of older messages of a room, as if it had asked for it.
pub fn expect_older(state: &mut State, room: &RoomName) {
    if let Some(room) = state.rooms.get_mut(room) {
        room.loading = Some(PageRequest::Older);
    }
}
