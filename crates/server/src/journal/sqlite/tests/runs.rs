//! A file or a log that the last run of the daemon did not leave.

use chat_proto::ShortString;

use super::*;
use crate::journal::sqlite::run::{Run, state_of};

const PARTS: [&str; 2] = ["", "-wal"];

/// Messages of the second run.
const LATER: u64 = 4;

fn part(directory: &Path, suffix: &str) -> PathBuf {
    mark::with_suffix(&file::of(directory), suffix)
}

fn log(directory: &Path) -> PathBuf {
    part(directory, "-wal")
}

/// A copy of the files of the journal and its state, as a kill leaves them now.
fn killed(from: &Path) -> TempDir {
    let to = TempDir::new().unwrap();
    put(from, to.path(), &PARTS);
    let state = state_of(&file::of(from));
    if state.exists() {
        fs::copy(state, state_of(&file::of(to.path()))).unwrap();
    }
    to
}

/// Copies parts of a journal over another by hand, and removes those that do not exist.
fn put(from: &Path, to: &Path, suffixes: &[&str]) {
    for suffix in suffixes {
        let (from, to) = (part(from, suffix), part(to, suffix));
        if from.exists() {
            fs::copy(from, to).unwrap();
        } else if to.exists() {
            fs::remove_file(to).unwrap();
        }
    }
}

/// A journal at four moments.
struct Moments {
    /// After a message, killed.
    first_killed: TempDir,
    /// The same, ended.
    first_ended: TempDir,
    /// After [`LATER`] more, killed.
    killed: TempDir,
    /// The same, ended.
    ended: TempDir,
    epoch: ShortString,
}

async fn moments() -> Moments {
    let directory = TempDir::new().unwrap();
    let journal = open(directory.path()).unwrap();
    let epoch = journal.journal.identity().epoch.clone();
    journal.say(1, "first").await;
    let first_killed = killed(directory.path());
    journal.close().await;
    let first_ended = killed(directory.path());
    let journal = open(directory.path()).unwrap();
    for n in 2..=1 + LATER {
        journal.say(n, "later").await;
    }
    let killed_later = killed(directory.path());
    journal.close().await;
    let ended = killed(directory.path());
    Moments { first_killed, first_ended, killed: killed_later, ended, epoch }
}

/// Opens the journal as the next start does. Returns its epoch and the number of its messages.
async fn start(directory: &Path) -> (ShortString, u64) {
    let journal = open(directory).unwrap();
    let epoch = journal.journal.identity().epoch.clone();
    let messages = journal.contents.rooms[0].last_seq.get();
    assert_eq!(check(directory).unwrap().messages, messages);
    journal.close().await;
    (epoch, messages)
}

fn faults(directory: &Path) -> Vec<String> {
    check(directory).unwrap().faults
}

#[tokio::test]
async fn the_epoch_stays_after_a_kill_and_after_an_end_in_order() {
    let moments = moments().await;
    for (directory, messages) in [
        (&moments.first_killed, 1),
        (&moments.first_ended, 1),
        (&moments.killed, 1 + LATER),
        (&moments.ended, 1 + LATER),
    ] {
        let copy = directory.path().join("copy");
        for _ in 0..2 {
            assert_eq!(faults(directory.path()), [""; 0]);
            backup(directory.path(), &copy).unwrap();
            fs::remove_file(&copy).unwrap();
            let expected = (moments.epoch.clone(), messages);
            assert_eq!(start(directory.path()).await, expected);
        }
    }
}

#[tokio::test]
async fn a_file_and_a_log_that_do_not_belong_together_are_not_opened() {
    let moments = moments().await;
    for (what, from, to, parts) in [
        ("an older file", &moments.first_ended, &moments.killed, &[""][..]),
        ("an older file with its log", &moments.first_killed, &moments.killed, &PARTS),
        ("an older log", &moments.first_killed, &moments.killed, &["-wal"]),
        ("a log after an end", &moments.first_killed, &moments.ended, &["-wal"]),
        ("a newer log", &moments.killed, &moments.first_killed, &["-wal"]),
    ] {
        let directory = killed(to.path());
        put(from.path(), directory.path(), parts);
        let read = || PARTS.map(|suffix| fs::read(part(directory.path(), suffix)).unwrap());
        let (before, copy) = (read(), directory.path().join("copy"));
        let opened = open(directory.path()).map(|_| ());
        let checked = check(directory.path()).map(|_| ());
        let copied = backup(directory.path(), &copy);
        let restored = restore(directory.path(), &file::of(directory.path()), clock()).map(|_| ());
        for result in [opened, checked, copied, restored] {
            let error = result.expect_err(what);
            assert!(matches!(error, JournalError::ForeignLog { .. }), "{what}: {error}");
            assert!(error.to_string().contains("`chat-server restore FILE`"), "{what}: {error}");
        }
        assert_eq!(read(), before, "{what}");

        let elsewhere = TempDir::new().unwrap();
        let moved = elsewhere.path().join("journal.sqlite");
        fs::rename(file::of(directory.path()), &moved).unwrap();
        restore(directory.path(), &moved, clock()).unwrap();
        let (epoch, _) = start(directory.path()).await;
        assert_ne!(epoch, moments.epoch, "{what}, as the error says");
        assert_eq!(faults(directory.path()), [""; 0], "{what}");
    }
}

