//! Reads the numbers that are not in the table from the messages when the journal is opened.

use rusqlite::Connection;

use super::super::stored::{RoomId, RoomRecord, StoredMessage};
use super::super::{in_words, rebuild, salvage};
use super::buffer::NumberBuffer;
use super::{IndexedSeqs, Numbers, damage, damaged};

/// Messages whose numbers are buffered at once when messages are read; only after an upgrade there are more. Takes up
/// to 7 MiB, if each message is of another device.
const MESSAGES_AT_ONCE: u64 = 65_536;

/// The numbers of the journal with these rooms. If the table is damaged, rebuilds it and adds a line to `damage_found`.
pub(in crate::journal::sqlite) fn open(
    db: &Connection,
    rooms: &[RoomRecord],
    damage_found: &mut Vec<String>,
) -> rusqlite::Result<Numbers> {
    let read = read(db, rooms);
    let Some(damage) = read.as_ref().err().and_then(damage) else { return read };
    damage_found.push(format!("{damage}; it is rebuilt from the messages"));
    match rebuild::message_numbers(db) {
        Ok(()) => Ok(Numbers::default()),
        Err(error) => {
            // The writer tries again when it needs the table.
            damage_found.push(format!("it cannot be rebuilt: {}", in_words(&error)));
            Ok(Numbers::unreadable(damage.reason().to_owned()))
        }
    }
}

fn read(db: &Connection, rooms: &[RoomRecord]) -> rusqlite::Result<Numbers> {
    let indexed = IndexedSeqs::read(db)?;
    if indexed.damaged > 0 {
        return Err(damaged("the checksum of a row is wrong"));
    }
    let mut growing = NumberBuffer::default();
    for room in rooms {
        let last = indexed.last(room.id);
        if last > room.last_seq {
            return Err(damaged("a row has a message after the last one"));
        }
        salvage::each_message_of(db, room.id, (last, room.last_seq), |room, message| {
            add(&mut growing, room, message, |all| {
                let transaction = db.unchecked_transaction()?;
                all.merge(&transaction)?;
                transaction.commit()
            })
        })?;
    }
    Ok(Numbers { growing, ..Numbers::default() })
}

/// Fills the empty tables from the messages, within a transaction.
pub(in crate::journal::sqlite) fn fill(db: &Connection) -> rusqlite::Result<()> {
    let mut buffer = NumberBuffer::default();
    salvage::each_message(db, |room, message| {
        add(&mut buffer, room, message, |all| all.merge(db))
    })?;
    buffer.merge(db)
}

/// Adds a message. Calls `merge` each time [`MESSAGES_AT_ONCE`] are buffer.
fn add(
    buffer: &mut NumberBuffer,
    room: RoomId,
    message: &StoredMessage,
    merge: impl FnOnce(&NumberBuffer) -> rusqlite::Result<()>,
) -> rusqlite::Result<()> {
    buffer.add_message(room, message);
    if buffer.messages() >= MESSAGES_AT_ONCE {
        merge(buffer)?;
        *buffer = NumberBuffer::default();
    }
    Ok(())
}
