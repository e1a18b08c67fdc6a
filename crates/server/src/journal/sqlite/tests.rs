mod audit;
mod bench;
mod clock;
mod damage;
mod deleted;
mod derived;
mod events;
mod events_cost;
mod files;
mod hooks;
mod interrupted;
mod invites;
pub(crate) mod layer;
mod log;
mod making;
mod numbers_model;
mod old_mentions;
mod pages;
mod rebuilt;
mod repeats;
mod restored;
mod roles;
mod runs;
mod sanctions;
mod upgrade;

use std::fs;

use chat_proto::command::{Body, Kind};
use chat_proto::event::MessageKind;
use chat_proto::limits::{LINE_BYTES_MAX, NAME_CHARS_MAX};
use chat_proto::{
    DeviceId, Event, RoomName, Secret, Seq, ShortString, Text, Topic, User, UserName,
};
use tempfile::TempDir;

use self::bench::{Bench, Outcome, open, open_at, say};
pub(crate) use self::bench::{bans_and_rooms, engine_through, found};
pub(crate) use self::log::Log;
use super::super::*;
use super::*;
use crate::config::PAGE_MESSAGES;
use crate::token::{PasswordHash, TokenHash};

fn clock() -> Timestamp {
    Timestamp::from_millis(1_795_356_127_123)
}

fn laptop() -> DeviceId {
    DeviceId::new("laptop").unwrap()
}

fn stored(seq: u64) -> Outcome {
    Outcome::Stored { seq, at: clock() }
}

fn repeat(seq: u64) -> Outcome {
    Outcome::Repeat { seq, at: clock() }
}

/// Changes a closed journal by hand.
pub(crate) fn execute(directory: &Path, statement: &str) {
    let db = file::connect(&file::of(directory)).unwrap();
    db.execute_batch(statement).unwrap();
}

/// Stores a user whose token is the user's name.
pub(crate) fn put_user(db: &Connection, id: u64, name: UserName) -> rusqlite::Result<()> {
    let token = TokenHash::of(&Secret::new(name.as_str()));
    let user = User { id: UserId::new(id), name };
    records::user(db, &UserRecord::registered(user, clock()))?;
    put_token(db, UserId::new(id), token)
}

/// Stores a user whose token is the user's name in a journal of one of the versions 5 to 7.
pub(crate) fn put_old_user(db: &Connection, id: u64, name: &str) -> rusqlite::Result<()> {
    let token = TokenHash::of(&Secret::new(name));
    db.execute(
        "INSERT INTO user (id, kind, name, key, seen_at, sum)
         VALUES (?1, 1, ?2, ?2, 9, checksum(?1, 1, ?2, ?2, 9))",
        rusqlite::params![id.cast_signed(), name],
    )?;
    db.execute(
        "INSERT INTO credential (value, user, kind, label, created_at, sum)
         VALUES (?1, ?2, 1, '', 5, checksum(?1, ?2, 1, '', 5))",
        rusqlite::params![token.as_bytes(), id.cast_signed()],
    )?;
    Ok(())
}

/// Stores one more token of a user.
pub(crate) fn put_token(db: &Connection, user: UserId, token: TokenHash) -> rusqlite::Result<()> {
    let (id, credential) = (used::last_record(db)? + 1, Credential::Token(token));
    credentials::insert(db, &CredentialRecord::new(id, user, credential, clock()))
}

#[tokio::test]
async fn stored_messages_are_read_in_order_after_a_restart() {
    let directory = TempDir::new().unwrap();
    let journal = open(directory.path()).unwrap();
    assert_eq!(journal.contents.last_user, UserId::new(0));
    for n in 1..=3 {
        assert_eq!(journal.say(n, &format!("text {n}")).await, stored(n));
    }
    journal.close().await;

    let journal = open(directory.path()).unwrap();
    assert_eq!(
        (journal.contents.rooms[0].last_seq, journal.contents.last_user),
        (Seq::new(3), UserId::new(7))
    );
    assert_eq!(journal.say(4, "text 4").await, stored(4));
    let texts = journal.texts(Part::After(Seq::FIRST)).await;
    let expected = [(2, "text 2"), (3, "text 3"), (4, "text 4")];
    assert_eq!(texts, expected.map(|(seq, text)| (seq, text.to_owned())));
    assert_eq!(journal.texts(Part::Before(Seq::new(2))).await, [(1, "text 1".to_owned())]);
}

