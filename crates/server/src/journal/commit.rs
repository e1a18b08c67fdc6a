//! One commit: each message gets its `seq`, unless its device has sent it before.

use std::collections::BTreeMap;
use std::collections::HashMap;
use std::collections::hash_map::Entry::{Occupied, Vacant};

use chat_proto::At;
use chat_proto::command::Word;
use rusqlite::Transaction;

use super::kept::{Kept, RoomId};
use super::messages::{self, Keeper};
use super::store;
use super::writer::{Decided, Outcome, Say};

/// Devices whose greatest `n` the writer remembers, rather than look it up: each takes some 100 bytes.
const DEVICES_REMEMBERED: usize = 100_000;

/// A device of a user.
type Device = (u64, Word);

/// The greatest stored `n` of each device, `None` before its first: a greater one needs no look-up.
#[derive(Debug, Default)]
pub(super) struct Numbers(HashMap<Device, Option<u64>>);

impl Numbers {
    /// Takes over what a commit has found out and stored.
    pub(super) fn extend(&mut self, numbers: HashMap<Device, Option<u64>>) {
        if self.0.len() + numbers.len() > DEVICES_REMEMBERED {
            self.0.clear();
        }
        self.0.extend(numbers);
    }
}

/// A commit in the making.
pub(super) struct Commit<'a> {
    transaction: &'a Transaction<'a>,
    keeper: Keeper<'a>,
    known: &'a Numbers,
    at: At,
    /// The `seq` of the last message of each room that has one in this commit.
    last_seqs: BTreeMap<RoomId, u64>,
    numbers: HashMap<Device, Option<u64>>,
    last_user: u64,
}

/// What a commit leaves to know if it goes well.
pub(super) struct Done {
    pub(super) numbers: HashMap<Device, Option<u64>>,
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
        if let Some(n) = say.n
            && let Some(outcome) = self.sent_before(say, n)?
        {
            return Ok(Decided::Old(outcome));
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
        Ok(Decided::New(kept))
    }

    /// What becomes of a message with a number that a stored one has. Records the number if none has.
    fn sent_before(&mut self, say: &Say, n: u64) -> rusqlite::Result<Option<Outcome>> {
        let (user, device) = (say.from.id, &say.device);
        let greatest = match self.numbers.entry((user, device.clone())) {
            Occupied(greatest) => greatest.into_mut(),
            Vacant(vacant) => {
                let greatest = match self.known.0.get(vacant.key()) {
                    Some(greatest) => *greatest,
                    None => messages::greatest_n(self.transaction, user, device)?,
                };
                vacant.insert(greatest)
            }
        };
        if *greatest < Some(n) {
            *greatest = Some(n);
            return Ok(None);
        }
        let found = messages::numbered(self.transaction, user, device, n)?;
        Ok(found.map(|(room, kept)| match kept {
            Some(kept) if room == say.room.id && kept.kind == say.kind && kept.text == say.text => {
                Outcome::Repeat { seq: kept.seq, at: kept.at }
            }
            _ => Outcome::NumberUsed,
        }))
    }

    /// Stores what is stored once a commit, however many messages it has; `last_user` is stored already.
    pub(super) fn finish(self, last_user: u64) -> rusqlite::Result<Done> {
        if self.last_user > last_user {
            store::put_last_user(self.transaction, self.last_user)?;
        }
        let has_messages = !self.last_seqs.is_empty();
        Ok(Done { numbers: self.numbers, last_user: self.last_user, has_messages })
    }
}
