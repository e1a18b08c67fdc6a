//! Stored records as values: messages, users, rooms, memberships; and the pages in which messages are read.

mod details;
mod hooks;
mod invites;
mod roles;
mod sanctions;
mod users;

use chat_proto::event::{Details, MessageKind, Replies, Version};
use chat_proto::limits::NAME_BYTES_MAX;
use chat_proto::{
    DeviceId, Message, RoomName, Rules, Seq, ShortString, Text, Timestamp, Topic, User, UserId,
    UserName,
};

pub(crate) use self::details::Kinds;
pub use self::details::StoredDetails;
pub(in crate::journal) use self::details::{DELETED_TEXT, content, excerpt};
pub use self::hooks::HookRecord;
pub use self::invites::InviteRecord;
pub use self::roles::{AuditRecord, MemberRole, UserRole};
pub(in crate::journal) use self::roles::{
    privacy_number, privacy_of, topic_by_number, topic_by_of,
};
pub use self::sanctions::{MuteOrBan, SanctionRecord};
pub(crate) use self::users::Credential;
pub use self::users::{CredentialId, CredentialRecord, MembershipRecord, UserKind, UserRecord};
use super::rejection::Rejection;

/// Bytes on the wire of a message without its names and its text: the names of its fields, its numbers of up to
/// 20 digits, its time, and the separator after it.
const FIELDS_BYTES_MAX: usize = 190;

/// Bytes of a room's name on the wire. A character of one byte takes two at most there; all others take as many
/// as in memory.
const ROOM_NAME_BYTES_MAX: usize = 1 + NAME_BYTES_MAX;

/// A part of the messages of a room that is read at once.
#[derive(Debug, Clone, Copy)]
pub struct Page {
    /// The part of the room.
    pub of: Part,
    /// Number of messages at most.
    pub limit: u32,
}

/// The form in which messages are read.
#[derive(Debug, Default, Clone, Copy, PartialEq, Eq)]
pub(crate) enum View {
    /// As they are stored.
    #[default]
    Stored,
    /// The same, and reactions and pins with the beginning of the text of their target.
    Described,
    /// As they are now, for that user.
    Now(UserId),
}

/// The texts that a message has had.
#[derive(Debug)]
pub(crate) enum Versions {
    /// Oldest first, and whether there are newer ones.
    Of(Vec<Version>, bool),
    /// There are none.
    None(Rejection),
}

/// A message and those that answer it.
#[derive(Debug)]
pub(crate) struct Thread {
    /// How many answer it, and the last of them.
    pub(crate) replies: Option<Replies>,
    /// How many of those are unread messages of other users.
    pub(crate) unread: u64,
    /// The newest ones, oldest first, after the message itself.
    pub(crate) messages: Vec<StoredMessage>,
    /// Whether there are older ones.
    pub(crate) more: bool,
}

/// The pinned messages of a room.
#[derive(Debug)]
pub(crate) struct Pins {
    /// How many there are.
    pub(crate) count: u64,
    /// The oldest ones.
    pub(crate) messages: Vec<StoredMessage>,
    /// Whether there are newer ones.
    pub(crate) more: bool,
}

/// Messages that mention a user.
#[derive(Debug)]
pub(crate) struct MentionsPage {
    /// Newest first, with their rooms.
    pub(crate) messages: Vec<(RoomId, StoredMessage)>,
    /// The last of them, if there may be older ones.
    pub(crate) next: Option<MentionKey>,
}

/// Orders the messages that mention a user: by their time, then by their place.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) struct MentionKey {
    pub(crate) at: Timestamp,
    pub(crate) place: i64,
}

impl MentionKey {
    /// The key as a client repeats it.
    pub(crate) fn to_wire(self) -> ShortString {
        ShortString::new(format!("{}-{}", self.at.as_millis(), self.place))
            .expect("two numbers are short")
    }

    /// Reads what [`MentionKey::to_wire`] returned; `None` if it is something else.
    pub(crate) fn from_wire(word: &ShortString) -> Option<Self> {
        let (at, place) = word.as_str().rsplit_once('-')?;
        Some(Self { at: Timestamp::from_millis(at.parse().ok()?), place: place.parse().ok()? })
    }
}

/// The side of a message on which a page is.
#[derive(Debug, Clone, Copy)]
pub enum Part {
    /// The oldest messages with a greater `seq`.
    After(Seq),
    /// The newest messages with a lower `seq`.
    Before(Seq),
}

/// The number of a room in the journal.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub struct RoomId(pub u32);

impl RoomId {
    /// The room that everybody is in.
    pub const LOBBY: Self = Self(1);

    /// The greatest number: the key of a message has 23 bits for its room.
    pub const MAX: Self = Self((1 << 23) - 1);
}

