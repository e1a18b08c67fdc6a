//! Hooks: stored, damaged, removed.

use super::damage::sql;
use super::*;
use crate::journal::HookRecord;

/// A bot, and a hook of it.
fn hook(id: u64) -> Vec<Change> {
    let bot = User { id: UserId::new(id), name: UserName::new(&format!("bot{id}")).unwrap() };
    let record = UserRecord::registered(bot, Timestamp::from_millis(5));
    let hook = HookRecord {
        id,
        hash: TokenHash::of(&Secret::new(format!("hook {id}"))),
        bot: UserId::new(id),
        room: RoomId(7),
        by: UserId::SERVER,
        created_at: Timestamp::from_millis(5),
    };
    vec![Change::User(UserRecord { kind: UserKind::Bot, ..record }), Change::Hook(hook)]
}

fn ids(contents: &Contents) -> Vec<u64> {
    contents.hooks.iter().map(|hook| hook.id).collect()
}

#[tokio::test]
async fn a_hook_and_its_bot_are_stored_and_a_bot_needs_no_credential() {
    let directory = TempDir::new().unwrap();
    let journal = open(directory.path()).unwrap();
    journal.journal.changes([hook(11), hook(12), hook(13)].concat()).unwrap();
    journal.journal.changes(vec![Change::HookRemoved { id: 12 }]).unwrap();
    journal.close().await;
    assert_eq!(check(directory.path()).unwrap().faults, [""; 0]);
    let journal = open(directory.path()).unwrap();
    assert_eq!((ids(&journal.contents), journal.contents.last_record), (vec![11, 13], 13));
    assert_eq!(journal.contents.damage, [""; 0]);
    assert!(journal.contents.users.iter().all(|user| user.kind == UserKind::Bot));
    journal.close().await;
}

#[tokio::test]
async fn a_damaged_hook_is_removed_and_named() {
    let directory = TempDir::new().unwrap();
    let journal = open(directory.path()).unwrap();
    journal.journal.changes([hook(11), hook(12)].concat()).unwrap();
    journal.close().await;
    sql(&directory, "UPDATE hook SET room = 8 WHERE id = 11");
    assert_eq!(check(directory.path()).unwrap().faults, ["the record of hook 11 is damaged"]);
    let journal = open(directory.path()).unwrap();
    assert_eq!(ids(&journal.contents), [12]);
    let named = "hook number 11: its record is damaged and removed; a moderator of its room has to make another one";
    assert_eq!(journal.contents.damage, [named]);
    journal.close().await;
    assert_eq!(check(directory.path()).unwrap().faults, [""; 0]);
    assert_eq!(open(directory.path()).unwrap().contents.damage, [""; 0]);
}

#[tokio::test]
async fn a_bot_whose_record_is_damaged_stays_a_bot() {
    let directory = TempDir::new().unwrap();
    let journal = open(directory.path()).unwrap();
    journal.journal.changes(hook(11)).unwrap();
    journal.close().await;
    sql(&directory, "UPDATE user SET name = 'another' WHERE id = 11");
    let journal = open(directory.path()).unwrap();
    assert_eq!(journal.contents.users[0].kind, UserKind::Bot);
    assert_eq!((ids(&journal.contents), journal.contents.damage.len()), (vec![11], 1));
    journal.close().await;
    assert_eq!(check(directory.path()).unwrap().faults, [""; 0]);
}
