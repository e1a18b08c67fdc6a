//! The journal's writer: one connection, one commit for all that waits.

use std::collections::hash_map::Entry::{Occupied, Vacant};
use std::collections::{BTreeMap, HashMap};
use std::fmt;
use std::sync::Arc;
use std::time::Duration;

use chat_proto::command::{Kind, Word};
use chat_proto::{At, Text, User};
use rusqlite::{Connection, ErrorCode, Transaction};
use tokio::sync::mpsc;
use tracing::{error, info};

use super::change::AnyChange;
use super::file::BUSY_TIMEOUT;
use super::kept::{Kept, RoomId};
use super::store::Keeper;
use super::{Clock, JOURNAL_QUEUE_ENTRIES, in_words, store};
use crate::batch::Said;
use crate::clock::next_time;
use crate::room::Room;

/// Devices whose last `n` the writer remembers, rather than ask the file again: one that says
/// something takes some 100 bytes.
const DEVICES_REMEMBERED: usize = 100_000;

/// Something for the writer to keep.
pub(super) enum Entry {
    /// A message.
    Say(Box<Say>),
    /// Anything else.
    Change(Box<dyn AnyChange>),
}

/// A message on its way into the journal.
#[derive(Debug)]
pub struct Say {
    /// The room it is said in.
    pub room: Arc<Room>,
    /// Who says it.
    pub from: User,
    /// The session it is said in.
    pub session: u64,
    /// The device it is said on.
    pub device: Word,
    /// The number the device gives it. Without one it is never taken for a repeat.
    pub n: Option<u64>,
    /// Whether it is said or done.
    pub kind: Kind,
    /// What is said.
    pub text: Text,
    /// Where the answer goes. The session leaves room for it.
    pub answer: mpsc::Sender<Answer>,
}

/// What became of a message, and of which.
#[derive(Debug)]
pub struct Answer {
    /// The room it was said in.
    pub room: Arc<Room>,
    /// The number the device gave it.
    pub n: Option<u64>,
    /// What became of it.
    pub outcome: Outcome,
}

/// What became of a message.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Outcome {
    /// It is kept.
    Kept {
        /// Its place in the room.
        seq: u64,
        /// When it was taken.
        at: At,
    },
    /// It was kept before.
    Repeat,
    /// It is not kept; why.
    NotKept(Arc<str>),
}

/// What keeps what it is given. Knows no threads and no clock.
pub(super) struct Writer {
    db: Connection,
    /// The last accepted `n` of the devices that have said something.
    devices: HashMap<(u64, Word), u64>,
    /// The greatest number of a user who has said something, as far as it is known.
    last_user: u64,
    /// The time of the last message, see [`next_time`].
    last_at: At,
    /// Whether the last commit failed, so that it is logged once and not for every message.
    is_troubled: bool,
    /// Whether a commit that failed may be whole in SQLite's log all the same: the sync comes after
    /// the last write. A crash would bring it to life.
    may_come_back: bool,
}

impl Writer {
    pub(super) fn new(db: Connection) -> Self {
        Self {
            db,
            devices: HashMap::new(),
            last_user: 0,
            last_at: At::from_millis(0),
            is_troubled: false,
            may_come_back: false,
        }
    }

    /// Keeps all that waits, until nobody is left to give it more.
    pub(super) fn run(&mut self, mut waiting: mpsc::Receiver<Entry>, clock: Clock) {
        let mut entries = Vec::new();
        while waiting.blocking_recv_many(&mut entries, JOURNAL_QUEUE_ENTRIES) > 0 {
            // Woken by the first of many, it may have taken the processor from a session that is
            // about to give it more: a commit for each would cost all of them dearly.
            std::thread::yield_now();
            while entries.len() < JOURNAL_QUEUE_ENTRIES
                && let Ok(entry) = waiting.try_recv()
            {
                entries.push(entry);
            }
            self.keep(&mut entries, clock());
            entries.clear();
        }
    }

    /// The same, without a thread of its own.
    pub(super) async fn run_in_task(&mut self, mut waiting: mpsc::Receiver<Entry>, clock: Clock) {
        let mut entries = Vec::new();
        while waiting.recv_many(&mut entries, JOURNAL_QUEUE_ENTRIES).await > 0 {
            self.keep(&mut entries, clock());
            entries.clear();
        }
    }

