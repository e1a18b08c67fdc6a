mod faults;
mod model;
pub(super) mod rig;

use chat_proto::UserId;
use chat_proto::command::Body;
use chat_proto::{Seq, ShortString, Text};

use self::rig::{DIRECT, LOBBY, RUST, Rig};
use super::*;

const ALL: [RoomId; 3] = [LOBBY, RUST, DIRECT];

#[tokio::test(start_paused = true)]
async fn messages_are_found_by_their_words_newest_first() {
    let mut rig = Rig::new();
    rig.say(LOBBY, 1, "The deploy failed at the Café");
    rig.say(RUST, 2, "use std::fs::read in src/main.rs, then takeIncoming()");
    rig.say(LOBBY, 3, "我住在東京都 https://example.org");
    rig.say(RUST, 1, "deployed again, `cargo run`");
    rig.settle().await;
    for (typed, expected) in [
        ("deplo", &["2:2", "1:1"][..]),
        ("deploy ", &["1:1"]),
        ("deplo* ", &["2:2", "1:1"]),
        ("CAFE ", &["1:1"]),
        ("\"deploy failed\" ", &["1:1"]),
        ("\"failed deploy\" ", &[]),
        ("failed deploy ", &["1:1"]),
        ("std::fs::read ", &["2:1"]),
        ("src/main.rs ", &["2:1"]),
        ("takeIncoming ", &["2:1"]),
        ("incoming ", &["2:1"]),
        ("東京 ", &["1:2"]),
        ("京都 ", &["1:2"]),
        ("京 ", &["1:2"]),
        ("京東 ", &[]),
        ("has:link ", &["1:2"]),
        ("has:code ", &["2:2"]),
        ("from:ana ", &["2:2", "1:1"]),
        ("from:me in:rust ", &["2:2"]),
        ("from:\"Bob B\" ", &["2:1"]),
        ("deplo* -again ", &["1:1"]),
        ("-deploy -from:eva ", &["2:2", "2:1"]),
        ("in:lobby -in:rust ", &["1:2", "1:1"]),
        ("in:elsewhere ", &[]),
        ("after:2026-11-22 before:2026-11-23 deplo* ", &["2:2", "1:1"]),
        ("before:2026-11-22 ", &[]),
        ("after:2026-11-23 ", &[]),
        (" ", &[]),
        ("nothing ", &[]),
        ("( \" * ^ NEAR AND : - ", &[]),
    ] {
        assert_eq!(rig.found(1, &ALL, typed).await, expected, "{typed:?}");
    }
}

#[tokio::test(start_paused = true)]
async fn mentions_of_the_user_are_found() {
    let mut rig = Rig::new();
    let text = Text::new("look, @ana").unwrap();
    rig.send(LOBBY, 2, Body::text(text), &[UserId::new(1)]);
    rig.say(LOBBY, 2, "look");
    rig.settle().await;
    assert_eq!(rig.found(1, &ALL, "mentions:me ").await, ["1:1"]);
    assert_eq!(rig.found(2, &ALL, "mentions:ana ").await, ["1:1"]);
    assert!(rig.found(2, &ALL, "mentions:me ").await.is_empty());
    assert!(rig.found(2, &ALL, "mentions:nobody ").await.is_empty());
}

#[tokio::test(start_paused = true)]
async fn pages_have_every_message_once() {
    let mut rig = Rig::new();
    for number in 0..50 {
        rig.say(ALL[number % 3], 1, &format!("{} {number}", "word ".repeat(1 + number % 4)));
    }
    rig.settle().await;
    for order in [SearchOrder::Newest, SearchOrder::Best] {
        let (mut found, mut after) = (Vec::new(), None);
        loop {
            let page = rig.page(1, &ALL, "word", order, after, 7).await.unwrap();
            assert!(page.hits.len() <= 7);
            found.extend(page.hits.iter().map(|hit| (hit.room, hit.message.seq)));
            after = page.next.map(|next| Cursor::from_wire(&next.to_wire()).unwrap());
            if after.is_none() {
                break;
            }
        }
        assert_eq!(found.len(), 50);
        found.sort_unstable();
        found.dedup();
        assert_eq!(found.len(), 50, "{order:?}");
    }
}

