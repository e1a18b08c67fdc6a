//! The notice of unsent messages after the end of the program.

use std::fmt::Write as _;
use std::path::Path;

use chat_client::store::{LastSession, MessageId, WaitingElsewhere, still_pending};
use chat_client::{OutboxLocation, State};
use chat_proto::{RoomName, UserName};

/// Most rooms in the notice: it should fit a row of a terminal.
const ROOMS_NAMED_MAX: usize = 3;

/// Most servers in the notice at the start, for the same reason.
const ELSEWHERE_NAMED_MAX: usize = 3;

/// The messages without an answer at the end of a client.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Unsent {
    server: String,
    /// `None` if the client has not started.
    name: Option<UserName>,
    /// Each message, and the room as the user calls it.
    messages: Vec<(RoomName, MessageId)>,
    location: OutboxLocation,
}

impl Unsent {
    /// The messages of a client, which are saved in this way.
    #[must_use]
    pub fn new(state: &State, location: OutboxLocation) -> Self {
        let messages = state.unanswered().into_iter();
        let messages =
            messages.map(|message| (state.rooms().label(&message.room), message.id)).collect();
        Self {
            server: state.server().to_owned(),
            name: Some(state.name().clone()),
            messages,
            location,
        }
    }

    /// How many there are.
    #[must_use]
    pub const fn count(&self) -> usize {
        self.messages.len()
    }

    /// The notice of them, on one line. `last` is the session to which the next start of the program goes.
    fn notice(&self, last: Option<&LastSession>) -> String {
        let (what, them, are) = match self.count() {
            1 => ("1 message waits".to_owned(), "it", "It is"),
            count => (format!("{count} messages wait"), "them", "They are"),
        };
        let mut text = format!("{what} for {}:", self.server);
        for (index, (room, count)) in self.rooms().iter().take(ROOMS_NAMED_MAX).enumerate() {
            let comma = if index == 0 { "" } else { "," };
            // Writing to a string does not fail.
            let _ = write!(text, "{comma} {count} to {room}");
        }
        if self.rooms().len() > ROOMS_NAMED_MAX {
            text.push_str(", and more");
        }
        let goes_there = last.is_some_and(|last| last.server == self.server);
        text + &match self.location {
            OutboxLocation::Disk if goes_there => {
                format!(". The next start of chat-tui sends {them}.")
            }
            OutboxLocation::Disk => {
                let is_other = |name: &&UserName| last.is_none_or(|last| last.name != **name);
                let other = self.name.as_ref().filter(is_other);
                let user = other.map(|name| format!("{name}@")).unwrap_or_default();
                format!(". {are} sent when you connect there: chat-tui {user}{}", self.server)
            }
            OutboxLocation::Memory => {
                format!(". Nothing is stored on this machine, so nobody sends {them}.")
            }
            OutboxLocation::Unknown => format!(
                ". The disk did not store {them} in time. The next start of chat-tui sends what was stored."
            ),
        }
    }

    fn rooms(&self) -> Vec<(&RoomName, usize)> {
        let mut rooms: Vec<(&RoomName, usize)> = Vec::new();
        for (label, _) in &self.messages {
            match rooms.iter_mut().find(|(room, _)| *room == label) {
                Some((_, count)) => *count += 1,
                None => rooms.push((label, 1)),
            }
        }
        rooms
    }
}

/// The notice at the start of messages that this start does not send, and how they are sent; `None` if there are none.
#[must_use]
pub fn elsewhere(all: &[WaitingElsewhere]) -> Option<String> {
    let way = |one: &WaitingElsewhere| match &one.name {
        None => format!("/connect {}", one.server),
        Some(name) => format!("chat-tui {name}@{}", one.server),
    };
    let count: usize = all.iter().map(|one| one.count).sum();
    let (what, them) = match count {
        1 => ("1 message waits".to_owned(), "it"),
        count => (format!("{count} messages wait"), "them"),
    };
    let text = match all {
        [] => return None,
        [one] => {
            let of = one.name.as_ref().map(|name| format!("{name} at ")).unwrap_or_default();
            format!("{what} for {of}{}. {} sends {them}", one.server, way(one))
        }
        all => {
            let ways = all.iter().take(ELSEWHERE_NAMED_MAX);
            let ways = ways.map(|one| format!("{} sends {}", way(one), one.count));
            let more = if all.len() > ELSEWHERE_NAMED_MAX { ", and more" } else { "" };
            let ways = ways.collect::<Vec<_>>().join(", ");
            format!("{what} for other servers or users. {ways}{more}")
        }
    };
    Some(text)
}

/// The notices of unsent messages at the end of the program. `all` has the unsent messages of each client of this run,
/// in order. A later client may have sent them, so those that are in no outbox any more are left out.
#[must_use]
pub fn notices(mut all: Vec<Unsent>, state: Option<&Path>) -> Vec<String> {
    let Some(last_client) = all.len().checked_sub(1) else {
        return Vec::new();
    };
    let last = state.and_then(LastSession::read);
    for index in 0..last_client {
        let (earlier, later) = all.split_at_mut(index + 1);
        let Unsent { messages, location, .. } = &mut earlier[index];
        let is_later = |id: &MessageId| {
            later.iter().any(|unsent| unsent.messages.iter().any(|(_, other)| other == id))
        };
        messages.retain(|(_, id)| !is_later(id));
        if let (OutboxLocation::Disk, Some(state)) = (*location, state) {
            let ids: Vec<_> = messages.iter().map(|(_, id)| id.clone()).collect();
            let pending = still_pending(state, &ids);
            messages.retain(|(_, id)| pending.contains(id));
        }
    }
    let all = all.iter().filter(|unsent| unsent.count() > 0);
    all.map(|unsent| unsent.notice(last.as_ref())).collect()
}

