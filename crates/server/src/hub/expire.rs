//! What nobody uses goes away: rooms that nobody is in, without a message and without a topic.
//!
//! A room is removed through the journal's queue like every other change, and the journal decides:
//! a message or a topic that was queued before is there by then, and the room stays. A join that is
//! queued after stores the room again, under the number it has.

use std::sync::Arc;

use super::rooms::Unused;
use super::state::State;
use super::{Hub, HubError};
use crate::config::{ROOMS_EXPIRED_AT_ONCE, VISITORS_AT_ONCE};
use crate::journal::{JournalError, KeptThen, Ticket, keep};

impl Hub {
    /// Removes all unused rooms, a few at a time, so that other changes get their turn between.
    ///
    /// # Errors
    /// Returns an error if the journal cannot be written; the rooms stay until the next call.
    pub(crate) async fn expire_rooms(self: &Arc<Self>) -> Result<(), HubError> {
        loop {
            let place = self.journal.place().await?;
            let expired = self.expire(&mut *self.open()?, place);
            let Some(expired) = expired else { return Ok(()) };
            expired.await.map_err(|_| HubError::GoingAway)??;
        }
    }

    /// Removes unused rooms if the journal's queue has a place.
    pub(super) fn expire_now(self: &Arc<Self>, state: &mut State) {
        if !state.is_closed
            && let Some(place) = self.journal.place_now()
        {
            drop(self.expire(state, place));
        }
    }

    /// Puts the removal of unused rooms into the journal's queue; `None` if there are none.
    pub(super) fn expire(
        self: &Arc<Self>,
        state: &mut State,
        place: Ticket<'_>,
    ) -> Option<KeptThen<Result<(), JournalError>>> {
        let unused = state.rooms.take_unused(ROOMS_EXPIRED_AT_ONCE);
        if unused.is_empty() {
            return None;
        }
        let (hub, rooms) = (Arc::clone(self), unused.clone());
        Some(place.change(
            move |db| {
                let remove = |room: &Unused| keep::remove_unused(db, room.id, &room.visitors);
                rooms.iter().map(remove).collect::<Result<Vec<bool>, _>>()
            },
            move |removed| hub.settle_expired(unused, removed),
        ))
    }

    fn settle_expired(
        &self,
        unused: Vec<Unused>,
        removed: Result<Vec<bool>, JournalError>,
    ) -> Result<(), JournalError> {
        for (nth, Unused { id, visitors }) in unused.into_iter().enumerate() {
            let removed = removed.as_ref().ok().map(|removed| removed[nth]);
            if !self.state().rooms.expired(id, removed) {
                continue;
            }
            let visitors: Vec<u64> = visitors.iter().copied().collect();
            for visitors in visitors.chunks(VISITORS_AT_ONCE) {
                let mut state = self.state();
                for user in visitors {
                    if let Some(account) = state.account_mut(*user) {
                        account.rooms.forget(id);
                    }
                }
            }
        }
        removed.map(drop)
    }
}
