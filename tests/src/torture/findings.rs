//! What the clients were told, beside what the journal has.

use std::collections::{BTreeSet, HashMap, HashSet};
use std::fmt;
use std::net::SocketAddr;

use serde_json::json;

mod words;

pub(crate) use self::words::direct;
use self::words::pair;
pub use self::words::{Place, Words};
use super::room_name;
use crate::native::Native;

/// Messages one `history` asks for.
const PAGE: u64 = 500;

/// What one client was told.
#[derive(Debug)]
pub struct Record {
    client: u32,
    /// Whose client it is.
    user: u32,
    accepted: Vec<(Words, u32, Option<u64>)>,
    /// What a classic client has read, which is told no places.
    heard: Vec<Words>,
    read: Vec<(Place, Words)>,
    rooms: HashSet<u32>,
    /// How often it called.
    pub calls: u64,
}

impl Record {
    pub(crate) fn new(client: u32, user: u32) -> Self {
        Self {
            client,
            user,
            accepted: Vec::new(),
            heard: Vec::new(),
            read: Vec::new(),
            rooms: HashSet::new(),
            calls: 0,
        }
    }

    /// It was told that its message is kept, and where, unless it was a repeat.
    pub(crate) fn accepted(&mut self, words: Words, room: u32, seq: Option<u64>) {
        self.accepted.push((words, room, seq));
    }

    /// A classic client was told a message of the lobby.
    pub(crate) fn heard(&mut self, words: Words) {
        self.heard.push(words);
    }

    /// It was told a message.
    pub(crate) fn read(&mut self, place: Place, words: Words) {
        self.rooms.insert(place.room);
        self.read.push((place, words));
    }
}

/// What the journal has, as a client that asks for all of it is told.
#[derive(Debug, Default)]
pub struct Journal {
    /// By room, in order.
    rooms: HashMap<u32, Vec<(u64, Words)>>,
}

impl Journal {
    /// Asks the daemon for every message of every room.
    pub async fn read(address: SocketAddr, rooms: u32) -> Self {
        let mut reader = Native::join(address, "reader-of-everything").await;
        let mut journal = Self::default();
        for room in 0..rooms {
            let name = room_name(room);
            reader.send(&json!({"type": "join", "room": name})).await;
            let last = reader.until("room").await["last_seq"].as_u64().unwrap();
            let messages = journal.rooms.entry(room).or_default();
            let mut before = last + 1;
            while before > 1 {
                let ask = json!({"type": "history", "room": name, "before": before, "limit": PAGE});
                reader.send(&ask).await;
                let page = reader.until("history").await;
                let page = page["messages"].as_array().unwrap();
                let Some(oldest) = page.first() else { break };
                before = oldest["seq"].as_u64().unwrap();
                for message in page.iter().rev() {
                    let words = message["text"].as_str().unwrap().parse().unwrap();
                    messages.push((message["seq"].as_u64().unwrap(), words));
                }
            }
            messages.reverse();
        }
        journal
    }

    /// Takes the message after the last that was taken of its room.
    pub(crate) fn put(&mut self, place: Place, words: Words) {
        self.rooms.entry(place.room).or_default().push((place.seq, words));
    }

    fn words_at(&self, place: Place) -> Option<Words> {
        let messages = self.rooms.get(&place.room)?;
        let at = messages.binary_search_by_key(&place.seq, |(seq, _)| *seq).ok()?;
        Some(messages[at].1)
    }

    fn places(&self) -> impl Iterator<Item = (Place, Words)> {
        self.rooms.iter().flat_map(|(room, messages)| {
            messages.iter().map(|(seq, words)| (Place { room: *room, seq: *seq }, *words))
        })
    }
}

/// What was found. All but the first four are faults.
#[derive(Debug, Default, Clone, Copy, PartialEq, Eq)]
pub struct Findings {
    /// How often the daemon was killed.
    pub kills: u32,
    /// How often clients called.
    pub calls: u64,
    /// Messages that were accepted.
    pub accepted: u64,
    /// Messages that clients read.
    pub read: u64,
    /// Accepted, and not in the journal, or not where it was said to be.
    pub missing: u64,
    /// In the journal more than once, or read more than once by one reader.
    pub doubled: u64,
    /// Of one client in one room, not in the order in which it said them; or read in another.
    pub out_of_order: u64,
    /// Places in a room that no message has.
    pub gaps: u64,
    /// Read by somebody, and not in the journal so.
    pub unfounded: u64,
    /// In the journal, and never read by a user who was in the room.
    pub unread: u64,
    /// In a room for which it was not meant, or read by a user who is not of the two.
    pub misdirected: u64,
}

impl Findings {
    /// Puts what the clients were told beside the journal.
    pub fn of(journal: &Journal, records: &[Record], kills: u32) -> Self {
        let mut findings = Self { kills, ..Self::default() };
        let places = findings.of_journal(journal);
        for record in records {
            findings.calls += record.calls;
            findings.of_accepted(record, &places);
            findings.of_read(record, journal);
            findings.of_heard(record, &places);
        }
        findings.of_rooms(journal, records);
        findings.of_users(journal, records);
        findings
    }

