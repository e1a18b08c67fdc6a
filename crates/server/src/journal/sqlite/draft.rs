//! A commit in the making: stores its entries within a transaction, and gives each message its `seq`.

use std::collections::hash_map::Entry::{Occupied, Vacant};
use std::collections::{BTreeMap, HashMap};

use chat_proto::{Seq, Timestamp, UserId};
use rusqlite::{Connection, Transaction};

use super::change::Change;
use super::commit::{Committed, Entry, Message};
use super::messages::MessageInserter;
use super::numbers::{self, Device, Last, Numbers, Run};
use super::stored::{RoomId, StoredMessage, content};
use super::{events, records, repeat, rows, task, used};

/// A commit in the making.
pub(super) struct Draft<'a> {
    transaction: &'a Transaction<'a>,
    inserter: MessageInserter<'a>,
    known: &'a Numbers,
    at: Timestamp,
    /// The `seq` of the last message of each room before the commit.
    stored_seqs: &'a HashMap<RoomId, Seq>,
    /// The same of each room that has a message in it.
    last_seqs: BTreeMap<RoomId, Seq>,
    numbers: HashMap<Device, Last>,
    last_user: UserId,
}

/// What the writer remembers of a commit.
pub(super) struct Done {
    numbers: HashMap<Device, Last>,
    /// The `seq` of the last message of each room that has one in the commit.
    pub(super) last_seqs: BTreeMap<RoomId, Seq>,
    /// The greatest number of a user with a message in it.
    pub(super) last_user: UserId,
}

impl<'a> Draft<'a> {
    pub(super) fn new(
        transaction: &'a Transaction<'a>,
        known: &'a Numbers,
        stored_seqs: &'a HashMap<RoomId, Seq>,
        at: Timestamp,
    ) -> rusqlite::Result<Self> {
        let inserter = MessageInserter::new(transaction)?;
        let (last_seqs, numbers) = (BTreeMap::new(), HashMap::new());
        Ok(Self {
            transaction,
            inserter,
            known,
            at,
            stored_seqs,
            last_seqs,
            numbers,
            last_user: UserId::SERVER,
        })
    }

    /// Stores one entry.
    pub(super) fn add(&mut self, entry: Entry<'_>) -> rusqlite::Result<Committed> {
        match entry {
            Entry::Message(message) => self.message(message),
            Entry::Changes(changes) => {
                self.store(&changes)?;
                Ok(Committed::Changes(changes))
            }
            Entry::Task(task) => {
                self.store_numbers()?;
                task::run(task, self.transaction)
            }
        }
    }

    /// Stores a message, unless it is a repeat.
    fn message(&mut self, message: Message) -> rusqlite::Result<Committed> {
        let device = (message.from.id, message.device.clone());
        let mut last = match message.n {
            Some(_) => Some(last(self.transaction, self.known, &mut self.numbers, &device)?),
            None => None,
        };
        if let (Some(n), Some(last)) = (message.n, &mut last)
            && last.may_have(n)
        {
            last.store(self.transaction, &device)?;
            let sent = (message.room, &message.body);
            if let Some(repeat) = repeat::find(self.transaction, &device, n, sent)? {
                return Ok(Committed::Repeat(repeat));
            }
        }
        if message.is_repeat_only {
            return Ok(Committed::NoRepeat);
        }
        let excerpt = match events::admit(self.transaction, &message)? {
            Ok(excerpt) => excerpt,
            Err(rejection) => return Ok(Committed::Rejected(rejection)),
        };
        for change in &message.changes {
            records::change(self.transaction, change)?;
        }
        let stored = self.stored_seqs.get(&message.room).copied().unwrap_or(Seq::NONE);
        let last_seq = self.last_seqs.entry(message.room).or_insert(stored);
        let Message { room, from, device: name, n, body, mentions, changes, .. } = message;
        let (kind, text, mut details) = content(body);
        if let Some(details) = &mut details {
            details.excerpt = excerpt;
        }
        let mut message = StoredMessage {
            seq: last_seq.next(),
            from,
            at: self.at,
            kind,
            text,
            device: name,
            n,
            damaged: false,
            details,
        };
        message.mention(&mentions);
        self.inserter.message(room, &message)?;
        events::store(self.transaction, room, &message)?;
        *last_seq = message.seq;
        self.last_user = self.last_user.max(message.from.id);
        if let (Some(n), Some(last)) = (n, last) {
            last.note(self.transaction, &device, n, rows::place(room, message.seq))?;
        }
        Ok(Committed::Message { room, message, changes })
    }

    fn store(&self, changes: &[Change]) -> rusqlite::Result<()> {
        changes.iter().try_for_each(|change| records::change(self.transaction, change))
    }

    /// Stores the numbers of the messages before a task, which may read them.
    fn store_numbers(&mut self) -> rusqlite::Result<()> {
        let transaction = self.transaction;
        self.numbers.iter_mut().try_for_each(|(device, last)| last.store(transaction, device))
    }

    /// Stores what is stored once for each commit. `last_user` is stored already.
    pub(super) fn finish(mut self, last_user: UserId) -> rusqlite::Result<Done> {
        self.store_numbers()?;
        if self.last_user > last_user {
            used::put_last_user(self.transaction, self.last_user)?;
        }
        let Self { numbers, last_seqs, last_user, .. } = self;
        Ok(Done { numbers, last_seqs, last_user })
    }
}

/// The last run of a device, with the numbers that the commit has added. One look-up for each message.
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
