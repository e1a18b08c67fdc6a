mod missed;

use chat_proto::command::Body;
use chat_proto::{DeviceId, RoomName, Text, Timestamp, Topic, User, UserId, UserName};
use futures_util::FutureExt;
use tempfile::TempDir;

use super::records::COMMITS_MAX;
use super::*;
use crate::journal::stored::RoomKey;
use crate::journal::task::Task;
use crate::journal::{Durability, Engine, Entry, Location, Message, backup, restore};

const LOBBY: RoomId = RoomId::LOBBY;
const RUST: RoomId = RoomId(2);

fn ana() -> User {
    User { id: UserId::new(1), name: UserName::new("ana").unwrap() }
}

fn now() -> Timestamp {
    Timestamp::from_millis(1_795_356_127_123)
}

fn say(room: RoomId, text: &str) -> Entry<'static> {
    Entry::Message(Message {
        room,
        from: ana(),
        device: DeviceId::default(),
        n: None,
        body: Body::text(Text::new(text).unwrap()),
        named_at: None,
        mentions: Box::default(),
        deletes_others: None,
        is_repeat_only: false,
        changes: Box::default(),
    })
}

fn rust_room() -> Change {
    Change::Room { id: RUST, key: RoomKey::Named(RoomName::new("#rust").unwrap()) }
}

fn topic(text: &str) -> Entry<'static> {
    let topic = Topic::from_lossy(text);
    Entry::Changes(vec![Change::Topic { room: LOBBY, topic, by: ana() }])
}

fn open(location: &Location) -> (Engine, Journal) {
    let (engine, journal, _) =
        Journal::open(location, Durability::Os, Timestamp::from_millis(0)).unwrap();
    (engine, journal)
}

fn in_directory(directory: &TempDir) -> Location {
    Location::DirectoryInTask(directory.path().to_path_buf())
}

/// Stores the entries with one commit, and applies it.
fn store(engine: &mut Engine, entries: Vec<Entry<'_>>) {
    let commit = engine.append(entries, now()).unwrap();
    engine.finish(commit);
}

/// Stores messages with these texts, each with a commit of its own.
fn say_all(engine: &mut Engine, texts: std::ops::Range<usize>) {
    for text in texts {
        store(engine, vec![say(LOBBY, &text.to_string())]);
    }
}

/// An item, as a test compares it.
fn line(item: FollowerItem) -> String {
    match item {
        FollowerItem::StartOver => "start over".to_owned(),
        FollowerItem::Rooms(rooms) => rooms
            .iter()
            .map(|RoomExtent { room, first, last }| format!("{}:{first}-{last} ", room.0))
            .collect::<String>()
            .trim_end()
            .to_owned(),
        FollowerItem::Message { room, message } => {
            format!("{}:{} {}", room.0, message.seq, message.text)
        }
        FollowerItem::Change(Change::Topic { topic, .. }) => format!("topic {}", topic.as_str()),
        FollowerItem::Change(Change::Room { id, .. }) => format!("room {}", id.0),
        FollowerItem::Change(Change::RoomRemoved { id, .. }) => format!("removed {}", id.0),
        FollowerItem::Change(other) => panic!("{other:?}"),
        FollowerItem::Trimmed { room, first } => format!("{} from {first}", room.0),
    }
}

/// Takes all items that are ready; ends with "closed" if the journal is closed.
fn taken(follower: &mut Follower) -> Vec<String> {
    let mut lines = Vec::new();
    while let Some(item) = follower.next().now_or_never() {
        let Some(item) = item.unwrap() else {
            lines.push("closed".to_owned());
            break;
        };
        lines.push(line(item));
    }
    lines
}

/// The messages of the lobby with these numbers, whose texts are less by one.
fn messages(seqs: std::ops::RangeInclusive<usize>) -> Vec<String> {
    seqs.map(|seq| format!("1:{seq} {}", seq - 1)).collect()
}

#[test]
fn a_follower_receives_stored_messages_and_then_new_commits() {
    let (mut engine, journal) = open(&Location::Memory);
    say_all(&mut engine, 0..2);
    let mut follower = journal.follow(None);
    assert_eq!(taken(&mut follower), ["1:1-2", "1:1 0", "1:2 1"]);
    let entries = vec![
        say(LOBBY, "2"),
        topic("news"),
        Entry::Changes(vec![rust_room()]),
        say(RUST, "first"),
        say(LOBBY, "3"),
    ];
    store(&mut engine, entries);
    assert_eq!(taken(&mut follower), ["1:3 2", "topic news", "room 2", "2:1 first", "1:4 3"]);
    drop(engine);
    assert_eq!(taken(&mut follower), ["closed"]);
}

/// An event about the first message of the lobby.
fn event(body: Body) -> Entry<'static> {
    let Entry::Message(message) = say(LOBBY, "x") else { unreachable!() };
    Entry::Message(Message { body, ..message })
}

