//! The schema of the journal's file, by version, and the upgrade of an older file.

mod steps;

use rusqlite::{Connection, ErrorCode};
use tracing::warn;

use self::steps::STEPS;
use super::{JournalError, mend, rebuild};

/// The version from which rows have checksums.
pub(super) const CHECKSUMS_SINCE: u32 = 2;

/// The version from which credentials have a table of their own.
pub(super) const CREDENTIALS_SINCE: u32 = 5;

/// The version from which a device's numbers are stored in lists.
const NUMBER_LISTS_SINCE: u32 = 6;

/// The version from which messages have events.
pub(super) const EVENTS_SINCE: u32 = 7;

/// The version from which there are roles.
pub(super) const ROLES_SINCE: u32 = 8;

/// The version from which there are hooks.
pub(super) const HOOKS_SINCE: u32 = 9;

/// The columns of a table that its checksum covers.
pub(super) const USER_VALUES: &str = "id, kind, name, key, seen_at, role, invite, created_at";
pub(super) const CREDENTIAL_VALUES: &str = "value, user, kind, label, created_at, id, seen_at";
pub(super) const ROOM_VALUES: &str = "id, key, name, topic, privacy, slow_s, topic_by";
pub(super) const MEMBER_VALUES: &str = "user, room, is_in, read_seq, role, asked_by";
pub(super) const INVITE_VALUES: &str =
    "id, hash, by_id, role, room, uses, used, created_at, until, note";
pub(super) const HOOK_VALUES: &str = "id, hash, bot, room, by_id, created_at";
pub(super) const SANCTION_VALUES: &str =
    "id, kind, room, user, network, invite, by_id, reason, at, until";
pub(super) const AUDIT_VALUES: &str = "id, at, by_id, what, user, room, about, reason";

/// Shows the messages of an earlier version as those of the current one.
pub(super) const MESSAGES_BEFORE_EVENTS: &str = "
    CREATE TEMP VIEW message AS SELECT *, NULL AS target, NULL AS thread, NULL AS flags, NULL AS mentions
    FROM main.message";

/// The current table `about`.
pub(super) const ABOUT: &str = "
    CREATE TABLE about (
        target INTEGER NOT NULL,
        kind INTEGER NOT NULL,
        emoji TEXT NOT NULL,
        user INTEGER NOT NULL,
        place INTEGER NOT NULL,
        PRIMARY KEY (target, kind, emoji, user, place)
    ) STRICT, WITHOUT ROWID";

/// Its index of pins: a room has few, and many other events.
pub(super) const PINNED: &str = "CREATE INDEX pinned ON about (target) WHERE kind = 5";

/// The current table `mention`.
pub(super) const MENTION: &str = "
    CREATE TABLE mention (
        user INTEGER NOT NULL,
        place INTEGER NOT NULL,
        at INTEGER NOT NULL,
        PRIMARY KEY (user, place)
    ) STRICT, WITHOUT ROWID";

/// Its index by time.
pub(super) const MENTION_AT: &str = "CREATE INDEX mention_at ON mention (user, at, place)";

/// The current tables `sent` and `indexed`.
pub(super) const NUMBERS: &str = "
    CREATE TABLE sent (
        from_id INTEGER NOT NULL,
        device TEXT NOT NULL,
        n INTEGER NOT NULL,
        runs BLOB NOT NULL,
        sum INTEGER NOT NULL,
        PRIMARY KEY (from_id, device, n)
    ) STRICT, WITHOUT ROWID;
    CREATE TABLE indexed (
        room INTEGER PRIMARY KEY,
        seq INTEGER NOT NULL,
        sum INTEGER NOT NULL
    ) STRICT";

/// The current table `audit`.
pub(super) const AUDIT: &str = "
    CREATE TABLE audit (
        id INTEGER PRIMARY KEY,
        at INTEGER NOT NULL,
        by_id INTEGER NOT NULL,
        what TEXT NOT NULL,
        user INTEGER,
        room INTEGER,
        about TEXT NOT NULL,
        reason TEXT NOT NULL,
        sum INTEGER NOT NULL
    ) STRICT";

