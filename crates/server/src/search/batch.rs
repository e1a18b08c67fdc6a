//! The changes of one commit of the index.

use std::collections::BTreeMap;

use chat_proto::event::MessageKind;
use chat_proto::{Seq, Text};

use super::expression::{CODE, LINK, author_word, mention_word, name_key, name_word, room_word};
use super::words::{parts, words};
use crate::journal::{RoomId, StoredMessage};

/// Messages and events in one commit at most: a few hundred milliseconds of work.
const ITEMS_MAX: usize = 8_192;

/// Bytes of the texts in one commit at most.
const BYTES_MAX: usize = 4 * 1024 * 1024;

/// Bits of a place that are the `seq`, as in the journal.
const SEQ_BITS: u32 = 40;

/// A message as the index has it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct Doc {
    /// How many the batch had before it.
    pub(super) order: usize,
    /// When it was stored, in milliseconds since 1970.
    pub(super) at: i64,
    /// The words for its room, its author and its mentions, which an edit does not change.
    pub(super) about: String,
    /// The name of the author at that time, see [`name_key`].
    pub(super) name: String,
    pub(super) text: Text,
}

/// The words that the index has for a message, a string for each column.
pub(super) struct Columns {
    pub(super) text: String,
    pub(super) parts: String,
    pub(super) meta: String,
}

/// The changes of one commit.
#[derive(Debug, Default)]
pub(super) struct Batch {
    /// New messages, by their place.
    pub(super) docs: BTreeMap<i64, Doc>,
    /// New texts of earlier messages; `None` for those that were deleted.
    pub(super) changed: BTreeMap<i64, Option<Text>>,
    /// The last `seq` of each room.
    pub(super) seqs: BTreeMap<RoomId, Seq>,
    items: usize,
    bytes: usize,
}

/// Identifies a message in the index.
pub(super) fn place(room: RoomId, seq: Seq) -> i64 {
    (i64::from(room.0) << SEQ_BITS) | seq.get().min((1 << SEQ_BITS) - 1).cast_signed()
}

/// The message at a place; `None` if the index is damaged.
pub(super) fn at_place(place: i64) -> Option<(RoomId, Seq)> {
    let room = RoomId(u32::try_from(place >> SEQ_BITS).ok()?);
    Some((room, Seq::new((place & ((1 << SEQ_BITS) - 1)).cast_unsigned())))
}

impl Batch {
    /// Adds a message, or an event about one.
    pub(super) fn add(&mut self, room: RoomId, message: &StoredMessage) {
        self.seqs.insert(room, message.seq);
        self.items += 1;
        let target = message.details.as_ref().and_then(|details| details.wire.target);
        match (message.kind, target) {
            _ if message.damaged => {}
            (MessageKind::Delete, Some(target)) => self.change(place(room, target), None),
            // Its text is gone, and the deletion follows.
            _ if message.is_deleted() => {}
            (MessageKind::Text | MessageKind::Action, _) => {
                self.bytes += message.text.as_str().len();
                let doc = Doc {
                    order: self.items,
                    at: message.at.as_millis(),
                    about: about(room, message),
                    name: name_key(message.from.name.as_str()),
                    text: message.text.clone(),
                };
                self.docs.insert(place(room, message.seq), doc);
            }
            (MessageKind::Edit, Some(target)) => {
                self.bytes += message.text.as_str().len();
                self.change(place(room, target), Some(message.text.clone()));
            }
            _ => {}
        }
    }

    fn change(&mut self, place: i64, text: Option<Text>) {
        match (self.docs.get_mut(&place), text) {
            (Some(doc), Some(text)) => doc.text = text,
            (Some(_), None) => drop(self.docs.remove(&place)),
            (None, text) => drop(self.changed.insert(place, text)),
        }
    }

    pub(super) fn is_empty(&self) -> bool {
        self.items == 0
    }

    pub(super) fn is_full(&self) -> bool {
        self.items >= ITEMS_MAX || self.bytes >= BYTES_MAX
    }

    /// Number of the messages and events in it.
    pub(super) const fn items(&self) -> usize {
        self.items
    }
}

/// The words for what an edit does not change, without that of the name.
fn about(room: RoomId, message: &StoredMessage) -> String {
    let mut words = vec![room_word(room), author_word(message.from.id)];
    words.extend(message.mentioned().map(mention_word));
    words.join(" ")
}

impl Doc {
    /// The words for what an edit does not change; `name` is the number of the author's name.
    pub(super) fn about(&self, name: u64) -> String {
        format!("{} {}", self.about, name_word(name))
    }
}

/// The words of a message with that text.
pub(super) fn columns(text: &str, about: &str) -> Columns {
    let join = |words: Vec<super::words::Word>| {
        let mut joined = String::with_capacity(text.len() + 16);
        for word in words {
            if !joined.is_empty() {
                joined.push(' ');
            }
            joined.push_str(&word.key);
        }
        joined
    };
    let mut meta = about.to_owned();
    for (word, is_there) in [(LINK, has_link(text)), (CODE, has_code(text))] {
        if is_there {
            meta.push(' ');
            meta.push_str(word);
        }
    }
    Columns { text: join(words(text)), parts: join(parts(text)), meta }
}

fn has_link(text: &str) -> bool {
    let mut rest = text;
    while let Some(at) = rest.find("://") {
        let scheme = rest.as_bytes().get(at.saturating_sub(5)..at).unwrap_or_default();
        let is_http = |name: &[u8]| {
            scheme.len() >= name.len()
                && scheme[scheme.len() - name.len()..].eq_ignore_ascii_case(name)
        };
        let has_host = rest[at + 3..].starts_with(char::is_alphanumeric);
        if has_host && (is_http(b"http") || is_http(b"https")) {
            return true;
        }
        rest = &rest[at + 3..];
    }
    false
}

fn has_code(text: &str) -> bool {
    text.split_once('`').is_some_and(|(_, rest)| rest.contains('`'))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn links_and_code_are_found() {
        for text in ["see https://example.org", "(HTTP://x)", "a:// http://é"] {
            assert!(has_link(text), "{text}");
        }
        for text in ["https://", "ftp://x", "http", "://x", "é://x"] {
            assert!(!has_link(text), "{text}");
        }
        assert!(has_code("run `ls`") && has_code("```\nx\n```") && !has_code("it`s"));
    }

    #[test]
    fn a_place_is_that_of_one_message() {
        let (room, seq) = (RoomId::MAX, Seq::new((1 << 40) - 1));
        assert_eq!(at_place(place(room, seq)), Some((room, seq)));
        assert_eq!(at_place(-1), None);
    }
}
