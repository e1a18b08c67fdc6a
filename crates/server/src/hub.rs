//! The users, the rooms, and who is in which room. Knows no sockets.
//!
//! ```text
//! session ─ request, message ─→ queue ─→ decide ─→ Engine::append ─→ apply
//!                                        (lock)    (the journal)     (lock) ├─→ rooms (broadcast)
//!                                                                           └─→ answers to the sessions
//! ```
//!
//! Everything that is stored takes these three steps, in the order of the queue:
//!
//! 1. *decide*: under the lock, each request is checked against the directory and the effects of the requests
//!    before it, and becomes changes or a refusal;
//! 2. *append*: the journal stores messages and changes with one commit, or nothing;
//! 3. *apply*: under the lock, the directory changes; rooms publish, and sessions are answered.
//!
//! So nobody sees what is not stored, and there is nothing to undo if a commit fails. The directory has one lock,
//! which is held briefly and never across an `await`.

mod account;
mod accounts;
mod actor;
mod answer;
mod apply;
mod away;
mod changed;
mod commits;
mod decide;
mod directory;
mod enter;
mod error;
mod figures;
mod hooks;
mod invites;
mod login;
mod looks;
mod member;
mod memberships;
mod mentions;
mod names;
mod naming;
mod orders;
mod pauses;
mod policy;
mod proposal;
mod proposed_names;
mod proposed_rooms;
mod proposed_sanctions;
mod queue;
mod removal;
mod request;
mod rooms;
mod sanctioned;
mod sanctions;
mod sessions;
mod state;
mod typing;

use std::sync::{Arc, MutexGuard};
use std::time::Duration;

use chat_proto::event::RoomInfo;
use chat_proto::{Timestamp, UserId};
use tokio_util::sync::CancellationToken;
use tracing::info;

pub(crate) use self::accounts::{Asker, device_name};
pub(crate) use self::actor::Actor;
pub(crate) use self::answer::{Answer, Outcome};
pub(crate) use self::changed::{Counts, NotificationFilter};
use self::commits::Commits;
use self::directory::Directory;
pub(crate) use self::enter::ReturningUser;
pub(crate) use self::error::{AccountError, HookError, HubError};
pub(crate) use self::hooks::HOOKS_LISTED;
pub(crate) use self::invites::INVITES_LISTED;
pub(crate) use self::login::{Proof, StoredPassword};
pub(crate) use self::member::{Member, Membership};
use self::naming::ReservedNames;
#[cfg(test)]
pub(crate) use self::queue::QUEUE_ITEMS;
use self::queue::Queue;
use self::request::Request;
pub(crate) use self::request::{
    Admission, HookDraft, InviteDraft, NewMessage, RulesPatch, SanctionOrder, SanctionTarget,
};
pub(crate) use self::sessions::Client;
use self::state::State;
use crate::clock::{SteadyClock, before};
use crate::config::{Config, ROOMS_AT_ONCE, SEEN_STEP, SEEN_USERS};
use crate::journal::{
    Change, Contents, Durability, Engine, Entry, Journal, JournalError, Location, RoomId, Task,
};
use crate::room::Room;

/// The users, the rooms, and who is in which room.
#[derive(Debug)]
pub(crate) struct Hub {
    directory: Arc<Directory>,
    queue: Queue,
    journal: Journal,
}

/// The answer to a request for a name that is taken.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum NameConflict {
    /// Refuse it, and suggest a free one.
    Refuse,
    /// Take a similar name that is free: the client cannot be asked.
    Number,
}

impl Hub {
    /// Opens the journal, and starts the hub with the users and rooms that are stored there.
    ///
    /// # Errors
    /// Returns an error that says why the journal cannot be used, and what to do.
    ///
    /// # Panics
    /// Panics outside a runtime if the journal at `location` has no thread of its own.
    pub(crate) fn open(
        location: &Location,
        durability: Durability,
        config: &Config,
    ) -> Result<Arc<Self>, JournalError> {
        let (engine, journal, contents) = Journal::open(location, durability, (config.clock)())?;
        Self::start(engine, journal, contents, config)
    }

