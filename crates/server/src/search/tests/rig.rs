//! A journal with its index.

use std::path::PathBuf;

use chat_proto::command::Body;
use chat_proto::{AuditKind, DeviceId, RoomName, Text, Timestamp, User, UserId, UserName};
use tempfile::TempDir;
use tokio::time::{Duration, sleep};

use super::super::{Page as Found, *};
use crate::journal::{
    AuditRecord, Change, DeletionRecord, DirectKey, Durability, Engine, Entry, Message, Page, Part,
    RoomKey, Task, UserRecord,
};
use chat_proto::Seq;

/// How often a test checks whether the index is complete, at most.
const LOOKS_MAX: u32 = 1_000;

pub(in crate::search) const LOBBY: RoomId = RoomId::LOBBY;
pub(in crate::search) const RUST: RoomId = RoomId(2);
/// The direct message of ana and bob.
pub(in crate::search) const DIRECT: RoomId = RoomId(3);

pub(in crate::search) struct Rig {
    pub(in crate::search) directory: TempDir,
    pub(in crate::search) engine: Option<Engine>,
    pub(in crate::search) journal: Journal,
    pub(in crate::search) search: Search,
    millis: i64,
}

/// The user with that number: 1 is ana, 2 is bob, 3 is eva.
pub(in crate::search) fn user(id: u64) -> User {
    let name = ["server", "ana", "Bob B", "eva"][usize::try_from(id).unwrap()];
    User { id: UserId::new(id), name: UserName::new(name).unwrap() }
}

fn location(directory: &TempDir) -> Location {
    Location::DirectoryInTask(directory.path().to_path_buf())
}

impl Rig {
    pub(in crate::search) fn new() -> Self {
        let directory = TempDir::new().unwrap();
        let (engine, journal, _) =
            Journal::open(&location(&directory), Durability::Os, Timestamp::from_millis(0))
                .unwrap();
        let search = Search::start(&location(&directory), &journal);
        let mut rig =
            Self { directory, engine: Some(engine), journal, search, millis: 1_795_356_127_000 };
        let room = |id, key| Change::Room { id, key };
        let user = |id| {
            let seen_at = Timestamp::from_millis(0);
            Change::User(UserRecord::registered(user(id), seen_at))
        };
        rig.store(Entry::Changes(vec![
            user(1),
            user(2),
            user(3),
            room(RUST, RoomKey::Named(RoomName::new("#rust").unwrap())),
            room(DIRECT, RoomKey::Direct(DirectKey::of(UserId::new(1), UserId::new(2)))),
        ]));
        rig
    }

    /// Stores an entry with a commit of its own, a second after the one before.
    pub(in crate::search) fn store(&mut self, entry: Entry<'_>) {
        self.millis += 1_000;
        let engine = self.engine.as_mut().unwrap();
        let commit = engine.append(vec![entry], Timestamp::from_millis(self.millis)).unwrap();
        engine.finish(commit);
    }

    pub(in crate::search) fn send(
        &mut self,
        room: RoomId,
        from: u64,
        body: Body,
        mentions: &[UserId],
    ) {
        let at = Timestamp::from_millis(self.millis);
        let record = AuditRecord::new(at, UserId::new(from), AuditKind::Delete, "#rust");
        let deletion = DeletionRecord { record, kept_since: None };
        self.store(Entry::Message(Message {
            room,
            from: user(from),
            device: DeviceId::default(),
            n: None,
            body,
            named_at: None,
            mentions: mentions.into(),
            deletes_others: Some(Box::new(deletion)),
            is_repeat_only: false,
            changes: Box::default(),
        }));
    }

    pub(in crate::search) fn say(&mut self, room: RoomId, from: u64, text: &str) {
        let text = Text::new(text).unwrap();
        self.send(room, from, Body::text(text), &[]);
    }

    pub(in crate::search) fn edit(&mut self, room: RoomId, from: u64, seq: u64, text: &str) {
        let body = Body::Edit { target: Seq::new(seq), text: Text::new(text).unwrap() };
        self.send(room, from, body, &[]);
    }

    /// Edits a message as its author, if it exists.
    pub(in crate::search) async fn edit_own(&mut self, room: RoomId, seq: u64, text: &str) {
        let place = vec![(room, Seq::new(seq))];
        let found = self.journal.messages_now(place, UserId::new(1)).await.unwrap();
        let author = found.first().map_or(1, |(_, message)| message.from.id.get());
        self.edit(room, author, seq, text);
    }

    pub(in crate::search) fn delete(&mut self, room: RoomId, seq: u64) {
        self.send(room, 1, Body::Delete { target: Seq::new(seq) }, &[]);
    }

    /// Removes all messages of `room` but the last by their age.
    pub(in crate::search) fn trim(&mut self, room: RoomId) {
        let now = Timestamp::from_millis(self.millis + 1_000);
        let (mut task, _) = Task::trim(room, now, now);
        self.store(Entry::Task(&mut task));
    }

    /// Ends the index as a kill does, between two of its steps, and starts another.
    pub(in crate::search) async fn kill(&mut self) {
        self.search.closing.cancel();
        self.search.ended.cancelled().await;
        self.start();
    }

    /// Starts an index; the one before must have ended.
    pub(in crate::search) fn start(&mut self) {
        self.search = Search::start(&location(&self.directory), &self.journal);
    }

    pub(in crate::search) fn file(&self) -> PathBuf {
        file::of(self.directory.path())
    }

    /// Waits until everything is in the index.
    pub(in crate::search) async fn settle(&self) {
        for _ in 0..LOOKS_MAX {
            sleep(Duration::from_millis(100)).await;
            let mut all = Vec::new();
            for room in [LOBBY, RUST, DIRECT] {
                let page = Page { of: Part::Before(Seq::MAX), limit: 1 };
                let last = self.journal.read(room, page).await.unwrap();
                all.extend(last.first().map(|last| (room, last.seq)));
            }
            let progress = self.search.shared.progress();
            let is_there = all.iter().all(|(room, last)| progress.seq(*room) == *last);
            if is_there && self.search.shared.source().is_some() && progress.percent().is_none() {
                return;
            }
        }
        panic!("the index is not complete: {:?}", self.search.shared.progress());
    }

    /// The messages that `from` finds in `rooms`, as `ROOM:SEQ`.
    pub(in crate::search) async fn found(
        &self,
        from: u64,
        rooms: &[RoomId],
        typed: &str,
    ) -> Vec<String> {
        let page =
            self.page(from, rooms, typed, SearchOrder::Newest, None, HITS_MAX).await.unwrap();
        page.hits.iter().map(|hit| format!("{}:{}", hit.room.0, hit.message.seq)).collect()
    }

    pub(in crate::search) async fn page(
        &self,
        from: u64,
        rooms: &[RoomId],
        typed: &str,
        order: SearchOrder,
        after: Option<Cursor>,
        limit: u32,
    ) -> Result<Found, SearchError> {
        let query = Query::parse(typed);
        let number = |name: &str| (1..=3).map(user).find(|user| user.name.as_str() == name);
        let named = |name: &str| match name {
            "rust" => Some(RUST),
            "lobby" => Some(LOBBY),
            _ => None,
        };
        let scope = Scope {
            user: UserId::new(from),
            rooms: rooms.to_vec(),
            users: query.users().map(|name| number(name).map(|user| user.id)).collect(),
            named: query
                .rooms()
                .map(|name| named(name).filter(|room| rooms.contains(room)))
                .collect(),
        };
        self.search.find(Request { query, scope, order, after, limit }).await
    }
}
