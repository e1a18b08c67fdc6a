//! The account of a user.

use std::net::IpAddr;
use std::sync::Arc;

use chat_proto::{Seq, Timestamp, User};

use super::changed::ChangeNotifier;
use super::memberships::Memberships;
use super::policy::{Standing, Subject};
use crate::journal::{CredentialRecord, UserKind, UserRecord, UserRole};
use crate::limits::SendBudget;
use crate::room::Room;

/// A user, with its name, its rooms and its sessions.
#[derive(Debug)]
pub(super) struct Account {
    pub(super) user: User,
    pub(super) kind: UserKind,
    pub(super) seen_at: Timestamp,
    /// The time at which it was new; of a guest that of its session.
    pub(super) created_at: Timestamp,
    /// Its role on the server.
    pub(super) role: UserRole,
    /// The number of the invite by which it came.
    pub(super) invite: Option<u64>,
    /// The network that its last session came from; `None` before the first since the start of the daemon, and for this
    /// machine, which is never banned.
    pub(super) network: Option<IpAddr>,
    /// A few: a token for each of its devices, and a password.
    pub(super) credentials: Vec<CredentialRecord>,
    /// The time at which its last session ended; `None` if none ended since the start of the daemon.
    pub(super) left_at: Option<Timestamp>,
    pub(super) sessions: u32,
    pub(super) rooms: Memberships,
    /// The budget that the hooks that it has made share; `None` if none has posted since the start of the daemon.
    pub(super) posted: Option<Arc<SendBudget>>,
    /// Counts the changes of `rooms`, and the users who are writing there.
    pub(super) notifier: Arc<ChangeNotifier>,
}

impl Account {
    /// The account of a stored user: in the lobby only, of which it has read nothing.
    pub(super) fn of(record: UserRecord) -> Self {
        let UserRecord { user, kind, seen_at, role, invite, created_at } = record;
        Self {
            user,
            kind,
            seen_at,
            created_at,
            role,
            invite,
            network: None,
            credentials: Vec::new(),
            left_at: None,
            sessions: 0,
            rooms: Memberships::in_lobby(Seq::NONE),
            posted: None,
            notifier: Arc::default(),
        }
    }

    /// The account of a guest: in the lobby only, which it has read up to `read`.
    pub(super) fn guest(user: User, now: Timestamp, read: Seq) -> Self {
        let record = UserRecord { kind: UserKind::Guest, ..UserRecord::registered(user, now) };
        Self { rooms: Memberships::in_lobby(read), ..Self::of(record) }
    }

    /// Whether the user was created after `newcomers_after`, so that the bounds of newcomers apply to it.
    pub(super) fn is_newcomer(&self, newcomers_after: Timestamp) -> bool {
        self.created_at > newcomers_after
    }

    /// The user, as the subject of [`may`].
    pub(super) const fn subject(&self) -> Subject {
        Subject { kind: self.kind, role: self.role }
    }

    /// The standing of the user in a room.
    pub(super) fn standing(&self, room: &Room) -> Standing {
        Standing::new(room.key(), Some(room.id), room.rules(), self.rooms.facts(room.id))
    }

    /// The record of the account; `None` if it is not stored.
    pub(super) fn record(&self) -> Option<UserRecord> {
        let Self { kind, seen_at, role, invite, created_at, .. } = *self;
        let user = || self.user.clone();
        kind.is_stored().then(|| UserRecord {
            user: user(),
            kind,
            seen_at,
            role,
            invite,
            created_at,
        })
    }
}
