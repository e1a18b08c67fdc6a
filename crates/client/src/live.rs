//! The users who are writing and those who are away, for as long as a session lasts.

use std::collections::BTreeMap;

use chat_proto::event::Away;
use chat_proto::{AwayText, RoomName, Timestamp, User, UserId, UserName};

/// Time for which a user is shown as typing after its last `typing`.
pub(crate) const TYPING_MS: i64 = 5_000;

/// Users who are shown as writing, in all rooms together, at most: a screen names two of one room.
const TYPING_MAX: usize = 100;

/// Users who are away, at most: as many as the list of a room has.
const AWAY_MAX: usize = 5_000;

/// The users who are writing, and those who are away.
#[derive(Debug, Default)]
pub(crate) struct Live {
    typing: Vec<Typing>,
    away: BTreeMap<UserId, AwayText>,
}

/// A user who is writing in a room.
#[derive(Debug)]
struct Typing {
    room: RoomName,
    user: User,
    until: i64,
}

impl Live {
    /// A user is writing.
    pub(crate) fn typing(&mut self, room: RoomName, user: User, at: Timestamp) {
        self.stop_typing(Some(&room), user.id);
        if self.typing.len() < TYPING_MAX {
            let until = at.as_millis().saturating_add(TYPING_MS);
            self.typing.push(Typing { room, user, until });
        }
    }

    /// Ends the typing of a user who has sent a message to the room or has left it; `None` for all rooms.
    pub(crate) fn stop_typing(&mut self, room: Option<&RoomName>, user: UserId) {
        let is_it = |typing: &Typing| {
            typing.user.id == user && room.is_none_or(|room| *room == typing.room)
        };
        self.typing.retain(|typing| !is_it(typing));
    }

    /// Removes users whose last `typing` is older than [`TYPING_MS`]. Returns the milliseconds until the next
    /// removal.
    pub(crate) fn expire(&mut self, now: Timestamp) -> Option<u64> {
        let now = now.as_millis();
        // A clock that was set back would show them for longer.
        self.typing
            .retain(|typing| now < typing.until && typing.until <= now.saturating_add(TYPING_MS));
        let next = self.typing.iter().map(|typing| typing.until).min()?;
        u64::try_from(next.saturating_sub(now)).ok()
    }

    /// The users who are writing in a room, the first one first.
    pub(crate) fn typing_in<'a>(
        &'a self,
        room: &'a RoomName,
    ) -> impl Iterator<Item = &'a UserName> {
        let there = self.typing.iter().filter(move |typing| typing.room == *room);
        there.map(|typing| &typing.user.name)
    }

    /// Sets which of the `users` that the server has listed are away.
    pub(crate) fn set_listed(&mut self, users: &[User], away: Vec<Away>) {
        for user in users {
            self.away.remove(&user.id);
        }
        for Away { id, text } in away {
            self.set_away(id, Some(text));
        }
    }

    /// A user is away, or not any more.
    pub(crate) fn set_away(&mut self, user: UserId, text: Option<AwayText>) {
        match text {
            Some(text) if self.away.len() < AWAY_MAX => {
                self.away.insert(user, text);
            }
            _ => {
                self.away.remove(&user);
            }
        }
    }

    /// The text of a user who is away.
    pub(crate) fn away(&self, user: UserId) -> Option<&AwayText> {
        self.away.get(&user)
    }
}

/// Whether the other user of a direct message can be reached.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Partner<'a> {
    /// The user is connected.
    Online,
    /// The user is connected and away, with this text.
    Away(&'a AwayText),
    /// The user is not connected; when it was last connected, if that is known.
    Offline(Option<Timestamp>),
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::testing::{room, user};

    #[test]
    fn a_user_is_writing_for_five_seconds_or_until_the_message() {
        let at = Timestamp::from_millis;
        let (rust, mut live) = (room("#rust"), Live::default());
        live.typing(rust.clone(), user(3, "ana"), at(1_000));
        live.typing(rust.clone(), user(5, "carl"), at(2_000));
        live.typing(rust.clone(), user(3, "ana"), at(4_000));
        let names =
            |live: &Live| live.typing_in(&rust).map(UserName::to_string).collect::<Vec<_>>();
        assert_eq!(names(&live), ["carl", "ana"]);
        assert_eq!(live.expire(at(6_999)), Some(1));
        assert_eq!((live.expire(at(7_000)), names(&live)), (Some(2_000), vec!["ana".to_owned()]));
        live.stop_typing(Some(&room("#tea")), UserId::new(3));
        assert_eq!(names(&live).len(), 1, "that is another room");
        live.stop_typing(Some(&rust), UserId::new(3));
        assert!(names(&live).is_empty());
        live.typing(rust.clone(), user(3, "ana"), at(90_000));
        assert_eq!(live.expire(at(1_000)), None, "the clock was set back");
    }
}
