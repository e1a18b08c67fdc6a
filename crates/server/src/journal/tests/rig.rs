//! A writer of the journal on a disk that fails on command, and what a crash leaves of it.

use std::collections::BTreeMap;
use std::sync::OnceLock;

use chat_proto::{RoomName, Topic};
use rusqlite::Row;

use super::layer::Layer;
use super::*;
use crate::batch::Batch;
use crate::journal::run::Run;
use crate::journal::writer::Entry;
use crate::ring::Live;

/// Rooms that something is said in.
const ROOMS: [&str; 3] = ["#lobby", "#two", "#three"];

/// Frames of the log after which SQLite brings it into the file.
pub(super) const OFTEN: u32 = 8;
pub(super) const NEVER: u32 = 0;

/// A message as a test compares it: its room, `seq` and `n`.
pub(super) type Place = (u32, u64, u64);

/// A journal with the rooms and nothing said, made once: making it waits for a real disk.
fn empty_journal() -> &'static [u8] {
    static MADE: OnceLock<Vec<u8>> = OnceLock::new();
    MADE.get_or_init(|| {
        let directory = TempDir::new().unwrap();
        let path = file::of(directory.path());
        let Opened { db, run: _ } = file::open(&path, Durability::Os).unwrap();
        for (id, name) in (1..).zip(ROOMS) {
            keep::room(&db, RoomId(id), &Called::Named(RoomName::new(name).unwrap())).unwrap();
        }
        db.close().unwrap();
        fs::read(path).unwrap()
    })
}

/// A writer on a disk that fails on command.
pub(super) struct Rig {
    layer: Layer,
    writer: Writer,
    run: Option<Run>,
    pub(super) directory: TempDir,
    rooms: Vec<(Arc<Room>, Live)>,
    /// What was said so far, and what its sender was told of each.
    told: BTreeMap<u64, (u32, Outcome)>,
    topic: &'static str,
}

impl Rig {
    pub(super) fn new(layer: &Layer, checkpoint_frames: u32) -> Self {
        layer.heal();
        let directory = TempDir::new().unwrap();
        let path = file::of(directory.path());
        fs::write(&path, empty_journal()).unwrap();
        let Opened { db, run } =
            file::open_through(Some(&layer.name), &path, Durability::Disk).unwrap();
        db.pragma_update(None, "wal_autocheckpoint", checkpoint_frames).unwrap();
        let rooms = load::load(&db).unwrap().rooms.into_iter().map(|kept| {
            let room = Room::new(kept, 500, &Arc::default());
            let live = room.listen(0).unwrap().live;
            (room, live)
        });
        let (rooms, told) = (rooms.collect(), BTreeMap::new());
        let (layer, writer) = (layer.clone(), Writer::new(db));
        Self { layer, writer, run: Some(run), directory, rooms, told, topic: "" }
    }

    /// Has the writer keep a message of so many bytes in each of these rooms, all at once. Everybody
    /// must be answered.
    pub(super) fn keep(&mut self, rooms: &[u32], bytes: usize) {
        let (answer, mut answers) = mpsc::channel(rooms.len());
        let first = self.told.len() as u64 + 1;
        let entry = |(n, room): (u64, &u32)| {
            let room = Arc::clone(&self.rooms[*room as usize - 1].0);
            Entry::from(say(n, &"x".repeat(bytes), room, &answer))
        };
        let mut entries: Vec<_> = (first..).zip(rooms).map(entry).collect();
        self.writer.keep(&mut entries, clock());
        for _ in rooms {
            let answer = answers.try_recv().expect("everybody is answered");
            let n = answer.n.unwrap();
            let before = self.told.insert(n, (answer.room.id.0, answer.outcome));
            assert_eq!(before, None, "message {n} is answered twice");
        }
        assert!(answers.try_recv().is_err(), "nobody is answered twice");
    }

    pub(super) fn room(&self, number: u32) -> &Arc<Room> {
        &self.rooms[number as usize - 1].0
    }

    /// Has the writer keep these entries, all at once.
    pub(super) fn commit(&mut self, entries: &mut [Entry]) {
        self.writer.keep(entries, clock());
    }

    /// Goes on with another writer, which knows what is in the file and no more.
    pub(super) fn restart(&mut self) {
        let path = file::of(self.directory.path());
        self.writer = Writer::new(Connection::open_in_memory().unwrap());
        self.run = None;
        let Opened { db, run } =
            file::open_through(Some(&self.layer.name), &path, Durability::Disk).unwrap();
        (self.writer, self.run) = (Writer::new(db), Some(run));
    }

    /// Has the writer keep messages with these numbers, all at once, and asks it between two groups
    /// of them for the last number that was accepted.
    pub(super) fn last_numbers(&mut self, groups: &[&[u64]]) -> Vec<u64> {
        let (answer, _answers) = mpsc::channel(10);
        let (mut entries, mut asked) = (Vec::new(), Vec::new());
        for (index, numbers) in groups.iter().enumerate() {
            if index > 0 {
                let last = |db: &Connection| numbers::last(db, &(7, laptop()));
                let (ask, told) = Change::boxed(last, |last| last.unwrap().unwrap().last());
                entries.push(Entry::Change(ask));
                asked.push(told);
            }
            let say = |n: &u64| say(*n, "hi", Arc::clone(&self.rooms[0].0), &answer);
            entries.extend(numbers.iter().map(|n| Entry::from(say(n))));
        }
        self.writer.keep(&mut entries, clock());
        asked.into_iter().map(|mut told| told.try_recv().expect("it is told")).collect()
    }

