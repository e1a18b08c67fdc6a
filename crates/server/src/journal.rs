//! The journal: the durable, ordered record of messages and of all other changes.
//!
//! ```text
//! entries (messages, changes, tasks) ─→ Engine::append ─→ Commit: one item for each entry
//!                                       Journal::read  ─→ pages of messages
//! ```
//!
//! There is one `Engine` with one connection that writes; its caller takes care of order and threads.
//! Readers have connections of their own, a bounded number, and never run on the threads that serve
//! sessions. The journal knows no hub, no room and no session: what a commit means is up to its caller.

mod change;
mod check;
mod checksum;
mod commit;
mod copy;
mod credentials;
mod engine;
mod error;
mod file;
mod load;
mod lock;
mod mark;
mod mend;
mod messages;
mod numbers;
mod private;
mod reader;
mod rebuild;
mod records;
mod repeat;
mod replace;
mod restore;
mod rows;
mod run;
mod salvage;
mod schema;
mod store;
mod stored;
mod task;
mod unlocked;
mod unread;
mod used;
mod wal;

use std::path::{Path, PathBuf};
use std::sync::{Arc, Mutex, PoisonError};

use chat_proto::event::JournalId;
use chat_proto::{Timestamp, User};
use rusqlite::Connection;
use tracing::warn;

pub(crate) use self::change::Change;
pub use self::check::{Checked, check};
pub(crate) use self::commit::{Commit, Committed, Entry, Message};
pub use self::copy::backup;
pub(crate) use self::engine::{AppendError, Engine};
pub use self::error::JournalError;
use self::error::in_words;
#[cfg(test)]
pub(crate) use self::file::BUSY_TIMEOUT;
use self::file::Opened;
use self::reader::Readers;
pub(crate) use self::repeat::{Repeat, Sent};
pub use self::restore::{Replaced, restore};
pub(crate) use self::stored::{
    Credential, CredentialRecord, MembershipRecord, UserKind, UserRecord,
};
pub use self::stored::{DirectKey, Page, Part, RoomId, RoomKey, RoomRecord, StoredMessage};
pub(crate) use self::task::{Task, TaskResult};
pub(crate) use self::unread::Unread;

/// Messages that one step of trimming removes: a few milliseconds' work, for which others wait.
pub(crate) const TRIM_MESSAGES: u32 = 500;

/// Damaged records that are logged one by one when the daemon starts: more would hide the rest of the log.
const DAMAGE_LOGGED: usize = 20;

/// What `accepted` survives.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Durability {
    /// A crash of the machine: every commit waits for the disk.
    Disk,
    /// A crash of the program.
    Os,
}

/// Where the journal is.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Location {
    /// In a directory, which is made where there is none.
    Directory(PathBuf),
    /// The same without threads: the runtime's own waits for the disk. For a runtime that has a time
    /// of its own, and must know when there is work to do.
    DirectoryInTask(PathBuf),
    /// In memory: nothing survives the daemon.
    Memory,
}

/// What the journal held when it was opened, its messages left where they are.
#[derive(Debug, Default)]
pub struct Restored {
    /// All rooms.
    pub rooms: Vec<RoomRecord>,
    /// All users who hold a name.
    pub(crate) users: Vec<UserRecord>,
    /// How users are recognised. The record of a user may be missing.
    pub(crate) credentials: Vec<CredentialRecord>,
    /// Who is in which room.
    pub(crate) members: Vec<MembershipRecord>,
    /// The greatest number a user ever had; 0 before the first.
    pub(crate) last_user: u64,
    /// The newest time that is stored, of a room's last message or of a user; `None` if nothing is.
    pub(crate) newest: Option<Timestamp>,
    /// The greatest number a room ever had, as far as it was stored.
    pub(crate) last_room: u32,
    /// What was found damaged and is replaced, a line for each record.
    pub(crate) damage: Vec<String>,
}

