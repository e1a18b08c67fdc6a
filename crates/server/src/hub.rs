//! Who is who, and who is where. Knows no sockets.
//!
//! One lock over all of it, held for short and never across an `await`. What is to outlast the
//! daemon takes three steps, of which the lock covers the first and the last:
//!
//! 1. under the lock, it is checked and put into the journal's queue;
//! 2. the journal keeps it;
//! 3. the journal's writer *settles* it: under the lock, it becomes so, and the rooms are told.
//!
//! So nobody sees what is not kept, and what the hub knows changes in the order of what is kept.

mod bell;
mod enter;
mod error;
mod expire;
mod member;
mod names;
mod places;
mod repeat;
mod rooms;
mod settle;
mod state;

use std::sync::atomic::{AtomicU64, Ordering};
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use std::time::Duration;

use chat_proto::event::RoomInfo;
use chat_proto::{At, RoomName};
use tracing::info;

pub(crate) use self::error::HubError;
pub(crate) use self::member::{Member, Place};
use self::state::State;
use crate::clock::{SteadyClock, before};
use crate::config::{Config, ROOMS_AT_ONCE, SEEN_STEP, SEEN_USERS};
use crate::journal::{Journal, JournalError, Restored, keep};
use crate::room::Room;

/// Who is who, and who is where.
#[derive(Debug)]
pub(crate) struct Hub {
    state: Mutex<State>,
    journal: Journal,
    config: Config,
    clock: SteadyClock,
    /// The newest time that was stored when the daemon started.
    newest: At,
    last_session: AtomicU64,
}

/// What to do where the name somebody wants is taken.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum IfTaken {
    /// Refuse, and suggest a free one.
    Refuse,
    /// Take a free one like it: the peer cannot be asked.
    Number,
}

impl Hub {
    /// The hub as it was kept, with nobody there.
    #[must_use]
    pub(crate) fn new(journal: Journal, restored: Restored, config: Config) -> Arc<Self> {
        let Config { clock, monotonic, steady_span, .. } = config;
        let newest = restored.newest.unwrap_or_else(clock);
        let clock = SteadyClock::new(clock, monotonic, steady_span, newest);
        let (state, renamed) = State::restore(restored, config.presence_users);
        for kept in &renamed {
            info!(id = kept.user.id, name = %kept.user.name, "renamed: another user had the name, too");
        }
        // If it cannot be stored now, they get names like these at the next start again.
        if !renamed.is_empty()
            && let Some(place) = journal.place_now()
        {
            let store = move |db: &_| renamed.iter().try_for_each(|kept| keep::user(db, kept));
            drop(place.change(store, |_| ()));
        }
        let state = Mutex::new(state);
        Arc::new(Self { state, journal, config, clock, newest, last_session: AtomicU64::new(0) })
    }

    /// What is kept.
    #[must_use]
    pub(crate) const fn journal(&self) -> &Journal {
        &self.journal
    }

    /// The number of a new user: 1, 2, 3 … as long as the journal lasts.
    pub(crate) fn next_user(&self) -> u64 {
        self.state().next_user()
    }

    /// Up to `limit` of the rooms of many, by name, after the room `after`, and whether there are
    /// more.
    #[must_use]
    pub(crate) fn rooms(&self, after: Option<&RoomName>, limit: usize) -> (Vec<RoomInfo>, bool) {
        let after = after.map_or("", RoomName::key);
        let mut rooms = self.state().rooms.named_after(after, limit.saturating_add(1));
        let is_more = rooms.len() > limit;
        rooms.truncate(limit);
        let info = |room: &Arc<Room>| {
            let (topic, count) = room.info();
            RoomInfo { room: room.name().clone(), topic, count }
        };
        (rooms.iter().map(info).collect(), is_more)
    }

    /// Tells in the large rooms how many are there, where that has changed.
    pub(crate) fn tell_presence(&self) {
        let due = self.state().rooms.take_presence_due();
        for room in due.values() {
            room.tell_presence();
        }
    }

    /// Takes note that all who are connected are here, so that a daemon that is killed has not forgotten
    /// it; keeps it where what is kept is far off, a few at a time, so that others get their turn between.
    ///
    /// # Errors
    /// Where it cannot be kept; it is the next time.
    pub(crate) async fn see_all(&self) -> Result<(), JournalError> {
        let now = self.now();
        let mut after = 0;
        loop {
            let (last, due) = self.state().see(after, SEEN_USERS, before(now, SEEN_STEP), now);
            let Some(last) = last else { return Ok(()) };
            after = last;
            if !due.is_empty() {
                let seen = move |db: &_| due.iter().try_for_each(|user| keep::seen(db, *user, now));
                self.journal.change(seen).await?;
            }
        }
    }

    /// Removes the messages that are older than `keep`, if that is set, a few at a time, so that others
    /// get their turn between. Removes nothing while the wall clock cannot be believed; looks at it in
    /// any case, so that a jump is logged soon.
    ///
    /// # Errors
    /// If they cannot be removed.
    pub(crate) async fn trim(&self, keep: Option<Duration>) -> Result<(), JournalError> {
        self.clock.compare();
        let Some(keep) = keep else { return Ok(()) };
        let mut after = None;
        loop {
            let rooms = self.state().rooms.after(after, ROOMS_AT_ONCE);
            let Some(last) = rooms.last() else { return Ok(()) };
            after = Some(last.id);
            for room in rooms {
                // Asked again each time: the clock may jump meanwhile.
                while let Some(before) = self.clock.before(keep)
                    && self.journal.trim(room.id, before, self.now()).await? > 0
                {}
            }
        }
    }

    /// Ends all rooms: nothing more is taken, and every session gets what was, then the end. Returns
    /// when all that was taken is kept.
    pub(crate) async fn close(&self) {
        let place = self.journal.place().await;
        let (then, rooms) = {
            let mut state = self.state();
            state.is_closed = true;
            let rooms: Vec<_> = state.rooms.all().cloned().collect();
            // Behind all that was said: nothing is put into the queue but under this lock.
            let close = {
                let rooms = rooms.clone();
                move |_| rooms.iter().for_each(|room| room.close())
            };
            (place.map(|place| place.change(|_| Ok(()), close)), rooms)
        };
        if let Ok(then) = then
            && then.await.is_ok()
        {
            return;
        }
        rooms.iter().for_each(|room| room.close());
    }

    fn next_session(&self) -> u64 {
        self.last_session.fetch_add(1, Ordering::Relaxed) + 1
    }

    /// The state, to change.
    fn open(&self) -> Result<MutexGuard<'_, State>, HubError> {
        let state = self.state();
        if state.is_closed { Err(HubError::GoingAway) } else { Ok(state) }
    }

    fn state(&self) -> MutexGuard<'_, State> {
        // A session that panicked within a call is the one who lacks what it was about to do.
        self.state.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

#[cfg(test)]
mod tests;
