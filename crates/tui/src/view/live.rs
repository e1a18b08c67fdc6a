//! In words: who is writing, and whether the other user of a direct message can be reached.

use chat_client::Partner;
use chat_proto::{Timestamp, UserName};
use jiff::tz::TimeZone;

use crate::state::State;
use crate::wording::{away, quoted};
use crate::wrap::cut;

/// Columns of a name beside others, at most: the hints are on the same row.
const NAME_WIDTH_MAX: usize = 20;

/// The users who are writing in the room on the screen.
pub(super) fn typing(state: &State) -> Option<String> {
    let names: Vec<&UserName> = state.client.typing_in(state.client.room().name()).collect();
    match names.as_slice() {
        [] => None,
        [one] => Some(format!("{} is typing…", short(one))),
        [one, other] => Some(format!("{} and {} are typing…", short(one), short(other))),
        names => Some(format!("{} people are typing…", names.len())),
    }
}

fn short(name: &UserName) -> String {
    cut(&quoted(name), NAME_WIDTH_MAX)
}

/// Whether the user is away.
pub(super) fn own_away(state: &State) -> Option<String> {
    Some(format!("You're {}", away(state.client.own_away()?)))
}

/// Whether the other user of a direct message can be reached.
pub(super) fn partner(state: &State, partner: Partner<'_>) -> String {
    match partner {
        Partner::Online => "online".to_owned(),
        Partner::Away(text) => away(text),
        Partner::Offline(None) => "offline".to_owned(),
        Partner::Offline(Some(at)) => format!("last seen {}", time(state, at)),
    }
}

/// The time of today, or the day and the time.
fn time(state: &State, at: Timestamp) -> String {
    let clock = state.look.settings().time.value;
    let time = clock.minutes(at, &state.zone);
    let day = |at: Timestamp, zone: &TimeZone| at.timestamp().to_zoned(zone.clone()).date();
    match day(at, &state.zone) {
        date if date == day(state.now, &state.zone) => time,
        date => format!("{} {time}", date.strftime("%-d %b")),
    }
}
