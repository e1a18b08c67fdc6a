//! A row of the table `message`: its key, which is called its place, and its columns.

use chat_proto::command::{Body, Kind, Links};
use chat_proto::event::MessageKind;
use chat_proto::{DeviceId, Emoji, EmojiError, Seq, ShortStringTooLong};
use chat_proto::{Text, Timestamp, Topic, User, UserId, UserName};
use rusqlite::Row;
use rusqlite::types::{Type, ValueRef};

use super::numbers::Device;
use super::store::{foreign, number, user_id, user_number};
use super::stored::{DELETED_TEXT, RoomId, StoredDetails, StoredMessage, content};
use super::{checksum, salvage};

/// Bits of a message's place that are its `seq`: 2⁴⁰ messages in a room, and 2²³ rooms.
const SEQ_BITS: u32 = 40;

/// Greatest `seq` of a room.
pub(super) const SEQ_MAX: Seq = Seq::new((1 << SEQ_BITS) - 1);

/// Number of columns of a message that its checksum covers.
const VALUES: usize = 12;

/// Number of those that every message has. The checksum covers the others only if one of them is not NULL, so that the
/// message of an earlier version keeps its checksum.
pub(super) const PLAIN_VALUES: usize = 8;

/// The columns of a plain message: [`PLAIN_VALUES`], then the checksum.
pub(super) const PLAIN_COLUMNS: &str = "place, from_id, from_name, at, kind, device, n, text, sum";

/// The columns of a message: [`VALUES`], then the checksum.
pub(super) const COLUMNS: &str = "message.place, from_id, from_name, at, message.kind, device, n, text, message.target, \
     thread, flags, mentions, sum";

/// Number of [`COLUMNS`].
pub(super) const COLUMNS_COUNT: usize = VALUES + 1;

/// The flag of a reaction or a pin that was added.
const ON: i64 = 1;

/// The flag of a message, or of an edit of one, that was deleted.
const DELETED: i64 = 2;

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
    let [place, from_id, from_name, at, kind, device, n, text] = plain_values(room, message);
    let [target, thread, flags, mentions] = match &message.details {
        None => [ValueRef::Null; 4],
        Some(details) => values_of_details(details),
    };
    [place, from_id, from_name, at, kind, device, n, text, target, thread, flags, mentions]
}

/// The first of them, which every message has.
pub(super) fn plain_values(room: RoomId, message: &StoredMessage) -> [ValueRef<'_>; PLAIN_VALUES] {
    [
        ValueRef::Integer(place(room, message.seq)),
        ValueRef::Integer(user_number(message.from.id)),
        ValueRef::Text(message.from.name.as_str().as_bytes()),
        ValueRef::Integer(message.at.as_millis()),
        ValueRef::Integer(kind_number(message.kind)),
        ValueRef::Text(message.device.as_str().as_bytes()),
        message.n.map_or(ValueRef::Null, |n| ValueRef::Integer(n.cast_signed())),
        ValueRef::Text(written_text(message).as_bytes()),
    ]
}

fn values_of_details(details: &StoredDetails) -> [ValueRef<'_>; 4] {
    let wire = &details.wire;
    let seq =
        |seq: Option<Seq>| seq.map_or(ValueRef::Null, |seq| ValueRef::Integer(number(seq.get())));
    let on = if wire.on == Some(true) { ON } else { 0 };
    let deleted = if wire.deleted { DELETED } else { 0 };
    let flags = if on | deleted == 0 { ValueRef::Null } else { ValueRef::Integer(on | deleted) };
    let mentions = details.mentions.as_deref();
    let mentions = mentions.map_or(ValueRef::Null, |users| ValueRef::Text(users.as_bytes()));
    [seq(wire.target.or(wire.reply_to)), seq(wire.thread), flags, mentions]
}

/// The column `text`: the text of a message, the emoji of a reaction, or the topic.
fn written_text(message: &StoredMessage) -> &str {
    let Some(details) = &message.details else { return message.text.as_str() };
    let details = &details.wire;
    match message.kind {
        _ if message.is_deleted() => "",
        MessageKind::Text | MessageKind::Action | MessageKind::Edit => message.text.as_str(),
        MessageKind::Delete | MessageKind::Pin => "",
        MessageKind::Reaction => details.emoji.as_ref().expect("a reaction has one").as_str(),
        MessageKind::Topic => details.topic.as_ref().expect("it was set to one").as_str(),
        MessageKind::Unknown => unreachable!("a kind that is not known is not stored"),
    }
}

