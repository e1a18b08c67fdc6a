//! Invites in words.

use std::fmt::Write;

use chat_proto::event::InviteInfo;
use chat_proto::{AddressLine, Role, Secret};
use chat_server::is_loopback;

use super::{after, time};

/// An invite that was made: its line, what it lets in, and how to end it.
pub(super) fn made(line: &Secret, invite: &InviteInfo) -> String {
    let InviteInfo { id, role, room, uses, until, .. } = invite;
    let joins = if *uses == 1 { "joins" } else { "join" };
    let into = room.as_ref().map(|room| format!(", and {joins} {room}")).unwrap_or_default();
    let (line, until) = (line.reveal(), time(*until));
    let lets_in = match (uses, role) {
        (1, Role::Owner) => "the first person who opens this line becomes an owner".to_owned(),
        (1, role) => format!("the first person who opens this line becomes a {role}"),
        (uses, role) => format!("the first {uses} people who open this line become {role}s"),
    };
    let mut text =
        format!("Invite {id}: {lets_in} of the server{into}, until {until}.\n  chat-tui {line}\n");
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
    host.is_some_and(is_loopback)
}

/// A list of invites; `more` if there are others.
pub(super) fn list(invites: &[InviteInfo], more: bool) -> String {
    if invites.is_empty() {
        return "There are no invites. chat-server admin invite makes one.\n".to_owned();
    }
    let mut text: String = invites.iter().map(listed).collect();
    if more {
        text.push_str("There are more, which were made earlier.\n");
    }
    text
}

fn listed(invite: &InviteInfo) -> String {
    let InviteInfo { id, by, role, room, uses, used, until, note } = invite;
    let into = room.as_ref().map(|room| format!("  into {room}")).unwrap_or_default();
    let by = by.as_ref().map_or("the operator", |by| by.name.as_str());
    let (role, until, note) = (role.as_str(), time(*until), after("  ", note.as_str()));
    format!("{id:>4}  {role:<9}  {used} of {uses} used  until {until}  by {by}{into}{note}\n")
}

#[cfg(test)]
mod tests {
    use chat_proto::{RoomName, ShortString, Timestamp, User, UserId, UserName};

    use super::*;

    fn invite(uses: u32, role: Role) -> InviteInfo {
        let by = User { id: UserId::new(7), name: UserName::new("ana").unwrap() };
        let until = Timestamp::from_millis(1_795_946_400_000);
        let note = ShortString::new("for bob").unwrap();
        InviteInfo { id: 4, by: Some(by), role, room: None, uses, used: 0, until, note }
    }

    #[test]
    fn an_invite_says_what_it_lets_in_and_how_to_end_it() {
        let line = "chat://192.0.2.7:12345/#".to_owned() + &"A".repeat(43);
        let text = made(&Secret::new(&*line), &invite(1, Role::Owner));
        let expected = format!(
            "Invite 4: the first person who opens this line becomes an owner of the server, until \
             2026-11-29 10:00 UTC.\n  chat-tui {line}\nchat-server admin revoke 4 ends the invite.\n"
        );
        assert_eq!(text, expected);
        let here = Secret::new(line.replace("192.0.2.7", "127.0.0.1"));
        let text = made(&here, &invite(5, Role::Member));
        assert!(text.contains("the first 5 people who open this line become members"), "{text}");
        assert!(text.contains("this machine alone"), "{text}");
    }

    #[test]
    fn a_list_has_one_line_for_each_invite() {
        let text = list(&[invite(5, Role::Member)], false);
        let expected =
            "   4  member     0 of 5 used  until 2026-11-29 10:00 UTC  by ana  for bob\n";
        assert_eq!(text, expected);
        let room = Some(RoomName::new("#ops").unwrap());
        let into = InviteInfo { room, ..invite(5, Role::Member) };
        assert!(list(std::slice::from_ref(&into), false).ends_with("by ana  into #ops  for bob\n"));
        let text = made(&Secret::new("chat://192.0.2.7:1/#"), &into);
        assert!(text.contains("become members of the server, and join #ops, until"), "{text}");
        assert!(list(&[], false).starts_with("There are no invites."));
    }
}
