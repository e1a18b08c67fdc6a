//! The schema of the journal's file, by version, and the upgrade of an older file.

use rusqlite::{Connection, ErrorCode};
use tracing::warn;

use super::{JournalError, mend, rebuild};

/// The steps from an empty file to the current schema. Step `k` upgrades version `k` to version `k + 1`. A released step
/// never changes; a change of the schema is a new step.
///
/// A message's `place` is its room's number and its `seq` in one integer ([`super::rows::place`]): the table is its
/// own index, in the order in which it is read. A message contains the name that its author had. A room's `key` is
/// the form of its name that is compared; that of a direct message is `@3@7`, by the numbers of its two users, and its
/// `name` is empty.
const STEPS: &[&str] = &[
    "
    CREATE TABLE number (
        last_user INTEGER NOT NULL
    ) STRICT;
    INSERT INTO number VALUES (0);
    CREATE TABLE user (
        id INTEGER PRIMARY KEY,
        name TEXT NOT NULL,
        key TEXT NOT NULL UNIQUE,
        token BLOB NOT NULL UNIQUE,
        seen_at INTEGER NOT NULL
    ) STRICT;
    CREATE TABLE device (
        user INTEGER NOT NULL,
        name TEXT NOT NULL,
        last_n INTEGER NOT NULL,
        PRIMARY KEY (user, name)
    ) STRICT, WITHOUT ROWID;
    CREATE TABLE room (
        id INTEGER PRIMARY KEY,
        key TEXT NOT NULL UNIQUE,
        name TEXT NOT NULL,
        topic TEXT NOT NULL DEFAULT ''
    ) STRICT;
    INSERT INTO room VALUES (1, '#lobby', '#lobby', '');
    CREATE TABLE member (
        user INTEGER NOT NULL,
        room INTEGER NOT NULL,
        is_in INTEGER NOT NULL,
        read_seq INTEGER NOT NULL,
        PRIMARY KEY (user, room)
    ) STRICT, WITHOUT ROWID;
    CREATE TABLE message (
        place INTEGER PRIMARY KEY,
        from_id INTEGER NOT NULL,
        from_name TEXT NOT NULL,
        at INTEGER NOT NULL,
        kind INTEGER NOT NULL,
        device TEXT NOT NULL,
        n INTEGER,
        text TEXT NOT NULL
    ) STRICT;
",
    "
    -- Each row has a checksum, see `checksum.rs`.
    ALTER TABLE message ADD COLUMN sum INTEGER NOT NULL DEFAULT 0;
    UPDATE message SET sum = checksum(place, from_id, from_name, at, kind, device, n, text);
    ALTER TABLE user ADD COLUMN sum INTEGER NOT NULL DEFAULT 0;
    UPDATE user SET sum = checksum(id, name, key, token, seen_at);
    ALTER TABLE room ADD COLUMN sum INTEGER NOT NULL DEFAULT 0;
    UPDATE room SET sum = checksum(id, key, name, topic);
    ALTER TABLE member ADD COLUMN sum INTEGER NOT NULL DEFAULT 0;
    UPDATE member SET sum = checksum(user, room, is_in, read_seq);
    -- Which numbers the devices have given to messages, see `numbers.rs`; n is less by 2^63.
    CREATE TABLE sent (
        from_id INTEGER NOT NULL,
        device TEXT NOT NULL,
        n INTEGER NOT NULL,
        place INTEGER NOT NULL,
        count INTEGER NOT NULL,
        PRIMARY KEY (from_id, device, n)
    ) STRICT, WITHOUT ROWID;
    WITH numbered AS (
        SELECT from_id, device, place, CASE
            WHEN n < 0 THEN n + 9223372036854775807 + 1
            ELSE n - 9223372036854775807 - 1
        END AS n FROM message WHERE n IS NOT NULL
    ), compared AS (
        SELECT *, lag(n) OVER device + 1 = n AND lag(place) OVER device + 1 = place AS goes_on
        FROM numbered WINDOW device AS (PARTITION BY from_id, device ORDER BY n)
    ), counted AS (
        SELECT *, sum(goes_on IS NOT 1) OVER (PARTITION BY from_id, device ORDER BY n) AS run
        FROM compared
    )
    INSERT OR IGNORE INTO sent
    SELECT from_id, device, min(n), min(place), count(*) FROM counted
    GROUP BY from_id, device, run;
    DROP TABLE device;
    -- Which journal this is: `id` is made with it, `epoch` is another one after each restore.
    CREATE TABLE identity (
        id TEXT NOT NULL,
        epoch TEXT NOT NULL
    ) STRICT;
    INSERT INTO identity VALUES (lower(hex(randomblob(8))), lower(hex(randomblob(8))));
",
    "
    -- Unused rooms are removed, and their numbers are never used again.
    ALTER TABLE number ADD COLUMN last_room INTEGER NOT NULL DEFAULT 1;
    UPDATE number SET last_room = (SELECT coalesce(max(id), 1) FROM room);
",
    "
    -- A user has its number from its record on, not from its first message.
    UPDATE number SET last_user = max(last_user, (SELECT coalesce(max(id), 0) FROM user));
    ALTER TABLE number ADD COLUMN sum INTEGER NOT NULL DEFAULT 0;
    UPDATE number SET sum = checksum(last_user, last_room);
    ALTER TABLE sent ADD COLUMN sum INTEGER NOT NULL DEFAULT 0;
    UPDATE sent SET sum = checksum(from_id, device, n, place, count);
    -- Pages of the file that belonged to a damaged table, see `rebuild.rs`.
    CREATE TABLE abandoned (
        page INTEGER PRIMARY KEY
    ) STRICT;
",
    "
    -- A user has any number of credentials, each a row of its own; `kind` says how to read the `value`, and
    -- `label` is what its owner calls it. See `credentials.rs`.
    CREATE TABLE credential (
        value BLOB PRIMARY KEY,
        user INTEGER NOT NULL,
        kind INTEGER NOT NULL,
        label TEXT NOT NULL,
        created_at INTEGER NOT NULL,
        sum INTEGER NOT NULL
    ) STRICT, WITHOUT ROWID;
    INSERT OR IGNORE INTO credential (value, user, kind, label, created_at, sum)
    SELECT token, id, 1, '', 0, checksum(token, id, 1, '', 0) FROM user
    WHERE typeof(token) = 'blob' AND length(token) = 32 ORDER BY id;
    CREATE TABLE account (
        id INTEGER PRIMARY KEY,
        kind INTEGER NOT NULL,
        name TEXT NOT NULL,
        key TEXT NOT NULL UNIQUE,
        seen_at INTEGER NOT NULL,
        sum INTEGER NOT NULL
    ) STRICT;
    INSERT OR IGNORE INTO account (id, kind, name, key, seen_at, sum)
    SELECT id, 1, name, key, seen_at, checksum(id, 1, name, key, seen_at) FROM user
    WHERE sum = checksum(id, name, key, token, seen_at);
    -- A record that was damaged stays damaged: it must not get a checksum that is right.
    INSERT INTO account (id, kind, name, key, seen_at, sum)
    SELECT id, 1, '', '!' || id, 0, -1 FROM user WHERE id NOT IN (SELECT id FROM account);
    DROP TABLE user;
    ALTER TABLE account RENAME TO user;
",
    "
    -- The table of message numbers has lists of them, and may lag: see `numbers.rs`. The start fills it from the
    -- messages.
    DROP TABLE IF EXISTS sent;
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
    ) STRICT;
