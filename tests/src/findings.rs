//! Compares what the clients received with the journal.

use std::collections::{BTreeSet, HashMap, HashSet};
use std::fmt;

mod hooks;
mod label;
mod read;
mod record;
mod state;
mod stored;

pub use self::hooks::HookFindings;
pub use self::label::{Label, Position};
pub(crate) use self::label::{direct, other, pair, room_name};
pub(crate) use self::read::Read;
pub use self::record::Record;
pub(crate) use self::state::{State, states};
pub use self::stored::Journal;
use crate::rights;
use crate::search::SearchFindings;
use crate::write_rows;

/// The room of the users who send events about messages in a simulation. Its messages have no [`Label`].
pub(crate) const EVENTS_ROOM: &str = "#events";

/// The result of the comparison. Fields from `missing` on are faults.
#[derive(Debug, Default, Clone, PartialEq, Eq)]
pub struct Findings {
    /// Number of kills.
    pub kills: u32,
    /// Connections of the clients.
    pub connections: u64,
    /// Those of them, and of the users who give and take rights, on which a WebSocket was opened.
    pub web_sockets: u64,
    /// Accepted messages.
    pub accepted: u64,
    /// Messages that clients read, once for each reader.
    pub read: u64,
    /// Messages that a restore removed, since they were accepted after the backup.
    pub undone: u64,
    /// Events and replies that were refused at first, and stored after later messages: the refusal was lost.
    pub late: u64,
    /// Accepted messages that are not in the journal at their position.
    pub missing: u64,
    /// Messages that are in the journal twice, or that a client read twice.
    pub doubled: u64,
    /// Messages of one client in one room that are not stored in the order of their numbers, other than those that are
    /// `late`, and messages that were read out of order.
    pub out_of_order: u64,
    /// The first of these.
    pub first_out_of_order: Option<OutOfOrder>,
    /// Values of `seq` without a message.
    pub gaps: u64,
    /// Messages that a client read and that are not in the journal at their position.
    pub not_stored: u64,
    /// Messages in the journal that a user in their room has not read, once for each user.
    pub unread: u64,
    /// Messages that are in a wrong room, or direct messages that a third user read.
    pub misdirected: u64,
    /// Messages whose edits, reactions, replies, pin or deletion a session was sent otherwise than they are stored.
    pub wrong_state: u64,
    /// Messages that users find by a search, once for each user.
    pub found: u64,
    /// Messages that a user should find and does not, or finds and should not.
    pub wrongly_found: u64,
    /// The findings of the users who give and take rights.
    pub rights: rights::Findings,
    /// The findings of the programs that post to hooks.
    pub hooks: HookFindings,
}

/// A message after one with a greater number.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct OutOfOrder {
    place: OrderPlace,
    client: u32,
    room: u32,
    /// The number of the message, and that of the one before it: `n` if they are stored so, `seq` if they were read so.
    numbers: (u64, u64),
}

/// The place at which messages are out of order.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum OrderPlace {
    /// In the journal: messages of the client.
    Stored,
    /// In what the client read.
    Read,
}

impl fmt::Display for OutOfOrder {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let Self { client, room, numbers: (number, before), .. } = self;
        match self.place {
            OrderPlace::Stored => {
                write!(f, "n {number} of client {client} is stored after n {before}, room {room}")
            }
            OrderPlace::Read => {
                write!(f, "client {client} read seq {number} after seq {before}, room {room}")
            }
        }
    }
}

impl Findings {
    /// Compares `records` with the journal.
    pub fn of(journal: &Journal, records: &[Record], kills: u32) -> Self {
        let mut findings = Self { kills, ..Self::default() };
        let positions = findings.check_journal(journal, records);
        for record in records {
            findings.connections += record.connections;
            findings.check_accepted(record, &positions);
            findings.check_accepted_before(record, journal, &positions);
            findings.check_read(record, journal, &record.read, |_| false);
            findings.check_read(record, journal, &record.read_before, |position| {
                journal.is_undone(position)
            });
            let is_wrong = |(position, state): &&(Position, State)| {
                journal.states.get(position) != Some(state)
            };
            findings.wrong_state += record.states.iter().filter(is_wrong).count() as u64;
            findings.check_classic_read(record, journal, &positions);
        }
        findings.check_barred(journal, records);
        findings.check_rooms(journal, records);
        findings.check_users(journal, records);
        findings
    }

