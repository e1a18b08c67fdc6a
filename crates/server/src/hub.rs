//! The rooms and who is in them. Knows no sockets.
//!
//! One lock over all of it, held for short and never across an `await`: so a room's events, and
//! the list one gets on entering, have one order for everybody.

use std::sync::atomic::{AtomicU64, Ordering};
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};

use chat_proto::classic::{self, Told};
use chat_proto::command::Kind;
use chat_proto::event::Accepted;
use chat_proto::{At, Event, LeaveReason, Refusal, RefusalCode, RoomName, Text, User, UserName};
use thiserror::Error;

use crate::room::{Live, Room};

/// The name the server itself speaks under to classic clients; nobody else may have it.
const SERVER_NAME: &str = "chat-server";

/// How many numbers are tried behind a taken name before the connection's own is: a thousand who
/// all want one name must not cost a million look-ups.
const NUMBERS_TRIED: u64 = 20;

/// The rooms and who is in them.
#[derive(Debug)]
pub struct Hub {
    /// `None` once the daemon is going away: sessions see the end of the room's events, and say
    /// goodbye.
    lobby: Mutex<Option<Room>>,
    last_id: AtomicU64,
    users_listed: usize,
}

/// What to do where the name somebody wants is taken.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum IfTaken {
    /// Refuse, and suggest a free one.
    Refuse,
    /// Take a free one like it: the peer cannot be asked.
    Number,
}

/// Why the hub does not do what a client asks.
#[derive(Debug, Clone, PartialEq, Eq, Error)]
pub enum HubError {
    /// The client's doing: it asked for a name that somebody else has.
    #[error("the name {wanted} is taken; {free} is free")]
    NameTaken {
        /// The name it asked for.
        wanted: UserName,
        /// One like it that nobody has.
        free: UserName,
    },
    /// The server's doing.
    #[error("the server is going away; try again in a moment")]
    GoingAway,
}

impl From<HubError> for Refusal {
    fn from(error: HubError) -> Self {
        let text = error.to_string();
        match error {
            HubError::NameTaken { free, .. } => {
                Self { suggestion: Some(free), ..Self::new(RefusalCode::NameTaken, text) }
            }
            HubError::GoingAway => Self::new(RefusalCode::Shutdown, text),
        }
    }
}

/// One user's place in the hub; the user leaves when it is dropped.
#[derive(Debug)]
pub struct Member {
    hub: Arc<Hub>,
    user: User,
    reason: LeaveReason,
}

impl Hub {
    /// A hub with nobody in it.
    #[must_use]
    pub fn new(users_listed: usize) -> Arc<Self> {
        Arc::new(Self {
            lobby: Mutex::new(Some(Room::new(RoomName::lobby()))),
            last_id: AtomicU64::new(0),
            users_listed,
        })
    }

    /// The number of a new connection: 1, 2, 3 …
    pub fn next_id(&self) -> u64 {
        self.last_id.fetch_add(1, Ordering::Relaxed) + 1
    }

    /// Lets the connection `id` in under the name it `wants`. Returns its place, the room as it is
    /// now, and what happens in it from now on.
    ///
    /// # Errors
    /// Where the name is taken, or the daemon is going away.
    pub fn enter(
        self: &Arc<Self>,
        id: u64,
        wants: &UserName,
        if_taken: IfTaken,
    ) -> Result<(Member, Event, Live), HubError> {
        let mut lobby = self.lobby();
        let room = lobby.as_mut().ok_or(HubError::GoingAway)?;
        let user = User { id, name: free_name(room, id, wants, if_taken)? };
        let (snapshot, live) = room.enter(&user, self.users_listed);
        drop(lobby);
        let member = Member { hub: Arc::clone(self), user, reason: LeaveReason::Lost };
        Ok((member, snapshot, live))
    }

    /// Ends all rooms: nothing more is taken, and every session gets what was, then the end.
    pub fn close(&self) {
        *self.lobby() = None;
    }

    fn lobby(&self) -> MutexGuard<'_, Option<Room>> {
        // A session that panicked within a call has not left the room half changed: each change is
        // one insertion or removal.
        self.lobby.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

impl Member {
    /// Who this is.
    #[must_use]
    pub const fn user(&self) -> &User {
        &self.user
    }

    /// Says something in the lobby.
    ///
    /// # Errors
    /// Where the daemon is going away.
    pub fn say(&self, kind: Kind, text: Text, n: Option<u64>) -> Result<Accepted, HubError> {
        let mut lobby = self.hub.lobby();
        let room = lobby.as_mut().ok_or(HubError::GoingAway)?;
        // Asked for under the lock, so that a room's times are in its messages' order.
        let at = At::from(jiff::Timestamp::now());
        let seq = room.say(&self.user, kind, text, at);
        Ok(Accepted { n, room: RoomName::lobby(), seq, at })
    }

    /// Takes another name. Everybody is told, this user as well.
    ///
    /// # Errors
    /// Where the name is taken, or the daemon is going away.
    pub fn rename(&mut self, wants: &UserName, if_taken: IfTaken) -> Result<(), HubError> {
        let mut lobby = self.hub.lobby();
        let room = lobby.as_mut().ok_or(HubError::GoingAway)?;
        let name = free_name(room, self.user.id, wants, if_taken)?;
        room.rename(&self.user, &name);
        self.user.name = name;
        Ok(())
    }

