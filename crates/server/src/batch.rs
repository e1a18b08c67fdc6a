//! A batch: what a room sends to all its sessions, either messages of one commit or one change of the room.
//! It is encoded once for each protocol.

mod encoded;

use std::sync::{Arc, OnceLock};

use chat_proto::{Event, RoomName, SessionId, UserId};

pub(crate) use self::encoded::{Encoded, Format, Lines, Pieces, pieces_bytes};
use crate::journal::StoredMessage;
use crate::ring::{Charge, Rings};

/// One item of a room's channel, shared by every session in the room, and encoded once for each wire
/// format in use.
#[derive(Debug)]
pub(crate) struct Batch {
    items: Items,
    encoded: [OnceLock<Encoded>; Format::COUNT],
    /// Its bytes count in the rings while it exists.
    charge: Charge,
}

/// What is in a batch.
#[derive(Debug)]
pub(crate) enum Items {
    /// The messages of this room in one commit, or a part of them if they are long.
    Messages(Messages),
    /// A change of the room: a user who joins or leaves, a name, a topic, the number of users.
    Update(Box<Event>),
}

/// Messages of one room, one after another.
#[derive(Debug)]
pub(crate) struct Messages {
    said: Vec<Said>,
    /// The numbers of their authors, in order; empty if there is one message.
    by: Vec<UserId>,
    room: RoomName,
}

/// One message of a batch.
#[derive(Debug)]
pub(crate) struct Said {
    /// The message.
    pub kept: StoredMessage,
    /// The session that sent it, which is sent its answer instead.
    pub session: SessionId,
}

impl Batch {
    /// Messages of one commit in the room with that name or address.
    #[must_use]
    pub(crate) fn messages(mut said: Vec<Said>, room: RoomName, rings: &Arc<Rings>) -> Self {
        said.shrink_to_fit(); // part of a long commit; it was made for all of it
        let mut by = Vec::new();
        if said.len() > 1 {
            by.extend(said.iter().map(|said| said.kept.from.id));
            by.sort_unstable();
            by.dedup();
        }
        let bytes = |said: &Said| size_of::<Said>() + said.kept.text.as_str().len();
        let charge = rings.charge(said.iter().map(bytes).sum());
        Self::new(Items::Messages(Messages { said, by, room }), charge)
    }

    /// A change of a room.
    #[must_use]
    pub(crate) fn update(event: Event, rings: &Arc<Rings>) -> Self {
        let charge = rings.charge(size_of::<Self>() + size_of::<Event>());
        Self::new(Items::Update(Box::new(event)), charge)
    }

    fn new(items: Items, charge: Charge) -> Self {
        Self { items, encoded: [const { OnceLock::new() }; Format::COUNT], charge }
    }

    /// Its messages, or its change.
    #[must_use]
    pub(crate) const fn items(&self) -> &Items {
        &self.items
    }

    /// Returns it in one wire format; calls `encode` for the first session that needs it.
    pub(crate) fn encoded(
        &self,
        format: Format,
        encode: impl FnOnce(&Items) -> Encoded,
    ) -> &Encoded {
        self.encoded[format as usize].get_or_init(|| {
            let encoded = encode(&self.items);
            self.charge.add(encoded.bytes());
            encoded
        })
    }

    /// The `seq` of its last message; `None` if there is no message in it.
    #[must_use]
    pub(crate) fn last_seq(&self) -> Option<u64> {
        match &self.items {
            Items::Messages(messages) => messages.said.last().map(|said| said.kept.seq),
            Items::Update(_) => None,
        }
    }
}

impl Messages {
    /// The messages, in their order.
    #[must_use]
    pub(crate) fn said(&self) -> &[Said] {
        &self.said
    }

    /// Whether `user` is an author of some of them.
    pub(crate) fn is_by(&self, user: UserId) -> bool {
        match &*self.said {
            [said] => said.kept.from.id == user,
            _ => self.by.binary_search(&user).is_ok(),
        }
    }

    /// The name or address of the room.
    pub(crate) const fn room(&self) -> &RoomName {
        &self.room
    }
}
