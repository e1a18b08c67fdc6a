//! A batch: messages of one commit, or one change of a room, which the room sends to all its sessions. It is encoded
//! once for each protocol.

mod encoded;

use std::sync::{Arc, OnceLock};

use chat_proto::{Event, RoomName, Seq, SessionId, UserId};

pub(crate) use self::encoded::{EncodedBatch, Format, Lines, Pieces, pieces_bytes};
use crate::config::RINGS_BYTES_MAX;
use crate::journal::{Kinds, StoredMessage};
use crate::ring::{self, Charge};

/// One item of a room's ring, which all sessions in the room share.
#[derive(Debug)]
pub(crate) struct Batch {
    items: Items,
    encoded: [OnceLock<EncodedBatch>; Format::COUNT],
    /// The same for clients that do not know all kinds of messages; `None` if it has none of those kinds.
    older: Option<Box<[OnceLock<EncodedBatch>; 2]>>,
    /// Counts its bytes in the rings while it exists.
    charge: Charge<Self>,
}

/// The memory of the rings of all rooms.
pub(crate) type Rings = ring::Rings<Batch>;

/// The sending half of a room's ring.
pub(crate) type Ring = ring::Ring<Batch>;

/// The receiving half of a room's ring.
pub(crate) type Live = ring::Live<Batch>;

/// Logged if batches are dropped from [`Rings`].
pub(crate) const RINGS_FULL: &str = "some clients lag behind, and the rings of the rooms are full: dropped \
                                     the oldest batches; those clients continue from the journal";

impl Default for Rings {
    fn default() -> Self {
        Self::new(RINGS_BYTES_MAX, RINGS_FULL)
    }
}

/// The content of a batch.
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
    publications: Vec<Publication>,
    /// The author and the index of each, sorted, so that a session finds its own without a look at all others; empty if
    /// there is one message.
    authors: Vec<(UserId, usize)>,
    room: RoomName,
}

/// One message of a batch.
#[derive(Debug)]
pub(crate) struct Publication {
    /// The message.
    pub message: StoredMessage,
    /// The session that sent it: it receives the answer instead.
    pub session: SessionId,
}

impl Batch {
    /// Messages of one commit in the room with that name or address.
    #[must_use]
    pub(crate) fn messages(
        mut publications: Vec<Publication>,
        room: RoomName,
        rings: &Arc<Rings>,
    ) -> Self {
        publications.shrink_to_fit(); // a part of a long commit has the capacity for all of it
        let mut authors = Vec::new();
        if publications.len() > 1 {
            let author = |publication: &Publication| publication.message.from.id;
            authors.extend(publications.iter().map(author).zip(0..));
            authors.sort_unstable();
        }
        let bytes =
            |publication: &Publication| size_of::<Publication>() + publication.message.heap_bytes();
        let bytes = publications.iter().map(bytes).sum::<usize>() + size_of_val(&*authors);
        let charge = rings.charge(bytes);
        let has_events =
            publications.iter().any(|publication| publication.message.details.is_some());
        let older = has_events.then(Box::default);
        let messages = Items::Messages(Messages { publications, authors, room });
        Self { older, ..Self::new(messages, charge) }
    }

    /// A change of a room.
    #[must_use]
    pub(crate) fn update(event: Event, rings: &Arc<Rings>) -> Self {
        let charge = rings.charge(size_of::<Self>() + size_of::<Event>());
        Self::new(Items::Update(Box::new(event)), charge)
    }

    fn new(items: Items, charge: Charge<Self>) -> Self {
        Self { items, encoded: [const { OnceLock::new() }; Format::COUNT], older: None, charge }
    }

    #[must_use]
    pub(crate) const fn items(&self) -> &Items {
        &self.items
    }

    /// Returns it in one wire format; calls `encode` for the first session that needs it.
    pub(crate) fn encoded(
        &self,
        format: Format,
        encode: impl FnOnce(&Items) -> EncodedBatch,
    ) -> &EncodedBatch {
        self.encode_once(&self.encoded[format as usize], encode)
    }

    /// Returns it in the native format for clients that know those kinds of messages, in the same way.
    pub(crate) fn encoded_for(
        &self,
        kinds: Kinds,
        encode: impl FnOnce(&Items) -> EncodedBatch,
    ) -> &EncodedBatch {
        let older = self.older.as_deref();
        let encoded = match (kinds, older) {
            (Kinds::Plain, Some([plain, _])) => plain,
            (Kinds::Unknown, Some([_, unknown])) => unknown,
            _ => &self.encoded[Format::Native as usize],
        };
        self.encode_once(encoded, encode)
    }

    fn encode_once<'b>(
        &'b self,
        encoded: &'b OnceLock<EncodedBatch>,
        encode: impl FnOnce(&Items) -> EncodedBatch,
    ) -> &'b EncodedBatch {
        encoded.get_or_init(|| {
            let encoded = encode(&self.items);
            self.charge.add(encoded.bytes());
            encoded
        })
    }

    /// The `seq` of its last message; `None` if there is no message in it.
    #[must_use]
    pub(crate) fn last_seq(&self) -> Option<Seq> {
        match &self.items {
            Items::Messages(messages) => {
                messages.publications.last().map(|publication| publication.message.seq)
            }
            Items::Update(_) => None,
        }
    }
}

impl Messages {
    /// The messages, in their order.
    #[must_use]
    pub(crate) fn publications(&self) -> &[Publication] {
        &self.publications
    }

    /// Returns true if `user` is an author of some of them.
    pub(crate) fn has_author(&self, user: UserId) -> bool {
        match &*self.publications {
            [publication] => publication.message.from.id == user,
            _ => self.authors.binary_search_by_key(&user, |(author, _)| *author).is_ok(),
        }
    }

    /// The indices of the messages of `user`, in their order.
    pub(crate) fn of_author(&self, user: UserId) -> impl Iterator<Item = usize> {
        let only = match &*self.publications {
            [publication] if publication.message.from.id == user => Some(0),
            _ => None,
        };
        let first = self.authors.partition_point(|(author, _)| *author < user);
        let own = self.authors[first..].iter().take_while(move |(author, _)| *author == user);
        only.into_iter().chain(own.map(|(_, index)| *index))
    }

    /// The name or address of the room.
    pub(crate) const fn room(&self) -> &RoomName {
        &self.room
    }
}
