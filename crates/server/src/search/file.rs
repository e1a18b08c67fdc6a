//! The file of the index: made, opened, removed. It contains nothing that cannot be made again from the journal.
//!
//! Its position is stored in the transaction of the rows, so a kill leaves both or neither. A commit does not wait for
//! the disk: after a power failure the index may be a little behind the journal, and continues from there.

use std::io;
use std::path::{Path, PathBuf};
use std::time::Duration;

use rusqlite::{Connection, OpenFlags};

use super::error::IndexError;
use crate::journal::create_private;

/// The name of the file in the data directory.
const FILE: &str = "search.sqlite";

/// The version of the schema and of the rules for words. An index of another version is built again.
const VERSION: i64 = 3;

/// Time that a connection waits for another: a commit of the index takes less.
const BUSY_TIMEOUT: Duration = Duration::from_secs(5);

/// KiB of the file that the writer caches.
const CACHE_KIB: i64 = 8 * 1024;

/// Bytes of new words that SQLite collects before it writes a part of the index: those of a large batch, so that one
/// batch is one part.
const HASH_BYTES: i64 = 8 * 1024 * 1024;

/// Parts of the index of about one size that are merged into one: fewer than by default, as each merge writes its parts
/// again. A search looks into each part.
const PARTS_MERGED: i64 = 8;

/// Pages of the log that are written to the file at once: 16 MiB, so that few commits wait for the disk.
const LOG_PAGES: i64 = 4096;

/// The column `meta` has words for the room, the author, its name, the mentioned users, and what the text has. The
/// words of the index are removed with the texts that they come from (`secure-delete`), and both are overwritten.
/// `span` has the times of the messages with the numbers from `SPAN * chunk` on.
const SCHEMA: &str = "
    CREATE TABLE state (journal TEXT NOT NULL);
    CREATE TABLE position (room INTEGER PRIMARY KEY, seq INTEGER NOT NULL) STRICT;
    CREATE TABLE doc (
        id INTEGER PRIMARY KEY,
        place INTEGER NOT NULL UNIQUE,
        at INTEGER NOT NULL,
        about TEXT NOT NULL,
        text TEXT NOT NULL
    ) STRICT;
    CREATE TABLE name (id INTEGER PRIMARY KEY, key TEXT NOT NULL UNIQUE) STRICT;
    CREATE TABLE span (
        chunk INTEGER PRIMARY KEY,
        first_at INTEGER NOT NULL,
        last_at INTEGER NOT NULL
    ) STRICT;
    CREATE VIRTUAL TABLE word USING fts5(
        text, parts, meta, content='', columnsize=0, tokenize='ascii', prefix='2 3'
    );
    INSERT INTO word (word, rank) VALUES ('secure-delete', 1);
";

/// The file in the data directory `directory`.
pub(super) fn of(directory: &Path) -> PathBuf {
    directory.join(FILE)
}

/// Opens the index to write; makes an empty one if there is none.
///
/// # Errors
/// Returns an error if it cannot be used, or must be built again.
pub(super) fn open(path: &Path) -> Result<Connection, IndexError> {
    if !path.exists() {
        create_private(path)?;
    }
    let db = connect(path, OpenFlags::SQLITE_OPEN_READ_WRITE)?;
    db.pragma_update(None, "journal_mode", "wal")?;
    db.pragma_update(None, "synchronous", "normal")?;
    db.pragma_update(None, "cache_size", -CACHE_KIB)?;
    db.pragma_update(None, "wal_autocheckpoint", LOG_PAGES)?;
    prepare(&db)?;
    Ok(db)
}

/// Opens an index in memory.
pub(super) fn open_memory() -> Result<Connection, IndexError> {
    let db = Connection::open_in_memory()?;
    prepare(&db)?;
    Ok(db)
}

/// Opens the index to read.
pub(super) fn open_to_read(path: &Path) -> rusqlite::Result<Connection> {
    connect(path, OpenFlags::SQLITE_OPEN_READ_ONLY)
}

/// Empties the log, unless a reader prevents that at this moment.
pub(super) fn empty_log(db: &Connection) -> rusqlite::Result<()> {
    db.busy_timeout(Duration::ZERO)?;
    let done = db.query_row("PRAGMA wal_checkpoint(TRUNCATE)", [], |_| Ok(()));
    db.busy_timeout(BUSY_TIMEOUT)?;
    done
}

/// Removes the index.
///
/// # Errors
/// Returns an error if it exists and cannot be removed.
pub(super) fn remove(path: &Path) -> io::Result<()> {
    // The file first: SQLite removes a log that it finds beside an empty file.
    for suffix in ["", "-wal", "-shm"] {
        let mut part = path.as_os_str().to_owned();
        part.push(suffix);
        match std::fs::remove_file(&part) {
            Err(error) if error.kind() != io::ErrorKind::NotFound => return Err(error),
            _ => {}
        }
    }
    Ok(())
}

fn connect(path: &Path, flags: OpenFlags) -> rusqlite::Result<Connection> {
    let db = Connection::open_with_flags(path, flags | OpenFlags::SQLITE_OPEN_NO_MUTEX)?;
    db.busy_timeout(BUSY_TIMEOUT)?;
    Ok(db)
}

fn prepare(db: &Connection) -> Result<(), IndexError> {
    db.pragma_update(None, "secure_delete", true)?;
    let version: i64 = db.pragma_query_value(None, "user_version", |row| row.get(0))?;
    match version {
        0 => db.execute_batch(&format!(
            "BEGIN; {SCHEMA} INSERT INTO word (word, rank) VALUES ('hashsize', {HASH_BYTES});
             INSERT INTO word (word, rank) VALUES ('automerge', {PARTS_MERGED});
             PRAGMA user_version = {VERSION}; COMMIT"
        ))?,
        VERSION => {}
        _ => return Err(IndexError::Outdated("the search index is of another version")),
    }
    Ok(())
}
