//! SQLite as the storage of the journal: one file, one connection that writes, a bounded number that read.
//!
//! SQL and SQLite's types are in this module only. The rest of the journal uses [`open`], [`Writer`], [`Reader`], and
//! the commands on a file that no daemon uses: [`check`](check()), [`backup`], [`restore`].

mod audit;
mod backlog;
mod check;
mod checksum;
mod clear;
mod copy;
mod credentials;
mod date;
mod draft;
mod error;
mod events;
mod export;
mod file;
mod fold;
mod hooks;
mod invites;
mod load;
mod lock;
mod mark;
mod mend;
mod mentions;
mod messages;
mod numbers;
mod pages;
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
mod sanctions;
mod schema;
mod store;
mod task;
mod unlocked;
mod unread;
mod used;
mod wal;
mod whole;
mod writer;

use std::path::Path;
use std::sync::{Arc, Mutex};

use chat_proto::Timestamp;
use chat_proto::event::JournalId;
use rusqlite::Connection;
use tracing::warn;

pub use self::check::{CheckReport, check};
pub(crate) use self::clear::{FIRST_PAGE, step as clear_unused};
pub use self::copy::backup;
use self::error::in_words;
pub use self::export::export;
#[cfg(test)]
pub(crate) use self::file::BUSY_TIMEOUT;
use self::file::OpenFile;
pub(crate) use self::lock::is_held as is_in_use;
use self::numbers::Numbers;
pub(crate) use self::private::create_directory as create_private_directory;
pub(crate) use self::private::create_new as create_private;
pub(super) use self::reader::Reader;
pub use self::restore::{RestoreReport, restore};
#[cfg(test)]
pub(crate) use self::task::Work;
pub(super) use self::writer::Writer;
use super::{
    AppendError, Contents, Durability, JournalError, Location, RoomExtent, change, commit,
    rejection, stored,
};

/// Number of damaged records that are logged one by one when the daemon starts: more would hide the rest of the log.
const DAMAGE_LOGGED: usize = 20;

/// The parts of an open journal.
pub(super) struct Parts {
    pub(super) writer: Writer,
    pub(super) reader: Reader,
    /// Its contents, without the messages.
    pub(super) contents: Contents,
    pub(super) identity: JournalId,
}

/// Bytes of the files of the journal in `directory`, as far as they can be looked at.
pub(super) fn bytes(directory: &Path) -> u64 {
    let file = file::of(directory);
    let mut log = file.clone().into_os_string();
    log.push("-wal");
    let length = |path: &Path| std::fs::metadata(path).map_or(0, |file| file.len());
    length(&file) + length(Path::new(&log))
}

/// Opens the journal at `location`; creates it if it does not exist.
///
/// # Errors
/// Returns an error that says why it cannot be used, and what to do.
pub(super) fn open(
    location: &Location,
    durability: Durability,
    now: Timestamp,
) -> Result<Parts, JournalError> {
    let (db, run, lock, path) = match location {
        Location::Memory => (file::open_memory()?, None, None, None),
        Location::Directory(directory) | Location::DirectoryInTask(directory) => {
            let lock = lock::take(directory)?;
            let path = file::of(directory);
            let OpenFile { db, run } = file::open(&path, durability)?;
            (db, Some(run), Some(lock), Some(path))
        }
    };
    let (contents, numbers) = read_all(&db, now)?;
    let identity = store::identity(&db)?;
    let db = Arc::new(Mutex::new(db));
    let has_thread = matches!(location, Location::Directory(_));
    let reader = match path {
        Some(path) => Reader::of_file(path, has_thread),
        None => Reader::of_memory(Arc::clone(&db)),
    };
    let writer = Writer::new(db, &contents.rooms, numbers, has_thread, run, lock);
    Ok(Parts { writer, reader, contents, identity })
}

fn read_all(db: &Connection, now: Timestamp) -> Result<(Contents, Numbers), JournalError> {
    let path = Path::new(db.path().unwrap_or_default());
    let loaded = load::load(db, now).map_err(|error| JournalError::from(error).of_opening(path))?;
    let (contents, numbers) = loaded;
    for damage in contents.damage.iter().take(DAMAGE_LOGGED) {
        warn!("{damage}");
    }
    let more = contents.damage.len().saturating_sub(DAMAGE_LOGGED);
    if more > 0 {
        warn!("{more} more records are damaged");
    }
    Ok((contents, numbers))
}

#[cfg(test)]
pub(crate) mod tests;
