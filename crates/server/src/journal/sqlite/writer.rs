//! The one connection that writes. It knows no queue, no thread, no room and no session.

use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use std::time::Duration;

use chat_proto::{Seq, Timestamp, UserId};
use rusqlite::Connection;
use tracing::{error, info, warn};

use super::super::error::Part;
use super::change::Change;
use super::commit::{Entry, EntryResult};
use super::draft::Draft;
use super::file::BUSY_TIMEOUT;
use super::lock::Lock;
use super::numbers::Numbers;
use super::run::Run;
use super::stored::{RoomId, RoomRecord};
use super::{AppendError, in_words, rebuild, store};
use crate::id_map::IdMap;

/// Time before the writer tries again to rebuild a damaged table: a rebuild reads all messages, and all commits wait
/// for it.
const REBUILD_RETRY: Duration = Duration::from_secs(60);

/// Writes the file. It has one caller.
#[derive(Debug)]
pub(in crate::journal) struct Writer {
    /// Shared with the [`super::Reader`] of a journal in memory, which has no other connection.
    db: Arc<Mutex<Connection>>,
    numbers: Numbers,
    /// The `seq` of the last message of each room; no entry if there is none.
    last_seqs: IdMap<RoomId, Seq>,
    /// The greatest number of a user with a message, as far as it is known.
    last_user: UserId,
    /// Whether a failed commit may be complete in SQLite's log, because the sync after the last write failed. A crash
    /// would restore it.
    failed_is_in_log: bool,
    /// When a table could not be rebuilt.
    rebuild_failed_at: Option<Timestamp>,
    /// False if the audit log is damaged and could not be replaced. Changes that it would record are stored all the
    /// same.
    has_audit: bool,
    has_thread: bool,
    /// Dropped after the connection: it records that the file is closed.
    _run: Option<Run>,
    _lock: Option<Lock>,
}

impl Writer {
    pub(super) fn new(
        db: Arc<Mutex<Connection>>,
        rooms: &[RoomRecord],
        numbers: Numbers,
        has_thread: bool,
        run: Option<Run>,
        lock: Option<Lock>,
    ) -> Self {
        Self {
            db,
            numbers,
            last_seqs: rooms.iter().map(|room| (room.id, room.last_seq)).collect(),
            last_user: UserId::NONE,
            failed_is_in_log: false,
            rebuild_failed_at: None,
            has_audit: true,
            has_thread,
            _run: run,
            _lock: lock,
        }
    }

    /// The `seq` of the last message of a room; 0 before the first.
    #[cfg(test)]
    pub(in crate::journal) fn last_seq(&self, room: RoomId) -> Seq {
        self.last_seqs.get(&room).copied().unwrap_or(Seq::NONE)
    }

    /// Returns true if it waits for a disk, and so must not run on the threads that serve sessions.
    pub(in crate::journal) const fn has_thread(&self) -> bool {
        self.has_thread
    }

    /// Stores all entries with one commit of the time `at`, in their order, or nothing. Adds the result
    /// of each to `items`.
    ///
    /// # Errors
    /// Returns an error if nothing is stored.
    pub(in crate::journal) fn append(
        &mut self,
        entries: Vec<Entry<'_>>,
        at: Timestamp,
        items: &mut Vec<EntryResult>,
    ) -> Result<(), AppendError> {
        let mut db = self.db.lock().unwrap_or_else(PoisonError::into_inner);
        let transaction = db.transaction()?;
        let (numbers, last_seqs) = (&self.numbers, &self.last_seqs);
        let mut draft = Draft::new(&transaction, numbers, last_seqs, at, self.has_audit)?;
        for entry in entries {
            items.push(draft.add(entry)?);
        }
        let done = draft.finish(self.last_user)?;
        transaction.commit().inspect_err(|_| self.failed_is_in_log = true)?;
        if done.empties_log
            && let Err(error) = store::empty_log(&db)
        {
            warn!(reason = in_words(&error), "deleted texts may stay in SQLite's log for a while");
        }
        drop(db);
        // A commit without a message may have written nothing, and then overwrites no failed one.
        if !done.last_seqs.is_empty() {
            self.failed_is_in_log = false;
        }
        self.last_user = self.last_user.max(done.last_user);
        self.last_seqs.extend(&done.last_seqs);
        self.numbers.apply(done.numbers, &done.last_seqs);
        self.forget_rooms(items);
        Ok(())
    }

