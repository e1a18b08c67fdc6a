//! Roles, rules of rooms, credentials of devices: stored, upgraded, damaged.

use chat_proto::{LeaveReason, Privacy, Rules, TopicBy};

use super::damage::{PAGE_BYTES, change, root, sql};
use super::*;

const ANA: UserId = UserId::new(1);
const BOB: UserId = UserId::new(2);
const OPS: RoomId = RoomId(2);

const RULES: Rules = Rules { privacy: Privacy::Private, slow_s: 30, topic_by: TopicBy::Moderators };

/// A closed journal in which ana owns the server, bob moderates #ops, and ana was asked in there.
async fn filled() -> TempDir {
    let directory = TempDir::new().unwrap();
    let journal = open(directory.path()).unwrap();
    let fill = |db: &Connection| {
        put_user(db, 1, UserName::new("ana").unwrap())?;
        put_user(db, 2, UserName::new("bob").unwrap())?;
        let ana = User { id: ANA, name: UserName::new("ana").unwrap() };
        let by = || Some(ana.clone());
        let ops = RoomKey::Named(RoomName::new("#ops").unwrap());
        for change in [
            Change::UserRole { user: ANA, role: UserRole::Owner, by: None },
            Change::Room { id: OPS, key: ops },
            Change::Member(MembershipRecord::joined(BOB, OPS, Seq::NONE)),
            Change::MemberRole { user: BOB, room: OPS, role: MemberRole::Moderator, by: by() },
            Change::Rules { room: OPS, rules: RULES, by: by() },
            Change::AskedIn { user: ANA, room: OPS, read_seq: Seq::NONE, by: ana.clone() },
        ] {
            records::change(db, &change)?;
        }
        Ok(())
    };
    journal.journal.change(fill).await.unwrap();
    journal.close().await;
    assert_eq!(check(directory.path()).unwrap().faults, [""; 0]);
    directory
}

fn role(contents: &Contents, user: UserId) -> UserRole {
    contents.users.iter().find(|record| record.user.id == user).unwrap().role
}

fn rules(contents: &Contents, room: RoomId) -> Rules {
    contents.rooms.iter().find(|record| record.id == room).unwrap().rules
}

fn member(contents: &Contents, user: UserId) -> Option<MembershipRecord> {
    contents.members.iter().find(|record| record.user == user && record.room == OPS).copied()
}

#[tokio::test]
async fn roles_rules_and_who_was_asked_in_are_stored() {
    let directory = filled().await;
    let journal = open(directory.path()).unwrap();
    let contents = &journal.contents;
    assert_eq!(role(contents, ANA), UserRole::Owner);
    assert_eq!(role(contents, BOB), UserRole::Member);
    assert_eq!((rules(contents, OPS), rules(contents, RoomId::LOBBY)), (RULES, Rules::PUBLIC));
    let (ana, bob) = (member(contents, ANA).unwrap(), member(contents, BOB).unwrap());
    assert_eq!((ana.is_in, ana.asked_by, ana.read_seq), (false, Some(ANA), Seq::NONE));
    assert_eq!((bob.is_in, bob.role), (true, MemberRole::Moderator));
    // A role stays while its user is away, and being asked in is used up.
    let rejoin = |db: &Connection| {
        records::change(db, &Change::Left { user: BOB, room: OPS, reason: LeaveReason::Bye })?;
        records::change(db, &Change::Member(MembershipRecord::joined(BOB, OPS, Seq::NONE)))?;
        records::change(db, &Change::Member(MembershipRecord::joined(ANA, OPS, Seq::NONE)))
    };
    journal.journal.change(rejoin).await.unwrap();
    journal.close().await;
    let journal = open(directory.path()).unwrap();
    let (ana, bob) =
        (member(&journal.contents, ANA).unwrap(), member(&journal.contents, BOB).unwrap());
    assert_eq!((ana.is_in, ana.asked_by, ana.read_seq), (true, None, Seq::NONE));
    assert_eq!((bob.is_in, bob.role), (true, MemberRole::Moderator));
}

