//! The rooms of the demo.

use chat_proto::command::{Body, Links};
use chat_proto::event::{Details, Message, MessageKind, RoomInfo, RoomState};
use chat_proto::{Event, RoomName, Seq, Timestamp, Topic, User, UserName};

use super::cast;

/// Most messages in a page of history.
const PAGE_MAX: u32 = 200;

/// Messages that a user who is new in a room gets.
const FIRST_PAGE: usize = 50;

/// A room, or a direct message.
#[derive(Debug)]
pub(super) struct Room {
    pub(super) name: RoomName,
    title: Option<UserName>,
    pub(super) topic: Topic,
    pub(super) users: Vec<User>,
    messages: Vec<Message>,
    pub(super) read: Seq,
    /// Whether the user of the demo is in it.
    pub(super) is_joined: bool,
}

impl Room {
    /// An empty room that the user of the demo is not in.
    pub(super) fn new(name: RoomName, title: Option<UserName>) -> Self {
        let (topic, users, messages) = (Topic::default(), Vec::new(), Vec::new());
        Self { name, title, topic, users, messages, read: Seq::NONE, is_joined: false }
    }

    pub(super) fn messages(&self) -> &[Message] {
        &self.messages
    }

    pub(super) fn last_seq(&self) -> Seq {
        Seq::new(self.messages.len() as u64)
    }

    /// Adds a message, or an event about one, and returns it. The client knows the state of its messages from the
    /// events.
    pub(super) fn add(&mut self, from: User, body: Body, at: Timestamp) -> Message {
        let kind = MessageKind::of(&body);
        let text = if body.as_str().is_empty() { kind.as_str() } else { body.as_str() };
        let text = cast::text(text);
        let (target, Links { reply_to, thread }) = (body.target(), body.links());
        let mut details = Details { target, reply_to, thread, ..Details::default() };
        match body {
            Body::Reaction { emoji, on, .. } => {
                (details.emoji, details.on) = (Some(emoji), Some(on));
            }
            Body::Pin { on, .. } => details.on = Some(on),
            Body::Topic { topic } => details.topic = Some(topic),
            Body::Message { .. } | Body::Edit { .. } | Body::Delete { .. } => {}
        }
        let details = (details != Details::default()).then(|| Box::new(details));
        let (room, seq) = (self.name.clone(), self.last_seq().next());
        let (damaged, device, n) = (false, None, None);
        let message = Message { room, seq, from, at, kind, text, damaged, device, n, details };
        self.messages.push(message.clone());
        message
    }

    pub(super) fn state(&self) -> Event {
        Event::Room(RoomState {
            room: self.name.clone(),
            title: self.title.clone(),
            topic: self.topic.clone(),
            count: self.users.len(),
            users: self.users.clone(),
            last_seq: self.last_seq(),
            read: self.read,
            unread: None,
            mentions: None,
            more: false,
            away: Vec::new(),
            seen_at: None,
            rules: None,
            roles: Vec::new(),
        })
    }

    /// The user of the demo comes, or asks for what it lacks.
    pub(super) fn join(&mut self, me: &User, since: Option<Seq>) -> Vec<Event> {
        if !std::mem::replace(&mut self.is_joined, true) {
            self.users.push(me.clone());
            self.read = self.last_seq();
        }
        let newest = self.messages.len().saturating_sub(FIRST_PAGE);
        let known = since.map_or(newest, position);
        let missed = self.messages.iter().skip(known).cloned().map(Event::Message);
        [self.state()].into_iter().chain(missed).collect()
    }

    /// A page of messages: those before one, or those from a time on.
    pub(super) fn history(
        &self,
        before: Option<Seq>,
        at: Option<Timestamp>,
        limit: Option<u32>,
    ) -> Event {
        let count = usize::try_from(limit.unwrap_or(PAGE_MAX).min(PAGE_MAX)).unwrap_or_default();
        let is_later =
            |message: &Message| at.is_some_and(|at| message.at.as_millis() >= at.as_millis());
        let later = self.messages.iter().position(is_later);
        let end = later.map(|start| start.saturating_add(count));
        let end = end.or(before.map(|seq| position(seq.minus(1)))).unwrap_or(usize::MAX);
        let end = end.min(self.messages.len());
        let start = later.unwrap_or(end.saturating_sub(count));
        let messages = self.messages[start..end].to_vec();
        Event::History { room: self.name.clone(), messages, more: start > 0 }
    }

    pub(super) fn listed(&self) -> Event {
        let mut users = self.users.clone();
        users.sort_by(|one, other| one.name.key().cmp(other.name.key()));
        Event::Users {
            room: self.name.clone(),
            users,
            away: Vec::new(),
            roles: Vec::new(),
            more: false,
        }
    }

    pub(super) fn read_to(&mut self, seq: Seq) -> Event {
        self.read = self.read.max(seq.min(self.last_seq()));
        Event::Read {
            room: self.name.clone(),
            seq: self.read,
            last_seq: None,
            unread: None,
            mentions: None,
            more: false,
        }
    }

    pub(super) fn info(&self) -> RoomInfo {
        RoomInfo { room: self.name.clone(), topic: self.topic.clone(), count: self.users.len() }
    }
}

/// How many messages there are up to `seq`.
fn position(seq: Seq) -> usize {
    usize::try_from(seq.get()).unwrap_or(usize::MAX)
}