    /// Stores the numbers of messages that are in memory, so that the next start reads no message for them.
    pub(in crate::journal) fn close(&mut self) {
        let mut db = self.db.lock().unwrap_or_else(PoisonError::into_inner);
        if let Err(error) = store_numbers(&mut db, &self.numbers) {
            let reason = in_words(&error);
            warn!(
                reason,
                "cannot store the numbers of the newest messages; the next start reads them"
            );
        }
    }

    fn forget_rooms(&mut self, items: &[EntryResult]) {
        for item in items {
            let EntryResult::Changes(changes) = item else { continue };
            for change in changes {
                if let Change::RoomRemoved { id, .. } = change {
                    self.last_seqs.remove(id);
                }
            }
        }
    }

    /// Rebuilds a damaged table if `error` reports its damage, unless a rebuild failed a short time ago. Returns true
    /// if the caller may try again.
    pub(in crate::journal) fn repair(&mut self, error: &AppendError, now: Timestamp) -> bool {
        let Some((part, damage)) = error.rebuildable() else { return false };
        if part != Part::Audit && self.rebuild_failed_at.is_some_and(|at| is_soon_after(at, now)) {
            return false;
        }
        warn!("{damage}; rebuilding the table");
        let rebuilt = match part {
            Part::Numbers => rebuild::message_numbers(&self.db()),
            Part::Events => rebuild::events(&self.db()),
            Part::Audit => rebuild::audit(&self.db()),
        };
        match (rebuilt, part) {
            (Ok(()), _) => {
                info!("rebuilt the table");
                if part == Part::Numbers {
                    self.numbers = Numbers::default();
                }
                self.rebuild_failed_at = None;
                true
            }
            (Err(error), Part::Audit) => {
                error!(
                    reason = in_words(&error),
                    "cannot rebuild the audit log; nothing is recorded until the daemon is restarted"
                );
                self.has_audit = false;
                true
            }
            (Err(error), Part::Numbers | Part::Events) => {
                error!(
                    reason = in_words(&error),
                    "cannot rebuild the table; retrying in {} s",
                    REBUILD_RETRY.as_secs()
                );
                self.rebuild_failed_at = Some(now);
                false
            }
        }
    }

    /// Makes sure that a crash does not restore a refused commit.
    pub(in crate::journal) fn refuse(&mut self) {
        if self.failed_is_in_log {
            let overwritten = store::overwrite_failed(&self.db());
            self.failed_is_in_log = overwritten.is_err();
        }
    }

    /// Sets whether a commit waits while another program has the file locked. The default is true.
    pub(in crate::journal) fn wait_if_busy(&self, waits: bool) {
        let timeout = if waits { BUSY_TIMEOUT } else { Duration::ZERO };
        // Cannot fail on an open connection.
        let _ = self.db().busy_timeout(timeout);
    }

    fn db(&self) -> MutexGuard<'_, Connection> {
        self.db.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

fn store_numbers(db: &mut Connection, numbers: &Numbers) -> rusqlite::Result<()> {
    let transaction = db.transaction()?;
    numbers.merge_all(&transaction)?;
    transaction.commit()
}

/// Returns true if it is too early for another try. A clock that was set back is not a reason to wait.
fn is_soon_after(failed: Timestamp, now: Timestamp) -> bool {
    let passed = now.as_millis().saturating_sub(failed.as_millis());
    u128::try_from(passed).is_ok_and(|passed| passed < REBUILD_RETRY.as_millis())
}
