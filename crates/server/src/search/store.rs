//! Writes the index.
//!
//! A message gets the next number, in the order in which the messages of all rooms were stored: the index finds the
//! newest first, and lists of dense numbers are short.

use std::collections::{BTreeMap, HashMap};
use std::path::Path;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};

use chat_proto::{Seq, Text};
use rusqlite::{Connection, OptionalExtension, params};

use super::batch::{Batch, Columns, columns, place};
use super::error::IndexError;
use super::file;
use crate::journal::{Position, RoomId, clear_unused};

/// Messages whose times are stored together, to find the numbers of a day.
const SPAN: i64 = 1024;

/// Messages that one step removes: a few milliseconds of work.
const REMOVED_AT_ONCE: u32 = 500;

/// The side of the index that writes. It has one.
#[derive(Debug)]
pub(super) struct Store {
    /// Shared only if the index is in memory.
    db: Arc<Mutex<Connection>>,
}

/// The numbers that messages of the times `from` to `to` may have: the first and the last; `None` if there are none.
///
/// # Errors
/// Returns an error if they cannot be read.
pub(super) fn numbers(db: &Connection, from: i64, to: i64) -> rusqlite::Result<Option<(i64, i64)>> {
    let chunks: (Option<i64>, Option<i64>) = db
        .prepare_cached(
            "SELECT min(chunk), max(chunk) FROM span WHERE last_at >= ? AND first_at <= ?",
        )?
        .query_row([from, to], |row| Ok((row.get(0)?, row.get(1)?)))?;
    let (Some(first), Some(last)) = chunks else { return Ok(None) };
    Ok(Some((first * SPAN, last * SPAN + SPAN - 1)))
}

/// The greatest number of a message; 0 if there is none.
///
/// # Errors
/// Returns an error if it cannot be read.
pub(super) fn newest(db: &Connection) -> rusqlite::Result<i64> {
    db.prepare_cached("SELECT coalesce(max(id), 0) FROM doc")?.query_row([], |row| row.get(0))
}

/// The number of a name; `None` if no message is of a user with that name.
///
/// # Errors
/// Returns an error if it cannot be read.
pub(super) fn name_number(db: &Connection, key: &str) -> rusqlite::Result<Option<u64>> {
    let id: Option<i64> = db
        .prepare_cached("SELECT id FROM name WHERE key = ?")?
        .query_row([key], |row| row.get(0))
        .optional()?;
    Ok(id.map(i64::cast_unsigned))
}

impl Store {
    /// Opens the index in the file `path`, or in memory.
    ///
    /// # Errors
    /// Returns an error if it cannot be used, or must be built again.
    pub(super) fn open(path: Option<&Path>) -> Result<Self, IndexError> {
        let db = path.map_or_else(file::open_memory, file::open)?;
        Ok(Self { db: Arc::new(Mutex::new(db)) })
    }

    /// The connection, for readers of an index in memory.
    pub(super) fn connection(&self) -> Arc<Mutex<Connection>> {
        Arc::clone(&self.db)
    }

    fn db(&self) -> MutexGuard<'_, Connection> {
        // A panic leaves the connection whole: its transaction is rolled back.
        self.db.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// The position in the journal after everything that is in the index; `None` if it is empty.
    ///
    /// # Errors
    /// Returns an error if it cannot be read.
    pub(super) fn position(&self) -> Result<Option<Position>, IndexError> {
        let journal: Option<String> =
            self.db().query_row("SELECT journal FROM state", [], |row| row.get(0)).optional()?;
        let Some(mut text) = journal else { return Ok(None) };
        for (room, seq) in self.seqs()? {
            text += &format!(" {}:{seq}", room.0);
        }
        let position = text.parse().map_err(|_| IndexError::Outdated("the position is damaged"))?;
        Ok(Some(position))
    }