    /// Keeps all entries with one commit; where that fails, each with its own, so that one that
    /// cannot be kept takes none with it.
    pub(super) fn keep(&mut self, entries: &mut [Entry], now: At) {
        let Err(error) = self.try_to_keep(entries, now) else { return };
        if let [entry] = entries {
            return self.refuse(entry, error);
        }
        // All have waited together for another program that has the file; none waits again. Neither
        // of the two calls can fail on a connection that is open.
        let _ = self.db.busy_timeout(Duration::ZERO);
        self.keep_each(entries, now);
        let _ = self.db.busy_timeout(BUSY_TIMEOUT);
    }

    /// Keeps each entry with a commit of its own.
    fn keep_each(&mut self, entries: &mut [Entry], now: At) {
        let mut disk_is_full = None;
        for entry in entries.chunks_mut(1) {
            match (&mut entry[0], &disk_is_full) {
                (Entry::Say(say), Some(reason)) => say.answer(Outcome::NotKept(Arc::clone(reason))),
                _ => {
                    if let Err(error) = self.try_to_keep(entry, now) {
                        disk_is_full = is_of_the_disk(&error).then(|| in_words(&error).into());
                        self.refuse(&mut entry[0], error);
                    }
                }
            }
        }
    }

    /// Says that `entry` is not kept, and sees to it that it stays so.
    fn refuse(&mut self, entry: &mut Entry, error: rusqlite::Error) {
        self.note_trouble(Some(&error));
        if self.may_come_back {
            self.may_come_back = store::overwrite_failed(&self.db).is_err();
        }
        entry.not_kept(error);
    }

    /// Keeps all entries with one commit, and tells everybody; or does nothing.
    fn try_to_keep(&mut self, entries: &mut [Entry], now: At) -> rusqlite::Result<()> {
        let at = next_time(now, self.last_at);
        let transaction = self.db.transaction()?;
        let mut keeper = Keeper::new(&transaction)?;
        let mut commit = Commit::new(at, self.last_user);
        for entry in &mut *entries {
            match entry {
                Entry::Say(say) => commit.say(&transaction, &mut keeper, &self.devices, say)?,
                Entry::Change(change) => {
                    commit.keep_devices(&mut keeper)?;
                    change.apply(&transaction)?;
                }
            }
        }
        commit.finish(&transaction, &mut keeper, self.last_user)?;
        drop(keeper);
        transaction.commit().inspect_err(|_| self.may_come_back = true)?;
        // What only reads goes well on a full disk, too.
        if !commit.rooms.is_empty() {
            self.may_come_back = false;
            self.note_trouble(None);
        }
        self.publish(entries, commit);
        Ok(())
    }

    /// Tells the rooms what is kept, and then those who said it.
    fn publish(&mut self, entries: &mut [Entry], commit: Commit) {
        self.last_at = commit.at;
        self.last_user = commit.last_user;
        if self.devices.len() > DEVICES_REMEMBERED {
            self.devices.clear();
        }
        self.devices.extend(commit.devices_kept);
        self.devices.extend(commit.devices);
        for (room, said) in commit.rooms.into_values() {
            room.publish_said(said);
        }
        let mut outcomes = commit.outcomes.into_iter();
        for entry in entries {
            match entry {
                Entry::Say(say) => say.answer(outcomes.next().unwrap_or(Outcome::Repeat)),
                Entry::Change(change) => change.settle(Ok(())),
            }
        }
    }

    fn note_trouble(&mut self, trouble: Option<&rusqlite::Error>) {
        match (trouble, std::mem::replace(&mut self.is_troubled, trouble.is_some())) {
            (Some(error), false) => {
                error!(
                    reason = in_words(error),
                    "not kept; what is said is refused until it can be"
                );
            }
            (None, true) => info!("what is said is kept again"),
            _ => {}
        }
    }
}

