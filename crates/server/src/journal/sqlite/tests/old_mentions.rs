//! Mentions in the messages of a version that recorded none.

use super::damage::{PAGE_BYTES, change, root};
use super::*;

/// More than two steps.
const MESSAGES: u64 = 1_300;

const ANA: UserId = UserId::new(3);
const BOB: UserId = UserId::new(7);

/// The text of message `n`, and whom it mentions of ana and bob. Ana wrote every tenth message, bob the others.
fn sample(n: u64) -> (&'static str, &'static [UserId]) {
    match n % 10 {
        0 => ("@ana is me, and @bob is not", &[BOB]),
        1 => ("thanks, @ANA: it works now", &[ANA]),
        2 => ("ana: and @ana again, but not @bob", &[ANA]),
        3 => ("@eva is in another room, and nobody is called @zoe", &[]),
        4 => ("banana and ana alone in a long text without any sign", &[]),
        _ => ("nothing", &[]),
    }
}

/// A closed journal of version 6.
fn version_6() -> TempDir {
    let directory = TempDir::new().unwrap();
    let db = Connection::open(file::of(directory.path())).unwrap();
    checksum::register(&db).unwrap();
    schema::make(&db, 6).unwrap();
    let all = db.unchecked_transaction().unwrap();
    for n in 1..=MESSAGES {
        let (id, name) = if n % 10 == 0 { (3, "ana") } else { (7, "bob") };
        let place = rows::place(RoomId::LOBBY, Seq::new(n));
        let sql =
            "INSERT INTO message (place, from_id, from_name, at, kind, device, n, text, sum) VALUES
                   (?1, ?2, ?3, ?4, 0, '', NULL, ?5, checksum(?1, ?2, ?3, ?4, 0, '', NULL, ?5))";
        all.execute(sql, rusqlite::params![place, id, name, n.cast_signed(), sample(n).0]).unwrap();
    }
    for (id, name, is_member) in [(3, "ana", true), (7, "bob", true), (9, "eva", false)] {
        put_old_user(&all, id, name).unwrap();
        if is_member {
            let sql = "INSERT INTO member VALUES (?1, 1, 1, 0, checksum(?1, 1, 1, 0))";
            all.execute(sql, [id.cast_signed()]).unwrap();
        }
    }
    let last = "UPDATE number SET last_user = 9, sum = checksum(9, last_room)";
    all.execute(last, []).unwrap();
    all.commit().unwrap();
    db.close().unwrap();
    directory
}

/// How many of the messages after `read` mention `user`.
fn expected(read: u64, user: UserId) -> u64 {
    (read + 1..=MESSAGES).filter(|n| sample(*n).1.contains(&user)).count() as u64
}

/// Asserts that the counts of unread mentions are those of the texts.
async fn assert_counts(journal: &Bench, what: &str) {
    for (read, user) in [(MESSAGES - 100, ANA), (MESSAGES - 400, ANA), (MESSAGES - 400, BOB)] {
        let range = (Seq::new(read), Seq::new(MESSAGES));
        let unread = journal.journal.unread(RoomId::LOBBY, range, user).await.unwrap();
        assert_eq!(unread.mentions, expected(read, user), "{what}: {user} after {read}");
    }
}

/// The `seq` of every message that is listed as one that mentions `user`.
async fn listed(journal: &Bench, user: UserId) -> Vec<u64> {
    let (mut found, mut before) = (Vec::new(), None);
    loop {
        let rooms = vec![RoomId::LOBBY];
        let page = journal.journal.mentions(user, rooms, before, 100).await.unwrap();
        found.extend(page.messages.iter().map(|(_, message)| message.seq.get()));
        before = page.next;
        if before.is_none() {
            return found;
        }
    }
}

async fn step(journal: &Bench) -> bool {
    journal.journal.change(backlog::step).await.unwrap()
}

#[tokio::test]
async fn after_an_upgrade_mentions_are_counted_at_once_and_listed_once_they_were_looked_for() {
    let directory = version_6();
    let journal = open(directory.path()).unwrap();
    assert_counts(&journal, "at once").await;
    assert!(listed(&journal, ANA).await.is_empty());
    // A message of this version is not looked through again, whatever it mentions.
    journal.say(1, "@ana").await;
    assert!(step(&journal).await);
    assert_counts(&journal, "the first step").await;
    journal.close().await;
    assert_eq!(check(directory.path()).unwrap().faults, [""; 0]);
    // What is done is not done again after a restart.
    let journal = open(directory.path()).unwrap();
    let mut steps = 1;
    while step(&journal).await {
        steps += 1;
        assert_counts(&journal, &format!("step {steps}")).await;
    }
    assert_eq!(steps, MESSAGES.div_ceil(500), "each message once");
    for user in [ANA, BOB] {
        let all: Vec<u64> = (1..=MESSAGES).rev().filter(|n| sample(*n).1.contains(&user)).collect();
        assert_eq!(listed(&journal, user).await, all);
    }
    journal.close().await;
    assert_eq!(check(directory.path()).unwrap().faults, [""; 0]);
}

#[tokio::test]
async fn a_room_without_messages_and_a_new_journal_have_no_backlog() {
    let directory = TempDir::new().unwrap();
    let journal = open(directory.path()).unwrap();
    assert!(!step(&journal).await);
    journal.close().await;
    execute(directory.path(), "INSERT INTO mention_backlog VALUES (1, 5), (6, 5)");
    let journal = open(directory.path()).unwrap();
    assert!(step(&journal).await, "a room that was removed");
    assert!(!step(&journal).await);
}

#[tokio::test]
async fn a_damaged_list_of_the_backlog_delays_no_start() {
    let directory = version_6();
    open(directory.path()).unwrap().close().await;
    let page = root(&directory, "mention_backlog");
    change(&directory, |bytes| {
        bytes[page..page + PAGE_BYTES].fill(0xA5);
    });
    let journal = open(directory.path()).unwrap();
    assert!(journal.contents.damage.iter().any(|line| line.contains("mention_backlog")));
    let range = (Seq::NONE, Seq::new(MESSAGES));
    assert_eq!(journal.journal.unread(RoomId::LOBBY, range, ANA).await.unwrap().mentions, 0);
    assert_eq!(journal.say(1, "goes on").await, stored(MESSAGES + 1));
}
