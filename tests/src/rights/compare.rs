//! Compares the journal at the end with what the users were answered.

use std::collections::BTreeMap;
use std::path::Path;
use std::time::Duration;

use chat_proto::{Seq, UserId};
use chat_server::journal::{
    Contents, Durability, Journal, Location, Page, Part, RoomId, RoomKey, StoredMessage,
};
use chat_server::{Config, Server};
use tokio::time::sleep;

use super::board::{Board, SayAnswer};
use super::state::Answer;
use super::{Findings, Group, ROOM_PREFIX, ROOMS, device, room_name};
use crate::within;

/// Messages in one read.
const PAGE: u32 = 500;

/// Pause before the journal is tried again.
const POLL: Duration = Duration::from_millis(5);

/// Finds all messages of a room: none has this word.
const ALL: &str = "-nosuchword ";

/// The messages of a room, by device and number.
type StoredSays = BTreeMap<(String, u64), Vec<Seq>>;

/// Compares the journal in `directory`, which no daemon uses, with what the groups have seen. Returns the sum of what
/// they have found.
pub(crate) async fn compare(directory: &Path, groups: &[Group]) -> Findings {
    let location = Location::DirectoryInTask(directory.to_owned());
    let rooms = read(&location).await;
    let server = Server::open(Config::default(), &location, Durability::Os).unwrap();
    let mut sum = Findings::default();
    for group in groups {
        let users = group.user_ids();
        let mut finds = Vec::new();
        for (user, id) in users {
            let found = server.search_as(UserId::new(id), ALL).await.unwrap_or_default();
            finds.push((user, found));
        }
        let mut board = group.board.lock().unwrap();
        compare_says(&mut board, &rooms);
        for (user, found) in finds {
            for room in 0..ROOMS {
                let name = room_name(board.settings.group, room);
                let Some((room_id, ..)) = rooms.get(&name) else { continue };
                let is_in = board.is_in(user, room);
                if is_in == Answer::No && found.iter().any(|(at, _)| at == room_id) {
                    board.fault(
                        |findings| &mut findings.read_outside,
                        || format!("user {user} finds messages of {name}"),
                    );
                }
            }
        }
        sum.add(&board.findings);
    }
    sum
}

/// Each accepted message is stored once at its place, and no refused one is stored.
fn compare_says(board: &mut Board, rooms: &BTreeMap<String, (RoomId, StoredSays)>) {
    let group = board.settings.group;
    for ((user, n), said) in board.said.clone() {
        let name = room_name(group, said.room);
        let key = (device(group, user), n);
        let stored = rooms.get(&name).and_then(|(_, stored)| stored.get(&key));
        let stored = stored.map(Vec::as_slice).unwrap_or_default();
        let is_wrong = match said.answer {
            Some(SayAnswer::Accepted { seq, life, is_saved }) => {
                let is_due = is_saved || life == board.life;
                is_due && *stored != [Seq::new(seq)] || stored.len() > 1
            }
            Some(SayAnswer::Refused { is_sure }) => is_sure && !stored.is_empty(),
            None => stored.len() > 1,
        };
        if is_wrong {
            board.fault(
                |findings| &mut findings.wrong_says,
                || format!("message {n} of user {user}, {said:?}, is stored as {stored:?}"),
            );
        }
    }
}

/// Opens the journal once the last one that has used it has ended.
async fn open(location: &Location) -> (Journal, Contents) {
    loop {
        match Journal::open_to_read(location) {
            Ok(opened) => return opened,
            Err(_) => sleep(POLL).await,
        }
    }
}

/// The rooms of the groups.
async fn read(location: &Location) -> BTreeMap<String, (RoomId, StoredSays)> {
    let (journal, contents) = within("the end of the search index", open(location)).await;
    let mut rooms = BTreeMap::new();
    for record in contents.rooms {
        let RoomKey::Named(name) = &record.key else { continue };
        if !name.as_str().starts_with(ROOM_PREFIX) {
            continue;
        }
        let (mut stored, mut last) = (StoredSays::new(), Seq::NONE);
        loop {
            let page = Page { of: Part::After(last), limit: PAGE };
            let page: Vec<StoredMessage> = journal.read(record.id, page).await.unwrap();
            let Some(newest) = page.last() else { break };
            last = newest.seq;
            for message in &page {
                let key = message.n.map(|n| (message.device.as_str().to_owned(), n));
                let of_device = key.map(|key| stored.entry(key).or_default());
                of_device.into_iter().for_each(|places| places.push(message.seq));
            }
        }
        rooms.insert(name.as_str().to_owned(), (record.id, stored));
    }
    rooms
}

impl Findings {
    fn add(&mut self, other: &Self) {
        self.connections += other.connections;
        self.done += other.done;
        self.refused += other.refused;
        self.accepted += other.accepted;
        self.kept_back += other.kept_back;
        self.read += other.read;
        self.records += other.records;
        self.wrong_orders += other.wrong_orders;
        self.wrong_says += other.wrong_says;
        self.read_outside += other.read_outside;
        self.wrong_audit += other.wrong_audit;
        if self.first.is_none() {
            self.first.clone_from(&other.first);
        }
    }
}
