//! Asks for the user's attention: notifications, and the title of the window.

use chat_client::Room;
use chat_client::choices::Level;
use chat_proto::{Message, RoomName};

use super::Effect;
use crate::notification::{Note, NotifyMethod};
use crate::settings::NotifyBy;
use crate::state::State;

/// A message of another user has come, which is not read.
pub(super) fn received(state: &State, message: &Message) -> Option<Effect> {
    (level(state, &message.room) == Level::All).then(|| notify(state, message)).flatten()
}

/// The same, of one that mentions the user or is for them alone.
pub(super) fn alert(state: &State, message: &Message) -> Option<Effect> {
    (level(state, &message.room) == Level::Mentions).then(|| notify(state, message)).flatten()
}

/// Of what a room notifies.
pub(super) fn level(state: &State, room: &RoomName) -> Level {
    let choice = state.client.choices().room(room);
    if choice.is_muted {
        return Level::None;
    }
    choice.level.unwrap_or(state.look.settings().notify.value)
}

fn notify(state: &State, message: &Message) -> Option<Effect> {
    if state.looks_at(&message.room) {
        return None;
    }
    let way = match state.look.settings().notify_by.value {
        NotifyBy::Auto => state.attention.notifier.way,
        NotifyBy::Bell => NotifyMethod::Bell,
        NotifyBy::Osc9 => NotifyMethod::Osc9,
        NotifyBy::Osc777 => NotifyMethod::Osc777,
        NotifyBy::Osc99 => NotifyMethod::Osc99,
        NotifyBy::None => return None,
    };
    if way == NotifyMethod::Bell {
        return Some(Effect::Ring);
    }
    let from = message.from.name.as_str();
    let title = if message.room.is_private() {
        from.to_owned()
    } else {
        format!("{from} in {}", message.room)
    };
    Some(Effect::Notify(way, Note::new(&title, message.text.as_str())))
}

/// Sets the title of the window if it has changed: `(2) #dev · chat`.
pub(super) fn title(state: &mut State) -> Option<Effect> {
    let is_shown = state.look.settings().title.value.is_on() && state.attention.notifier.has_title;
    let title = is_shown.then(|| {
        let rooms = state.client.rooms();
        let name = rooms.current().display_name();
        match rooms.list().iter().map(Room::mentions).sum::<usize>() {
            0 => format!("{name} · chat"),
            count => format!("({count}) {name} · chat"),
        }
    });
    if title == state.attention.title {
        return None;
    }
    state.attention.title.clone_from(&title);
    Some(Effect::SetTitle(title))
}