    /// The last `seq` of each room that is in the index.
    ///
    /// # Errors
    /// Returns an error if it cannot be read.
    pub(super) fn seqs(&self) -> Result<HashMap<RoomId, Seq>, IndexError> {
        let db = self.db();
        let mut statement = db.prepare_cached("SELECT room, seq FROM position")?;
        let rows = statement.query_map([], |row| {
            Ok((RoomId(row.get(0)?), Seq::new(row.get::<_, i64>(1)?.cast_unsigned())))
        })?;
        Ok(rows.collect::<rusqlite::Result<_>>()?)
    }

    /// Stores a batch, and the position after it; `journal` is the id and the epoch of the journal.
    ///
    /// # Errors
    /// Returns an error if it cannot be stored; then nothing of it is.
    pub(super) fn write(&self, batch: &Batch, journal: &str) -> Result<(), IndexError> {
        let mut db = self.db();
        let transaction = db.transaction()?;
        let mut changes = changes(&transaction, batch)?;
        // In their order, or FTS5 would write a part of the index for each.
        changes.sort_by_key(|change| change.number);
        for change in &changes {
            change.apply(&transaction)?;
        }
        for (room, seq) in &batch.seqs {
            transaction
                .prepare_cached("INSERT OR REPLACE INTO position (room, seq) VALUES (?, ?)")?
                .execute(params![room.0, seq.get().cast_signed()])?;
        }
        if transaction.query_row("SELECT count(*) FROM state", [], |row| row.get::<_, i64>(0))? == 0
        {
            transaction.execute("INSERT INTO state (journal) VALUES (?)", [journal])?;
        }
        Ok(transaction.commit()?)
    }

    /// Removes the messages of `room` before `first`, a few at a time. Returns false if there may be more.
    ///
    /// # Errors
    /// Returns an error if they cannot be removed.
    pub(super) fn trim(&self, room: RoomId, first: Seq) -> Result<bool, IndexError> {
        let mut db = self.db();
        let transaction = db.transaction()?;
        let removed = {
            let mut statement = transaction.prepare_cached(
                "SELECT id, about, text FROM doc WHERE place >= ? AND place < ?
                 ORDER BY place LIMIT ?",
            )?;
            let range = params![place(room, Seq::NONE), place(room, first), REMOVED_AT_ONCE];
            let rows = statement.query_map(range, |row| {
                Ok(Change { number: row.get(0)?, old: Some((row.get(1)?, row.get(2)?)), new: None })
            })?;
            rows.collect::<rusqlite::Result<Vec<_>>>()?
        };
        let is_done = removed.len() < REMOVED_AT_ONCE as usize;
        let mut removed = removed;
        removed.sort_by_key(|change| change.number);
        for change in &removed {
            change.apply(&transaction)?;
        }
        transaction
            .prepare_cached("DELETE FROM span WHERE chunk < (SELECT min(id) FROM doc) / ?")?
            .execute([SPAN])?;
        transaction.commit()?;
        Ok(is_done)
    }

    /// Clears unused parts of the file, in which copies of removed texts may be, in a few pages from `first` on.
    /// Returns the page to continue with; `None` at the end.
    ///
    /// # Errors
    /// Returns an error if they cannot be written.
    pub(super) fn clear_unused(&self, first: u32) -> Result<Option<u32>, IndexError> {
        let mut db = self.db();
        let transaction = db.transaction()?;
        let next = clear_unused(&transaction, first)?;
        transaction.commit()?;
        if next.is_none() {
            file::empty_log(&db)?;
        }
        Ok(next)
    }

    /// Forgets a room whose messages were removed.
    ///
    /// # Errors
    /// Returns an error if that cannot be stored.
    pub(super) fn forget(&self, room: RoomId) -> Result<(), IndexError> {
        self.db().execute("DELETE FROM position WHERE room = ?", [room.0])?;
        Ok(())
    }
}

/// The change of one message: what it was, and what it is.
struct Change {
    number: i64,
    old: Option<(String, String)>,
    new: Option<(String, Text)>,
}

