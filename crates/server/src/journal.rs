//! The journal: the durable, ordered record of every room's messages.
//!
//! ```text
//! session ─ Entry ─→ queue ─→ writer: takes all that waits, numbers it, commits it once
//!                                ├─ what is kept, in batches ─→ room (broadcast)
//!                                └─ the answer ─→ session
//! ```
//!
//! There is one writer and one connection that writes. Readers have connections of their own, a
//! bounded number, and never run on the threads that serve sessions. Everything that is kept goes
//! through the one queue, so that what the daemon knows changes in the order of what is kept.

mod change;
mod check;
mod checksum;
mod commit;
mod copy;
mod error;
mod file;
pub(crate) mod keep;
mod kept;
mod load;
mod lock;
mod mark;
mod mend;
mod messages;
mod numbers;
mod private;
mod reader;
mod rebuild;
mod repeat;
mod replace;
mod restore;
mod run;
mod salvage;
mod schema;
mod store;
mod unlocked;
mod used;
mod wal;
mod writer;

use std::panic::AssertUnwindSafe;
use std::path::{Path, PathBuf};
use std::sync::Arc;

use chat_proto::At;
use chat_proto::command::Word;
use chat_proto::event::JournalId;
use futures_util::FutureExt;
use rusqlite::Connection;
use tokio::sync::mpsc;
use tokio_util::sync::CancellationToken;
use tracing::{error, warn};

use self::change::Change;
pub(crate) use self::change::KeptThen;
pub use self::check::{Checked, check};
pub use self::copy::backup;
pub use self::error::JournalError;
use self::error::in_words;
use self::file::Opened;
pub use self::kept::{Called, Kept, KeptRoom, Page, Pair, Part, RoomId};
pub(crate) use self::kept::{KeptMember, KeptUser};
use self::reader::Readers;
pub(crate) use self::repeat::Sent;
pub use self::restore::{Replaced, restore};
pub(crate) use self::writer::{Answer, Outcome, Say};
use self::writer::{Entry, Writer};
pub use crate::clock::{Clock, Monotonic};
use crate::watch::reason;

/// Entries that wait for the writer: what it commits at once at the most. At 16 KiB a text they
/// take 64 MiB, at 64 bytes next to nothing.
pub const JOURNAL_QUEUE_ENTRIES: usize = 4096;

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
pub enum Place {
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
    pub rooms: Vec<KeptRoom>,
    /// All users who hold a name.
    pub(crate) users: Vec<KeptUser>,
    /// Who is in which room.
    pub(crate) members: Vec<KeptMember>,
    /// The greatest number a user ever had; 0 before the first.
    pub last_user: u64,
    /// The newest time that is stored, of a room's last message or of a user; `None` if nothing is.
    pub newest: Option<At>,
    /// The greatest number a room ever had, as far as it was stored.
    pub last_room: u32,
    /// What was found damaged and is replaced, a line for each record.
    pub damage: Vec<String>,
}

/// The way to the journal. Cheap to clone; the journal closes when the last is gone.
#[derive(Debug, Clone)]
pub struct Journal {
    /// `None` where the journal is in memory: that has one connection, the writer's. Dropped before
    /// `entries`, which ends the writer: SQLite removes its log if the writer's connection is the last.
    readers: Option<Readers>,
    entries: mpsc::Sender<Entry>,
    ended: CancellationToken,
    identity: Arc<JournalId>,
}

impl Journal {
    /// Opens the journal, and starts its writer: a thread where it waits for a disk, and in memory
    /// a task of the runtime, so that a test's paused clock knows that there is work to do.
    ///
    /// # Errors
    /// Says why it cannot be used, and what to do.
    ///
    /// # Panics
    /// Outside a runtime, where the writer is a task of it.
    pub fn open(
        place: &Place,
        durability: Durability,
        clock: Clock,
    ) -> Result<(Self, Restored), JournalError> {
        let (entries, waiting) = mpsc::channel(JOURNAL_QUEUE_ENTRIES);
        let ended = CancellationToken::new();
        let guard = ended.clone().drop_guard();
        let (opened, readers) = match place {
            Place::Memory => ((file::open_memory()?, None), None),
            Place::Directory(directory) | Place::DirectoryInTask(directory) => {
                let lock = lock::take(directory)?;
                let path = file::of(directory);
                let Opened { db, run } = file::open(&path, durability)?;
                let has_threads = matches!(place, Place::Directory(_));
                ((db, Some((run, lock))), Some(Readers::new(path, has_threads)))
            }
        };
        let restored = read_all(&opened.0)?;
        let identity = Arc::new(store::identity(&opened.0)?);
        // Dropped in this order, also if the task is: the file is closed before the run ends.
        let mut open = (Writer::new(opened.0), opened.1, guard);
        if let Place::Directory(directory) = place {
            std::thread::Builder::new()
                .name("journal".to_owned())
                .spawn(move || {
                    let run = AssertUnwindSafe(|| open.0.run(waiting, clock));
                    note_panic(std::panic::catch_unwind(run));
                    drop(open);
                })
                .map_err(JournalError::io(directory))?;
        } else {
            tokio::spawn(async move {
                let run = AssertUnwindSafe(open.0.run_in_task(waiting, clock));
                note_panic(run.catch_unwind().await);
                drop(open);
            });
        }
        Ok((Self { entries, readers, ended, identity }, restored))
    }

