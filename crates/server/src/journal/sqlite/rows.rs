//! A row of the table `message`: its key, which is called its place, and its columns.

use chat_proto::command::Kind;
use chat_proto::{DeviceId, Seq, ShortStringTooLong};
use chat_proto::{Text, Timestamp, User, UserId, UserName};
use rusqlite::Row;
use rusqlite::types::{Type, ValueRef};

use super::numbers::Device;
use super::store::{foreign, number, user_id, user_number};
use super::stored::{RoomId, StoredMessage};
use super::{checksum, salvage};

/// Bits of a message's place that are its `seq`: 2⁴⁰ messages in a room, and 2²³ rooms.
const SEQ_BITS: u32 = 40;

/// Greatest `seq` of a room.
pub(super) const SEQ_MAX: Seq = Seq::new((1 << SEQ_BITS) - 1);

/// Number of columns of a message that its checksum covers.
const VALUES: usize = 8;

/// The columns of a message: those [`VALUES`], then the checksum.
pub(super) const COLUMNS: &str = "place, from_id, from_name, at, kind, device, n, text, sum";

/// The place of the message `seq` of `room`: its key in the table.
pub(super) fn place(room: RoomId, seq: Seq) -> i64 {
    number(u64::from(room.0) << SEQ_BITS | seq.min(SEQ_MAX).get())
}

pub(super) const fn seq_of(place: i64) -> Seq {
    Seq::new(place.cast_unsigned() & SEQ_MAX.get())
}

/// The room of a place; `u32::MAX`, which no room has, if the place is out of range.
pub(super) fn room_of(place: i64) -> RoomId {
    RoomId(u32::try_from(place >> SEQ_BITS).unwrap_or(u32::MAX))
}

/// The columns of a message that its checksum covers.
pub(super) fn values(room: RoomId, message: &StoredMessage) -> [ValueRef<'_>; VALUES] {
    [
        ValueRef::Integer(place(room, message.seq)),
        ValueRef::Integer(user_number(message.from.id)),
        ValueRef::Text(message.from.name.as_str().as_bytes()),
        ValueRef::Integer(message.at.as_millis()),
        ValueRef::Integer(kind_number(message.kind)),
        ValueRef::Text(message.device.as_str().as_bytes()),
        message.n.map_or(ValueRef::Null, |n| ValueRef::Integer(n.cast_signed())),
        ValueRef::Text(message.text.as_str().as_bytes()),
    ]
}

const fn kind_number(kind: Kind) -> i64 {
    match kind {
        Kind::Text => 0,
        Kind::Action => 1,
    }
}

/// The damage of a stored message.
#[derive(Debug, thiserror::Error)]
enum Damage {
    #[error("the checksum is wrong")]
    Sum,
    #[error("the kind {0} is unknown")]
    Kind(i64),
}

/// The message of a row.
///
/// # Errors
/// Returns an error if the row is damaged.
pub(super) fn read(row: &Row<'_>, seen: &mut Seen) -> rusqlite::Result<StoredMessage> {
    let mut values = [ValueRef::Null; VALUES];
    for (index, value) in values.iter_mut().enumerate() {
        *value = row.get_ref(index)?;
    }
    if checksum::of(values) != row.get::<_, i64>(VALUES)? {
        return Err(foreign(VALUES, Type::Integer, Damage::Sum));
    }
    let text = |index: usize| values[index].as_str().map_err(|e| foreign(index, Type::Text, e));
    let integer =
        |index: usize| values[index].as_i64().map_err(|e| foreign(index, Type::Integer, e));
    Ok(StoredMessage {
        seq: seq_of(integer(0)?),
        from: User { id: user_id(row, 1)?, name: seen.name(text(2)?) },
        at: Timestamp::from_millis(integer(3)?),
        kind: match integer(4)? {
            0 => Kind::Text,
            1 => Kind::Action,
            kind => return Err(foreign(4, Type::Integer, Damage::Kind(kind))),
        },
        device: seen.device(text(5)?).map_err(|e| foreign(5, Type::Text, e))?,
        n: if values[6] == ValueRef::Null { None } else { Some(integer(6)?.cast_unsigned()) },
        text: Text::new(text(7)?).map_err(|e| foreign(7, Type::Text, e))?,
        damaged: false,
    })
}

/// The device and the number of a message, if it has a number.
pub(super) fn device_and_n(row: &Row<'_>) -> rusqlite::Result<Option<(Device, u64)>> {
    let device = DeviceId::new(row.get::<_, String>(1)?).map_err(|e| foreign(1, Type::Text, e))?;
    let n = row.get::<_, Option<i64>>(2)?.map(i64::cast_unsigned);
    let user = user_id(row, 0)?;
    Ok(n.map(|n| ((user, device), n)))
}

/// The message of a row, or a tombstone if it is damaged.
pub(super) fn read_or_tombstone(row: &Row<'_>, seen: &mut Seen) -> rusqlite::Result<StoredMessage> {
    read(row, seen).or_else(|_| {
        let name = row.get(2).ok().and_then(|name: String| UserName::new(&name).ok());
        let id = user_id(row, 1).ok().filter(|id| *id != UserId::SERVER);
        let from = id.zip(name).map(|(id, name)| User { id, name });
        let at = Timestamp::from_millis(row.get(3).unwrap_or(0));
        Ok(salvage::tombstone(seq_of(row.get(0)?), from, at))
    })
}

/// A cache of the names and devices of earlier rows: a page has few, and to validate one costs more than to find it.
#[derive(Default)]
pub(super) struct Seen {
    names: Vec<UserName>,
    devices: Vec<DeviceId>,
}

/// Number of names, and of devices, that are cached: a search through more would cost as much as it saves.
const SEEN_MAX: usize = 16;

impl Seen {
    fn name(&mut self, written: &str) -> UserName {
        if let Some(name) = self.names.iter().find(|name| name.as_str() == written) {
            return name.clone();
        }
        let name = name(written);
        if self.names.len() < SEEN_MAX {
            self.names.push(name.clone());
        }
        name
    }

    fn device(&mut self, written: &str) -> Result<DeviceId, ShortStringTooLong> {
        if let Some(device) = self.devices.iter().find(|device| device.as_str() == written) {
            return Ok(device.clone());
        }
        let device = DeviceId::new(written)?;
        if self.devices.len() < SEEN_MAX {
            self.devices.push(device.clone());
        }
        Ok(device)
    }
}

/// A stored name. A name that breaks the current rules, because an earlier version had others, is changed.
pub(super) fn name(written: &str) -> UserName {
    UserName::new(written).unwrap_or_else(|_| UserName::from_lossy(written))
}
