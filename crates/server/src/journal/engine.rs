//! The engine: stores commits in SQLite, with the one connection that writes. It knows no queue, no thread,
//! no room and no session.

use std::collections::HashMap;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use std::time::Duration;

use chat_proto::Timestamp;
use rusqlite::{Connection, ErrorCode};
use tracing::{error, info, warn};

use super::change::Change;
use super::commit::{Commit, Committed, Draft, Entry};
use super::file::BUSY_TIMEOUT;
use super::lock::Lock;
use super::numbers::{self, Numbers};
use super::run::Run;
use super::stored::{RoomId, RoomRecord};
use super::{JournalError, in_words, rebuild, store};
use crate::clock::next_time;

/// How long the engine waits before it tries again to make a damaged table again: that reads all messages,
/// and everybody waits for it.
const REBUILD_RETRY: Duration = Duration::from_secs(60);

/// The one that writes the journal. One caller, in order.
#[derive(Debug)]
pub(crate) struct Engine {
    /// Also read by the [`super::Journal`] of a journal in memory, which has no other connection.
    db: Arc<Mutex<Connection>>,
    numbers: Numbers,
    /// The `seq` of the last message of each room; no entry if there is none.
    last_seqs: HashMap<RoomId, u64>,
    /// The greatest number of a user with a message, as far as it is known.
    last_user: u64,
    /// The time of the last message, see [`next_time`].
    last_at: Timestamp,
    /// How many commits there were.
    position: u64,
    /// Whether the last commit failed, so that it is logged once and not for every message.
    is_troubled: bool,
    /// Whether a commit that failed may be whole in SQLite's log all the same: the sync comes after the
    /// last write. A crash would bring it to life.
    may_come_back: bool,
    /// When the table of message numbers could not be made again.
    rebuild_failed_at: Option<Timestamp>,
    has_thread: bool,
    /// The emptied items of the last commit, kept for their capacity.
    spare: Vec<Committed>,
    /// Dropped last, when the connection is closed.
    _run: Option<Run>,
    _lock: Option<Lock>,
}

/// Why nothing of a commit is stored.
#[derive(Debug)]
pub(crate) struct AppendError(rusqlite::Error);

impl Engine {
    pub(super) fn new(
        db: Arc<Mutex<Connection>>,
        rooms: &[RoomRecord],
        has_thread: bool,
        run: Option<Run>,
        lock: Option<Lock>,
    ) -> Self {
        Self {
            db,
            numbers: Numbers::default(),
            last_seqs: rooms.iter().map(|room| (room.id, room.last_seq)).collect(),
            last_user: 0,
            last_at: Timestamp::from_millis(0),
            position: 0,
            is_troubled: false,
            may_come_back: false,
            rebuild_failed_at: None,
            has_thread,
            spare: Vec::new(),
            _run: run,
            _lock: lock,
        }
    }

    /// The `seq` of the last message of a room; 0 before the first.
    #[cfg(test)]
    pub(super) fn last_seq(&self, room: RoomId) -> u64 {
        self.last_seqs.get(&room).copied().unwrap_or(0)
    }

    /// Whether it waits for a disk, and so must not run on the threads that serve sessions.
    pub(crate) const fn has_thread(&self) -> bool {
        self.has_thread
    }

    /// Stores all entries with one commit, in their order, or nothing.
    ///
    /// # Errors
    /// Returns an error if nothing is stored; the caller then calls [`Engine::repair`] and tries again, or
    /// calls [`Engine::refuse`].
    pub(crate) fn append(
        &mut self,
        entries: Vec<Entry<'_>>,
        now: Timestamp,
    ) -> Result<Commit, AppendError> {
        let at = next_time(now, self.last_at);
        let mut db = self.db.lock().unwrap_or_else(PoisonError::into_inner);
        let transaction = db.transaction()?;
        let mut draft = Draft::new(&transaction, &self.numbers, &self.last_seqs, at)?;
        let mut items = std::mem::take(&mut self.spare);
        for entry in entries {
            items.push(draft.add(entry)?);
        }
        let done = draft.finish(self.last_user)?;
        transaction.commit().inspect_err(|_| self.may_come_back = true)?;
        drop(db);
        // What only reads succeeds on a full disk, too.
        if !done.last_seqs.is_empty() {
            self.may_come_back = false;
            self.note_trouble(None);
        }
        self.last_at = at;
        self.position += 1;
        self.last_user = self.last_user.max(done.last_user);
        self.last_seqs.extend(&done.last_seqs);
        self.numbers.extend(done.numbers());
        self.forget_rooms(&items);
        Ok(Commit { position: self.position, items })
    }

