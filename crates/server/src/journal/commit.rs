//! One commit: each message gets its `seq`, unless its device has sent it before.

use std::collections::hash_map::Entry::{Occupied, Vacant};
use std::collections::{BTreeMap, HashMap};

use chat_proto::At;
use rusqlite::{Connection, Transaction};

use super::kept::{Kept, RoomId};
use super::messages::{self, Keeper};
use super::numbers::{self, Device, Last, Numbers, Run};
use super::writer::{Decided, Say};
use super::{repeat, used};

/// A commit in the making.
pub(super) struct Commit<'a> {
    transaction: &'a Transaction<'a>,
    keeper: Keeper<'a>,
    known: &'a Numbers,
    at: At,
    /// The `seq` of the last message of each room that has one in this commit.
    last_seqs: BTreeMap<RoomId, u64>,
    numbers: HashMap<Device, Last>,
    last_user: u64,
}

/// What a commit leaves to know if it goes well.
pub(super) struct Done {
    numbers: HashMap<Device, Last>,
    /// The greatest number of a user with a message in it.
    pub(super) last_user: u64,
    pub(super) has_messages: bool,
}

impl<'a> Commit<'a> {
    pub(super) fn new(
        transaction: &'a Transaction<'a>,
        known: &'a Numbers,
        at: At,
    ) -> rusqlite::Result<Self> {
        let keeper = Keeper::new(transaction)?;
        let (last_seqs, numbers) = (BTreeMap::new(), HashMap::new());
        Ok(Self { transaction, keeper, known, at, last_seqs, numbers, last_user: 0 })
    }

    /// Stores a message, unless its device has given its number to one that is stored already.
    pub(super) fn say(&mut self, say: &Say) -> rusqlite::Result<Decided> {
        let device = (say.from.id, say.device.clone());
        let mut last = match say.n {
            Some(_) => Some(last(self.transaction, self.known, &mut self.numbers, &device)?),
            None => None,
        };
        if let (Some(n), Some(last)) = (say.n, &mut last)
            && last.may_have(n)
        {
            last.store(self.transaction, &device)?;
            let message = (say.room.id, say.kind, &say.text);
            if let Some(outcome) = repeat::outcome(self.transaction, &device, n, message)? {
                return Ok(Decided::Old(outcome));
            }
        }
        let last_seq = self.last_seqs.entry(say.room.id).or_insert_with(|| say.room.last_seq());
        let kept = Kept {
            seq: *last_seq + 1,
            from: say.from.clone(),
            at: self.at,
            kind: say.kind,
            text: say.text.clone(),
            device: say.device.clone(),
            n: say.n,
            damaged: false,
        };
        self.keeper.message(say.room.id, &kept)?;
        *last_seq += 1;
        self.last_user = self.last_user.max(say.from.id);
        if let (Some(n), Some(last)) = (say.n, last) {
            let place = messages::place(say.room.id, kept.seq);
            last.note(self.transaction, &device, n, place)?;
        }
        Ok(Decided::New(kept))
    }

    /// Stores the numbers of the messages so far, for a change that asks for them.
    pub(super) fn store_numbers(&mut self) -> rusqlite::Result<()> {
        let transaction = self.transaction;
        self.numbers.iter_mut().try_for_each(|(device, last)| last.store(transaction, device))
    }

    /// Stores what is stored once a commit, however many messages it has; `last_user` is stored already.
    pub(super) fn finish(mut self, last_user: u64) -> rusqlite::Result<Done> {
        self.store_numbers()?;
        if self.last_user > last_user {
            used::put_last_user(self.transaction, self.last_user)?;
        }
        let has_messages = !self.last_seqs.is_empty();
        Ok(Done { numbers: self.numbers, last_user: self.last_user, has_messages })
    }
}

/// The last run of a device, with what the commit has added. By one look-up for each message.
fn last<'n>(
    db: &Connection,
    known: &Numbers,
    numbers: &'n mut HashMap<Device, Last>,
    device: &Device,
) -> rusqlite::Result<&'n mut Last> {
    match numbers.entry(device.clone()) {
        Occupied(last) => Ok(last.into_mut()),
        Vacant(vacant) => {
            let run = match known.get(device) {
                Some(run) => run,
                None => numbers::last(db, device)?,
            };
            Ok(vacant.insert(Last::stored(run)))
        }
    }
}

impl Done {
    /// The last runs of the devices with a message in the commit.
    pub(super) fn numbers(self) -> impl ExactSizeIterator<Item = (Device, Option<Run>)> {
        self.numbers.into_iter().map(|(device, last)| (device, last.run()))
    }
}
