//! Where the text of a deleted message is, and journals in which the tables of events are damaged or missing.

use chat_proto::Emoji;
use chat_proto::event::Details;

use super::damage::{PAGE_BYTES, change, find, root, sql};
use super::*;
use crate::journal::stored::View;

/// A message of bob's in the lobby.
fn event(body: Body) -> Message {
    Message { n: None, body, ..say(1, "x") }
}

fn reaction(target: u64, written: &str) -> Message {
    let emoji = Emoji::new(written).unwrap();
    event(Body::Reaction { target: Seq::new(target), emoji, on: true })
}

/// The state of the first message.
async fn first(journal: &Bench) -> Details {
    let page = Page { of: Part::After(Seq::NONE), limit: 1 };
    let view = View::Now(UserId::new(7));
    let found = journal.journal.read_as(RoomId::LOBBY, page, view).await.unwrap();
    found[0].details.as_ref().map(|details| details.wire.clone()).unwrap_or_default()
}

/// The emoji of the reactions to the first message.
async fn reactions(journal: &Bench) -> Vec<String> {
    first(journal).await.reactions.iter().map(|one| one.emoji.to_string()).collect()
}

#[tokio::test]
async fn a_reaction_that_cannot_be_seen_and_was_accepted_once_stays_what_it_is() {
    let directory = TempDir::new().unwrap();
    let journal = open(directory.path()).unwrap();
    journal.send(say(1, "one"));
    for (seq, written) in [(2, "\u{fe0f}"), (3, "\u{200b}"), (4, "👍")] {
        // No client can send the first two any more.
        let (target, emoji) = (Seq::FIRST, Emoji::from_stored(written).unwrap());
        assert_eq!(journal.send(event(Body::Reaction { target, emoji, on: true })), stored(seq));
    }
    journal.close().await;
    let journal = open(directory.path()).unwrap();
    assert_eq!(reactions(&journal).await, ["\u{fe0f}", "\u{200b}", "👍"]);
    journal.close().await;
    assert_eq!(check(directory.path()).unwrap().faults, [""; 0]);
}

fn has(file: &Path, text: &str) -> bool {
    let bytes = fs::read(file).unwrap();
    bytes.windows(text.len()).any(|window| window == text.as_bytes())
}

#[tokio::test]
async fn a_deleted_text_is_in_no_backup_and_after_the_end_in_no_file() {
    let directory = TempDir::new().unwrap();
    let journal = open(directory.path()).unwrap();
    // So long that it takes pages of its own.
    let (written, edited) = ("the secret ".repeat(1_000), "the new one ".repeat(1_000));
    journal.send(say(1, &written));
    journal.send(event(Body::Edit { target: Seq::FIRST, text: Text::new(edited).unwrap() }));
    journal.close().await;
    assert!(has(&file::of(directory.path()), "the secret the secret"), "it was written");

    let journal = open(directory.path()).unwrap();
    assert_eq!(journal.send(event(Body::Delete { target: Seq::FIRST })), stored(3));
    let copy = directory.path().join("backup");
    backup(directory.path(), &copy).unwrap();
    journal.close().await;
    for file in [copy, file::of(directory.path())] {
        for word in ["secret", "the new one"] {
            assert!(!has(&file, word), "{word} in {}", file.display());
        }
    }
    assert_eq!(check(directory.path()).unwrap().faults, [""; 0]);
    let journal = open(directory.path()).unwrap();
    assert!(first(&journal).await.deleted);
    assert_eq!(journal.texts(Part::After(Seq::NONE)).await[1].1, "This message was deleted.");
    assert_eq!(journal.send(say(1, &written)), repeat(1), "its number is used");
}

#[tokio::test]
async fn a_damaged_table_of_events_is_found_and_made_again() {
    let directory = TempDir::new().unwrap();
    let journal = open(directory.path()).unwrap();
    journal.send(say(1, "hi"));
    journal.send(reaction(1, "👍"));
    journal.send(Message { mentions: Box::new([UserId::new(3)]), ..say(2, "@ana") });
    journal.close().await;
    let whole = fs::read(file::of(directory.path())).unwrap();

    for (statement, table) in [
        ("DELETE FROM about", "about"),
        ("UPDATE about SET emoji = 'x'", "about"),
        ("INSERT INTO mention VALUES (9, 1, 1)", "mention"),
    ] {
        sql(&directory, statement);
        let faults = check(directory.path()).unwrap().faults;
        assert!(faults.len() == 1 && faults[0].contains(table), "{statement}: {faults:?}");
        fs::write(file::of(directory.path()), &whole).unwrap();
    }

    for table in ["about", "mention"] {
        let page = root(&directory, table);
        change(&directory, |bytes| bytes[page..page + PAGE_BYTES].fill(0));
        assert!(!check(directory.path()).unwrap().faults.is_empty(), "{table}");
        let journal = open(directory.path()).unwrap();
        assert_eq!(
            journal.texts(Part::After(Seq::NONE)).await.len(),
            3,
            "{table}: they are served"
        );
        assert!(!first(&journal).await.deleted, "{table}: with what can be read of their state");
        assert_eq!(journal.send(reaction(1, "🎉")), stored(4), "{table}");
        let mention = Message { mentions: Box::new([UserId::new(3)]), ..say(3, "@ana") };
        assert_eq!(journal.send(mention), stored(5), "{table}");
        assert_eq!(reactions(&journal).await, ["👍", "🎉"], "{table}");
        journal.close().await;
        assert_eq!(check(directory.path()).unwrap().faults, [""; 0], "{table}");
        fs::write(file::of(directory.path()), &whole).unwrap();
        fs::remove_file(run::state_of(&file::of(directory.path()))).unwrap();
    }
}

