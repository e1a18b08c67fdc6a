//! The id and the epoch of the journal, the commit that overwrites a failed one, and the form of stored numbers.

use std::time::Duration;

use chat_proto::{ShortString, UserId};

use chat_proto::event::JournalId;
use rusqlite::types::Type;
use rusqlite::{Connection, Row};

use super::file::BUSY_TIMEOUT;
use super::{schema, used};

/// The id and the epoch of the journal.
pub(super) fn identity(db: &Connection) -> rusqlite::Result<JournalId> {
    let word = |row: &Row<'_>, column| {
        ShortString::new(row.get::<_, String>(column)?).map_err(|e| foreign(column, Type::Text, e))
    };
    db.query_row("SELECT id, epoch FROM identity", [], |row| {
        Ok(JournalId { id: word(row, 0)?, epoch: word(row, 1)? })
    })
}

/// Begins a new epoch, since clients may have received messages that the journal does not contain. Skips the
/// numbers that were given to users and records that it does not contain.
pub(super) fn begin_epoch(db: &Connection) -> rusqlite::Result<()> {
    db.execute("UPDATE identity SET epoch = lower(hex(randomblob(8)))", [])?;
    used::skip_numbers(db)
}

/// Commits without a change, to overwrite a failed commit in SQLite's log.
pub(super) fn overwrite_failed(db: &Connection) -> rusqlite::Result<()> {
    db.pragma_update(None, "user_version", schema::version(db)?)
}

/// Copies the log into the file, and cuts it off after the next commit, which this makes. A reader may prevent that for
/// a moment; then the log is overwritten by later commits.
pub(super) fn empty_log(db: &Connection) -> rusqlite::Result<()> {
    db.busy_timeout(Duration::ZERO)?;
    let is_busy =
        db.query_row("PRAGMA main.wal_checkpoint(RESTART)", [], |row| row.get::<_, bool>(0));
    db.busy_timeout(BUSY_TIMEOUT)?;
    if is_busy? {
        return Ok(());
    }
    // The log is never without a frame: the start after a kill would report it as lost.
    db.pragma_update(None, "journal_size_limit", 0)?;
    let done = overwrite_failed(db);
    db.pragma_update(None, "journal_size_limit", -1)?;
    done
}

/// A number of the server as a signed integer, since SQLite has no other. The `n` of a client may not fit: its bits are
/// stored (`cast_signed`), and it is never compared in SQL.
pub(super) fn number(unsigned: u64) -> i64 {
    i64::try_from(unsigned).unwrap_or(i64::MAX)
}

/// Reads a number of the server, which is never negative.
pub(super) fn unsigned(row: &Row<'_>, column: usize) -> rusqlite::Result<u64> {
    let number: i64 = row.get(column)?;
    u64::try_from(number).map_err(|_| rusqlite::Error::IntegralValueOutOfRange(column, number))
}

/// The number of a user.
pub(super) fn user_id(row: &Row<'_>, column: usize) -> rusqlite::Result<UserId> {
    unsigned(row, column).map(UserId::new)
}

/// A user's number as it is stored.
pub(super) fn user_number(user: UserId) -> i64 {
    number(user.get())
}

/// The error of a value that this program never writes.
pub(super) fn foreign(
    column: usize,
    kind: Type,
    error: impl std::error::Error + Send + Sync + 'static,
) -> rusqlite::Error {
    rusqlite::Error::FromSqlConversionFailure(column, kind, Box::new(error))
}
