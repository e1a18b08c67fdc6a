//! A damaged table of message numbers is rebuilt from the messages.

use super::damage::{PAGE_BYTES, change, root, sql};
use super::*;

/// Messages of a journal whose table of message numbers takes several pages: one of each device.
const DEVICES: u64 = 300;

fn device(n: u64) -> DeviceId {
    DeviceId::new(format!("a device with a name that takes its place, number {n:04}")).unwrap()
}

fn text(n: u64) -> String {
    format!("the message of device {n}")
}

/// Sends messages, each of a device of its own, and returns their outcomes.
async fn send(journal: &Bench, numbers: std::ops::RangeInclusive<u64>) -> Vec<Outcome> {
    let message = |n| Message { device: device(n), ..say(n, &text(n)) };
    numbers.map(|n| journal.send(message(n))).collect()
}

/// A closed journal with a message of each device.
async fn closed() -> TempDir {
    let directory = TempDir::new().unwrap();
    let journal = open(directory.path()).unwrap();
    send(&journal, 1..=DEVICES).await;
    journal.close().await;
    directory
}

/// Asserts that no message is refused, stored twice, or lost.
async fn assert_whole(directory: &TempDir, what: &str) {
    let journal = open(directory.path()).unwrap();
    for n in [1, 150, DEVICES] {
        assert_eq!(journal.journal.last_n(UserId::new(7), &device(n)).await.unwrap(), n, "{what}");
    }
    let repeats: Vec<_> = (1..=DEVICES).map(repeat).collect();
    assert_eq!(send(&journal, 1..=DEVICES).await, repeats, "{what}");
    let next = DEVICES + 1;
    assert_eq!(send(&journal, next..=next).await, [stored(next)], "{what}");
    let mut after = 0;
    while after < DEVICES {
        for (seq, found) in journal.texts(Part::After(Seq::new(after))).await {
            assert_eq!((seq, found), (after + 1, text(after + 1)), "{what}");
            after = seq;
        }
    }
    journal.close().await;
    assert_eq!(check(directory.path()).unwrap().faults, [""; 0], "{what}");
    let journal = open(directory.path()).unwrap();
    assert_eq!(journal.contents.damage, [""; 0], "{what}");
    journal.close().await;
    let elsewhere = TempDir::new().unwrap();
    let copy = elsewhere.path().join("copy");
    backup(directory.path(), &copy).unwrap();
    restore(elsewhere.path(), &copy, clock()).unwrap();
    let copy = file::connect(&file::of(elsewhere.path())).unwrap();
    assert!(rebuild::abandoned(&copy).unwrap().is_empty(), "{what}: it has no such pages");
}

#[tokio::test]
async fn no_message_is_refused_if_a_page_cannot_be_read() {
    for (table, what, byte) in [
        ("sent", "zeros", 0),
        ("sent", "ones", 0xFF),
        ("sent", "noise", 0xA5),
        ("indexed", "zeros", 0),
        ("indexed", "noise", 0xA5),
    ] {
        let directory = closed().await;
        let page = root(&directory, table);
        change(&directory, |bytes| bytes[page..page + PAGE_BYTES].fill(byte));
        let faults = check(directory.path()).unwrap().faults;
        let fault = "the table of message numbers cannot be read; chat-server rebuilds it from the \
                     messages";
        assert!(faults.iter().any(|found| found == fault), "{what}: {faults:?}");
        let unused =
            |fault: &&String| fault.starts_with("pages of the file that belong to no table: ");
        let has_more_pages = usize::from(table == "sent");
        assert_eq!(faults.iter().filter(unused).count(), has_more_pages, "{what}: {faults:?}");
        assert_whole(&directory, what).await;
    }
}