    /// What tells that the writer has ended and the file is free, after the last `Journal` is gone.
    #[must_use]
    pub fn ended(&self) -> CancellationToken {
        self.ended.clone()
    }

    /// Waits for a place in the queue; what is kept is put there at once.
    ///
    /// # Errors
    /// Where the journal is closed.
    pub(crate) async fn place(&self) -> Result<Ticket<'_>, JournalError> {
        self.entries.reserve().await.map(Ticket).map_err(|_| JournalError::Closed)
    }

    /// A place in the queue, where there is one free.
    #[must_use]
    pub(crate) fn place_now(&self) -> Option<Ticket<'_>> {
        self.entries.try_reserve().map(Ticket).ok()
    }

    /// Does something with the writer's connection, in the order of all that is kept.
    ///
    /// # Errors
    /// Where it could not be kept; then nothing of it is.
    pub async fn change<T, F>(&self, apply: F) -> Result<T, JournalError>
    where
        T: Send + 'static,
        F: FnMut(&Connection) -> rusqlite::Result<T> + Send + 'static,
    {
        self.place().await?.change(apply, |kept| kept).await.map_err(|_| JournalError::Closed)?
    }

    /// A page of the messages of `room`, oldest first.
    ///
    /// # Errors
    /// Where they cannot be read.
    pub async fn read(&self, room: RoomId, page: Page) -> Result<Vec<Kept>, JournalError> {
        match &self.readers {
            Some(readers) => readers.read(move |db| messages::messages(db, room, page)).await,
            None => self.change(move |db| messages::messages(db, room, page)).await,
        }
    }

    /// Removes up to [`TRIM_MESSAGES`] of the oldest messages of `room`, those that are from before
    /// `before`, but never the last. Returns how many. See `messages::trim` for messages whose time is
    /// after `now`, and so is wrong.
    ///
    /// # Errors
    /// If they cannot be removed.
    pub(crate) async fn trim(
        &self,
        room: RoomId,
        before: At,
        now: At,
    ) -> Result<usize, JournalError> {
        let trim = move |db: &Connection| messages::trim(db, room, before, now, TRIM_MESSAGES);
        match self.change(trim).await {
            // A room with a page that cannot be read stays as it is; the others must not wait for it.
            Err(JournalError::Damaged(_)) => Ok(0),
            removed => removed,
        }
    }

    /// Which journal this is.
    #[must_use]
    pub fn identity(&self) -> &JournalId {
        &self.identity
    }

    /// The greatest `n` accepted from a device of `user`, those in the queue included; 0 if there is none
    /// or it cannot be known, because the table that has it is damaged and cannot be made again.
    ///
    /// # Errors
    /// Returns an error if the disk fails or the journal is closed.
    pub(crate) async fn last_n(&self, user: u64, device: &Word) -> Result<u64, JournalError> {
        let device = (user, device.clone());
        match self.change(move |db| numbers::last(db, &device)).await {
            // A client needs no more: it sends again what it has no answer for.
            Err(error @ JournalError::Damaged(_)) => {
                warn!(user, %error, "cannot read the last number of a device; continuing with 0");
                Ok(0)
            }
            last => Ok(last?.map_or(0, numbers::Run::last)),
        }
    }
}

/// Logs why the writer ended, if it did not end in order.
fn note_panic(ended: std::thread::Result<()>) {
    if let Err(panic) = ended {
        error!(reason = reason(&*panic), "the journal's writer failed");
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

/// A place in the writer's queue.
#[derive(Debug)]
pub(crate) struct Ticket<'a>(mpsc::Permit<'a, Entry>);

impl Ticket<'_> {
    /// Gives the writer something that was said. The answer comes once it is kept.
    pub(crate) fn say(self, say: Say) {
        self.0.send(say.into());
    }

    /// Gives the writer a change to keep: `apply` within the transaction, perhaps again where that
    /// fails; then `settle` with what became of it, in the order of all that is kept. What `settle`
    /// returns comes to whoever waits for it.
    pub(crate) fn change<T, U>(
        self,
        apply: impl FnMut(&Connection) -> rusqlite::Result<T> + Send + 'static,
        settle: impl FnOnce(Result<T, JournalError>) -> U + Send + 'static,
    ) -> KeptThen<U>
    where
        T: Send + 'static,
        U: Send + 'static,
    {
        let (change, then) = Change::boxed(apply, settle);
        self.0.send(Entry::Change(change));
        then
    }
}

#[cfg(test)]
mod tests;
