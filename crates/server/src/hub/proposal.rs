//! The directory as it will be after the commit.
//!
//! Items are decided in the order of the queue, and each must see the effects of those before it. The directory
//! changes after the commit only, so there is nothing to undo if the commit fails.

mod hooks;
mod invites;
mod members;
mod standing;

use std::collections::{BTreeMap, HashMap};

use chat_proto::{RoomName, Seq, Timestamp, User, UserId};

use super::HubError;
use super::account::Account;
use super::memberships::MembershipKind;
use super::proposed_names::ProposedNames;
use super::proposed_rooms::ProposedRooms;
use super::proposed_sanctions::ProposedSanctions;
use super::state::{State, room_key};
use crate::id_map::{IdMap, IdSet};
use crate::journal::{
    Credential, CredentialRecord, HookRecord, MemberRole, RoomId, RoomKey, UserKind, UserRecord,
    UserRole,
};
use crate::token::TokenHash;

/// The directory, and the changes of the commit that is being decided.
pub(super) struct Proposal<'s> {
    pub(super) state: &'s State,
    pub(super) rooms: ProposedRooms<'s>,
    pub(super) names: ProposedNames<'s>,
    users: IdMap<UserId, ProposedUser>,
    pub(super) sanctions: ProposedSanctions<'s>,
    /// When users write in rooms with a pause.
    wrote: IdMap<(UserId, RoomId), Timestamp>,
    /// The user who will have a token; `None` for a token that will be none.
    tokens: HashMap<TokenHash, Option<UserId>>,
    /// The credentials of users that change.
    credentials: IdMap<UserId, Vec<CredentialRecord>>,
    members: IdMap<(UserId, RoomId), ProposedMembership>,
    /// The change of the number of memberships.
    counts: IdMap<(UserId, MembershipKind), isize>,
    /// Users whose account was made later are newcomers.
    newcomers_after: Timestamp,
    /// Number of stored users that the commit adds.
    users_more: usize,
    last_user: UserId,
    last_record: u64,
    /// The invites that will be used more often, or removed (`None`).
    invites: IdMap<u64, Option<u32>>,
    /// Number of invites that are added, by their authors.
    invites_more: IdMap<UserId, usize>,
    /// The hooks that will be made, or removed (`None`).
    hooks: BTreeMap<u64, Option<HookRecord>>,
    /// Number of users who will own the server.
    owners: usize,
    /// Number of rooms more into which a user was asked.
    asked_more: IdMap<UserId, usize>,
    /// Whether the hub will be closed.
    pub(super) is_closed: bool,
    /// Memberships that are stored with a message, if the message is new.
    with_messages: IdSet<(UserId, RoomId)>,
}

/// A user after the commit.
struct ProposedUser {
    user: User,
    kind: UserKind,
    role: UserRole,
}

/// A membership after the commit.
#[derive(Debug, Clone, Copy)]
pub(super) struct ProposedMembership {
    pub(super) is_in: bool,
    /// Whether the user has joined it itself, or has written there.
    pub(super) is_own: bool,
    pub(super) read: Seq,
    pub(super) role: MemberRole,
    /// Whether somebody has asked the user in.
    pub(super) is_asked: bool,
}

impl<'s> Proposal<'s> {
    pub(super) fn new(state: &'s State, newcomers_after: Timestamp) -> Self {
        Self {
            state,
            rooms: ProposedRooms::new(&state.rooms),
            names: ProposedNames::new(&state.names),
            users: IdMap::default(),
            sanctions: ProposedSanctions::new(&state.sanctions),
            wrote: IdMap::default(),
            tokens: HashMap::new(),
            credentials: IdMap::default(),
            members: IdMap::default(),
            counts: IdMap::default(),
            newcomers_after,
            users_more: 0,
            last_user: state.last_user,
            last_record: state.last_record,
            invites: IdMap::default(),
            invites_more: IdMap::default(),
            hooks: BTreeMap::new(),
            owners: state.owners(),
            asked_more: IdMap::default(),
            is_closed: state.is_closed,
            with_messages: IdSet::default(),
        }
    }

    /// A user; `None` if there is none with that number.
    pub(super) fn user(&self, id: UserId) -> Option<&User> {
        match self.users.get(&id) {
            Some(proposed) => Some(&proposed.user),
            None => Some(&self.state.account(id)?.user),
        }
    }

    /// The number for a new user.
    pub(super) const fn next_user(&mut self) -> UserId {
        self.last_user = self.last_user.next();
        self.last_user
    }

    /// The greatest number that a user has or had.
    pub(super) const fn last_user(&self) -> UserId {
        self.last_user
    }

    /// The number for a new credential, invite, hook or sanction.
    pub(super) const fn next_record(&mut self) -> u64 {
        self.last_record += 1;
        self.last_record
    }

    /// The greatest number that one of them has or had.
    pub(super) const fn last_record(&self) -> u64 {
        self.last_record
    }

    /// The author of an item. The account of a guest may have ended with its session.
    ///
    /// # Errors
    /// Returns an error if there is no account.
    pub(super) fn author(&self, id: UserId) -> Result<&User, HubError> {
        self.user(id).ok_or(HubError::NoSuchNumber(id))
    }

