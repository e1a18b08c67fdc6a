//! The commits of a hub on a disk that fails on command, and the journal after a crash.

use std::collections::BTreeMap;
use std::fs;
use std::path::PathBuf;
use std::sync::OnceLock;

use chat_proto::{Reason, SanctionKind, Seq, SessionId, User};

use super::*;
use crate::batch::{Items, Live};
use crate::clock::SteadyClock;
use crate::hub::commits::Commits;
use crate::hub::directory::Directory;
use crate::hub::naming::ReservedNames;
use crate::hub::request::{Item, Reply, Request, Submission};
use crate::hub::state::State;
use crate::hub::{SanctionOrder, SanctionTarget};
use crate::journal::tests::layer::Layer;
use crate::journal::tests::{engine_through, found};
use crate::journal::{
    Change, Durability, Entry, Journal, MembershipRecord, RoomId, RoomKey, Task, backup,
};
use crate::token::TokenHash;

/// Rooms with messages.
const ROOMS: [&str; 3] = ["#lobby", "#two", "#three"];

/// Frames of the log after which SQLite makes a checkpoint.
pub(super) const OFTEN: u32 = 8;
pub(super) const NEVER: u32 = 0;

/// A message as a test compares it: its room, `seq` and `n`.
pub(super) type Membership = (u32, u64, u64);

/// The author of all messages.
const BOB: UserId = UserId::new(7);

pub(super) fn file_of(directory: &Path) -> PathBuf {
    directory.join("journal.sqlite")
}

pub(super) fn stored(seq: u64) -> Outcome {
    Outcome::Stored { seq: Seq::new(seq), at: clock() }
}

pub(super) fn repeat(seq: u64) -> Outcome {
    Outcome::Repeat { seq: Seq::new(seq), at: clock() }
}

fn bob() -> User {
    User { id: BOB, name: name("bob") }
}

fn joined(room: u32) -> MembershipRecord {
    MembershipRecord::joined(BOB, RoomId(room), Seq::NONE)
}

/// A journal with the rooms, of which user 7 is in all, and no message, made once: making it waits for a real disk.
fn empty_journal() -> &'static [u8] {
    static MADE: OnceLock<Vec<u8>> = OnceLock::new();
    MADE.get_or_init(|| {
        let directory = TempDir::new().unwrap();
        let place = Location::Directory(directory.path().to_path_buf());
        let (mut engine, journal, _) =
            Journal::open(&place, Durability::Os, Timestamp::from_millis(0)).unwrap();
        let room = |(id, name)| {
            let key = RoomKey::Named(RoomName::new(name).unwrap());
            Change::Room { id: RoomId(id), key }
        };
        let rooms = (1..).zip(ROOMS).map(room);
        let token = Credential::Token(TokenHash::of(&Secret::new("bob's")));
        let token = CredentialRecord::new(1, BOB, token, clock());
        let bob = [Change::User(UserRecord::registered(bob(), clock())), Change::Credential(token)];
        let members = (1..=3).map(joined).map(Change::Member);
        let changes = rooms.chain(bob).chain(members).collect();
        engine.append(vec![Entry::Changes(changes)], clock()).unwrap();
        drop((engine, journal));
        fs::read(file_of(directory.path())).unwrap()
    })
}

/// The commits of a hub on a disk that fails on command.
pub(super) struct Rig {
    layer: Layer,
    commits: Option<Commits>,
    pub(super) directory: TempDir,
    rooms: Vec<(Arc<Room>, Live)>,
    /// The room of each message so far, and its outcome.
    told: BTreeMap<u64, (u32, Outcome)>,
    topic: &'static str,
}

impl Rig {
    pub(super) fn new(layer: &Layer, checkpoint_frames: u32) -> Self {
        let directory = TempDir::new().unwrap();
        fs::write(file_of(directory.path()), empty_journal()).unwrap();
        Self::open(layer, directory, checkpoint_frames)
    }

    /// Opens the journal in `directory`.
    pub(super) fn open(layer: &Layer, directory: TempDir, checkpoint_frames: u32) -> Self {
        layer.heal();
        let (commits, rooms) = start(layer, directory.path(), checkpoint_frames);
        let (layer, commits, told) = (layer.clone(), Some(commits), BTreeMap::new());
        Self { layer, commits, directory, rooms, told, topic: "" }
    }

    fn commit(&mut self, items: &mut [Item]) {
        self.commits.as_mut().expect("it is open").commit(items);
    }

    /// A message of user 7 on its laptop.
    pub(super) fn submission(
        n: u64,
        text: &str,
        room: u32,
        answer: &mpsc::Sender<Answer>,
    ) -> Submission {
        Submission {
            user: BOB,
            session: SessionId::local(1),
            hook: None,
            name: RoomName::new(ROOMS[room as usize - 1]).unwrap(),
            room: Some(RoomId(room)),
            device: DeviceId::new("laptop").unwrap(),
            names_device: false,
            n: Some(n),
            body: Body::text(Text::new(text).unwrap()),
            named_at: None,
            answer: answer.clone(),
        }
    }