#[tokio::test]
async fn a_replaced_file_begins_an_epoch() {
    let moments = moments().await;
    for later in [&moments.killed, &moments.ended] {
        let directory = killed(later.path());
        put(moments.first_ended.path(), directory.path(), &PARTS);
        let found = faults(directory.path());
        assert!(found[0].contains("is not the file that chat-server used last"), "{found:?}");
        assert_eq!(found.len(), 1);
        let (epoch, messages) = start(directory.path()).await;
        assert_ne!(epoch, moments.epoch);
        assert_eq!(messages, 1);
        assert_eq!(faults(directory.path()), [""; 0]);
        assert_eq!(start(directory.path()).await.0, epoch, "one copy, one epoch");
    }
}

#[tokio::test]
async fn a_missing_log_after_a_kill_begins_an_epoch() {
    let moments = moments().await;
    for is_removed in [true, false] {
        let directory = killed(moments.killed.path());
        if is_removed {
            fs::remove_file(log(directory.path())).unwrap();
        } else {
            fs::write(log(directory.path()), "").unwrap();
        }
        let found = faults(directory.path());
        assert!(found[0].contains("is missing or empty"), "{found:?}");
        let (epoch, _) = start(directory.path()).await;
        assert_ne!(epoch, moments.epoch);
        assert_eq!(faults(directory.path()), [""; 0]);
        assert_eq!(start(directory.path()).await.0, epoch);
    }
}

#[tokio::test]
async fn damage_in_the_middle_of_the_log_begins_an_epoch() {
    let moments = moments().await;
    let whole = fs::read(log(moments.killed.path())).unwrap();
    let (header, frame) = (32, 24 + 4096);
    let last_frame = whole.len() - frame;
    for at in (8..whole.len()).step_by(1021) {
        let directory = killed(moments.killed.path());
        let mut damaged = whole.clone();
        damaged[at] ^= 1;
        fs::write(log(directory.path()), damaged).unwrap();
        let found = faults(directory.path());
        let (epoch, messages) = start(directory.path()).await;
        if at >= last_frame {
            assert_eq!(found, [""; 0], "{at}: it could be a commit that a crash cut off");
            assert_eq!(epoch, moments.epoch, "{at}");
            continue;
        }
        let expected = if at < header {
            "the header of".to_owned()
        } else {
            format!("frame {} of", (at - header) / frame + 1)
        };
        assert!(found[0].starts_with(&expected), "{at}: {found:?}");
        assert_ne!(epoch, moments.epoch, "{at}");
        assert!(messages < 1 + LATER, "{at}");
        assert_eq!(faults(directory.path()), [""; 0], "{at}");
    }
}

/// After a checkpoint SQLite overwrites the log, whose old frames have another salt.
#[tokio::test]
async fn old_frames_in_the_log_are_no_damage() {
    let directory = TempDir::new().unwrap();
    let journal = open(directory.path()).unwrap();
    for n in 1..=9 {
        journal.say(n, &"x".repeat(9000)).await;
    }
    let length = fs::metadata(log(directory.path())).unwrap().len();
    let ask = |db: &Connection| db.query_row("PRAGMA wal_checkpoint(FULL)", [], |_| Ok(()));
    // Outside the transaction of a change.
    ask(&file::connect(&file::of(directory.path())).unwrap()).unwrap();
    for killed_after in 10..12 {
        let left = killed(directory.path());
        assert_eq!(faults(left.path()), [""; 0]);
        let epoch = journal.journal.identity().epoch.clone();
        assert_eq!(start(left.path()).await, (epoch, killed_after - 1));
        journal.say(killed_after, "short").await;
    }
    assert_eq!(fs::metadata(log(directory.path())).unwrap().len(), length, "written over");
}

/// The next start repeats a start that was killed between any two of its steps.
#[tokio::test]
async fn a_killed_start_is_repeated() {
    let moments = moments().await;
    for is_replaced in [false, true] {
        let directory = killed(moments.killed.path());
        if is_replaced {
            put(moments.first_ended.path(), directory.path(), &PARTS);
        }
        let path = file::of(directory.path());
        let mut run = Run::of(&path).unwrap();
        let db = file::connect(&path).unwrap();
        run.start(&db).unwrap();
        let started = killed(directory.path());
        run.renew(&db).unwrap();
        let renewed = killed(directory.path());
        // The generation is in the file or in the log, and the state does not say so yet.
        let state = |directory: &TempDir| state_of(&file::of(directory.path()));
        let unrecorded = killed(directory.path());
        fs::copy(state(&started), state(&unrecorded)).unwrap();
        let epoch_of = |directory: &TempDir| {
            store::identity(&file::visit(&file::of(directory.path())).unwrap()).unwrap().epoch
        };
        assert_eq!(epoch_of(&renewed) != moments.epoch, is_replaced);
        for left in [&started, &renewed, &unrecorded] {
            let (epoch, messages) = start(left.path()).await;
            assert_eq!(epoch != moments.epoch, is_replaced);
            assert_eq!(messages == 1, is_replaced);
        }
    }
}

