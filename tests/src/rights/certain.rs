//! Facts that are certain at each time: who may write where, who is out of a room, and who has a role on the server.

use super::order::{Role, Room, User};
use super::state::Answer;
use super::worlds::Worlds;
use super::{ROOMS, USERS};

/// The number of an event in a group. A later event has a greater one.
pub(super) type Ticket = u64;

/// A fact that was certain for a time.
#[derive(Debug, Clone, Copy)]
struct Span {
    from: Ticket,
    may_write: [[Answer; ROOMS]; USERS],
}

/// The facts that are certain, and those that were.
#[derive(Debug)]
pub(super) struct Certain {
    spans: Vec<Span>,
    /// Since when each user is out of each room; `None` if it may be in.
    out_since: [[Option<Ticket>; ROOMS]; USERS],
    /// Since when each user is banned from the server, and since when it is not.
    banned_since: [Option<Ticket>; USERS],
    free_since: [Option<Ticket>; USERS],
    /// The role of each user on the server, and since when; `None` if it may have another one.
    roles_since: [Option<(Role, Ticket)>; USERS],
    /// Since when each user has to wait between two messages; `None` if it may not have to.
    slow_since: [[Option<Ticket>; ROOMS]; USERS],
}

impl Default for Certain {
    fn default() -> Self {
        let unknown = Span { from: 0, may_write: [[Answer::Unknown; ROOMS]; USERS] };
        let never = [[None; ROOMS]; USERS];
        Self {
            spans: vec![unknown],
            out_since: never,
            banned_since: [None; USERS],
            free_since: [None; USERS],
            roles_since: [None; USERS],
            slow_since: never,
        }
    }
}

impl Certain {
    /// From now on, one of these states is there; none of them stands for any.
    pub(super) fn set(&mut self, now: Ticket, possible: &Worlds) {
        let mut span = Span { from: now, may_write: [[Answer::Unknown; ROOMS]; USERS] };
        for user in 0..USERS {
            let banned = possible.agree(|state| Answer::of(state.is_banned(user, None)));
            note(&mut self.banned_since[user], now, banned == Answer::Yes);
            note(&mut self.free_since[user], now, banned == Answer::No);
            let role = possible.common(|state| state.roles[user]);
            let before = self.roles_since[user].filter(|(before, _)| Some(*before) == role);
            self.roles_since[user] = before.or(role.map(|role| (role, now)));
            for room in 0..ROOMS {
                span.may_write[user][room] = possible.agree(|state| state.may_write(user, room));
                let is_in = possible.agree(|state| Answer::of(state.rooms[room].members[user]));
                note(&mut self.out_since[user][room], now, is_in == Answer::No);
                let slow = possible.agree(|state| Answer::of(state.has_to_wait(user, room)));
                note(&mut self.slow_since[user][room], now, slow == Answer::Yes);
            }
        }
        self.spans.push(span);
    }

    /// Whether the user might write there at any time from `from` on: `Unknown` if sometimes.
    pub(super) fn might_write(&self, user: User, room: Room, from: Ticket) -> Answer {
        let later = self.spans.iter().rev();
        let mut found = None;
        for span in later {
            let here = span.may_write[user][room];
            if *found.get_or_insert(here) != here {
                return Answer::Unknown;
            }
            if span.from <= from {
                break;
            }
        }
        found.unwrap_or(Answer::Unknown)
    }

    /// Whether the user is out of the room, and was when a message was first sent.
    pub(super) fn is_out_since(&self, user: User, room: Room, sent: Ticket) -> bool {
        self.out_since[user][room].is_some_and(|since| since < sent)
    }

    /// Whether the user was banned from the server all the time since it sent its `hello`; `Unknown` if it may have
    /// been for a part of it.
    pub(super) fn is_banned_since(&self, user: User, sent: Ticket) -> Answer {
        let is_since = |since: Option<Ticket>| since.is_some_and(|since| since < sent);
        match (is_since(self.banned_since[user]), is_since(self.free_since[user])) {
            (true, _) => Answer::Yes,
            (_, true) => Answer::No,
            _ => Answer::Unknown,
        }
    }

    /// The role that the user had on the server all the time since it sent its `hello`, if that is certain.
    pub(super) fn role_since(&self, user: User, sent: Ticket) -> Option<Role> {
        self.roles_since[user].filter(|(_, since)| *since < sent).map(|(role, _)| role)
    }

    /// Whether the user has to wait between two messages, and had to when the earlier one was first sent.
    pub(super) fn waits_since(&self, user: User, room: Room, sent: Ticket) -> bool {
        self.slow_since[user][room].is_some_and(|since| since < sent)
    }
}

fn note(since: &mut Option<Ticket>, now: Ticket, is_so: bool) {
    *since = if is_so { since.or(Some(now)) } else { None };
}