    /// Submits a message of `bytes` to each of these rooms, all at once. Each must be answered.
    pub(super) fn keep(&mut self, rooms: &[u32], bytes: usize) {
        let (answer, mut answers) = mpsc::channel(rooms.len());
        let first = self.told.len() as u64 + 1;
        let item = |(n, room): (u64, &u32)| {
            let submission = Self::submission(n, &"x".repeat(bytes), *room, &answer);
            Item::Message(Box::new(submission))
        };
        let mut items: Vec<_> = (first..).zip(rooms).map(item).collect();
        self.commit(&mut items);
        for _ in rooms {
            let answer = answers.try_recv().expect("everybody is answered");
            let n = answer.n.unwrap();
            let room = ROOMS.iter().position(|room| *room == answer.room.as_str()).unwrap();
            let room = u32::try_from(room).unwrap() + 1;
            let before = self.told.insert(n, (room, answer.outcome));
            assert_eq!(before, None, "message {n} is answered twice");
        }
        assert!(answers.try_recv().is_err(), "nobody is answered twice");
    }

    /// Commits these messages at once, and returns their outcomes.
    pub(super) fn send(
        &mut self,
        submissions: impl Fn(&mpsc::Sender<Answer>) -> Vec<Submission>,
    ) -> Vec<Outcome> {
        let (answer, mut answers) = mpsc::channel(100);
        let submissions = submissions(&answer);
        let count = submissions.len();
        let items = submissions.into_iter().map(|one| Item::Message(Box::new(one)));
        self.commit(&mut items.collect::<Vec<_>>());
        (0..count).map(|_| answers.try_recv().expect("it is answered").outcome).collect()
    }

    /// The outcome of the last message.
    pub(super) fn last_outcome(&self) -> Outcome {
        self.told.values().next_back().unwrap().1.clone()
    }

    pub(super) fn room(&self, number: u32) -> &Arc<Room> {
        &self.rooms[number as usize - 1].0
    }

    /// Opens the journal again, without the state in memory.
    pub(super) fn restart(&mut self) {
        self.commits = None;
        let (commits, rooms) = start(&self.layer, self.directory.path(), NEVER);
        (self.commits, self.rooms) = (Some(commits), rooms);
    }

    /// Commits messages with these numbers at once. After each group, reads the last number that was accepted.
    pub(super) fn last_numbers(&mut self, groups: &[&[u64]]) -> Vec<u64> {
        let (answer, _answers) = mpsc::channel(10);
        let (mut items, mut asked) = (Vec::new(), Vec::new());
        for (index, numbers) in groups.iter().enumerate() {
            if index > 0 {
                let (task, last) = Task::last_n(BOB, DeviceId::new("laptop").unwrap());
                items.push(Item::Task(Box::new(task)));
                asked.push(last);
            }
            let message = |n: &u64| Item::Message(Box::new(Self::submission(*n, "hi", 1, &answer)));
            items.extend(numbers.iter().map(message));
        }
        self.commit(&mut items);
        asked.into_iter().map(|mut last| last.try_recv().unwrap().unwrap()).collect()
    }

