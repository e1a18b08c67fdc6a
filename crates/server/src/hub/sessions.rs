//! The sessions that there are now, by their numbers, and those of each user.

use std::collections::{BTreeMap, BTreeSet};
use std::net::IpAddr;
use std::num::NonZero;
use std::ops::Bound::{Excluded, Unbounded};
use std::task::Waker;

use chat_proto::event::SessionInfo;
use chat_proto::{AccountChange, Door, Event, SessionId, ShortString, Timestamp, User, UserId};

use crate::journal::CredentialId;

/// Most changes of the account that a session has not sent to its client: beyond that, the oldest are left out. A
/// client asks for the account when it is sent one.
const NOTICES_MAX: usize = 8;

/// The client of a session.
#[derive(Debug, Clone)]
pub(crate) struct Client {
    pub(crate) door: Door,
    /// The name that its user gives the machine, cleaned; empty if it is not known.
    pub(crate) device: ShortString,
    pub(crate) address: IpAddr,
}

/// A session that there is now.
#[derive(Debug)]
pub(super) struct LiveSession {
    pub(super) id: SessionId,
    pub(super) user: UserId,
    pub(super) since: Timestamp,
    /// `None` until the client is let in.
    client: Option<Client>,
    /// The credential with which it began.
    credential: Option<NonZero<CredentialId>>,
    /// Whether it is told to end.
    is_ended: bool,
    /// The changes that its client was not sent yet. Boxed, since nearly all have none.
    notices: Option<Box<Notices>>,
    /// Wakes it; `None` until its first turn.
    waker: Option<Waker>,
}

/// [`NOTICES_MAX`] changes at most.
#[derive(Debug, Default)]
struct Notices(Vec<Event>);

/// The sessions that there are now.
#[derive(Debug, Default)]
pub(super) struct Sessions {
    /// Boxed: a tree has room for nearly twice as many as it holds.
    by_id: BTreeMap<SessionId, Box<LiveSession>>,
    by_user: BTreeSet<(UserId, SessionId)>,
    /// Number of those whose clients are in, by protocol.
    native: usize,
    classic: usize,
}

impl Sessions {
    pub(super) fn begin(&mut self, id: SessionId, user: UserId, since: Timestamp) {
        let session = LiveSession {
            id,
            user,
            since,
            client: None,
            credential: None,
            is_ended: false,
            notices: None,
            waker: None,
        };
        self.by_id.insert(id, Box::new(session));
        self.by_user.insert((user, id));
    }

    /// The client of a session, which has begun with that credential.
    pub(super) fn put_client(
        &mut self,
        id: SessionId,
        client: Client,
        credential: Option<CredentialId>,
    ) {
        let Some(session) = self.by_id.get_mut(&id) else { return };
        let door = client.door;
        let before = session.client.replace(client);
        session.credential = credential.and_then(NonZero::new);
        *self.count_mut(door) += 1;
        if let Some(before) = before {
            *self.count_mut(before.door) -= 1;
        }
    }

    pub(super) fn end(&mut self, id: SessionId) {
        if let Some(session) = self.by_id.remove(&id) {
            self.by_user.remove(&(session.user, id));
            if let Some(client) = session.client {
                *self.count_mut(client.door) -= 1;
            }
        }
    }

    /// Has `waker` woken with the session.
    pub(super) fn put_waker(&mut self, id: SessionId, waker: Waker) {
        if let Some(session) = self.by_id.get_mut(&id) {
            session.waker = Some(waker);
        }
    }

    /// Wakes the sessions of a user, since something has changed for them. One that has had no turn yet sees it in its
    /// first.
    pub(super) fn wake(&self, user: UserId) {
        let sessions = self.ids(user).filter_map(|id| self.by_id.get(&id));
        sessions.filter_map(|session| session.waker.as_ref()).for_each(Waker::wake_by_ref);
    }

    const fn count_mut(&mut self, door: Door) -> &mut usize {
        match door {
            Door::Classic => &mut self.classic,
            _ => &mut self.native,
        }
    }

