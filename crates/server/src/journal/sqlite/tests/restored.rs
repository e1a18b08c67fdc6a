//! Backups that are made, restored, or copied by hand.

use super::*;

pub(super) fn names(directory: &Path) -> Vec<String> {
    let entries = fs::read_dir(directory).unwrap();
    let mut names: Vec<_> =
        entries.map(|entry| entry.unwrap().file_name().into_string().unwrap()).collect();
    names.sort();
    names
}

/// A closed journal with one message, and a backup of it.
pub(super) async fn with_backup() -> (TempDir, PathBuf) {
    let directory = TempDir::new().unwrap();
    let journal = open(directory.path()).unwrap();
    journal.say(1, "before").await;
    let backups = directory.path().join("backups");
    fs::create_dir(&backups).unwrap();
    let copy = backups.join("copy.sqlite");
    backup(directory.path(), &copy).unwrap();
    journal.close().await;
    (directory, copy)
}

pub(super) async fn texts(directory: &Path) -> Vec<String> {
    let journal = open(directory).unwrap();
    let texts = journal.texts(Part::After(Seq::NONE)).await;
    journal.close().await;
    texts.into_iter().map(|(_, text)| text).collect()
}

fn identity(directory: &Path) -> JournalId {
    store::identity(&file::visit(&file::of(directory)).unwrap()).unwrap()
}

#[tokio::test]
async fn what_is_not_a_file_is_not_restored() {
    let directory = TempDir::new().unwrap();
    open(directory.path()).unwrap().close().await;
    for from in [Path::new("/dev/null"), directory.path()] {
        let error = restore(directory.path(), from, clock()).unwrap_err().to_string();
        assert!(error.contains("it is not a file"), "{error}");
    }
}

#[tokio::test]
async fn a_restore_replaces_the_journal_and_puts_the_old_one_aside() {
    let (directory, copy) = with_backup().await;
    let before = identity(directory.path());
    let journal = open(directory.path()).unwrap();
    journal.say(2, "after").await;
    let error = restore(directory.path(), &copy, clock()).unwrap_err();
    assert!(matches!(error, JournalError::Busy(_)), "a daemon has it: {error}");
    // As a killed daemon leaves it: the newest message is in the log.
    let log = mark::with_suffix(&file::of(directory.path()), "-wal");
    let (file, log) = (fs::read(file::of(directory.path())).unwrap(), fs::read(log).unwrap());
    journal.close().await;
    fs::write(file::of(directory.path()), file).unwrap();
    fs::write(mark::with_suffix(&file::of(directory.path()), "-wal"), log).unwrap();

    let replaced = restore(directory.path(), &copy, clock()).unwrap();
    assert_eq!((replaced.now.rooms, replaced.now.messages), (1, 1));
    let aside = replaced.aside.unwrap();
    let name = aside.file_name().unwrap().to_str().unwrap();
    assert_eq!(name, "journal-before-2026-11-22T140207Z.sqlite");
    assert_eq!(texts(directory.path()).await, ["before"]);
    let after = identity(directory.path());
    assert_eq!(after.id, before.id);
    assert_ne!(after.epoch, before.epoch);
    let contents = open(directory.path()).unwrap().contents;
    assert!(contents.last_user > UserId::new(1_000_000), "no number of a user is given again");
    assert!(contents.last_record >= 1_000_000, "nor one of an invite or a sanction");
    assert_eq!(texts(directory.path()).await, ["before"]);
    assert_eq!(identity(directory.path()), after, "one restore, one epoch");

    let old = TempDir::new().unwrap();
    for part in ["", "-wal"] {
        fs::rename(mark::with_suffix(&aside, part), mark::with_suffix(&file::of(old.path()), part))
            .unwrap();
    }
    assert_eq!(texts(old.path()).await, ["before", "after"], "what was there is whole");
    assert!(copy.exists());
}

#[tokio::test]
async fn a_backup_copied_into_place_by_hand_begins_an_epoch() {
    let (directory, copy) = with_backup().await;
    let before = identity(directory.path());
    fs::copy(&copy, file::of(directory.path())).unwrap();
    assert_eq!(identity(directory.path()), before, "until a daemon opens it");
    assert_eq!(texts(directory.path()).await, ["before"]);
    let after = identity(directory.path());
    assert_eq!(after.id, before.id);
    assert_ne!(after.epoch, before.epoch);
    open(directory.path()).unwrap().close().await;
    assert_eq!(identity(directory.path()), after);
}

#[tokio::test]
async fn a_backup_beside_the_log_of_another_file_is_not_opened() {
    for suffix in ["-wal", "-journal"] {
        let (directory, copy) = with_backup().await;
        let journal = file::of(directory.path());
        fs::copy(&copy, &journal).unwrap();
        fs::write(mark::with_suffix(&journal, suffix), "the log of another file").unwrap();
        let before = (fs::read(&journal).unwrap(), names(directory.path()));
        let opened = open(directory.path()).map(|_| ());
        let checked = check(directory.path()).map(|_| ());
        let copied = backup(directory.path(), &directory.path().join("other"));
        for result in [opened, checked, copied] {
            let error = result.unwrap_err();
            assert!(matches!(error, JournalError::BackupBesideLog { .. }), "{error}");
            assert!(error.to_string().contains("`chat-server restore FILE`"), "{error}");
        }
        assert_eq!((fs::read(&journal).unwrap(), names(directory.path())), before);

        let elsewhere = directory.path().join("moved");
        fs::rename(&journal, &elsewhere).unwrap();
        restore(directory.path(), &elsewhere, clock()).unwrap();
        assert_eq!(texts(directory.path()).await, ["before"], "as the error says");
    }
}