    /// Commits one topic of the lobby after another at once.
    pub(super) fn set_topics(&mut self, topics: &[&'static str]) {
        let (mut items, mut replies) = (Vec::new(), Vec::new());
        for topic in topics {
            let (reply, done) = tokio::sync::oneshot::channel();
            items.push(topic_item(topic, Some(reply)));
            replies.push((topic, done));
        }
        self.commit(&mut items);
        for (topic, mut done) in replies {
            if done.try_recv().expect("the request is answered").is_ok() {
                self.topic = topic;
            }
        }
    }

    /// Commits the ban of user 7 from the second room by the operator. Returns whether it is stored.
    pub(super) fn ban(&mut self) -> bool {
        let order = SanctionOrder {
            kind: SanctionKind::Ban,
            target: SanctionTarget::User(bob().name),
            room: Some(RoomName::new(ROOMS[1]).unwrap()),
            for_s: None,
            reason: Reason::default(),
        };
        let (reply, mut done) = tokio::sync::oneshot::channel();
        let request = Request::Sanction { by: None, order };
        self.commit(&mut [Item::Request(Box::new(request), Some(reply))]);
        done.try_recv().expect("the request is answered").is_ok()
    }

    /// Commits a topic between messages at once; returns a word for each batch that the lobby published.
    pub(super) fn topic_between_messages(&mut self) -> Vec<String> {
        let (answer, _answers) = mpsc::channel(10);
        let says = |n| Item::Message(Box::new(Self::submission(n, "hi", 1, &answer)));
        let mut items = [says(1), says(2), topic_item("crabs", None), says(3)];
        self.commit(&mut items);
        let mut published = Vec::new();
        while let Ok(batch) = self.rooms[0].1.try_recv() {
            published.push(match batch.items() {
                Items::Messages(messages) => format!("{} messages", messages.publications().len()),
                Items::Update(_) => "a topic".to_owned(),
            });
        }
        published
    }

    /// Sends one message, and returns its outcome.
    pub(super) fn say(&mut self) -> Outcome {
        self.keep(&[1], 10);
        self.last_outcome()
    }

    /// The messages that the rooms have published.
    pub(super) fn published(&mut self) -> Vec<Membership> {
        let mut published = Vec::new();
        for (room, live) in &mut self.rooms {
            while let Ok(batch) = live.try_recv() {
                let Items::Messages(messages) = batch.items() else { continue };
                // A topic has no number.
                let place = |publication: &crate::batch::Publication| {
                    let message = &publication.message;
                    Some((room.id.0, message.seq.get(), message.n?))
                };
                published.extend(messages.publications().iter().filter_map(place));
            }
        }
        published
    }

    pub(super) fn accepted(&self) -> Vec<Membership> {
        let kept = self.told.iter().filter_map(|(n, (room, outcome))| match outcome {
            Outcome::Stored { seq, .. } => Some((*room, seq.get(), *n)),
            _ => None,
        });
        let mut kept: Vec<_> = kept.collect();
        kept.sort_unstable();
        kept
    }

    pub(super) fn refusals(&self) -> Vec<&str> {
        let reasons = self.told.values().filter_map(|(_, outcome)| match outcome {
            Outcome::Refused(error) => match &**error {
                HubError::NotStored(reason) => Some(&**reason),
                _ => None,
            },
            _ => None,
        });
        reasons.collect()
    }

    /// The files as a kill of the daemon leaves them now.
    pub(super) fn killed(&self) -> TempDir {
        let copy = TempDir::new().unwrap();
        for name in ["journal.sqlite", "journal.sqlite-wal"] {
            let from = self.directory.path().join(name);
            if from.exists() {
                fs::copy(from, copy.path().join(name)).unwrap();
            }
        }
        copy
    }

    /// A directory with a backup in the journal's place.
    pub(super) fn backup(&self) -> TempDir {
        let (killed, copy) = (self.killed(), TempDir::new().unwrap());
        backup(killed.path(), &file_of(copy.path())).unwrap();
        copy
    }

    /// The files as a loss of power leaves them now.
    fn without_power(&self, is_there: fn(u64) -> bool) -> TempDir {
        let left = TempDir::new().unwrap();
        self.layer.lose_power(self.directory.path(), left.path(), is_there);
        left
    }

    /// The files after each kind of crash, with its name.
    pub(super) fn crashes(&self) -> Vec<(&'static str, TempDir)> {
        vec![
            ("killed", self.killed()),
            ("without power", self.without_power(|_| false)),
            ("without power, every other page written", self.without_power(|page| page % 2 == 0)),
        ]
    }

    /// Asserts that after each kind of crash the journal has the accepted messages and no others.
    pub(super) fn assert_kept(&self, what: &str) {
        for (crash, left) in self.crashes() {
            let (messages, topic) = found(left.path());
            assert_eq!(messages, self.accepted(), "{what}, {crash}");
            assert_eq!(topic, self.topic, "{what}, {crash}");
        }
    }
}

/// The commits of a hub in which user 7 is in all rooms, and what the rooms publish.
fn start(
    layer: &Layer,
    directory: &Path,
    checkpoint_frames: u32,
) -> (Commits, Vec<(Arc<Room>, Live)>) {
    let path = file_of(directory);
    let (engine, contents) = engine_through(&layer.name, &path, Some(checkpoint_frames)).unwrap();
    let (state, _) = State::restore(contents, 500, ReservedNames::new(&[]));
    let clock_of_hub = SteadyClock::new(clock, || MONOTONIC.get(), DAY, clock());
    let hub = Arc::new(Directory::new(state, clock_of_hub, clock(), 100, DAY, DAY));
    let rooms = (1..=3).map(|room| Arc::clone(hub.state().rooms.existing(RoomId(room))));
    let rooms = rooms.map(|room| {
        let live = room.subscribe(0).unwrap().live;
        (room, live)
    });
    let rooms = rooms.collect();
    (Commits::new(engine, hub, clock), rooms)
}

fn topic_item(topic: &str, reply: Option<Reply>) -> Item {
    let (name, topic) = (RoomName::lobby(), Topic::new(topic).unwrap());
    Item::Request(Box::new(Request::SetTopic { user: BOB, name, topic }), reply)
}
