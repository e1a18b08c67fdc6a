//! Damage of derived records, and of those that others refer to: the lobby, the greatest numbers, a missing user.

use super::damage::{PAGE_BYTES, change, root, sql};
use super::*;

/// The last user, who is in a room with the greatest number and has sent a message.
const LAST_USER: UserId = UserId::new(7);
const LAST_ROOM: u32 = 4;

/// A closed journal of two users and four rooms.
async fn filled() -> TempDir {
    let directory = TempDir::new().unwrap();
    let journal = open(directory.path()).unwrap();
    let fill = |db: &Connection| {
        for id in [UserId::new(2), LAST_USER] {
            let name = UserName::new(&format!("user{id}")).unwrap();
            put_user(db, id.get(), name)?;
            let (user, room) = (id, RoomId::LOBBY);
            records::member(db, MembershipRecord::joined(user, room, Seq::NONE))?;
        }
        records::room(db, RoomId(LAST_ROOM), &RoomKey::Named(RoomName::new("#last").unwrap()))
    };
    journal.journal.change(fill).await.unwrap();
    journal.say(1, "hi").await;
    journal.close().await;
    assert_eq!(check(directory.path()).unwrap().faults, [""; 0]);
    directory
}

#[tokio::test]
async fn the_lobby_is_rebuilt_at_the_start() {
    let damage = [
        ("DELETE FROM room WHERE id = 1", "missing"),
        ("UPDATE room SET id = 999 WHERE id = 1", "missing"),
        ("UPDATE room SET name = '#lobbx', key = '#lobbx' WHERE id = 1", "damaged"),
        ("UPDATE room SET name = 'no sigil' WHERE id = 1", "damaged"),
        ("UPDATE room SET key = '@1@2' WHERE id = 1", "damaged"),
        // Another room has taken the name meanwhile.
        (
            "DELETE FROM room WHERE id = 1;
             UPDATE room SET key = '#lobby', name = '#lobby',
                             sum = checksum(id, '#lobby', '#lobby', topic, 0, 0, 0) WHERE id = 4",
            "missing",
        ),
    ];
    for (statement, what) in damage {
        let directory = filled().await;
        sql(&directory, statement);
        let faults = check(directory.path()).unwrap().faults;
        assert!(!faults.is_empty(), "{statement}");
        let journal = open(directory.path()).unwrap();
        let line = format!("room #lobby: its record is {what}; it is rebuilt without a topic");
        assert!(journal.contents.damage.contains(&line), "{statement}: {:?}", journal.contents);
        let lobby = &journal.contents.rooms[0];
        assert_eq!((lobby.id, lobby.last_seq), (RoomId::LOBBY, Seq::FIRST), "{statement}");
        assert_eq!(lobby.key, RoomKey::Named(RoomName::lobby()), "{statement}");
        assert_eq!(journal.say(2, "more").await, stored(2), "{statement}");
        journal.close().await;
        let journal = open(directory.path()).unwrap();
        assert_eq!(journal.contents.damage, [""; 0], "{statement}: rebuilt in the file");
        journal.close().await;
        let faults = check(directory.path()).unwrap().faults;
        let is_lost = |fault: &String| fault.starts_with("the name of room ");
        assert!(faults.iter().all(is_lost), "{statement}: {faults:?}");
    }
}

#[tokio::test]
async fn used_numbers_are_not_used_again() {
    let whole = "sum = checksum(last_user, last_room, last_record)";
    for (statement, fault) in [
        ("UPDATE number SET last_user = 0".to_owned(), "is damaged"),
        ("UPDATE number SET last_user = -7".to_owned(), "is damaged"),
        ("DELETE FROM number".to_owned(), "is damaged"),
        ("UPDATE number SET last_room = 1".to_owned(), "is damaged"),
        (format!("UPDATE number SET last_user = 3; UPDATE number SET {whole}"), "number 7 exists"),
        (format!("UPDATE number SET last_room = 3; UPDATE number SET {whole}"), "number 4 exists"),
        (format!("UPDATE number SET last_room = -3; UPDATE number SET {whole}"), "is damaged"),
        // Nothing but a message has the number.
        (
            "DELETE FROM credential WHERE user = 7;
             DELETE FROM user WHERE id = 7; DELETE FROM member WHERE user = 7;
             UPDATE number SET last_user = 2"
                .to_owned(),
            "is damaged",
        ),
        // Nothing but a message has the number, and the record looks whole.
        (
            format!(
                "DELETE FROM credential WHERE user = 7;
             DELETE FROM user WHERE id = 7; DELETE FROM member WHERE user = 7;
                 UPDATE number SET last_user = 2; UPDATE number SET {whole}"
            ),
            "number 7 exists",
        ),
    ] {
        let directory = filled().await;
        sql(&directory, &statement);
        let faults = check(directory.path()).unwrap().faults;
        assert!(faults.len() == 1 && faults[0].ends_with(fault), "{statement}: {faults:?}");
        let journal = open(directory.path()).unwrap();
        let contents = &journal.contents;
        assert_eq!((contents.last_user, contents.last_room), (LAST_USER, LAST_ROOM), "{statement}");
        assert_eq!(contents.damage.len(), 1, "{statement}: {:?}", contents.damage);
        journal.close().await;
        assert_eq!(check(directory.path()).unwrap().faults, [""; 0], "{statement}");
    }
}

