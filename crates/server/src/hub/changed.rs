//! Wakes the sessions of a user if its rooms or read positions have changed, or if another user is writing: a
//! `watch` without a value, in a fifth of the memory.

use std::pin::pin;
use std::sync::atomic::{AtomicU64, Ordering};

use tokio::sync::Notify;

use super::typing::TypingQueue;

/// A notification without a value: each session compares the number of notifications with the number it
/// has seen.
#[derive(Debug, Default)]
pub(super) struct Changed {
    /// Notifications of either kind.
    rings: AtomicU64,
    /// Changes of the rooms or the read positions.
    rooms: AtomicU64,
    sleepers: Notify,
    /// Who is writing in the rooms of the user.
    pub(super) typing: TypingQueue,
}

impl Changed {
    /// How many notifications there were.
    pub(super) fn rings(&self) -> u64 {
        self.rings.load(Ordering::Acquire)
    }

    /// How often the rooms or the read positions have changed.
    pub(super) fn rooms(&self) -> u64 {
        self.rooms.load(Ordering::Acquire)
    }

    /// The rooms or the read positions have changed: wakes all sessions that wait.
    pub(super) fn ring(&self) {
        self.rooms.fetch_add(1, Ordering::AcqRel);
        self.wake();
    }

    /// Wakes all sessions that wait.
    pub(super) fn wake(&self) {
        self.rings.fetch_add(1, Ordering::AcqRel);
        self.sleepers.notify_waiters();
    }

    /// Waits until there were more notifications than `heard`, and sets `heard` to their number. Cancel safe.
    pub(super) async fn listen(&self, heard: &mut u64) {
        loop {
            // Before the count is read, so that no notification falls between the two.
            let ring = pin!(self.sleepers.notified());
            if self.rings() != *heard {
                *heard = self.rings();
                return;
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
        let (mut one, mut other) = (bell.rings(), bell.rings());
        assert!(bell.listen(&mut one).now_or_never().is_none());
        bell.ring();
        bell.ring();
        for heard in [&mut one, &mut other] {
            bell.listen(heard).await;
            assert!(bell.listen(heard).now_or_never().is_none());
        }
    }

    #[tokio::test]
    async fn it_wakes_who_sleeps() {
        let bell = Changed::default();
        let mut heard = bell.rings();
        let ring = async { bell.ring() };
        tokio::join!(bell.listen(&mut heard), ring);
        assert_eq!(heard, 1);
    }
}