/// The current table `number`.
pub(super) const NUMBER: &str = "
    CREATE TABLE number (
        last_user INTEGER NOT NULL,
        last_room INTEGER NOT NULL,
        sum INTEGER NOT NULL,
        last_record INTEGER NOT NULL
    ) STRICT";

/// The table `number` of the version before [`ROLES_SINCE`].
const NUMBER_BEFORE_ROLES: &str = "
    CREATE TABLE number (
        last_user INTEGER NOT NULL,
        last_room INTEGER NOT NULL,
        sum INTEGER NOT NULL
    ) STRICT";

/// The current version.
#[expect(clippy::cast_possible_truncation, reason = "there are few steps")]
pub(super) const KNOWN: u32 = STEPS.len() as u32;

/// Upgrades the file of `db` to the current schema.
///
/// # Errors
/// Returns an error if the file is of a newer version, or a part of an older one cannot be read.
pub(super) fn upgrade(db: &mut Connection) -> Result<(), JournalError> {
    let found = version(db)?;
    for (version, sql) in (1..).zip(STEPS) {
        if version > found {
            match step(db, version, sql, &[]) {
                Err(error) if found > 0 && is_of_content(&error) => {
                    mend_and_step(db, version, sql).map_err(|error| of_upgrade(error, found))?;
                }
                done => done?,
            }
        }
    }
    if found > KNOWN { Err(JournalError::Newer { found, known: KNOWN }) } else { Ok(()) }
}

/// Upgrades the preceding version to `version`. Replaces the messages at the places `damaged`.
fn step(db: &mut Connection, version: u32, sql: &str, damaged: &[i64]) -> rusqlite::Result<()> {
    let drops_damaged_users = version == CREDENTIALS_SINCE && !mend::has_whole_pages(db, "user")?;
    let drops_damaged_numbers =
        version == NUMBER_LISTS_SINCE && !mend::has_whole_pages(db, "sent")?;
    let drops_damaged_greatest = version == ROLES_SINCE && !mend::has_whole_pages(db, "number")?;
    let transaction = db.transaction()?;
    mend::replace(&transaction, damaged)?;
    if drops_damaged_users {
        mend::copy_users(&transaction)?;
    }
    if drops_damaged_numbers {
        rebuild::abandon(&transaction, "sent")?;
    }
    if drops_damaged_greatest {
        rebuild::abandon(&transaction, "number")?;
        transaction.execute_batch(NUMBER_BEFORE_ROLES)?;
    }
    transaction.execute_batch(sql)?;
    mend::mark(&transaction, damaged)?;
    transaction.pragma_update(None, "user_version", version)?;
    transaction.commit()
}

/// Repeats a step that failed because of the contents of the file, and replaces the damaged messages.
fn mend_and_step(db: &mut Connection, version: u32, sql: &str) -> rusqlite::Result<()> {
    let damaged = if version == CHECKSUMS_SINCE { mend::find(db)? } else { Vec::new() };
    step(db, version, sql, &damaged)?;
    warn!("{} messages are damaged and cannot be shown", damaged.len());
    Ok(())
}

/// Returns true if a step failed because of the contents of the file. SQLite has no code of its own for a value
/// of a type that the table does not allow.
fn is_of_content(error: &rusqlite::Error) -> bool {
    use ErrorCode::{ConstraintViolation, DatabaseCorrupt, TypeMismatch, Unknown};
    let code = error.sqlite_error_code();
    matches!(code, Some(ConstraintViolation | DatabaseCorrupt | TypeMismatch | Unknown))
}

fn of_upgrade(error: rusqlite::Error, found: u32) -> JournalError {
    if is_of_content(&error) {
        JournalError::NotUpgraded { found, known: KNOWN, reason: error.to_string() }
    } else {
        error.into()
    }
}

/// Creates the schema of an earlier version in an empty file.
#[cfg(test)]
pub(super) fn make(db: &Connection, version: u32) -> rusqlite::Result<()> {
    for sql in &STEPS[..version as usize] {
        db.execute_batch(sql)?;
    }
    db.pragma_update(None, "user_version", version)
}

/// The version of the file; 0 if it is not a journal yet.
pub(super) fn version(db: &Connection) -> rusqlite::Result<u32> {
    db.pragma_query_value(None, "user_version", |row| row.get(0))
}