    /// Takes back a commit that is applied, to make the next one of its memory.
    pub(crate) fn reuse(&mut self, mut commit: Commit) {
        commit.items.clear();
        self.spare = commit.items;
    }

    fn forget_rooms(&mut self, items: &[Committed]) {
        for item in items {
            let Committed::Changes(changes) = item else { continue };
            for change in changes {
                if let Change::RoomRemoved { id, .. } = change {
                    self.last_seqs.remove(id);
                }
            }
        }
    }

    /// Makes the table of message numbers again if that is why nothing was stored, unless that has failed
    /// a short time ago. Returns whether the caller may try again.
    pub(crate) fn repair(&mut self, error: &AppendError, now: Timestamp) -> bool {
        let Some(damage) = numbers::damage(&error.0) else { return false };
        if self.rebuild_failed_at.is_some_and(|failed| is_soon_after(failed, now)) {
            return false;
        }
        warn!("{damage}; making it again from the messages");
        let rebuilt = rebuild::message_numbers(&self.db());
        match rebuilt {
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

    /// Logs that an entry is not stored, and makes sure that a crash does not bring it back.
    pub(crate) fn refuse(&mut self, error: &AppendError) {
        self.note_trouble(Some(&error.0));
        if self.may_come_back {
            let overwritten = store::overwrite_failed(&self.db());
            self.may_come_back = overwritten.is_err();
        }
    }

    /// Whether a commit waits for another program that has the file. It does at first.
    pub(crate) fn wait_if_busy(&self, waits: bool) {
        let timeout = if waits { BUSY_TIMEOUT } else { Duration::ZERO };
        // Cannot fail on a connection that is open.
        let _ = self.db().busy_timeout(timeout);
    }

    fn db(&self) -> MutexGuard<'_, Connection> {
        self.db.lock().unwrap_or_else(PoisonError::into_inner)
    }

    fn note_trouble(&mut self, trouble: Option<&rusqlite::Error>) {
        match (trouble, std::mem::replace(&mut self.is_troubled, trouble.is_some())) {
            (Some(error), false) => {
                error!(
                    reason = in_words(error),
                    "cannot store messages; they are refused until it is possible again"
                );
            }
            (None, true) => info!("messages are stored again"),
            _ => {}
        }
    }
}

/// Whether it is too early to try again what has failed. A clock that was set back is no reason to wait.
fn is_soon_after(failed: Timestamp, now: Timestamp) -> bool {
    let passed = now.as_millis().saturating_sub(failed.as_millis());
    u128::try_from(passed).is_ok_and(|passed| passed < REBUILD_RETRY.as_millis())
}

impl AppendError {
    /// Whether the next entry would fare no better.
    pub(crate) fn is_of_the_disk(&self) -> bool {
        use ErrorCode::{DiskFull, ReadOnly, SystemIoFailure};
        matches!(self.0.sqlite_error_code(), Some(DiskFull | ReadOnly | SystemIoFailure))
    }

    /// Whether it is a fault of the server, so that another try does not help.
    pub(crate) fn is_a_conflict(&self) -> bool {
        matches!(self.0.sqlite_error_code(), Some(ErrorCode::ConstraintViolation))
    }

    /// Why, and what to do.
    pub(crate) fn reason(&self) -> String {
        in_words(&self.0)
    }
}

impl From<rusqlite::Error> for AppendError {
    fn from(error: rusqlite::Error) -> Self {
        Self(error)
    }
}

impl From<AppendError> for JournalError {
    fn from(AppendError(error): AppendError) -> Self {
        error.into()
    }
}