#[tokio::test]
async fn a_credential_is_seen_and_dropped_and_its_number_is_not_used_again() {
    let directory = filled().await;
    let journal = open(directory.path()).unwrap();
    let records = journal.contents.credentials.clone();
    let of = |user| records.iter().find(|record| record.user == user).unwrap().clone();
    let (ana, bob) = (of(ANA), of(BOB));
    assert_eq!((ana.id, bob.id, journal.contents.last_record), (1, 2, 2));
    let later = Timestamp::from_millis(clock().as_millis() + 5);
    let password = Credential::Password(PasswordHash::new("$argon2id$v=19$salt$hash"));
    let label = ShortString::new("laptop").unwrap();
    let password =
        CredentialRecord { label: label.clone(), ..CredentialRecord::new(7, ANA, password, later) };
    assert!(!format!("{password:?}").contains("argon2id"), "it can be guessed from");
    let fill = move |db: &Connection| {
        let seen = CredentialRecord { seen_at: later, ..ana.clone() };
        records::change(db, &Change::CredentialSeen(seen))?;
        records::change(db, &Change::CredentialDropped(bob.clone()))?;
        records::change(db, &Change::Credential(password.clone()))
    };
    journal.journal.change(fill.clone()).await.unwrap();
    journal.close().await;
    let journal = open(directory.path()).unwrap();
    let found = &journal.contents.credentials;
    assert!(found.iter().all(|record| record.user == ANA && record.seen_at == later), "{found:?}");
    let of_password = found.iter().find(|record| record.id == 7).unwrap();
    assert_eq!((found.len(), &of_password.label), (2, &label));
    let Credential::Password(hash) = &of_password.credential else { panic!("{of_password:?}") };
    assert_eq!((hash.as_str(), journal.contents.last_record), ("$argon2id$v=19$salt$hash", 7));
    let remove = Change::CredentialDropped(of_password.clone());
    journal.journal.change(move |db| records::change(db, &remove)).await.unwrap();
    journal.close().await;
    assert_eq!(open(directory.path()).unwrap().contents.last_record, 7);
    let faults = check(directory.path()).unwrap().faults;
    assert_eq!(faults, ["user 2 has no credential; nobody can connect as this user"]);
    sql(&directory, "UPDATE number SET last_record = 0");
    assert!(!check(directory.path()).unwrap().faults.is_empty());
    assert_eq!(open(directory.path()).unwrap().contents.last_record, 1, "the greatest there is");
}

/// Whatever byte of a record is damaged, nobody may do more than before.
#[tokio::test]
async fn a_damaged_record_gives_no_right() {
    let announce = Rules { privacy: Privacy::Announce, ..Rules::STRICTEST };
    for (statement, roles, of_ops, of_lobby) in [
        ("UPDATE user SET role = 2 WHERE id = 2", [2, 0], RULES, Rules::PUBLIC),
        ("UPDATE user SET role = 3 WHERE id = 1", [0, 0], RULES, Rules::PUBLIC),
        ("UPDATE user SET name = 'anb' WHERE id = 1", [0, 0], RULES, Rules::PUBLIC),
        ("UPDATE room SET privacy = 0 WHERE id = 2", [2, 0], Rules::STRICTEST, Rules::PUBLIC),
        ("UPDATE room SET topic = 'x' WHERE id = 2", [2, 0], Rules::STRICTEST, Rules::PUBLIC),
        (
            "UPDATE room SET privacy = 7, sum = checksum(id, key, name, topic, 7, slow_s, topic_by)
             WHERE id = 2",
            [2, 0],
            Rules::STRICTEST,
            Rules::PUBLIC,
        ),
        ("UPDATE room SET topic = 'x' WHERE id = 1", [2, 0], RULES, announce),
        ("DELETE FROM room WHERE id = 1", [2, 0], RULES, announce),
        // Nobody could ever say otherwise.
        (
            "UPDATE user SET role = 1 WHERE id = 1; DELETE FROM room WHERE id = 1",
            [0, 0],
            RULES,
            Rules::PUBLIC,
        ),
    ] {
        let directory = filled().await;
        sql(&directory, statement);
        assert!(!check(directory.path()).unwrap().faults.is_empty(), "{statement}");
        for _ in 0..2 {
            let journal = open(directory.path()).unwrap();
            let contents = &journal.contents;
            let found = [ANA, BOB].map(|user| role(contents, user).number());
            assert_eq!(found, roles, "{statement}");
            assert_eq!(rules(contents, OPS), of_ops, "{statement}");
            assert_eq!(rules(contents, RoomId::LOBBY), of_lobby, "{statement}");
            journal.close().await;
        }
    }
    for statement in [
        "UPDATE member SET role = 3 WHERE user = 2",
        "UPDATE member SET asked_by = 9 WHERE user = 1",
    ] {
        let directory = filled().await;
        sql(&directory, statement);
        let journal = open(directory.path()).unwrap();
        let user = if statement.contains("user = 1") { ANA } else { BOB };
        assert!(member(&journal.contents, user).is_none(), "{statement}");
    }
}