#[tokio::test]
async fn each_page_of_the_table_is_rebuilt() {
    let directory = closed().await;
    let whole = fs::read(file::of(directory.path())).unwrap();
    let messages = root(&directory, "message");
    let is_of_table = |page: &usize| {
        let page = &whole[page * PAGE_BYTES..(page + 1) * PAGE_BYTES];
        // Leaves of an index: those of the messages are of another kind.
        page[0] == 0x0A && page.windows(9).any(|window| window == b"its place")
    };
    let pages: Vec<usize> = (0..whole.len() / PAGE_BYTES).filter(is_of_table).collect();
    assert!(pages.len() > 3 && !pages.contains(&(messages / PAGE_BYTES)), "{pages:?}");
    for page in pages {
        let mut bytes = whole.clone();
        bytes[page * PAGE_BYTES..(page + 1) * PAGE_BYTES].fill(0);
        let damaged = TempDir::new().unwrap();
        fs::write(file::of(damaged.path()), bytes).unwrap();
        assert!(!check(damaged.path()).unwrap().faults.is_empty());
        assert_whole(&damaged, &format!("page {page}")).await;
    }
}

/// SQLite frees all pages to which a dropped table refers.
#[tokio::test]
async fn a_page_that_refers_to_the_messages_does_not_remove_them() {
    let directory = closed().await;
    let [sent, messages] = ["sent", "message"].map(|table| root(&directory, table));
    change(&directory, |bytes| {
        let child = u32::try_from(messages / PAGE_BYTES + 1).unwrap();
        bytes[sent + 8..sent + 12].copy_from_slice(&child.to_be_bytes());
    });
    assert_whole(&directory, "a page of the messages").await;
}

#[tokio::test]
async fn a_damaged_row_is_rebuilt() {
    let sum = "UPDATE sent SET sum = checksum(from_id, device, n, runs)";
    let place = rows::place(RoomId::LOBBY, Seq::new(150));
    let list = |place, count| format!("runs = {}", numbers::list(place, count));
    for (is_whole, change) in [
        (false, &*list(place, 100)),
        (false, &*list(place + 1, 1)),
        (false, &*list(i64::MAX, 9)),
        (false, "n = n + 1"),
        (false, "runs = substr(runs, 1, length(runs) - 1)"),
        (true, "runs = substr(runs, 1, length(runs) - 1)"),
        (true, "runs = CAST(runs || x'00' AS BLOB)"),
        (true, "runs = x''"),
        (true, "runs = x'010000'"),
        (true, &*list(place + 1, 1)),
        (true, &*list(i64::MAX, 9)),
        (true, &*list(place, u64::MAX)),
        (true, &*format!("n = 9223372036854775807, {}", list(place, 2))),
    ] {
        let directory = closed().await;
        let again = if is_whole { sum } else { "" };
        // In the middle, where the start does not look.
        sql(
            &directory,
            &format!(
                "UPDATE sent SET {change} WHERE n = (SELECT n FROM sent LIMIT 1 OFFSET 149); {again}"
            ),
        );
        let faults = check(directory.path()).unwrap().faults;
        assert!(!faults.is_empty(), "{change}");
        let journal = open(directory.path()).unwrap();
        assert_eq!(send(&journal, 150..=150).await, [repeat(150)], "{change}, whole: {is_whole}");
        journal.close().await;
    }
}

/// A running daemon has looked up some of the numbers, and caches them.
#[tokio::test]
async fn a_running_daemon_rebuilds_the_table() {
    let directory = TempDir::new().unwrap();
    for place in [Location::Memory, Location::Directory(directory.path().to_path_buf())] {
        let journal = open_at(&place).unwrap();
        for n in 1..=3 {
            assert_eq!(journal.say(n, "hi").await, stored(n));
        }
        let damage =
            |db: &Connection| db.execute("UPDATE sent SET runs = CAST(runs || x'00' AS BLOB)", []);
        journal.journal.change(damage).await.unwrap();
        assert_eq!(journal.journal.last_n(UserId::new(7), &laptop()).await.unwrap(), 3);
        assert_eq!(journal.say(2, "hi").await, repeat(2));
        assert_eq!(journal.say(4, "hi").await, stored(4));
        journal.close().await;
    }
    assert_eq!(check(directory.path()).unwrap().faults, [""; 0]);
}