/// A stored message, without its room.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct StoredMessage {
    /// Its number in the room.
    pub seq: Seq,
    /// The author, with the name at that time.
    pub from: User,
    /// The time at which it was stored.
    pub at: Timestamp,
    /// Whether it is a text, an action, or an event about a message.
    pub kind: MessageKind,
    /// The text; of an event about a message, a description of it.
    pub text: Text,
    /// The device that sent it.
    pub device: DeviceId,
    /// The number that the device gave it.
    pub n: Option<u64>,
    /// Whether the stored row is damaged. If so, `text` says so.
    pub damaged: bool,
    /// The target of an event, mentions, and what else few messages have. Boxed to keep plain messages small.
    pub details: Option<Box<StoredDetails>>,
}

impl StoredMessage {
    /// An upper bound of the bytes of the message on the wire, in a room with the longest name. A quote takes two bytes
    /// there, a control character in a device's name six.
    pub(super) fn encoded_bytes_max(&self) -> usize {
        let names = ROOM_NAME_BYTES_MAX + 2 * self.from.name.as_str().len();
        let texts = 2 * self.text.as_str().len() + 6 * self.device.as_str().len();
        let details = self.details.as_ref().map_or(0, |details| details.encoded_bytes_max());
        FIELDS_BYTES_MAX + names + texts + details
    }

    /// The message as it is sent to the user `reader` of the room with that name or address. Only the author receives
    /// the device and its number.
    #[must_use]
    pub fn to_wire(&self, room: &RoomName, reader: UserId) -> Message {
        let is_own = self.from.id == reader;
        Message {
            room: room.clone(),
            seq: self.seq,
            from: self.from.clone(),
            at: self.at,
            kind: self.kind,
            text: self.text.clone(),
            damaged: self.damaged,
            device: is_own.then(|| self.device.clone()),
            n: self.n.filter(|_| is_own),
            details: self.details.as_ref().and_then(|details| {
                let has_any = details.wire != Details::default();
                has_any.then(|| Box::new(details.wire.clone()))
            }),
        }
    }
}

/// A stored room.
#[derive(Debug, Clone)]
pub struct RoomRecord {
    /// Its number.
    pub id: RoomId,
    /// Its name, or its two users.
    pub key: RoomKey,
    /// Its topic.
    pub topic: Topic,
    /// Its rules.
    pub rules: Rules,
    /// The `seq` of its last message; 0 before the first.
    pub last_seq: Seq,
}

impl RoomRecord {
    /// A public room without a topic and a message.
    #[must_use]
    pub fn new(id: RoomId, key: RoomKey) -> Self {
        let (topic, rules, last_seq) = (Topic::default(), Rules::PUBLIC, Seq::NONE);
        Self { id, key, topic, rules, last_seq }
    }
}

/// Identifies a room.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum RoomKey {
    /// Its name.
    Named(RoomName),
    /// The two users of a direct message.
    Direct(DirectKey),
}

/// The numbers of two users, the lower one first.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub struct DirectKey([UserId; 2]);

impl DirectKey {
    /// Makes a key of two user numbers, in any order.
    #[must_use]
    pub const fn of(one: UserId, other: UserId) -> Self {
        Self(if one.get() < other.get() { [one, other] } else { [other, one] })
    }

    /// The two user numbers, the lower one first.
    #[must_use]
    pub const fn ids(self) -> [UserId; 2] {
        self.0
    }
}

impl RoomKey {
    /// The stored key, which no other room has.
    #[must_use]
    pub fn to_stored(&self) -> String {
        match self {
            Self::Named(name) => name.key().to_owned(),
            Self::Direct(DirectKey([one, other])) => format!("@{one}@{other}"),
        }
    }

    /// Reads what [`RoomKey::to_stored`] returned, with the stored name.
    pub(super) fn read(key: &str, name: &str) -> Option<Self> {
        let Some(pair) = key.strip_prefix('@') else {
            // An earlier version had other rules: a name that breaks the current ones is changed.
            return name.starts_with('#').then(|| Self::Named(room_name(name)));
        };
        let (one, other) = pair.split_once('@')?;
        Some(Self::Direct(DirectKey::of(one.parse().ok()?, other.parse().ok()?)))
    }
}

fn room_name(written: &str) -> RoomName {
    RoomName::new(written).unwrap_or_else(|_| {
        let valid = UserName::from_lossy(&written[1..]).as_str().replace(char::is_whitespace, "_");
        RoomName::new(&format!("#{valid}")).expect("a valid user name without white space is one")
    })
}

/// The messages of others in a room that a user has not read.
#[derive(Debug, Default, Clone, Copy, PartialEq, Eq)]
pub(crate) struct Unread {
    pub(crate) messages: u64,
    /// Number of those messages that mention the user.
    pub(crate) mentions: u64,
    /// Whether there are older messages, which are not counted.
    pub(crate) more: bool,
}

#[cfg(test)]
mod tests;
