//! One session's place in the hub, and what it can do there.

use std::sync::Arc;

use chat_proto::classic::{self, Told};
use chat_proto::command::{self, Word};
use chat_proto::{LeaveReason, RoomName, Topic, User, UserName};
use tokio::sync::mpsc;

use super::bell::Bell;
use super::state::State;
use super::{Hub, HubError, IfTaken};
use crate::journal::{Answer, Called, KeptMember, RoomId, Say, keep};
use crate::room::Room;

/// One session's place in the hub; it leaves when it is dropped.
#[derive(Debug)]
pub(crate) struct Member {
    pub(super) hub: Arc<Hub>,
    user: u64,
    session: u64,
    news: Arc<Bell>,
    /// How often `news` was heard.
    heard: u64,
    reason: LeaveReason,
}

/// A room a user is in.
#[derive(Debug, Clone)]
pub(crate) struct Place {
    /// The room.
    pub room: Arc<Room>,
    /// The last message of it that the user has read.
    pub read: u64,
}

/// Who is to be in a private conversation.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Into {
    /// The one who asks.
    Mine,
    /// Both, since something is to be said to the other.
    Both,
}

impl Member {
    pub(super) fn new(hub: Arc<Hub>, user: u64, session: u64, news: Arc<Bell>) -> Self {
        let heard = news.rings();
        Self { hub, user, session, news, heard, reason: LeaveReason::Lost }
    }

    /// The user's number.
    #[must_use]
    pub(crate) const fn id(&self) -> u64 {
        self.user
    }

    /// The session's number, from 1 with each start of the daemon.
    #[must_use]
    pub(crate) const fn session(&self) -> u64 {
        self.session
    }

    /// Who this is.
    #[must_use]
    pub(crate) fn user(&self) -> User {
        self.hub.state().existing(self.user).user.clone()
    }

    /// Waits until the user's rooms, or how far it has read, have changed, here or elsewhere. Cancel
    /// safe.
    pub(crate) async fn news(&mut self) {
        self.news.listen(&mut self.heard).await;
    }

    /// The rooms the user is in, the lobby first.
    #[must_use]
    pub(crate) fn places(&self) -> Vec<Place> {
        let state = self.hub.state();
        let place = |(id, read)| Place { room: Arc::clone(state.rooms.existing(id)), read };
        state.existing(self.user).rooms.now().map(place).collect()
    }

    /// The room that goes by that name.
    ///
    /// # Errors
    /// Where the user is not in it.
    pub(crate) fn room(&self, name: &RoomName) -> Result<Arc<Room>, HubError> {
        self.hub.state().room_of(self.user, name).cloned()
    }

    /// The address of the room that a command calls `name`: the user in `@name` is whoever has that
    /// name now.
    ///
    /// # Errors
    /// Returns an error if there is no direct message with that user.
    pub(crate) fn address(&self, name: &RoomName) -> Result<RoomName, HubError> {
        if !name.is_private() {
            return Ok(name.clone());
        }
        match self.hub.state().called(self.user, name)? {
            Called::Named(name) => Ok(name),
            Called::Private(pair) => {
                let [one, other] = pair.ids();
                Ok(RoomName::direct(one, other))
            }
        }
    }

    /// The present name of the other user of a direct message; `None` for any other room.
    #[must_use]
    pub(crate) fn title(&self, room: &Room) -> Option<UserName> {
        let other = room.other(self.user)?;
        Some(self.hub.state().account(other)?.user.name.clone())
    }

    /// The greatest `n` accepted from a device of this user; 0 if there is none.
    ///
    /// # Errors
    /// Where it cannot be read.
    pub(crate) async fn last_n(&self, device: &Word) -> Result<u64, HubError> {
        Ok(self.hub.journal.last_n(self.user, device).await?)
    }

    /// Who is here, as a classic client is told.
    #[must_use]
    pub(crate) fn classic_users(&self) -> Told {
        let own = self.user();
        let lobby = Arc::clone(self.hub.state().rooms.lobby());
        lobby.with_users(|users| classic::users(&own, users.values(), users.len()))
    }

