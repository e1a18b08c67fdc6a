//! Who is writing in a room: sent to the sessions of its users, and never stored.
//!
//! It goes past the rings of the rooms, so that it takes no slot of a message: each user has a short queue of its
//! own, in which a newer entry replaces the oldest. A session that is behind does not get what was replaced.

use std::collections::VecDeque;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};

use chat_proto::{Event, RoomName, User, UserId};
use tokio::time::Instant;

use super::policy::Action;
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
pub(super) struct TypingQueue(Mutex<Option<Box<Numbered>>>);

/// Entries, and how many there were before the first of them.
#[derive(Debug, Default)]
struct Numbered {
    removed: u64,
    entries: VecDeque<Arc<Typing>>,
}

impl TypingQueue {
    fn push(&self, typing: &Arc<Typing>) {
        let mut queue = self.lock();
        let queue = queue.get_or_insert_default();
        queue.entries.push_back(Arc::clone(typing));
        if queue.entries.len() > TYPING_QUEUE {
            queue.entries.pop_front();
            queue.removed += 1;
        }
    }

    /// Returns the entries after the first `taken`, without those that are too old to be shown, and sets `taken` to
    /// the number of all.
    pub(super) fn take_after(&self, taken: &mut u64) -> Vec<Arc<Typing>> {
        let queue = self.lock();
        let Some(queue) = queue.as_deref() else { return Vec::new() };
        let known = usize::try_from(taken.saturating_sub(queue.removed)).unwrap_or(usize::MAX);
        *taken = queue.removed + queue.entries.len() as u64;
        let new = queue.entries.iter().skip(known).filter(|typing| typing.is_fresh());
        new.cloned().collect()
    }

    /// How many entries there have been.
    pub(super) fn count(&self) -> u64 {
        self.lock().as_deref().map_or(0, |queue| queue.removed + queue.entries.len() as u64)
    }

    fn lock(&self) -> MutexGuard<'_, Option<Box<Numbered>>> {
        self.0.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

impl Hub {
    /// Sends the other users of a room that `user` is writing there, unless the room has more than
    /// [`TYPING_USERS_MAX`] users.
    ///
    /// # Errors
    /// Returns an error if the user is not in the room.
    pub(super) fn type_in(&self, user: UserId, name: &RoomName) -> Result<(), HubError> {
        let state = self.state();
        let room = state.permit(user, name, Action::Send)?;
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
                account.news.typing.push(&typing);
                account.news.wake();
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

    fn taken(queue: &TypingQueue, count: &mut u64) -> Vec<u64> {
        queue.take_after(count).iter().map(|typing| typing.user.id.get()).collect()
    }

    #[tokio::test(start_paused = true)]
    async fn each_session_takes_each_entry_once_and_a_slow_one_misses_the_oldest() {
        let queue = TypingQueue::default();
        let (mut one, mut slow) = (queue.count(), queue.count());
        queue.push(&typing(1));
        assert_eq!(taken(&queue, &mut one), [1]);
        assert!(taken(&queue, &mut one).is_empty());
        (2..=10).for_each(|number| queue.push(&typing(number)));
        assert_eq!(taken(&queue, &mut slow), (3..=10).collect::<Vec<_>>());
        assert_eq!(taken(&queue, &mut one), (3..=10).collect::<Vec<_>>());
        queue.push(&typing(11));
        tokio::time::advance(TYPING_FRESH).await;
        assert!(taken(&queue, &mut one).is_empty(), "it is too old to be shown");
    }
}
