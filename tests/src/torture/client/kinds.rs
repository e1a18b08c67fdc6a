//! The messages that a client sends: texts, replies, and events about messages.

use std::io;

use serde_json::{Value, json};

use super::{Client, PendingMessage};
use crate::findings::{Label, Position, State, pair};
use crate::torture::connection::Connection;

/// Most of its own texts that a client remembers, to edit or to delete them.
const OWN_MAX: usize = 40;

/// How far before the last message of a room the one is, at most, that a client reacts to.
const BACK_MAX: u64 = 30;

/// One for each client of a user, and for some users the same.
const EMOJI: [&str; 5] = ["👍", "🎉", "👩‍💻", "❤️", "🇪🇸"];

/// Why an event is refused that comes too late: its target was deleted, another client of the user has done the same,
/// or a restore has put another message there.
pub(super) const EVENT_REFUSED: [&str; 9] = [
    "no_such_message",
    "removed",
    "bad_target",
    "not_yours",
    "deleted",
    "no_change",
    "too_many_edits",
    "too_many_reactions",
    "too_many_pins",
];

/// Number of refusals of which one is lost: most are of events about messages that were deleted meanwhile.
pub(super) const REFUSALS_PER_LOSS: u8 = 8;

impl Client {
    /// Some clients are of an earlier version.
    pub(super) const fn knows_events(&self) -> bool {
        self.number % 4 != 2
    }

    /// The fields of its next `say`: mostly a text, its label. An event is about a message of a public room.
    pub(super) fn next_fields(&mut self, label: Label, room: u32) -> Value {
        let text = label.to_string();
        let plain = json!({"text": text});
        if pair(room).is_some() {
            return plain;
        }
        let own: Vec<u64> =
            self.own.iter().filter(|own| own.room == room).map(|own| own.seq).collect();
        let own = self.random.choice(own);
        let last = self.read.get(&room).copied().unwrap_or(0);
        let seen = last.saturating_sub(self.random.u64(..BACK_MAX));
        let emoji = EMOJI[self.number as usize % EMOJI.len()];
        let on = self.random.u8(..3) > 0;
        match (self.random.u8(..20), own) {
            (0, _) if seen > 0 => json!({"text": text, "reply_to": seen}),
            (1, _) if seen > 0 => json!({"text": text, "thread": seen}),
            (2..6, _) if seen > 0 => {
                json!({"kind": "reaction", "target": seen, "emoji": emoji, "on": on})
            }
            (6, _) if seen > 0 => json!({"kind": "pin", "target": seen, "on": on}),
            (7..9, Some(own)) => json!({"kind": "edit", "target": own, "text": text}),
            (9, Some(own)) => json!({"kind": "delete", "target": own}),
            (10, _) => json!({"kind": "topic", "topic": text}),
            _ => plain,
        }
    }

    /// Remembers an accepted text.
    pub(super) fn note_own(&mut self, pending: &PendingMessage, seq: Option<u64>) {
        let is_text = pending.fields.get("kind").is_none() && pair(pending.room).is_none();
        if let Some(seq) = seq.filter(|_| is_text) {
            if self.own.len() == OWN_MAX {
                self.own.remove(0);
            }
            self.own.push(Position { room: pending.room, seq });
        }
    }

    /// Drops an event that was refused.
    pub(super) fn give_up(&mut self, refused: &Value) {
        let n = refused["n"].as_u64().unwrap();
        let device = refused["device"].as_str().unwrap_or(&self.device).to_owned();
        let is_event = |pending: &PendingMessage| {
            let is_it = pending.label.n == n && *pending.device == *device;
            let fields = &pending.fields;
            is_it
                && ["target", "reply_to", "thread"].iter().any(|field| fields.get(field).is_some())
        };
        let at = self.outbox.iter().position(is_event);
        let at = at.unwrap_or_else(|| panic!("client {} was refused: {refused}", self.number));
        self.outbox.remove(at);
    }

    /// Reads the state of the newest messages of each public room.
    pub(super) async fn read_states(&mut self, connection: &mut Connection) -> io::Result<()> {
        let rooms: Vec<u32> =
            self.rooms.iter().copied().filter(|room| pair(*room).is_none()).collect();
        if !self.knows_events() {
            return Ok(());
        }
        let mut found = Vec::new();
        for room in rooms {
            let name = self.common.users.room_name(room);
            connection.send(&json!({"type": "history", "room": name})).await?;
            let history = loop {
                let event = connection.next().await?;
                if event["type"] == "history" {
                    break event;
                }
            };
            for message in history["messages"].as_array().unwrap() {
                let position = Position { room, seq: message["seq"].as_u64().unwrap() };
                found.extend(State::of(message).map(|state| (position, state)));
            }
        }
        found.into_iter().for_each(|(position, state)| self.record.add_state(position, state));
        Ok(())
    }
}
