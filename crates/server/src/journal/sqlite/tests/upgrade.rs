//! Journals of earlier versions with damage in them: version 1, which has no checksums, and version 4, in which
//! a user has one token.

use super::damage::{self, PAGE_BYTES, damaged, find, read, text};
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
        let place = rows::place(RoomId::LOBBY, Seq::new(n));
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
    let seqs: Vec<u64> = messages.iter().map(|message| message.seq.get()).collect();
    assert_eq!(seqs, (1..=MESSAGES).collect::<Vec<_>>(), "{what}");
    journal.close().await;
    let lost = damaged(&messages);
    let faults = check(directory.path()).unwrap().faults;
    assert_eq!(faults.len(), lost.len(), "{what}: {faults:?}");
    Some(lost)
}

/// Bytes of a record before the text of a message: the types of the columns, then their values.
const TYPES: [u8; 9] = [9, 0, 1, 19, 2, 8, 25, 1, 67];
const VALUES_BYTES: usize = 13;

/// The offset of the types of message `n` in the file.
fn types_of(bytes: &[u8], n: u64) -> usize {
    let at = find(bytes, &text(n)) - VALUES_BYTES - TYPES.len();
    assert_eq!(bytes[at..at + TYPES.len()], TYPES);
    at
}

/// Messages that are in the file once: some have a copy from before the split of a page.
fn stored_once(bytes: &[u8]) -> Vec<u64> {
    let count = |n: &u64| {
        let text = text(*n);
        bytes.windows(text.len()).filter(|window| *window == text.as_bytes()).count()
    };
    (2..=MESSAGES).filter(|n| count(n) == 1).collect()
}