/// The read side of the journal. Cheap to clone. What is written goes through the `Engine`.
#[derive(Debug, Clone)]
pub struct Journal {
    source: Source,
    identity: Arc<JournalId>,
}

/// Where messages are read from.
#[derive(Debug, Clone)]
enum Source {
    File(Readers),
    /// A journal in memory has one connection.
    Memory(Arc<Mutex<Connection>>),
}

impl Journal {
    /// Opens the journal: the engine that writes it, the side that reads it, and what it holds.
    ///
    /// # Errors
    /// Returns an error that says why it cannot be used, and what to do.
    pub(crate) fn open(
        place: &Location,
        durability: Durability,
    ) -> Result<(Engine, Self, Restored), JournalError> {
        let (db, run, lock, readers) = match place {
            Location::Memory => (file::open_memory()?, None, None, None),
            Location::Directory(directory) | Location::DirectoryInTask(directory) => {
                let lock = lock::take(directory)?;
                let path = file::of(directory);
                let Opened { db, run } = file::open(&path, durability)?;
                let has_threads = matches!(place, Location::Directory(_));
                (db, Some(run), Some(lock), Some(Readers::new(path, has_threads)))
            }
        };
        let restored = read_all(&db)?;
        let identity = Arc::new(store::identity(&db)?);
        let db = Arc::new(Mutex::new(db));
        let source = readers.map_or_else(|| Source::Memory(Arc::clone(&db)), Source::File);
        let has_thread = matches!(place, Location::Directory(_));
        let engine = Engine::new(db, &restored.rooms, has_thread, run, lock);
        Ok((engine, Self { source, identity }, restored))
    }

    /// Opens the journal in `place` to read it, while no daemon has it.
    ///
    /// # Errors
    /// Returns an error that says why it cannot be used, and what to do.
    pub fn open_to_read(place: &Location) -> Result<(Self, Restored), JournalError> {
        let (_, journal, restored) = Self::open(place, Durability::Os)?;
        Ok((journal, restored))
    }

    /// A page of the messages of `room`, oldest first.
    ///
    /// # Errors
    /// Returns an error if they cannot be read.
    pub async fn read(&self, room: RoomId, page: Page) -> Result<Vec<StoredMessage>, JournalError> {
        self.ask(move |db| messages::messages(db, room, page)).await
    }

    /// What `user` has not read of the messages of `room` after `read`, up to `last_seq`.
    ///
    /// # Errors
    /// Returns an error if they cannot be read.
    pub(crate) async fn unread(
        &self,
        room: RoomId,
        (read, last_seq): (u64, u64),
        user: User,
    ) -> Result<Unread, JournalError> {
        self.ask(move |db| unread::unread(db, room, (read, last_seq), &user)).await
    }

    async fn ask<T, F>(&self, ask: F) -> Result<T, JournalError>
    where
        T: Send + 'static,
        F: FnOnce(&Connection) -> rusqlite::Result<T> + Send + 'static,
    {
        match &self.source {
            Source::File(readers) => readers.read(ask).await,
            Source::Memory(db) => {
                let db = db.lock().unwrap_or_else(PoisonError::into_inner);
                Ok(ask(&db)?)
            }
        }
    }

    /// Which journal this is.
    #[must_use]
    pub fn identity(&self) -> &JournalId {
        &self.identity
    }
}

fn read_all(db: &Connection) -> Result<Restored, JournalError> {
    let path = Path::new(db.path().unwrap_or_default());
    let restored = load::load(db).map_err(|error| JournalError::from(error).of_opening(path))?;
    for damage in restored.damage.iter().take(DAMAGE_LOGGED) {
        warn!("{damage}");
    }
    let more = restored.damage.len().saturating_sub(DAMAGE_LOGGED);
    if more > 0 {
        warn!("{more} more records are damaged");
    }
    Ok(restored)
}

#[cfg(test)]
pub(crate) mod tests;
