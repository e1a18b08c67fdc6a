//! The directory: users, rooms and memberships as they are stored, and who is connected, under one lock.

use std::sync::atomic::{AtomicU64, Ordering};
use std::sync::{Arc, Mutex, MutexGuard, OnceLock, PoisonError, Weak};
use std::time::Duration;

use tokio::sync::Notify;

use chat_proto::{SessionId, Timestamp};

use super::Hub;
use super::state::State;
use crate::clock::{SteadyClock, before};
use crate::figures::Counters;

/// The users, rooms and memberships, and the sessions of the users.
#[derive(Debug)]
pub(super) struct Directory {
    state: Mutex<State>,
    pub(super) clock: SteadyClock,
    /// The newest time in the journal when the daemon started.
    pub(super) newest: Timestamp,
    pub(super) users_max: usize,
    pub(super) name_hold: Duration,
    /// How long a user is a newcomer.
    pub(super) newcomer_for: Duration,
    /// Notified when a text was removed from the journal.
    pub(super) text_removed: Notify,
    last_session: AtomicU64,
    pub(super) counters: Counters,
    /// The hub, for members of new sessions. Weak, since the loop of commits holds the directory.
    hub: OnceLock<Weak<Hub>>,
}

impl Directory {
    pub(super) fn new(
        state: State,
        clock: SteadyClock,
        newest: Timestamp,
        users_max: usize,
        name_hold: Duration,
        newcomer_for: Duration,
    ) -> Self {
        let (state, last_session) = (Mutex::new(state), AtomicU64::new(0));
        let hub = OnceLock::new();
        let text_removed = Notify::new();
        Self {
            state,
            clock,
            newest,
            users_max,
            name_hold,
            newcomer_for,
            text_removed,
            last_session,
            counters: Counters::default(),
            hub,
        }
    }

    /// Sets the hub of this directory.
    pub(super) fn set_hub(&self, hub: &Arc<Hub>) {
        self.hub.get_or_init(|| Arc::downgrade(hub));
    }

    /// The hub of this directory; `None` if it has been dropped.
    pub(super) fn hub(&self) -> Option<Arc<Hub>> {
        self.hub.get()?.upgrade()
    }

    pub(super) fn state(&self) -> MutexGuard<'_, State> {
        // A panic within a call affects the session that made it; the state is usable.
        self.state.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// Users whose account was made later are newcomers.
    pub(super) fn newcomers_after(&self) -> Timestamp {
        before(self.clock.now(), self.newcomer_for)
    }

    /// The last session that has begun.
    pub(super) fn last_session(&self) -> SessionId {
        SessionId::local(self.last_session.load(Ordering::Relaxed))
    }

    pub(super) fn next_session(&self) -> SessionId {
        SessionId::local(self.last_session.fetch_add(1, Ordering::Relaxed) + 1)
    }
}
