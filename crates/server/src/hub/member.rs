//! A member: one session in the hub. It sends messages, and leaves the user's rooms when it is dropped.

use std::net::IpAddr;
use std::sync::Arc;
use std::task::Waker;

use chat_proto::command;
use chat_proto::event::{Away, RoleHolder, RoomInfo};
use chat_proto::{
    DeviceId, EndCode, Event, LeaveReason, Role, RoomName, Seq, SessionId, Timestamp, User, UserId,
    UserName,
};
use tokio::sync::mpsc;
use tokio::time::Instant;

use super::actor::Actor;
use super::answer::Answer;
use super::changed::{ChangeNotifier, Counts, NotificationFilter};
use super::policy::{Action, Denial, may};
use super::request::{NewMessage, Submission};
use super::typing::Typing;
use super::{Hub, HubError, infos};
use crate::journal::{RoomId, RoomKey};
use crate::limits::{Cost, Limits};
use crate::room::Room;

/// One session's membership in the hub; it leaves when it is dropped.
#[derive(Debug)]
pub(crate) struct Member {
    actor: Actor,
    session: SessionId,
    /// Counts the changes of the rooms of the user and of its read positions, and the users who are writing.
    notifier: Arc<ChangeNotifier>,
    /// The [`Counts`] of `notifier` that the session has seen. Two fields, to keep the session small.
    seen_rooms: u32,
    seen_typing: u16,
    reason: LeaveReason,
    is_newcomer: bool,
}

/// The changes of a user since the session looked last.
#[derive(Debug)]
pub(crate) struct UserChanges {
    /// Whether the user's rooms or read positions have changed.
    pub rooms: bool,
    /// The users who are writing in its rooms.
    pub typing: Vec<Arc<Typing>>,
}

/// A room a user is in.
#[derive(Debug, Clone)]
pub(crate) struct Membership {
    /// The room.
    pub room: Arc<Room>,
    /// The `seq` of the last message that the user has read.
    pub read: Seq,
}

impl Member {
    /// Begins a session of a user, who is on the lists of its rooms until the last session ends. `network` is where it
    /// comes from; `None` for this machine.
    pub(super) fn begin(hub: Arc<Hub>, user: UserId, network: Option<IpAddr>) -> Self {
        let newcomers_after = hub.directory.newcomers_after();
        let now = hub.time();
        let (session, notifier, is_newcomer, seen) = {
            let mut state = hub.state();
            state.existing_mut(user).network = network;
            // In one step, so that what ends all sessions of the user neither misses this one nor is missed by it.
            let session = hub.directory.next_session();
            state.sessions.begin(session, user, now);
            state.admit(user);
            let account = state.existing(user);
            let notifier = Arc::clone(&account.notifier);
            let seen = notifier.counts();
            (session, notifier, account.is_newcomer(newcomers_after), seen)
        };
        let Counts { rooms: seen_rooms, typing: seen_typing } = seen;
        let (actor, reason) = (Actor { hub, user }, LeaveReason::Lost);
        Self { actor, session, notifier, seen_rooms, seen_typing, reason, is_newcomer }
    }

    /// The user's number.
    #[must_use]
    pub(crate) const fn id(&self) -> UserId {
        self.actor.user
    }

    /// The session's number, from 1 with each start of the daemon.
    #[must_use]
    pub(crate) const fn session(&self) -> SessionId {
        self.session
    }

    /// Whether the user was new when the session began, or is a guest.
    #[must_use]
    pub(crate) const fn is_newcomer(&self) -> bool {
        self.is_newcomer
    }

    /// Whether the user is stored, and not a guest.
    pub(crate) fn is_stored(&self) -> bool {
        self.actor.hub.state().existing(self.id()).kind.is_stored()
    }

    /// Takes `cost` out of the budget that all sessions of the user share, see [`SendBudget::charge`].
    ///
    /// [`SendBudget::charge`]: crate::limits::SendBudget::charge
    pub(crate) fn charge(&self, limits: &Limits, cost: Cost, now: Instant) -> Option<Instant> {
        self.notifier.budget.charge(limits.of(self.is_newcomer), cost, now)
    }

    /// Why the session is to end, with the text for its client; `None` if it is not.
    #[must_use]
    pub(crate) fn expulsion(&self) -> Option<(EndCode, String)> {
        self.notifier.expulsion(self.session).map(|expulsion| (expulsion.code, expulsion.text))
    }

