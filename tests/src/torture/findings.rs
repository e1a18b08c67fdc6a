//! What the clients were told, beside what the journal has.

use std::collections::{BTreeSet, HashMap, HashSet};
use std::fmt;

mod stored;
mod words;

pub use self::stored::Journal;
pub use self::words::{Place, Words};
pub(crate) use self::words::{direct, other, pair};

/// What one client was told.
#[derive(Debug)]
pub struct Record {
    client: u32,
    /// Whose client it is.
    user: u32,
    /// Whether all it says is in order, over all its lives. Two clients on one directory take over each
    /// other's outboxes as they start, so theirs is not.
    is_ordered: bool,
    accepted: Vec<(Words, u32, Option<u64>)>,
    /// The same of the time before a backup was restored.
    accepted_before: Vec<(Words, u32, Option<u64>)>,
    read_before: Vec<(Place, Words)>,
    /// What a classic client has read, which is told no places.
    heard: Vec<Words>,
    /// Whether that was before a backup was restored.
    has_heard_undone: bool,
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
            is_ordered: true,
            accepted: Vec::new(),
            accepted_before: Vec::new(),
            read_before: Vec::new(),
            heard: Vec::new(),
            has_heard_undone: false,
            read: Vec::new(),
            rooms: HashSet::new(),
            calls: 0,
        }
    }

    /// What the client says comes in another order: it shares its directory with another one, say.
    pub(crate) const fn unordered(mut self) -> Self {
        self.is_ordered = false;
        self
    }

    /// From now on what the client says is in no order.
    pub(crate) const fn comes_late(&mut self) {
        self.is_ordered = false;
    }

    /// It was told that its message is kept, and where, unless it was a repeat.
    pub(crate) fn accepted(&mut self, words: Words, room: u32, seq: Option<u64>) {
        self.accepted.push((words, room, seq));
    }

    /// It was told so before a backup was restored.
    pub(crate) fn accepted_before(&mut self, words: Words, room: u32, seq: Option<u64>) {
        self.accepted_before.push((words, room, seq));
    }

    /// It was told a message before a backup was restored.
    pub(crate) fn read_before(&mut self, place: Place, words: Words) {
        self.rooms.insert(place.room);
        self.read_before.push((place, words));
    }

    fn all_read(&self) -> impl Iterator<Item = &(Place, Words)> {
        self.read.iter().chain(&self.read_before)
    }

    /// A backup was restored: what it was told so far was before that.
    pub(crate) fn restored(&mut self) {
        self.accepted_before.append(&mut self.accepted);
        self.read_before.append(&mut self.read);
        self.has_heard_undone = true;
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
    /// Accepted after a backup was made, and gone when it was restored. No fault.
    pub undone: u64,
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
        let places = findings.of_journal(journal, records);
        for record in records {
            findings.calls += record.calls;
            findings.of_accepted(record, &places);
            findings.of_accepted_before(record, journal, &places);
            findings.of_read(record, &record.read, |place, words| {
                journal.words_at(place) == Some(words)
            });
            findings.of_read(record, &record.read_before, |place, words| {
                journal.is_undone(place) || journal.words_at(place) == Some(words)
            });
            findings.of_heard(record, journal, &places);
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

    fn of_journal(&mut self, journal: &Journal, records: &[Record]) -> HashMap<Words, Place> {
        let unordered: HashSet<u32> = records
            .iter()
            .filter(|record| !record.is_ordered)
            .map(|record| record.client)
            .collect();
        let mut places = HashMap::new();
        for (place, words) in journal.places() {
            self.doubled += u64::from(places.insert(words, place).is_some());
        }
        for messages in journal.rooms.values() {
            let mut last_n = HashMap::new();
            for (at, (seq, words)) in (1..).zip(messages) {
                self.gaps += u64::from(*seq != at);
                let before = last_n.insert(words.client, words.n).unwrap_or(0);
                let is_late = before >= words.n && !unordered.contains(&words.client);
                self.out_of_order += u64::from(is_late);
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

    /// What was accepted before a backup was restored, and after it was made, may be gone.
    fn of_accepted_before(
        &mut self,
        record: &Record,
        journal: &Journal,
        places: &HashMap<Words, Place>,
    ) {
        for (words, room, seq) in &record.accepted_before {
            self.accepted += 1;
            let room = *room;
            let is_undone = seq.is_none_or(|seq| journal.is_undone(Place { room, seq }));
            let place = places.get(words);
            let kept = place.is_some_and(|place| {
                place.room == room && (is_undone || seq.is_none_or(|seq| seq == place.seq))
            });
            self.undone += u64::from(is_undone && place.is_none());
            self.missing += u64::from(!(kept || is_undone && place.is_none()));
        }
    }

    fn of_read(
        &mut self,
        record: &Record,
        told: &[(Place, Words)],
        is_right: impl Fn(Place, Words) -> bool,
    ) {
        let mut last = HashMap::new();
        let mut read = HashSet::new();
        for (place, words) in told {
            self.read += 1;
            self.unfounded += u64::from(!is_right(*place, *words));
            // Its own messages come again with what it missed.
            if words.client == record.client {
                continue;
            }
            self.doubled += u64::from(!read.insert(*place));
            let before = last.insert(place.room, place.seq).unwrap_or(0);
            self.out_of_order += u64::from(before > place.seq);
        }
    }

    /// A classic client is told no places: what it reads stands in the lobby, in that order, and once. A
    /// message that it read before a backup was restored may have been sent again since, to another place.
    fn of_heard(&mut self, record: &Record, journal: &Journal, places: &HashMap<Words, Place>) {
        let mut last = 0;
        let mut heard = HashSet::new();
        for words in &record.heard {
            self.read += 1;
            self.doubled += u64::from(!heard.insert(words));
            match places.get(words) {
                Some(place) if record.has_heard_undone && journal.is_undone(*place) => {}
                Some(Place { room: 0, seq }) => {
                    self.out_of_order += u64::from(*seq < last);
                    last = *seq;
                }
                Some(_) => self.misdirected += 1,
                None if record.has_heard_undone => self.undone += 1,
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
            let read = record.read.iter().chain(&record.read_before);
            let others = read.filter(|(place, _)| {
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
            let is_there =
                |(place, words): &&(Place, Words)| journal.words_at(*place) == Some(*words);
            let rooms: HashSet<u32> = own().flat_map(|record| &record.rooms).copied().collect();
            let read: HashSet<Place> = own()
                .flat_map(Record::all_read)
                .filter(is_there)
                .map(|(place, _)| *place)
                .collect();
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
        let rows: [(&str, u64); 12] = [
            ("kills", self.kills.into()),
            ("calls", self.calls),
            ("accepted", self.accepted),
            ("read", self.read),
            ("undone by a restore", self.undone),
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