#[cfg(test)]
mod tests {
    use chat_client::store::{Store, StoreOp};

    use super::*;
    use crate::fixture::{Harness, name, store_ops};

    const ADDRESS: &str = "127.0.0.1:12345";

    fn last(user: &str, server: &str) -> Option<LastSession> {
        Some(LastSession { name: name(user), server: server.to_owned() })
    }

    fn notice(harness: &Harness, location: OutboxLocation) -> String {
        Unsent::new(&harness.state.client, location).notice(last("bob", ADDRESS).as_ref())
    }

    #[test]
    fn the_number_of_pending_messages_and_their_rooms_are_named() {
        let mut harness = Harness::connected(80, 20);
        let none = Unsent::new(&harness.state.client, OutboxLocation::Disk);
        assert_eq!(notices(vec![none], None), [""; 0]);
        harness.type_text("one\n");
        assert_eq!(
            notice(&harness, OutboxLocation::Disk),
            "1 message waits for 127.0.0.1:12345: 1 to #lobby. The next start of chat-tui sends it."
        );
        harness.type_text("two\n/msg ana three\n");
        assert_eq!(
            notice(&harness, OutboxLocation::Disk),
            "3 messages wait for 127.0.0.1:12345: 2 to #lobby, 1 to @ana. The next start of chat-tui \
             sends them."
        );
        for room in ["#a", "#b"] {
            harness.type_text(&format!("/join {room}\nx\n"));
        }
        assert!(notice(&harness, OutboxLocation::Disk).contains("1 to #a, and more. The"));
        let unknown = notice(&harness, OutboxLocation::Unknown);
        assert!(
            unknown.ends_with("The next start of chat-tui sends what was stored."),
            "{unknown}"
        );
        let lost = notice(&harness, OutboxLocation::Memory);
        assert!(
            lost.ends_with("Nothing is stored on this machine, so nobody sends them."),
            "{lost}"
        );
    }

    #[test]
    fn if_the_next_start_goes_elsewhere_the_notice_says_how_the_messages_are_sent() {
        let mut harness = Harness::connected(80, 20);
        harness.type_text("one\n");
        let unsent = Unsent::new(&harness.state.client, OutboxLocation::Disk);
        for (last, expected) in [
            (last("bob", "other:1"), "It is sent when you connect there: chat-tui 127.0.0.1:12345"),
            (
                last("b2", "other:1"),
                "It is sent when you connect there: chat-tui bob@127.0.0.1:12345",
            ),
            (None, "It is sent when you connect there: chat-tui bob@127.0.0.1:12345"),
        ] {
            let notice = unsent.notice(last.as_ref());
            assert!(notice.ends_with(expected), "{notice}");
        }
    }

    #[test]
    fn a_start_says_what_waits_for_other_servers_and_how_it_is_sent() {
        let waits = |server: &str, user: Option<&str>, count| WaitingElsewhere {
            server: server.to_owned(),
            name: user.map(name),
            count,
        };
        let all = [
            waits("one:1", None, 2),
            waits("two:1", Some("ana"), 1),
            waits("three:1", None, 1),
            waits("four:1", None, 1),
        ];
        let notices = [&all[..0], &all[..1], &all[1..2], &all[..2], &all].map(elsewhere);
        let notices = notices.map(Option::unwrap_or_default);
        assert_eq!(
            notices,
            [
                "",
                "2 messages wait for one:1. /connect one:1 sends them",
                "1 message waits for ana at two:1. chat-tui ana@two:1 sends it",
                "3 messages wait for other servers or users. /connect one:1 sends 2, chat-tui ana@two:1 sends 1",
                "5 messages wait for other servers or users. /connect one:1 sends 2, chat-tui ana@two:1 sends 1, \
                 /connect three:1 sends 1, and more",
            ]
        );
    }

    #[test]
    fn a_message_of_an_earlier_client_is_counted_once_and_only_if_it_still_waits() {
        let directory = tempfile::tempdir().unwrap();
        let state = Some(directory.path());
        let open = |server| Store::open(state, server, name("bob")).unwrap();
        let mut harness = Harness::connected(80, 20);
        let effects = harness.type_text("one\n");
        let first = Unsent::new(&harness.state.client, OutboxLocation::Disk);
        let (mut store, _) = open(ADDRESS);
        let message = |op: &StoreOp| match op {
            StoreOp::Message(message) => Some(message.clone()),
            _ => None,
        };
        let message = store_ops(&effects).into_iter().find_map(message).unwrap();
        store.apply(StoreOp::Message(message.clone())).unwrap();
        let elsewhere = Unsent::default();
        let count = |all| notices(all, state).len();
        assert_eq!(count(vec![first.clone(), elsewhere.clone()]), 1, "it waits");
        assert_eq!(count(vec![first.clone(), elsewhere.clone(), first.clone()]), 1, "it waits");
        store.apply(StoreOp::Acknowledged(vec![message.id.clone()])).unwrap();
        assert_eq!(count(vec![first, elsewhere]), 0, "a later client has sent it");
    }
}
