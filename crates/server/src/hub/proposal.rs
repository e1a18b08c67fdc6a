//! The directory as it will be after the commit.
//!
//! Items are decided in the order of the queue, and each must see the effects of those before it. The directory
//! changes after the commit only, so there is nothing to undo if the commit fails.

use std::collections::{HashMap, HashSet};

use chat_proto::{RoomName, Seq, Timestamp, User, UserId};

use super::HubError;
use super::account::Account;
use super::memberships::Share;
use super::names_ahead::NamesAhead;
use super::policy::{Action, Standing, Subject, may};
use super::rooms_ahead::RoomsAhead;
use super::state::{State, room_key};
use crate::config::{
    PRIVATE_PER_USER_MAX, ROOMS_PER_USER_MAX, UNANSWERED_OF_NEWCOMERS_MAX, UNANSWERED_PER_USER_MAX,
};
use crate::journal::{
    Credential, CredentialRecord, InviteRecord, MembershipRecord, RoomId, RoomKey, UserKind, UserRecord, UserRole,
};
use crate::token::TokenHash;

/// The directory, and the changes of the commit that is being decided.
pub(super) struct Proposal<'s> {
    pub(super) state: &'s State,
    pub(super) rooms: RoomsAhead<'s>,
    pub(super) names: NamesAhead<'s>,
    users: HashMap<UserId, UserAhead>,
    tokens: HashMap<TokenHash, UserId>,
    members: HashMap<(UserId, RoomId), MembershipAhead>,
    /// The change of the number of memberships.
    counts: HashMap<(UserId, Share), isize>,
    /// Users whose account was made later are newcomers.
    newcomers_after: Timestamp,
    /// Number of stored users that the commit adds.
    users_more: usize,
    last_user: UserId,
    last_record: u64,
    /// The invites that will be used more often, or removed (`None`).
    invites: HashMap<u64, Option<u32>>,
    /// Number of invites that are added.
    invites_more: usize,
    /// Whether the hub will be closed.
    pub(super) is_closed: bool,
    /// Memberships that are stored with a message, if the message is new.
    with_messages: HashSet<(UserId, RoomId)>,
}

/// A user after the commit.
struct UserAhead {
    user: User,
    kind: UserKind,
    role: UserRole,
}

/// A membership after the commit.
#[derive(Debug, Clone, Copy)]
pub(super) struct MembershipAhead {
    pub(super) is_in: bool,
    /// Whether the user has joined it itself, or has written there.
    pub(super) is_own: bool,
    pub(super) read: Seq,
}

impl<'s> Proposal<'s> {
    pub(super) fn new(state: &'s State, newcomers_after: Timestamp) -> Self {
        Self {
            state,
            rooms: RoomsAhead::new(&state.rooms),
            names: NamesAhead::new(&state.names),
            users: HashMap::new(),
            tokens: HashMap::new(),
            members: HashMap::new(),
            counts: HashMap::new(),
            newcomers_after,
            users_more: 0,
            last_user: state.last_user,
            last_record: state.last_record,
            invites: HashMap::new(),
            invites_more: 0,
            is_closed: state.is_closed,
            with_messages: HashSet::new(),
        }
    }

