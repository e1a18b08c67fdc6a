//! Messages with the events about them: threads, pinned messages, earlier texts, and mentions.

use chat_proto::event::{Details, Edited, Message, MessageKind, Reaction, Replies, Version};
use chat_proto::mention::is_in;
use chat_proto::{Event, Seq, User};

use super::World;
use super::cast;
use super::room::Room;

impl Room {
    /// A message with the answers in its thread, or with those that reply to it.
    pub(super) fn thread(&self, root: Seq, me: &User) -> Option<Event> {
        let first = self.now(root, me)?;
        let answers: Vec<&Message> = self.answers(root).collect();
        let is_unread = |message: &&&Message| message.seq > self.read && message.from.id != me.id;
        let unread = answers.iter().filter(is_unread).count() as u64;
        let replies = first.details.as_ref().and_then(|details| details.replies);
        let answers = answers.into_iter().filter_map(|answer| self.now(answer.seq, me));
        let messages = [first].into_iter().chain(answers).collect();
        let (room, more) = (self.name.clone(), false);
        Some(Event::Thread { room, seq: root, replies, unread, messages, more })
    }

    /// The texts that a message has had.
    pub(super) fn versions(&self, seq: Seq, me: &User) -> Option<Event> {
        self.now(seq, me).filter(|message| !is_deleted(message))?;
        let first = self.messages().iter().filter(|message| message.seq == seq);
        let edits = self.events(seq).filter(|event| event.kind == MessageKind::Edit);
        let version = |message: &Message| {
            let Message { seq, at, text, .. } = message.clone();
            Version { seq, at, text }
        };
        let (room, versions) = (self.name.clone(), first.chain(edits).map(version).collect());
        Some(Event::Versions { room, seq, versions, more: false })
    }

    /// The pinned messages.
    pub(super) fn pins(&self, me: &User) -> Event {
        let is_pinned =
            |message: &Message| message.details.as_ref().is_some_and(|details| details.pinned);
        let messages: Vec<Message> = self.all_now(me).filter(is_pinned).collect();
        let (room, count) = (self.name.clone(), messages.len() as u64);
        Event::Pins { room, count, messages, more: false }
    }

    fn all_now(&self, me: &User) -> impl Iterator<Item = Message> {
        self.messages().iter().filter_map(|message| self.now(message.seq, me))
    }

    /// A message as it is now; `None` if there is none.
    fn now(&self, seq: Seq, me: &User) -> Option<Message> {
        let found = self.messages().iter().find(|message| message.seq == seq)?;
        let mut message = Some(found.clone()).filter(|message| message.kind.is_read())?;
        let mut details = message.details.take().map(|details| *details).unwrap_or_default();
        details.as_of = Some(self.last_seq());
        for event in self.events(seq) {
            apply(event, me, &mut message, &mut details);
        }
        let answers = self.answers(seq);
        details.replies = answers.enumerate().last().map(|(index, last)| Replies {
            count: index as u64 + 1,
            last_seq: last.seq,
            last_at: last.at,
        });
        Some(Message { details: Some(Box::new(details)), ..message })
    }

    fn events(&self, seq: Seq) -> impl Iterator<Item = &Message> {
        let is_about = move |message: &&Message| {
            message.details.as_ref().is_some_and(|details| details.target == Some(seq))
        };
        self.messages().iter().filter(is_about)
    }

    fn answers(&self, root: Seq) -> impl Iterator<Item = &Message> {
        let is_it = move |message: &&Message| {
            let details = message.details.as_deref();
            details.and_then(|details| details.thread.or(details.reply_to)) == Some(root)
        };
        self.messages().iter().filter(is_it)
    }
}

/// Changes a message by an event about it.
fn apply(event: &Message, me: &User, message: &mut Message, details: &mut Details) {
    let Some(of) = event.details.as_deref() else { return };
    let on = of.on == Some(true);
    match event.kind {
        MessageKind::Edit => {
            let count = details.edited.map_or(0, |edited| edited.count) + 1;
            (details.edited, message.text) =
                (Some(Edited { at: event.at, count }), event.text.clone());
        }
        MessageKind::Delete => {
            let Details { reply_to, thread, as_of, .. } = *details;
            *details = Details { deleted: true, reply_to, thread, as_of, ..Details::default() };
            message.text = cast::text("This message was deleted.");
        }
        MessageKind::Pin => details.pinned = on,
        MessageKind::Reaction => {
            let Some(emoji) = of.emoji.clone() else { return };
            let own = event.from.id == me.id;
            let known = details.reactions.iter_mut().find(|reaction| reaction.emoji == emoji);
            match (known, on) {
                (Some(reaction), true) => {
                    (reaction.count, reaction.own) = (reaction.count + 1, reaction.own || own);
                    reaction.users.push(event.from.clone());
                }
                (Some(reaction), false) => {
                    (reaction.count, reaction.own) = (reaction.count - 1, reaction.own && !own);
                    reaction.users.retain(|user| user.id != event.from.id);
                }
                (None, true) => {
                    let users = vec![event.from.clone()];
                    details.reactions.push(Reaction { emoji, count: 1, own, users });
                }
                (None, false) => {}
            }
            details.reactions.retain(|reaction| reaction.count > 0);
        }
        _ => {}
    }
}

fn is_deleted(message: &Message) -> bool {
    message.details.as_ref().is_some_and(|details| details.deleted)
}

impl World {
    /// The messages that mention the user, the newest first.
    pub(super) fn mentions(&self) -> Event {
        let rooms = self.rooms.iter().filter(|room| room.is_joined);
        let messages = rooms.flat_map(|room| room.all_now(&self.me));
        let is_it = |message: &Message| {
            message.from.id != self.me.id && is_in(message.text.as_str(), &self.me.name)
        };
        let mut messages: Vec<Message> = messages.filter(is_it).collect();
        messages.sort_by_key(|message| std::cmp::Reverse(message.at.as_millis()));
        Event::Mentions { messages, next: None }
    }
}