#[tokio::test(start_paused = true)]
async fn without_threads_paused_time_stands_still_until_all_work_is_done() {
    let directory = TempDir::new().unwrap();
    let place = Location::DirectoryInTask(directory.path().to_path_buf());
    let works = async {
        let journal = open_at(&place).unwrap();
        assert_eq!(journal.say(1, "text").await, stored(1));
        assert_eq!(journal.texts(Part::After(Seq::NONE)).await, [(1, "text".to_owned())]);
        journal.close().await;
    };
    tokio::time::timeout(std::time::Duration::from_millis(1), works).await.expect("nothing waits");
    assert_eq!(open(directory.path()).unwrap().contents.rooms[0].last_seq, Seq::FIRST);
}

#[tokio::test]
async fn a_message_that_is_sent_again_after_a_crash_is_a_repeat() {
    let directory = TempDir::new().unwrap();
    let journal = open(directory.path()).unwrap();
    journal.say(5, "once").await;
    journal.close().await; // nobody hears that it was stored

    let journal = open(directory.path()).unwrap();
    assert_eq!(journal.journal.last_n(UserId::new(7), &laptop()).await.unwrap(), 5);
    assert_eq!(journal.journal.last_n(UserId::new(7), &DeviceId::default()).await.unwrap(), 0);
    assert_eq!(journal.say(5, "once").await, repeat(1));
    assert_eq!(journal.say(5, "something else").await, Outcome::NumberUsed);
    assert_eq!(journal.say(6, "twice").await, stored(2));
}

/// SQLite's integers end at 2⁶³, and those of a client do not.
#[tokio::test]
async fn the_greatest_numbers_of_a_client_are_stored_exactly() {
    const BEYOND: u64 = 1 << 63;
    let directory = TempDir::new().unwrap();
    let journal = open(directory.path()).unwrap();
    for (seq, n) in [(1, BEYOND - 1), (2, BEYOND), (3, BEYOND + 1)] {
        assert_eq!(journal.say(n, "great").await, stored(seq));
    }
    journal.close().await;

    let journal = open(directory.path()).unwrap();
    let last = journal.journal.last_n(UserId::new(7), &laptop()).await.unwrap();
    assert_eq!(last, BEYOND + 1);
    let page = Page { of: Part::After(Seq::NONE), limit: 10 };
    let found = journal.journal.read(RoomId::LOBBY, page).await.unwrap();
    let numbers: Vec<_> = found.iter().filter_map(|kept| kept.n).collect();
    assert_eq!(numbers, [BEYOND - 1, BEYOND, BEYOND + 1]);
    assert_eq!(journal.say(BEYOND + 1, "great").await, repeat(3));
    assert_eq!(journal.say(u64::MAX, "greatest").await, stored(4));
}

#[tokio::test]
async fn a_key_that_is_stored_already_is_a_bug_of_the_server() {
    let directory = TempDir::new().unwrap();
    let journal = open(directory.path()).unwrap();
    let twice = |db: &Connection| {
        db.execute("INSERT INTO member (user, room, is_in, read_seq) VALUES (1, 1, 1, 0)", [])
    };
    journal.journal.change(twice).await.unwrap();
    let error = journal.journal.change(twice).await.unwrap_err();
    assert!(matches!(error, JournalError::Conflict(_)), "{error}");
    assert!(error.to_string().ends_with("report this bug"), "{error}");
}

#[tokio::test]
async fn a_page_of_long_messages_fits_a_line() {
    let directory = TempDir::new().unwrap();
    let journal = open(directory.path()).unwrap();
    let long = "\n".repeat(16_384);
    for n in 1..=5 {
        journal.say(n, &long).await;
    }
    let texts = journal.texts(Part::Before(Seq::new(6))).await;
    assert_eq!(texts.len(), 1);
    assert_eq!(texts[0].0, 5);
    assert_eq!(journal.texts(Part::After(Seq::new(2))).await[0].0, 3);
}

#[tokio::test]
async fn a_page_of_a_room_with_a_long_name_fits_a_line() {
    let directory = TempDir::new().unwrap();
    let journal = open(directory.path()).unwrap();
    let name = RoomName::new(&format!("#{}", "😀".repeat(NAME_CHARS_MAX))).unwrap();
    let (id, key) = (RoomId(2), RoomKey::Named(name.clone()));
    journal.journal.change(move |db| records::room(db, id, &key)).await.unwrap();
    for n in 1..=u64::from(PAGE_MESSAGES) {
        let text = Text::new("\"".repeat(31)).unwrap();
        let message = say(i64::MAX as u64 - 1000 + n, "x");
        let (body, device) = (Body::plain(Kind::Action, text), DeviceId::default());
        assert_eq!(journal.send(Message { room: id, body, device, ..message }), stored(n));
    }
    let page = Page { of: Part::Before(Seq::MAX), limit: PAGE_MESSAGES };
    let found = journal.journal.read(id, page).await.unwrap();
    assert!(found.len() > 100, "{} messages", found.len());
    let messages = found.iter().map(|kept| kept.to_wire(&name, UserId::new(7))).collect();
    let history = Event::History { room: name, messages, more: true };
    let line = serde_json::to_string(&history).unwrap();
    assert!(line.len() <= LINE_BYTES_MAX, "{} bytes", line.len());
}