    /// Why the user left a room that it has been in.
    #[must_use]
    pub(crate) fn leave_reason(&self, room: RoomId) -> LeaveReason {
        self.actor.hub.state().existing(self.id()).rooms.leave_reason(room)
    }

    /// The user, with the current name.
    #[must_use]
    pub(crate) fn user(&self) -> User {
        self.actor.hub.state().existing(self.id()).user.clone()
    }

    /// Wakes `waker` if [`Member::changed`] or [`Member::is_expelled`] may return something else.
    pub(crate) fn register_waker(&self, waker: &Waker) {
        self.actor.hub.state().sessions.put_waker(self.session, waker.clone());
    }

    /// Whether the user's rooms or read positions have changed, by any of its sessions, or another user is writing, as
    /// far as the session takes that. [`Member::take_changes`] takes what it returns.
    pub(crate) fn changed(&self, filter: NotificationFilter) -> Option<Counts> {
        self.notifier.changed(self.seen(), filter)
    }

    /// The changes since the session looked last, up to `counts`.
    pub(crate) fn take_changes(&mut self, counts: Counts) -> UserChanges {
        let before = self.seen();
        (self.seen_rooms, self.seen_typing) = (counts.rooms, counts.typing);
        let typing = self.notifier.typing_queue.newest(counts.typing.wrapping_sub(before.typing));
        UserChanges { rooms: counts.rooms != before.rooms, typing }
    }

    /// Whether the user's rooms have changed since the session looked last.
    #[must_use]
    pub(crate) fn has_other_rooms(&self) -> bool {
        self.notifier.counts().rooms != self.seen_rooms
    }

    const fn seen(&self) -> Counts {
        Counts { rooms: self.seen_rooms, typing: self.seen_typing }
    }

    /// Whether the session is to end.
    #[must_use]
    pub(crate) fn is_expelled(&self) -> bool {
        self.notifier.is_expelled(self.session)
    }

    /// The user is writing in a room.
    ///
    /// # Errors
    /// Returns an error if the user is not in it.
    pub(crate) fn type_in(&self, name: &RoomName) -> Result<(), HubError> {
        self.actor.hub.type_in(self.id(), name)
    }

    /// Those of `users` who are away, at most as many as a list may have.
    #[must_use]
    pub(crate) fn away_among(&self, users: &[User]) -> Vec<Away> {
        self.actor.hub.state().away.among(users)
    }

    /// The role of the user on the server, as it is sent.
    #[must_use]
    pub(crate) fn role(&self) -> Role {
        let state = self.actor.hub.state();
        let account = state.existing(self.id());
        if account.kind.is_stored() { account.role.to_wire() } else { Role::Guest }
    }

    /// Those of `users` who have a role in the room.
    #[must_use]
    pub(crate) fn roles_among(&self, room: &Room, users: &[User]) -> Vec<RoleHolder> {
        self.actor.hub.state().roles_among(room, users)
    }

    /// The rooms that the user was asked into and has not joined, each with the event that says so.
    #[must_use]
    pub(crate) fn asked(&self) -> Vec<(RoomId, Event)> {
        let state = self.actor.hub.state();
        let account = state.existing(self.id());
        let event = |(id, by): (&RoomId, &UserId)| {
            let room = state.rooms.get(*id)?.name().clone();
            let by = state.account(*by)?.user.clone();
            Some((*id, Event::AskedIn { room, user: account.user.clone(), by }))
        };
        account.rooms.asked().iter().filter_map(event).collect()
    }

    /// The time at which the other user of a direct message was last connected; `None` if it is connected, and for
    /// any other room.
    #[must_use]
    pub(crate) fn last_seen(&self, room: &Room) -> Option<Timestamp> {
        let other = room.other(self.id())?;
        self.actor.hub.state().last_seen(other)
    }

    /// The rooms the user is in, the lobby first.
    #[must_use]
    pub(crate) fn memberships(&self) -> Vec<Membership> {
        let state = self.actor.hub.state();
        let membership =
            |(id, read)| Membership { room: Arc::clone(state.rooms.existing(id)), read };
        state.existing(self.id()).rooms.current().map(membership).collect()
    }

    /// The room with that name or address, to read its history.
    ///
    /// # Errors
    /// Returns an error if the user is not in it.
    pub(crate) fn room(&self, name: &RoomName) -> Result<Arc<Room>, HubError> {
        self.actor.hub.state().permit(self.id(), name, Action::ReadHistory).cloned()
    }