    fn start(
        mut engine: Engine,
        journal: Journal,
        contents: Contents,
        config: &Config,
    ) -> Result<Arc<Self>, JournalError> {
        let Config { clock: wall, monotonic, steady_span, users_max, name_hold, .. } = *config;
        let newest = contents.newest.unwrap_or_else(wall);
        let clock = SteadyClock::new(wall, monotonic, steady_span, newest);
        let reserved = ReservedNames::new(&config.reserved_names);
        let (state, renamed) = State::restore(contents, config.presence_users, reserved);
        for record in &renamed {
            info!(id = %record.user.id, name = %record.user.name, "renamed: another user had the name, too");
        }
        let renamed: Vec<_> = renamed.into_iter().map(Change::User).collect();
        // If this fails, the next start chooses such names again.
        if !renamed.is_empty()
            && let Err(error) = engine.append(vec![Entry::Changes(renamed)], wall())
        {
            engine.refuse(&error);
        }
        let newcomer_for = config.limits.newcomer_for;
        let directory = Directory::new(state, clock, newest, users_max, name_hold, newcomer_for);
        let directory = Arc::new(directory);
        let commits = Commits::new(engine, Arc::clone(&directory), wall);
        let queue = Queue::start(commits).map_err(JournalError::NoThread)?;
        let hub = Arc::new(Self { directory, queue, journal });
        hub.directory.set_hub(&hub);
        Ok(hub)
    }

    /// The time by the daemon's clock.
    #[must_use]
    pub(crate) fn time(&self) -> Timestamp {
        self.directory.clock.now()
    }

    /// The journal, to read.
    #[must_use]
    pub(crate) const fn journal(&self) -> &Journal {
        &self.journal
    }

    /// Cancelled when the journal is closed: after the end of the last session, or because its writer failed.
    #[must_use]
    pub(crate) fn ended(&self) -> CancellationToken {
        self.queue.ended()
    }

    /// The number for a new user: 1, 2, 3 … for the whole life of the journal.
    pub(crate) fn next_user(&self) -> UserId {
        self.state().next_user()
    }

    /// Sends the number of users to each large room in which it has changed.
    pub(crate) fn publish_presence(&self) {
        let due = self.state().rooms.take_presence_due();
        for room in due.values() {
            room.publish_presence();
        }
    }

    /// Updates the `seen_at` of each connected user, so that a crash does not lose it. Stores only times that
    /// are too old, a few at a time, so that messages are not delayed.
    ///
    /// # Errors
    /// Returns an error if they cannot be stored; a later call stores them.
    pub(crate) async fn see_all(&self) -> Result<(), HubError> {
        let at = self.time();
        let mut after = UserId::NONE;
        loop {
            let (last, users) = self.state().see(after, SEEN_USERS, before(at, SEEN_STEP), at);
            let Some(last) = last else { return Ok(()) };
            after = last;
            if !users.is_empty() {
                self.request(Request::See { users, at }).await?;
            }
        }
    }

    /// Removes the messages that are older than `keep`, if that is set, a few at a time, so that messages are not
    /// delayed. Removes nothing while the wall clock is not steady; compares the clocks in any case, so that a jump
    /// is logged soon.
    ///
    /// # Errors
    /// Returns an error if they cannot be removed.
    pub(crate) async fn trim(&self, keep: Option<Duration>) -> Result<(), JournalError> {
        self.directory.clock.compare();
        let Some(keep) = keep else { return Ok(()) };
        let mut after = None;
        loop {
            let rooms = self.state().rooms.after(after, ROOMS_AT_ONCE);
            let Some(last) = rooms.last() else { return Ok(()) };
            after = Some(last.id);
            for room in rooms {
                // Checked each time, since the clock may jump meanwhile.
                while let Some(before) = self.directory.clock.before(keep)
                    && self.trim_room(room.id, before).await? > 0
                {}
            }
        }
    }

