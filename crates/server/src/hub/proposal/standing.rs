//! The kinds, roles and rights of users after the commit.

use chat_proto::{RoomName, Rules, UserId};

use super::{Proposal, ProposedMembership};
use crate::hub::HubError;
use crate::hub::policy::{Action, Denial, MembershipFacts, Standing, Subject, may};
use crate::hub::sanctions::SanctionSubject;
use crate::journal::{RoomId, RoomKey, UserKind, UserRole};

impl Proposal<'_> {
    /// The room with that name or address, if `user` may do `action` there.
    pub(in crate::hub) fn permit(
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
    pub(in crate::hub) fn permit_key(
        &self,
        user: UserId,
        name: &RoomName,
        key: &RoomKey,
        action: fn(Standing) -> Action,
    ) -> Result<(), HubError> {
        let standing = self.standing(user, key);
        may(self.subject(user), action(standing)).map_err(|denied| denied.in_room(name))
    }

    /// The existing room with that name.
    ///
    /// # Errors
    /// Returns an error if there is none, or it is a direct message.
    pub(in crate::hub) fn named(&self, name: &RoomName) -> Result<(RoomId, RoomKey), HubError> {
        if name.is_private() {
            return Err(HubError::IsDirect(name.clone()));
        }
        let key = RoomKey::Named(name.clone());
        let room = self.rooms.find(&key).ok_or_else(|| HubError::NotInRoom(name.clone()))?;
        Ok((room, key))
    }

    /// Whether `by`, `None` for the operator, may do `action` in the room `name` with that key.
    ///
    /// # Errors
    /// Returns an error if it may not. A user who cannot find the room gets the same error as if there were none: it
    /// says neither that there is one nor who has a role there.
    pub(in crate::hub) fn permit_order(
        &self,
        by: Option<UserId>,
        (name, key): (&RoomName, &RoomKey),
        action: Action,
    ) -> Result<(), HubError> {
        let Err(denied) = may(self.subject_of(by), action) else { return Ok(()) };
        let find = by.map(|by| may(self.subject(by), Action::Find(self.standing(by, key))));
        let denied = find.and_then(Result::err).unwrap_or(denied);
        Err(denied.in_room(name))
    }

    /// The same error without the name of a room that `user` cannot find.
    pub(in crate::hub) fn without_hidden_room(&self, user: UserId, error: HubError) -> HubError {
        match error {
            HubError::RoomLooksTaken { wanted, existing: Some(existing) } => {
                let find = Action::Find(self.standing(user, &RoomKey::Named(existing.clone())));
                let is_found = may(self.subject(user), find).is_ok();
                HubError::RoomLooksTaken { wanted, existing: Some(existing).filter(|_| is_found) }
            }
            error => error,
        }
    }

    /// Whether `by` may do `action`, which is about no room; `None` is the operator.
    pub(in crate::hub) fn permit_on_server(
        &self,
        by: Option<UserId>,
        action: Action,
    ) -> Result<(), HubError> {
        may(self.subject_of(by), action).map_err(Denial::on_server)
    }

    /// The standing of a user, or of the operator, `None`, in an existing room with a name.
    pub(in crate::hub) fn standing_in(
        &self,
        user: impl Into<Option<UserId>>,
        room: RoomId,
    ) -> Standing {
        let facts = user.into().map_or(MembershipFacts::default(), |user| self.facts(user, room));
        Standing::in_named(room, self.rooms.rules(room), facts)
    }

    /// The standing of a user in the room with that key, whether it exists or not.
    pub(in crate::hub) fn standing(&self, user: UserId, key: &RoomKey) -> Standing {
        self.standing_of(Some(user), key)
    }

    /// The same of the author of a request: the operator, `None`, is in no room.
    pub(in crate::hub) fn standing_of(&self, by: Option<UserId>, key: &RoomKey) -> Standing {
        let room = self.rooms.find(key);
        let rules = room.map_or(Rules::PUBLIC, |room| self.rooms.rules(room));
        let facts =
            room.zip(by).map_or(MembershipFacts::default(), |(room, user)| self.facts(user, room));
        Standing::new(key, room, rules, facts)
    }

    /// The standing of the user in a room, on which its rights depend.
    pub(in crate::hub) fn facts(&self, user: UserId, room: RoomId) -> MembershipFacts {
        let membership = self.membership(user, room);
        membership.map_or(
            MembershipFacts::default(),
            |ProposedMembership { is_in, role, is_asked, .. }| MembershipFacts {
                is_in,
                role,
                is_asked: is_asked && !is_in,
            },
        )
    }

    /// The user, as the subject of [`may`].
    pub(in crate::hub) fn subject(&self, id: UserId) -> Subject {
        Subject { kind: self.kind(id), role: self.role(id) }
    }

    /// The same of the author of a request; `None` for the operator.
    pub(in crate::hub) fn subject_of(&self, by: Option<UserId>) -> Option<Subject> {
        by.map(|by| self.subject(by))
    }

    /// A user, as far as sanctions depend on it.
    pub(in crate::hub) fn sanction_subject(&self, id: UserId) -> SanctionSubject {
        let user = (id, self.kind(id), self.role(id));
        SanctionSubject::of(user, self.state.account(id), self.newcomers_after)
    }

    /// Whether a user is a bot.
    pub(in crate::hub) fn is_bot(&self, user: UserId) -> bool {
        self.kind(user) == UserKind::Bot
    }

    pub(super) fn kind(&self, id: UserId) -> UserKind {
        match self.users.get(&id) {
            Some(proposed) => proposed.kind,
            // The session of a guest may have ended; its requests are judged as before.
            None => self.state.account(id).map_or(UserKind::Guest, |account| account.kind),
        }
    }

    /// The role of a user on the server.
    pub(in crate::hub) fn role(&self, id: UserId) -> UserRole {
        match self.users.get(&id) {
            Some(proposed) => proposed.role,
            None => self.state.account(id).map_or(UserRole::Member, |account| account.role),
        }
    }
}
