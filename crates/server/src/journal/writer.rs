//! The journal's writer: one connection, one commit for all that waits.

use std::collections::BTreeMap;
use std::fmt;
use std::sync::Arc;
use std::time::Duration;

use chat_proto::command::{Kind, Word};
use chat_proto::{At, Text, User};
use rusqlite::{Connection, ErrorCode};
use tokio::sync::mpsc;
use tracing::{error, info, warn};

use super::change::AnyChange;
use super::commit::Commit;
use super::file::BUSY_TIMEOUT;
use super::kept::{Kept, RoomId};
use super::numbers::{self, Damaged, Numbers};
use super::{Clock, JOURNAL_QUEUE_ENTRIES, in_words, rebuild, store};
use crate::batch::Said;
use crate::clock::next_time;
use crate::room::Room;

/// How long the writer waits before it tries again to make a damaged table again: that reads all messages,
/// and everybody waits for it.
const REBUILD_RETRY: Duration = Duration::from_secs(60);

/// Something for the writer to keep.
pub(super) enum Entry {
    /// A message.
    Say(Box<Submission>),
    /// Anything else.
    Change(Box<dyn AnyChange>),
}

/// A message in the queue, and what the commit makes of it.
#[derive(Debug)]
pub(super) struct Submission {
    pub(super) say: Say,
    /// `None` until a commit has looked at it.
    pub(super) decided: Option<Decided>,
}

/// What becomes of a message if its commit goes well.
#[derive(Debug)]
pub(super) enum Decided {
    /// It is a new message.
    New(Kept),
    /// It is none: a repeat, or its number is used.
    Old(Outcome),
}

