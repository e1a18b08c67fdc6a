//! Wakes the sessions of a user if its rooms or read positions have changed, or if another user is writing: a
//! `watch` without a value, in a fifth of the memory.

use std::pin::pin;
use std::sync::atomic::{AtomicU16, AtomicU32, Ordering};

use tokio::sync::Notify;

use super::typing::TypingQueue;

/// A notification without a value: each session compares the number of notifications with the number it
/// has seen.
#[derive(Debug, Default)]
pub(super) struct Changed {
    rooms: AtomicU32,
    typing: AtomicU16,
    sleepers: Notify,
    /// Who is writing in the rooms of the user.
    pub(super) queue: TypingQueue,
}

/// How many notifications of each kind there were, or were seen. The numbers start again after the greatest one.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) struct Heard {
    /// The rooms or the read positions have changed.
    pub(super) rooms: u32,
    /// Another user is writing.
    pub(super) typing: u16,
}

impl Changed {
    /// How many notifications there were.
    pub(super) fn count(&self) -> Heard {
        let (rooms, typing) = (&self.rooms, &self.typing);
        Heard { rooms: rooms.load(Ordering::Acquire), typing: typing.load(Ordering::Acquire) }
    }

    /// The rooms or the read positions have changed: wakes all sessions that wait.
    pub(super) fn ring(&self) {
        self.rooms.fetch_add(1, Ordering::AcqRel);
        self.sleepers.notify_waiters();
    }

    /// Another user is writing, as the queue has it: wakes all sessions that wait.
    pub(super) fn ring_typing(&self) {
        self.typing.fetch_add(1, Ordering::AcqRel);
        self.sleepers.notify_waiters();
    }

    /// Waits until there were more notifications than `heard`, and returns their numbers. Unless `takes_rooms`,
    /// those of the rooms are left for a later call. Cancel safe.
    pub(super) async fn listen(&self, heard: Heard, takes_rooms: bool) -> Heard {
        loop {
            // Before the count is read, so that no notification falls between the two.
            let ring = pin!(self.sleepers.notified());
            let mut count = self.count();
            if !takes_rooms {
                count.rooms = heard.rooms;
            }
            if count != heard {
                return count;
            }
            ring.await;
        }
    }
}

#[cfg(test)]
mod tests {
    use futures_util::FutureExt;

    use super::*;

    #[tokio::test]
    async fn it_is_heard_once_by_each_even_by_one_who_was_away() {
        let bell = Changed::default();
        let heard = bell.count();
        assert!(bell.listen(heard, true).now_or_never().is_none());
        bell.ring();
        bell.ring_typing();
        for before in [heard, heard] {
            let heard = bell.listen(before, true).await;
            assert_eq!((heard.rooms, heard.typing), (1, 1));
            assert!(bell.listen(heard, true).now_or_never().is_none());
        }
    }

    #[tokio::test]
    async fn what_is_not_taken_is_heard_later() {
        let bell = Changed::default();
        let before = bell.count();
        bell.ring();
        assert!(bell.listen(before, false).now_or_never().is_none());
        bell.ring_typing();
        let heard = bell.listen(before, false).await;
        assert_eq!((heard.rooms, heard.typing), (0, 1));
        assert_eq!(bell.listen(heard, true).await.rooms, 1);
    }

    #[tokio::test]
    async fn it_wakes_who_sleeps() {
        let bell = Changed::default();
        let ring = async { bell.ring() };
        let (heard, ()) = tokio::join!(bell.listen(bell.count(), true), ring);
        assert_eq!(heard.rooms, 1);
    }
}
