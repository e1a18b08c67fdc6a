//! Words for users who joined, left or are away, and for times without a connection.

use std::fmt::Write as _;

use chat_client::presence::Presence;
use chat_proto::{AwayText, LeaveReason, Timestamp, UserName};
use jiff::tz::TimeZone;

use super::quoted;
use crate::settings::Clock;

/// Most names in a list with all names; a longer one has two names and a number.
const NAMES_MAX: usize = 3;

/// The ways to leave, in the order in which they are shown.
const WAYS: [&str; 6] =
    ["left", "lost connection", "timed out", "was disconnected", "was kicked", "was banned"];

/// The verb for a user who left for this reason.
const fn way(reason: LeaveReason) -> &'static str {
    match reason {
        LeaveReason::Bye | LeaveReason::Unknown => WAYS[0],
        LeaveReason::Lost => WAYS[1],
        LeaveReason::Idle | LeaveReason::TooSlow => WAYS[2],
        LeaveReason::TooManyErrors => WAYS[3],
        LeaveReason::Kicked => WAYS[4],
        LeaveReason::Banned => WAYS[5],
    }
}

/// `→ viktor, wei and 198 others joined · ← bot left`.
pub(crate) fn joined_and_left(presence: &Presence) -> String {
    let joined: Vec<&UserName> = presence.joined().collect();
    let mut text = String::new();
    if !joined.is_empty() {
        let _ = write!(text, "→ {} joined", listed(&joined));
    }
    for does in WAYS {
        let left = presence.left().filter(|(_, reason)| way(*reason) == does);
        let left: Vec<&UserName> = left.map(|(name, _)| name).collect();
        if !left.is_empty() {
            let and = if text.is_empty() { "" } else { " · " };
            let _ = write!(text, "{and}← {} {does}", listed(&left));
        }
    }
    text
}

fn listed(names: &[&UserName]) -> String {
    let quoted = |name: &&UserName| quoted(name).into_owned();
    match names {
        [] => String::new(),
        [name] => quoted(name),
        [first, second, .., _] if names.len() > NAMES_MAX => {
            format!("{}, {} and {} others", quoted(first), quoted(second), names.len() - 2)
        }
        [first @ .., last] => {
            let first: Vec<String> = first.iter().map(quoted).collect();
            format!("{} and {}", first.join(", "), quoted(last))
        }
    }
}

/// `away: lunch`.
pub(crate) fn away(text: &AwayText) -> String {
    match text.as_str() {
        "" => "away".to_owned(),
        text => format!("away: {text}"),
    }
}

/// `offline 01:14–01:15`.
pub(crate) fn offline(
    (since, until): (Timestamp, Timestamp),
    clock: Clock,
    zone: &TimeZone,
) -> String {
    format!("offline {}–{}", clock.minutes(since, zone), clock.minutes(until, zone))
}

#[cfg(test)]
mod tests {
    use chat_client::link::{LinkError, LinkEvent};
    use chat_proto::{Event, RoomName};

    use super::*;
    use crate::fixture::{Harness, user, welcome};

    #[track_caller]
    fn assert_shows(harness: &Harness, text: &str) {
        let screen = harness.screen();
        assert!(screen.contains(text), "no {text:?} on\n{screen}");
    }

    #[test]
    fn neighbours_are_one_row_with_two_names_and_a_number() {
        let mut harness = Harness::connected(100, 20);
        let room = RoomName::lobby;
        for (id, name) in [(10, "viktor"), (11, "wei"), (12, "a b")] {
            harness.event(Event::Joined { room: room(), user: user(id, name) });
        }
        assert_shows(&harness, " → viktor, wei and “a b” joined\n");
        harness.event(Event::Joined { room: room(), user: user(13, "eva") });
        assert_shows(&harness, " → viktor, wei and 2 others joined\n");
        for (id, name, reason) in [
            (3, "ana", LeaveReason::Bye),
            (5, "carl", LeaveReason::Lost),
            (13, "eva", LeaveReason::Idle),
        ] {
            harness.event(Event::Left { room: room(), user: user(id, name), reason });
        }
        let row = " → viktor, wei and “a b” joined · ← ana left · ← carl lost connection\n";
        assert_shows(&harness, row);
    }

    #[test]
    fn a_lost_connection_is_one_row() {
        let mut harness = Harness::connected(100, 20);
        let start = harness.at.as_millis();
        harness.lose();
        harness.link_event(LinkEvent::Lost(LinkError::Silent));
        harness.at = Timestamp::from_millis(start + 60_000);
        harness.connect_to(2, welcome(7, "bob"));
        assert_shows(&harness, "14:03          offline 14:02–14:03\n");
        harness.lose();
        harness.connect_to(3, welcome(7, "bob"));
        assert_shows(&harness, "               offline 14:03–14:03\n");
    }
}
