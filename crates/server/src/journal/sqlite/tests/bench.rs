//! A journal in a directory, with an interface for tests.

use std::collections::BTreeMap;
use std::ops::Deref;
use std::sync::Mutex as StdMutex;

use super::*;
use crate::journal::sqlite::numbers::NumbersDraft;

/// The outcome of a message.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) enum Outcome {
    Stored { seq: u64, at: Timestamp },
    Repeat { seq: u64, at: Timestamp },
    NumberUsed,
    Rejected(Rejection),
    NotKept(String),
}

/// Both sides of a journal.
pub(super) struct Both {
    read: Journal,
    engine: StdMutex<Engine>,
}

/// A journal in a directory, with its contents when it was opened.
pub(super) struct Bench {
    pub(super) journal: Both,
    pub(super) contents: Contents,
}

pub(super) fn open(directory: &Path) -> Result<Bench, JournalError> {
    open_at(&Location::Directory(directory.to_path_buf()))
}

pub(super) fn open_at(place: &Location) -> Result<Bench, JournalError> {
    let (engine, read, contents) = Journal::open(place, Durability::Os, clock())?;
    Ok(Bench { journal: Both { read, engine: StdMutex::new(engine) }, contents })
}

/// Opens the journal at `path` through a layer that fails on command. Returns its engine and its contents.
pub(crate) fn engine_through(
    layer: &str,
    path: &Path,
    checkpoint_frames: Option<u32>,
) -> Result<(Engine, Contents), JournalError> {
    let OpenFile { db, run } = file::open_through(Some(layer), path, Durability::Disk)?;
    if let Some(frames) = checkpoint_frames {
        db.pragma_update(None, "wal_autocheckpoint", frames)?;
    }
    let (contents, numbers) = read_all(&db, clock())?;
    let db = Arc::new(Mutex::new(db));
    let engine = Engine::new(Writer::new(db, &contents.rooms, numbers, false, Some(run), None));
    Ok((engine, contents))
}

/// The contents of a whole journal in `directory`: the room, `seq` and `n` of each message, and the topic of the lobby.
pub(crate) fn found(directory: &Path) -> (Vec<(u32, u64, u64)>, String) {
    let db = file::connect(&file::of(directory)).unwrap();
    db.pragma_update(None, "synchronous", "off").unwrap(); // nothing hangs on it any more
    let integrity = |row: &rusqlite::Row<'_>| row.get::<_, String>(0);
    assert_eq!(db.query_row("PRAGMA integrity_check", [], integrity).unwrap(), "ok");
    let sql = "SELECT place >> 40, place & ((1 << 40) - 1), n FROM message ORDER BY place";
    let mut statement = db.prepare(sql).unwrap();
    let place = |row: &rusqlite::Row<'_>| {
        Ok((row.get::<_, u32>(0)?, row.get::<_, u32>(1)?, row.get::<_, Option<u32>>(2)?))
    };
    let rows: rusqlite::Result<Vec<_>> = statement.query_map([], place).unwrap().collect();
    let (rows, mut last) = (rows.unwrap(), BTreeMap::new());
    for (room, seq, _) in &rows {
        let before: u32 = last.insert(*room, *seq).unwrap_or(0);
        assert_eq!(*seq, before + 1, "room {room}: {rows:?}");
    }
    // A topic has no number.
    let numbered = |(room, seq, n): (u32, u32, Option<u32>)| Some((room, seq.into(), n?.into()));
    let found: Vec<(u32, u64, u64)> = rows.into_iter().filter_map(numbered).collect();
    assert_eq!(check::check_file(&db).unwrap().faults, [""; 0]);
    let (contents, numbers) = load::load(&db, clock()).unwrap();
    assert_eq!(contents.damage, [""; 0]);
    let numbers = NumbersDraft::new(&numbers);
    for (room, seq, n) in &found {
        let device = (UserId::new(7), laptop());
        let place = Some(rows::place(RoomId(*room), Seq::new(*seq)));
        assert_eq!(numbers.place_of(&db, &device, *n).unwrap(), place, "{n} in room {room}");
    }
    (found, contents.rooms[0].topic.as_str().to_owned())
}

/// The rooms from which somebody is banned by a journal in `directory`, and those that user 7 is in.
pub(crate) fn bans_and_rooms(directory: &Path) -> (Vec<RoomId>, Vec<RoomId>) {
    let db = file::connect(&file::of(directory)).unwrap();
    let (contents, _) = load::load(&db, clock()).unwrap();
    assert_eq!(contents.damage, [""; 0]);
    let bans = contents.sanctions.into_iter().filter_map(|sanction| sanction.room);
    let is_in = |member: &&MembershipRecord| member.user == UserId::new(7) && member.is_in;
    let rooms = contents.members.iter().filter(is_in).map(|member| member.room);
    (bans.collect(), rooms.collect())
}

/// The `n`th message on the laptop of user 7, to the lobby.
pub(super) fn say(n: u64, text: &str) -> Message {
    Message {
        room: RoomId::LOBBY,
        from: User { id: UserId::new(7), name: UserName::new("bob").unwrap() },
        device: laptop(),
        n: Some(n),
        body: Body::text(Text::new(text).unwrap()),
        named_at: None,
        mentions: Box::default(),
        deletes_others: None,
        is_repeat_only: false,
        changes: Box::default(),
    }
}

