//! The requests of a user: join, leave, topic, name, read position. Each waits for its commit. `orders` has those that
//! the operator makes as well.

use std::sync::Arc;

use chat_proto::command;
use chat_proto::{AwayText, DeviceId, Event, RoomName, Seq, Topic, UserId, UserName};

use super::answer::{Answer, Outcome};
use super::request::{DirectScope, NewMessage, Request};
use super::{Hub, HubError, NameConflict};
use crate::journal::{Repeat, ResentMessage, Task};
use crate::room::Room;

/// A user, as the author of requests. Cheap to clone. A [`super::Member`] keeps the user connected, this does not.
#[derive(Debug, Clone)]
pub(crate) struct Actor {
    pub(super) hub: Arc<Hub>,
    pub(super) user: UserId,
}

impl Actor {
    /// The user's number.
    #[must_use]
    pub(crate) const fn id(&self) -> UserId {
        self.user
    }

    /// Queues a message, which is answered after its commit.
    ///
    /// # Errors
    /// Returns the message if the queue is full.
    pub(crate) fn try_send(&self, message: NewMessage) -> Result<(), NewMessage> {
        self.hub.queue.try_send(message)
    }

    /// Queues messages, one after another; waits until the queue has capacity for all of them.
    pub(crate) async fn send_all(&self, messages: Vec<NewMessage>) {
        self.hub.queue.send_all(messages).await;
    }

    /// The greatest `n` accepted from a device of this user, messages in the queue included; 0 if there is none.
    ///
    /// # Errors
    /// Returns an error if it cannot be read.
    pub(crate) async fn last_n(&self, device: &DeviceId) -> Result<u64, HubError> {
        let last = self.hub.queue.run(Task::last_n(self.id(), device.clone())).await;
        Ok(Task::last_n_or_zero(last)?)
    }

    /// The answer to a message that was sent before; `None` if its number is not used. Whether the user
    /// is in the room does not matter: the answer may have been lost, and the user may have left since.
    ///
    /// # Errors
    /// Returns an error if the journal cannot be read.
    pub(crate) async fn find_repeat(
        &self,
        say: &command::Say,
        device: &DeviceId,
    ) -> Result<Option<Answer>, HubError> {
        let Some(n) = say.n else { return Ok(None) };
        let room = {
            let state = self.hub.state();
            let key = state.room_key(self.id(), &say.room)?;
            state.rooms.by_key(&key).map(|room| room.id)
        };
        let Some(room) = room else { return Ok(None) };
        let named = say.device.clone();
        let device = named.clone().unwrap_or_else(|| device.clone());
        let (user, body) = (self.id(), say.body.clone());
        let sent = ResentMessage { user, device, n, room, body };
        let repeat = self.hub.queue.run(Task::find_repeat(sent)).await?;
        Ok(repeat.map(|repeat| {
            let outcome = match repeat {
                Repeat::Same { seq, at } => Outcome::Repeat { seq, at },
                Repeat::Other => Outcome::NumberUsed,
            };
            Answer { room: say.room.clone(), n: say.n, device: named, outcome }
        }))
    }

    /// Joins a room with all sessions of the user. A room that does not exist is created.
    ///
    /// # Errors
    /// Returns an error if the other user does not exist, there are too many rooms, it cannot be stored, or
    /// the daemon is going away.
    pub(crate) async fn join(&self, name: &RoomName) -> Result<Arc<Room>, HubError> {
        self.enter(name, DirectScope::Own).await
    }

    /// Joins a direct message, together with the other user, since a message is to be sent.
    ///
    /// # Errors
    /// Returns the errors of [`Actor::join`], and one if the other user has too many rooms.
    pub(crate) async fn open_direct(&self, name: &RoomName) -> Result<Arc<Room>, HubError> {
        self.enter(name, DirectScope::Both).await
    }

    async fn enter(&self, name: &RoomName, scope: DirectScope) -> Result<Arc<Room>, HubError> {
        let join = Request::Join { user: self.id(), name: name.clone(), scope };
        Ok(self.hub.request(join).await?.room())
    }

    /// Leaves a room with all sessions of the user, and returns the room.
    ///
    /// # Errors
    /// Returns an error if the user is not in the room or cannot leave it, it cannot be stored, or the
    /// daemon is going away.
    pub(crate) async fn leave_room(&self, name: &RoomName) -> Result<Arc<Room>, HubError> {
        let leave = Request::Leave { user: self.id(), name: name.clone() };
        Ok(self.hub.request(leave).await?.room())
    }

    /// Moves the user's read position in a room forward to `seq`. Returns the position.
    ///
    /// # Errors
    /// Returns an error if the user is not in the room, it cannot be stored, or the daemon is going away.
    pub(crate) async fn read(&self, name: &RoomName, seq: Seq) -> Result<Seq, HubError> {
        let read = Request::Read { user: self.id(), name: name.clone(), seq };
        Ok(self.hub.request(read).await?.read())
    }

    /// Sets the topic of a room. It is sent to everybody in the room, this user included.
    ///
    /// # Errors
    /// Returns an error if the user is not in the room, it cannot be stored, or the daemon is going away.
    pub(crate) async fn set_topic(&self, name: &RoomName, topic: Topic) -> Result<(), HubError> {
        let topic = Request::SetTopic { user: self.id(), name: name.clone(), topic };
        self.hub.request(topic).await.map(drop)
    }

    /// Asks a user into a private room. Returns the event that says so.
    ///
    /// # Errors
    /// Returns an error if this user may not do that, the other one is in the room or was asked into too many, it
    /// cannot be stored, or the daemon is going away.
    pub(crate) async fn ask_in(
        &self,
        room: RoomName,
        user: UserName,
    ) -> Result<Option<Box<Event>>, HubError> {
        let ask = Request::AskIn { by: self.id(), room, user };
        Ok(self.hub.request(ask).await?.event())
    }

    /// Sets the user away with a text, or back without one. It is sent to everybody, this user included.
    ///
    /// # Errors
    /// Returns an error if the daemon is going away.
    pub(crate) async fn set_away(&self, text: Option<AwayText>) -> Result<(), HubError> {
        self.hub.request(Request::SetAway { user: self.id(), text }).await.map(drop)
    }

    /// Takes another name. It is sent to everybody, this user included.
    ///
    /// # Errors
    /// Returns an error if the name is taken, it cannot be stored, or the daemon is going away.
    pub(crate) async fn rename(
        &self,
        wants: &UserName,
        if_taken: NameConflict,
    ) -> Result<(), HubError> {
        let rename = Request::Rename { user: self.id(), wants: wants.clone(), if_taken };
        self.hub.request(rename).await.map(drop)
    }
}
