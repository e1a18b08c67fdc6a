//! The changes of messages after they were sent: edits, deletions, reactions, pins and replies.
//!
//! The state of a message is the one that it came with, then each change after that once, in the order of the room,
//! then the changes of the user that have no answer. So it does not matter in which order they come, or how often.

use std::collections::BTreeMap;
use std::ops::Range;

use chat_proto::event::{Details, Edited, Reaction, Replies};
use chat_proto::limits::REACTORS_LISTED_MAX;
use chat_proto::{Emoji, Seq, Timestamp, User};

use crate::entry::{Body, Extras, LogEntry, Origin};
use crate::store::MessageId;

/// Most changes that are held to be put in order: more than arrive while a page is on its way. Older ones count in the
/// loaded messages, and in those that are loaded later.
const CHANGES_MAX: usize = 1_000;

/// Most bytes of text in them, and in the messages as they came: some of the longest texts.
pub(super) const CHANGES_BYTES_MAX: usize = 256 * 1024;

/// A change of a message.
#[derive(Debug, Clone)]
pub(crate) struct Change {
    /// The message.
    pub(crate) target: Seq,
    /// When the server stored the change; when the user made it if it has no answer.
    pub(crate) at: Timestamp,
    pub(crate) kind: ChangeKind,
}

#[derive(Debug, Clone)]
pub(crate) enum ChangeKind {
    /// The message has another text, with these mentions of the user.
    Edit(String, Vec<Range<usize>>),
    Delete,
    React {
        user: User,
        is_me: bool,
        emoji: Emoji,
        on: bool,
    },
    Pin(bool),
    /// Another message answers it.
    Reply,
}

/// The changes of the messages of a log.
#[derive(Debug, Default)]
pub(super) struct Changes {
    messages: BTreeMap<Seq, MessageChanges>,
    count: usize,
    /// Bytes of text in `messages`.
    bytes: usize,
    /// Those without an answer, in the order in which the user made them.
    pending: Vec<(MessageId, Change)>,
}

/// The changes of one message, which may be loaded or not.
#[derive(Debug, Default)]
struct MessageChanges {
    /// The message as it came, if it has changed since.
    base: Option<Content>,
    changes: BTreeMap<Seq, Change>,
}

/// The parts of a message that can change.
#[derive(Debug, Clone)]
pub(super) struct Content {
    pub(super) text: String,
    pub(super) origin: Origin,
    pub(super) extras: Option<Box<Extras>>,
}

impl Change {
    /// Bytes of its text.
    const fn bytes(&self) -> usize {
        match &self.kind {
            ChangeKind::Edit(text, _) => text.len(),
            _ => 0,
        }
    }
}

impl MessageChanges {
    fn bytes(&self) -> usize {
        let base = self.base.as_ref().map_or(0, |base| base.text.len());
        base + self.changes.values().map(Change::bytes).sum::<usize>()
    }
}

impl Changes {
    /// Adds change `seq` of the room. Returns whether it was not there.
    pub(super) fn add(&mut self, seq: Seq, change: Change) -> bool {
        let changes = &mut self.messages.entry(change.target).or_default().changes;
        if changes.contains_key(&seq) {
            return false;
        }
        (self.count, self.bytes) = (self.count + 1, self.bytes + change.bytes());
        changes.insert(seq, change);
        true
    }

    /// The message as it came, if it has changed since.
    pub(super) fn base_of(&self, seq: Seq) -> Option<Content> {
        self.messages.get(&seq)?.base.clone()
    }

    /// Copies the changes of a message to those of another log.
    pub(super) fn copy_to(&self, seq: Seq, other: &mut Self) {
        let changed = self.messages.get(&seq).into_iter().flat_map(|changed| &changed.changes);
        for (seq, change) in changed {
            other.add(*seq, change.clone());
        }
        let pending = self.pending.iter().filter(|(_, change)| change.target == seq);
        other.pending.extend(pending.cloned());
    }

    /// Adds a change without an answer.
    pub(super) fn push(&mut self, id: MessageId, change: Change) {
        self.pending.push((id, change));
    }

    /// Removes a change without an answer.
    pub(super) fn take(&mut self, id: &MessageId) -> Option<Change> {
        let index = self.pending.iter().position(|(pending, _)| pending == id)?;
        Some(self.pending.remove(index).1)
    }

    /// A change without an answer has another number.
    pub(super) fn renumber(&mut self, id: &MessageId, new: &MessageId) {
        for (pending, _) in self.pending.iter_mut().filter(|(pending, _)| pending == id) {
            *pending = new.clone();
        }
    }

    /// Removes all: no `seq` is valid any more. Those without an answer are not sent.
    pub(super) fn clear(&mut self) {
        *self = Self::default();
    }

    /// A message has come, in a state of its own.
    pub(super) fn message_came(&mut self, seq: Seq) {
        if let Some(base) = self.messages.get_mut(&seq).and_then(|changed| changed.base.take()) {
            self.bytes -= base.text.len();
        }
    }

    /// The content of a message that has changes; `None` if it has none.
    pub(super) fn content_of(&mut self, entry: &LogEntry) -> Option<Content> {
        let pending = || self.pending.iter().filter(|(_, change)| change.target == entry.seq);
        let is_pending = pending().next().is_some();
        if !is_pending && !self.messages.contains_key(&entry.seq) {
            return None;
        }
        let current = Content::of(entry)?;
        let changed = self.messages.entry(entry.seq).or_default();
        if changed.base.is_none() {
            self.bytes += current.text.len();
        }
        let mut content = changed.base.get_or_insert(current).clone();
        for (seq, change) in changed.changes.range(entry.as_of.next()..) {
            content.apply(*seq, change);
        }
        for (_, change) in pending() {
            content.apply(Seq::MAX, change);
        }
        if is_pending {
            content.extras.get_or_insert_default().is_pending = true;
        }
        content.extras.take_if(|extras| **extras == Extras::default());
        Some(content)
    }

