//! Damaged bytes: the messages that are served, and the faults that `check` finds.

use super::*;

/// Bytes of a page of the file.
pub(super) const PAGE_BYTES: usize = 4096;

/// A directory with a closed journal of `count` messages, each with its number in its text.
async fn closed(messages: u64) -> TempDir {
    let directory = TempDir::new().unwrap();
    let journal = open(directory.path()).unwrap();
    for n in 1..=messages {
        journal.say(n, &text(n)).await;
    }
    journal.close().await;
    directory
}

pub(super) fn text(n: u64) -> String {
    format!("MARK{n:04}ENDS and some words")
}

/// Changes the file of a closed journal.
pub(super) fn change(directory: &TempDir, change: impl FnOnce(&mut Vec<u8>)) {
    let path = file::of(directory.path());
    let mut bytes = fs::read(&path).unwrap();
    change(&mut bytes);
    fs::write(path, bytes).unwrap();
}

/// The offset of the first `part` in the file.
pub(super) fn find(bytes: &[u8], part: &str) -> usize {
    bytes.windows(part.len()).position(|window| window == part.as_bytes()).expect("it is there")
}

/// The offset in the file of the root page of a table.
pub(super) fn root(directory: &TempDir, table: &str) -> usize {
    let db = file::connect(&file::of(directory.path())).unwrap();
    let sql = "SELECT rootpage FROM sqlite_schema WHERE name = ?";
    let page: u32 = db.query_row(sql, [table], |row| row.get(0)).unwrap();
    (page as usize - 1) * PAGE_BYTES
}

pub(super) fn sql(directory: &TempDir, sql: &str) {
    execute(directory.path(), sql);
}

/// All messages of the lobby, in pages of `limit` from the first or from the last.
pub(super) async fn read(journal: &Bench, of: fn(Seq) -> Part, limit: u32) -> Vec<StoredMessage> {
    let mut found: Vec<StoredMessage> = Vec::new();
    let (is_after, last_seq) =
        (matches!(of(Seq::NONE), Part::After(_)), Seq::new(journal.last_seq()));
    let mut edge = if is_after { Seq::NONE } else { last_seq.next() };
    loop {
        let page = Page { of: of(edge), limit };
        let mut messages = journal.journal.read(RoomId::LOBBY, page).await.unwrap();
        // As a session does: the end of a room that cannot be read is unknown.
        messages.retain(|message| message.seq <= last_seq);
        let next = if is_after { messages.last() } else { messages.first() };
        let Some(next) = next.map(|message| message.seq) else { break };
        assert_eq!(next > edge, is_after, "it goes on");
        edge = next;
        found.extend(messages);
    }
    found.sort_by_key(|message| message.seq);
    found
}

pub(super) fn damaged(messages: &[StoredMessage]) -> Vec<u64> {
    messages.iter().filter(|message| message.damaged).map(|message| message.seq.get()).collect()
}

/// Asserts that every message is served: as it was sent, or as damaged.
fn assert_served(messages: &[StoredMessage], count: u64, what: &str) {
    let seqs: Vec<u64> = messages.iter().map(|message| message.seq.get()).collect();
    assert_eq!(seqs, (1..=count).collect::<Vec<_>>(), "{what}");
    for message in messages {
        let expected =
            if message.damaged { salvage::DAMAGED.to_owned() } else { text(message.seq.get()) };
        assert_eq!(message.text.as_str(), expected, "{what}");
    }
}

#[tokio::test]
async fn a_changed_byte_of_a_text_is_never_served() {
    for (what, mask) in [("another letter", 1), ("no UTF-8", 0x80), ("a control character", 0x40)] {
        let directory = closed(30).await;
        change(&directory, |bytes| {
            let at = find(bytes, "MARK0015");
            bytes[at + 1] ^= mask;
        });
        let checked = check(directory.path()).unwrap();
        assert_eq!(checked.faults, ["room #lobby: message 15 is damaged"], "{what}");
        assert_eq!(checked.messages, 29);
        let journal = open(directory.path()).unwrap();
        for (of, limit) in
            [(Part::After as fn(Seq) -> Part, 7), (Part::Before, 7), (Part::After, 100)]
        {
            let messages = read(&journal, of, limit).await;
            assert_served(&messages, 30, what);
            assert_eq!(damaged(&messages), [15], "{what}");
            assert_eq!(messages[14].from.name.as_str(), "bob", "{what}");
        }
        assert_eq!(
            journal.say(15, &text(15)).await,
            Outcome::NumberUsed,
            "nobody knows what it was"
        );
        assert_eq!(journal.say(30, &text(30)).await, repeat(30));
        assert_eq!(journal.say(31, &text(31)).await, stored(31));
    }
}