/// A daemon that is killed while it turns a backup into a journal completes that at the next start.
#[tokio::test]
async fn a_start_completes_the_opening_of_a_backup_that_was_killed() {
    let (directory, copy) = with_backup().await;
    let journal = file::of(directory.path());
    fs::copy(&copy, &journal).unwrap();
    let before = identity(directory.path());
    mark::adopt(&journal).unwrap();
    let db = file::connect(&journal).unwrap();
    db.pragma_update(None, "journal_mode", "wal").unwrap();
    db.execute_batch(
        "UPDATE number SET last_user = 99, sum = checksum(99, last_room, last_record)",
    )
    .unwrap();
    let killed = TempDir::new().unwrap();
    for part in ["", "-wal"] {
        let from = mark::with_suffix(&journal, part);
        fs::copy(from, mark::with_suffix(&file::of(killed.path()), part)).unwrap();
    }
    let opened = open(killed.path()).unwrap();
    assert_eq!(opened.contents.last_user, UserId::new(1_000_099));
    assert_eq!(opened.contents.last_record, 1_000_000);
    assert_ne!(opened.journal.identity().epoch, before.epoch);
}

#[tokio::test]
async fn a_restore_changes_nothing_if_the_backup_is_not_whole() {
    let (directory, copy) = with_backup().await;
    let whole = fs::read(&copy).unwrap();
    let at = whole.windows(6).position(|window| window == b"before").unwrap();
    let mut flipped = whole.clone();
    flipped[at] ^= 1;
    let before = names(directory.path());
    for (bytes, words) in [
        (flipped, "message 1 is damaged"),
        (whole[..whole.len() / 2].to_vec(), "damaged"),
        (b"this is not a journal, and it never was one of any version at all".to_vec(), "damaged"),
        (Vec::new(), "is not a journal"),
    ] {
        fs::write(&copy, bytes).unwrap();
        let error = restore(directory.path(), &copy, clock()).unwrap_err().to_string();
        assert!(error.contains(words), "{error}");
        assert_eq!(names(directory.path()), before, "{error}");
    }
    assert_eq!(texts(directory.path()).await, ["before"]);
}

#[tokio::test]
async fn a_killed_restore_is_repeated() {
    let (directory, copy) = with_backup().await;
    let ready = replace::ready(&file::of(directory.path()));
    fs::copy(&copy, &ready).unwrap();
    fs::rename(file::of(directory.path()), directory.path().join("aside")).unwrap();
    let Err(error) = open(directory.path()) else { panic!("a new journal is made") };
    assert!(matches!(error, JournalError::RestoreInterrupted(_)), "{error}");
    restore(directory.path(), &copy, clock()).unwrap();
    assert!(!ready.exists());
    assert_eq!(texts(directory.path()).await, ["before"]);
}

#[tokio::test]
async fn a_killed_backup_does_not_exist_and_the_next_one_replaces_its_file() {
    let (directory, copy) = with_backup().await;
    fs::remove_file(&copy).unwrap();
    let draft = copy.with_added_extension("part");
    fs::write(&draft, "half a copy").unwrap();
    backup(directory.path(), &copy).unwrap();
    assert!(!draft.exists());

    let other = copy.with_file_name("other.sqlite");
    let draft = other.with_added_extension("part");
    let running = private::open(&draft).unwrap();
    running.lock().unwrap();
    let error = backup(directory.path(), &other).unwrap_err();
    assert!(matches!(error, JournalError::BackupRuns(_)), "{error}");
    assert!(draft.exists() && !other.exists());
    drop(running);
    backup(directory.path(), &other).unwrap();
    assert_eq!(names(copy.parent().unwrap()), ["copy.sqlite", "other.sqlite"]);
}

#[tokio::test]
async fn only_the_owner_can_read_the_files() {
    use std::os::unix::fs::PermissionsExt;

    let mode = |path: &Path| fs::metadata(path).unwrap().permissions().mode() & 0o777;
    let home = TempDir::new().unwrap();
    let directory = home.path().join("new").join("data");
    let assert_private = |when: &str| {
        assert_eq!(mode(&directory), 0o700, "{when}");
        for name in names(&directory) {
            assert_eq!(mode(&directory.join(&name)), 0o600, "{when}: {name}");
        }
    };
    let journal = open(&directory).unwrap();
    journal.say(1, "a secret").await;
    assert!(names(&directory).len() >= 4, "{:?}", names(&directory));
    assert_private("made");
    let copy = home.path().join("copy.sqlite");
    backup(&directory, &copy).unwrap();
    assert_eq!(mode(&copy), 0o600);
    journal.close().await;

    fs::set_permissions(&directory, fs::Permissions::from_mode(0o755)).unwrap();
    for name in names(&directory) {
        fs::set_permissions(directory.join(name), fs::Permissions::from_mode(0o644)).unwrap();
    }
    let journal = open(&directory).unwrap();
    assert_private("narrowed");
    journal.close().await;
    fs::set_permissions(&copy, fs::Permissions::from_mode(0o644)).unwrap();
    restore(&directory, &copy, clock()).unwrap();
    assert_private("restored");
}
