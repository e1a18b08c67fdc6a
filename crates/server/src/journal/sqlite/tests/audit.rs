//! The audit log: stored, damaged.

use chat_proto::AuditKind;

use super::damage::{PAGE_BYTES, change, root, sql};
use super::*;

const ANA: UserId = UserId::new(1);

/// Records of a log that takes several pages.
const RECORDS: i64 = 300;

fn record(ms: i64) -> AuditRecord {
    let at = Timestamp::from_millis(ms);
    AuditRecord::new(at, ANA, AuditKind::Role, "bob: member → owner").because("thanks")
}

fn add(ms: i64, kept_since: Option<i64>) -> Change {
    Change::Audit { record: record(ms), kept_since: kept_since.map(Timestamp::from_millis) }
}

/// Stores a record of that time, and the role that it is about.
async fn promote(journal: &Bench, ms: i64) -> Result<(), JournalError> {
    let (role, by) = (UserRole::Owner, None);
    let action = [Change::UserRole { user: ANA, role, by }, add(ms, None)];
    journal.journal.changes(Vec::from(action))
}

/// A closed journal with records of the times 1 to `records`.
async fn closed(records: i64) -> TempDir {
    let directory = TempDir::new().unwrap();
    let journal = open(directory.path()).unwrap();
    journal.journal.change(|db| put_user(db, 1, UserName::new("ana").unwrap())).await.unwrap();
    journal.journal.changes((1..=records).map(|ms| add(ms, None)).collect()).unwrap();
    journal.close().await;
    directory
}

/// The numbers and the times in the file.
fn kept(directory: &TempDir) -> Vec<(i64, i64)> {
    let db = file::connect(&file::of(directory.path())).unwrap();
    let mut statement = db.prepare("SELECT id, at FROM audit ORDER BY id").unwrap();
    let rows = statement.query_map([], |row| Ok((row.get(0)?, row.get(1)?))).unwrap();
    rows.collect::<Result<_, _>>().unwrap()
}

#[tokio::test]
async fn the_audit_log_keeps_the_newest_records() {
    let directory = closed(3).await;
    let journal = open(directory.path()).unwrap();
    assert_eq!(kept(&directory), [(1, 1), (2, 2), (3, 3)], "the clock may be wrong");
    let fourth = add(4, Some(3));
    journal.journal.change(move |db| records::change(db, &fourth)).await.unwrap();
    assert_eq!(kept(&directory), [(3, 3), (4, 4)]);
    journal.close().await;
    assert_eq!(check(directory.path()).unwrap().faults, [""; 0]);
}

/// Adds records with the numbers and the times from `first` to `last`, by the author that `by` says, about what `what`
/// says.
fn many(db: &Connection, (first, last): (i64, i64), by: &str, what: &str) -> rusqlite::Result<()> {
    db.execute_batch(&format!(
        "INSERT INTO audit (id, at, by_id, what, user, room, about, reason, sum)
         WITH RECURSIVE n(i) AS (SELECT {first} UNION ALL SELECT i + 1 FROM n WHERE i < {last})
         SELECT i, i, {by}, {what}, NULL, NULL, '', '',
                checksum(i, i, {by}, {what}, NULL, NULL, '', '') FROM n"
    ))
}

#[tokio::test]
async fn nobody_pushes_out_the_records_of_others() {
    for (by, what, expected) in [
        // Those of one author, except the first 50.
        ("iif(i <= 50, 2, 1)", "'role'", (1..=50).chain(251..=100_000).collect::<Vec<_>>()),
        // Those of 20 authors, none of whom has more than a share.
        ("i % 20", "'role'", (201..=100_000).collect()),
        // Those of 20 other authors, who rename themselves, except the first 50.
        (
            "iif(i <= 50, 1, 2 + i % 20)",
            "iif(i <= 50, 'role', 'rename')",
            (1..=50).chain(251..=100_000).collect(),
        ),
    ] {
        let directory = closed(0).await;
        let journal = open(directory.path()).unwrap();
        journal.journal.change(move |db| many(db, (1, 99_999), by, what)).await.unwrap();
        journal.journal.changes(vec![add(100_000, None)]).unwrap();
        journal.close().await;
        assert_eq!(check(directory.path()).unwrap().faults, [""; 0]);
        let numbers: Vec<_> = kept(&directory).into_iter().map(|(id, _)| id).collect();
        assert!(numbers == expected, "{by}: {} records, from {:?}", numbers.len(), &numbers[..60]);
    }
}

/// The numbers that are read in pages of `limit`, newest first.
async fn read(journal: &Bench, limit: u32) -> Vec<u64> {
    let (mut numbers, mut before) = (Vec::new(), None);
    loop {
        let page = journal.journal.audit(None, before, limit).await.unwrap();
        numbers.extend(page.iter().map(|(number, _)| *number));
        if page.len() < limit as usize {
            return numbers;
        }
        before = numbers.last().copied();
    }
}

