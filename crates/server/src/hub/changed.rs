//! Counts what has changed for the sessions of a user: its rooms or read positions, and who is writing there.
//! [`Sessions::wake`](super::sessions::Sessions::wake) wakes them, and each compares the counts with those that it has
//! seen.

use std::sync::atomic::{AtomicBool, AtomicU16, AtomicU32, Ordering};
use std::sync::{Mutex, MutexGuard, PoisonError};

use chat_proto::{EndCode, SessionId};

use super::typing::TypingQueue;
use crate::limits::SendBudget;

/// Counts notifications, and has what else the sessions of a user share.
#[derive(Debug, Default)]
pub(super) struct ChangeNotifier {
    rooms: AtomicU32,
    typing: AtomicU16,
    /// Whether there is an expulsion: each turn of a session asks, and takes no lock for it.
    has_expulsion: AtomicBool,
    /// The users who are writing in the rooms of the user.
    pub(super) typing_queue: TypingQueue,
    /// The budget of the user, for all its sessions.
    pub(super) budget: SendBudget,
    /// Why sessions are to end: the newest one up to a number, and those of single sessions, at most one of each. Most
    /// users have none.
    expulsions: Mutex<Box<[Expulsion]>>,
}

/// Why sessions of a user are to end.
#[derive(Debug, Clone)]
pub(super) struct Expulsion {
    pub(super) code: EndCode,
    pub(super) sessions: ExpelledSessions,
    /// The reason that its clients are sent.
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
pub(crate) enum NotificationFilter {
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

    /// The rooms or the read positions have changed.
    pub(super) fn notify(&self) {
        self.rooms.fetch_add(1, Ordering::AcqRel);
    }

    /// Tells sessions to end, once they are woken.
    pub(super) fn expel(&self, expulsion: Expulsion) {
        let mut expulsions = self.expulsions();
        let mut others = std::mem::take(&mut *expulsions).into_vec();
        others.retain(|other| !expulsion.sessions.covers(other.sessions));
        others.push(expulsion);
        *expulsions = others.into_boxed_slice();
        drop(expulsions);
        self.has_expulsion.store(true, Ordering::Release);
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

    /// Another user is writing, and is in the queue.
    pub(super) fn notify_typing(&self) {
        self.typing.fetch_add(1, Ordering::AcqRel);
    }

    /// The counts, if there are more notifications than `seen` of the kinds that `filter` names. Those of other kinds
    /// are left for a later call.
    pub(super) fn changed(&self, seen: Counts, filter: NotificationFilter) -> Option<Counts> {
        let now = self.counts();
        let counts = match filter {
            NotificationFilter::All => now,
            NotificationFilter::Typing => Counts { rooms: seen.rooms, ..now },
            NotificationFilter::Nothing => seen,
        };
        (counts != seen).then_some(counts)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn each_session_sees_a_notification_once() {
        let notifier = ChangeNotifier::default();
        let seen = notifier.counts();
        assert_eq!(notifier.changed(seen, NotificationFilter::All), None);
        notifier.notify();
        notifier.notify_typing();
        for before in [seen, seen] {
            let counts = notifier.changed(before, NotificationFilter::All).unwrap();
            assert_eq!((counts.rooms, counts.typing), (1, 1));
            assert_eq!(notifier.changed(counts, NotificationFilter::All), None);
        }
    }

    #[test]
    fn a_notification_that_is_not_taken_is_seen_later() {
        let notifier = ChangeNotifier::default();
        let before = notifier.counts();
        notifier.notify();
        assert_eq!(notifier.changed(before, NotificationFilter::Typing), None);
        notifier.notify_typing();
        assert_eq!(notifier.changed(before, NotificationFilter::Nothing), None);
        let counts = notifier.changed(before, NotificationFilter::Typing).unwrap();
        assert_eq!((counts.rooms, counts.typing), (0, 1));
        assert_eq!(notifier.changed(counts, NotificationFilter::All).unwrap().rooms, 1);
    }

    #[test]
    fn an_expulsion_is_for_the_sessions_up_to_one() {
        let notifier = ChangeNotifier::default();
        let [one, later] = [1, 2].map(SessionId::local);
        let (code, text) = (EndCode::Kicked, String::new());
        notifier.expel(Expulsion { code, sessions: ExpelledSessions::UpTo(one), text });
        assert!(notifier.is_expelled(one) && !notifier.is_expelled(later));
        assert!(notifier.expulsion(one).is_some() && notifier.expulsion(later).is_none());
    }

    #[test]
    fn single_sessions_end_and_are_forgotten_once_they_have() {
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