#[tokio::test]
async fn a_damaged_event_counts_nowhere_and_nothing_can_be_done_with_a_damaged_message() {
    let directory = TempDir::new().unwrap();
    let journal = open(directory.path()).unwrap();
    journal.send(say(1, "MARK and some words"));
    journal.send(reaction(1, "👍"));
    journal.send(reaction(1, "🎉"));
    journal.close().await;
    let whole = fs::read(file::of(directory.path())).unwrap();
    change(&directory, |bytes| {
        // Both where it is stored and in the table of events.
        while bytes.windows(4).any(|window| window == "👍".as_bytes()) {
            let at = find(bytes, "👍");
            bytes[at..at + 4].copy_from_slice("👎".as_bytes());
        }
    });
    let journal = open(directory.path()).unwrap();
    assert_eq!(reactions(&journal).await, ["🎉"]);
    journal.close().await;

    fs::write(file::of(directory.path()), &whole).unwrap();
    change(&directory, |bytes| {
        let at = find(bytes, "MARK");
        bytes[at] ^= 1;
    });
    let journal = open(directory.path()).unwrap();
    let rejected = Outcome::Rejected(Rejection::Damaged(Seq::FIRST));
    assert_eq!(journal.send(reaction(1, "👎")), rejected);
    assert_eq!(journal.send(event(Body::Delete { target: Seq::FIRST })), rejected);
}

#[tokio::test]
async fn if_the_newest_edit_is_damaged_the_one_before_it_counts() {
    let directory = TempDir::new().unwrap();
    let journal = open(directory.path()).unwrap();
    journal.send(say(1, "one"));
    for text in ["two", "MARK"] {
        journal.send(event(Body::Edit { target: Seq::FIRST, text: Text::new(text).unwrap() }));
    }
    journal.close().await;
    change(&directory, |bytes| {
        let at = find(bytes, "MARK");
        bytes[at] ^= 1;
    });
    let journal = open(directory.path()).unwrap();
    let page = Page { of: Part::After(Seq::NONE), limit: 1 };
    let view = View::Now(UserId::new(7));
    let found = journal.journal.read_as(RoomId::LOBBY, page, view).await.unwrap();
    assert_eq!(found[0].text.as_str(), "two");
    assert_eq!(first(&journal).await.edited.unwrap().count, 1);
}

#[tokio::test]
async fn the_text_of_a_damaged_edit_is_removed_with_its_message() {
    let directory = TempDir::new().unwrap();
    let journal = open(directory.path()).unwrap();
    journal.send(say(1, "one"));
    let text = Text::new("MARK, the secret").unwrap();
    journal.send(event(Body::Edit { target: Seq::FIRST, text }));
    journal.close().await;
    change(&directory, |bytes| {
        let at = find(bytes, "MARK");
        bytes[at] ^= 1;
    });
    let journal = open(directory.path()).unwrap();
    assert_eq!(journal.send(event(Body::Delete { target: Seq::FIRST })), stored(3));
    assert_eq!(journal.texts(Part::After(Seq::FIRST)).await[0].1, salvage::DAMAGED);
    journal.close().await;
    assert!(!has(&file::of(directory.path()), "the secret"));
}

#[tokio::test]
async fn messages_of_before_there_were_events_are_whole_and_can_have_some() {
    let directory = TempDir::new().unwrap();
    let path = file::of(directory.path());
    let db = Connection::open(&path).unwrap();
    checksum::register(&db).unwrap();
    schema::make(&db, schema::EVENTS_SINCE - 1).unwrap();
    db.execute_batch(
        "INSERT INTO message (place, from_id, from_name, at, kind, device, n, text, sum)
         SELECT (1 << 40) + 1, 7, 'bob', 1000, 0, '', NULL, 'hi',
             checksum((1 << 40) + 1, 7, 'bob', 1000, 0, '', NULL, 'hi');
         UPDATE number SET last_user = 7, sum = checksum(7, last_room)",
    )
    .unwrap();
    drop(db);
    let checked = check(directory.path()).unwrap();
    assert_eq!((checked.messages, checked.faults), (1, Vec::new()), "as it is");
    let journal = open(directory.path()).unwrap();
    assert_eq!(journal.texts(Part::After(Seq::NONE)).await, [(1, "hi".to_owned())]);
    assert_eq!(journal.send(reaction(1, "👍")), stored(2));
    assert_eq!(reactions(&journal).await, ["👍"]);
    journal.close().await;
    assert_eq!(check(directory.path()).unwrap().faults, [""; 0]);
}