/// Whichever byte of the messages is changed, every message is served as it was or as damaged, and `check` reports
/// damage.
#[tokio::test]
async fn whichever_byte_changes_no_wrong_message_is_served() {
    const STEP: usize = 97;
    let directory = closed(60).await;
    let whole = fs::read(file::of(directory.path())).unwrap();
    let pages: Vec<usize> = (0..whole.len() / PAGE_BYTES)
        .filter(|page| {
            let page = &whole[page * PAGE_BYTES..(page + 1) * PAGE_BYTES];
            page.windows(8).any(|window| window == b"ENDS and")
        })
        .collect();
    assert!(pages.len() > 1, "{pages:?}");
    let mut seen = 0;
    for at in
        pages.iter().flat_map(|page| (page * PAGE_BYTES..(page + 1) * PAGE_BYTES).step_by(STEP))
    {
        let mut bytes = whole.clone();
        bytes[at] ^= 0x11;
        let flipped = TempDir::new().unwrap();
        fs::write(file::of(flipped.path()), bytes).unwrap();
        let checked = check(flipped.path()).unwrap();
        let journal = open(flipped.path()).unwrap();
        let messages = read(&journal, Part::After, 100).await;
        for message in &messages {
            let is_right = message.damaged || message.text.as_str() == text(message.seq.get());
            assert!(is_right, "byte {at}: {message:?}");
        }
        let is_all = messages.len() == 60 && damaged(&messages).is_empty();
        assert!(is_all || !checked.faults.is_empty(), "byte {at}: check finds nothing");
        seen += usize::from(!is_all);
        journal.close().await;
    }
    assert!(seen > 10, "{seen} changes did something");
}

#[tokio::test]
async fn a_page_that_cannot_be_read_hides_only_its_own_messages() {
    let directory = closed(300).await;
    change(&directory, |bytes| {
        let page = find(bytes, "MARK0150") / PAGE_BYTES * PAGE_BYTES;
        bytes[page..page + PAGE_BYTES].fill(0xFF);
    });
    let checked = check(directory.path()).unwrap();
    let journal = open(directory.path()).unwrap();
    for (of, limit) in [(Part::After as fn(Seq) -> Part, 200), (Part::Before, 50)] {
        let messages = read(&journal, of, limit).await;
        assert_served(&messages, 300, "a page of FF");
        let lost = damaged(&messages);
        assert!(lost.contains(&150) && lost.len() < 100, "{lost:?}");
        for seq in lost {
            let fault = format!("room #lobby: message {seq} cannot be read");
            assert!(checked.faults.contains(&fault), "{fault}: {:?}", checked.faults);
        }
    }
}

#[tokio::test]
async fn the_end_of_a_room_that_cannot_be_read_is_not_overwritten() {
    let directory = closed(300).await;
    change(&directory, |bytes| {
        let page = find(bytes, "MARK0300") / PAGE_BYTES * PAGE_BYTES;
        bytes[page..page + PAGE_BYTES].fill(0xFF);
    });
    let journal = open(directory.path()).unwrap();
    assert_eq!(journal.last_seq(), 300, "as the index has it");
    let Outcome::NotKept(reason) = journal.say(301, "more").await else { panic!("stored") };
    assert!(reason.contains("damaged"), "{reason}");
    let messages = read(&journal, Part::After, 200).await;
    assert_served(&messages, 300, "the last page");
}

#[tokio::test]
async fn a_message_that_is_missing_between_others_is_served_as_damaged() {
    let directory = closed(20).await;
    sql(&directory, "DELETE FROM message WHERE n BETWEEN 8 AND 12");
    let journal = open(directory.path()).unwrap();
    for (of, limit) in [(Part::After as fn(Seq) -> Part, 3), (Part::Before, 3), (Part::After, 100)]
    {
        let messages = read(&journal, of, limit).await;
        assert_served(&messages, 20, "five are missing");
        assert_eq!(damaged(&messages), [8, 9, 10, 11, 12]);
    }
}

#[tokio::test]
async fn messages_that_retention_removes_are_not_reported_as_damaged() {
    let directory = closed(20).await;
    let journal = open(directory.path()).unwrap();
    let later = Timestamp::from_millis(clock().as_millis() + 1);
    journal.journal.trim(RoomId::LOBBY, later, later).await.unwrap();
    let messages = read(&journal, Part::After, 3).await;
    assert_eq!(messages.iter().map(|message| message.seq.get()).collect::<Vec<_>>(), [20]);
    assert_eq!(read(&journal, Part::Before, 3).await.len(), 1);
    assert_eq!(check(directory.path()).unwrap().faults, [""; 0]);
}

