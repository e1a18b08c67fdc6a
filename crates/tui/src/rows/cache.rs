//! A cache of the rows of messages, so that a frame lays out only the messages that are new or have changed.

use std::collections::HashMap;
use std::sync::Arc;

use chat_client::entry::{Body, EntryId, Extras, LogEntry, Origin};
use chat_proto::Timestamp;
use chat_proto::command::Kind;
use jiff::tz::TimeZone;

use super::extras::ThreadMark;
use super::id_hash::IdHash;
use super::shape::Shape;
use super::{Row, RowsAbove};
use crate::keymap::KeyMap;

/// Most messages in the cache: those of some screens. If there are more, all are removed.
const MESSAGES_MAX: usize = 512;

/// Rows by message.
#[derive(Debug, Default)]
pub(super) struct RowCache {
    messages: HashMap<EntryId, (MessageKey, Vec<Arc<Row>>), IdHash>,
}

/// All that the rows of an entry depend on, besides the entry. Those of a message name no keys.
#[derive(Debug, Clone, Copy)]
pub(super) struct EntryLayout<'a> {
    pub(super) above: RowsAbove,
    pub(super) shape: Shape,
    pub(super) zone: &'a TimeZone,
    pub(super) keys: &'a KeyMap,
    /// Whether a long message is not folded.
    pub(super) is_open: bool,
    /// The line about the answers to it.
    pub(super) thread: ThreadMark,
}

/// All that the rows of a message depend on, but the time zone: if that is another one, all rows are forgotten.
#[derive(Debug)]
struct MessageKey {
    at: Timestamp,
    name: String,
    kind: Kind,
    text: String,
    origin: Origin,
    extras: Option<Box<Extras>>,
    above: RowsAbove,
    shape: Shape,
    is_open: bool,
    thread: ThreadMark,
}

impl RowCache {
    /// The rows of an entry; calls `lay_out` if they are not known. Those of other entries than messages are
    /// laid out each time.
    pub(super) fn rows(
        &mut self,
        entry: &LogEntry,
        layout: EntryLayout<'_>,
        lay_out: impl FnOnce() -> Vec<Row>,
    ) -> Vec<Arc<Row>> {
        let lay_out = || lay_out().into_iter().map(Arc::new).collect::<Vec<_>>();
        if let Some((key, rows)) = self.messages.get(&entry.id())
            && key.is(entry, layout)
        {
            return rows.clone();
        }
        let rows = lay_out();
        if let Some(key) = MessageKey::new(entry, layout) {
            if self.messages.len() >= MESSAGES_MAX {
                self.messages.clear();
            }
            self.messages.insert(entry.id(), (key, rows.clone()));
        }
        rows
    }

    pub(super) fn clear(&mut self) {
        self.messages.clear();
    }
}

impl MessageKey {
    fn new(entry: &LogEntry, layout: EntryLayout<'_>) -> Option<Self> {
        let Body::Message { from, kind, text, origin, extras } = &entry.body else {
            return None;
        };
        let EntryLayout { above, shape, is_open, thread, .. } = layout;
        Some(Self {
            at: entry.at,
            name: from.as_str().to_owned(),
            kind: *kind,
            text: text.clone(),
            origin: origin.clone(),
            extras: extras.clone(),
            above,
            shape,
            is_open,
            thread,
        })
    }

    /// Whether the rows are those of this entry in this layout.
    fn is(&self, entry: &LogEntry, layout: EntryLayout<'_>) -> bool {
        let Body::Message { from, kind, text, origin, extras } = &entry.body else {
            return false;
        };
        let EntryLayout { above, shape, is_open, thread, .. } = layout;
        self.at == entry.at
            && self.name == from.as_str()
            && self.kind == *kind
            && self.text == *text
            && self.origin == *origin
            && self.extras == *extras
            && self.above == above
            && self.shape == shape
            && self.is_open == is_open
            && self.thread == thread
    }
}
