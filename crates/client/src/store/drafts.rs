//! The file of what is typed and not sent: one line of JSON, written anew each time.

use std::collections::BTreeMap;
use std::path::{Path, PathBuf};

use chat_proto::{RoomName, UserName};
use serde::{Deserialize, Serialize};

use super::{StoreError, at, files, names};

/// Largest file that is read, in bytes: a full input box for each of the most rooms there are, each
/// byte escaped.
const FILE_BYTES_MAX: u64 = 64 * 1024 * 1024;

/// What is typed and not sent, and the room it is about to be said in.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(from = "Stored")]
pub struct Drafts {
    /// The room on the screen.
    pub shown: RoomName,
    /// What is typed for each room; none of them empty.
    pub texts: BTreeMap<RoomName, String>,
    /// The titles of the direct messages that the next run shows before it has a session.
    pub titles: BTreeMap<RoomName, UserName>,
}

/// The drafts as the file has them. Version 0.1.0 wrote no titles, and called private conversations by
/// names.
#[derive(Deserialize)]
struct Stored {
    shown: String,
    texts: BTreeMap<String, String>,
    titles: Option<BTreeMap<RoomName, UserName>>,
}

impl From<Stored> for Drafts {
    fn from(stored: Stored) -> Self {
        let Stored { shown, texts, titles } = stored;
        let addressed = |written: &str| titles.as_ref().and_then(|_| RoomName::new(written).ok());
        let room = |written: &str| addressed(written).unwrap_or_else(|| names::room(written));
        let shown = room(&shown);
        let texts = texts.into_iter().map(|(name, text)| (room(&name), text)).collect();
        Self { shown, texts, titles: titles.unwrap_or_default() }
    }
}

impl Drafts {
    /// Adds those of another client, which are the newer ones.
    pub(super) fn absorb(&mut self, newer: &Self) {
        self.shown = newer.shown.clone();
        self.texts.extend(newer.texts.clone());
        self.titles.extend(newer.titles.clone());
    }
}

impl Default for Drafts {
    fn default() -> Self {
        Self { shown: RoomName::lobby(), texts: BTreeMap::new(), titles: BTreeMap::new() }
    }
}

/// The drafts, and the file that has them; `None` in memory alone.
#[derive(Debug, Default)]
pub(super) struct DraftsFile {
    drafts: Drafts,
    path: Option<PathBuf>,
}

impl DraftsFile {
    /// What was kept in the file. One that is damaged costs the drafts and not the start: a loss of
    /// power may leave such a file.
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

    /// Keeps these instead. They outlive the program however it ends, but nothing waits for the disk:
    /// this comes between two keys, and half a sentence is not worth a pause in typing the other half.
    pub(super) fn keep(&mut self, drafts: Drafts) -> Result<(), StoreError> {
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
