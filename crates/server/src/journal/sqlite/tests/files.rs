//! Opening files of any kind, and a file that cannot grow.

use std::fs::File;

use super::*;

#[tokio::test]
async fn messages_are_refused_while_the_disk_is_full_and_stored_after_it() {
    let directory = TempDir::new().unwrap();
    let journal = open(directory.path()).unwrap();
    assert_eq!(journal.say(1, "first").await, stored(1));
    journal.allow_pages(1).await;
    let long = "x".repeat(16_000);
    let mut refused = 0;
    for n in 2..=9 {
        match journal.say(n, &long).await {
            Outcome::NotKept(reason) => {
                assert_eq!(&*reason, "the server's disk is full");
                refused += 1;
            }
            outcome => assert!(matches!(outcome, Outcome::Stored { .. }), "{outcome:?}"),
        }
    }
    assert!(refused > 0);
    let before = journal.texts(Part::After(Seq::NONE)).await.len() as u64;
    assert_eq!(before, journal.last_seq(), "what is refused takes no place");

    journal.allow_pages(u32::MAX >> 1).await;
    assert_eq!(journal.say(10, &long).await, stored(before + 1));
    assert_eq!(journal.journal.last_n(UserId::new(7), &laptop()).await.unwrap(), 10);
}

#[test]
fn a_command_in_a_directory_without_a_journal_says_to_name_another_one() {
    let directory = TempDir::new().unwrap();
    let here = directory.path().display();
    let text =
        format!("there is no journal in {here}; name the data directory of the daemon with --data");
    assert_eq!(check(directory.path()).unwrap_err().to_string(), text);
    let copy = directory.path().join("copy");
    assert_eq!(backup(directory.path(), &copy).unwrap_err().to_string(), text);
    assert!(!copy.exists());
}

#[tokio::test]
async fn a_second_daemon_is_refused() {
    let directory = TempDir::new().unwrap();
    let journal = open(directory.path()).unwrap();
    let Err(error) = open(directory.path()) else { panic!("two at once") };
    assert!(matches!(error, JournalError::Busy(_)), "{error}");
    journal.close().await;
    assert!(open(directory.path()).is_ok());
}

#[tokio::test]
async fn a_file_of_a_newer_version_is_not_changed() {
    let directory = TempDir::new().unwrap();
    open(directory.path()).unwrap().close().await;
    let db = Connection::open(file::of(directory.path())).unwrap();
    db.pragma_update(None, "user_version", 99).unwrap();
    drop(db);
    let state = || fs::read(run::state_of(&file::of(directory.path()))).unwrap();
    let before = state();
    let Err(error) = open(directory.path()) else { panic!("opened") };
    assert!(matches!(error, JournalError::Newer { found: 99, known: schema::KNOWN }), "{error}");
    assert_eq!(state(), before);
}

#[tokio::test]
async fn a_damaged_file_is_not_changed() {
    let directory = TempDir::new().unwrap();
    let path = file::of(directory.path());
    for damage in [&b"this was a journal once, and is no more, whatever it says here"[..], b""] {
        fs::write(&path, damage).unwrap();
        let Err(error) = open(directory.path()) else { panic!("opened") };
        assert!(matches!(error, JournalError::Damaged(_)), "{error}");
        assert!(error.to_string().contains("backup"), "{error}");
        assert_eq!(fs::read(&path).unwrap(), damage);
    }
    fs::remove_file(&path).unwrap();
    fs::write(path.with_extension("sqlite-wal"), b"what was not yet in it").unwrap();
    let Err(error) = open(directory.path()) else { panic!("opened") };
    assert!(matches!(error, JournalError::Damaged(_)), "{error}");
}

/// A loss of power during a write cuts the end of SQLite's log anywhere. Earlier commits stay; the commit that was
/// being written, and so was not accepted, is lost as a whole.
#[tokio::test]
async fn a_torn_last_page_loses_only_messages_that_were_not_accepted() {
    const LOG: &str = "journal.sqlite-wal";
    const STEP_BYTES: u64 = 1_500; // no multiple of a page, so that pages are cut
    let directory = TempDir::new().unwrap();
    let journal = open(directory.path()).unwrap();
    let mut ends = vec![0];
    for n in 1..=4 {
        assert_eq!(journal.say(n, &format!("text {n}")).await, stored(n));
        ends.push(fs::metadata(directory.path().join(LOG)).unwrap().len());
    }
    for cut in (0..=ends[4]).filter(|cut| cut % STEP_BYTES == 0 || ends.contains(cut)) {
        let torn = TempDir::new().unwrap();
        for file in ["journal.sqlite", LOG] {
            fs::copy(directory.path().join(file), torn.path().join(file)).unwrap();
        }
        let log = File::options().write(true).open(torn.path().join(LOG)).unwrap();
        log.set_len(cut).unwrap();

        let journal = open(torn.path()).unwrap();
        let accepted = ends[1..].iter().filter(|end| **end <= cut).count() as u64;
        let texts = journal.texts(Part::After(Seq::NONE)).await;
        let expected: Vec<_> = (1..=accepted).map(|n| (n, format!("text {n}"))).collect();
        assert_eq!(texts, expected, "cut at {cut} of {ends:?}");
        assert_eq!(journal.say(accepted + 1, "again").await, stored(accepted + 1));
    }
}
