//! Invites: damaged.

use super::damage::sql;
use super::*;
use crate::journal::InviteRecord;

fn record(id: u64) -> InviteRecord {
    InviteRecord {
        id,
        hash: TokenHash::of(&Secret::new(format!("invite {id}"))),
        by: UserId::new(1),
        role: UserRole::Member,
        room: Some(RoomId(7)),
        uses: 5,
        used: 0,
        created_at: Timestamp::from_millis(5),
        until: Timestamp::from_millis(9),
        note: ShortString::new("for eva").unwrap(),
    }
}

#[tokio::test]
async fn a_damaged_invite_is_removed_and_named() {
    let columns =
        |role| format!("id, hash, by_id, {role}, room, uses, used, created_at, until, note");
    for statement in [
        "UPDATE invite SET uses = 99 WHERE id = 11".to_owned(),
        format!("UPDATE invite SET role = 3, sum = checksum({}) WHERE id = 11", columns(3)),
    ] {
        let directory = TempDir::new().unwrap();
        let journal = open(directory.path()).unwrap();
        let both = vec![Change::Invite(record(11)), Change::Invite(record(12))];
        journal.journal.changes(both).unwrap();
        journal.close().await;
        sql(&directory, &statement);
        assert_eq!(check(directory.path()).unwrap().faults, ["the record of invite 11 is damaged"]);
        let journal = open(directory.path()).unwrap();
        let ids: Vec<_> = journal.contents.invites.iter().map(|invite| invite.id).collect();
        assert_eq!(ids, [12], "{statement}");
        let named = "invite number 11: its record is damaged and removed; its author has to make another one";
        assert_eq!(journal.contents.damage, [named], "{statement}");
        journal.close().await;
        assert_eq!(check(directory.path()).unwrap().faults, [""; 0], "{statement}");
        assert_eq!(open(directory.path()).unwrap().contents.damage, [""; 0], "{statement}");
    }
}