/// Whether the next entry would fare no better.
fn is_of_the_disk(error: &rusqlite::Error) -> bool {
    use ErrorCode::{DiskFull, ReadOnly, SystemIoFailure};
    matches!(error.sqlite_error_code(), Some(DiskFull | ReadOnly | SystemIoFailure))
}

/// What one commit makes of its entries.
struct Commit {
    at: At,
    /// By number: what is told follows from what was said, and from nothing else.
    rooms: BTreeMap<RoomId, (Arc<Room>, Vec<Said>)>,
    /// The last `n` of the devices that have said something since the last change.
    devices: HashMap<(u64, Word), u64>,
    /// The same of those before it, which is in the table.
    devices_kept: HashMap<(u64, Word), u64>,
    last_user: u64,
    /// Of the messages, in their order.
    outcomes: Vec<Outcome>,
}

impl Commit {
    fn new(at: At, last_user: u64) -> Self {
        let (devices, devices_kept) = (HashMap::new(), HashMap::new());
        Self { at, rooms: BTreeMap::new(), devices, devices_kept, last_user, outcomes: Vec::new() }
    }

    /// Gives a message its `seq` and keeps it; unless its device has said it before.
    fn say(
        &mut self,
        transaction: &Transaction<'_>,
        keeper: &mut Keeper<'_>,
        known: &HashMap<(u64, Word), u64>,
        say: &Say,
    ) -> rusqlite::Result<()> {
        if let Some(n) = say.n {
            let last = match self.devices.entry((say.from.id, say.device.clone())) {
                Occupied(last) => last.into_mut(),
                Vacant(device) => {
                    let kept = self.devices_kept.get(device.key());
                    let last = match kept.or_else(|| known.get(device.key())) {
                        Some(last) => *last,
                        None => store::last_n(transaction, say.from.id, &say.device)?,
                    };
                    device.insert(last)
                }
            };
            if n <= *last {
                self.outcomes.push(Outcome::Repeat);
                return Ok(());
            }
            *last = n;
        }
        let (room, said) =
            self.rooms.entry(say.room.id).or_insert_with(|| (Arc::clone(&say.room), Vec::new()));
        let seq = said.last().map_or_else(|| room.last_seq(), |said| said.kept.seq) + 1;
        let kept = Kept {
            seq,
            from: say.from.clone(),
            at: self.at,
            kind: say.kind,
            text: say.text.clone(),
            device: say.device.clone(),
            n: say.n,
        };
        keeper.message(say.room.id, &kept)?;
        said.push(Said { kept, session: say.session });
        self.last_user = self.last_user.max(say.from.id);
        self.outcomes.push(Outcome::Kept { seq, at: self.at });
        Ok(())
    }

    /// Keeps the last `n` of what was said so far, for a change that asks for it.
    fn keep_devices(&mut self, keeper: &mut Keeper<'_>) -> rusqlite::Result<()> {
        for ((user, device), n) in self.devices.drain() {
            keeper.last_n(user, &device, n)?;
            self.devices_kept.insert((user, device), n);
        }
        Ok(())
    }

    /// Keeps what is kept once a commit, however many messages it has.
    fn finish(
        &self,
        transaction: &Transaction<'_>,
        keeper: &mut Keeper<'_>,
        last_user: u64,
    ) -> rusqlite::Result<()> {
        for ((user, device), n) in &self.devices {
            keeper.last_n(*user, device, *n)?;
        }
        if self.last_user > last_user {
            store::put_last_user(transaction, self.last_user)?;
        }
        Ok(())
    }
}

impl Say {
    fn answer(&self, outcome: Outcome) {
        let answer = Answer { room: Arc::clone(&self.room), n: self.n, outcome };
        // Fails only where the session is gone: it asks for no more answers than it has room for.
        let _ = self.answer.try_send(answer);
    }
}

impl Entry {
    fn not_kept(&mut self, error: rusqlite::Error) {
        match self {
            Self::Say(say) => say.answer(Outcome::NotKept(in_words(&error).into())),
            Self::Change(change) => change.settle(Err(error.into())),
        }
    }
}

impl fmt::Debug for Entry {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Say(say) => say.fmt(f),
            Self::Change(_) => f.write_str("Change"),
        }
    }
}
