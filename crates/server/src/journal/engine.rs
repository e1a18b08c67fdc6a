//! The engine: stores commits, one after another. It knows no queue, no thread, no room and no session.
//!
//! It does everything that does not depend on the storage: the time of a commit, its position, the log, the followers.
//! The [`Writer`] does the rest with SQLite. A writer of another storage would have the same methods.

use std::sync::Arc;

use chat_proto::Timestamp;
use tracing::{error, info};

use super::commit::{Entry, EntryResult};
use super::error::AppendError;
use super::follow::{FollowerRing, Followers, Record};
use super::sqlite::Writer;
use crate::clock::next_time;

/// Writes the journal. It has one caller.
#[derive(Debug)]
pub(crate) struct Engine {
    writer: Writer,
    /// The time of the last message, see [`next_time`].
    last_at: Timestamp,
    /// Number of commits since the journal was opened.
    position: u64,
    /// Whether the last commit failed. Only the first failure is logged, not one for each message.
    is_troubled: bool,
    followers: Followers,
    /// The items of the last commit, emptied: the next commit reuses their memory.
    spare: Vec<EntryResult>,
}

/// The results of one commit.
#[derive(Debug)]
pub(crate) struct Commit {
    /// Number of commits since the journal was opened, this one included.
    pub(crate) position: u64,
    /// The result of each entry, in the same order.
    pub(crate) items: Vec<EntryResult>,
    /// A copy for followers, if there are any; sent once the commit is applied.
    pub(super) record: Option<Record>,
}

impl Engine {
    pub(super) fn new(writer: Writer) -> Self {
        let last_at = Timestamp::from_millis(0);
        let (followers, spare) = (Followers::new(), Vec::new());
        Self { writer, last_at, position: 0, is_troubled: false, followers, spare }
    }

    /// Returns true if it waits for a disk, and so must not run on the threads that serve sessions.
    pub(crate) const fn has_thread(&self) -> bool {
        self.writer.has_thread()
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
        let mut items = std::mem::take(&mut self.spare);
        self.writer.append(entries, at, &mut items)?;
        // A commit without a message may have written nothing, which succeeds on a full disk, too.
        if items.iter().any(|item| matches!(item, EntryResult::Message { .. })) {
            self.note_trouble(None);
        }
        self.last_at = at;
        self.position += 1;
        let record = self.followers.record(self.position, &items);
        Ok(Commit { position: self.position, items, record })
    }

    /// Ends a commit that is applied: sends it to the followers, and reuses its memory for the next one.
    pub(crate) fn finish(&mut self, mut commit: Commit) {
        if let Some(record) = commit.record {
            self.followers.send(record);
        }
        commit.items.clear();
        self.spare = commit.items;
    }

    /// Returns the ring of commits, for followers.
    pub(super) fn ring(&self) -> Arc<FollowerRing> {
        self.followers.ring()
    }

    /// Rebuilds the damaged part that `error` reports, unless a rebuild failed a short time ago. Returns true if the
    /// caller may try again.
    pub(crate) fn repair(&mut self, error: &AppendError, now: Timestamp) -> bool {
        self.writer.repair(error, now)
    }

    /// Logs that an entry is refused, and makes sure that a crash does not restore it.
    pub(crate) fn refuse(&mut self, error: &AppendError) {
        self.note_trouble(Some(error));
        self.writer.refuse();
    }

    /// Ends the journal in order, which saves the next start a part of its work.
    pub(crate) fn close(&mut self) {
        self.writer.close();
    }

    /// Sets whether a commit waits while another program has the file locked. The default is true.
    pub(crate) fn wait_if_busy(&self, waits: bool) {
        self.writer.wait_if_busy(waits);
    }

    /// The `seq` of the last message of a room; 0 before the first.
    #[cfg(test)]
    pub(super) fn last_seq(&self, room: super::RoomId) -> chat_proto::Seq {
        self.writer.last_seq(room)
    }

    fn note_trouble(&mut self, trouble: Option<&AppendError>) {
        match (trouble, std::mem::replace(&mut self.is_troubled, trouble.is_some())) {
            (Some(error), false) => {
                error!(
                    reason = error.reason(),
                    "cannot store messages; they are refused until it is possible again"
                );
            }
            (None, true) => info!("messages are stored again"),
            _ => {}
        }
    }
}
