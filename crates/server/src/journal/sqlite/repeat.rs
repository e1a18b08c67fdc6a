//! Recognises a repeat: a message under a number that its device has used before.

use chat_proto::command::Body;
use rusqlite::Connection;

use super::super::repeat::Repeat;
use super::messages;
use super::numbers::{Device, NumbersDraft};
use super::stored::RoomId;

/// The stored message to which `device` gave the number `n`, beside a message of that room that says
/// `body`; `None` if there is none.
pub(super) fn find(
    db: &Connection,
    numbers: &NumbersDraft<'_>,
    (device, n): (&Device, u64),
    (room, body): (RoomId, &Body),
) -> rusqlite::Result<Option<Repeat>> {
    let Some(place) = numbers.place_of(db, device, n)? else { return Ok(None) };
    Ok(messages::numbered(db, place, device, n)?.map(|found| match found {
        (its_room, Some(message)) if its_room == room && message.says(body) => {
            Repeat::Same { seq: message.seq, at: message.at }
        }
        _ => Repeat::Other,
    }))
}