#[tokio::test]
async fn the_greatest_numbers_are_rebuilt_if_their_page_cannot_be_read() {
    let directory = filled().await;
    let page = root(&directory, "number");
    change(&directory, |bytes| bytes[page..page + PAGE_BYTES].fill(0));
    assert!(!check(directory.path()).unwrap().faults.is_empty());
    let journal = open(directory.path()).unwrap();
    let contents = &journal.contents;
    assert_eq!((contents.last_user, contents.last_room), (LAST_USER, LAST_ROOM));
    journal.close().await;
    assert_eq!(check(directory.path()).unwrap().faults, [""; 0]);
    let journal = open(directory.path()).unwrap();
    assert_eq!(journal.contents.damage, [""; 0], "rebuilt in the file");
}

#[tokio::test]
async fn a_user_whose_record_is_missing_is_reported_and_keeps_its_number() {
    let directory = filled().await;
    sql(&directory, "DELETE FROM user WHERE id = 7");
    assert_eq!(check(directory.path()).unwrap().faults, ["the record of user 7 is missing"]);
    let journal = open(directory.path()).unwrap();
    assert_eq!(journal.contents.last_user, LAST_USER);
    let damage = &journal.contents.damage;
    assert!(damage.len() == 1 && damage[0].starts_with("user number 7: its record"), "{damage:?}");
}

/// The address of a user without messages may be in the history of another user.
#[tokio::test]
async fn the_number_of_a_user_without_messages_is_not_used_again() {
    let directory = filled().await;
    let journal = open(directory.path()).unwrap();
    let silent = |db: &Connection| put_user(db, 9, UserName::new("silent").unwrap());
    journal.journal.change(silent).await.unwrap();
    journal.close().await;
    sql(&directory, "DELETE FROM user WHERE id = 9");
    assert_eq!(open(directory.path()).unwrap().contents.last_user, UserId::new(9));
}

#[tokio::test]
async fn a_damaged_or_missing_credential_is_reported_and_not_used() {
    let no_credential = "user 2 has no credential; nobody can connect as this user";
    for (statement, faults, damage) in [
        (
            "UPDATE credential SET label = 'x' WHERE user = 2",
            &["a credential of user 2 is damaged"][..],
            &["user number 2: a credential is damaged and not used"][..],
        ),
        (
            "UPDATE credential SET kind = 9, sum = checksum(
                 value, user, 9, label, created_at, id, seen_at)
             WHERE user = 2",
            &["a credential of user 2 is damaged"],
            &["user number 2: a credential is damaged and not used"],
        ),
        (
            "UPDATE credential SET user = 7 WHERE user = 2",
            &["a credential of user 7 is damaged", no_credential],
            &["user number 7: a credential is damaged and not used", "user number 2: it has no"],
        ),
        (
            "DELETE FROM credential WHERE user = 2",
            &[no_credential],
            &["user number 2: it has no credential; nobody can connect as this user"],
        ),
        (
            "DELETE FROM user WHERE id = 2; DELETE FROM member WHERE user = 2",
            &["the record of user 2 is missing"],
            &["user number 2: its record is missing; its credentials are refused"],
        ),
    ] {
        let directory = filled().await;
        sql(&directory, statement);
        assert_eq!(check(directory.path()).unwrap().faults, faults, "{statement}");
        let journal = open(directory.path()).unwrap();
        let found = &journal.contents.damage;
        let matches = found.iter().zip(damage).all(|(line, start)| line.starts_with(start));
        assert!(matches && found.len() == damage.len(), "{statement}: {found:?}");
        journal.close().await;
        // The row stays as it is: its content cannot be restored.
        assert_eq!(check(directory.path()).unwrap().faults, faults, "{statement}");
    }
}

/// A number that is in a credential only was used, too.
#[tokio::test]
async fn the_number_of_a_user_with_only_a_credential_is_not_used_again() {
    let directory = filled().await;
    sql(
        &directory,
        "DELETE FROM user WHERE id = 7; DELETE FROM member WHERE user = 7; DELETE FROM sent;
         DELETE FROM message; UPDATE number SET last_user = 2;
         UPDATE number SET sum = checksum(last_user, last_room, last_record)",
    );
    let faults = check(directory.path()).unwrap().faults;
    assert!(faults.iter().any(|fault| fault.ends_with("number 7 exists")), "{faults:?}");
    assert_eq!(open(directory.path()).unwrap().contents.last_user, LAST_USER);
}
