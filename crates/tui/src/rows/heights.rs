//! The heights of the entries of a log, so that a frame wraps only texts that it shows; the rows of those, and which of
//! them are opened.

use std::cell::RefCell;
use std::collections::{HashMap, HashSet};
use std::sync::Arc;

use chat_client::entry::{EntryId, LogEntry};
use chat_client::log::Bounds;

use super::Row;
use super::cache::{EntryLayout, RowCache};
use super::id_hash::IdHash;

/// Most heights that are kept. Those of entries that are gone are removed together, if there are more.
const HEIGHTS_MAX: usize = 2 * (Bounds::CURRENT.messages + Bounds::CURRENT.notices);

/// Most messages of a log that are opened: more than anybody opens by hand. The next one folds all
/// others, and with them those that are no longer in the log.
const OPENED_MAX: usize = 256;

/// The heights of the texts of a log in one width. The text of an entry changes with its revision.
#[derive(Debug, Default)]
pub struct Heights {
    cache: RefCell<HeightCache>,
    rows: RefCell<RowCache>,
    /// Long messages that are shown whole.
    opened: HashSet<EntryId>,
}

#[derive(Debug, Default)]
struct HeightCache {
    width: usize,
    /// The revision of each entry, and its height.
    heights: HashMap<EntryId, (u64, usize), IdHash>,
}

impl Heights {
    /// The height of an entry in that width; calls `height` if it is not known.
    pub(super) fn get(
        &self,
        entry: &LogEntry,
        width: usize,
        height: impl FnOnce() -> usize,
    ) -> usize {
        let mut cache = self.cache.borrow_mut();
        if cache.width != width || cache.heights.len() >= HEIGHTS_MAX {
            *cache = HeightCache { width, heights: HashMap::default() };
        }
        let revision = entry.revision();
        match cache.heights.get(&entry.id()) {
            Some((known, height)) if *known == revision => *height,
            _ => {
                let height = height();
                cache.heights.insert(entry.id(), (revision, height));
                height
            }
        }
    }

    /// The rows of an entry in a layout; calls `lay_out` if they are not known.
    pub(super) fn rows(
        &self,
        entry: &LogEntry,
        layout: EntryLayout<'_>,
        lay_out: impl FnOnce() -> Vec<Row>,
    ) -> Vec<Arc<Row>> {
        self.rows.borrow_mut().rows(entry, layout, lay_out)
    }

    /// Whether a long message is shown whole.
    pub(crate) fn is_open(&self, entry: EntryId) -> bool {
        self.opened.contains(&entry)
    }

    /// Forgets the heights and the rows: the texts are written in another way.
    pub(crate) fn forget(&mut self) {
        self.cache.get_mut().heights.clear();
        self.rows.get_mut().clear();
    }

    /// Opens a long message, or folds it again.
    pub(crate) fn toggle(&mut self, entry: EntryId) {
        if !self.opened.remove(&entry) {
            if self.opened.len() >= OPENED_MAX {
                self.opened.clear();
                self.cache.get_mut().heights.clear();
            }
            self.opened.insert(entry);
        }
        self.cache.get_mut().heights.remove(&entry);
    }
}