/// A user of long standing has rights that a new one has not.
#[tokio::test]
async fn a_user_whose_record_is_damaged_is_as_new_as_the_start() {
    let directory = filled().await;
    sql(&directory, "UPDATE user SET created_at = 0, seen_at = 1 WHERE id = 2");
    for _ in 0..2 {
        let journal = open(directory.path()).unwrap();
        let bob = journal.contents.users.iter().find(|record| record.user.id == BOB).unwrap();
        assert_eq!((bob.created_at, bob.seen_at), (clock(), Timestamp::from_millis(0)));
        journal.close().await;
    }
}

/// A closed journal of version 7 with two users, their tokens, and a room.
fn version_7() -> TempDir {
    let directory = TempDir::new().unwrap();
    let db = Connection::open(file::of(directory.path())).unwrap();
    checksum::register(&db).unwrap();
    schema::make(&db, 7).unwrap();
    for (id, name) in [(1, "ana"), (2, "bob")] {
        put_old_user(&db, id, name).unwrap();
        let sql = "INSERT INTO member VALUES (?1, 2, 2, 0, checksum(?1, 2, 2, 0))";
        db.execute(sql, [id.cast_signed()]).unwrap();
    }
    db.execute_batch(
        "INSERT INTO room VALUES (2, '#ops', '#ops', 'hi', checksum(2, '#ops', '#ops', 'hi'));
         UPDATE number SET last_user = 2, last_room = 2, sum = checksum(2, 2)",
    )
    .unwrap();
    db.close().unwrap();
    directory
}

#[tokio::test]
async fn a_journal_of_version_7_has_members_and_public_rooms() {
    let directory = version_7();
    assert_eq!(check(directory.path()).unwrap().faults, [""; 0], "before the upgrade");
    let journal = open(directory.path()).unwrap();
    let contents = &journal.contents;
    assert_eq!(contents.damage, [""; 0]);
    for record in &contents.users {
        // The time of the token, which is earlier than that at which the user was connected.
        let times = (record.created_at.as_millis(), record.seen_at.as_millis());
        assert_eq!((record.role, record.invite, times), (UserRole::Member, None, (5, 9)));
    }
    let mut credentials: Vec<_> =
        contents.credentials.iter().map(|record| (record.user, record.id)).collect();
    credentials.sort_unstable();
    assert_eq!(credentials, [(ANA, 1), (BOB, 2)]);
    assert!(contents.credentials.iter().all(|record| record.seen_at.as_millis() == 9));
    assert_eq!((contents.last_record, rules(contents, OPS)), (2, Rules::PUBLIC));
    let bob = member(contents, BOB).unwrap();
    assert_eq!((bob.is_in, bob.is_own, bob.role), (true, true, MemberRole::Member));
    assert_eq!(contents.rooms[1].topic.as_str(), "hi");
    journal.close().await;
    assert_eq!(check(directory.path()).unwrap().faults, [""; 0]);
}

#[tokio::test]
async fn damage_of_version_7_stays_damage_after_the_upgrade() {
    for (statement, fault) in [
        ("UPDATE user SET name = 'x' WHERE id = 2", "the record of user 2 is damaged"),
        ("UPDATE user SET sum = 5 WHERE id = 2", "the record of user 2 is damaged"),
        ("UPDATE room SET topic = 'x' WHERE id = 2", "the record of room 2 is damaged"),
        ("UPDATE member SET is_in = 0 WHERE user = 2", "the record of user 2 in room 2 is damaged"),
        ("UPDATE credential SET label = 'x' WHERE user = 2", "a credential of user 2 is damaged"),
        (
            "UPDATE number SET last_user = 9",
            "the record of the greatest numbers of users, rooms and other records is damaged",
        ),
    ] {
        let directory = version_7();
        sql(&directory, statement);
        let mut db = file::connect(&file::of(directory.path())).unwrap();
        schema::upgrade(&mut db).unwrap();
        db.close().unwrap();
        assert_eq!(check(directory.path()).unwrap().faults, [fault], "{statement}");
        let journal = open(directory.path()).unwrap();
        assert_eq!(journal.contents.damage.len(), 1, "{statement}: {:?}", journal.contents.damage);
    }
    let directory = version_7();
    let page = root(&directory, "number");
    change(&directory, |bytes| bytes[page..page + PAGE_BYTES].fill(0));
    let journal = open(directory.path()).unwrap();
    let contents = &journal.contents;
    assert_eq!((contents.last_user, contents.last_room, contents.last_record), (BOB, 2, 2));
    journal.close().await;
    assert_eq!(check(directory.path()).unwrap().faults, [""; 0]);
}
