//! Wakes the sessions of a user if its rooms or read positions have changed, or if another user is writing. It does
//! what a `tokio::sync::watch` without a value does, in a fifth of the memory.

use std::future::Future;
use std::pin::Pin;
use std::sync::atomic::{AtomicBool, AtomicU16, AtomicU32, Ordering};
use std::sync::{Mutex, MutexGuard, PoisonError};
use std::task::{Context, Poll, ready};

use chat_proto::{EndCode, SessionId};
use tokio::sync::Notify;
use tokio::sync::futures::Notified;

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
    /// Whether there is an expulsion: each turn of a session asks, and takes no lock for it.
    has_expulsion: AtomicBool,
    /// Why sessions are to end: the newest one up to a number, and those of single sessions, at most one of each. Most
    /// users have none.
    expulsions: Mutex<Box<[Expulsion]>>,
}

/// Why sessions of a user are to end.
#[derive(Debug, Clone)]
pub(super) struct Expulsion {
    pub(super) code: EndCode,
    pub(super) sessions: ExpelledSessions,
    /// What its clients are told.
    pub(super) text: String,
}

/// The sessions of a user that are to end.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum ExpelledSessions {
    /// This one, and all that began before it.
    UpTo(SessionId),
    /// This one.
    One(SessionId),
}

impl ExpelledSessions {
    fn has(self, session: SessionId) -> bool {
        match self {
            Self::UpTo(last) => session <= last,
            Self::One(one) => session == one,
        }
    }

    /// Whether every session of `other` is one of these.
    fn covers(self, other: Self) -> bool {
        match other {
            Self::UpTo(last) => matches!(self, Self::UpTo(own) if last <= own),
            Self::One(one) => self.has(one),
        }
    }
}

/// Number of notifications of each kind, sent or seen. The counts wrap around.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) struct Counts {
    /// The rooms or the read positions have changed.
    pub(super) rooms: u32,
    /// Another user is writing.
    pub(super) typing: u16,
}

/// Which notifications a session takes now.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Takes {
    All,
    /// Those of users who are writing.
    Typing,
    /// None: its connection is full. Only an expulsion wakes it.
    Nothing,
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

    /// Ends sessions, and wakes them.
    pub(super) fn expel(&self, expulsion: Expulsion) {
        let mut expulsions = self.expulsions();
        let mut others = std::mem::take(&mut *expulsions).into_vec();
        others.retain(|other| !expulsion.sessions.covers(other.sessions));
        others.push(expulsion);
        *expulsions = others.into_boxed_slice();
        drop(expulsions);
        self.has_expulsion.store(true, Ordering::Release);
        self.notify();
    }

    /// Whether a session is to end.
    pub(super) fn is_expelled(&self, session: SessionId) -> bool {
        self.has_expulsion.load(Ordering::Acquire) && self.expulsion(session).is_some()
    }

    /// Why a session is to end, if it is.
    pub(super) fn expulsion(&self, session: SessionId) -> Option<Expulsion> {
        self.expulsions().iter().find(|expulsion| expulsion.sessions.has(session)).cloned()
    }

    /// Forgets that a single session is to end, once it has.
    pub(super) fn forget_expulsion(&self, session: SessionId) {
        if !self.has_expulsion.load(Ordering::Acquire) {
            return;
        }
        let mut expulsions = self.expulsions();
        let mut others = std::mem::take(&mut *expulsions).into_vec();
        others.retain(|other| other.sessions != ExpelledSessions::One(session));
        *expulsions = others.into_boxed_slice();
    }

    fn expulsions(&self) -> MutexGuard<'_, Box<[Expulsion]>> {
        self.expulsions.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// Another user is writing, and is in the queue: wakes all sessions that wait.
    pub(super) fn notify_typing(&self) {
        self.typing.fetch_add(1, Ordering::AcqRel);
        self.waiters.notify_waiters();
    }

    /// The next notification from now on, for [`ChangeNotifier::poll_wait`].
    pub(super) fn notified(&self) -> Notified<'_> {
        self.waiters.notified()
    }

    /// Waits until there are more notifications than `seen` of the kinds that `takes` names, and returns the counts;
    /// those of other kinds are left for a later call. Returns also if `session` is to end. `notified` is what the wait
    /// began with. It is polled, and not awaited, since each idle session holds what it awaits.
    pub(super) fn poll_wait<'n>(
        &'n self,
        mut notified: Pin<&mut Notified<'n>>,
        seen: Counts,
        takes: Takes,
        session: SessionId,
        cx: &mut Context<'_>,
    ) -> Poll<Counts> {
        loop {
            let now = self.counts();
            let counts = match takes {
                Takes::All => now,
                Takes::Typing => Counts { rooms: seen.rooms, ..now },
                Takes::Nothing => seen,
            };
            // An expulsion is a notification, too.
            if counts != seen || now != seen && self.is_expelled(session) {
                return Poll::Ready(counts);
            }
            ready!(notified.as_mut().poll(cx));
            // Before the counts are read again, so that no notification falls between the two.
            notified.set(self.waiters.notified());
        }
    }
}

