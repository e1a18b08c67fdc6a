//! The draft of a commit: stores its entries within a transaction, and gives each message its `seq`.

use std::collections::BTreeMap;

use chat_proto::{Seq, Timestamp, UserId};
use rusqlite::Transaction;

use super::change::Change;
use super::commit::{Entry, EntryResult, Message};
use super::events::TargetInfo;
use super::messages::MessageInserter;
use super::numbers::{Numbers, NumbersDraft, NumbersUpdate};
use super::stored::{RoomId, StoredMessage, content};
use super::{audit, events, records, repeat, rows, task, used};
use crate::id_map::IdMap;

/// A commit whose transaction is open.
pub(super) struct Draft<'a> {
    transaction: &'a Transaction<'a>,
    inserter: MessageInserter<'a>,
    at: Timestamp,
    /// The `seq` of the last message of each room before the commit.
    stored_seqs: &'a IdMap<RoomId, Seq>,
    /// The `seq` of the last message of each room with a message in the commit.
    last_seqs: BTreeMap<RoomId, Seq>,
    numbers: NumbersDraft<'a>,
    last_user: UserId,
    /// Whether records of the audit log are stored.
    has_audit: bool,
    /// Whether a task has cleared the last page of the file.
    is_cleared: bool,
}

/// The update of the writer's memory after a commit.
pub(super) struct WriterUpdate {
    pub(super) numbers: NumbersUpdate,
    /// The `seq` of the last message of each room with a message in the commit.
    pub(super) last_seqs: BTreeMap<RoomId, Seq>,
    /// The greatest number of a user with a message in the commit.
    pub(super) last_user: UserId,
    /// Whether the log is to be emptied, which may have what was cleared in the file.
    pub(super) empties_log: bool,
}

impl<'a> Draft<'a> {
    pub(super) fn new(
        transaction: &'a Transaction<'a>,
        numbers: &'a Numbers,
        stored_seqs: &'a IdMap<RoomId, Seq>,
        at: Timestamp,
        has_audit: bool,
    ) -> rusqlite::Result<Self> {
        let inserter = MessageInserter::new(transaction)?;
        let (last_seqs, numbers) = (BTreeMap::new(), NumbersDraft::new(numbers));
        Ok(Self {
            transaction,
            inserter,
            at,
            stored_seqs,
            last_seqs,
            numbers,
            last_user: UserId::NONE,
            has_audit,
            is_cleared: false,
        })
    }

    /// Stores one entry.
    pub(super) fn add(&mut self, entry: Entry<'_>) -> rusqlite::Result<EntryResult> {
        match entry {
            Entry::Message(message) => self.message(message),
            Entry::Changes(changes) => {
                self.store(&changes)?;
                Ok(EntryResult::Changes(changes))
            }
            Entry::Task(task) => {
                if task::uses_tables(task) {
                    self.numbers.merge_all(self.transaction, &self.last_seqs)?;
                }
                let result = task::run(task, self.transaction, &self.numbers)?;
                self.is_cleared |= matches!(result, EntryResult::Cleared);
                Ok(result)
            }
        }
    }

    /// Stores a message, unless it is a repeat.
    fn message(&mut self, message: Message) -> rusqlite::Result<EntryResult> {
        let device = (message.from.id, message.device.clone());
        if let Some(n) = message.n
            && self.numbers.may_have(self.transaction, &device, n)?
        {
            let sent = (message.room, &message.body);
            if let Some(repeat) = repeat::find(self.transaction, &self.numbers, (&device, n), sent)?
            {
                return Ok(EntryResult::Repeat(repeat));
            }
        }
        if message.is_repeat_only {
            return Ok(EntryResult::NoRepeat);
        }
        let TargetInfo { excerpt, deleted } = match events::admit(self.transaction, &message)? {
            Ok(admitted) => admitted,
            Err(rejection) => return Ok(EntryResult::Rejected(rejection)),
        };
        if self.has_audit
            && let (Some(author), Some(deletion)) = (deleted, &message.deletes_others)
        {
            audit::insert_deletion(self.transaction, deletion, &author)?;
        }
        self.store(&message.changes)?;
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
        let place = rows::place(room, message.seq);
        self.numbers.add(self.transaction, &device, (n, place))?;
        Ok(EntryResult::Message { room, message, changes })
    }

    fn store(&self, changes: &[Change]) -> rusqlite::Result<()> {
        let is_stored =
            |change: &&Change| self.has_audit || !matches!(change, Change::Audit { .. });
        let mut stored = changes.iter().filter(is_stored);
        stored.try_for_each(|change| records::change(self.transaction, change))
    }

    /// Stores the rows that change once for each commit. `last_user` is stored already.
    pub(super) fn finish(self, last_user: UserId) -> rusqlite::Result<WriterUpdate> {
        if self.last_user > last_user {
            used::put_last_user(self.transaction, self.last_user)?;
        }
        let numbers = self.numbers.finish(self.transaction)?;
        let Self { last_seqs, last_user, is_cleared: empties_log, .. } = self;
        Ok(WriterUpdate { numbers, last_seqs, last_user, empties_log })
    }
}
