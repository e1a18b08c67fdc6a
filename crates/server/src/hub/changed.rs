//! Wakes the sessions of a user if its rooms or read positions have changed, or if another user is writing. It does
//! what a `tokio::sync::watch` without a value does, in a fifth of the memory.

use std::pin::pin;
use std::sync::atomic::{AtomicU16, AtomicU32, Ordering};
use std::sync::{Mutex, PoisonError};

use chat_proto::{EndCode, SessionId};
use tokio::sync::Notify;

use super::typing::TypingQueue;
use crate::limits::SendBudget;

/// Counts notifications. Each session compares the counts with those that it has seen.
#[derive(Debug, Default)]
pub(super) struct ChangeNotifier {
    rooms: AtomicU32,
    typing: AtomicU16,
    waiters: Notify,
    /// The users who are writing in the rooms of the user.
    pub(super) typing_queue: TypingQueue,
    /// What the user may still send, in all its sessions.
    pub(super) budget: SendBudget,
    /// Why the sessions up to a number are to end. Boxed, since most users are never sent out.
    expulsion: Mutex<Option<Box<Expulsion>>>,
}

/// Why sessions of a user are to end.
#[derive(Debug, Clone)]
pub(super) struct Expulsion {
    pub(super) code: EndCode,
    /// The last session that ends.
    pub(super) last: SessionId,
    /// What its clients are told.
    pub(super) text: String,
}

/// Number of notifications of each kind, sent or seen. The counts wrap around.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) struct Counts {
    /// The rooms or the read positions have changed.
    pub(super) rooms: u32,
    /// Another user is writing.
    pub(super) typing: u16,
}

impl ChangeNotifier {
    /// Number of notifications so far.
    pub(super) fn counts(&self) -> Counts {
        let (rooms, typing) = (&self.rooms, &self.typing);
        Counts { rooms: rooms.load(Ordering::Acquire), typing: typing.load(Ordering::Acquire) }
    }

    /// The rooms or the read positions have changed: wakes all sessions that wait.
    pub(super) fn notify(&self) {
        self.rooms.fetch_add(1, Ordering::AcqRel);
        self.waiters.notify_waiters();
    }

    /// Ends sessions: they look when they are notified.
    pub(super) fn expel(&self, expulsion: Expulsion) {
        *self.expulsion.lock().unwrap_or_else(PoisonError::into_inner) = Some(Box::new(expulsion));
    }

    /// Why a session is to end, if it is.
    pub(super) fn expulsion(&self, session: SessionId) -> Option<Expulsion> {
        let expulsion = self.expulsion.lock().unwrap_or_else(PoisonError::into_inner);
        expulsion.as_deref().filter(|expulsion| session <= expulsion.last).cloned()
    }

    /// Another user is writing, and is in the queue: wakes all sessions that wait.
    pub(super) fn notify_typing(&self) {
        self.typing.fetch_add(1, Ordering::AcqRel);
        self.waiters.notify_waiters();
    }

    /// Waits until there are more notifications than `seen`, and returns the counts. Without `takes_rooms`, those
    /// of the rooms are left for a later call. Cancel safe.
    pub(super) async fn wait(&self, seen: Counts, takes_rooms: bool) -> Counts {
        loop {
            // Before the counts are read, so that no notification falls between the two.
            let notified = pin!(self.waiters.notified());
            let mut counts = self.counts();
            if !takes_rooms {
                counts.rooms = seen.rooms;
            }
            if counts != seen {
                return counts;
            }
            notified.await;
        }
    }
}

#[cfg(test)]
mod tests {
    use futures_util::FutureExt;

    use super::*;

    #[tokio::test]
    async fn each_session_sees_a_notification_once_even_if_it_waits_later() {
        let notifier = ChangeNotifier::default();
        let seen = notifier.counts();
        assert!(notifier.wait(seen, true).now_or_never().is_none());
        notifier.notify();
        notifier.notify_typing();
        for before in [seen, seen] {
            let counts = notifier.wait(before, true).await;
            assert_eq!((counts.rooms, counts.typing), (1, 1));
            assert!(notifier.wait(counts, true).now_or_never().is_none());
        }
    }

    #[tokio::test]
    async fn a_notification_that_is_not_taken_is_seen_later() {
        let notifier = ChangeNotifier::default();
        let before = notifier.counts();
        notifier.notify();
        assert!(notifier.wait(before, false).now_or_never().is_none());
        notifier.notify_typing();
        let counts = notifier.wait(before, false).await;
        assert_eq!((counts.rooms, counts.typing), (0, 1));
        assert_eq!(notifier.wait(counts, true).await.rooms, 1);
    }

    #[tokio::test]
    async fn a_notification_wakes_a_waiting_session() {
        let notifier = ChangeNotifier::default();
        let notify = async { notifier.notify() };
        let (counts, ()) = tokio::join!(notifier.wait(notifier.counts(), true), notify);
        assert_eq!(counts.rooms, 1);
    }
}
