//! The file of the drafts: one line of JSON, replaced each time.

use std::collections::BTreeMap;
use std::path::{Path, PathBuf};

use chat_proto::{RoomName, Seq, ShortString, UserName};
use serde::{Deserialize, Serialize};

use super::{StoreError, at, files, names};

/// Largest file that is read, in bytes: the longest draft for each of the most rooms and threads, each byte
/// escaped.
const FILE_BYTES_MAX: u64 = 64 * 1024 * 1024;

/// The drafts of all rooms, and the room that is open.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(from = "StoredDrafts")]
pub struct Drafts {
    /// The room that is open.
    pub shown: RoomName,
    /// The draft of each room; none of them is empty.
    pub texts: BTreeMap<RoomName, String>,
    /// The titles of the direct messages that the next run shows before it has a session.
    pub titles: BTreeMap<RoomName, UserName>,
    /// The drafts of threads; none of them is empty.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub threads: Vec<ThreadDraft>,
}

/// The draft of a thread.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct ThreadDraft {
    /// The room.
    pub room: RoomName,
    /// The `seq` of the first message of the thread.
    pub thread: Seq,
    /// The epoch of the journal with that message, if it is known.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub epoch: Option<ShortString>,
    /// The text.
    pub text: String,
}

impl ThreadDraft {
    /// Whether two drafts are of one thread.
    pub(crate) fn is_of(&self, other: &Self) -> bool {
        (&self.room, self.thread) == (&other.room, other.thread)
    }
}

/// The drafts as the file has them. Version 0.1.0 wrote no titles, and called direct messages by names.
#[derive(Deserialize)]
struct StoredDrafts {
    shown: String,
    texts: BTreeMap<String, String>,
    titles: Option<BTreeMap<RoomName, UserName>>,
    #[serde(default)]
    threads: Vec<ThreadDraft>,
}

impl From<StoredDrafts> for Drafts {
    fn from(stored: StoredDrafts) -> Self {
        let StoredDrafts { shown, texts, titles, threads } = stored;
        let addressed = |written: &str| titles.as_ref().and_then(|_| RoomName::new(written).ok());
        let room = |written: &str| addressed(written).unwrap_or_else(|| names::room(written));
        let shown = room(&shown);
        let texts = texts.into_iter().map(|(name, text)| (room(&name), text)).collect();
        Self { shown, texts, titles: titles.unwrap_or_default(), threads }
    }
}

impl Drafts {
    /// Adds the drafts of another client, which are newer.
    pub(super) fn absorb(&mut self, newer: &Self) {
        self.shown = newer.shown.clone();
        self.texts.extend(newer.texts.clone());
        self.titles.extend(newer.titles.clone());
        self.threads.retain(|older| !newer.threads.iter().any(|newer| newer.is_of(older)));
        self.threads.extend(newer.threads.clone());
    }
}

impl Default for Drafts {
    fn default() -> Self {
        let (texts, titles, threads) = (BTreeMap::new(), BTreeMap::new(), Vec::new());
        Self { shown: RoomName::lobby(), texts, titles, threads }
    }
}

/// The drafts, and their file; `None` in memory alone.
#[derive(Debug, Default)]
pub(super) struct DraftsFile {
    drafts: Drafts,
    path: Option<PathBuf>,
}

impl DraftsFile {
    /// Reads the file. If it is damaged, as after a loss of power, there are no drafts; the client starts all
    /// the same.
    pub(super) fn read(path: PathBuf) -> Self {
        let drafts = match files::read(&path, FILE_BYTES_MAX) {
            Ok(None) => Drafts::default(),
            Ok(Some(text)) => serde_json::from_str(&text).unwrap_or_else(|error| {
                tracing::warn!(%error, path = %path.display(), "unreadable drafts");
                Drafts::default()
            }),
            Err(error) => {
                tracing::warn!(%error, path = %path.display(), "unreadable drafts");
                Drafts::default()
            }
        };
        Self { drafts, path: Some(path) }
    }

    /// The same drafts, without the file.
    pub(super) fn in_memory(&self) -> Self {
        Self { drafts: self.drafts.clone(), path: None }
    }

    pub(super) fn drafts(&self) -> &Drafts {
        &self.drafts
    }

    /// Replaces the drafts. They survive the end of the program however it comes, but not a loss of power:
    /// the call does not wait for the disk, since half a sentence is not worth a pause in typing.
    pub(super) fn replace(&mut self, drafts: Drafts) -> Result<(), StoreError> {
        self.drafts = drafts;
        let Some(path) = &self.path else {
            return Ok(());
        };
        write(path, &self.drafts).map_err(at(path))
    }
}

fn write(path: &Path, drafts: &Drafts) -> std::io::Result<()> {
    if *drafts == Drafts::default() {
        return files::remove(path);
    }
    files::write_soon(path, (serde_json::to_string(drafts)? + "\n").as_bytes())
}
