//! The index on a bad day: nothing is lost but time, and a search says why it has no answer.

use std::fs::{self, OpenOptions};
use std::io::{Seek, SeekFrom, Write};
use std::path::Path;
use std::time::Duration;

use tokio::time::sleep;

use super::rig::{LOBBY, Rig};
use super::*;
use crate::journal::tests::Log;

/// How often a test checks whether a search has another answer, at most.
const LOOKS_MAX: u32 = 1_000;

/// The connection that writes the index.
fn writer(rig: &Rig) -> Arc<Mutex<rusqlite::Connection>> {
    rig.search.shared.writer.lock().unwrap().upgrade().unwrap()
}

/// Waits until a search is refused because the index cannot be written; returns why.
async fn refusal(rig: &Rig) -> String {
    for _ in 0..LOOKS_MAX {
        match rig.page(1, &ALL, "one", SearchOrder::Newest, None, 5).await {
            Err(SearchError::Unwritable(reason)) => return reason,
            _ => sleep(Duration::from_millis(10)).await,
        }
    }
    panic!("the index can be written");
}

#[tokio::test(start_paused = true)]
async fn on_a_full_disk_messages_are_stored_a_search_says_why_it_fails_and_the_index_continues() {
    let mut rig = Rig::new();
    rig.say(LOBBY, 1, "one");
    rig.settle().await;
    // It has as many pages as it may have.
    let writer = writer(&rig);
    writer.lock().unwrap().pragma_update(None, "max_page_count", 1).unwrap();
    drop(writer);
    let words = (0..1_500).map(|number| format!("word{number}"));
    rig.say(LOBBY, 1, &words.collect::<Vec<_>>().join(" "));
    assert_eq!(refusal(&rig).await, "the server's disk is full");
    rig.say(LOBBY, 2, "one more");
    // The next attempt has no bound.
    rig.settle().await;
    assert_eq!(rig.found(1, &ALL, "one ").await, ["1:3", "1:1"]);
    assert_eq!(rig.found(1, &ALL, "word1499 ").await, ["1:2"]);
}

#[tokio::test(start_paused = true)]
async fn an_index_that_cannot_be_opened_is_tried_again() {
    let mut rig = Rig::new();
    rig.search.close().await;
    rig.say(LOBBY, 1, "one");
    // Nobody can write to a directory.
    file::remove(&rig.file()).unwrap();
    fs::create_dir(rig.file()).unwrap();
    rig.start();
    assert_eq!(refusal(&rig).await, "the server has no access to its file");
    fs::remove_dir(rig.file()).unwrap();
    rig.settle().await;
    assert_eq!(rig.found(1, &ALL, "one ").await, ["1:1"]);
}

#[tokio::test(start_paused = true)]
async fn an_index_that_becomes_read_only_is_refused_and_opened_again() {
    let mut rig = Rig::new();
    rig.say(LOBBY, 1, "one");
    rig.settle().await;
    let state = rig.search.state();
    assert_eq!((state.indexed, state.trouble), (100, None));
    let writer = writer(&rig);
    writer.lock().unwrap().pragma_update(None, "query_only", true).unwrap();
    drop(writer);
    rig.say(LOBBY, 2, "one more");
    let reason = refusal(&rig).await;
    assert_eq!(reason, "the server has no access to its file");
    assert_eq!(rig.search.state().trouble, Some(reason));
    // The next attempt opens it again.
    rig.settle().await;
    assert_eq!(rig.found(1, &ALL, "one ").await, ["1:2", "1:1"]);
    assert_eq!(rig.search.state().trouble, None);
}

#[test]
fn trouble_is_logged_once_and_its_end_is_logged() {
    let (shared, log) = (Shared::default(), Log::default());
    log.collect(|| {
        shared.set_trouble(None);
        for _ in 0..3 {
            shared.set_trouble(Some("the server's disk is full".to_owned()));
        }
        for _ in 0..3 {
            shared.set_trouble(None);
        }
    });
    let log = log.text();
    let lines: Vec<&str> = log.lines().collect();
    assert_eq!(lines.len(), 2, "{log}");
    assert!(lines[0].contains("WARN") && lines[0].contains("disk is full"), "{log}");
    assert!(lines[1].contains("is written again"), "{log}");
}

/// Damages the index while it is open, and expects that it is built again once a search or a message needs it.
async fn is_built_again(damage: impl Fn(&Path)) {
    let mut rig = Rig::new();
    for number in 0..200 {
        rig.say(LOBBY, 1, &format!("one number{number}"));
    }
    rig.settle().await;
    // As after a checkpoint: all is in the file.
    let writer = writer(&rig);
    let log = |row: &rusqlite::Row<'_>| row.get::<_, i64>(0);
    writer.lock().unwrap().query_row("PRAGMA wal_checkpoint(TRUNCATE)", [], log).unwrap();
    drop(writer);
    damage(&rig.file());
    rig.say(LOBBY, 2, "one more");
    for _ in 0..LOOKS_MAX {
        let page = rig.page(1, &ALL, "number7 ", SearchOrder::Newest, None, 5).await;
        sleep(Duration::from_millis(100)).await;
        let is_whole = page.is_ok_and(|page| page.indexed.is_none() && page.hits.len() == 1);
        if is_whole && rig.found(1, &ALL, "more ").await == ["1:201"] {
            assert_eq!(rig.found(1, &ALL, "number199 ").await, ["1:200"]);
            return;
        }
    }
    panic!("the index is not whole");
}

#[tokio::test(start_paused = true)]
async fn an_index_that_is_overwritten_cut_or_removed_while_it_is_open_is_built_again() {
    is_built_again(|path| {
        let mut file = OpenOptions::new().write(true).open(path).unwrap();
        file.seek(SeekFrom::Start(0)).unwrap();
        file.write_all(&vec![b'x'; usize::try_from(fs::metadata(path).unwrap().len()).unwrap()])
            .unwrap();
    })
    .await;
    is_built_again(|path| {
        OpenOptions::new().write(true).open(path).unwrap().set_len(8192).unwrap();
    })
    .await;
    is_built_again(|path| file::remove(path).unwrap()).await;
}
