//! In words: the rules of the room, why the user cannot write there, and who may do more than others.

use chat_client::{Hindrance, Room};
use chat_proto::event::SanctionInfo;
use chat_proto::{Privacy, Role, User};

use crate::durations;
use crate::state::State;
use crate::wording::quoted;

/// The rules of the room that are not those of every room, the longest form first; none if there are none.
pub(super) fn rules(room: &Room) -> Vec<String> {
    let Some(rules) = room.rules() else {
        return Vec::new();
    };
    let privacy = match rules.privacy {
        Privacy::Private => Some("private"),
        Privacy::Announce => Some("announcements"),
        Privacy::Public | Privacy::Unknown => None,
    };
    let pause = (rules.slow_s > 0)
        .then(|| format!("pause of {}", durations::in_words(rules.slow_s.into())));
    let (short, long) = (privacy.map(str::to_owned), pause.clone());
    match (short, long) {
        (Some(privacy), Some(pause)) => vec![format!("{privacy}, {pause}"), privacy],
        (one, other) => one.or(other).into_iter().collect(),
    }
}

/// Why the user cannot write in the room on the screen, and whom they can ask; `None` if they can.
pub(super) fn read_only(state: &State) -> Option<String> {
    let room = state.client.room();
    Some(match state.client.hindrance(room)? {
        Hindrance::Muted(mute) => muted(state, mute),
        Hindrance::Announce => {
            let ask = moderator(state).map(|user| format!(". Ask {}", quoted(&user.name)));
            let ask = ask.unwrap_or_default();
            format!("Read only: voices, moderators and owners write here{ask}")
        }
    })
}

fn muted(state: &State, mute: &SanctionInfo) -> String {
    let place = if mute.room.is_some() { "here" } else { "on this server" };
    let until = match mute.until.map(|until| state.day_and_time(until)) {
        Some((day, time)) if day == "today" => format!(" until {time}"),
        Some((day, time)) => format!(" until {day}, {time}"),
        None => String::new(),
    };
    let reason = match mute.reason.is_empty() {
        true => String::new(),
        false => format!(": {}", mute.reason.as_str()),
    };
    let ask = match (&mute.by, mute.until) {
        (Some(by), None) => format!(". Ask {}", quoted(&by.name)),
        _ => String::new(),
    };
    format!("Read only: you're muted {place}{until}{reason}{ask}")
}

/// A moderator or an owner of the room who is here.
fn moderator(state: &State) -> Option<&User> {
    let room = state.client.room();
    let mut users = room.users().iter();
    users.find(|user| matches!(room.role(user.id), Role::Moderator | Role::Owner))
}

/// The role of a user beside its name; empty for a member.
pub(super) const fn role(role: Role) -> &'static str {
    match role {
        Role::Voice => "voice",
        Role::Moderator => "mod",
        Role::Owner => "owner",
        Role::Guest | Role::Member | Role::Unknown => "",
    }
}