    /// Has the writer keep one topic of the lobby after another, all at once.
    pub(super) fn set_topics(&mut self, topics: &[&'static str]) {
        let change = |topic: &'static str| {
            let apply =
                move |db: &Connection| keep::topic(db, RoomId::LOBBY, &Topic::new(topic).unwrap());
            Change::boxed(apply, |kept| kept.is_ok())
        };
        let (changes, settled): (Vec<_>, Vec<_>) = topics.iter().copied().map(change).unzip();
        let mut entries: Vec<_> = changes.into_iter().map(Entry::Change).collect();
        self.writer.keep(&mut entries, clock());
        for (topic, mut settled) in topics.iter().zip(settled) {
            if settled.try_recv().expect("who asked for the change is told") {
                self.topic = topic;
            }
        }
    }

    /// Says one message, and returns what its sender was told.
    pub(super) fn say(&mut self) -> Outcome {
        self.keep(&[1], 10);
        self.told.values().next_back().unwrap().1.clone()
    }

    /// What the readers were told.
    pub(super) fn published(&mut self) -> Vec<Place> {
        let mut published = Vec::new();
        for (room, live) in &mut self.rooms {
            while let Ok(batch) = live.try_recv() {
                let Batch::Said(said) = &*batch else { continue };
                let place = |kept: &Kept| (room.id.0, kept.seq, kept.n.unwrap());
                published.extend(said.said().iter().map(|said| place(&said.kept)));
            }
        }
        published
    }

    pub(super) fn accepted(&self) -> Vec<Place> {
        let kept = self.told.iter().filter_map(|(n, (room, outcome))| match outcome {
            Outcome::Kept { seq, .. } => Some((*room, *seq, *n)),
            _ => None,
        });
        let mut kept: Vec<_> = kept.collect();
        kept.sort_unstable();
        kept
    }

    pub(super) fn refusals(&self) -> Vec<&str> {
        let reasons = self.told.values().filter_map(|(_, outcome)| match outcome {
            Outcome::NotKept(reason) => Some(&**reason),
            _ => None,
        });
        reasons.collect()
    }

    /// What would be found if the daemon were killed now.
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

    /// A backup that is put in the journal's place.
    pub(super) fn backup(&self) -> TempDir {
        let (killed, restored) = (self.killed(), TempDir::new().unwrap());
        backup(killed.path(), &file::of(restored.path())).unwrap();
        restored
    }

    /// What would be found if the machine lost its power now.
    fn without_power(&self, is_there: fn(u64) -> bool) -> TempDir {
        let left = TempDir::new().unwrap();
        self.layer.lose_power(self.directory.path(), left.path(), is_there);
        left
    }

    /// What would be found after whatever crash, each with a word for it.
    pub(super) fn crashes(&self) -> Vec<(&'static str, TempDir)> {
        vec![
            ("killed", self.killed()),
            ("without power", self.without_power(|_| false)),
            ("without power, every other page written", self.without_power(|page| page % 2 == 0)),
        ]
    }

    /// Whatever crash comes now, what is found is what was accepted.
    pub(super) fn assert_kept(&self, what: &str) {
        for (crash, left) in self.crashes() {
            let (messages, topic) = found(left.path());
            assert_eq!(messages, self.accepted(), "{what}, {crash}");
            assert_eq!(topic, self.topic, "{what}, {crash}");
        }
    }
}

/// What a whole journal in `directory` has: the messages, and the topic of the lobby.
pub(super) fn found(directory: &Path) -> (Vec<Place>, String) {
    let db = file::connect(&file::of(directory)).unwrap();
    db.pragma_update(None, "synchronous", "off").unwrap(); // nothing hangs on it any more
    let integrity = |row: &Row<'_>| row.get::<_, String>(0);
    assert_eq!(db.query_row("PRAGMA integrity_check", [], integrity).unwrap(), "ok");
    let sql = "SELECT place >> 40, place & ((1 << 40) - 1), n FROM message ORDER BY place";
    let mut statement = db.prepare(sql).unwrap();
    let place = |row: &Row<'_>| {
        let [room, seq, n]: [u32; 3] = [row.get(0)?, row.get(1)?, row.get(2)?];
        Ok((room, seq.into(), n.into()))
    };
    let found: rusqlite::Result<Vec<Place>> = statement.query_map([], place).unwrap().collect();
    let (found, mut last) = (found.unwrap(), BTreeMap::new());
    for (room, seq, _) in &found {
        let before = last.insert(room, *seq).unwrap_or(0);
        assert_eq!(*seq, before + 1, "room {room}: {found:?}");
    }
    (found, load::load(&db).unwrap().rooms[0].topic.as_str().to_owned())
}