#[test]
fn events_are_the_same_live_and_from_the_file_but_for_what_is_deleted() {
    let (mut engine, journal) = open(&Location::Memory);
    let mut live = journal.follow(None);
    taken(&mut live);
    let emoji = chat_proto::Emoji::new("👍").unwrap();
    say_all(&mut engine, 0..2);
    for body in [
        Body::Reaction { target: Seq::FIRST, emoji, on: true },
        Body::Pin { target: Seq::FIRST, on: true },
        Body::Edit { target: Seq::FIRST, text: Text::new("new").unwrap() },
    ] {
        store(&mut engine, vec![event(body)]);
    }
    let all = |follower: &mut Follower| {
        let mut found = Vec::new();
        while let Some(Ok(Some(item))) = follower.next().now_or_never() {
            if let FollowerItem::Message { message, .. } = item {
                found.push(message);
            }
        }
        found
    };
    let first = all(&mut live);
    assert_eq!((first.len(), all(&mut journal.follow(None))), (5, first.clone()));
    store(&mut engine, vec![event(Body::Delete { target: Seq::FIRST })]);
    assert_eq!(all(&mut live).len(), 1, "the deletion");
    let texts: Vec<String> =
        all(&mut journal.follow(None)).iter().map(|message| message.text.to_string()).collect();
    let deleted = "This message was deleted.";
    let events = ["reacts 👍", "pinned a message"];
    assert_eq!(texts, [deleted, "1", events[0], events[1], deleted, "deleted a message"]);
}

#[test]
fn changes_that_are_stored_with_a_message_come_before_it() {
    let (mut engine, journal) = open(&Location::Memory);
    let mut follower = journal.follow(None);
    assert_eq!(taken(&mut follower), ["1:0-0"]);
    let Entry::Message(message) = say(RUST, "first") else { unreachable!() };
    store(
        &mut engine,
        vec![Entry::Message(Message { changes: Box::new([rust_room()]), ..message })],
    );
    assert_eq!(taken(&mut follower), ["room 2", "2:1 first"]);
}

#[test]
fn a_commit_is_sent_once_it_is_applied() {
    let (mut engine, journal) = open(&Location::Memory);
    let mut follower = journal.follow(None);
    taken(&mut follower);
    let commit = engine.append(vec![say(LOBBY, "0")], now()).unwrap();
    assert!(taken(&mut follower).is_empty());
    engine.finish(commit);
    assert_eq!(taken(&mut follower), ["1:1 0"]);
}

#[test]
fn without_followers_a_commit_is_not_copied() {
    let (mut engine, journal) = open(&Location::Memory);
    let record = |engine: &mut Engine| {
        let commit = engine.append(vec![say(LOBBY, "text")], now()).unwrap();
        let is_copied = commit.record.is_some();
        engine.finish(commit);
        is_copied
    };
    assert!(!record(&mut engine));
    let mut follower = journal.follow(None);
    assert!(!record(&mut engine), "it has not begun");
    taken(&mut follower);
    assert!(record(&mut engine));
    drop(follower);
    record(&mut engine); // finds that there are no followers
    assert!(!record(&mut engine));
}

#[test]
fn a_message_that_is_on_a_page_and_in_the_ring_comes_once() {
    let (mut engine, journal) = open(&Location::Memory);
    say_all(&mut engine, 0..1);
    let mut follower = journal.follow(None);
    let rooms = follower.next().now_or_never().unwrap().unwrap().unwrap();
    assert_eq!(line(rooms), "1:1-1");
    say_all(&mut engine, 1..3);
    assert_eq!(taken(&mut follower), messages(1..=3));
}

#[test]
fn a_lagging_follower_reads_the_file_and_then_new_commits() {
    let (mut engine, journal) = open(&Location::Memory);
    let mut follower = journal.follow(None);
    taken(&mut follower);
    say_all(&mut engine, 0..COMMITS_MAX + 2);
    let last = COMMITS_MAX + 2;
    let mut expected = vec![format!("1:1-{last}")];
    expected.extend(messages(1..=last));
    assert_eq!(taken(&mut follower), expected);
    say_all(&mut engine, last..last + 1);
    assert_eq!(taken(&mut follower), messages(last + 1..=last + 1));
}

#[test]
fn a_commit_that_is_never_applied_is_read_from_the_file() {
    let (mut engine, journal) = open(&Location::Memory);
    let mut follower = journal.follow(None);
    taken(&mut follower);
    say_all(&mut engine, 0..1);
    assert_eq!(taken(&mut follower), messages(1..=1));
    drop(engine.append(vec![say(LOBBY, "1")], now()).unwrap());
    store(&mut engine, vec![topic("news")]);
    assert_eq!(taken(&mut follower), ["1:1-2", "1:2 1"]);
}