#[cfg(test)]
mod tests {
    use std::future::poll_fn;
    use std::pin::pin;

    use futures_util::FutureExt;

    use super::*;

    const ONE: SessionId = SessionId::local(1);

    impl ChangeNotifier {
        async fn wait(&self, seen: Counts, takes: Takes, session: SessionId) -> Counts {
            let mut notified = pin!(self.notified());
            poll_fn(|cx| self.poll_wait(notified.as_mut(), seen, takes, session, cx)).await
        }
    }

    #[tokio::test]
    async fn each_session_sees_a_notification_once_even_if_it_waits_later() {
        let notifier = ChangeNotifier::default();
        let seen = notifier.counts();
        assert!(notifier.wait(seen, Takes::All, ONE).now_or_never().is_none());
        notifier.notify();
        notifier.notify_typing();
        for before in [seen, seen] {
            let counts = notifier.wait(before, Takes::All, ONE).await;
            assert_eq!((counts.rooms, counts.typing), (1, 1));
            assert!(notifier.wait(counts, Takes::All, ONE).now_or_never().is_none());
        }
    }

    #[tokio::test]
    async fn a_notification_that_is_not_taken_is_seen_later() {
        let notifier = ChangeNotifier::default();
        let before = notifier.counts();
        notifier.notify();
        assert!(notifier.wait(before, Takes::Typing, ONE).now_or_never().is_none());
        notifier.notify_typing();
        let counts = notifier.wait(before, Takes::Typing, ONE).await;
        assert_eq!((counts.rooms, counts.typing), (0, 1));
        assert_eq!(notifier.wait(counts, Takes::All, ONE).await.rooms, 1);
    }

    #[tokio::test]
    async fn a_notification_wakes_a_waiting_session() {
        let notifier = ChangeNotifier::default();
        let notify = async { notifier.notify() };
        let (counts, ()) = tokio::join!(notifier.wait(notifier.counts(), Takes::All, ONE), notify);
        assert_eq!(counts.rooms, 1);
    }

    #[tokio::test]
    async fn an_expulsion_wakes_a_session_that_takes_nothing_and_no_later_one() {
        let notifier = ChangeNotifier::default();
        let seen = notifier.counts();
        notifier.notify();
        assert!(notifier.wait(seen, Takes::Nothing, ONE).now_or_never().is_none());
        let expel = async {
            let (code, text) = (EndCode::Kicked, String::new());
            notifier.expel(Expulsion { code, sessions: ExpelledSessions::UpTo(ONE), text });
        };
        tokio::join!(notifier.wait(seen, Takes::Nothing, ONE), expel);
        let later = SessionId::local(2);
        assert!(notifier.is_expelled(ONE) && !notifier.is_expelled(later));
        assert!(notifier.expulsion(ONE).is_some() && notifier.expulsion(later).is_none());
        assert!(notifier.wait(seen, Takes::Nothing, later).now_or_never().is_none());
    }

    #[tokio::test]
    async fn single_sessions_end_and_are_forgotten_once_they_have() {
        let notifier = ChangeNotifier::default();
        let session = SessionId::local;
        let expel = |sessions| {
            notifier.expel(Expulsion { code: EndCode::Kicked, sessions, text: String::new() });
        };
        for n in [2, 3, 3] {
            expel(ExpelledSessions::One(session(n)));
        }
        let is_expelled = [1, 2, 3, 4].map(|n| notifier.is_expelled(session(n)));
        assert_eq!(is_expelled, [false, true, true, false]);
        assert_eq!(notifier.expulsions().len(), 2);
        notifier.forget_expulsion(session(2));
        assert!(!notifier.is_expelled(session(2)) && notifier.is_expelled(session(3)));
        expel(ExpelledSessions::UpTo(session(5)));
        assert_eq!(notifier.expulsions().len(), 1, "it says all that the others said");
        assert!(notifier.is_expelled(session(1)) && !notifier.is_expelled(session(6)));
        notifier.forget_expulsion(session(5));
        assert!(notifier.is_expelled(session(4)));
    }
}