/// A reader, such as a backup, prevents the checkpoint of the start.
#[tokio::test]
async fn a_start_during_a_read_keeps_the_epoch() {
    let moments = moments().await;
    let directory = killed(moments.killed.path());
    let reader = file::open_to_read(&file::of(directory.path())).unwrap();
    let read = reader.unchecked_transaction().unwrap();
    read.query_row("SELECT count(*) FROM message", [], |_| Ok(())).unwrap();
    let journal = open(directory.path()).unwrap();
    let left = killed(directory.path());
    assert_eq!(faults(left.path()), [""; 0]);
    assert_eq!(start(left.path()).await.0, moments.epoch);
    drop(read);
    drop(reader);
    journal.close().await;
    assert_eq!(start(directory.path()).await.0, moments.epoch);
}

#[tokio::test]
async fn a_missing_or_damaged_state_is_written_again() {
    let moments = moments().await;
    for text in [None, Some(""), Some("asleep 12"), Some("running - x"), Some("ended 123456789abc")]
    {
        let directory = killed(moments.killed.path());
        let state = state_of(&file::of(directory.path()));
        match text {
            None => fs::remove_file(&state).unwrap(),
            Some(text) => fs::write(&state, text).unwrap(),
        }
        assert_eq!(start(directory.path()).await.0, moments.epoch, "{text:?}");
        assert!(fs::read_to_string(&state).unwrap().starts_with("ended "), "{text:?}");
    }
}

#[tokio::test]
async fn a_daemon_whose_lock_file_was_removed_still_locks_its_directory() {
    let directory = TempDir::new().unwrap();
    let journal = open(directory.path()).unwrap();
    assert_eq!(faults(directory.path()), [""; 0]);
    let copy = directory.path().join("copy");
    backup(directory.path(), &copy).unwrap();
    fs::remove_file(directory.path().join("lock")).unwrap();
    for _ in 0..2 {
        let Err(error) = open(directory.path()) else { panic!("two at once") };
        assert!(matches!(error, JournalError::Busy(_)), "{error}");
        let error = restore(directory.path(), &copy, clock()).unwrap_err();
        assert!(matches!(error, JournalError::Busy(_)), "{error}");
        let found = faults(directory.path());
        assert!(found[0].starts_with("the lock in "), "{found:?}");
    }
    assert_eq!(journal.say(1, "goes on").await, stored(1));
    journal.close().await;
    open(directory.path()).unwrap().close().await;
    assert_eq!(faults(directory.path()), [""; 0]);
}

#[tokio::test]
async fn a_journal_that_a_restore_put_aside_after_a_kill_can_be_restored() {
    let moments = moments().await;
    let directory = killed(moments.killed.path());
    let copy = directory.path().join("copy");
    backup(moments.first_ended.path(), &copy).unwrap();
    let aside = restore(directory.path(), &copy, clock()).unwrap().aside.unwrap();
    assert_eq!(start(directory.path()).await.1, 1);
    let read = || PARTS.map(|suffix| fs::read(mark::with_suffix(&aside, suffix)).unwrap());
    let before = read();
    restore(directory.path(), &aside, clock()).unwrap();
    assert_eq!(read(), before, "the source stays as it was");
    let (epoch, messages) = start(directory.path()).await;
    assert_eq!(messages, 1 + LATER);
    assert_ne!(epoch, moments.epoch);
    assert_eq!(faults(directory.path()), [""; 0]);
}

#[tokio::test]
async fn a_copied_directory_can_be_restored_and_one_in_use_cannot() {
    let moments = moments().await;
    let directory = TempDir::new().unwrap();
    restore(directory.path(), &file::of(moments.killed.path()), clock()).unwrap();
    assert_eq!(start(directory.path()).await.1, 1 + LATER);

    let other = open(moments.ended.path()).unwrap();
    let error = restore(directory.path(), &file::of(moments.ended.path()), clock()).unwrap_err();
    assert!(matches!(error, JournalError::Busy(_)), "{error}");
    other.close().await;
}

#[tokio::test]
async fn a_journal_of_a_newer_version_is_not_copied() {
    let directory = TempDir::new().unwrap();
    open(directory.path()).unwrap().close().await;
    let db = Connection::open(file::of(directory.path())).unwrap();
    db.pragma_update(None, "user_version", 99).unwrap();
    drop(db);
    let copy = directory.path().join("copy");
    let error = backup(directory.path(), &copy).unwrap_err();
    assert!(matches!(error, JournalError::Newer { .. }), "{error}");
    assert!(!copy.exists());
}