",
    "
    -- Events about messages, replies, threads and mentions, see `rows.rs`. What is NULL is not in the checksum.
    ALTER TABLE message ADD COLUMN target INTEGER;
    ALTER TABLE message ADD COLUMN thread INTEGER;
    ALTER TABLE message ADD COLUMN flags INTEGER;
    ALTER TABLE message ADD COLUMN mentions TEXT;
    -- Which events count in the state of a message, see `events.rs`; and who is mentioned where, see `mentions.rs`.
    CREATE TABLE about (
        target INTEGER NOT NULL,
        kind INTEGER NOT NULL,
        emoji TEXT NOT NULL,
        user INTEGER NOT NULL,
        place INTEGER NOT NULL,
        PRIMARY KEY (target, kind, emoji, user, place)
    ) STRICT, WITHOUT ROWID;
    CREATE INDEX pinned ON about (target) WHERE kind = 5;
    CREATE TABLE mention (
        user INTEGER NOT NULL,
        place INTEGER NOT NULL,
        at INTEGER NOT NULL,
        PRIMARY KEY (user, place)
    ) STRICT, WITHOUT ROWID;
    CREATE INDEX mention_at ON mention (user, at, place);
    -- Up to which message of a room no mention was looked for yet, see `backlog.rs`. The start bounds it by the last one.
    CREATE TABLE mention_backlog (
        room INTEGER PRIMARY KEY,
        seq INTEGER NOT NULL
    ) STRICT;
    INSERT INTO mention_backlog SELECT id, (1 << 40) - 1 FROM room;
",
];

/// The version from which rows have checksums.
pub(super) const CHECKSUMS_SINCE: u32 = 2;

/// The version from which credentials have a table of their own.
pub(super) const CREDENTIALS_SINCE: u32 = 5;

/// The version from which a device's numbers are stored in lists.
const NUMBER_LISTS_SINCE: u32 = 6;

/// The version from which messages have events.
pub(super) const EVENTS_SINCE: u32 = 7;

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

/// The current table `number`.
pub(super) const NUMBER: &str = "
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
    let transaction = db.transaction()?;
    mend::replace(&transaction, damaged)?;
    if drops_damaged_users {
        mend::copy_users(&transaction)?;
    }
    if drops_damaged_numbers {
        rebuild::abandon(&transaction, "sent")?;
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

/// The version of the file; 0 if it is no journal yet.
pub(super) fn version(db: &Connection) -> rusqlite::Result<u32> {
    db.pragma_query_value(None, "user_version", |row| row.get(0))
}