/// The checksum of the columns of a message.
pub(super) fn sum(values: [ValueRef<'_>; VALUES]) -> i64 {
    let is_plain = values[PLAIN_VALUES..].iter().all(|value| *value == ValueRef::Null);
    checksum::of(values.into_iter().take(if is_plain { PLAIN_VALUES } else { VALUES }))
}

pub(super) const fn kind_number(kind: MessageKind) -> i64 {
    match kind {
        MessageKind::Text => 0,
        MessageKind::Action => 1,
        MessageKind::Edit => 2,
        MessageKind::Delete => 3,
        MessageKind::Reaction => 4,
        MessageKind::Pin => 5,
        MessageKind::Topic => 6,
        MessageKind::Unknown => unreachable!(),
    }
}

/// The damage of a stored message.
#[derive(Debug, thiserror::Error)]
enum Damage {
    #[error("the checksum is wrong")]
    Sum,
    #[error("the kind {0} is unknown")]
    Kind(i64),
    #[error("it has no target")]
    NoTarget,
}

/// The message of a row.
///
/// # Errors
/// Returns an error if the row is damaged.
pub(super) fn read(row: &Row<'_>, cache: &mut ValueCache) -> rusqlite::Result<StoredMessage> {
    let mut values = [ValueRef::Null; VALUES];
    for (index, value) in values.iter_mut().enumerate() {
        *value = row.get_ref(index)?;
    }
    if sum(values) != row.get::<_, i64>(VALUES)? {
        return Err(foreign(VALUES, Type::Integer, Damage::Sum));
    }
    let text = |index: usize| values[index].as_str().map_err(|e| foreign(index, Type::Text, e));
    let integer =
        |index: usize| values[index].as_i64().map_err(|e| foreign(index, Type::Integer, e));
    let seq = |index: usize| match values[index] {
        ValueRef::Null => Ok(None),
        _ => integer(index).map(|seq| Some(Seq::new(seq.cast_unsigned()))),
    };
    let (target, thread) = (seq(8)?, seq(9)?);
    let flags = if values[10] == ValueRef::Null { 0 } else { integer(10)? };
    let body = body(integer(4)?, (text(7)?, cache), (target, thread), flags)?;
    let (kind, text_of_body, details) = content(body);
    let mut message = StoredMessage {
        seq: seq_of(integer(0)?),
        from: User { id: user_id(row, 1)?, name: cache.name(text(2)?) },
        at: Timestamp::from_millis(integer(3)?),
        kind,
        device: cache.device(text(5)?).map_err(|e| foreign(5, Type::Text, e))?,
        n: if values[6] == ValueRef::Null { None } else { Some(integer(6)?.cast_unsigned()) },
        text: text_of_body,
        damaged: false,
        details,
    };
    if flags & DELETED != 0 {
        message.delete();
    }
    if values[11] != ValueRef::Null {
        message.details.get_or_insert_default().mentions = Some(text(11)?.into());
    }
    Ok(message)
}

/// The content of a stored message.
fn body(
    kind: i64,
    (written, cache): (&str, &mut ValueCache),
    (target, thread): (Option<Seq>, Option<Seq>),
    flags: i64,
) -> rusqlite::Result<Body> {
    let text = || {
        let written = if flags & DELETED == 0 { written } else { DELETED_TEXT };
        Text::new(written).map_err(|e| foreign(7, Type::Text, e))
    };
    let links = Links::new(target, thread);
    let target = || target.ok_or_else(|| foreign(8, Type::Null, Damage::NoTarget));
    let on = flags & ON != 0;
    Ok(match kind {
        0 => Body::Message { kind: Kind::Text, text: text()?, links },
        1 => Body::Message { kind: Kind::Action, text: text()?, links },
        2 => Body::Edit { target: target()?, text: text()? },
        3 => Body::Delete { target: target()? },
        4 => {
            let emoji = cache.emoji(written).map_err(|e| foreign(7, Type::Text, e))?;
            Body::Reaction { target: target()?, emoji, on }
        }
        5 => Body::Pin { target: target()?, on },
        6 => Body::Topic { topic: Topic::from_lossy(written) },
        kind => return Err(foreign(4, Type::Integer, Damage::Kind(kind))),
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
pub(super) fn read_or_tombstone(
    row: &Row<'_>,
    cache: &mut ValueCache,
) -> rusqlite::Result<StoredMessage> {
    read(row, cache).or_else(|_| {
        let name = row.get(2).ok().and_then(|name: String| UserName::new(&name).ok());
        let id = user_id(row, 1).ok().filter(|id| *id != UserId::SERVER);
        let from = id.zip(name).map(|(id, name)| User { id, name });
        let at = Timestamp::from_millis(row.get(3).unwrap_or(0));
        Ok(salvage::tombstone(seq_of(row.get(0)?), from, at))
    })
}

/// The names, devices and emoji of earlier rows: a page has few, and validating one costs more than finding it here.
#[derive(Default)]
pub(super) struct ValueCache {
    names: Vec<UserName>,
    devices: Vec<DeviceId>,
    emoji: Vec<Emoji>,
}

/// Number of names, of devices and of emoji that are cached: a search through more would cost as much as it saves.
const CACHED_MAX: usize = 16;

impl ValueCache {
    fn name(&mut self, written: &str) -> UserName {
        if let Some(name) = self.names.iter().find(|name| name.as_str() == written) {
            return name.clone();
        }
        let name = name(written);
        if self.names.len() < CACHED_MAX {
            self.names.push(name.clone());
        }
        name
    }

    fn emoji(&mut self, written: &str) -> Result<Emoji, EmojiError> {
        if let Some(emoji) = self.emoji.iter().find(|emoji| emoji.as_str() == written) {
            return Ok(emoji.clone());
        }
        let emoji = Emoji::from_stored(written)?;
        if self.emoji.len() < CACHED_MAX {
            self.emoji.push(emoji.clone());
        }
        Ok(emoji)
    }

    fn device(&mut self, written: &str) -> Result<DeviceId, ShortStringTooLong> {
        if let Some(device) = self.devices.iter().find(|device| device.as_str() == written) {
            return Ok(device.clone());
        }
        let device = DeviceId::new(written)?;
        if self.devices.len() < CACHED_MAX {
            self.devices.push(device.clone());
        }
        Ok(device)
    }
}

/// A stored name. A name that breaks the current rules, because an earlier version had others, is changed.
pub(super) fn name(written: &str) -> UserName {
    UserName::new(written).unwrap_or_else(|_| UserName::from_lossy(written))
}