    /// Whether there is no fault.
    pub const fn is_clean(&self) -> bool {
        let Self { missing, doubled, out_of_order, gaps, unfounded, unread, misdirected, .. } =
            self;
        *missing + *doubled + *out_of_order + *gaps + *unfounded + *unread + *misdirected == 0
    }

    fn of_journal(&mut self, journal: &Journal) -> HashMap<Words, Place> {
        let mut places = HashMap::new();
        for (place, words) in journal.places() {
            self.doubled += u64::from(places.insert(words, place).is_some());
        }
        for messages in journal.rooms.values() {
            let mut last_n = HashMap::new();
            for (at, (seq, words)) in (1..).zip(messages) {
                self.gaps += u64::from(*seq != at);
                let before = last_n.insert(words.client, words.n).unwrap_or(0);
                self.out_of_order += u64::from(before >= words.n);
            }
        }
        places
    }

    fn of_accepted(&mut self, record: &Record, places: &HashMap<Words, Place>) {
        for (words, room, seq) in &record.accepted {
            self.accepted += 1;
            let kept = places
                .get(words)
                .is_some_and(|place| place.room == *room && seq.is_none_or(|seq| seq == place.seq));
            self.missing += u64::from(!kept);
        }
    }

    fn of_read(&mut self, record: &Record, journal: &Journal) {
        let mut last = HashMap::new();
        let mut read = HashSet::new();
        for (place, words) in &record.read {
            self.read += 1;
            self.unfounded += u64::from(journal.words_at(*place) != Some(*words));
            // Its own messages come again with what it missed.
            if words.client == record.client {
                continue;
            }
            self.doubled += u64::from(!read.insert(*place));
            let before = last.insert(place.room, place.seq).unwrap_or(0);
            self.out_of_order += u64::from(before > place.seq);
        }
    }

    /// A classic client is told no places: what it reads stands in the lobby, in that order, and once.
    fn of_heard(&mut self, record: &Record, places: &HashMap<Words, Place>) {
        let mut last = 0;
        let mut heard = HashSet::new();
        for words in &record.heard {
            self.read += 1;
            self.doubled += u64::from(!heard.insert(words));
            match places.get(words) {
                Some(Place { room: 0, seq }) => {
                    self.out_of_order += u64::from(*seq < last);
                    last = *seq;
                }
                Some(_) => self.misdirected += 1,
                None => self.unfounded += 1,
            }
        }
    }

    /// What stands in a room is for that room, and what a user reads is for that user.
    fn of_rooms(&mut self, journal: &Journal, records: &[Record]) {
        let users: HashMap<u32, u32> =
            records.iter().map(|record| (record.client, record.user)).collect();
        for (place, words) in journal.places() {
            let from = users.get(&words.client);
            let room = words.to.and_then(|to| from.map(|from| direct(*from, to)));
            let is_public = words.to.is_none() && pair(place.room).is_none();
            self.misdirected += u64::from(!is_public && room != Some(place.room));
        }
        for record in records {
            let others = record.read.iter().filter(|(place, _)| {
                pair(place.room).is_some_and(|pair| !pair.contains(&record.user))
            });
            self.misdirected += others.count() as u64;
        }
    }

    /// A user with several clients reads a message in one of them, as what is read is the user's.
    fn of_users(&mut self, journal: &Journal, records: &[Record]) {
        let users: BTreeSet<u32> = records.iter().map(|record| record.user).collect();
        for user in users {
            let own = || records.iter().filter(|record| record.user == user);
            let clients: HashSet<u32> = own().map(|record| record.client).collect();
            let rooms: HashSet<u32> = own().flat_map(|record| &record.rooms).copied().collect();
            let read: HashSet<Place> =
                own().flat_map(|record| &record.read).map(|(place, _)| *place).collect();
            let due = journal.places().filter(|(place, words)| {
                let is_in = pair(place.room)
                    .map_or_else(|| rooms.contains(&place.room), |pair| pair.contains(&user));
                is_in && !clients.contains(&words.client)
            });
            self.unread += due.filter(|(place, _)| !read.contains(place)).count() as u64;
        }
    }
}

impl fmt::Display for Findings {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let rows: [(&str, u64); 11] = [
            ("kills", self.kills.into()),
            ("calls", self.calls),
            ("accepted", self.accepted),
            ("read", self.read),
            ("accepted and missing", self.missing),
            ("doubled", self.doubled),
            ("out of order", self.out_of_order),
            ("gaps in seq", self.gaps),
            ("read and not kept", self.unfounded),
            ("kept and not read", self.unread),
            ("to the wrong person", self.misdirected),
        ];
        for (name, count) in rows {
            writeln!(f, "{name:<22}{count:>12}")?;
        }
        Ok(())
    }
}

#[cfg(test)]
mod tests;