    /// Bytes of text in `messages`, counted.
    #[cfg(test)]
    pub(super) fn bytes(&self) -> usize {
        let held = self.messages.values().map(MessageChanges::bytes).sum();
        assert_eq!(self.bytes, held);
        held
    }

    /// Removes the changes of the message that is the first in the room, if there are too many. Returns the message
    /// and its last change: all of them count in it from now on.
    pub(super) fn drop_oldest(&mut self) -> Option<(Seq, Option<Seq>)> {
        if self.count <= CHANGES_MAX && self.bytes <= CHANGES_BYTES_MAX {
            return None;
        }
        let is_pending = |seq: &Seq| self.pending.iter().any(|(_, change)| change.target == *seq);
        let oldest = *self.messages.keys().find(|seq| !is_pending(seq))?;
        let removed = self.messages.remove(&oldest)?;
        self.count -= removed.changes.len();
        self.bytes -= removed.bytes();
        Some((oldest, removed.changes.last_key_value().map(|(seq, _)| *seq)))
    }
}

impl Content {
    /// The content of an entry; `None` if it is not a message, or if its text is hidden.
    fn of(entry: &LogEntry) -> Option<Self> {
        let Body::Message { text, origin, extras, .. } = &entry.body else { return None };
        Some(Self { text: text.clone(), origin: origin.clone(), extras: extras.clone() })
    }

    /// Gives a message this content.
    pub(super) fn write_to(self, body: &mut Body) {
        if let Body::Message { text, origin, extras, .. } = body {
            (*text, *origin, *extras) = (self.text, self.origin, self.extras);
        }
    }

    /// Whether an entry has this content.
    pub(super) fn is_of(&self, entry: &LogEntry) -> bool {
        let Body::Message { text, origin, extras, .. } = &entry.body else { return false };
        self.text == *text && self.origin == *origin && self.extras == *extras
    }

    fn apply(&mut self, seq: Seq, change: &Change) {
        let details = &mut self.extras.get_or_insert_default().details;
        match &change.kind {
            ChangeKind::Reply => {
                let count = details.replies.map_or(0, |replies| replies.count) + 1;
                details.replies = Some(Replies { count, last_seq: seq, last_at: change.at });
            }
            _ if details.deleted => {}
            ChangeKind::Edit(text, mentions) => {
                let count = details.edited.map_or(0, |edited| edited.count) + 1;
                details.edited = Some(Edited { at: change.at, count });
                text.clone_into(&mut self.text);
                set_mentions(&mut self.origin, mentions.clone());
            }
            ChangeKind::Delete => {
                let (reply_to, thread) = (details.reply_to, details.thread);
                let (deleted, replies) = (true, details.replies);
                *details = Details { deleted, reply_to, thread, replies, ..Details::default() };
                self.text.clear();
                set_mentions(&mut self.origin, Vec::new());
            }
            ChangeKind::React { user, is_me, emoji, on: true } => {
                react(&mut details.reactions, emoji, user, *is_me);
            }
            ChangeKind::React { user, is_me, emoji, on: false } => {
                unreact(&mut details.reactions, emoji, user, *is_me);
            }
            ChangeKind::Pin(on) => details.pinned = *on,
        }
    }
}

fn set_mentions(origin: &mut Origin, mentions: Vec<Range<usize>>) {
    if let Origin::Other(found) = origin {
        *found = mentions;
    }
}

/// A user reacts. A user who already does so is counted once.
fn react(reactions: &mut Vec<Reaction>, emoji: &Emoji, user: &User, is_me: bool) {
    let index = reactions.iter().position(|reaction| reaction.emoji == *emoji);
    let index = index.unwrap_or_else(|| {
        let emoji = emoji.clone();
        reactions.push(Reaction { emoji, count: 0, own: false, users: Vec::new() });
        reactions.len() - 1
    });
    let reaction = &mut reactions[index];
    let is_listed = reaction.users.iter().any(|listed| listed.id == user.id);
    if is_listed || (is_me && reaction.own) {
        return;
    }
    reaction.count += 1;
    reaction.own |= is_me;
    if reaction.users.len() < REACTORS_LISTED_MAX {
        reaction.users.push(user.clone());
    }
}

/// A user takes a reaction back, if there is one.
fn unreact(reactions: &mut Vec<Reaction>, emoji: &Emoji, user: &User, is_me: bool) {
    let Some(index) = reactions.iter().position(|reaction| reaction.emoji == *emoji) else {
        return;
    };
    let reaction = &mut reactions[index];
    let is_listed = reaction.users.iter().any(|listed| listed.id == user.id);
    let are_all_listed = reaction.users.len() as u64 >= reaction.count;
    if (is_me && !reaction.own) || (!is_me && !is_listed && are_all_listed) {
        return;
    }
    reaction.users.retain(|listed| listed.id != user.id);
    reaction.own &= !is_me;
    reaction.count = reaction.count.saturating_sub(1);
    if reaction.count == 0 {
        reactions.remove(index);
    }
}
