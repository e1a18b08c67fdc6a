//! Compares what users find with the messages of the journal: after a storm, each finds every message that it may read
//! and that was not deleted, by its words and once, and nothing else.

use std::collections::{BTreeMap, BTreeSet};
use std::path::Path;

use chat_proto::event::MessageKind;
use chat_proto::{Seq, UserId};
use chat_server::journal::{Durability, Journal, Location, Page, Part, RoomId, RoomKey};
use chat_server::{Config, Server};

/// Number of messages in one read.
const PAGE: u32 = 500;

/// Messages of a user that are looked for by their words, at most.
const SAMPLES: usize = 40;

/// Finds all messages: none has this word.
const ALL: &str = "-nosuchword ";

/// The findings.
#[derive(Debug, Default, Clone, Copy, PartialEq, Eq)]
pub(crate) struct SearchFindings {
    /// Messages, once for each user that has found them.
    pub(crate) found: u64,
    /// Messages that were not found, were found twice, or were found by a user who may not read them, or by other
    /// words.
    pub(crate) wrong: u64,
}

/// A room, and the texts of its messages as they are now.
struct Room {
    id: RoomId,
    key: RoomKey,
    texts: BTreeMap<Seq, String>,
}

impl Room {
    /// Whether the user may find nothing here.
    fn may_be_closed_to(&self, user: UserId) -> bool {
        match &self.key {
            _ if self.id == RoomId::LOBBY => false,
            RoomKey::Named(_) => true,
            RoomKey::Direct(pair) => !pair.ids().contains(&user) || self.texts.is_empty(),
        }
    }

    /// Whether the user may find something here.
    fn may_be_open_to(&self, user: UserId) -> bool {
        match &self.key {
            RoomKey::Named(_) => true,
            RoomKey::Direct(pair) => pair.ids().contains(&user),
        }
    }
}

/// Searches in `directory`, which no daemon uses, as each of `users` that exists.
pub(crate) async fn compare(
    directory: &Path,
    users: impl IntoIterator<Item = UserId>,
) -> SearchFindings {
    let location = Location::DirectoryInTask(directory.to_owned());
    let rooms = read(&location).await;
    let server = Server::open(Config::default(), &location, Durability::Os).unwrap();
    let mut findings = SearchFindings::default();
    for user in users {
        let Some(all) = server.search_as(user, ALL).await else { continue };
        findings.add_all(user, &rooms, &all);
        let readable: BTreeSet<RoomId> = all.iter().map(|(room, _)| *room).collect();
        let readable: Vec<&Room> =
            rooms.iter().filter(|room| readable.contains(&room.id)).collect();
        let step = (all.len() / SAMPLES).max(1);
        for (room, seq) in all.iter().step_by(step) {
            let room = rooms.iter().find(|known| known.id == *room);
            let Some(text) = room.and_then(|room| room.texts.get(seq)) else { continue };
            let found = server.search_as(user, &format!("\"{text}\" ")).await.unwrap();
            let found: BTreeSet<_> = found.into_iter().collect();
            findings.wrong += found.symmetric_difference(&with(&readable, text)).count() as u64;
        }
    }
    findings
}

impl SearchFindings {
    /// Compares all that `user` finds with all that it may read.
    fn add_all(&mut self, user: UserId, rooms: &[Room], all: &[(RoomId, Seq)]) {
        self.found += all.len() as u64;
        let distinct: BTreeSet<_> = all.iter().copied().collect();
        self.wrong += (all.len() - distinct.len()) as u64;
        for room in rooms {
            let found: BTreeSet<Seq> =
                distinct.iter().filter(|(id, _)| *id == room.id).map(|(_, seq)| *seq).collect();
            let expected: BTreeSet<Seq> = room.texts.keys().copied().collect();
            let is_closed = found.is_empty() && room.may_be_closed_to(user);
            if !is_closed {
                self.wrong += found.symmetric_difference(&expected).count() as u64;
            }
            if !room.may_be_open_to(user) {
                self.wrong += found.len() as u64;
            }
        }
        let is_known = |(id, _): &&(RoomId, Seq)| rooms.iter().all(|room| room.id != *id);
        self.wrong += distinct.iter().filter(is_known).count() as u64;
    }
}

/// The messages of `rooms` that have the words of `text` next to each other.
fn with(rooms: &[&Room], text: &str) -> BTreeSet<(RoomId, Seq)> {
    let asked = words(text);
    let mut with = BTreeSet::new();
    for room in rooms {
        for (seq, text) in &room.texts {
            if words(text).windows(asked.len()).any(|words| *words == asked) {
                with.insert((room.id, *seq));
            }
        }
    }
    with
}

/// The words of a text of the storm, which is ASCII.
fn words(text: &str) -> Vec<String> {
    let words = text.split(|c: char| !c.is_alphanumeric()).filter(|word| !word.is_empty());
    words.map(str::to_lowercase).collect()
}

/// The rooms of the journal, with the messages that were not deleted.
async fn read(location: &Location) -> Vec<Room> {
    let (journal, restored) = Journal::open_to_read(location).unwrap();
    let mut rooms = Vec::new();
    for record in restored.rooms {
        let mut room = Room { id: record.id, key: record.key, texts: BTreeMap::new() };
        let mut last = Seq::NONE;
        loop {
            let page = Page { of: Part::After(last), limit: PAGE };
            let page = journal.read(room.id, page).await.unwrap();
            let Some(newest) = page.last() else { break };
            last = newest.seq;
            for message in page {
                let details = message.details.as_ref().map(|details| &details.wire);
                let is_deleted = details.is_some_and(|details| details.deleted);
                let target = details.and_then(|details| details.target);
                match (message.kind, target) {
                    _ if is_deleted || message.damaged => {}
                    (MessageKind::Text | MessageKind::Action, _) => {
                        room.texts.insert(message.seq, message.text.to_string());
                    }
                    (MessageKind::Edit, Some(target)) => {
                        if let Some(text) = room.texts.get_mut(&target) {
                            *text = message.text.to_string();
                        }
                    }
                    _ => {}
                }
            }
        }
        rooms.push(room);
    }
    rooms
}