#[tokio::test]
async fn a_damaged_record_hides_no_other() {
    let directory = closed(9).await;
    let journal = open(directory.path()).unwrap();
    let damage = |db: &Connection| db.execute("UPDATE audit SET at = 0 WHERE id IN (3, 8)", []);
    journal.journal.change(damage).await.unwrap();
    for limit in 1..=9 {
        assert_eq!(read(&journal, limit).await, [9, 7, 6, 5, 4, 2, 1], "pages of {limit}");
    }
}

#[tokio::test]
async fn a_start_removes_damaged_records_and_says_how_many() {
    let directory = closed(9).await;
    sql(&directory, "UPDATE audit SET about = 'eva' WHERE id IN (3, 8)");
    assert_eq!(check(directory.path()).unwrap().faults.len(), 2);
    let journal = open(directory.path()).unwrap();
    let line = "the audit log has damaged records, which are removed: 2";
    assert_eq!(journal.contents.damage, [line]);
    journal.close().await;
    assert_eq!(open(directory.path()).unwrap().contents.damage, [""; 0]);
    assert_eq!(check(directory.path()).unwrap().faults, [""; 0]);
}

#[tokio::test]
async fn a_start_keeps_the_records_in_whole_pages() {
    let directory = closed(RECORDS).await;
    let whole = fs::read(file::of(directory.path())).unwrap();
    let root = root(&directory, "audit") / PAGE_BYTES;
    let is_of_table = |page: &usize| {
        let bytes = &whole[page * PAGE_BYTES..(page + 1) * PAGE_BYTES];
        *page == root || bytes.windows(6).any(|window| window == b"thanks")
    };
    let pages: Vec<usize> = (0..whole.len() / PAGE_BYTES).filter(is_of_table).collect();
    assert!(pages.len() > 4, "{pages:?}");
    for page in pages {
        for byte in [0, 0xA5] {
            let what = format!("page {page}, root {root}, byte {byte}");
            let damaged = TempDir::new().unwrap();
            fs::write(file::of(damaged.path()), &whole).unwrap();
            change(&damaged, |bytes| bytes[page * PAGE_BYTES..(page + 1) * PAGE_BYTES].fill(byte));
            let faults = check(damaged.path()).unwrap().faults;
            assert!(faults.iter().any(|fault| fault.contains("`audit`")), "{what}: {faults:?}");
            let journal = open(damaged.path()).unwrap();
            assert_eq!(journal.contents.damage.len(), 1, "{what}: {:?}", journal.contents.damage);
            promote(&journal, RECORDS + 1).await.unwrap();
            journal.close().await;
            assert_eq!(check(damaged.path()).unwrap().faults, [""; 0], "{what}");
            let found = kept(&damaged);
            assert_eq!(found.last().unwrap().1, RECORDS + 1, "{what}");
            assert!(page == root || found.len() > 200, "{what}: {} records", found.len());
            let journal = open(damaged.path()).unwrap();
            assert_eq!(journal.contents.damage, [""; 0], "{what}");
        }
    }
}

/// Has the daemon look for the audit log in the pages of another table.
const LOST: &str = "PRAGMA writable_schema = on;
    UPDATE sqlite_schema SET rootpage = (SELECT rootpage FROM sqlite_schema WHERE name = 'sent')
    WHERE name = 'audit';
    PRAGMA writable_schema = reset;";

#[tokio::test]
async fn damage_of_the_audit_log_prevents_nothing_that_it_records() {
    for can_be_replaced in [true, false] {
        let directory = closed(9).await;
        let journal = open(directory.path()).unwrap();
        let damage = move |db: &Connection| {
            // Without the list of abandoned pages, no table is replaced.
            db.execute_batch(if can_be_replaced { "" } else { "DROP TABLE abandoned" })?;
            db.execute_batch(LOST)
        };
        journal.journal.change(damage).await.unwrap();
        for ms in [10, 11] {
            promote(&journal, ms).await.unwrap();
        }
        let found = journal.journal.audit(None, None, 20).await.map(|page| page.len());
        assert_eq!(found.ok(), can_be_replaced.then_some(2), "none of the others can be read");
        journal.close().await;
        sql(&directory, "CREATE TABLE IF NOT EXISTS abandoned (page INTEGER PRIMARY KEY) STRICT");
        let journal = open(directory.path()).unwrap();
        assert_eq!(journal.contents.users[0].role, UserRole::Owner);
        promote(&journal, 12).await.unwrap();
        assert_eq!(read(&journal, 20).await.len(), if can_be_replaced { 3 } else { 1 });
    }
}
