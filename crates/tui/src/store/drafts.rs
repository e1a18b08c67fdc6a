//! The file of what is typed and not sent: one line of JSON, written anew each time.

use std::collections::BTreeMap;
use std::path::{Path, PathBuf};

use chat_proto::{RoomName, UserName};
use serde::{Deserialize, Serialize};

use super::{StoreError, at, files, room_of};

/// Largest file that is read, in bytes: a full input box for each of the most rooms there are, each
/// byte escaped.
const FILE_BYTES_MAX: u64 = 64 * 1024 * 1024;

/// What is typed and not sent, and the room it is about to be said in.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Drafts {
    /// The room on the screen.
    pub shown: RoomName,
    /// What is typed for each room; none of them empty.
    pub texts: BTreeMap<RoomName, String>,
    /// The titles of the direct messages that the next run shows before it has a session.
    pub titles: BTreeMap<RoomName, UserName>,
    /// What version 0.1.0 stored under the names of users, also if one has the form of an address.
    pub named: BTreeMap<RoomName, String>,
    /// The user whose conversation version 0.1.0 had on the screen.
    pub named_shown: Option<RoomName>,
}

/// The file. Version 0.1.0 wrote none that says it is addressed, and knew names that are none today.
#[derive(Serialize, Deserialize)]
struct File {
    #[serde(default)]
    addressed: bool,
    shown: String,
    texts: BTreeMap<String, String>,
    #[serde(default)]
    titles: BTreeMap<String, String>,
    #[serde(default)]
    named: BTreeMap<String, String>,
    #[serde(default)]
    named_shown: Option<String>,
}

impl File {
    fn new(drafts: &Drafts) -> Self {
        let written = |texts: &BTreeMap<RoomName, String>| {
            texts.iter().map(|(room, text)| (room.to_string(), text.clone())).collect()
        };
        let titles = drafts.titles.iter().map(|(room, name)| (room.to_string(), name.to_string()));
        Self {
            addressed: true,
            shown: drafts.shown.to_string(),
            texts: written(&drafts.texts),
            titles: titles.collect(),
            named: written(&drafts.named),
            named_shown: drafts.named_shown.as_ref().map(ToString::to_string),
        }
    }

    fn into_drafts(self) -> Drafts {
        let read = |texts: BTreeMap<String, String>| {
            texts.into_iter().map(|(room, text)| (room_of(&room), text)).collect()
        };
        let titles = self.titles.iter().map(|(room, name)| (room_of(room), UserName::mend(name)));
        let mut drafts = Drafts {
            shown: room_of(&self.shown),
            texts: read(self.texts),
            titles: titles.collect(),
            named: read(self.named),
            named_shown: self.named_shown.as_deref().map(room_of),
        };
        if !self.addressed {
            drafts.take_names(RoomName::is_private);
        }
        drafts
    }
}

impl Drafts {
    /// Takes for the names of users what `is_name` of the rooms.
    pub(crate) fn take_names(&mut self, is_name: impl Fn(&RoomName) -> bool) {
        let texts = std::mem::take(&mut self.texts);
        let (names, texts): (BTreeMap<_, _>, _) =
            texts.into_iter().partition(|(room, _)| is_name(room));
        self.texts = texts;
        self.named.extend(names);
        if is_name(&self.shown) {
            self.named_shown = Some(std::mem::replace(&mut self.shown, RoomName::lobby()));
        }
    }

    /// Adds those of another client, which are the newer ones.
    pub(super) fn absorb(&mut self, newer: &Self) {
        self.shown = newer.shown.clone();
        self.texts.extend(newer.texts.clone());
        self.titles.extend(newer.titles.clone());
        self.named.extend(newer.named.clone());
        self.named_shown = newer.named_shown.clone();
    }
}

impl Default for Drafts {
    fn default() -> Self {
        let (texts, titles, named) = (BTreeMap::new(), BTreeMap::new(), BTreeMap::new());
        Self { shown: RoomName::lobby(), texts, titles, named, named_shown: None }
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
            Ok(Some(text)) => serde_json::from_str(&text).map_or_else(
                |error| {
                    tracing::warn!(%error, path = %path.display(), "unreadable drafts");
                    Drafts::default()
                },
                File::into_drafts,
            ),
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
    let file = serde_json::to_string(&File::new(drafts))?;
    files::write_soon(path, (file + "\n").as_bytes())
}