#[test]
fn a_follower_that_takes_nothing_holds_a_bounded_number_of_bytes() {
    let (mut engine, journal) = open(&Location::Memory);
    let mut follower = journal.follow(None);
    taken(&mut follower);
    let text = "x".repeat(16 * 1024);
    for _ in 0..30 {
        store(&mut engine, (0..30).map(|_| say(LOBBY, &text)).collect());
        assert!(engine.ring().bytes() <= records::BYTES_MAX);
    }
    assert!(engine.ring().bytes() > records::BYTES_MAX / 2);
    assert_eq!(taken(&mut follower).len(), 1 + 900);
}

#[test]
fn a_follower_continues_at_its_position_after_a_restart() {
    let directory = TempDir::new().unwrap();
    let (mut engine, journal) = open(&in_directory(&directory));
    store(&mut engine, vec![Entry::Changes(vec![rust_room()]), say(RUST, "first")]);
    say_all(&mut engine, 0..2);
    let mut follower = journal.follow(None);
    assert_eq!(taken(&mut follower), ["1:1-2 2:1-1", "1:1 0", "1:2 1", "2:1 first"]);
    let stored = follower.position().to_string();
    say_all(&mut engine, 2..4); // not taken
    drop((engine, journal, follower));

    let (mut engine, journal) = open(&in_directory(&directory));
    let mut follower = journal.follow(Some(stored.parse().unwrap()));
    store(&mut engine, vec![say(RUST, "second")]);
    assert_eq!(taken(&mut follower), ["1:1-4 2:1-2", "1:3 2", "1:4 3", "2:2 second"]);
    say_all(&mut engine, 4..5);
    assert_eq!(taken(&mut follower), messages(5..=5));
}

#[test]
fn a_follower_learns_of_removed_messages_live_and_at_the_next_start() {
    let (mut engine, journal) = open(&Location::Memory);
    say_all(&mut engine, 0..5);
    let mut follower = journal.follow(None);
    taken(&mut follower);
    let later = Timestamp::from_millis(now().as_millis() + 100);
    let (mut task, _) = Task::trim(LOBBY, later, later);
    store(&mut engine, vec![Entry::Task(&mut task)]);
    assert_eq!(taken(&mut follower), ["1 from 5"]);
    let mut again = journal.follow(Some(follower.position().clone()));
    assert_eq!(taken(&mut again), ["1:5-5"]);
    assert_eq!(taken(&mut journal.follow(None)), ["1:5-5", "1:5 4"]);
}

#[test]
fn a_removed_room_is_not_in_the_position() {
    let (mut engine, journal) = open(&Location::Memory);
    store(&mut engine, vec![Entry::Changes(vec![rust_room()]), say(RUST, "first")]);
    let mut follower = journal.follow(None);
    taken(&mut follower);
    assert!(follower.position().to_string().ends_with(" 2:1"));
    let removed = Change::RoomRemoved { id: RUST, visitors: Arc::default() };
    store(&mut engine, vec![Entry::Changes(vec![removed])]);
    let before = follower.position().clone();
    assert_eq!(taken(&mut follower), ["removed 2"]);
    assert_eq!(follower.position(), &Position::start(journal.identity()));
    let mut again = journal.follow(Some(before));
    assert_eq!(taken(&mut again), ["1:0-0"]);
    assert_eq!(again.position(), follower.position());
}

#[test]
fn a_follower_starts_over_after_a_restore() {
    let directory = TempDir::new().unwrap();
    let copy = directory.path().join("copy");
    let (mut engine, journal) = open(&in_directory(&directory));
    say_all(&mut engine, 0..1);
    backup(directory.path(), &copy).unwrap();
    store(&mut engine, vec![say(LOBBY, "lost")]);
    let mut follower = journal.follow(None);
    assert_eq!(taken(&mut follower), ["1:1-2", "1:1 0", "1:2 lost"]);
    let position = follower.position().clone();
    drop((engine, journal, follower));
    restore(directory.path(), &copy, now()).unwrap();

    let (mut engine, journal) = open(&in_directory(&directory));
    let mut follower = journal.follow(Some(position));
    say_all(&mut engine, 1..2);
    assert_eq!(taken(&mut follower), ["start over", "1:1-2", "1:1 0", "1:2 1"]);
}

/// With `--durability os` a machine that stops may lose messages of the same epoch.
#[test]
fn a_follower_that_is_ahead_of_the_journal_starts_over() {
    let (mut engine, journal) = open(&Location::Memory);
    say_all(&mut engine, 0..1);
    let position: Position =
        format!("{} 1:2", Position::start(journal.identity())).parse().unwrap();
    let mut follower = journal.follow(Some(position));
    assert_eq!(taken(&mut follower), ["start over", "1:1-1", "1:1 0"]);
}

#[test]
fn a_text_that_is_not_a_position_is_refused() {
    for text in ["", "id", " epoch", "id epoch ", "id epoch 1", "id epoch 1:x", "id epoch x:1"] {
        assert_eq!(text.parse::<Position>(), Err(PositionError), "{text:?}");
    }
    let whole = "id epoch 1:5 8388607:1099511627775";
    assert_eq!(whole.parse::<Position>().unwrap().to_string(), whole);
}