#[tokio::test]
async fn a_damaged_list_of_the_rooms_is_rebuilt() {
    let sum = "sum = checksum(room, seq)";
    for (change, is_found) in [
        ("UPDATE indexed SET seq = seq - 1".to_owned(), true),
        ("UPDATE indexed SET room = 2".to_owned(), true),
        (format!("UPDATE indexed SET seq = seq + 9; UPDATE indexed SET {sum}"), true),
        (format!("UPDATE indexed SET seq = -1; UPDATE indexed SET {sum}"), true),
        // This is not damage: the start reads the messages.
        (format!("UPDATE indexed SET seq = seq - 9; UPDATE indexed SET {sum}"), false),
        ("DELETE FROM indexed".to_owned(), false),
    ] {
        let directory = closed().await;
        sql(&directory, &change);
        let faults = check(directory.path()).unwrap().faults;
        assert_eq!(!faults.is_empty(), is_found, "{change}: {faults:?}");
        let journal = open(directory.path()).unwrap();
        assert_eq!(!journal.contents.damage.is_empty(), is_found, "{change}");
        journal.close().await;
        assert_whole(&directory, &change).await;
    }
}

/// As after an upgrade from a version that had another table.
#[tokio::test]
async fn a_start_fills_empty_tables_from_the_messages() {
    let directory = closed().await;
    sql(&directory, "DELETE FROM sent; DELETE FROM indexed");
    assert_eq!(check(directory.path()).unwrap().faults, [""; 0]);
    assert_whole(&directory, "empty").await;
}

#[tokio::test]
async fn no_number_is_known_if_the_list_of_the_rooms_cannot_be_rebuilt() {
    let directory = closed().await;
    sql(&directory, "UPDATE indexed SET seq = seq - 1");
    let db = file::connect(&file::of(directory.path())).unwrap();
    db.pragma_update(None, "query_only", true).unwrap();
    let (contents, numbers) = load::load(&db, clock()).unwrap();
    assert_eq!(contents.damage.len(), 2, "{:?}", contents.damage);
    let error = numbers::NumbersDraft::new(&numbers).last(&db, &(UserId::new(7), device(1)));
    assert!(numbers::is_damaged(&error.unwrap_err()));
}

#[tokio::test]
async fn a_start_reports_the_rebuilt_table() {
    let directory = closed().await;
    sql(&directory, "UPDATE sent SET runs = CAST(runs || x'00' AS BLOB)");
    let journal = open(directory.path()).unwrap();
    let line = "the table of message numbers is damaged: the checksum of a row is wrong; it is rebuilt \
                from the messages";
    assert_eq!(journal.contents.damage, [line]);
}

#[tokio::test]
async fn a_session_begins_even_if_the_table_cannot_be_rebuilt() {
    let directory = TempDir::new().unwrap();
    let journal = open(directory.path()).unwrap();
    for n in 1..=3 {
        journal.say(n, "hi").await;
    }
    let damage =
        |db: &Connection| db.execute("UPDATE sent SET runs = CAST(runs || x'00' AS BLOB)", []);
    journal.journal.change(damage).await.unwrap();
    journal.allow_pages(1).await;
    assert_eq!(journal.journal.last_n(UserId::new(7), &laptop()).await.unwrap(), 0);
    let Outcome::NotKept(reason) = journal.say(2, "hi").await else { panic!("stored") };
    assert!(reason.contains("`chat-server check`"), "{reason}");
    journal.close().await;
    let journal = open(directory.path()).unwrap();
    assert_eq!(journal.say(2, "hi").await, repeat(2));
}

#[tokio::test]
async fn a_rebuilt_table_equals_that_of_a_new_journal() {
    let directory = closed().await;
    let db = file::connect(&file::of(directory.path())).unwrap();
    let columns = |table: &str| -> Vec<String> {
        let sql = format!(
            "SELECT name || type || \"notnull\" || pk FROM pragma_table_info('{table}') ORDER BY cid"
        );
        db.prepare(&sql)
            .unwrap()
            .query_map([], |row| row.get(0))
            .unwrap()
            .map(Result::unwrap)
            .collect()
    };
    let before = ["sent", "indexed", "number", "audit"].map(columns);
    rebuild::message_numbers(&db).unwrap();
    rebuild::audit(&db).unwrap();
    rebuild::replace(&db, &["number"], schema::NUMBER, |_| Ok(())).unwrap();
    assert_eq!(["sent", "indexed", "number", "audit"].map(columns), before);
}
