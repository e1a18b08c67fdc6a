//! The users, rooms and texts of the script as values of the protocol.

use chat_proto::command::{Body, Kind, Links};
use chat_proto::{Emoji, RoomName, Seq, Text, Timestamp, Topic, User, UserId, UserName};

use super::super::script::{About, BEFORE, Line, OFFLINE, ROOMS, USERS};
use super::room::Room;

const MINUTE_MILLIS: i64 = 60_000;

/// The rooms as they are when the user comes.
pub(super) fn rooms(me: &User, now: Timestamp) -> Vec<Room> {
    let online = USERS.len() - OFFLINE;
    let rooms = ROOMS.iter().map(|script| {
        let other = script.name.strip_prefix('@').and_then(|other| user(other, me));
        let title = other.as_ref().map(|other| other.name.clone());
        let mut new = Room::new(room(script.name, me), title);
        new.topic = Topic::from_lossy(script.topic);
        new.is_joined = script.is_joined;
        let users = USERS.iter().take(online).filter_map(|name| user(name, me));
        let is_here = |user: &User| other.as_ref().is_none_or(|other| other.id == user.id);
        new.users.extend(users.filter(is_here));
        if script.is_joined {
            new.users.push(me.clone());
        }
        for line in BEFORE.iter().filter(|line| line.room == script.name) {
            let age = i64::from(line.when) * MINUTE_MILLIS;
            let at = Timestamp::from_millis(now.as_millis().saturating_sub(age));
            if let Some(from) = user(line.from, me) {
                new.add(from, body(line, me), at);
            }
        }
        new.read = new.last_seq().minus(script.unread);
        new
    });
    rooms.collect()
}

/// The content of a line of the script.
fn body(line: &Line, me: &User) -> Body {
    let text = text(&written(line.text, me));
    match line.about {
        About::Nothing => Body::text(text),
        About::Thread(root) => {
            Body::Message { kind: Kind::Text, text, links: Links::new(None, Some(Seq::new(root))) }
        }
        About::Reaction(target) => Body::Reaction {
            target: Seq::new(target),
            emoji: Emoji::new(line.text).expect("the reactions of the script are emoji"),
            on: true,
        },
    }
}

/// A text of the script.
pub(super) fn text(written: &str) -> Text {
    Text::from_lossy(written).expect("no text of the script is empty")
}

/// A text of the script as it is written to the user.
pub(super) fn written(text: &str, me: &User) -> String {
    text.replace("{me}", me.name.as_str())
}

/// A user of the script, or the user of the demo; `None` if there is none of that name.
pub(super) fn user(written: &str, me: &User) -> Option<User> {
    if written == "{me}" {
        return Some(me.clone());
    }
    let index = USERS.iter().position(|name| *name == written)?;
    Some(User { id: UserId::new(index as u64 + 1), name: name(index, me) })
}

/// The name of a user of the script: another one if it is that of the user of the demo.
fn name(index: usize, me: &User) -> UserName {
    let name = UserName::from_lossy(USERS[index]);
    if name == me.name { name.numbered(2) } else { name }
}

/// The user of the script who is called so now.
pub(super) fn called(wanted: &UserName, me: &User) -> Option<User> {
    let index = (0..USERS.len()).find(|index| name(*index, me) == *wanted)?;
    user(USERS[index], me)
}

/// The other user of a direct message.
pub(super) fn other_of(pair: [UserId; 2], me: &User) -> Option<User> {
    let id = pair.into_iter().find(|id| *id != me.id)?;
    let index = usize::try_from(id.get()).ok()?.checked_sub(1)?;
    (index < USERS.len()).then(|| User { id, name: name(index, me) })
}

/// A room of the script.
pub(super) fn room(written: &str, me: &User) -> RoomName {
    let other = written.strip_prefix('@').and_then(|other| user(other, me));
    other.map_or_else(
        || RoomName::new(written).expect("the rooms of the script have valid names"),
        |other| RoomName::direct(me.id, other.id),
    )
}