#[tokio::test(start_paused = true)]
async fn a_page_of_a_query_that_leaves_messages_out_looks_at_some_of_them_and_the_next_goes_on() {
    let mut rig = Rig::new();
    for number in 0..40 {
        rig.say(LOBBY, 1 + u64::from(number % 10 == 0), "word");
    }
    rig.settle().await;
    rig.search.looked_at_max = 8;
    for order in [SearchOrder::Newest, SearchOrder::Best] {
        let (mut found, mut after, mut pages) = (Vec::new(), None, 0);
        loop {
            let page = rig.page(1, &ALL, "word -from:ana", order, after, 1).await.unwrap();
            found.extend(page.hits.iter().map(|hit| hit.message.seq.get()));
            pages += 1;
            after = page.next.map(|next| Cursor::from_wire(&next.to_wire()).unwrap());
            if after.is_none() {
                break;
            }
        }
        assert_eq!(found, [31, 21, 11, 1], "{order:?}");
        assert!(pages > 5, "{pages} pages of 8 messages each: some have nothing");
        rig.search.looked_at_max = 10;
        let first = rig.page(1, &ALL, "word -from:ana", order, None, 1).await.unwrap();
        assert_eq!(first.hits.len(), 1, "the first page looks at as many as any other");
        rig.search.looked_at_max = 8;
        let all = rig.page(1, &ALL, "word from:bob", order, None, 50).await.unwrap();
        assert!(all.next.is_none(), "a query that leaves nothing out looks at all of them");
        let before_all = Cursor::from_wire(&ShortString::new("0-0").unwrap());
        let none = rig.page(1, &ALL, "word -from:ana", order, before_all, 1).await.unwrap();
        assert!(none.hits.is_empty() && none.next.is_none());
    }
}

#[tokio::test(start_paused = true)]
async fn messages_that_are_sent_between_two_pages_of_the_best_are_on_neither() {
    for query in ["word ", "word -from:eva "] {
        let mut rig = Rig::new();
        for text in ["word word", "word", "a word in a text", "so the word is here at last"] {
            rig.say(LOBBY, 1, text);
        }
        rig.settle().await;
        let (mut after, mut found) = (None, Vec::new());
        for page in 0..2 {
            let page = rig.page(1, &ALL, query, SearchOrder::Best, after, 2 + page).await.unwrap();
            found.extend(page.hits.iter().map(|hit| hit.message.seq.get()));
            after = page.next;
            rig.say(LOBBY, 1, "word word word");
            rig.settle().await;
        }
        found.sort_unstable();
        assert_eq!((found, after), (vec![1, 2, 3, 4], None), "{query}");
    }
}

#[tokio::test(start_paused = true)]
async fn the_best_messages_come_first_if_asked_for() {
    let mut rig = Rig::new();
    rig.say(LOBBY, 1, "red fox");
    rig.say(LOBBY, 1, "a fox which nobody has ever seen before is not red at all, they say");
    rig.settle().await;
    let page = rig.page(1, &ALL, "red fox ", SearchOrder::Best, None, 5).await.unwrap();
    assert_eq!(page.hits[0].message.seq, Seq::new(1));
    assert_eq!(rig.found(1, &ALL, "red fox ").await, ["1:2", "1:1"]);
}