    /// Adds what users find in `directory` by a search.
    pub(crate) fn add_search(&mut self, search: SearchFindings) {
        (self.found, self.wrongly_found) = (search.found, search.wrong);
    }

    /// Returns true if there is no fault.
    pub const fn is_clean(&self) -> bool {
        let Self { missing, doubled, out_of_order, gaps, .. } = self;
        let Self { not_stored, unread, misdirected, wrong_state, wrongly_found, .. } = self;
        let lost = *missing + *doubled + *out_of_order + *gaps + *wrongly_found;
        let is_clean = lost + *not_stored + *unread + *misdirected + *wrong_state == 0;
        is_clean && self.rights.is_clean() && self.hooks.wrong == 0
    }

    fn add_out_of_order(&mut self, one: OutOfOrder) {
        self.out_of_order += 1;
        self.first_out_of_order.get_or_insert(one);
    }

    /// Checks the journal for doubled messages, gaps and the order. Returns the positions of its messages.
    fn check_journal(&mut self, journal: &Journal, records: &[Record]) -> HashMap<Label, Position> {
        let unordered: HashSet<u32> = records
            .iter()
            .filter(|record| !record.is_ordered)
            .map(|record| record.client)
            .collect();
        let mut positions = HashMap::new();
        for (position, label) in journal.messages() {
            self.doubled += u64::from(positions.insert(label, position).is_some());
        }
        for (room, messages) in &journal.rooms {
            let mut last_n = HashMap::new();
            for (at, (seq, label)) in (1..).zip(messages) {
                self.gaps += u64::from(*seq != at);
                let before = last_n.get(&label.client).copied().unwrap_or(0);
                last_n.insert(label.client, label.n.max(before));
                if before < label.n || unordered.contains(&label.client) {
                    continue;
                }
                if journal.may_be_late(Position { room: *room, seq: *seq }) {
                    self.late += 1;
                } else {
                    let (client, room, numbers) = (label.client, *room, (label.n, before));
                    self.add_out_of_order(OutOfOrder {
                        place: OrderPlace::Stored,
                        client,
                        room,
                        numbers,
                    });
                }
            }
        }
        positions
    }

    fn check_accepted(&mut self, record: &Record, positions: &HashMap<Label, Position>) {
        for (label, room, seq) in &record.accepted {
            self.accepted += 1;
            let is_stored = positions.get(label).is_some_and(|position| {
                position.room == *room && seq.is_none_or(|seq| seq == position.seq)
            });
            self.missing += u64::from(!is_stored);
        }
    }

    /// As [`check_accepted`](Self::check_accepted), for messages that were accepted before a backup was
    /// restored: if they were accepted after the backup was made, the restore may have removed them.
    fn check_accepted_before(
        &mut self,
        record: &Record,
        journal: &Journal,
        positions: &HashMap<Label, Position>,
    ) {
        for (label, room, seq) in &record.accepted_before {
            self.accepted += 1;
            let room = *room;
            let is_undone = seq.is_none_or(|seq| journal.is_undone(Position { room, seq }));
            let position = positions.get(label);
            let is_stored = position.is_some_and(|position| {
                position.room == room && (is_undone || seq.is_none_or(|seq| seq == position.seq))
            });
            let is_removed = is_undone && position.is_none();
            self.undone += u64::from(is_removed);
            self.missing += u64::from(!is_stored && !is_removed);
        }
    }

    fn check_read(
        &mut self,
        record: &Record,
        journal: &Journal,
        read: &[(Position, Read)],
        is_undone: impl Fn(Position) -> bool,
    ) {
        let mut last = HashMap::new();
        let mut distinct = HashSet::new();
        for (position, read) in read {
            self.read += 1;
            let label = journal.resolve(*position, read);
            let is_stored = label.is_some() && journal.label_at(*position) == label;
            self.not_stored += u64::from(!is_stored && !is_undone(*position));
            // After a reconnect a client also receives its own messages again.
            if label.is_some_and(|label| label.client == record.client) {
                continue;
            }
            self.doubled += u64::from(!distinct.insert(*position));
            let before = last.insert(position.room, position.seq).unwrap_or(0);
            if before > position.seq {
                let (client, room, numbers) =
                    (record.client, position.room, (position.seq, before));
                self.add_out_of_order(OutOfOrder {
                    place: OrderPlace::Read,
                    client,
                    room,
                    numbers,
                });
            }
        }
    }

