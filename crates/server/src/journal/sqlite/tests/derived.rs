//! Damage of the small records that others repeat: the lobby, the greatest numbers, a user who is gone.

use chat_proto::Secret;

use super::damage::{PAGE_BYTES, change, root, sql};
use super::*;
use crate::token::TokenHash;

/// The last user, who is in a room with the greatest number and has sent a message.
const LAST_USER: u64 = 7;
const LAST_ROOM: u32 = 4;

/// A closed journal of two users and four rooms.
async fn filled() -> TempDir {
    let directory = TempDir::new().unwrap();
    let journal = open(directory.path()).unwrap();
    let fill = |db: &Connection| {
        for id in [2, LAST_USER] {
            let name = UserName::new(&format!("user{id}")).unwrap();
            let token = TokenHash::of(&Secret::new(name.as_str()));
            records::user(db, &UserRecord { user: User { id, name }, token, seen_at: clock() })?;
            let (user, room) = (id, RoomId::LOBBY);
            records::member(db, MembershipRecord { user, room, is_in: true, read_seq: 0 })?;
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
async fn the_lobby_is_made_again_at_the_start() {
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
                             sum = checksum(id, '#lobby', '#lobby', topic) WHERE id = 4",
            "missing",
        ),
    ];
    for (statement, what) in damage {
        let directory = filled().await;
        sql(&directory, statement);
        let faults = check(directory.path()).unwrap().faults;
        assert!(!faults.is_empty(), "{statement}");
        let journal = open(directory.path()).unwrap();
        let line = format!("room #lobby: its record is {what}; it is made again without a topic");
        assert!(journal.restored.damage.contains(&line), "{statement}: {:?}", journal.restored);
        let lobby = &journal.restored.rooms[0];
        assert_eq!((lobby.id, lobby.last_seq), (RoomId::LOBBY, 1), "{statement}");
        assert_eq!(lobby.called, RoomKey::Named(RoomName::lobby()), "{statement}");
        assert_eq!(journal.say(2, "more").await, kept(2), "{statement}");
        journal.close().await;
        let journal = open(directory.path()).unwrap();
        assert_eq!(journal.restored.damage, [""; 0], "{statement}: made again in the file");
        journal.close().await;
        let faults = check(directory.path()).unwrap().faults;
        let is_lost = |fault: &String| fault.starts_with("the name of room ");
        assert!(faults.iter().all(is_lost), "{statement}: {faults:?}");
    }
}

#[tokio::test]
async fn numbers_that_were_used_are_not_given_again() {
    let whole = "sum = checksum(last_user, last_room)";
    for (statement, fault) in [
        ("UPDATE number SET last_user = 0".to_owned(), "is damaged"),
        ("UPDATE number SET last_user = -7".to_owned(), "is damaged"),
        ("DELETE FROM number".to_owned(), "is damaged"),
        ("UPDATE number SET last_room = 1".to_owned(), "is damaged"),
        (format!("UPDATE number SET last_user = 3; UPDATE number SET {whole}"), "user 7 exists"),
        (format!("UPDATE number SET last_room = 3; UPDATE number SET {whole}"), "room 4 exists"),
        (format!("UPDATE number SET last_room = -3; UPDATE number SET {whole}"), "is damaged"),
        // Nothing but a message has the number.
        (
            "DELETE FROM user WHERE id = 7; DELETE FROM member WHERE user = 7;
             UPDATE number SET last_user = 2"
                .to_owned(),
            "is damaged",
        ),
        // Nothing but a message has the number, and the record looks whole.
        (
            format!(
                "DELETE FROM user WHERE id = 7; DELETE FROM member WHERE user = 7;
                 UPDATE number SET last_user = 2; UPDATE number SET {whole}"
            ),
            "user 7 exists",
        ),
    ] {
        let directory = filled().await;
        sql(&directory, &statement);
        let faults = check(directory.path()).unwrap().faults;
        assert!(faults.len() == 1 && faults[0].ends_with(fault), "{statement}: {faults:?}");
        let journal = open(directory.path()).unwrap();
        let restored = &journal.restored;
        assert_eq!((restored.last_user, restored.last_room), (LAST_USER, LAST_ROOM), "{statement}");
        assert_eq!(restored.damage.len(), 1, "{statement}: {:?}", restored.damage);
        journal.close().await;
        assert_eq!(check(directory.path()).unwrap().faults, [""; 0], "{statement}");
    }
}

#[tokio::test]
async fn the_greatest_numbers_are_known_if_their_page_cannot_be_read() {
    let directory = filled().await;
    let page = root(&directory, "number");
    change(&directory, |bytes| bytes[page..page + PAGE_BYTES].fill(0));
    assert!(!check(directory.path()).unwrap().faults.is_empty());
    let journal = open(directory.path()).unwrap();
    let restored = &journal.restored;
    assert_eq!((restored.last_user, restored.last_room), (LAST_USER, LAST_ROOM));
    journal.close().await;
    assert_eq!(check(directory.path()).unwrap().faults, [""; 0]);
    let journal = open(directory.path()).unwrap();
    assert_eq!(journal.restored.damage, [""; 0], "made again in the file");
}

#[tokio::test]
async fn a_user_whose_record_is_gone_is_reported_and_keeps_its_number() {
    let directory = filled().await;
    sql(&directory, "DELETE FROM user WHERE id = 7");
    assert_eq!(check(directory.path()).unwrap().faults, ["the record of user 7 is missing"]);
    let journal = open(directory.path()).unwrap();
    assert_eq!(journal.restored.last_user, LAST_USER);
    let damage = &journal.restored.damage;
    assert!(damage.len() == 1 && damage[0].starts_with("user number 7: its record"), "{damage:?}");
}

/// A user that says nothing is a user all the same: `@7` may be in somebody's history.
#[tokio::test]
async fn a_user_has_its_number_from_its_record_on() {
    let directory = filled().await;
    let journal = open(directory.path()).unwrap();
    let user = User { id: 9, name: UserName::new("silent").unwrap() };
    let silent =
        UserRecord { user, token: TokenHash::of(&Secret::new("silent")), seen_at: clock() };
    journal.journal.change(move |db| records::user(db, &silent)).await.unwrap();
    journal.close().await;
    sql(&directory, "DELETE FROM user WHERE id = 9");
    assert_eq!(open(directory.path()).unwrap().restored.last_user, 9);
}
