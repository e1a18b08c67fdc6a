//! A mute or a ban in the words of a refusal.

use chat_proto::{Reason, RoomName};

/// The mute or the ban that a refusal is about.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct SanctionDetails {
    /// The room; `None` for the server.
    pub(crate) room: Option<RoomName>,
    /// Time until it ends, in milliseconds; `None` for no end.
    pub(crate) left_ms: Option<u64>,
    /// Why.
    pub(crate) reason: Reason,
    /// Whether it was made because of another user of the network.
    pub(crate) is_of_other: bool,
}

impl SanctionDetails {
    /// Where the user is muted, until when, and why.
    pub(super) fn muted(&self) -> String {
        let place =
            self.room.as_ref().map_or("on this server".to_owned(), |room| format!("in {room}"));
        format!("{place} {}", self.end_and_reason("mute"))
    }

    /// Who is banned from where, until when, and why.
    pub(super) fn banned(&self) -> String {
        let end = self.end_and_reason("ban");
        if self.is_of_other {
            return format!(
                "a user of your network is banned, so no new user comes in from it {end}. If you have an account, log in"
            );
        }
        let place = self.room.as_ref().map_or("this server", RoomName::as_str);
        format!("you are banned from {place} {end}")
    }

    fn end_and_reason(&self, what: &str) -> String {
        let end = match self.left_ms {
            Some(left) => format!("for {}", more(left.div_ceil(1000))),
            None => format!("until a moderator ends the {what}"),
        };
        if self.reason.is_empty() { end } else { format!("{end}: {}", self.reason.as_str()) }
    }
}

/// A time that is left, in the largest unit of which there are two or more.
fn more(seconds: u64) -> String {
    let units = [(86_400, "days"), (3_600, "hours"), (60, "minutes")];
    match units.into_iter().find(|(unit, _)| seconds > *unit) {
        Some((unit, name)) => format!("{} more {name}", seconds.div_ceil(unit)),
        None if seconds == 1 => "1 more second".to_owned(),
        None => format!("{seconds} more seconds"),
    }
}