fn outcome(result: EntryResult) -> Outcome {
    match result {
        EntryResult::Message { message, .. } => {
            Outcome::Stored { seq: message.seq.get(), at: message.at }
        }
        EntryResult::Repeat(Repeat::Same { seq, at }) => Outcome::Repeat { seq: seq.get(), at },
        EntryResult::Repeat(Repeat::Other) => Outcome::NumberUsed,
        EntryResult::Rejected(rejection) => Outcome::Rejected(rejection),
        other => panic!("{other:?}"),
    }
}

impl Bench {
    /// Stores a message.
    pub(super) fn send(&self, message: Message) -> Outcome {
        self.journal.send(message, clock())
    }

    /// Stores the `n`th message, with `text`.
    pub(super) async fn say(&self, n: u64, text: &str) -> Outcome {
        self.send(say(n, text))
    }

    /// The `seq` of the last message of the lobby.
    pub(super) fn last_seq(&self) -> u64 {
        let db = self.journal.engine.lock().unwrap();
        db.last_seq(RoomId::LOBBY).get()
    }

    pub(super) async fn texts(&self, of: Part) -> Vec<(u64, String)> {
        let page = Page { of, limit: 100 };
        let kept = self.journal.read(RoomId::LOBBY, page).await.unwrap();
        kept.iter().map(|kept| (kept.seq.get(), kept.text.to_string())).collect()
    }

    /// SQLite's journal mode.
    pub(super) async fn mode(&self) -> String {
        let ask = |db: &Connection| db.pragma_query_value(None, "journal_mode", |row| row.get(0));
        self.journal.change(ask).await.unwrap()
    }

    /// Limits the journal to this number of pages.
    pub(super) async fn allow_pages(&self, pages: u32) {
        let set = move |db: &Connection| {
            // Otherwise SQLite would use free pages of the file first.
            db.execute_batch("CREATE TABLE IF NOT EXISTS filler (x)")?;
            while db.pragma_query_value(None, "freelist_count", |row| row.get::<_, u32>(0))? > 0 {
                db.execute("INSERT INTO filler VALUES (zeroblob(3000))", [])?;
            }
            db.pragma_update(None, "max_page_count", pages)
        };
        // This pragma returns a row, which `execute` reports as an error.
        let _ = self.journal.change(set).await;
    }

    /// Closes the journal.
    pub(super) async fn close(self) {
        self.journal.engine.lock().unwrap().close();
    }
}

impl Both {
    pub(super) fn send(&self, message: Message, now: Timestamp) -> Outcome {
        self.send_all(&[message], now).remove(0)
    }

    /// Stores messages with one commit; returns the outcome of each.
    pub(super) fn send_all(&self, messages: &[Message], now: Timestamp) -> Vec<Outcome> {
        let entries = || messages.iter().cloned().map(Entry::Message).collect();
        let mut engine = self.engine.lock().unwrap();
        let appended = match engine.append(entries(), now) {
            Err(error) if engine.repair(&error, now) => engine.append(entries(), now),
            appended => appended,
        };
        match appended {
            Ok(commit) => commit.items.into_iter().map(outcome).collect(),
            Err(error) => {
                engine.refuse(&error);
                messages.iter().map(|_| Outcome::NotKept(error.reason().to_owned())).collect()
            }
        }
    }

    /// Stores these entries with one commit.
    pub(super) fn append(&self, entries: Vec<Entry<'_>>) {
        self.engine.lock().unwrap().append(entries, clock()).unwrap();
    }

    /// Stores these changes with one commit, as the daemon does.
    pub(super) fn changes(&self, changes: Vec<Change>) -> Result<(), JournalError> {
        let mut engine = self.engine.lock().unwrap();
        let appended = match engine.append(vec![Entry::Changes(changes.clone())], clock()) {
            Err(error) if engine.repair(&error, clock()) => {
                engine.append(vec![Entry::Changes(changes)], clock())
            }
            appended => appended,
        };
        appended.map(drop).map_err(JournalError::from)
    }

    /// Runs `ask` within a commit.
    pub(super) async fn change<T: Send + 'static>(
        &self,
        ask: impl FnMut(&Connection) -> rusqlite::Result<T> + Send + 'static,
    ) -> Result<T, JournalError> {
        self.run(Task::new(ask))
    }

    pub(super) async fn last_n(
        &self,
        user: UserId,
        device: &DeviceId,
    ) -> Result<u64, JournalError> {
        Task::last_n_or_zero(self.run(Task::last_n(user, device.clone())))
    }

    pub(super) async fn trim(
        &self,
        room: RoomId,
        before: Timestamp,
        now: Timestamp,
    ) -> Result<usize, JournalError> {
        self.run(Task::trim(room, before, now))
    }

    /// Clears the unused parts of the whole file.
    pub(super) fn clear_unused(&self) {
        let mut page = Some(FIRST_PAGE);
        while let Some(first) = page {
            page = self.run(Task::clear_unused(first)).unwrap();
        }
    }

    fn run<T>(&self, (mut task, mut result): (Task, TaskResult<T>)) -> Result<T, JournalError> {
        let mut engine = self.engine.lock().unwrap();
        let appended = match engine.append(vec![Entry::Task(&mut task)], clock()) {
            Err(error) if engine.repair(&error, clock()) => {
                engine.append(vec![Entry::Task(&mut task)], clock())
            }
            appended => appended,
        };
        task.finish(appended.map(drop).map_err(JournalError::from));
        result.try_recv().expect("a task is answered")
    }
}

impl Deref for Both {
    type Target = Journal;

    fn deref(&self) -> &Journal {
        &self.read
    }
}
