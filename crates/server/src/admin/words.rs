//! The answers of the daemon in plain words.

use std::fmt::Write;

use chat_proto::event::InviteInfo;
use chat_proto::unsafe_chars::is_invisible;
use chat_proto::{AddressLine, Event, Role, Secret, Timestamp};

/// The answer in words, each line with its end; `None` if this command has another answer.
pub(super) fn words(event: &Event) -> Option<String> {
    let mut text = String::new();
    match event {
        Event::Invite { line, invite } => return Some(made(line, invite)),
        Event::Invites { invites, more } => {
            if invites.is_empty() {
                text.push_str("There are no invites. chat-server admin invite makes one.\n");
            }
            invites.iter().for_each(|invite| text.push_str(&listed(invite)));
            if *more {
                text.push_str("There are more, which were made earlier.\n");
            }
        }
        _ => return None,
    }
    Some(text)
}

/// An invite that was made.
fn made(line: &Secret, invite: &InviteInfo) -> String {
    let InviteInfo { id, role, uses, until, .. } = invite;
    let (line, until) = (line.reveal(), time(*until));
    let lets_in = match (uses, role) {
        (1, Role::Owner) => "the first person who opens this line becomes an owner".to_owned(),
        (1, role) => format!("the first person who opens this line becomes a {role}"),
        (uses, Role::Owner) => format!("the first {uses} persons who open this line become owners"),
        (uses, role) => format!("the first {uses} persons who open this line become {role}s"),
    };
    let mut text =
        format!("Invite {id}: {lets_in} of the server, until {until}.\n  chat-tui {line}\n");
    if is_of_this_machine(line) {
        text.push_str(
            "The line works on this machine alone: for others, start chat-server with --listen 0.0.0.0.\n",
        );
    }
    let _ = writeln!(text, "chat-server admin revoke {id} ends the invite.");
    text
}

fn is_of_this_machine(line: &str) -> bool {
    let host = line.parse::<AddressLine>().ok().and_then(|line| line.host().parse().ok());
    host.is_some_and(|host: std::net::IpAddr| host.to_canonical().is_loopback())
}

/// A line of the list of invites.
fn listed(invite: &InviteInfo) -> String {
    let InviteInfo { id, by, role, uses, used, until, note } = invite;
    let role = role.as_str();
    let by = by.as_ref().map_or("the operator", |by| by.name.as_str());
    let note = match note.is_empty() {
        true => String::new(),
        false => format!("  {}", clean(note.as_str())),
    };
    format!("{id:>4}  {role:<9}  {used} of {uses} used  until {}  by {by}{note}\n", time(*until))
}

/// A time to the minute.
fn time(at: Timestamp) -> String {
    at.timestamp().strftime("%Y-%m-%d %H:%M UTC").to_string()
}

/// A text of a user, without what a terminal would not show as it is.
fn clean(text: &str) -> String {
    text.chars().map(|c| if c.is_control() || is_invisible(c) { '\u{fffd}' } else { c }).collect()
}

#[cfg(test)]
mod tests {
    use chat_proto::{ShortString, User, UserId, UserName};

    use super::*;

    fn invite(uses: u32, role: Role) -> InviteInfo {
        let by = User { id: UserId::new(7), name: UserName::new("ana").unwrap() };
        let (until, note) = (Timestamp::from_millis(1_795_946_400_000), "for\u{1b}[2J bob");
        let note = ShortString::new(note).unwrap();
        InviteInfo { id: 4, by: Some(by), role, uses, used: 0, until, note }
    }

    #[test]
    fn an_invite_says_what_it_lets_in_and_how_to_end_it() {
        let line = "chat://192.0.2.7:12345/#".to_owned() + &"A".repeat(43);
        let text = made(&Secret::new(&*line), &invite(1, Role::Owner));
        let expected = "Invite 4: the first person who opens this line becomes an owner of the server, until \
                        2026-11-29 10:00 UTC.\n";
        assert!(text.starts_with(expected), "{text}");
        assert!(text.contains(&format!("\n  chat-tui {line}\n")), "{text}");
        assert!(text.ends_with("chat-server admin revoke 4 ends the invite.\n"), "{text}");
        assert!(!text.contains("this machine alone"), "{text}");
        let text =
            made(&Secret::new(line.replace("192.0.2.7", "127.0.0.1")), &invite(5, Role::Member));
        assert!(text.contains("the first 5 persons who open this line become members"), "{text}");
        assert!(text.contains("this machine alone"), "{text}");
    }

    #[test]
    fn a_list_shows_nothing_that_a_terminal_would_carry_out() {
        let invites = vec![invite(5, Role::Member)];
        let text = words(&Event::Invites { invites, more: false }).unwrap();
        let expected = "   4  member     0 of 5 used  until 2026-11-29 10:00 UTC  by ana  for\u{fffd}[2J bob\n";
        assert_eq!(text, expected);
        let none = words(&Event::Invites { invites: Vec::new(), more: false }).unwrap();
        assert!(none.starts_with("There are no invites."), "{none}");
    }
}
