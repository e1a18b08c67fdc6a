//! The messages of the journal at the end.

use chat_proto::event::MessageKind;
use chat_proto::{Seq, UserId};
use std::collections::{BTreeMap, HashMap, HashSet};
use std::path::Path;

use chat_server::journal::{self, Page, Part, RoomKey, StoredMessage};

use super::EVENTS_ROOM;
use super::label::{Label, Position, direct, room_name};
use super::read::{self, Event, Read};
use super::state::{self, State};
use crate::rights::ROOM_PREFIX;

/// Number of messages in one read.
const PAGE: u32 = 500;

/// The message that another one names.
#[derive(Debug, Clone, Copy)]
struct Target {
    seq: u64,
    /// Whether the other one is a pin or a reaction.
    by_switch: bool,
}

/// The messages of the journal.
#[derive(Debug, Default)]
pub struct Journal {
    /// By room, in the order of their `seq`.
    pub(super) rooms: HashMap<u32, Vec<(u64, Label)>>,
    /// Events about messages.
    events: HashMap<Position, Event>,
    /// Messages that name another one: events, replies, messages of threads.
    naming: HashMap<Position, Target>,
    /// Messages of which some clients read nothing that tells which they are.
    unlabelled: HashSet<Position>,
    /// The states of the messages.
    pub(super) states: HashMap<Position, State>,
    /// If a backup was restored: the `seq` of its last message by room. Later messages were undone.
    restored: Option<HashMap<u32, u64>>,
}

impl Journal {
    /// Reads the journal in `directory`, which no daemon uses: `rooms` public rooms, and the direct
    /// messages of `users`, whose keys are the numbers in the daemon.
    pub(crate) async fn open(directory: &Path, rooms: u32, users: &BTreeMap<UserId, u32>) -> Self {
        let location = journal::Location::DirectoryInTask(directory.to_owned());
        let (stored, records) = journal::Journal::open_to_read(&location).unwrap();
        let mut journal = Self::default();
        for room in &records.rooms {
            if let RoomKey::Named(name) = &room.key
                && (name.as_str() == EVENTS_ROOM || name.as_str().starts_with(ROOM_PREFIX))
            {
                continue; // has a comparison of its own
            }
            let number = number_of(&room.key, rooms, users);
            let number = number.unwrap_or_else(|| panic!("unknown room {:?}", room.key));
            let (mut last, mut all) = (Seq::NONE, Vec::new());
            loop {
                let page = Page { of: Part::After(last), limit: PAGE };
                let page = stored.read(room.id, page).await.unwrap();
                for message in &page {
                    journal.add(number, message);
                }
                let Some(newest) = page.last() else { break };
                last = newest.seq;
                all.extend(page);
            }
            let states = state::states(&all).into_iter();
            journal
                .states
                .extend(states.map(|(seq, state)| (Position { room: number, seq }, state)));
        }
        journal
    }

    fn add(&mut self, room: u32, message: &StoredMessage) {
        let position = Position { room, seq: message.seq.get() };
        self.put(position, read::label(message));
        let details = message.details.as_ref().map(|details| &details.wire);
        let named = details.and_then(|wire| wire.target.or(wire.reply_to).or(wire.thread));
        let by_switch = matches!(message.kind, MessageKind::Pin | MessageKind::Reaction);
        self.naming.extend(named.map(|seq| (position, Target { seq: seq.get(), by_switch })));
        let event = Event::of(message);
        if event.is_some() || message.text.as_str().parse::<Label>().is_err() {
            self.unlabelled.insert(position);
        }
        if let Some(event) = event {
            let edited = event.edited().map(|seq| Position { room, seq });
            self.unlabelled.extend(edited);
            self.events.insert(position, event);
        }
    }

    /// Returns the label of a message that a client has read at `position`; `None` if another one is there.
    pub(super) fn resolve(&self, position: Position, read: &Read) -> Option<Label> {
        match read {
            Read::Label(label) => Some(*label),
            Read::Event(event) if self.events.get(&position) != Some(event) => None,
            // What a restore has undone had been done before it.
            Read::Unlabelled if self.restored.is_none() && !self.unlabelled.contains(&position) => {
                None
            }
            Read::Event(_) | Read::Unlabelled => self.label_at(position),
        }
    }

    /// Adds an event that has no label in its text.
    #[cfg(test)]
    pub(super) fn put_event(&mut self, position: Position, label: Label, event: Event) {
        self.put(position, label);
        self.unlabelled.insert(position);
        let by_switch = event.is_switch();
        self.naming.extend(event.target().map(|seq| (position, Target { seq, by_switch })));
        self.events.insert(position, event);
    }

    /// Adds a reply to the message `seq`.
    #[cfg(test)]
    pub(super) fn put_reply(&mut self, position: Position, label: Label, seq: u64) {
        self.put(position, label);
        self.naming.insert(position, Target { seq, by_switch: false });
    }

    /// Returns true if the message at `position` may have been refused before it was stored: it names a message that a
    /// restore had removed, and whose `seq` another one has now; or it is a pin, of which the room may have had too
    /// many; or it is a pin or a reaction that would have changed nothing then. All else that is refused is refused
    /// later, too.
    pub(super) fn may_be_late(&self, position: Position) -> bool {
        let may = |named: &Target| {
            named.by_switch || self.is_undone(Position { seq: named.seq, ..position })
        };
        self.naming.get(&position).is_some_and(may)
    }

    /// Adds a message after the last one of its room.
    pub(crate) fn put(&mut self, position: Position, label: Label) {
        self.rooms.entry(position.room).or_default().push((position.seq, label));
    }

    /// Records that a backup was restored, with the `seq` of its last message by room.
    pub(crate) fn set_restored(&mut self, last: HashMap<u32, u64>) {
        self.restored = Some(last);
    }

    /// Returns the `seq` of the last message by room.
    pub(crate) fn last_seqs(&self) -> HashMap<u32, u64> {
        let last = |(room, messages): (&u32, &Vec<(u64, Label)>)| Some((*room, messages.last()?.0));
        self.rooms.iter().filter_map(last).collect()
    }

    /// Returns true if the restore removed the message at `position`.
    pub(super) fn is_undone(&self, position: Position) -> bool {
        let last =
            |restored: &HashMap<u32, u64>| restored.get(&position.room).copied().unwrap_or(0);
        self.restored.as_ref().is_some_and(|restored| position.seq > last(restored))
    }

    /// Returns the label of the message at `position`.
    pub(super) fn label_at(&self, position: Position) -> Option<Label> {
        let messages = self.rooms.get(&position.room)?;
        let at = messages.binary_search_by_key(&position.seq, |(seq, _)| *seq).ok()?;
        Some(messages[at].1)
    }

    pub(super) fn messages(&self) -> impl Iterator<Item = (Position, Label)> {
        self.rooms.iter().flat_map(|(room, messages)| {
            messages.iter().map(|(seq, label)| (Position { room: *room, seq: *seq }, *label))
        })
    }
}

/// Returns the number of a room, or `None` if it is not one of the torture.
fn number_of(key: &RoomKey, rooms: u32, users: &BTreeMap<UserId, u32>) -> Option<u32> {
    match key {
        RoomKey::Named(name) => (0..rooms).find(|room| room_name(*room) == name.as_str()),
        RoomKey::Direct(pair) => {
            let [one, other] = pair.ids().map(|id| users.get(&id).copied());
            Some(direct(one?, other?))
        }
    }
}