#[tokio::test(start_paused = true)]
async fn a_room_that_may_not_be_read_is_not_searched() {
    let mut rig = Rig::new();
    rig.say(DIRECT, 1, "secret");
    rig.say(RUST, 2, "no secret");
    for _ in 0..20 {
        rig.say(LOBBY, 1, "noise");
    }
    rig.settle().await;
    assert_eq!(rig.found(1, &ALL, "secret").await, ["2:1", "3:1"]);
    assert_eq!(rig.found(3, &[LOBBY, RUST], "secret").await, ["2:1"]);
    assert_eq!(rig.found(3, &[RUST], "secret").await, ["2:1"], "a small part of all");
    assert_eq!(rig.found(3, &[RUST], "-noise ").await, ["2:1"]);
    assert!(rig.found(3, &[LOBBY], "from:ana secret").await.is_empty());
    assert!(rig.found(3, &[], "secret").await.is_empty());
}

/// The bytes of the index, which is closed.
fn bytes(rig: &Rig) -> Vec<u8> {
    let mut bytes = std::fs::read(rig.file()).unwrap();
    for suffix in ["-wal", "-shm"] {
        let mut path = rig.file().into_os_string();
        path.push(suffix);
        bytes.extend(std::fs::read(path).unwrap_or_default());
    }
    bytes
}

fn has(bytes: &[u8], word: &str) -> bool {
    bytes.windows(word.len()).any(|window| window == word.as_bytes())
}

#[tokio::test(start_paused = true)]
async fn an_edited_a_deleted_and_an_old_text_are_not_in_the_index_any_more() {
    let mut rig = Rig::new();
    rig.say(LOBBY, 1, "zanzibar one");
    rig.say(LOBBY, 1, "honolulu two");
    rig.say(RUST, 1, "reykjavik three");
    rig.say(RUST, 1, "four");
    rig.settle().await;
    rig.search.close().await;
    assert!(["nzibar", "nolulu", "ykjavik"].iter().all(|word| has(&bytes(&rig), word)));
    rig.start();
    rig.settle().await;
    rig.edit(LOBBY, 1, 1, "timbuktu one");
    rig.delete(LOBBY, 2);
    rig.trim(RUST);
    rig.settle().await;
    assert_eq!(rig.found(1, &ALL, "timbuk").await, ["1:1"]);
    for typed in ["zanzibar", "honolulu", "two", "reykjavik"] {
        assert!(rig.found(1, &ALL, typed).await.is_empty(), "{typed}");
    }
    rig.search.close().await;
    for word in ["nzibar", "nolulu", "ykjavik"] {
        assert!(!has(&bytes(&rig), word), "{word}");
    }
}

#[tokio::test(start_paused = true)]
async fn of_many_deleted_texts_none_is_in_the_files_of_the_index_once_they_are_cleared() {
    let mut rig = Rig::new();
    let mark = |number: u64| format!("mark{:06}", number * 7_919 % 1_000_000);
    let mut seqs = [0; 2];
    for number in 0..1_500_u64 {
        let place = usize::from(number % 3 == 0);
        rig.say([LOBBY, RUST][place], 1, &mark(number));
        seqs[place] += 1;
        if number % 100 == 99 {
            rig.settle().await;
        }
    }
    // Longer texts do not fit their pages, and SQLite moves them to others.
    for number in (0..1_500_u64).step_by(3) {
        let words = usize::try_from(number * number % 97).unwrap();
        rig.edit(RUST, 1, number / 3 + 1, &format!("{} ", mark(number)).repeat(words + 1));
        if number % 10 == 0 {
            rig.settle().await;
        }
    }
    // Every other one of the room.
    let deleted: Vec<_> = (0..1_500).filter(|number| number % 6 == 0).map(mark).collect();
    for seq in (1..=seqs[1]).step_by(2) {
        rig.delete(RUST, seq);
        if seq % 50 == 1 {
            rig.settle().await;
        }
    }
    rig.settle().await;
    let left = |rig: &Rig| {
        let bytes = bytes(rig);
        let found: std::collections::HashSet<_> =
            bytes.windows(10).filter(|window| window.starts_with(b"mark")).collect();
        deleted.iter().filter(|mark| found.contains(mark.as_bytes())).count()
    };
    for _ in 0..60 {
        if left(&rig) > 0 {
            tokio::time::sleep(std::time::Duration::from_secs(1)).await;
        }
    }
    assert_eq!(left(&rig), 0, "of {}", deleted.len());
    assert_eq!(rig.found(1, &ALL, &mark(3)).await.len(), 1, "the others are found");
}