    async fn trim_room(&self, room: RoomId, before: Timestamp) -> Result<usize, JournalError> {
        match self.queue.run(Task::trim(room, before, self.time())).await {
            // A room with a page that cannot be read stays as it is, so that the other rooms are trimmed.
            Err(JournalError::Damaged(_)) => Ok(0),
            Ok(removed) if removed > 0 => {
                self.directory.text_removed.notify_one();
                Ok(removed)
            }
            removed => removed,
        }
    }

    /// Looks for mentions in some messages that an earlier version stored. Returns whether there may be more.
    ///
    /// # Errors
    /// Returns an error if they cannot be stored.
    pub(crate) async fn find_mentions(&self) -> Result<bool, JournalError> {
        self.queue.run(Task::find_mentions()).await
    }

    /// Clears unused parts of the journal's file, in which copies of deleted texts may be, in a few pages from `first`
    /// on. Returns the page to continue with; `None` at the end.
    ///
    /// # Errors
    /// Returns an error if they cannot be written.
    pub(crate) async fn clear_unused(&self, first: u32) -> Result<Option<u32>, JournalError> {
        self.queue.run(Task::clear_unused(first)).await
    }

    /// Waits until a text is removed from the journal. Returns at once if one was removed since the last call.
    pub(crate) async fn text_removed(&self) {
        self.directory.text_removed.notified().await;
    }

    /// Removes all unused rooms, a few at a time, so that messages are not delayed.
    ///
    /// # Errors
    /// Returns an error if they cannot be removed; they stay until the next call.
    pub(crate) async fn expire_rooms(&self) -> Result<(), HubError> {
        while !self.state().rooms.unused(1).is_empty() {
            self.request(Request::ExpireRooms).await?;
        }
        Ok(())
    }

    /// Removes the sanctions that have ended, some at a time.
    ///
    /// # Errors
    /// Returns an error if they cannot be removed; they stay until the next call.
    pub(crate) async fn sweep_sanctions(&self) -> Result<(), HubError> {
        loop {
            let before = self.state().sanctions.len();
            self.request(Request::SweepSanctions).await?;
            if self.state().sanctions.len() >= before {
                return Ok(());
            }
        }
    }

    /// Ends all rooms: nothing more is accepted, and every session receives what was sent, then the end. Returns when
    /// all earlier items of the queue are stored or refused.
    pub(crate) async fn close(&self) {
        if self.queue.close().await.is_err() {
            self.directory.close();
        }
    }

    /// The state, unless the hub is closed.
    fn accepting(&self) -> Result<MutexGuard<'_, State>, HubError> {
        let state = self.state();
        if state.is_closed { Err(HubError::GoingAway) } else { Ok(state) }
    }

    /// Has the journal refuse to store anything, or store again: for tests.
    ///
    /// # Errors
    /// Returns an error if the journal's writer has ended.
    #[doc(hidden)]
    pub(crate) async fn refuse_to_store(&self, refuse: bool) -> Result<(), JournalError> {
        self.queue.run(Task::refuse(refuse)).await
    }

    /// Has the loop of commits panic.
    #[cfg(test)]
    pub(crate) async fn break_commits(&self) -> Result<(), JournalError> {
        self.queue.with_connection(|_| panic!("a commit that fails by a fault of the daemon")).await
    }

    fn state(&self) -> MutexGuard<'_, State> {
        self.directory.state()
    }
}

/// The entries of a list of up to `limit` rooms, and whether there are more.
fn infos(rooms: &[Arc<Room>], limit: usize) -> (Vec<RoomInfo>, bool) {
    let info = |room: &Arc<Room>| {
        let (topic, count) = room.info();
        RoomInfo { room: room.name().clone(), topic, count }
    };
    (rooms.iter().take(limit).map(info).collect(), rooms.len() > limit)
}

#[cfg(test)]
mod tests;
