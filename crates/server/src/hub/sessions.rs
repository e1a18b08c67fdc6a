//! The sessions that there are now, by their numbers, and those of each user.

use std::collections::{BTreeMap, BTreeSet};
use std::net::IpAddr;
use std::ops::Bound::{Excluded, Unbounded};

use chat_proto::event::SessionInfo;
use chat_proto::{AccountChange, Door, Event, SessionId, ShortString, Timestamp, User, UserId};

use crate::journal::CredentialId;

/// Changes of the account of which a session has not told its client, at most: beyond that, the oldest are left out. A
/// client asks for the account when it is told of one.
const NOTICES_MAX: usize = 8;

/// The client of a session.
#[derive(Debug, Clone)]
pub(crate) struct Client {
    pub(crate) door: Door,
    /// What its user calls the machine, cleaned; empty if it is not known.
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
    pub(super) credential: Option<CredentialId>,
    /// Whether it is told to end.
    is_ended: bool,
    /// The changes that its client is not told of yet.
    notices: Vec<Event>,
}

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
        let (client, credential, is_ended, notices) = (None, None, false, Vec::new());
        let session = LiveSession { id, user, since, client, credential, is_ended, notices };
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
        session.credential = credential;
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
        self.by_id.get(&id)?.credential
    }

    /// The sessions of a user whose clients are in, and that are not told to end.
    pub(super) fn of(&self, user: UserId) -> impl Iterator<Item = &LiveSession> {
        let ids = self.ids(user).into_iter();
        ids.filter_map(|id| self.by_id.get(&id).map(Box::as_ref))
            .filter(|session| session.is_shown())
    }

    /// Those of all users with a number above `id`.
    pub(super) fn after(&self, id: SessionId) -> impl Iterator<Item = &LiveSession> {
        let sessions =
            self.by_id.range((Excluded(id), Unbounded)).map(|(_, session)| session.as_ref());
        sessions.filter(|session| session.is_shown())
    }

    /// Records that the sessions of a user for which `is_meant` is true are told to end. Returns their numbers.
    pub(super) fn tell_to_end(
        &mut self,
        user: UserId,
        is_meant: impl Fn(&LiveSession) -> bool,
    ) -> Vec<SessionId> {
        let mut told = Vec::new();
        for id in self.ids(user) {
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
        for id in self.ids(user) {
            let Some(session) = self.by_id.get_mut(&id) else { continue };
            if session.notices.len() == NOTICES_MAX {
                session.notices.remove(0);
            }
            session.notices.push(Event::AccountChanged { what, by: by.cloned() });
        }
    }

    /// Takes the changes of which the client of a session is not told yet.
    pub(super) fn take_notices(&mut self, id: SessionId) -> Vec<Event> {
        self.by_id
            .get_mut(&id)
            .map(|session| std::mem::take(&mut session.notices))
            .unwrap_or_default()
    }

    /// The numbers of the sessions of a user, a few.
    fn ids(&self, user: UserId) -> Vec<SessionId> {
        let sessions = self.by_user.range((user, SessionId::NONE)..);
        sessions.take_while(|(of, _)| *of == user).map(|(_, id)| *id).collect()
    }
}

impl LiveSession {
    const fn is_shown(&self) -> bool {
        self.client.is_some() && !self.is_ended
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

    /// Where it comes from.
    pub(super) fn address(&self) -> Option<IpAddr> {
        Some(self.client.as_ref()?.address)
    }
}