    /// The rooms whose history the user may read.
    #[must_use]
    pub(crate) fn readable_rooms(&self) -> Vec<Arc<Room>> {
        let state = self.actor.hub.state();
        let account = state.existing(self.id());
        let rooms = account.rooms.current().map(|(id, _)| state.rooms.existing(id));
        let may_read = |room: &&Arc<Room>| {
            may(account.subject(), Action::ReadHistory(account.standing(room))).is_ok()
        };
        rooms.filter(may_read).cloned().collect()
    }

    /// The user who has that name now.
    #[must_use]
    pub(crate) fn user_named(&self, name: &UserName) -> Option<UserId> {
        self.actor.hub.state().names.holder(name)
    }

    /// The room with that name or address, up to `limit` of its users, by name, after the name `after`, and whether
    /// there are more.
    ///
    /// # Errors
    /// Returns an error if the user is not in the room.
    pub(crate) fn users(
        &self,
        name: &RoomName,
        after: Option<&UserName>,
        limit: usize,
    ) -> Result<(Arc<Room>, Vec<User>, bool), HubError> {
        let room = self.actor.hub.state().permit(self.id(), name, Action::ListUsers).cloned()?;
        let (users, is_more) = room.users(after, limit);
        Ok((room, users, is_more))
    }

    /// Up to `limit` of the rooms with a name, by name, after the room `after`, and whether there are more.
    ///
    /// # Errors
    /// Returns an error if the user may not list them.
    pub(crate) fn rooms(
        &self,
        after: Option<&RoomName>,
        limit: usize,
    ) -> Result<(Vec<RoomInfo>, bool), HubError> {
        let state = self.actor.hub.state();
        let subject = state.existing(self.id()).subject();
        may(subject, Action::ListRooms).map_err(Denial::on_server)?;
        let rooms = state.named_rooms_after(self.id(), after, limit);
        drop(state);
        Ok(infos(&rooms, limit))
    }

    /// The address of the room that a command calls `name`: `@name` means the user who has the name now.
    ///
    /// # Errors
    /// Returns an error if there is no direct message with that user.
    pub(crate) fn address(&self, name: &RoomName) -> Result<RoomName, HubError> {
        if !name.is_private() {
            return Ok(name.clone());
        }
        match self.actor.hub.state().room_key(self.id(), name)? {
            RoomKey::Named(name) => Ok(name),
            RoomKey::Direct(pair) => {
                let [one, other] = pair.ids();
                Ok(RoomName::direct(one, other))
            }
        }
    }

    /// Whether a message to `name` begins a direct message.
    #[must_use]
    pub(crate) fn begins(&self, name: &RoomName) -> bool {
        let state = self.actor.hub.state();
        match state.room_key(self.id(), name) {
            Ok(key @ RoomKey::Direct(_)) => state.rooms.by_key(&key).is_none(),
            _ => false,
        }
    }

    /// The present name of the other user of a direct message; `None` for any other room.
    #[must_use]
    pub(crate) fn title(&self, room: &Room) -> Option<UserName> {
        let other = room.other(self.id())?;
        Some(self.actor.hub.state().account(other)?.user.name.clone())
    }

    /// The user, as the author of requests.
    #[must_use]
    pub(crate) const fn actor(&self) -> &Actor {
        &self.actor
    }

    /// Makes a message. Its outcome goes to `answer`, which must have capacity for it. `room` is
    /// the room of the message if the session is subscribed to it. `device` is the session's, unless the
    /// client names another.
    #[must_use]
    pub(crate) fn message(
        &self,
        say: command::Say,
        room: Option<RoomId>,
        device: &DeviceId,
        answer: &mpsc::Sender<Answer>,
    ) -> NewMessage {
        let command::Say { room: name, n, device: named, body, named_at } = say;
        let names_device = named.is_some();
        NewMessage(Box::new(Submission {
            user: self.id(),
            session: self.session(),
            hook: None,
            name,
            room,
            device: named.unwrap_or_else(|| device.clone()),
            names_device,
            n,
            body,
            named_at: named_at.map(|at| *at),
            answer: answer.clone(),
        }))
    }

    /// Leaves for that reason, which is sent to the other users.
    pub(crate) fn leave(mut self, reason: LeaveReason) {
        self.reason = reason;
    }
}

impl Drop for Member {
    fn drop(&mut self) {
        let (hub, user) = (&self.actor.hub, self.actor.user);
        let now = hub.time();
        {
            let mut state = hub.state();
            state.sessions.end(self.session);
            self.notifier.forget_expulsion(self.session);
            state.dismiss(user, self.reason, now);
            state.remove_guest(user);
        }
        hub.see(user);
    }
}
