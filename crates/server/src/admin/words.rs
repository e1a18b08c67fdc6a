//! The answers of the daemon in plain words. Each function returns whole lines.

mod accounts;
mod hooks;
mod invites;
mod orders;
mod rooms;

use chat_proto::unsafe_chars::is_invisible;
use chat_proto::{Event, RoomName, Timestamp};

/// The room in which an order counts, or the server, in a sentence.
pub(super) fn in_scope(room: Option<&RoomName>) -> String {
    room.map_or_else(|| "on the server".to_owned(), |room| format!("in {room}"))
}

/// The answer in words; `None` if no order has it.
pub(super) fn words(event: &Event) -> Option<String> {
    Some(match event {
        Event::Invite { line, invite } => invites::made(line, invite),
        Event::Invites { invites, more } => invites::list(invites, *more),
        Event::Hook { url, hook, key } => hooks::made(url, hook, key.as_ref()),
        Event::Hooks { hooks, more } => hooks::list(hooks, *more),
        Event::Account(account) => accounts::account(account),
        Event::Sessions { sessions, .. } => sessions.iter().map(accounts::session).collect(),
        Event::Accounts { accounts, .. } => accounts.iter().map(accounts::listed).collect(),
        Event::Link { code, valid_ms } => accounts::link(code, *valid_ms),
        Event::Rooms { rooms, .. } => rooms.iter().map(rooms::listed).collect(),
        Event::Rules { room, rules, .. } => rooms::rules(room, *rules),
        Event::Role { room, user, role, .. } => orders::role(room.as_ref(), user, *role),
        Event::Sanction(sanction) => orders::sanction(sanction),
        Event::Pardoned { sanction, .. } => orders::pardon(sanction),
        Event::Sanctions { sanctions, .. } => sanctions.iter().map(orders::listed).collect(),
        Event::Audit { records, .. } => records.iter().map(orders::record).collect(),
        _ => return None,
    })
}

/// A time to the minute.
fn time(at: Timestamp) -> String {
    at.timestamp().strftime("%Y-%m-%d %H:%M UTC").to_string()
}

/// A text of a user, without what a terminal would carry out, or not show.
fn clean(text: &str) -> String {
    text.chars().map(|c| if c.is_control() || is_invisible(c) { '\u{fffd}' } else { c }).collect()
}

/// A text at the end of a line, if there is one.
fn after(separator: &str, text: &str) -> String {
    if text.is_empty() { String::new() } else { format!("{separator}{}", clean(text)) }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_terminal_carries_out_nothing_of_a_text() {
        assert_eq!(clean("a\u{1b}[2J\u{202e}b\n"), "a\u{fffd}[2J\u{fffd}b\u{fffd}");
    }

    #[test]
    fn a_time_has_its_zone() {
        assert_eq!(time(Timestamp::from_millis(1_795_946_400_000)), "2026-11-29 10:00 UTC");
    }
}
