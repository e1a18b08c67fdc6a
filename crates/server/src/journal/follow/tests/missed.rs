//! A follower reads from the file what it has missed.

use super::*;

#[test]
fn for_a_follower_that_is_far_behind_a_commit_is_not_copied() {
    let (mut engine, journal) = open(&Location::Memory);
    let many = usize::try_from(MISSED_MAX).unwrap() + 1;
    store(&mut engine, (0..many).map(|_| say(LOBBY, "old")).collect());
    let mut follower = journal.follow(None);
    follower.next().now_or_never().unwrap().unwrap();
    let commit = engine.append(vec![say(LOBBY, "new")], now()).unwrap();
    assert!(commit.record.is_none());
    engine.finish(commit);
    let items = taken(&mut follower);
    // The rooms again, once it is near the end.
    let last =
        [format!("1:{many} old"), format!("1:1-{}", many + 1), format!("1:{} new", many + 1)];
    assert_eq!((items.len(), &items[many - 1..]), (many + 2, &last[..]));
    let commit = engine.append(vec![say(LOBBY, "newer")], now()).unwrap();
    assert!(commit.record.is_some());
}

#[test]
fn a_follower_that_has_unsubscribed_reads_the_file_and_then_new_commits() {
    let (mut engine, journal) = open(&Location::Memory);
    let mut follower = journal.follow(None);
    taken(&mut follower);
    store(&mut engine, vec![say(LOBBY, "0"), say(LOBBY, "1"), say(LOBBY, "2")]);
    assert_eq!(line(follower.next().now_or_never().unwrap().unwrap().unwrap()), "1:1 0");
    follower.unsubscribe();
    say_all(&mut engine, 3..4); // finds that there are no followers
    let commit = engine.append(vec![say(LOBBY, "4")], now()).unwrap();
    assert!(commit.record.is_none());
    engine.finish(commit);
    let mut expected = vec!["1:1-5".to_owned()];
    expected.extend(messages(2..=5));
    assert_eq!(taken(&mut follower), expected);
    say_all(&mut engine, 5..6);
    assert_eq!(taken(&mut follower), messages(6..=6));
    assert_eq!(journal.stored(), 6);
}

#[test]
fn missed_messages_of_all_rooms_come_in_the_order_in_which_they_were_stored() {
    let directory = TempDir::new().unwrap();
    let (mut engine, journal) = open(&in_directory(&directory));
    store(&mut engine, vec![Entry::Changes(vec![rust_room()])]);
    let mut stored = Vec::new();
    for number in 0..900 {
        let room = if number % 7 < 3 { RUST } else { LOBBY };
        let at = Timestamp::from_millis(now().as_millis() + number);
        let commit = engine.append(vec![say(room, &number.to_string())], at).unwrap();
        engine.finish(commit);
        stored.push(number.to_string());
    }
    let texts = |items: Vec<String>| -> Vec<String> {
        let text = |item: &String| item.split_once(' ').map(|(_, text)| text.to_owned());
        items.iter().skip(1).filter_map(text).collect()
    };
    let mut follower = journal.follow(None);
    assert_eq!(texts(taken(&mut follower)), stored);
    // The reader holds no snapshot of the file between two items.
    let db = rusqlite::Connection::open(directory.path().join("journal.sqlite")).unwrap();
    let mut follower = journal.follow(None);
    for _ in 0..300 {
        follower.next().now_or_never().unwrap().unwrap();
    }
    let busy: i64 = db.query_row("PRAGMA wal_checkpoint(TRUNCATE)", [], |row| row.get(0)).unwrap();
    assert_eq!(busy, 0);
}
