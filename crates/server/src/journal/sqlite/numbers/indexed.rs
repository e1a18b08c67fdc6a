//! The table `indexed`: up to which message of each room all numbers are in the table `sent`.
//!
//! A room without a row has no numbers there.

use std::collections::HashMap;

use chat_proto::Seq;
use rusqlite::{Connection, OptionalExtension, Row};

use super::super::rows::SEQ_MAX;
use super::super::store::{number, unsigned};
use super::super::stored::RoomId;
use super::super::whole;
use super::marked;

const COLUMNS: &str = "room, seq, sum";

/// The rows of the table.
#[derive(Debug, Default)]
pub(in crate::journal::sqlite) struct IndexedSeqs {
    seqs: HashMap<RoomId, Seq>,
    /// Number of rows that are damaged.
    pub(in crate::journal::sqlite) damaged: u64,
}

impl IndexedSeqs {
    /// Reads all rows.
    pub(in crate::journal::sqlite) fn read(db: &Connection) -> rusqlite::Result<Self> {
        let mut indexed = Self::default();
        let mut statement = db.prepare(&format!("SELECT {COLUMNS} FROM indexed"))?;
        let mut rows = statement.query([]).map_err(marked)?;
        while let Some(row) = rows.next().map_err(marked)? {
            match values(row) {
                Some((room, seq)) => {
                    indexed.seqs.insert(room, seq);
                }
                None => indexed.damaged += 1,
            }
        }
        Ok(indexed)
    }

    /// The last message of `room` whose number is in the table; 0 if there is none.
    pub(in crate::journal::sqlite) fn last(&self, room: RoomId) -> Seq {
        self.seqs.get(&room).copied().unwrap_or(Seq::NONE)
    }

    pub(in crate::journal::sqlite) fn iter(&self) -> impl Iterator<Item = (RoomId, Seq)> {
        self.seqs.iter().map(|(room, seq)| (*room, *seq))
    }
}

/// The last message of `room` whose number is in the table; 0 if there is none, or the row is damaged.
pub(in crate::journal::sqlite) fn last(db: &Connection, room: RoomId) -> rusqlite::Result<Seq> {
    let sql = format!("SELECT {COLUMNS} FROM indexed WHERE room = ?");
    let row = db.query_row(&sql, [room.0], |row| Ok(values(row))).optional()?;
    Ok(row.flatten().map_or(Seq::NONE, |(_, seq)| seq))
}

/// Records that the numbers of the messages of `room` up to `seq` are in the table.
pub(super) fn put(db: &Connection, room: RoomId, seq: Seq) -> rusqlite::Result<()> {
    db.prepare_cached("REPLACE INTO indexed (room, seq, sum) VALUES (?1, ?2, checksum(?1, ?2))")?
        .execute([i64::from(room.0), number(seq.get())])
        .map_err(marked)?;
    Ok(())
}

/// The values of a row; `None` if it is damaged.
fn values(row: &Row<'_>) -> Option<(RoomId, Seq)> {
    let is_whole = whole::is_whole(row).unwrap_or(false);
    let seq = unsigned(row, 1).ok().map(Seq::new).filter(|seq| *seq <= SEQ_MAX)?;
    let room = row.get(0).ok().map(RoomId)?;
    is_whole.then_some((room, seq))
}
