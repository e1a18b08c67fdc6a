//! The journal: the durable, ordered record of messages and of all other changes.
//!
//! ```text
//! entries (messages, changes, tasks) ─→ Engine::append ─→ Commit: one item for each entry
//!                                       Journal::read  ─→ pages of messages
//! ```
//!
//! One `Engine` writes, with one connection; its caller chooses the order and the thread. A bounded number of readers
//! have connections of their own, and never run on the threads that serve sessions. The journal knows no hub, no room
//! and no session: its caller applies a commit.

mod change;
mod commit;
mod engine;
mod error;
mod follow;
mod rejection;
mod repeat;
mod sqlite;
mod stored;
mod task;

use std::path::PathBuf;
use std::sync::Arc;

use chat_proto::event::JournalId;
use chat_proto::{Seq, Timestamp, UserId};

pub use self::change::{Change, EndedSessions};
pub(crate) use self::commit::{DeletionRecord, Entry, EntryResult, Message};
pub(crate) use self::engine::{Commit, Engine};
pub(crate) use self::error::AppendError;
pub use self::error::JournalError;
use self::follow::FollowerRing;
pub use self::follow::{Follower, FollowerItem, Position, PositionError, RoomExtent};
pub(crate) use self::rejection::Rejection;
pub(crate) use self::repeat::{Repeat, ResentMessage};
#[cfg(test)]
pub(crate) use self::sqlite::{BUSY_TIMEOUT, tests};
pub use self::sqlite::{CheckReport, RestoreReport, backup, check, export, restore};
pub(crate) use self::sqlite::{FIRST_PAGE, clear_unused};
use self::sqlite::{Parts, Reader};
pub(crate) use self::sqlite::{create_private, create_private_directory, is_in_use};
pub use self::stored::{
    AuditRecord, CredentialId, CredentialRecord, DirectKey, HookRecord, InviteRecord, MemberRole,
    MembershipRecord, MuteOrBan, Page, Part, RoomId, RoomKey, RoomRecord, SanctionRecord,
    StoredDetails, StoredMessage, UserKind, UserRecord, UserRole,
};
pub(crate) use self::stored::{
    Credential, Kinds, MentionKey, MentionsPage, Pins, Thread, Unread, Versions, View,
};
pub(crate) use self::task::{Task, TaskResult};

/// Number of messages that one step of trimming removes. It takes a few milliseconds, in which nothing else is
/// stored.
pub(crate) const TRIM_MESSAGES: u32 = 500;

/// The crash that an accepted message survives.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Durability {
    /// A crash of the machine: every commit waits for the disk.
    Disk,
    /// A crash of the program.
    Os,
}

/// The place where the journal is stored.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Location {
    /// In a directory, which is created if it does not exist.
    Directory(PathBuf),
    /// In a directory, without threads: the thread of the runtime waits for the disk. For a runtime with simulated
    /// time, which advances only if all work is done.
    DirectoryInTask(PathBuf),
    /// In memory: nothing survives the daemon.
    Memory,
}

impl Location {
    /// Bytes of the journal's files, its log included; 0 in memory, or if they cannot be looked at.
    pub(crate) fn bytes(&self) -> u64 {
        match self {
            Self::Directory(directory) | Self::DirectoryInTask(directory) => {
                sqlite::bytes(directory)
            }
            Self::Memory => 0,
        }
    }
}

/// The contents of the journal when it was opened, without its messages.
#[derive(Debug)]
pub struct Contents {
    /// All rooms.
    pub rooms: Vec<RoomRecord>,
    /// All users who hold a name.
    pub(crate) users: Vec<UserRecord>,
    /// The credentials of the users. The record of a user may be missing.
    pub(crate) credentials: Vec<CredentialRecord>,
    /// The memberships, current and former ones.
    pub(crate) members: Vec<MembershipRecord>,
    /// The invites.
    pub(crate) invites: Vec<InviteRecord>,
    /// The hooks.
    pub(crate) hooks: Vec<HookRecord>,
    /// The mutes and bans, by their numbers.
    pub(crate) sanctions: Vec<SanctionRecord>,
    /// The greatest number that a user ever had; 0 before the first.
    pub(crate) last_user: UserId,
    /// The newest time of a room's last message or of a user; `None` if there is neither.
    pub(crate) newest: Option<Timestamp>,
    /// The greatest number that a room ever had.
    pub(crate) last_room: u32,
    /// The greatest number that a credential, an invite, a hook or a sanction ever had; 0 before the first.
    pub(crate) last_record: u64,
    /// The damaged records that were replaced, a line each.
    pub(crate) damage: Vec<String>,
}

/// The read side of the journal. Cheap to clone. The `Engine` is the write side.
#[derive(Debug, Clone)]
pub struct Journal {
    reader: Reader,
    identity: Arc<JournalId>,
    ring: Arc<FollowerRing>,
}

impl Journal {
    /// Opens the journal at the time `now`. Returns the engine that writes it, the side that reads it, and its
    /// contents.
    ///
    /// # Errors
    /// Returns an error that says why it cannot be used, and what to do.
    pub(crate) fn open(
        location: &Location,
        durability: Durability,
        now: Timestamp,
    ) -> Result<(Engine, Self, Contents), JournalError> {
        let Parts { writer, reader, contents, identity } = sqlite::open(location, durability, now)?;
        let engine = Engine::new(writer);
        let ring = engine.ring();
        Ok((engine, Self { reader, identity: Arc::new(identity), ring }, contents))
    }