    /// Checks that the messages that a classic client read are in the lobby, in this order, once. A
    /// message that it read before a backup was restored may have been sent again since, and have another
    /// position.
    fn check_classic_read(
        &mut self,
        record: &Record,
        journal: &Journal,
        positions: &HashMap<Label, Position>,
    ) {
        let mut last = 0;
        let mut distinct = HashSet::new();
        for label in &record.classic_read {
            self.read += 1;
            self.doubled += u64::from(!distinct.insert(label));
            match positions.get(label) {
                Some(position) if record.is_classic_before && journal.is_undone(*position) => {}
                Some(Position { room: 0, seq }) => {
                    if *seq < last {
                        let (client, room, numbers) = (record.client, 0, (*seq, last));
                        self.add_out_of_order(OutOfOrder {
                            place: OrderPlace::Read,
                            client,
                            room,
                            numbers,
                        });
                    }
                    last = *seq;
                }
                Some(_) => self.misdirected += 1,
                None if record.is_classic_before => self.undone += 1,
                None => self.not_stored += 1,
            }
        }
    }

    /// Checks that nothing is stored of clients that post to revoked hooks.
    fn check_barred(&mut self, journal: &Journal, records: &[Record]) {
        let barred = records.iter().filter(|record| record.is_barred);
        let barred: HashSet<u32> = barred.map(|record| record.client).collect();
        for (_, label) in journal.messages().filter(|(_, label)| barred.contains(&label.client)) {
            self.hooks.add_wrong(|| format!("{label} was said by a hook that was revoked"));
        }
    }

    /// Checks that each message is in its room, and that no third user read a direct message.
    fn check_rooms(&mut self, journal: &Journal, records: &[Record]) {
        let users: HashMap<u32, u32> =
            records.iter().map(|record| (record.client, record.user)).collect();
        for (position, label) in journal.messages() {
            let from = users.get(&label.client);
            let room = label.to.and_then(|to| from.map(|from| direct(*from, to)));
            let is_public = label.to.is_none() && pair(position.room).is_none();
            self.misdirected += u64::from(!is_public && room != Some(position.room));
        }
        for record in records {
            let others = record.all_read().filter(|(position, _)| {
                pair(position.room).is_some_and(|pair| !pair.contains(&record.user))
            });
            self.misdirected += others.count() as u64;
        }
    }

    /// Checks that each user has read all messages of the rooms, in any one of the user's clients.
    fn check_users(&mut self, journal: &Journal, records: &[Record]) {
        let users: BTreeSet<u32> = records.iter().map(|record| record.user).collect();
        for user in users {
            let own = || records.iter().filter(|record| record.user == user);
            let clients: HashSet<u32> = own().map(|record| record.client).collect();
            let is_stored = |(position, read): &&(Position, Read)| {
                let label = journal.resolve(*position, read);
                label.is_some() && journal.label_at(*position) == label
            };
            let rooms: HashSet<u32> = own().flat_map(|record| &record.rooms).copied().collect();
            let read: HashSet<Position> = own()
                .flat_map(Record::all_read)
                .filter(is_stored)
                .map(|(position, _)| *position)
                .collect();
            let due = journal.messages().filter(|(position, label)| {
                let is_member = pair(position.room)
                    .map_or_else(|| rooms.contains(&position.room), |pair| pair.contains(&user));
                is_member && !clients.contains(&label.client)
            });
            self.unread += due.filter(|(position, _)| !read.contains(position)).count() as u64;
        }
    }
}

impl fmt::Display for Findings {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let rows = [
            ("kills", self.kills.into()),
            ("connections", self.connections),
            ("with a WebSocket", self.web_sockets),
            ("accepted", self.accepted),
            ("read", self.read),
            ("undone by a restore", self.undone),
            ("refused, stored later", self.late),
            ("accepted and missing", self.missing),
            ("doubled", self.doubled),
            ("out of order", self.out_of_order),
            ("gaps in seq", self.gaps),
            ("read and not stored", self.not_stored),
            ("stored and not read", self.unread),
            ("to the wrong person", self.misdirected),
            ("in a wrong state", self.wrong_state),
            ("found by a search", self.found),
            ("found wrongly", self.wrongly_found),
        ];
        write_rows(f, &rows)?;
        if let Some(first) = self.first_out_of_order {
            writeln!(f, "out of order: {first}")?;
        }
        write!(f, "{}{}", self.rights, self.hooks)
    }
}

#[cfg(test)]
mod tests;
