//! The parts of a stored message that few messages have: its target, its mentions, its current state; and its form for
//! a client that knows only texts and actions.

use chat_proto::command::{Body, Links};
use chat_proto::event::{Details, MessageKind};
use chat_proto::limits::TEXT_BYTES_MAX;
use chat_proto::{Emoji, Message, RoomName, Seq, Text, UserId};

use super::StoredMessage;

/// The text of a message that was deleted.
pub(in crate::journal) const DELETED_TEXT: &str = "This message was deleted.";

/// Most characters of a quoted text: enough to recognise the message, which is above.
const EXCERPT_CHARS_MAX: usize = 30;

/// Texts of edits with fewer bytes have a mark before them. With the mark, longer ones would be cut.
const EDIT_BYTES_MAX: usize = TEXT_BYTES_MAX - 1;

/// Bytes on the wire of a detail without its text: its name, a number of up to 20 digits or `true`, the separator.
const DETAIL_BYTES_MAX: usize = 36;

/// The same of a detail with several numbers and a time.
const COUNTS_BYTES_MAX: usize = 120;

/// The same of one reaction, and of one user who is listed with it.
const REACTION_BYTES_MAX: usize = 70;

/// See [`StoredMessage::details`].
#[derive(Debug, Default, Clone, PartialEq, Eq)]
pub struct StoredDetails {
    /// The fields on the wire. Those of the current state are empty unless they were read, see `View`.
    pub wire: Details,
    /// The numbers of the users that it mentions, as they are stored: separated by spaces.
    pub(in crate::journal) mentions: Option<Box<str>>,
    /// The beginning of the text of the message that a reaction or a pin is about. It is not stored: the text may be
    /// deleted.
    pub(in crate::journal) excerpt: Option<Box<str>>,
}

/// The kinds of messages that a client knows.
#[derive(Debug, Default, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Kinds {
    /// Those of version 0.1.0: texts and actions.
    #[default]
    Plain,
    /// The same, and it shows a message of another kind by its text.
    Unknown,
    /// All.
    All,
}

/// The kind, the text and the details of a message that says `body`.
pub(in crate::journal) fn content(body: Body) -> (MessageKind, Text, Option<Box<StoredDetails>>) {
    let kind = MessageKind::of(&body);
    let (text, wire) = match body {
        Body::Message { text, links: None, .. } => return (kind, text, None),
        Body::Message { text, links: Some(links), .. } => {
            let Links { reply_to, thread } = *links;
            (text, Details { reply_to, thread, ..Details::default() })
        }
        Body::Edit { target, text } => (text, about(target)),
        Body::Delete { target } => (described("deleted a message"), about(target)),
        Body::Reaction { target, emoji, on } => {
            let text = described(&reaction(&emoji, on));
            (text, Details { emoji: Some(emoji), on: Some(on), ..about(target) })
        }
        Body::Pin { target, on } => {
            let text = if on { "pinned a message" } else { "unpinned a message" };
            (described(text), Details { on: Some(on), ..about(target) })
        }
        Body::Topic { topic } => {
            let text = match topic.as_str() {
                "" => "removed the topic".to_owned(),
                topic => format!("set the topic: {topic}"),
            };
            (described(&text), Details { topic: Some(topic), ..Details::default() })
        }
    };
    (kind, text, Some(Box::new(StoredDetails { wire, ..StoredDetails::default() })))
}

fn about(target: Seq) -> Details {
    Details { target: Some(target), ..Details::default() }
}

fn described(text: &str) -> Text {
    Text::from_lossy(text).expect("a description is not empty")
}

fn reaction(emoji: &Emoji, on: bool) -> String {
    if on { format!("reacts {emoji}") } else { format!("takes back {emoji}") }
}

/// The beginning of a text, on one line.
pub(in crate::journal) fn excerpt(text: &str) -> Box<str> {
    let mut words = String::new();
    let mut rest = text.split_whitespace().flat_map(|word| word.chars().chain([' ']));
    words.extend(rest.by_ref().take(EXCERPT_CHARS_MAX));
    words.truncate(words.trim_end().len());
    if rest.any(|c| c != ' ') {
        words.push('…');
    }
    words.into()
}

impl StoredMessage {
    /// A copy without the parts that are not stored.
    pub(in crate::journal) fn as_stored(&self) -> Self {
        let mut copy = self.clone();
        if let Some(details) = &mut copy.details {
            details.excerpt = None;
        }
        copy
    }

    /// Bytes that it takes besides itself, as it is stored.
    pub(crate) fn heap_bytes(&self) -> usize {
        let details = self.details.as_deref().map_or(0, |details| {
            let texts = [&details.mentions, &details.excerpt].into_iter().flatten();
            size_of_val(details) + texts.map(|text| text.len()).sum::<usize>()
        });
        self.text.as_str().len() + details
    }

    /// Records the users that it mentions.
    pub(in crate::journal) fn mention(&mut self, users: &[UserId]) {
        if !users.is_empty() {
            let words: Vec<String> = users.iter().map(ToString::to_string).collect();
            self.details.get_or_insert_default().mentions = Some(words.join(" ").into());
        }
    }

    /// Marks it as deleted, and removes its text.
    pub(in crate::journal) fn delete(&mut self) {
        self.text = described(DELETED_TEXT);
        let details = self.details.get_or_insert_default();
        details.wire.deleted = true;
        details.mentions = None;
    }

    /// Returns true if its text was deleted.
    pub(crate) fn is_deleted(&self) -> bool {
        self.details.as_ref().is_some_and(|details| details.wire.deleted)
    }

    /// The message that it is about, if it is an event about one.
    pub(in crate::journal) fn target(&self) -> Option<Seq> {
        self.details.as_ref()?.wire.target
    }