    /// Opens the journal at `location` to read it, while no daemon uses it.
    ///
    /// # Errors
    /// Returns an error that says why it cannot be used, and what to do.
    pub fn open_to_read(location: &Location) -> Result<(Self, Contents), JournalError> {
        let (_, journal, contents) =
            Self::open(location, Durability::Os, Timestamp::from_millis(0))?;
        Ok((journal, contents))
    }

    /// A page of the messages of `room`, oldest first.
    ///
    /// # Errors
    /// Returns an error if they cannot be read.
    pub async fn read(&self, room: RoomId, page: Page) -> Result<Vec<StoredMessage>, JournalError> {
        self.read_as(room, page, View::Stored).await
    }

    /// The same, as `view` says.
    ///
    /// # Errors
    /// Returns an error if they cannot be read.
    pub(crate) async fn read_as(
        &self,
        room: RoomId,
        page: Page,
        view: View,
    ) -> Result<Vec<StoredMessage>, JournalError> {
        self.reader.page(room, page, view).await
    }

    /// The texts that the message `seq` of `room` has had, those after `after`.
    ///
    /// # Errors
    /// Returns an error if they cannot be read.
    pub(crate) async fn versions(
        &self,
        room: RoomId,
        seq: Seq,
        after: Seq,
    ) -> Result<Versions, JournalError> {
        self.reader.versions(room, seq, after).await
    }

    /// The message `seq` of `room` and up to `limit` of those that answer it, before `before`; for the user `reader`,
    /// who has read the room up to a message.
    ///
    /// # Errors
    /// Returns an error if they cannot be read.
    pub(crate) async fn thread(
        &self,
        message: (RoomId, Seq),
        before: Seq,
        limit: u32,
        reader: (UserId, Seq),
    ) -> Result<Result<Thread, Rejection>, JournalError> {
        self.reader.thread(message, before, limit, reader).await
    }

    /// The pinned messages of `room` after `after`, for `user`.
    ///
    /// # Errors
    /// Returns an error if they cannot be read.
    pub(crate) async fn pins(
        &self,
        room: RoomId,
        after: Seq,
        user: UserId,
    ) -> Result<Pins, JournalError> {
        self.reader.pins(room, after, user).await
    }

    /// Up to `limit` messages in `rooms` that mention `user`, newest first, before `before`.
    ///
    /// # Errors
    /// Returns an error if they cannot be read.
    pub(crate) async fn mentions(
        &self,
        user: UserId,
        rooms: Vec<RoomId>,
        before: Option<MentionKey>,
        limit: u32,
    ) -> Result<MentionsPage, JournalError> {
        self.reader.mentions(user, rooms, before, limit).await
    }

    /// Up to `limit` records of the audit log before the number `before`, newest first, each with its number; of the
    /// user `by` if there is one.
    ///
    /// # Errors
    /// Returns an error if they cannot be read.
    pub(crate) async fn audit(
        &self,
        by: Option<UserId>,
        before: Option<u64>,
        limit: u32,
    ) -> Result<Vec<(u64, AuditRecord)>, JournalError> {
        self.reader.audit(by, before, limit).await
    }

    /// Those of the messages `places` that exist, as they are now for `reader`, in the order of `places`.
    ///
    /// # Errors
    /// Returns an error if they cannot be read.
    pub(crate) async fn messages_now(
        &self,
        places: Vec<(RoomId, Seq)>,
        reader: UserId,
    ) -> Result<Vec<(RoomId, StoredMessage)>, JournalError> {
        self.reader.messages_now(places, reader).await
    }

    /// The messages of `room` from the first one on that was stored at `at` or later: a page of up to `limit`, as
    /// `view` says. The newest page if there is none. If the clock was set back, there are several such places.
    ///
    /// # Errors
    /// Returns an error if they cannot be read.
    pub(crate) async fn read_at(
        &self,
        room: RoomId,
        at: Timestamp,
        limit: u32,
        view: View,
    ) -> Result<Vec<StoredMessage>, JournalError> {
        let part = match self.reader.first_at(room, at).await? {
            Some(first) => Part::After(first.minus(1)),
            None => Part::Before(Seq::MAX),
        };
        self.read_as(room, Page { of: part, limit }, view).await
    }

    /// The same journal, read with a connection that nothing else uses.
    pub(crate) fn with_own_connection(&self) -> Self {
        Self { reader: self.reader.with_own_connection(), ..self.clone() }
    }

    /// Counts the messages of `room` after `read`, up to `last_seq`, that other users than `user` sent.
    ///
    /// # Errors
    /// Returns an error if they cannot be read.
    pub(crate) async fn unread(
        &self,
        room: RoomId,
        (read, last_seq): (Seq, Seq),
        user: UserId,
    ) -> Result<Unread, JournalError> {
        self.reader.unread(room, (read, last_seq), user).await
    }

    /// The id and the epoch of the journal.
    #[must_use]
    pub fn identity(&self) -> &JournalId {
        &self.identity
    }
}