impl Change {
    fn apply(&self, db: &Connection) -> rusqlite::Result<()> {
        let number = self.number;
        if let Some((about, text)) = &self.old {
            let Columns { text, parts, meta } = columns(text, about);
            db.prepare_cached(
                "INSERT INTO word (word, rowid, text, parts, meta) VALUES ('delete', ?, ?, ?, ?)",
            )?
            .execute(params![number, text, parts, meta])?;
        }
        let Some((about, text)) = &self.new else {
            db.prepare_cached("DELETE FROM doc WHERE id = ?")?.execute([number])?;
            return Ok(());
        };
        if self.old.is_some() {
            db.prepare_cached("UPDATE doc SET text = ? WHERE id = ?")?
                .execute(params![text.as_str(), number])?;
        }
        let Columns { text, parts, meta } = columns(text.as_str(), about);
        db.prepare_cached("INSERT INTO word (rowid, text, parts, meta) VALUES (?, ?, ?, ?)")?
            .execute(params![number, text, parts, meta])?;
        Ok(())
    }
}

/// The changes of a batch. Stores its new messages.
fn changes(db: &Connection, batch: &Batch) -> rusqlite::Result<Vec<Change>> {
    let mut changes = Vec::with_capacity(batch.docs.len() + batch.changed.len());
    for (place, text) in &batch.changed {
        let found: Option<(i64, String, String)> = db
            .prepare_cached("SELECT id, about, text FROM doc WHERE place = ?")?
            .query_row([place], |row| Ok((row.get(0)?, row.get(1)?, row.get(2)?)))
            .optional()?;
        // It may be damaged, or was removed by age.
        let Some((number, about, old)) = found else { continue };
        let new = text.clone().map(|text| (about.clone(), text));
        changes.push(Change { number, old: Some((about, old)), new });
    }
    changes.extend(add_docs(db, batch)?);
    Ok(changes)
}

/// Stores the new messages, in their order.
fn add_docs(db: &Connection, batch: &Batch) -> rusqlite::Result<Vec<Change>> {
    let mut docs: Vec<_> = batch.docs.iter().collect();
    docs.sort_by_key(|(_, doc)| doc.order);
    let (mut names, mut spans) = (HashMap::new(), BTreeMap::new());
    let mut changes = Vec::with_capacity(docs.len());
    for (number, (place, doc)) in (next_number(db)?..).zip(docs) {
        let name = match names.get(&doc.name) {
            Some(name) => *name,
            None => *names.entry(&doc.name).or_insert(number_name(db, &doc.name)?),
        };
        let about = doc.about(name);
        db.prepare_cached("INSERT INTO doc (id, place, at, about, text) VALUES (?, ?, ?, ?, ?)")?
            .execute(params![number, place, doc.at, about, doc.text.as_str()])?;
        let (first, last) = spans.entry(number / SPAN).or_insert((doc.at, doc.at));
        (*first, *last) = (doc.at.min(*first), doc.at.max(*last));
        changes.push(Change { number, old: None, new: Some((about, doc.text.clone())) });
    }
    for (chunk, (first, last)) in spans {
        db.prepare_cached(
            "INSERT INTO span (chunk, first_at, last_at) VALUES (?, ?, ?) ON CONFLICT (chunk) DO UPDATE
             SET first_at = min(first_at, excluded.first_at), last_at = max(last_at, excluded.last_at)",
        )?
        .execute([chunk, first, last])?;
    }
    Ok(changes)
}

fn next_number(db: &Connection) -> rusqlite::Result<i64> {
    Ok(newest(db)? + 1)
}

/// The number of a name, which gets one if it has none.
fn number_name(db: &Connection, key: &str) -> rusqlite::Result<u64> {
    if let Some(number) = name_number(db, key)? {
        return Ok(number);
    }
    db.prepare_cached("INSERT INTO name (key) VALUES (?)")?.execute([key])?;
    Ok(db.last_insert_rowid().cast_unsigned())
}
