//! Sanctions: stored, ended, damaged.

use chat_proto::Reason;

use super::damage::sql;
use super::*;
use crate::journal::{MuteOrBan, SanctionRecord};

fn record(id: u64) -> SanctionRecord {
    SanctionRecord {
        id,
        kind: MuteOrBan::Ban,
        room: Some(RoomId::LOBBY),
        user: Some(UserId::new(7)),
        network: Some("203.0.113.0/24".parse().unwrap()),
        invite: Some(4),
        by: UserId::new(1),
        reason: Reason::new("spam").unwrap(),
        at: Timestamp::from_millis(5),
        until: Some(Timestamp::from_millis(9)),
    }
}

fn endless(id: u64) -> SanctionRecord {
    let (room, user, network, invite, until) = (None, None, None, None, None);
    SanctionRecord { kind: MuteOrBan::Mute, room, user, network, invite, until, ..record(id) }
}

#[tokio::test]
async fn a_sanction_outlives_the_daemon_until_it_has_ended() {
    let directory = TempDir::new().unwrap();
    let journal = open(directory.path()).unwrap();
    journal
        .journal
        .change(|db| {
            for made in [record(11), endless(12), record(13)] {
                records::change(db, &Change::Sanction(made))?;
            }
            records::change(db, &Change::SanctionEnded { id: 13 })
        })
        .await
        .unwrap();
    journal.close().await;
    assert_eq!(check(directory.path()).unwrap().faults, [""; 0]);
    let journal = open(directory.path()).unwrap();
    assert_eq!(journal.contents.sanctions, [record(11), endless(12)]);
    assert_eq!(journal.contents.last_record, 13, "no other record gets the number");
    let pardoned = Change::Pardoned { id: 11, by: None };
    journal.journal.change(move |db| records::change(db, &pardoned)).await.unwrap();
    journal.close().await;
    assert_eq!(open(directory.path()).unwrap().contents.sanctions, [endless(12)]);
}

#[tokio::test]
async fn a_damaged_sanction_is_removed_and_named() {
    for statement in [
        "UPDATE sanction SET user = 8 WHERE id = 11",
        "UPDATE sanction SET network = 'x', sum = checksum(id, kind, room, user, 'x', invite, by_id, reason, at, until)
         WHERE id = 11",
        "UPDATE sanction SET kind = 3, sum = checksum(id, 3, room, user, network, invite, by_id, reason, at, until)
         WHERE id = 11",
    ] {
        let directory = TempDir::new().unwrap();
        let journal = open(directory.path()).unwrap();
        journal
            .journal
            .change(|db| {
                records::change(db, &Change::Sanction(record(11)))?;
                records::change(db, &Change::Sanction(endless(12)))
            })
            .await
            .unwrap();
        journal.close().await;
        sql(&directory, statement);
        let journal = open(directory.path()).unwrap();
        assert_eq!(journal.contents.sanctions, [endless(12)], "{statement}");
        let named = "sanction number 11: its record is damaged and removed; a moderator has to make it again";
        assert_eq!(journal.contents.damage, [named], "{statement}");
        journal.close().await;
        assert_eq!(open(directory.path()).unwrap().contents.damage, [""; 0]);
    }
}
