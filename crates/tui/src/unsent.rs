//! The notice of unsent messages after the end of the program.

use std::fmt;

use chat_client::{Saved, State};
use chat_proto::RoomName;

/// Most rooms in the notice: it should fit a row of a terminal.
const ROOMS_NAMED_MAX: usize = 3;

/// The messages without an answer at the end of the program. Displays as one line, empty if there are none.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Unsent {
    server: String,
    rooms: Vec<(RoomName, usize)>,
    saved: Saved,
}

impl Unsent {
    /// The messages of a client, which are saved in this way.
    #[must_use]
    pub fn new(state: &State, saved: Saved) -> Self {
        let mut rooms: Vec<(RoomName, usize)> = Vec::new();
        for message in state.unanswered() {
            let label = state.rooms().label(&message.room);
            match rooms.iter_mut().find(|(room, _)| *room == label) {
                Some((_, count)) => *count += 1,
                None => rooms.push((label, 1)),
            }
        }
        Self { server: state.server().to_owned(), rooms, saved }
    }

    /// How many there are.
    #[must_use]
    pub fn count(&self) -> usize {
        self.rooms.iter().map(|(_, count)| count).sum()
    }
}

impl fmt::Display for Unsent {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let (what, them) = match self.count() {
            0 => return Ok(()),
            1 => ("1 message waits".to_owned(), "it"),
            count => (format!("{count} messages wait"), "them"),
        };
        write!(f, "{what} for {}:", self.server)?;
        for (index, (room, count)) in self.rooms.iter().take(ROOMS_NAMED_MAX).enumerate() {
            let comma = if index == 0 { "" } else { "," };
            write!(f, "{comma} {count} to {room}")?;
        }
        if self.rooms.len() > ROOMS_NAMED_MAX {
            f.write_str(", and more")?;
        }
        match self.saved {
            Saved::Disk => write!(f, ". The next start of chat-tui sends {them}."),
            Saved::Memory => {
                write!(f, ". Nothing is stored on this machine, so nobody sends {them}.")
            }
            Saved::Unknown => write!(
                f,
                ". The disk did not store {them} in time. The next start of chat-tui sends what was stored."
            ),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::fixture::Harness;

    fn unsent(harness: &Harness) -> String {
        Unsent::new(&harness.state.client, Saved::Disk).to_string()
    }

    #[test]
    fn the_number_of_pending_messages_and_their_rooms_are_named() {
        let mut harness = Harness::connected(80, 20);
        assert_eq!(unsent(&harness), "");
        harness.type_text("one\n");
        assert_eq!(
            unsent(&harness),
            "1 message waits for 127.0.0.1:12345: 1 to #lobby. The next start of chat-tui sends it."
        );
        harness.type_text("two\n/msg ana three\n");
        assert_eq!(
            unsent(&harness),
            "3 messages wait for 127.0.0.1:12345: 2 to #lobby, 1 to @ana. The next start of chat-tui \
             sends them."
        );
        for room in ["#a", "#b"] {
            harness.type_text(&format!("/join {room}\nx\n"));
        }
        assert!(unsent(&harness).contains("1 to #a, and more. The"), "{}", unsent(&harness));
        let unknown = Unsent::new(&harness.state.client, Saved::Unknown).to_string();
        assert!(
            unknown.ends_with("The next start of chat-tui sends what was stored."),
            "{unknown}"
        );
        let lost = Unsent::new(&harness.state.client, Saved::Memory).to_string();
        assert!(
            lost.ends_with("Nothing is stored on this machine, so nobody sends them."),
            "{lost}"
        );
    }
}