#[tokio::test(start_paused = true)]
async fn a_text_that_was_just_deleted_is_in_no_answer() {
    let mut rig = Rig::new();
    rig.say(LOBBY, 1, "oops, the password");
    rig.say(LOBBY, 1, "password of the day");
    rig.settle().await;
    rig.delete(LOBBY, 1);
    rig.edit(LOBBY, 1, 2, "word of the day");
    // The index has not taken these yet.
    assert!(rig.found(1, &ALL, "password").await.is_empty());
}

#[tokio::test(start_paused = true)]
async fn a_damaged_index_and_one_of_another_version_are_built_again() {
    let mut rig = Rig::new();
    rig.say(LOBBY, 1, "one");
    rig.settle().await;
    let damage = |path: &Path| std::fs::write(path, vec![b'x'; 8192]).unwrap();
    let other_version = |path: &Path| {
        let db = rusqlite::Connection::open(path).unwrap();
        db.pragma_update(None, "user_version", 7).unwrap();
    };
    let other_journal = |path: &Path| {
        let db = rusqlite::Connection::open(path).unwrap();
        db.execute("UPDATE state SET journal = 'another epoch'", []).unwrap();
        db.execute("UPDATE doc SET text = 'wrong'", []).unwrap();
    };
    let lost = |path: &Path| std::fs::remove_file(path).unwrap();
    for change in [&damage as &dyn Fn(&Path), &other_version, &other_journal, &lost] {
        rig.search.close().await;
        change(&rig.file());
        rig.start();
        rig.settle().await;
        assert_eq!(rig.found(1, &ALL, "one").await, ["1:1"]);
    }
}

#[tokio::test(start_paused = true)]
async fn an_index_that_is_being_built_says_how_far_it_is() {
    let mut rig = Rig::new();
    rig.search.close().await;
    for _ in 0..10 {
        rig.say(LOBBY, 1, "word");
    }
    rig.start();
    let error = rig.page(1, &ALL, "word", SearchOrder::Newest, None, 5).await.unwrap_err();
    assert!(matches!(error, SearchError::NotReady), "{error}");
    while rig.search.shared.source().is_none() {
        tokio::task::yield_now().await;
    }
    let page = rig.page(1, &ALL, "word", SearchOrder::Newest, None, 5).await.unwrap();
    assert_eq!((page.hits.len(), page.indexed), (0, Some(0)));
    rig.settle().await;
    let page = rig.page(1, &ALL, "word", SearchOrder::Newest, None, 50).await.unwrap();
    assert_eq!((page.hits.len(), page.indexed), (10, None));
}

#[tokio::test]
async fn the_index_of_a_daemon_has_a_thread_and_ends_with_it() {
    let directory = tempfile::TempDir::new().unwrap();
    let location = Location::Directory(directory.path().to_path_buf());
    let durability = journal::Durability::Os;
    let (engine, journal, _) =
        Journal::open(&location, durability, chat_proto::Timestamp::from_millis(0)).unwrap();
    let search = Search::start(&location, &journal);
    let deadline = std::time::Duration::from_secs(60);
    let open = async {
        while search.shared.progress().percent().is_some() {
            tokio::time::sleep(std::time::Duration::from_millis(5)).await;
        }
    };
    tokio::time::timeout(deadline, open).await.expect("the index is complete");
    drop(engine);
    tokio::time::timeout(deadline, search.ended.cancelled())
        .await
        .expect("it ends with the journal");
    let mode = std::os::unix::fs::PermissionsExt::mode(
        &std::fs::metadata(file::of(directory.path())).unwrap().permissions(),
    );
    assert_eq!(mode & 0o777, 0o600);
    remove_index(directory.path()).unwrap();
    remove_index(directory.path()).unwrap();
}