    /// Says something. What becomes of it goes to `answer`, which must have room for it. Where the
    /// session has a `seat` in the room, that is the room. `device` is the session's, unless the client
    /// names another.
    ///
    /// # Errors
    /// If the user is not in the room and has not sent this message before, or the daemon is going away;
    /// then no answer comes.
    pub(crate) async fn say(
        &self,
        say: command::Say,
        seat: Option<Arc<Room>>,
        device: &Word,
        answer: &mpsc::Sender<Answer>,
    ) -> Result<(), HubError> {
        let (name, mut seat) = (say.room.clone(), seat);
        let (place, state, room) = loop {
            let place = self.hub.journal.place().await?;
            let not_in_room = {
                let state = self.hub.open()?;
                let room = match seat.take().filter(|seat| state.is_in(self.user, seat.id)) {
                    Some(room) => Ok(room),
                    None => state.room_of(self.user, &name).cloned(),
                };
                // Unless one of the two is not in a private conversation, or is about to leave.
                match room {
                    Ok(room)
                        if !name.is_private()
                            || self.members(&state, &room, Into::Both).is_empty() =>
                    {
                        break (place, state, room);
                    }
                    Ok(_) => None,
                    Err(error) => Some(error),
                }
            };
            drop(place);
            // Boxed to keep the session's future small: few messages need it.
            if let Some(sent) = Box::pin(self.sent_before(&say, device)).await? {
                let _ = answer.try_send(sent); // fails only if the session is gone
                return Ok(());
            }
            match not_in_room {
                Some(error) if !name.is_private() => return Err(error),
                _ => Box::pin(self.call(&name)).await?,
            };
        };
        let command::Say { kind, n, device: named, text, .. } = say;
        let account = state.existing(self.user);
        let (from, session) = (account.user.clone(), self.session);
        let (names_device, answer) = (named.is_some(), answer.clone());
        let device = named.unwrap_or_else(|| device.clone());
        // Under the lock, so that nothing comes behind the end of the rooms.
        place.say(Say { room, from, session, device, names_device, n, kind, text, answer });
        Ok(())
    }

    /// Goes into a room, which is made where there is none. All the user's sessions do.
    ///
    /// # Errors
    /// Where there is nobody to talk to, there are too many rooms, it cannot be kept, or the daemon
    /// is going away.
    pub(crate) async fn join(&self, name: &RoomName) -> Result<Arc<Room>, HubError> {
        self.enter(name, Into::Mine).await
    }

    /// Goes into a private conversation, and calls the other one there, to whom something is to be said.
    ///
    /// # Errors
    /// As [`Member::join`] has them; the other one counts as well.
    pub(crate) async fn call(&self, name: &RoomName) -> Result<Arc<Room>, HubError> {
        self.enter(name, Into::Both).await
    }

    async fn enter(&self, name: &RoomName, into: Into) -> Result<Arc<Room>, HubError> {
        let place = self.hub.journal.place().await?;
        let then = {
            let mut state = self.hub.open()?;
            let called = state.called(self.user, name)?;
            self.check_room_left(&state, &called, into)?;
            if let Some(room) = state.rooms.called(&called)
                && self.members(&state, room, into).is_empty()
            {
                return Ok(Arc::clone(room)); // where all are already
            }
            let users = state.users_kept();
            let room = state.rooms.enter(&called, users)?;
            let members = self.members(&state, &room, into);
            let (hub, id, kept) = (Arc::clone(&self.hub), room.id, members.clone());
            place.change(
                move |db| {
                    keep::room(db, id, &called)?;
                    kept.iter().try_for_each(|member| keep::member(db, *member))
                },
                move |kept| hub.settle_members(&room, &members, kept).map(|()| room),
            )
        };
        Ok(then.await.map_err(|_| HubError::GoingAway)??)
    }

    /// Whether all who are to come into a room may be in one more.
    fn check_room_left(&self, state: &State, called: &Called, into: Into) -> Result<(), HubError> {
        let room = state.rooms.called(called).map(|room| room.id);
        let has_room_left = |user: u64| {
            room.is_some_and(|room| state.is_in(user, room)) || state.has_room_left(user, called)
        };
        if !has_room_left(self.user) {
            return Err(match called {
                Called::Named(_) => HubError::InTooManyRooms,
                Called::Private(_) => HubError::InTooManyConversations,
            });
        }
        let Called::Private(pair) = called else { return Ok(()) };
        let other = pair.ids().into_iter().find(|user| *user != self.user);
        match other.filter(|other| into == Into::Both && !has_room_left(*other)) {
            Some(other) => {
                let name = state.existing(other).user.name.clone();
                Err(HubError::IsInTooManyConversations(name))
            }
            None => Ok(()),
        }
    }

    /// What has to be kept so that this user is in `room`, and the other one `into` a private
    /// conversation; nothing where all are there.
    fn members(&self, state: &State, room: &Room, into: Into) -> Vec<KeptMember> {
        let users = match room.called() {
            Called::Named(_) => vec![self.user],
            Called::Private(pair) => pair.ids().to_vec(),
        };
        let is_to_be_in = |user: u64| user == self.user || into == Into::Both;
        if users.iter().all(|user| state.stays_in(*user, room.id) || !is_to_be_in(*user)) {
            return Vec::new();
        }
        let member = |user: u64| {
            let known = state.existing(user).rooms.known(room.id);
            let is_in = is_to_be_in(user);
            // What is there already is not new to one who comes into a room.
            let read_seq = known.map_or_else(|| room.last_seq(), |known| known.read);
            let is_news = is_in || known.is_none();
            is_news.then_some(KeptMember { user, room: room.id, is_in, read_seq })
        };
        users.into_iter().filter_map(member).collect()
    }