#[tokio::test]
async fn an_invalid_row_is_served_as_damaged_after_the_upgrade() {
    let whole = version_1();
    let once = stored_once(&whole);
    let n = once[once.len() / 2];
    let types = types_of(&whole, n);
    for (what, column, changed) in [
        ("a length of the types that is beyond the row", 0, 0x7F),
        ("a number that is NULL", 2, 0),
        ("a name that is not text", 3, 18),
        ("a time that is not a number", 4, 17),
        ("a text that is not text", 8, 66),
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

/// No message is lost without a report: it is served, or served as damaged, or the journal is refused as a whole.
#[tokio::test]
async fn whichever_byte_changes_the_upgrade_keeps_all_other_messages_or_changes_nothing() {
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

/// The device that sent message `n`: two take turns.
const fn device_of(n: u64) -> &'static str {
    if n.is_multiple_of(2) { "laptop" } else { "phone" }
}

/// A closed journal of this version, with the messages of two devices.
fn with_numbers(version: u32) -> TempDir {
    let directory = TempDir::new().unwrap();
    let db = Connection::open(file::of(directory.path())).unwrap();
    checksum::register(&db).unwrap();
    schema::make(&db, version).unwrap();
    for n in 1..=MESSAGES {
        let (device, n_stored) = (device_of(n), n.cast_signed());
        let place = rows::place(RoomId::LOBBY, Seq::new(n));
        let sql = "INSERT INTO message (place, from_id, from_name, at, kind, device, n, text)
                   VALUES (?, 7, 'bob', 1000, 0, ?, ?, ?)";
        db.execute(sql, rusqlite::params![place, device, n_stored, text(n)]).unwrap();
        if (2..=5).contains(&version) {
            let sql = "INSERT INTO sent (from_id, device, n, place, count) VALUES (7, ?, ?, ?, 1)";
            let stored = n_stored + i64::MIN;
            db.execute(sql, rusqlite::params![device, stored, place]).unwrap();
        }
    }
    if version >= 2 {
        let columns = "place, from_id, from_name, at, kind, device, n, text";
        db.execute(&format!("UPDATE message SET sum = checksum({columns})"), []).unwrap();
    }
    if version >= 4 {
        db.execute("UPDATE number SET last_user = 7, sum = checksum(7, last_room)", []).unwrap();
    }
    if (4..=5).contains(&version) {
        let sums = "UPDATE sent SET sum = checksum(from_id, device, n, place, count)";
        db.execute(sums, []).unwrap();
    }
    db.close().unwrap();
    directory
}

/// Asserts that all messages of [`with_numbers`] are stored, and that each is a repeat if it is sent again.
async fn assert_numbers_lead_to_messages(directory: &TempDir, what: &str) {
    for _ in 0..2 {
        let journal = open(directory.path()).unwrap();
        assert_eq!(journal.contents.rooms[0].last_seq, Seq::new(MESSAGES), "{what}");
        for n in 1..=MESSAGES {
            let device = DeviceId::new(device_of(n)).unwrap();
            let outcome = journal.send(Message { device, ..say(n, &text(n)) });
            let at = Timestamp::from_millis(1000);
            assert_eq!(outcome, Outcome::Repeat { seq: n, at }, "{what}");
        }
        journal.close().await;
        assert_eq!(check(directory.path()).unwrap().faults, [""; 0], "{what}");
    }
}

#[tokio::test]
async fn the_numbers_of_each_earlier_version_lead_to_their_messages() {
    for version in 1..schema::KNOWN {
        let directory = with_numbers(version);
        assert_numbers_lead_to_messages(&directory, &format!("version {version}")).await;
    }
}

/// SQLite frees all pages to which a dropped table refers.
#[tokio::test]
async fn a_damaged_table_of_numbers_of_version_5_frees_no_page_of_the_messages() {
    for (what, damaged) in
        [("leads to the messages", None), ("zeros", Some(0)), ("noise", Some(0xA5))]
    {
        let directory = with_numbers(5);
        let [sent, messages] = ["sent", "message"].map(|table| damage::root(&directory, table));
        damage::change(&directory, |bytes| match damaged {
            Some(byte) => bytes[sent..sent + PAGE_BYTES].fill(byte),
            None => {
                assert_eq!(bytes[sent], 2, "it has child pages");
                let child = u32::try_from(messages / PAGE_BYTES + 1).unwrap();
                bytes[sent + 8..sent + 12].copy_from_slice(&child.to_be_bytes());
            }
        });
        assert_numbers_lead_to_messages(&directory, what).await;
    }
}

/// Users of the journal of version 4: more than fit a page.
const USERS: u64 = 400;

/// The file of a journal of version 4.
fn version_4() -> Vec<u8> {
    let directory = TempDir::new().unwrap();
    let path = directory.path().join("made");
    let db = Connection::open(&path).unwrap();
    checksum::register(&db).unwrap();
    schema::make(&db, 4).unwrap();
    for id in 1..=USERS {
        let sql = "INSERT INTO user (id, name, key, token, seen_at, sum)
                   VALUES (?1, ?2, ?2, ?3, 5, checksum(?1, ?2, ?2, ?3, 5))";
        let token = token_of(UserId::new(id));
        db.execute(sql, rusqlite::params![id.cast_signed(), format!("user{id}"), token.as_bytes()])
            .unwrap();
    }
    db.execute_batch("UPDATE number SET last_user = 400, sum = checksum(400, last_room)").unwrap();
    db.close().unwrap();
    fs::read(path).unwrap()
}

fn token_of(user: UserId) -> TokenHash {
    TokenHash::of(&Secret::new(format!("token{user}")))
}

/// Changes the file of version 4 by a statement.
fn changed(bytes: &[u8], statement: &str) -> TempDir {
    let directory = directory_with(bytes);
    let db = Connection::open(file::of(directory.path())).unwrap();
    checksum::register(&db).unwrap();
    db.execute_batch(statement).unwrap();
    db.close().unwrap();
    directory
}

/// The users who have their tokens after the upgrade, which leaves a whole file.
async fn upgraded(directory: &TempDir) -> (Vec<UserRecord>, Vec<u64>) {
    let journal = open(directory.path()).unwrap();
    let users = journal.contents.users.clone();
    let is_token =
        |record: &&CredentialRecord| record.credential == Credential::Token(token_of(record.user));
    let known = journal.contents.credentials.iter().filter(is_token).map(|record| record.user);
    let mut known: Vec<u64> = known.map(UserId::get).collect();
    known.sort_unstable();
    journal.close().await;
    let structure = |fault: &String| !fault.contains(" no credential");
    let faults = check(directory.path()).unwrap().faults;
    assert_eq!(faults.into_iter().filter(structure).collect::<Vec<_>>(), [""; 0]);
    (users, known)
}

#[tokio::test]
async fn the_token_of_each_user_of_version_4_becomes_a_credential() {
    let bytes = version_4();
    let (users, known) = upgraded(&directory_with(&bytes)).await;
    assert_eq!(known, (1..=USERS).collect::<Vec<_>>());
    let is_same = |user: &UserRecord| {
        user.user.name.as_str() == format!("user{}", user.user.id)
            && (user.kind, user.seen_at) == (UserKind::Registered, Timestamp::from_millis(5))
    };
    assert!(users.len() == 400 && users.iter().all(is_same), "{users:?}");
}

/// A token leads to its user even if the user's record is damaged, and a damaged record gets no right checksum.
#[tokio::test]
async fn a_damaged_user_of_version_4_loses_no_more_than_before_the_upgrade() {
    let bytes = version_4();
    let sum = "sum = checksum(id, name, key, token, seen_at)";
    for (statement, is_damaged, keeps_token) in [
        ("UPDATE user SET name = 'another' WHERE id = 7".to_owned(), true, true),
        ("UPDATE user SET sum = 0 WHERE id = 7".to_owned(), true, true),
        ("UPDATE user SET token = x'00' WHERE id = 7".to_owned(), true, false),
        (
            format!("UPDATE user SET token = x'00' WHERE id = 7; UPDATE user SET {sum}"),
            false,
            false,
        ),
    ] {
        let (users, known) = upgraded(&changed(&bytes, &statement)).await;
        let others: Vec<u64> = (1..=USERS).filter(|user| *user != 7 || keeps_token).collect();
        assert_eq!((users.len() as u64, known), (USERS, others), "{statement}");
        let seventh = users.iter().find(|user| user.user.id == UserId::new(7)).unwrap();
        let name = if is_damaged { "user_7" } else { "user7" };
        assert_eq!(seventh.user.name.as_str(), name, "{statement}");
    }
}

/// SQLite frees all pages to which a dropped table refers.
#[tokio::test]
async fn a_damaged_index_of_users_of_version_4_frees_no_page_of_another_table() {
    let bytes = version_4();
    for index in ["sqlite_autoindex_user_1", "sqlite_autoindex_user_2"] {
        let directory = directory_with(&bytes);
        let page = damage::root(&directory, index);
        assert_eq!(bytes[page], 2, "it has child pages");
        let lobby = damage::root(&directory, "room");
        let lobby = u32::try_from(lobby / PAGE_BYTES + 1).unwrap();
        // The root page of the index refers to the rooms: its rightmost child is their page.
        damage::change(&directory, |bytes| {
            bytes[page + 8..page + 12].copy_from_slice(&lobby.to_be_bytes());
        });
        let (users, known) = upgraded(&directory).await;
        assert_eq!((users.len(), known.len()), (400, 400), "{index}");
    }
}