    /// A user; `None` if there is none with that number.
    pub(super) fn user(&self, id: UserId) -> Option<&User> {
        match self.users.get(&id) {
            Some(ahead) => Some(&ahead.user),
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

    /// The number for a new credential, invite or sanction.
    pub(super) const fn next_record(&mut self) -> u64 {
        self.last_record += 1;
        self.last_record
    }

    /// The greatest number that one of them has or had.
    pub(super) const fn last_record(&self) -> u64 {
        self.last_record
    }

    /// The invite with that secret, as it will be.
    pub(super) fn invite_by_hash(&self, hash: &TokenHash) -> Option<InviteRecord> {
        self.invite_ahead(self.state.invites.by_hash(hash)?)
    }

    /// The invite with that number, as it will be.
    pub(super) fn invite(&self, id: u64) -> Option<InviteRecord> {
        self.invite_ahead(self.state.invites.get(id)?)
    }

    fn invite_ahead(&self, stored: &InviteRecord) -> Option<InviteRecord> {
        match self.invites.get(&stored.id) {
            Some(used) => used.map(|used| InviteRecord { used, ..stored.clone() }),
            None => Some(stored.clone()),
        }
    }

    /// Number of invites that will be stored, at most.
    pub(super) fn invites_stored(&self) -> usize {
        self.state.invites.len() + self.invites_more
    }

    pub(super) const fn add_invite(&mut self) {
        self.invites_more += 1;
    }

    pub(super) fn set_invite_used(&mut self, id: u64, used: u32) {
        self.invites.insert(id, Some(used));
    }

    /// Removes an invite. Returns false if it is removed already.
    pub(super) fn remove_invite(&mut self, id: u64) -> bool {
        !matches!(self.invites.insert(id, None), Some(None))
    }

    /// Gives a user another role on the server.
    pub(super) fn set_role(&mut self, id: UserId, role: UserRole) {
        let kind = self.kind(id);
        let Some(user) = self.user(id).cloned() else { return };
        self.users.insert(id, UserAhead { user, kind, role });
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
        self.tokens.get(token).copied().or_else(|| self.state.by_token(token))
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
            MembershipAhead { is_in: true, is_own: true, read: Seq::NONE },
        );
    }

    pub(super) fn add_credential(&mut self, record: &CredentialRecord) {
        if let Credential::Token(token) = record.credential {
            self.tokens.insert(token, record.user);
        }
    }

    fn put_user(&mut self, user: &User, kind: UserKind, role: UserRole) {
        self.names.hold(&user.name, user.id);
        self.users.insert(user.id, UserAhead { user: user.clone(), kind, role });
    }

    /// The key of the room that `user` means by a name or an address.
    pub(super) fn room_key(&self, user: UserId, name: &RoomName) -> Result<RoomKey, HubError> {
        let find = |id| Some((self.user(id)?, self.kind(id)));
        room_key(user, name, |name| self.names.holder(name), find)
    }

    /// The room with that name or address, if `user` may do `action` there.
    pub(super) fn permit(
        &self,
        user: UserId,
        name: &RoomName,
        action: fn(Standing) -> Action,
    ) -> Result<RoomId, HubError> {
        let key = self.room_key(user, name)?;
        self.permit_key(user, name, &key, action)?;
        self.rooms.find(&key).ok_or_else(|| HubError::NotInRoom(name.clone()))
    }

    /// Whether `user` may do `action` in the room with that key, whether it exists or not.
    pub(super) fn permit_key(
        &self,
        user: UserId,
        name: &RoomName,
        key: &RoomKey,
        action: fn(Standing) -> Action,
    ) -> Result<(), HubError> {
        let room = self.rooms.find(key);
        let is_in = room.is_some_and(|room| self.is_in(user, room));
        let standing = Standing::new(key, room, is_in);
        may(self.subject(user), action(standing)).map_err(|denied| denied.in_room(name))
    }

    /// The user, as the subject of [`may`].
    pub(super) fn subject(&self, id: UserId) -> Subject {
        Subject { kind: self.kind(id) }
    }

    fn kind(&self, id: UserId) -> UserKind {
        match self.users.get(&id) {
            Some(ahead) => ahead.kind,
            // The session of a guest may have ended; its requests are judged as before.
            None => self.state.account(id).map_or(UserKind::Guest, |account| account.kind),
        }
    }

    /// The role of a user on the server.
    pub(super) fn role(&self, id: UserId) -> UserRole {
        match self.users.get(&id) {
            Some(ahead) => ahead.role,
            None => self.state.account(id).map_or(UserRole::Member, |account| account.role),
        }
    }

    pub(super) fn is_in(&self, user: UserId, room: RoomId) -> bool {
        self.membership(user, room).is_some_and(|membership| membership.is_in)
    }

    /// The current or former membership of `user` in a room.
    pub(super) fn membership(&self, user: UserId, room: RoomId) -> Option<MembershipAhead> {
        if let Some(membership) = self.members.get(&(user, room)) {
            return Some(*membership);
        }
        let rooms = &self.state.account(user)?.rooms;
        let known = rooms.get_or_former(room)?;
        let current = rooms.get(room);
        let is_own = current.is_some_and(|current| current.is_own);
        Some(MembershipAhead { is_in: current.is_some(), is_own, read: known.read })
    }

    /// Adds a membership; the user joins the room if the record says so.
    pub(super) fn put_member(&mut self, member: MembershipRecord, is_direct: bool) {
        let before = self.membership(member.user, member.room);
        let was_in = before.is_some_and(|before| before.is_in);
        let membership = MembershipAhead {
            is_in: was_in || member.is_in,
            is_own: member.is_own || before.is_some_and(|before| was_in && before.is_own),
            read: before.map_or(member.read_seq, |before| before.read),
        };
        self.put_membership(member.user, member.room, membership, is_direct);
    }

    /// Counts a membership that is stored only if the message with it is new.
    pub(super) fn put_with_message(&mut self, member: MembershipRecord, is_direct: bool) {
        let MembershipRecord { user, room, is_own, .. } = member;
        let before = self.membership(user, room).filter(|before| before.is_in);
        let is_more = before.is_none_or(|before| is_own && !before.is_own);
        if member.is_in && is_more && self.with_messages.insert((user, room)) {
            self.count(user, before, Some(is_own), is_direct);
        }
    }

    /// Ends a membership.
    pub(super) fn leave(&mut self, user: UserId, room: RoomId, is_direct: bool) {
        if let Some(before) = self.membership(user, room) {
            let membership = MembershipAhead { is_in: false, ..before };
            self.put_membership(user, room, membership, is_direct);
        }
    }

    /// Moves a read position forward to `seq`.
    pub(super) fn read(&mut self, user: UserId, room: RoomId, seq: Seq) {
        if let Some(before) = self.membership(user, room) {
            self.members
                .insert((user, room), MembershipAhead { read: seq.max(before.read), ..before });
        }
    }

    fn put_membership(
        &mut self,
        user: UserId,
        room: RoomId,
        now: MembershipAhead,
        is_direct: bool,
    ) {
        let before = self.membership(user, room).filter(|before| before.is_in);
        self.members.insert((user, room), now);
        self.count(user, before, now.is_in.then_some(now.is_own), is_direct);
    }

    /// Counts a membership instead of another one, each if there is one.
    fn count(
        &mut self,
        user: UserId,
        before: Option<MembershipAhead>,
        is_own: Option<bool>,
        is_direct: bool,
    ) {
        let before = before.map(|before| Share::of(is_direct, before.is_own));
        let now = is_own.map(|is_own| Share::of(is_direct, is_own));
        if before == now {
            return;
        }
        for (share, change) in [(before, -1), (now, 1)] {
            if let Some(share) = share {
                *self.counts.entry((user, share)).or_default() += change;
            }
        }
    }

    /// Whether `user` may have one more of those, which `author` begins.
    pub(super) fn may_join_more(&self, user: UserId, share: Share, author: UserId) -> bool {
        let now = self.state.account(user).map_or(0, |account| account.rooms.count(share));
        let more = self.counts.get(&(user, share)).copied().unwrap_or(0);
        let max = match share {
            Share::Room => ROOMS_PER_USER_MAX,
            Share::Own => PRIVATE_PER_USER_MAX,
            Share::Unanswered if self.is_newcomer(author) => UNANSWERED_OF_NEWCOMERS_MAX,
            Share::Unanswered => UNANSWERED_PER_USER_MAX,
        };
        now.saturating_add_signed(more) < max
    }

    fn is_newcomer(&self, user: UserId) -> bool {
        self.state.account(user).is_none_or(|account| account.created_at > self.newcomers_after)
    }
}