/// Sends texts to rooms, and deletes some of them, in an order in which SQLite moves rows between pages and leaves
/// copies of them in unused parts of the file. Returns the marks of the deleted texts and of the others.
fn delete_some(journal: &Bench) -> (Vec<String>, Vec<String>) {
    let mut state = 88_172_645_463_325_252_u64;
    let mut random = |below: usize| {
        state ^= state << 13;
        state ^= state >> 7;
        state ^= state << 17;
        usize::try_from(state % u64::try_from(below).unwrap()).unwrap()
    };
    for room in 2..=4 {
        let key = RoomKey::Named(RoomName::new(&format!("#{room}")).unwrap());
        journal.journal.append(vec![Entry::Changes(vec![Change::Room { id: RoomId(room), key }])]);
    }
    let (mut texts, mut deleted, mut last) = (Vec::new(), Vec::new(), [0; 4]);
    for number in 0..1_500 {
        let is_deletion = random(4) == 0 && !texts.is_empty();
        let (room, body) = if is_deletion {
            let (room, target, mark) = texts.swap_remove(random(texts.len()));
            deleted.push(mark);
            (room, Body::Delete { target: Seq::new(target) })
        } else {
            let (room, mark) = (random(4), format!("<{number:04}>"));
            let text = Text::new(mark.repeat(1 + random(200))).unwrap();
            texts.push((room, last[room] + 1, mark));
            (room, Body::text(text))
        };
        last[room] += 1;
        let sent = Message { room: RoomId(u32::try_from(room + 1).unwrap()), ..event(body) };
        assert_eq!(journal.send(sent), stored(last[room]));
    }
    (deleted, texts.into_iter().map(|(_, _, mark)| mark).collect())
}

/// How many of the marks are in the file.
fn count(file: &Path, marks: &[String]) -> usize {
    let bytes = fs::read(file).unwrap();
    let found: std::collections::HashSet<_> =
        bytes.windows(6).filter(|window| window.starts_with(b"<")).collect();
    marks.iter().filter(|mark| found.contains(mark.as_bytes())).count()
}

#[tokio::test]
async fn of_many_deleted_texts_none_is_in_a_backup() {
    let directory = TempDir::new().unwrap();
    let journal = open(directory.path()).unwrap();
    let (deleted, texts) = delete_some(&journal);
    let copy = directory.path().join("backup");
    backup(directory.path(), &copy).unwrap();
    journal.close().await;
    assert_eq!((count(&copy, &deleted), count(&copy, &texts)), (0, texts.len()));
}

#[tokio::test]
async fn of_many_deleted_texts_none_is_in_a_file_of_the_running_daemon_once_they_are_cleared() {
    let directory = TempDir::new().unwrap();
    let journal = open(directory.path()).unwrap();
    let (deleted, texts) = delete_some(&journal);
    let left = || -> usize {
        let files = fs::read_dir(directory.path()).unwrap().map(|file| file.unwrap().path());
        files.map(|file| count(&file, &deleted)).sum()
    };
    assert!(left() > 0, "SQLite leaves copies");
    journal.journal.clear_unused();
    assert_eq!(left(), 0, "of {}", deleted.len());
    assert!(matches!(journal.send(say(1, "the next one")), Outcome::Stored { .. }));
    journal.close().await;
    assert_eq!((left(), count(&file::of(directory.path()), &texts)), (0, texts.len()));
    assert_eq!(check(directory.path()).unwrap().faults, [""; 0]);
}

#[tokio::test]
async fn after_a_kill_the_log_that_was_emptied_is_not_missed() {
    let directory = TempDir::new().unwrap();
    let journal = open(directory.path()).unwrap();
    journal.send(say(1, "hi"));
    journal.journal.clear_unused();
    let killed = TempDir::new().unwrap();
    for file in fs::read_dir(directory.path()).unwrap().map(|file| file.unwrap().path()) {
        fs::copy(&file, killed.path().join(file.file_name().unwrap())).unwrap();
    }
    journal.close().await;
    assert_eq!(check(killed.path()).unwrap().faults, [""; 0]);
    let journal = open(killed.path()).unwrap();
    assert_eq!(journal.texts(Part::After(Seq::NONE)).await, [(1, "hi".to_owned())]);
}
