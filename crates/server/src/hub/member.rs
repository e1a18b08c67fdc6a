//! A member: one session in the hub. It sends messages, and leaves the user's rooms when it is dropped.

use std::sync::Arc;

use chat_proto::command;
use chat_proto::event::{Away, RoomInfo};
use chat_proto::{
    DeviceId, LeaveReason, RoomName, Seq, SessionId, Timestamp, User, UserId, UserName,
};
use tokio::sync::mpsc;

use super::actor::Actor;
use super::answer::Answer;
use super::changed::{Changed, Heard};
use super::policy::{Action, may};
use super::request::Submission;
use super::typing::Typing;
use super::{Hub, HubError, infos};
use crate::journal::{RoomId, RoomKey};
use crate::room::Room;

/// One session's membership in the hub; it leaves when it is dropped.
#[derive(Debug)]
pub(crate) struct Member {
    actor: Actor,
    session: SessionId,
    /// Rings if the rooms of the user, or its read positions, have changed, or if another user is writing.
    news: Arc<Changed>,
    /// How often `news` was heard, see [`Heard`]. Two fields, to keep the session small.
    heard_rooms: u32,
    heard_typing: u16,
    reason: LeaveReason,
}

/// What has changed for a user.
#[derive(Debug)]
pub(crate) struct News {
    /// Whether its rooms have, or how far it has read them.
    pub rooms: bool,
    /// Who is writing in its rooms.
    pub typing: Vec<Arc<Typing>>,
}

/// A room a user is in.
#[derive(Debug, Clone)]
pub(crate) struct Membership {
    /// The room.
    pub room: Arc<Room>,
    /// The last message of it that the user has read.
    pub read: Seq,
}

impl Member {
    /// Begins a session of a user, who is on the lists of its rooms until the last session ends.
    pub(super) fn begin(hub: Arc<Hub>, user: UserId) -> Self {
        let news = {
            let mut state = hub.state();
            state.admit(user);
            Arc::clone(&state.existing(user).news)
        };
        let session = hub.directory.next_session();
        let Heard { rooms: heard_rooms, typing: heard_typing } = news.count();
        let (actor, reason) = (Actor { hub, user }, LeaveReason::Lost);
        Self { actor, session, news, heard_rooms, heard_typing, reason }
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

    /// Who this is.
    #[must_use]
    pub(crate) fn user(&self) -> User {
        self.actor.hub.state().existing(self.id()).user.clone()
    }

    /// Waits until the user's rooms, or how far it has read, have changed, here or elsewhere, or until another user
    /// is writing. Unless `takes_rooms`, changes of the rooms are left for a later call. Cancel safe.
    pub(crate) async fn changed(&mut self, takes_rooms: bool) -> News {
        let before = Heard { rooms: self.heard_rooms, typing: self.heard_typing };
        let heard = self.news.listen(before, takes_rooms).await;
        (self.heard_rooms, self.heard_typing) = (heard.rooms, heard.typing);
        let typing = self.news.queue.newest(heard.typing.wrapping_sub(before.typing));
        News { rooms: heard.rooms != before.rooms, typing }
    }

    /// The user is writing in a room.
    ///
    /// # Errors
    /// Returns an error if the user is not in it.
    pub(crate) fn type_in(&self, name: &RoomName) -> Result<(), HubError> {
        self.actor.hub.type_in(self.id(), name)
    }

    /// Those of `users` who are away, as many as a list may have.
    #[must_use]
    pub(crate) fn away_among(&self, users: &[User]) -> Vec<Away> {
        self.actor.hub.state().away.among(users)
    }

    /// When the other user of a direct message was last connected; `None` if it is, and for any other room.
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
        state.existing(self.id()).rooms.now().map(membership).collect()
    }

    /// The room that goes by that name, to read its history.
    ///
    /// # Errors
    /// Returns an error if the user is not in it.
    pub(crate) fn room(&self, name: &RoomName) -> Result<Arc<Room>, HubError> {
        self.actor.hub.state().permit(self.id(), name, Action::ReadHistory).cloned()
    }

    /// Up to `limit` users of a room, by name, after the name `after`, and whether there are more.
    ///
    /// # Errors
    /// Returns an error if the user is not in the room.
    pub(crate) fn users(
        &self,
        name: &RoomName,
        after: Option<&UserName>,
        limit: usize,
    ) -> Result<(Vec<User>, bool), HubError> {
        let room = self.actor.hub.state().permit(self.id(), name, Action::ListUsers).cloned()?;
        Ok(room.users(after, limit))
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
        may(subject, Action::ListRooms).map_err(|denied| denied.in_room(&RoomName::lobby()))?;
        let rooms = state.named_rooms_after(after, limit);
        drop(state);
        Ok(infos(&rooms, limit))
    }

    /// The address of the room that a command calls `name`: `@name` is the user who has that name
    /// now.
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

    /// The present name of the other user of a direct message; `None` for any other room.
    #[must_use]
    pub(crate) fn title(&self, room: &Room) -> Option<UserName> {
        let other = room.other(self.id())?;
        Some(self.actor.hub.state().account(other)?.user.name.clone())
    }

    /// The user, for what it asks of the hub.
    #[must_use]
    pub(crate) const fn actor(&self) -> &Actor {
        &self.actor
    }

    /// Sends a message. What becomes of it goes to `answer`, which must have capacity for it. `room` is
    /// the room of the message if the session is subscribed to it. `device` is the session's, unless the
    /// client names another.
    ///
    /// # Errors
    /// Returns an error if the daemon is going away; then no answer comes.
    pub(crate) async fn say(
        &self,
        say: command::Say,
        room: Option<RoomId>,
        device: &DeviceId,
        answer: &mpsc::Sender<Answer>,
    ) -> Result<(), HubError> {
        let command::Say { room: name, n, device: named, body } = say;
        let names_device = named.is_some();
        let submission = Submission {
            user: self.id(),
            session: self.session(),
            name,
            room,
            device: named.unwrap_or_else(|| device.clone()),
            names_device,
            n,
            body,
            answer: answer.clone(),
        };
        self.actor.hub.queue.send(submission).await
    }

    /// Leaves, and tells the others why.
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
            state.dismiss(user, self.reason, now);
            state.remove_guest(user);
        }
        hub.see(user);
    }
}