    /// Leaves a room, and returns it. All the user's sessions do.
    ///
    /// # Errors
    /// Where the user is not in the room or cannot leave it, it cannot be kept, or the daemon is
    /// going away.
    pub(crate) async fn leave_room(&self, name: &RoomName) -> Result<Arc<Room>, HubError> {
        let place = self.hub.journal.place().await?;
        let then = {
            let mut state = self.hub.open()?;
            let room = Arc::clone(state.room_of(self.user, name)?);
            if room.id == RoomId::LOBBY {
                return Err(HubError::CannotLeave(name.clone()));
            }
            let (hub, user, id) = (Arc::clone(&self.hub), self.user, room.id);
            let in_room = state.existing_mut(user).rooms.get_mut(id);
            in_room.expect("a user has a place in a room it is in").leaving += 1;
            place.change(
                move |db| keep::has_left(db, user, id),
                move |kept| hub.settle_left(&room, user, kept).map(|()| room),
            )
        };
        Ok(then.await.map_err(|_| HubError::GoingAway)??)
    }

    /// Takes note that the user has read a room up to `seq`; never backwards. Returns how far it has.
    ///
    /// # Errors
    /// Where the user is not in the room, it cannot be kept, or the daemon is going away.
    pub(crate) async fn read(&self, name: &RoomName, seq: u64) -> Result<u64, HubError> {
        let place = self.hub.journal.place().await?;
        let then = {
            let state = self.hub.open()?;
            let room = state.room_of(self.user, name)?;
            let (user, id, seq) = (self.user, room.id, seq.min(room.last_seq()));
            let known = state.existing(user).rooms.get(id).map_or(0, |known| known.read);
            if known >= seq {
                return Ok(known);
            }
            let hub = Arc::clone(&self.hub);
            place.change(
                move |db| keep::read(db, user, id, seq),
                move |kept| kept.map(|()| hub.settle_read(user, id, seq)),
            )
        };
        Ok(then.await.map_err(|_| HubError::GoingAway)??)
    }

    /// Says what a room is about. Everybody in it is told, this user as well.
    ///
    /// # Errors
    /// Where the user is not in the room, it cannot be kept, or the daemon is going away.
    pub(crate) async fn set_topic(&self, name: &RoomName, topic: Topic) -> Result<(), HubError> {
        let place = self.hub.journal.place().await?;
        let then = {
            let state = self.hub.open()?;
            let room = Arc::clone(state.room_of(self.user, name)?);
            let user = state.existing(self.user).user.clone();
            let (id, kept) = (room.id, topic.clone());
            place.change(
                move |db| keep::topic(db, id, &kept),
                move |kept| kept.map(|()| room.set_topic(&user, &topic)),
            )
        };
        Ok(then.await.map_err(|_| HubError::GoingAway)??)
    }

    /// Takes another name. Everybody is told, this user as well.
    ///
    /// # Errors
    /// Where the name is taken, it cannot be kept, or the daemon is going away.
    pub(crate) async fn rename(
        &mut self,
        wants: &UserName,
        if_taken: IfTaken,
    ) -> Result<(), HubError> {
        let place = self.hub.journal.place().await?;
        let then = {
            let mut state = self.hub.open()?;
            let name = state.names.free(Some(self.user), wants, if_taken)?;
            let kept = state.existing(self.user).to_keep();
            state.names.reserve(&name, self.user);
            let Some(mut kept) = kept else {
                state.rename(self.user, &name);
                return Ok(());
            };
            kept.user.name = name.clone();
            let (hub, user) = (Arc::clone(&self.hub), self.user);
            place.change(
                move |db| keep::user(db, &kept),
                move |kept| {
                    match kept {
                        Ok(()) => hub.settle_renamed(user, &name),
                        Err(_) => hub.state().names.release(&name, user),
                    }
                    kept
                },
            )
        };
        Ok(then.await.map_err(|_| HubError::GoingAway)??)
    }

    /// Leaves, and tells the others why.
    pub(crate) fn leave(mut self, reason: LeaveReason) {
        self.reason = reason;
    }
}

impl Drop for Member {
    fn drop(&mut self) {
        let mut state = self.hub.state();
        state.dismiss(self.user, self.reason);
        let account = state.existing_mut(self.user);
        if account.token.is_some() {
            self.hub.see(account);
        } else if account.sessions == 0 {
            state.remove_account(self.user);
        }
    }
}