    /// The stored record of a user; `None` for a guest.
    pub(super) fn record(&self, id: UserId) -> Option<UserRecord> {
        let stored = self.state.account(id).and_then(Account::record)?;
        Some(UserRecord { user: self.user(id)?.clone(), role: self.role(id), ..stored })
    }

    pub(super) fn by_token(&self, token: &TokenHash) -> Option<UserId> {
        match self.tokens.get(token) {
            Some(user) => *user,
            None => self.state.by_token(token),
        }
    }

    /// Number of users that will be stored.
    pub(super) const fn users_stored(&self) -> usize {
        self.state.users_stored() + self.users_more
    }

    /// Whether a user is stored, and not a guest.
    pub(super) fn has_record(&self, user: UserId) -> bool {
        self.kind(user).is_stored()
    }

    /// Gives a user the name in `user`.
    pub(super) fn rename(&mut self, user: &User) {
        let (kind, role) = (self.kind(user.id), self.role(user.id));
        if let Some(was) = self.user(user.id).map(|was| was.name.clone()) {
            self.names.release(&was, user.id);
        }
        self.put_user(user, kind, role);
    }

    /// Adds a user, in the lobby.
    pub(super) fn add_user(&mut self, user: &User, kind: UserKind) {
        self.put_user(user, kind, UserRole::Member);
        self.users_more += usize::from(kind.is_stored());
        self.members.insert(
            (user.id, RoomId::LOBBY),
            ProposedMembership {
                is_in: true,
                is_own: true,
                read: Seq::NONE,
                role: MemberRole::Member,
                is_asked: false,
            },
        );
    }

    pub(super) fn add_credential(&mut self, record: &CredentialRecord) {
        if let Credential::Token(token) = record.credential {
            self.tokens.insert(token, Some(record.user));
        }
        self.credentials_mut(record.user).push(record.clone());
    }

    pub(super) fn drop_credential(&mut self, record: &CredentialRecord) {
        if let Credential::Token(token) = record.credential {
            self.tokens.insert(token, None);
        }
        self.credentials_mut(record.user).retain(|other| other.id != record.id);
    }

    /// The credentials that a user will have.
    pub(super) fn credentials(&self, user: UserId) -> &[CredentialRecord] {
        let stored = || self.state.account(user).map_or(&[][..], |account| &account.credentials);
        self.credentials.get(&user).map_or_else(stored, Vec::as_slice)
    }

    fn credentials_mut(&mut self, user: UserId) -> &mut Vec<CredentialRecord> {
        let stored = || self.state.account(user).map(|account| account.credentials.clone());
        self.credentials.entry(user).or_insert_with(|| stored().unwrap_or_default())
    }

    fn put_user(&mut self, user: &User, kind: UserKind, role: UserRole) {
        self.names.hold(&user.name, user.id);
        self.users.insert(user.id, ProposedUser { user: user.clone(), kind, role });
    }

    /// The key of the room that `user` means by a name or an address.
    pub(super) fn room_key(&self, user: UserId, name: &RoomName) -> Result<RoomKey, HubError> {
        let find = |id| Some((self.user(id)?, self.kind(id)));
        room_key(user, name, |name| self.names.holder(name), find)
    }

    /// When a user last wrote in a room with a pause.
    pub(super) fn wrote_at(&self, user: UserId, room: RoomId) -> Option<Timestamp> {
        let proposed = self.wrote.get(&(user, room)).copied();
        proposed.or_else(|| self.state.pauses.wrote_at(user, room))
    }

    /// Records that a user writes in a room with a pause.
    pub(super) fn write(&mut self, user: UserId, room: RoomId, at: Timestamp) {
        self.wrote.insert((user, room), at);
    }

    /// Number of users who will own the server.
    pub(super) const fn owners(&self) -> usize {
        self.owners
    }

    /// Gives a user another role on the server.
    pub(super) fn set_role(&mut self, id: UserId, role: UserRole) {
        let (was, kind) = (self.role(id), self.kind(id));
        let Some(user) = self.user(id).cloned() else { return };
        self.owners += usize::from(role == UserRole::Owner);
        self.owners -= usize::from(was == UserRole::Owner);
        self.users.insert(id, ProposedUser { user, kind, role });
    }

    /// Gives a user another role in a room that it is in, or has been in.
    pub(super) fn set_member_role(&mut self, user: UserId, room: RoomId, role: MemberRole) {
        if let Some(before) = self.membership(user, room) {
            self.members.insert((user, room), ProposedMembership { role, ..before });
        }
    }

    /// Number of rooms into which a user was asked and that it has not joined.
    pub(super) fn asked(&self, user: UserId) -> usize {
        let now = self.state.account(user).map_or(0, |account| account.rooms.asked().len());
        now + self.asked_more.get(&user).copied().unwrap_or(0)
    }

    /// Asks a user into a room that it is not in.
    pub(super) fn ask_in(&mut self, user: UserId, room: RoomId, read: Seq) {
        *self.asked_more.entry(user).or_default() += 1;
        let (is_in, is_own, is_asked) = (false, true, true);
        let new = ProposedMembership { is_in, is_own, read, role: MemberRole::Member, is_asked };
        let before = self.membership(user, room);
        let asked = before.map_or(new, |before| ProposedMembership { is_asked, ..before });
        self.members.insert((user, room), asked);
    }
}