    /// Who is here, as a classic client is told.
    #[must_use]
    pub fn classic_users(&self) -> Option<Told> {
        let lobby = self.hub.lobby();
        let users = lobby.as_ref()?.users();
        let count = users.len();
        Some(classic::users(&self.user, users, count))
    }

    /// Leaves, and tells the others why.
    pub fn leave(mut self, reason: LeaveReason) {
        self.reason = reason;
    }
}

impl Drop for Member {
    fn drop(&mut self) {
        if let Some(room) = self.hub.lobby().as_mut() {
            room.leave(&self.user, self.reason);
        }
    }
}

/// The name that the connection `id` gets where it `wants` one.
fn free_name(
    room: &Room,
    id: u64,
    wants: &UserName,
    if_taken: IfTaken,
) -> Result<UserName, HubError> {
    let is_free = |name: &UserName| {
        name.key() != SERVER_NAME && room.id_of(name).is_none_or(|holder| holder == id)
    };
    if is_free(wants) {
        return Ok(wants.clone());
    }
    let numbers = (2..NUMBERS_TRIED).chain([id]).chain(NUMBERS_TRIED..);
    let free = numbers
        .map(|number| wants.numbered(number))
        .find(is_free)
        .expect("there are more numbers than users");
    match if_taken {
        IfTaken::Number => Ok(free),
        IfTaken::Refuse => Err(HubError::NameTaken { wanted: wants.clone(), free }),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn name(name: &str) -> UserName {
        UserName::new(name).unwrap()
    }

    fn enter(hub: &Arc<Hub>, wants: &str, if_taken: IfTaken) -> Result<Member, HubError> {
        hub.enter(hub.next_id(), &name(wants), if_taken).map(|(member, ..)| member)
    }

    #[test]
    fn a_taken_name_is_refused_with_one_that_is_free() {
        let hub = Hub::new(500);
        let _bob = enter(&hub, "bob", IfTaken::Refuse).unwrap();
        let refusal = Refusal::from(enter(&hub, "ＢＯＢ", IfTaken::Refuse).unwrap_err());
        assert_eq!(refusal.code, RefusalCode::NameTaken);
        assert_eq!(refusal.text, "the name ＢＯＢ is taken; ＢＯＢ_2 is free");
        assert_eq!(refusal.suggestion, Some(name("bob_2")));
    }

    #[test]
    fn a_classic_name_is_numbered() {
        let hub = Hub::new(500);
        let bobs: Vec<Member> =
            (0..30).map(|_| enter(&hub, "bob", IfTaken::Number).unwrap()).collect();
        let names: Vec<&str> = bobs.iter().map(|bob| bob.user().name.as_str()).collect();
        assert_eq!(names[..3], ["bob", "bob_2", "bob_3"]);
        assert_eq!(names[29], "bob_30", "past the numbers tried, the connection's own");
    }

    #[test]
    fn nobody_is_called_like_the_server() {
        let hub = Hub::new(500);
        let error = enter(&hub, "Chat-Server", IfTaken::Refuse).unwrap_err();
        assert!(matches!(error, HubError::NameTaken { .. }), "{error:?}");
    }

    #[test]
    fn a_name_is_free_again_when_its_user_has_left() {
        let hub = Hub::new(500);
        enter(&hub, "bob", IfTaken::Refuse).unwrap().leave(LeaveReason::Bye);
        assert!(enter(&hub, "bob", IfTaken::Refuse).is_ok());
    }

    #[test]
    fn a_user_may_write_its_own_name_otherwise() {
        let hub = Hub::new(500);
        let mut bob = enter(&hub, "bob", IfTaken::Refuse).unwrap();
        bob.rename(&name("Bob"), IfTaken::Refuse).unwrap();
        assert_eq!(bob.user().name.as_str(), "Bob");
        let ana = enter(&hub, "ana", IfTaken::Refuse).unwrap();
        assert!(bob.rename(&ana.user().name, IfTaken::Refuse).is_err());
        bob.rename(&name("eva"), IfTaken::Refuse).unwrap();
        assert!(enter(&hub, "bob", IfTaken::Refuse).is_ok(), "the old name is free");
    }

    #[test]
    fn a_closed_hub_takes_nothing_and_ends_its_rooms() {
        let hub = Hub::new(500);
        let (bob, _, mut live) = hub.enter(1, &name("bob"), IfTaken::Refuse).unwrap();
        let said = bob.say(Kind::Text, Text::new("last words").unwrap(), Some(1)).unwrap();
        assert_eq!((said.n, said.seq), (Some(1), 1));
        hub.close();
        let late = bob.say(Kind::Text, Text::new("too late").unwrap(), Some(2)).unwrap_err();
        assert_eq!(late, HubError::GoingAway);
        assert!(matches!(live.try_recv().unwrap().event, Event::Message(_)));
        assert_eq!(
            live.try_recv().unwrap_err(),
            tokio::sync::broadcast::error::TryRecvError::Closed
        );
    }
}
