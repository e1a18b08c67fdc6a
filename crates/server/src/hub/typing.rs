//! Users who are writing in a room: sent to the sessions of the room's users, and never stored.
//!
//! The rings of the rooms do not carry it, so that it takes no slot of a message. Each user has a short queue of its
//! own, in which a new entry replaces the oldest. A session that falls behind misses the replaced entries.

use std::collections::VecDeque;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};

use chat_proto::{Event, RoomName, User, UserId};
use tokio::time::Instant;

use super::policy::Action;
use super::proposal::Proposal;
use super::{Hub, HubError};
use crate::config::{TYPING_FRESH, TYPING_QUEUE, TYPING_USERS_MAX};
use crate::journal::RoomId;

/// A user is writing in a room.
#[derive(Debug)]
pub(crate) struct Typing {
    /// The number of the room.
    pub(crate) room: RoomId,
    name: RoomName,
    user: User,
    at: Instant,
}

impl Typing {
    /// The event for the client.
    pub(crate) fn event(&self) -> Event {
        Event::Typing { room: self.name.clone(), user: self.user.clone() }
    }

    fn is_fresh(&self) -> bool {
        self.at.elapsed() < TYPING_FRESH
    }
}

/// The newest [`TYPING_QUEUE`] entries for the sessions of one user. Boxed, since most users have none.
#[derive(Debug, Default)]
pub(super) struct TypingQueue(Mutex<Option<Box<Entries>>>);

#[derive(Debug, Default)]
struct Entries(VecDeque<Arc<Typing>>);

impl TypingQueue {
    fn push(&self, typing: &Arc<Typing>) {
        let mut queue = self.lock();
        let Entries(entries) = &mut **queue.get_or_insert_default();
        entries.push_back(Arc::clone(typing));
        if entries.len() > TYPING_QUEUE {
            entries.pop_front();
        }
    }

    /// Returns those of the newest `count` entries that are in the queue and not too old to be shown.
    pub(super) fn newest(&self, count: u16) -> Vec<Arc<Typing>> {
        if count == 0 {
            return Vec::new();
        }
        let queue = self.lock();
        let Some(Entries(entries)) = queue.as_deref() else { return Vec::new() };
        let seen = entries.len().saturating_sub(count.into());
        entries.iter().skip(seen).filter(|typing| typing.is_fresh()).cloned().collect()
    }

    fn lock(&self) -> MutexGuard<'_, Option<Box<Entries>>> {
        self.0.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

impl Hub {
    /// Sends the other users of a room that `user` is writing there, unless the room has more than
    /// [`TYPING_USERS_MAX`] users, or the user may not write there.
    ///
    /// # Errors
    /// Returns an error if the user is not in the room.
    pub(super) fn type_in(&self, user: UserId, name: &RoomName) -> Result<(), HubError> {
        let newcomers_after = self.directory.newcomers_after();
        let state = self.state();
        let room = state.permit(user, name, Action::React)?;
        let proposal = Proposal::new(&state, newcomers_after);
        if state.permit(user, name, Action::Send).is_err()
            || self.directory.not_muted(&proposal, user, Some(room.id)).is_err()
        {
            return Ok(());
        }
        let author = state.existing(user).user.clone();
        let at = Instant::now();
        let typing =
            Arc::new(Typing { room: room.id, name: room.name().clone(), user: author, at });
        room.with_users(|users| {
            if users.len() > TYPING_USERS_MAX {
                return;
            }
            let others = users.values().filter(|other| other.id != user);
            for account in others.filter_map(|other| state.account(other.id)) {
                account.notifier.typing_queue.push(&typing);
                account.notifier.notify_typing();
                state.sessions.wake(account.user.id);
            }
        });
        Ok(())
    }
}

#[cfg(test)]
mod tests {
    use chat_proto::UserName;

    use super::*;

    fn typing(number: u64) -> Arc<Typing> {
        let user = User { id: UserId::new(number), name: UserName::new("bob").unwrap() };
        let (room, name) = (RoomId::LOBBY, RoomName::lobby());
        Arc::new(Typing { room, name, user, at: Instant::now() })
    }

    fn newest(queue: &TypingQueue, count: u16) -> Vec<u64> {
        queue.newest(count).iter().map(|typing| typing.user.id.get()).collect()
    }

    #[tokio::test(start_paused = true)]
    async fn a_session_takes_new_entries_and_a_slow_one_misses_the_oldest() {
        let queue = TypingQueue::default();
        assert!(newest(&queue, 1).is_empty());
        (1..=10).for_each(|number| queue.push(&typing(number)));
        assert_eq!((newest(&queue, 0), newest(&queue, 2)), (vec![], vec![9, 10]));
        assert_eq!(newest(&queue, 10), (3..=10).collect::<Vec<_>>());
        tokio::time::advance(TYPING_FRESH).await;
        assert!(newest(&queue, 1).is_empty(), "it is too old to be shown");
    }
}
