//! A journal of version 1, which has no checksums, with damage in it.

use super::damage::{PAGE_BYTES, damaged, find, read, text};
use super::*;

const MESSAGES: u64 = 120;

/// The file of a journal of version 1.
fn version_1() -> Vec<u8> {
    let directory = TempDir::new().unwrap();
    let path = directory.path().join("made");
    let db = Connection::open(&path).unwrap();
    schema::make(&db, 1).unwrap();
    for n in 1..=MESSAGES {
        let sql = "INSERT INTO message VALUES (?, 7, 'bob', 1000, 0, 'laptop', ?, ?)";
        let n_stored = n.cast_signed();
        let place = rows::place(RoomId::LOBBY, n);
        db.execute(sql, rusqlite::params![place, n_stored, text(n)]).unwrap();
    }
    db.close().unwrap();
    fs::read(path).unwrap()
}

fn directory_with(bytes: &[u8]) -> TempDir {
    let directory = TempDir::new().unwrap();
    fs::write(file::of(directory.path()), bytes).unwrap();
    directory
}

/// Opens the journal and reads its lobby as clients do. Returns the numbers of the damaged messages; `None` if
/// it is refused, with its file as it was.
async fn open_damaged(bytes: &[u8], what: &str) -> Option<Vec<u64>> {
    let directory = directory_with(bytes);
    let journal = match open(directory.path()) {
        Ok(journal) => journal,
        Err(error) => {
            assert!(matches!(error, JournalError::NotUpgraded { .. }), "{what}: {error:?}");
            assert!(error.to_string().contains("`chat-server restore FILE`"), "{error}");
            assert_eq!(fs::read(file::of(directory.path())).unwrap(), bytes, "{what}");
            return None;
        }
    };
    let messages = read(&journal, Part::After, 100).await;
    let seqs: Vec<u64> = messages.iter().map(|message| message.seq).collect();
    assert_eq!(seqs, (1..=MESSAGES).collect::<Vec<_>>(), "{what}");
    journal.close().await;
    let lost = damaged(&messages);
    let faults = check(directory.path()).unwrap().faults;
    assert_eq!(faults.len(), lost.len(), "{what}: {faults:?}");
    Some(lost)
}

/// Bytes of a record in front of the text of a message: the types of the columns, then their values.
const TYPES: [u8; 9] = [9, 0, 1, 19, 2, 8, 25, 1, 67];
const VALUES_BYTES: usize = 13;

/// Where the types of message `n` are in the file.
fn types_of(bytes: &[u8], n: u64) -> usize {
    let at = find(bytes, &text(n)) - VALUES_BYTES - TYPES.len();
    assert_eq!(bytes[at..at + TYPES.len()], TYPES);
    at
}

/// Messages that the file has once: of some there is a copy where they were before a page was split.
fn there_once(bytes: &[u8]) -> Vec<u64> {
    let count = |n: &u64| {
        let text = text(*n);
        bytes.windows(text.len()).filter(|window| *window == text.as_bytes()).count()
    };
    (2..=MESSAGES).filter(|n| count(n) == 1).collect()
}

#[tokio::test]
async fn a_row_that_is_none_of_the_table_is_served_as_damaged_after_the_upgrade() {
    let whole = version_1();
    let once = there_once(&whole);
    let n = once[once.len() / 2];
    let types = types_of(&whole, n);
    for (what, column, changed) in [
        ("a length of the types that is beyond the row", 0, 0x7F),
        ("a number that is NULL", 2, 0),
        ("a name that is no text", 3, 18),
        ("a time that is no number", 4, 17),
        ("a text that is no text", 8, 66),
        ("a text that is beyond the row", 8, 0x7F),
    ] {
        let mut bytes = whole.clone();
        bytes[types + column] = changed;
        assert_eq!(open_damaged(&bytes, what).await, Some(vec![n]), "{what}");
    }
    let mut bytes = whole.clone();
    for n in &once {
        let types = types_of(&whole, *n);
        bytes[types + 8] = 66;
    }
    assert!(once.len() > 20 && once.contains(&MESSAGES), "{once:?}");
    assert_eq!(open_damaged(&bytes, "many rows").await, Some(once));
}

/// Nothing is left out without a word: a message is there, or damaged, or the journal is refused as a whole.
#[tokio::test]
async fn whichever_byte_is_changed_the_upgrade_keeps_all_other_messages_or_changes_nothing() {
    const STEP: usize = 61;
    let whole = version_1();
    let first = find(&whole, &text(40)) / PAGE_BYTES * PAGE_BYTES;
    let (mut served, mut refused) = (0, 0);
    for at in (first..first + PAGE_BYTES).step_by(STEP) {
        let mut bytes = whole.clone();
        bytes[at] ^= 0x11;
        match open_damaged(&bytes, &format!("byte {at}")).await {
            Some(_) => served += 1,
            None => refused += 1,
        }
    }
    assert!(served > refused, "{served} served, {refused} refused");
}

#[tokio::test]
async fn a_page_that_cannot_be_read_refuses_the_upgrade_and_says_what_to_do() {
    let mut bytes = version_1();
    let page = find(&bytes, &text(50)) / PAGE_BYTES * PAGE_BYTES;
    bytes[page..page + PAGE_BYTES].fill(0xFF);
    assert_eq!(open_damaged(&bytes, "a page of FF").await, None);
}