#[tokio::test]
async fn a_backup_is_made_while_the_journal_is_in_use_and_never_over_another() {
    let directory = TempDir::new().unwrap();
    let journal = open(directory.path()).unwrap();
    journal.say(1, "before").await;
    let elsewhere = TempDir::new().unwrap();
    let copy = file::of(elsewhere.path());
    backup(directory.path(), &copy).unwrap();
    journal.say(2, "after").await;
    let error = backup(directory.path(), &copy).unwrap_err();
    assert!(matches!(error, JournalError::Io { .. }), "{error}");
    let left: Vec<_> = fs::read_dir(elsewhere.path()).unwrap().collect();
    assert_eq!(left.len(), 1, "nothing half made: {left:?}");

    let restored = open(elsewhere.path()).unwrap();
    assert_eq!(restored.mode().await, "wal");
    assert_eq!(restored.texts(Part::After(Seq::NONE)).await, [(1, "before".to_owned())]);
    assert_eq!(restored.say(1, "before").await, repeat(1));
}

#[tokio::test]
async fn a_check_finds_a_gap() {
    let directory = TempDir::new().unwrap();
    let journal = open(directory.path()).unwrap();
    for n in 1..=3 {
        journal.say(n, "hi").await;
    }
    let whole = CheckReport { rooms: 1, messages: 3, faults: Vec::new(), more_faults: 0 };
    assert_eq!(check(directory.path()).unwrap(), whole);
    let remove =
        |db: &Connection| db.execute("DELETE FROM message WHERE text = 'hi' AND n = 2", []);
    journal.journal.change(remove).await.unwrap();
    let faults = check(directory.path()).unwrap().faults;
    let gap = "room #lobby: 2 messages are numbered 1 to 3; 1 are missing";
    assert_eq!(faults, [gap]);
}

/// A check lists the rooms first and counts their messages later; a daemon stores and trims messages between the two.
#[tokio::test]
async fn a_check_reports_no_fault_while_a_daemon_writes() {
    let directory = TempDir::new().unwrap();
    let journal = open(directory.path()).unwrap();
    journal.say(1, "before").await;
    let db = file::connect(&file::of(directory.path())).unwrap();
    let lobby = |report: &mut CheckReport| {
        check::check_room(&db, (RoomId::LOBBY, "#lobby"), Seq::NONE, true, report).unwrap();
        report.rooms += 1;
    };
    journal.say(2, "meanwhile").await;
    let mut report = CheckReport::default();
    lobby(&mut report);
    assert_eq!(report, CheckReport { rooms: 1, messages: 2, faults: Vec::new(), more_faults: 0 });

    let later = Timestamp::from_millis(clock().as_millis() + 1);
    assert_eq!(journal.journal.trim(RoomId::LOBBY, later, later).await.unwrap(), 1);
    let mut report = CheckReport::default();
    lobby(&mut report);
    assert_eq!(report, CheckReport { rooms: 1, messages: 1, faults: Vec::new(), more_faults: 0 });
}

#[tokio::test]
async fn a_backup_and_a_check_of_no_journal_are_refused() {
    let directory = TempDir::new().unwrap();
    let copy = directory.path().join("copy");
    assert!(backup(directory.path(), &copy).is_err());
    assert!(!copy.exists());
    assert!(check(directory.path()).is_err());
}

#[tokio::test]
async fn trimming_leaves_the_last_message_and_those_that_are_not_too_old() {
    let directory = TempDir::new().unwrap();
    let journal = open(directory.path()).unwrap();
    for n in 1..=3 {
        journal.say(n, "hi").await;
    }
    let (room, later) = (RoomId::LOBBY, Timestamp::from_millis(clock().as_millis() + 1));
    assert_eq!(journal.journal.trim(room, clock(), later).await.unwrap(), 0);
    assert_eq!(journal.journal.trim(room, later, later).await.unwrap(), 2);
    assert_eq!(journal.journal.trim(room, later, later).await.unwrap(), 0);
    assert_eq!(journal.texts(Part::After(Seq::NONE)).await, [(3, "hi".to_owned())]);
    assert_eq!(check(directory.path()).unwrap().messages, 1, "and nothing is missing");
    journal.close().await;
    let journal = open(directory.path()).unwrap();
    assert_eq!(journal.say(4, "hi").await, stored(4));
}