    /// The message among whose replies it counts.
    pub(in crate::journal) fn answers(&self) -> Option<Seq> {
        let details = &self.details.as_ref()?.wire;
        details.thread.or(details.reply_to)
    }

    /// The numbers of the users that it mentions.
    pub(crate) fn mentioned(&self) -> impl Iterator<Item = UserId> {
        let details = self.details.as_ref();
        let words = details.and_then(|details| details.mentions.as_deref()).unwrap_or_default();
        words.split(' ').filter_map(|word| word.parse().ok())
    }

    /// Returns true if its content is `body`. The text of a deleted message is not compared.
    pub(in crate::journal) fn says(&self, body: &Body) -> bool {
        let (kind, text, details) = content(body.clone());
        let wire = |details: &Option<Box<StoredDetails>>| {
            details.as_ref().map(|details| Details { deleted: false, ..details.wire.clone() })
        };
        self.kind == kind
            && (self.is_deleted() || self.text == text)
            && wire(&self.details).unwrap_or_default() == wire(&details).unwrap_or_default()
    }

    /// The message for a client that knows those `kinds`, see [`StoredMessage::to_wire`].
    #[must_use]
    pub(crate) fn to_wire_for(&self, room: &RoomName, reader: UserId, kinds: Kinds) -> Message {
        if kinds == Kinds::All || self.details.is_none() {
            return self.to_wire(room, reader);
        }
        let kind = if kinds == Kinds::Plain { self.kind.shown_as().into() } else { self.kind };
        let text = self.described();
        Message { kind, text, details: None, ..self.to_wire(room, reader) }
    }

    /// The text for a client that shows only texts: of an event, a description of it.
    #[must_use]
    pub(crate) fn described(&self) -> Text {
        let Some(details) = &self.details else { return self.text.clone() };
        let (wire, on) = (&details.wire, details.wire.on == Some(true));
        let quoted = details.excerpt.as_deref();
        let text = match (self.kind, &wire.emoji, quoted) {
            (MessageKind::Edit, ..)
                if !wire.deleted && self.text.as_str().len() < EDIT_BYTES_MAX =>
            {
                format!("* {}", self.text)
            }
            (MessageKind::Reaction, Some(emoji), Some(quoted)) => {
                let word = if on { "to" } else { "from" };
                format!("{} {word} \"{quoted}\"", reaction(emoji, on))
            }
            (MessageKind::Pin, _, Some(quoted)) if on => format!("pinned \"{quoted}\""),
            (MessageKind::Pin, _, Some(quoted)) => format!("unpinned \"{quoted}\""),
            _ => return self.text.clone(),
        };
        described(&text)
    }
}

impl StoredDetails {
    /// An upper bound of their bytes on the wire, where a quote takes two.
    pub(super) fn encoded_bytes_max(&self) -> usize {
        let Details { target, emoji, on, topic, reply_to, thread, .. } = &self.wire;
        let Details { deleted, edited, reactions, replies, pinned, as_of, .. } = &self.wire;
        let emoji = emoji.as_ref().map(|emoji| emoji.as_str().len());
        let topic = topic.as_ref().map(|topic| topic.as_str().len());
        let excerpt = self.excerpt.as_ref().map(|excerpt| excerpt.len());
        let seqs = [target, reply_to, thread, as_of].into_iter().flatten().count();
        let flags = [on.is_some(), *deleted, *pinned, !reactions.is_empty()];
        let flags = flags.into_iter().filter(|is_there| *is_there).count();
        let counts = usize::from(edited.is_some()) + usize::from(replies.is_some());
        let mut bytes = DETAIL_BYTES_MAX * (seqs + flags) + COUNTS_BYTES_MAX * counts;
        for text in [emoji, topic, excerpt].into_iter().flatten() {
            bytes += DETAIL_BYTES_MAX + 2 * text;
        }
        for reaction in reactions {
            bytes += REACTION_BYTES_MAX + 2 * reaction.emoji.as_str().len();
            for user in &reaction.users {
                bytes += REACTION_BYTES_MAX + 2 * user.name.as_str().len();
            }
        }
        bytes
    }
}

#[cfg(test)]
mod tests {
    use chat_proto::{DeviceId, Timestamp, User, UserName};

    use super::*;

    #[test]
    fn the_description_of_an_edit_has_all_of_its_text() {
        for bytes in [1, TEXT_BYTES_MAX - 2, TEXT_BYTES_MAX - 1, TEXT_BYTES_MAX] {
            let written = "x".repeat(bytes);
            let text = Text::new(written.clone()).unwrap();
            let (kind, text, details) = content(Body::Edit { target: Seq::FIRST, text });
            let from = User { id: UserId::new(1), name: UserName::new("ana").unwrap() };
            let edit = StoredMessage {
                seq: Seq::new(2),
                from,
                at: Timestamp::from_millis(0),
                kind,
                text,
                device: DeviceId::default(),
                n: None,
                damaged: false,
                details,
            };
            let described = edit.described();
            let described = described.as_str();
            assert_eq!(described.strip_prefix("* ").unwrap_or(described).len(), bytes);
        }
    }

    #[test]
    fn an_excerpt_is_the_beginning_of_a_text_on_one_line() {
        assert_eq!(&*excerpt("thanks\n\tboth "), "thanks both");
        assert_eq!(&*excerpt(&"ab ".repeat(20)), "ab ab ab ab ab ab ab ab ab ab…");
        assert_eq!(&*excerpt(&"é".repeat(31)), format!("{}…", "é".repeat(30)));
        assert_eq!(&*excerpt(&"é".repeat(30)), "é".repeat(30));
    }
}
