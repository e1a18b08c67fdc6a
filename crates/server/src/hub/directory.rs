//! The directory: users, rooms and memberships as they are stored, and who is connected, under one lock.

use std::sync::atomic::{AtomicU64, Ordering};
use std::sync::{Arc, Mutex, MutexGuard, OnceLock, PoisonError, Weak};
use std::time::Duration;

use chat_proto::{SessionId, Timestamp};

use super::Hub;
use super::state::State;
use crate::clock::SteadyClock;

/// The users, the rooms, and who is in which room: what is stored, and who is connected.
#[derive(Debug)]
pub(super) struct Directory {
    state: Mutex<State>,
    pub(super) clock: SteadyClock,
    /// The newest time that was stored when the daemon started.
    pub(super) newest: Timestamp,
    pub(super) users_max: usize,
    pub(super) name_hold: Duration,
    last_session: AtomicU64,
    /// What sessions that begin hold. Weak, since the loop of commits holds the directory.
    hub: OnceLock<Weak<Hub>>,
}

impl Directory {
    pub(super) fn new(
        state: State,
        clock: SteadyClock,
        newest: Timestamp,
        users_max: usize,
        name_hold: Duration,
    ) -> Self {
        let (state, last_session) = (Mutex::new(state), AtomicU64::new(0));
        let hub = OnceLock::new();
        Self { state, clock, newest, users_max, name_hold, last_session, hub }
    }

    /// Sets the hub that this is the directory of.
    pub(super) fn is_of(&self, hub: &Arc<Hub>) {
        self.hub.get_or_init(|| Arc::downgrade(hub));
    }

    /// The hub that this is the directory of; `None` if it is gone.
    pub(super) fn hub(&self) -> Option<Arc<Hub>> {
        self.hub.get()?.upgrade()
    }

    pub(super) fn state(&self) -> MutexGuard<'_, State> {
        // A session that panicked within a call is the one that lacks what it was about to do.
        self.state.lock().unwrap_or_else(PoisonError::into_inner)
    }

    pub(super) fn next_session(&self) -> SessionId {
        SessionId::local(self.last_session.fetch_add(1, Ordering::Relaxed) + 1)
    }
}
