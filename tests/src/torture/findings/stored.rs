//! What the journal has in the end.

use std::collections::{BTreeMap, HashMap};
use std::path::Path;

use chat_server::journal::{self, Page, Part, RoomKey};

use super::words::{Place, Words, direct};
use crate::torture::room_name;

/// Messages that are read at once.
const PAGE: u32 = 500;

/// What the journal has.
#[derive(Debug, Default)]
pub struct Journal {
    /// By room, in order.
    pub(super) rooms: HashMap<u32, Vec<(u64, Words)>>,
    /// If a backup was restored, the last message it had of each room. What came after is undone.
    restored: Option<HashMap<u32, u64>>,
}

impl Journal {
    /// Reads the journal in `directory`, which no daemon has now: so many public `rooms`, and the private
    /// conversations of `users`, by the numbers that the daemon gave them.
    pub(crate) async fn open(directory: &Path, rooms: u32, users: &BTreeMap<u64, u32>) -> Self {
        let place = journal::Location::DirectoryInTask(directory.to_owned());
        let (stored, restored) = journal::Journal::open_to_read(&place).unwrap();
        let mut journal = Self::default();
        for room in &restored.rooms {
            let number = number_of(&room.called, rooms, users);
            let number = number.unwrap_or_else(|| panic!("whose is {:?}?", room.called));
            let mut last = 0;
            loop {
                let page = Page { of: Part::After(last), limit: PAGE };
                let page = stored.read(room.id, page).await.unwrap();
                for message in &page {
                    let words = message.text.as_str().parse().unwrap();
                    journal.put(Place { room: number, seq: message.seq }, words);
                }
                let Some(newest) = page.last() else { break };
                last = newest.seq;
            }
        }
        journal
    }

    /// Takes the message after the last that was taken of its room.
    pub(crate) fn put(&mut self, place: Place, words: Words) {
        self.rooms.entry(place.room).or_default().push((place.seq, words));
    }

    /// A backup with these last messages of the rooms was restored.
    pub(crate) fn restored(&mut self, last: HashMap<u32, u64>) {
        self.restored = Some(last);
    }

    /// The last message of each room.
    pub(crate) fn last(&self) -> HashMap<u32, u64> {
        let last = |(room, messages): (&u32, &Vec<(u64, Words)>)| Some((*room, messages.last()?.0));
        self.rooms.iter().filter_map(last).collect()
    }

    /// Whether a restore took away what stood at `place` before it.
    pub(super) fn is_undone(&self, place: Place) -> bool {
        let last = |restored: &HashMap<u32, u64>| restored.get(&place.room).copied().unwrap_or(0);
        self.restored.as_ref().is_some_and(|restored| place.seq > last(restored))
    }

    pub(super) fn words_at(&self, place: Place) -> Option<Words> {
        let messages = self.rooms.get(&place.room)?;
        let at = messages.binary_search_by_key(&place.seq, |(seq, _)| *seq).ok()?;
        Some(messages[at].1)
    }

    pub(super) fn places(&self) -> impl Iterator<Item = (Place, Words)> {
        self.rooms.iter().flat_map(|(room, messages)| {
            messages.iter().map(|(seq, words)| (Place { room: *room, seq: *seq }, *words))
        })
    }
}

/// The number of a room.
fn number_of(called: &RoomKey, rooms: u32, users: &BTreeMap<u64, u32>) -> Option<u32> {
    match called {
        RoomKey::Named(name) => (0..rooms).find(|room| room_name(*room) == name.as_str()),
        RoomKey::Direct(pair) => {
            let [one, other] = pair.ids().map(|id| users.get(&id).copied());
            Some(direct(one?, other?))
        }
    }
}
