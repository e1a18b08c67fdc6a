//! Rebuilds a damaged table from the rest of the file; the audit log from what can be read of it.
//!
//! If SQLite drops a table, it frees every page that the table's pages refer to, and a damaged page may refer to pages
//! of another table. So the pages of the old table stay in the file without a table. The table `abandoned` lists them,
//! so that a check does not report them. A backup does not contain them.

use std::collections::BTreeSet;

use rusqlite::Connection;

use super::{audit, events, mentions, numbers, salvage, schema};

/// Maximum of lines that a check of the file's structure returns: one for each unused page of 4 GiB.
pub(super) const STRUCTURE_LINES_MAX: u32 = 1_000_000;

/// Rebuilds the tables of message numbers. Reads all messages.
pub(super) fn message_numbers(db: &Connection) -> rusqlite::Result<()> {
    replace(db, &["sent", "indexed"], schema::NUMBERS, numbers::fill)
}

/// Rebuilds the tables of the events and of the mentions. Reads all messages.
pub(super) fn events(db: &Connection) -> rusqlite::Result<()> {
    let make = [schema::ABOUT, schema::PINNED, schema::MENTION, schema::MENTION_AT].join(";");
    replace(db, &["about", "mention"], &make, |db| {
        events::fill(db, db)?;
        mentions::fill(db, db)
    })
}

/// Replaces the audit log by the undamaged records that can be read.
pub(super) fn audit(db: &Connection) -> rusqlite::Result<()> {
    // Before the transaction: once SQLite has found damage in one, it writes nothing more.
    let records = audit::readable(db)?;
    replace(db, &["audit"], schema::AUDIT, |db| audit::fill(db, &records))
}

/// Replaces `tables` by new ones, which `make` creates and `fill` fills.
///
/// # Errors
/// Returns an error if that fails; nothing has changed then.
pub(super) fn replace(
    db: &Connection,
    tables: &[&str],
    make: &str,
    fill: impl FnOnce(&Connection) -> rusqlite::Result<()>,
) -> rusqlite::Result<()> {
    let replace = || {
        let transaction = db.unchecked_transaction()?;
        tables.iter().try_for_each(|table| remove_from_schema(db, table))?;
        db.execute_batch(make)?;
        fill(db)?;
        list_abandoned(db)?;
        transaction.commit()
    };
    let replaced = replace();
    // A rollback restores the table, so SQLite must read the schema again in any case.
    replaced.and(read_schema_again(db))
}

/// Removes `table` within a transaction, and leaves its pages where they are.
pub(super) fn abandon(db: &Connection, table: &str) -> rusqlite::Result<()> {
    remove_from_schema(db, table)?;
    list_abandoned(db)
}

fn remove_from_schema(db: &Connection, table: &str) -> rusqlite::Result<()> {
    db.pragma_update(None, "writable_schema", true)?;
    db.execute("DELETE FROM sqlite_schema WHERE tbl_name = ?", [table])?;
    read_schema_again(db)
}

/// Has SQLite read the schema of the file again, and forbids writes to it.
fn read_schema_again(db: &Connection) -> rusqlite::Result<()> {
    db.pragma_update(None, "writable_schema", "reset")
}

fn list_abandoned(db: &Connection) -> rusqlite::Result<()> {
    let mut structure = db.prepare(&format!("PRAGMA quick_check({STRUCTURE_LINES_MAX})"))?;
    let mut lines = structure.query([])?;
    let mut pages = BTreeSet::new();
    loop {
        match lines.next() {
            Ok(Some(row)) => pages.extend(row.get::<_, String>(0)?.lines().filter_map(unused)),
            Ok(None) => break,
            // The damaged page belongs to another table.
            Err(error) if salvage::is_damage(&error) => break,
            Err(error) => return Err(error),
        }
    }
    drop(lines);
    let mut list = db.prepare("INSERT OR IGNORE INTO abandoned (page) VALUES (?)")?;
    match pages.iter().try_for_each(|page| list.execute([page]).map(|_| ())) {
        // Without the list, a check reports the pages.
        Err(error) if salvage::is_damage(&error) => Ok(()),
        listed => listed,
    }
}

/// The number of the page if a line of a check of the structure says that a page is unused.
pub(super) fn unused(line: &str) -> Option<u32> {
    line.strip_prefix("Page ")?.strip_suffix(": never used")?.parse().ok()
}

/// The pages of damaged tables that were replaced; none if the list of them cannot be read.
pub(super) fn abandoned(db: &Connection) -> rusqlite::Result<BTreeSet<u32>> {
    let mut list = db.prepare("SELECT page FROM abandoned")?;
    match list.query_map([], |row| row.get(0))?.collect() {
        Err(error) if salvage::is_damage(&error) => Ok(BTreeSet::new()),
        pages => pages,
    }
}

/// Forgets the pages of another file, of which this one is a copy.
pub(super) fn forget_abandoned(db: &Connection) -> rusqlite::Result<()> {
    db.execute("DELETE FROM abandoned", []).map(|_| ())
}