/// A message on its way into the journal.
#[derive(Debug)]
pub(crate) struct Say {
    /// The room it is said in.
    pub room: Arc<Room>,
    /// Who says it.
    pub from: User,
    /// The session it is said in.
    pub session: u64,
    /// The device it is said on.
    pub device: Word,
    /// Whether the client named the device, so that the answer names it, too.
    pub names_device: bool,
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
pub(crate) struct Answer {
    /// The room it was said in.
    pub room: Arc<Room>,
    /// The number the device gave it.
    pub n: Option<u64>,
    /// The device, if the client named it.
    pub device: Option<Word>,
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
    Repeat {
        /// Its place in the room.
        seq: u64,
        /// When it was taken.
        at: At,
    },
    /// It is not kept: its device has given its number to another message, which is.
    NumberUsed,
    /// It is not kept; why.
    NotKept(Arc<str>),
    /// It is not kept, by a fault of the server that will not pass; which.
    Failed(Arc<str>),
}

/// What keeps what it is given. Knows no threads and no clock.
pub(super) struct Writer {
    db: Connection,
    numbers: Numbers,
    /// The greatest number of a user who has said something, as far as it is known.
    last_user: u64,
    /// The time of the last message, see [`next_time`].
    last_at: At,
    /// Whether the last commit failed, so that it is logged once and not for every message.
    is_troubled: bool,
    /// Whether a commit that failed may be whole in SQLite's log all the same: the sync comes after
    /// the last write. A crash would bring it to life.
    may_come_back: bool,
    /// When the table of message numbers could not be made again.
    rebuild_failed_at: Option<At>,
}

impl Writer {
    pub(super) fn new(db: Connection) -> Self {
        Self {
            db,
            numbers: Numbers::default(),
            last_user: 0,
            last_at: At::from_millis(0),
            is_troubled: false,
            may_come_back: false,
            rebuild_failed_at: None,
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
                (Entry::Say(submission), Some(reason)) => {
                    submission.say.answer(Outcome::NotKept(Arc::clone(reason)));
                }
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

    /// Keeps all entries with one commit, and tells everybody; or does nothing. If the table of message
    /// numbers is damaged, it is made again first.
    fn try_to_keep(&mut self, entries: &mut [Entry], now: At) -> rusqlite::Result<()> {
        match self.try_once(entries, now) {
            Err(error)
                if numbers::damage(&error).is_some_and(|damage| self.has_rebuilt(damage, now)) =>
            {
                self.try_once(entries, now)
            }
            kept => kept,
        }
    }

    /// Makes the table of message numbers again, unless that has failed a short time ago.
    fn has_rebuilt(&mut self, damage: &Damaged, now: At) -> bool {
        if self.rebuild_failed_at.is_some_and(|failed| is_soon_after(failed, now)) {
            return false;
        }
        warn!("{damage}; making it again from the messages");
        match rebuild::message_numbers(&self.db) {
            Ok(()) => {
                info!("the table of message numbers is whole again");
                self.numbers = Numbers::default();
                self.rebuild_failed_at = None;
                true
            }
            Err(error) => {
                error!(
                    reason = in_words(&error),
                    "cannot make the table of message numbers again; retrying in {} s",
                    REBUILD_RETRY.as_secs()
                );
                self.rebuild_failed_at = Some(now);
                false
            }
        }
    }

    fn try_once(&mut self, entries: &mut [Entry], now: At) -> rusqlite::Result<()> {
        let at = next_time(now, self.last_at);
        let transaction = self.db.transaction()?;
        let mut commit = Commit::new(&transaction, &self.numbers, at)?;
        for entry in &mut *entries {
            match entry {
                Entry::Say(submission) => {
                    submission.decided = Some(commit.say(&submission.say)?);
                }
                Entry::Change(change) => {
                    commit.store_numbers()?;
                    change.apply(&transaction)?;
                }
            }
        }
        let done = commit.finish(self.last_user)?;
        transaction.commit().inspect_err(|_| self.may_come_back = true)?;
        // What only reads goes well on a full disk, too.
        if done.has_messages {
            self.may_come_back = false;
            self.note_trouble(None);
        }
        self.last_at = at;
        self.last_user = self.last_user.max(done.last_user);
        self.numbers.extend(done.numbers());
        publish(entries);
        Ok(())
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

/// Whether it is too early to try again what has failed. A clock that was set back is no reason to wait.
fn is_soon_after(failed: At, now: At) -> bool {
    let passed = now.as_millis().saturating_sub(failed.as_millis());
    u128::try_from(passed).is_ok_and(|passed| passed < REBUILD_RETRY.as_millis())
}

/// Whether the next entry would fare no better.
fn is_of_the_disk(error: &rusqlite::Error) -> bool {
    use ErrorCode::{DiskFull, ReadOnly, SystemIoFailure};
    matches!(error.sqlite_error_code(), Some(DiskFull | ReadOnly | SystemIoFailure))
}

/// Tells of a commit, in the order of the queue: a change applies to what was said after it and not to
/// what was said before.
fn publish(entries: &mut [Entry]) {
    for run in entries.chunk_by_mut(|one, next| one.is_say() && next.is_say()) {
        match run {
            [Entry::Change(change)] => change.settle(Ok(())),
            says => publish_says(says),
        }
    }
}

/// Sends the rooms what is kept, and then those who said it their answers.
fn publish_says(entries: &mut [Entry]) {
    // By number: what is sent follows from what was said, and from nothing else.
    let mut rooms: BTreeMap<RoomId, (Arc<Room>, Vec<Said>)> = BTreeMap::new();
    let mut answers = Vec::with_capacity(entries.len());
    for entry in entries {
        let Entry::Say(submission) = entry else { continue };
        let say = &submission.say;
        let decided = submission.decided.take();
        let outcome = match decided.expect("a commit decides about each of its messages") {
            Decided::Old(outcome) => outcome,
            Decided::New(kept) => {
                let outcome = Outcome::Kept { seq: kept.seq, at: kept.at };
                let (_, said) =
                    rooms.entry(say.room.id).or_insert_with(|| (Arc::clone(&say.room), Vec::new()));
                said.push(Said { kept, session: say.session });
                outcome
            }
        };
        answers.push((say, outcome));
    }
    for (room, said) in rooms.into_values() {
        room.publish_said(said);
    }
    for (say, outcome) in answers {
        say.answer(outcome);
    }
}

impl Say {
    fn answer(&self, outcome: Outcome) {
        let device = self.names_device.then(|| self.device.clone());
        let answer = Answer { room: Arc::clone(&self.room), n: self.n, device, outcome };
        // Fails only where the session is gone: it asks for no more answers than it has room for.
        let _ = self.answer.try_send(answer);
    }
}

impl From<Say> for Entry {
    fn from(say: Say) -> Self {
        Self::Say(Box::new(Submission { say, decided: None }))
    }
}

impl Entry {
    const fn is_say(&self) -> bool {
        matches!(self, Self::Say(_))
    }

    fn not_kept(&mut self, error: rusqlite::Error) {
        match self {
            Self::Say(submission) => {
                let words = in_words(&error).into();
                submission.say.answer(match error.sqlite_error_code() {
                    Some(ErrorCode::ConstraintViolation) => Outcome::Failed(words),
                    _ => Outcome::NotKept(words),
                });
            }
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