    /// Number of sessions whose clients are in, of the native protocol and of the classic one.
    pub(super) const fn counts(&self) -> (usize, usize) {
        (self.native, self.classic)
    }

    /// The user of a session that is not told to end.
    pub(super) fn user(&self, id: SessionId) -> Option<UserId> {
        self.by_id.get(&id).filter(|session| !session.is_ended).map(|session| session.user)
    }

    /// The credential with which a session began.
    pub(super) fn credential(&self, id: SessionId) -> Option<CredentialId> {
        self.by_id.get(&id)?.credential()
    }

    /// The sessions of a user whose clients are in, and that are not told to end.
    pub(super) fn of(&self, user: UserId) -> impl Iterator<Item = &LiveSession> {
        let sessions = self.ids(user).filter_map(|id| self.by_id.get(&id));
        sessions.map(Box::as_ref).filter(|session| session.is_shown())
    }

    /// The users above `user` who have a session, in order.
    pub(super) fn users_after(&self, user: UserId) -> impl Iterator<Item = UserId> {
        std::iter::successors(self.user_after(user), |before| self.user_after(*before))
    }

    fn user_after(&self, user: UserId) -> Option<UserId> {
        self.by_user.range((user.next(), SessionId::NONE)..).next().map(|(user, _)| *user)
    }

    /// Those of all users with a number above `id`.
    pub(super) fn after(&self, id: SessionId) -> impl Iterator<Item = &LiveSession> {
        let sessions =
            self.by_id.range((Excluded(id), Unbounded)).map(|(_, session)| session.as_ref());
        sessions.filter(|session| session.is_shown())
    }

    /// Records that the sessions of a user for which `is_meant` is true are told to end. Returns their numbers.
    pub(super) fn mark_to_end(
        &mut self,
        user: UserId,
        is_meant: impl Fn(&LiveSession) -> bool,
    ) -> Vec<SessionId> {
        let mut told = Vec::new();
        for id in self.ids(user).collect::<Vec<_>>() {
            if let Some(session) = self.by_id.get_mut(&id)
                && is_meant(session)
            {
                session.is_ended = true;
                told.push(id);
            }
        }
        told
    }

    /// Has the sessions of a user tell their clients of a change of the account.
    pub(super) fn notice(&mut self, user: UserId, what: AccountChange, by: Option<&User>) {
        for id in self.ids(user).collect::<Vec<_>>() {
            let Some(session) = self.by_id.get_mut(&id) else { continue };
            let Notices(notices) = &mut **session.notices.get_or_insert_default();
            if notices.len() == NOTICES_MAX {
                notices.remove(0);
            }
            notices.push(Event::AccountChanged { what, by: by.cloned() });
        }
    }

    /// Takes the changes that the client of a session was not sent yet.
    pub(super) fn take_notices(&mut self, id: SessionId) -> Vec<Event> {
        let notices = self.by_id.get_mut(&id).and_then(|session| session.notices.take());
        notices.map_or_else(Vec::new, |notices| notices.0)
    }

    /// The numbers of the sessions of a user, a few.
    fn ids(&self, user: UserId) -> impl Iterator<Item = SessionId> {
        let sessions = self.by_user.range((user, SessionId::NONE)..);
        sessions.take_while(move |(of, _)| *of == user).map(|(_, id)| *id)
    }
}

impl LiveSession {
    const fn is_shown(&self) -> bool {
        self.client.is_some() && !self.is_ended
    }

    pub(super) fn credential(&self) -> Option<CredentialId> {
        self.credential.map(NonZero::get)
    }

    /// The session as it is sent; without its network.
    pub(super) fn info(&self) -> Option<SessionInfo> {
        let Client { door, device, .. } = self.client.as_ref()?;
        Some(SessionInfo {
            id: self.id.get(),
            user: None,
            device: device.clone(),
            door: *door,
            since: self.since,
            network: None,
            this: false,
        })
    }

    /// The network it comes from.
    pub(super) fn address(&self) -> Option<IpAddr> {
        Some(self.client.as_ref()?.address)
    }
}