#[tokio::test]
async fn messages_of_an_unknown_kind_or_user_are_damage() {
    for (column, value) in
        [("kind", "7"), ("from_id", "-3"), ("from_id", "-9223372036854775807 - 1")]
    {
        let directory = closed(3).await;
        // With a right checksum, as a program with a bug would have written it.
        sql(&directory, &format!(
            "UPDATE message SET {column} = {value} WHERE n = 2;
             UPDATE message SET sum = checksum(place, from_id, from_name, at, kind, device, n, text)"
        ));
        assert_eq!(check(directory.path()).unwrap().faults, ["room #lobby: message 2 is damaged"]);
        let journal = open(directory.path()).unwrap();
        let messages = read(&journal, Part::After, 100).await;
        assert_eq!(damaged(&messages), [2], "{column} = {value}");
        assert!(messages[1].from.id < UserId::new(8), "{:?}", messages[1].from);
    }
}

#[tokio::test]
async fn a_check_finds_that_the_end_of_a_room_is_missing() {
    let directory = closed(5).await;
    let journal = open(directory.path()).unwrap();
    let member = MembershipRecord::joined(UserId::new(7), RoomId::LOBBY, Seq::new(5));
    let fill = move |db: &Connection| {
        put_user(db, 7, UserName::from_lossy("bob"))?;
        records::member(db, member)
    };
    journal.journal.change(fill).await.unwrap();
    journal.close().await;
    assert_eq!(check(directory.path()).unwrap().faults, [""; 0]);
    sql(&directory, "DELETE FROM message WHERE n = 5");
    let read = "room #lobby: somebody has read message 5, and the last one is 4; the end of the room \
                is missing";
    let numbered = "room number 1: message 5 has a number, and is after the last message; the end of \
                    the room is missing";
    assert_eq!(check(directory.path()).unwrap().faults, [read, numbered]);
}

/// Users, rooms and members of a journal whose records are damaged one by one.
#[tokio::test]
async fn a_damaged_record_does_not_prevent_the_start() {
    let damage = [
        ("UPDATE user SET name = 'ana\u{1}' WHERE id = 1", "user number 1"),
        ("UPDATE user SET seen_at = seen_at + 1 WHERE id = 1", "user number 1"),
        ("UPDATE user SET kind = 2 WHERE id = 1", "user number 1"),
        (
            "UPDATE user SET kind = 3, 
                              sum = checksum(id, 3, name, key, seen_at, role, invite, created_at)
             WHERE id = 1",
            "user number 1",
        ),
        ("UPDATE room SET topic = 'another' WHERE id = 2", "room #two"),
        ("UPDATE room SET key = '#twp' WHERE id = 2", "room number 2"),
        ("UPDATE room SET key = '@1@3' WHERE id = 3", "room number 3"),
        ("UPDATE member SET is_in = 0", "user number 1 in room number 2"),
    ];
    for (statement, what) in damage {
        let directory = closed(2).await;
        let journal = open(directory.path()).unwrap();
        let fill = |db: &Connection| {
            for id in [1, 2] {
                let name = UserName::new(&format!("user{id}")).unwrap();
                put_user(db, id, name)?;
            }
            let two = RoomKey::Named(RoomName::new("#two").unwrap());
            records::room(db, RoomId(2), &two)?;
            records::room(
                db,
                RoomId(3),
                &RoomKey::Direct(DirectKey::of(UserId::new(1), UserId::new(2))),
            )?;
            records::topic(db, RoomId(2), &Topic::new("one").unwrap())?;
            let member = MembershipRecord::joined(UserId::new(1), RoomId(2), Seq::NONE);
            records::member(db, member)
        };
        journal.journal.change(fill).await.unwrap();
        journal.close().await;
        assert_eq!(check(directory.path()).unwrap().faults, [""; 0]);
        sql(&directory, statement);
        assert!(!check(directory.path()).unwrap().faults.is_empty(), "{statement}");

        let journal = open(directory.path()).unwrap();
        let found = &journal.contents.damage;
        assert!(found.len() == 1 && found[0].starts_with(what), "{statement}: {found:?}");
        assert_eq!(
            (journal.contents.users.len(), journal.contents.last_room),
            (2, 3),
            "{statement}"
        );
        let is_private = |room: &&RoomRecord| matches!(room.key, RoomKey::Direct(_));
        let private = journal.contents.rooms.iter().filter(is_private);
        assert!(
            private
                .clone()
                .all(|room| room.key
                    == RoomKey::Direct(DirectKey::of(UserId::new(1), UserId::new(2))))
        );
        journal.close().await;

        let journal = open(directory.path()).unwrap();
        let lost: Vec<_> = check(directory.path()).unwrap().faults;
        let is_member = statement.contains("member");
        assert_eq!(
            journal.contents.damage.is_empty(),
            !is_member,
            "{statement}: mended in the file"
        );
        let is_lost = what.starts_with("room number") || is_member;
        assert_eq!(lost.is_empty(), !is_lost, "{statement}: {lost:?}");
    }
}
