//! A restore that is killed after any of its steps.

use super::restored::{names, texts, with_backup};
use super::*;
use crate::journal::sqlite::restore::restore_in_steps;

/// A copy of the files of a directory, as a kill leaves them now.
pub(super) fn killed(from: &Path) -> TempDir {
    let to = TempDir::new().unwrap();
    for name in names(from) {
        if from.join(&name).is_file() {
            fs::copy(from.join(&name), to.path().join(&name)).unwrap();
        }
    }
    to
}

/// The files that a restore of `backup` leaves if it is killed, for each of its steps.
fn killed_in_each_step(directory: &Path, backup: &Path) -> Vec<TempDir> {
    let mut left = Vec::new();
    restore_in_steps(directory, backup, clock(), &mut || left.push(killed(directory))).unwrap();
    left
}

/// A journal whose newest message is in the log of a killed daemon, and a backup without that message.
async fn with_newer_log() -> (TempDir, TempDir, PathBuf) {
    let (backed_up, copy) = with_backup().await;
    let journal = open(backed_up.path()).unwrap();
    journal.say(2, "after").await;
    let directory = killed(backed_up.path());
    journal.close().await;
    (directory, backed_up, copy)
}

/// The texts of the journal that was put aside.
async fn texts_aside(directory: &Path) -> Vec<String> {
    let mut names = names(directory);
    names.retain(|name| name.starts_with("journal-before-") && name.ends_with(".sqlite"));
    let [name] = &names[..] else { panic!("not one journal aside: {names:?}") };
    let elsewhere = TempDir::new().unwrap();
    restore(elsewhere.path(), &directory.join(name), clock()).unwrap();
    texts(elsewhere.path()).await
}

#[tokio::test]
async fn a_start_after_a_killed_restore_has_the_old_or_the_new_journal_whole() {
    let (directory, _backed_up, copy) = with_newer_log().await;
    let (mut unchanged, mut completed) = (0, 0);
    for left in killed_in_each_step(directory.path(), &copy) {
        let (left, files) = (left.path(), names(left.path()));
        let is_ready = files.iter().any(|name| name == "journal.restored");
        match check(left) {
            Ok(checked) => assert!(!is_ready && checked.faults.is_empty(), "{files:?}"),
            Err(error) => {
                assert!(is_ready, "{files:?}: {error}");
                assert!(
                    error.to_string().contains("start chat-server, which completes"),
                    "{error}"
                );
                assert_eq!(names(left), files, "changed by a check");
            }
        }
        let found = texts(left).await;
        if found == ["before", "after"] {
            unchanged += 1;
        } else {
            assert_eq!(found, ["before"], "{files:?}");
            assert_eq!(texts_aside(left).await, ["before", "after"], "{files:?}");
            completed += 1;
        }
        assert_eq!(check(left).unwrap().faults, [""; 0], "{files:?}");
        let rest = names(left);
        let is_of_a_restore =
            |name: &str| ["restoring", "restored", "aside"].iter().any(|end| name.contains(end));
        assert!(!rest.iter().any(|name| is_of_a_restore(name)), "{files:?} became {rest:?}");
    }
    assert!(unchanged >= 4 && completed >= 6, "{unchanged} unchanged, {completed} completed");
}

#[tokio::test]
async fn a_killed_restore_is_done_again_and_the_old_journal_stays_whole() {
    let (directory, _backed_up, copy) = with_newer_log().await;
    for left in killed_in_each_step(directory.path(), &copy) {
        let (left, files) = (left.path(), names(left.path()));
        let was_done = !files.iter().any(|name| name.starts_with("journal.restor"))
            && files.iter().any(|name| name.starts_with("journal-before-"));
        if was_done {
            continue;
        }
        let replaced = restore(left, &copy, clock()).unwrap();
        assert!(replaced.aside.is_some_and(|aside| aside.exists()), "{files:?}");
        assert_eq!(texts_aside(left).await, ["before", "after"], "{files:?}");
        assert_eq!(texts(left).await, ["before"], "{files:?}");
    }
}

/// An operator wants the old journal back.
#[tokio::test]
async fn the_journal_that_a_killed_restore_put_aside_is_restored_with_its_log() {
    let (directory, _backed_up, copy) = with_newer_log().await;
    let mut tried = 0;
    for left in killed_in_each_step(directory.path(), &copy) {
        let (left, files) = (left.path(), names(left.path()));
        let aside = files.iter().find(|name| name.starts_with("journal-before-"));
        if let Some(aside) = aside {
            restore(left, &left.join(aside), clock()).unwrap();
            assert_eq!(texts(left).await, ["before", "after"], "{files:?}");
            tried += 1;
        }
    }
    assert!(tried >= 5);
}

#[tokio::test]
async fn no_empty_journal_is_created_beside_a_killed_restore() {
    let (_backed_up, copy) = with_backup().await;
    let directory = TempDir::new().unwrap();
    let (mut refused, mut completed) = (0, 0);
    for left in killed_in_each_step(directory.path(), &copy) {
        let (left, files) = (left.path(), names(left.path()));
        if !files.iter().any(|name| name.starts_with("journal.")) {
            continue; // The restore has not begun.
        }
        match open(left) {
            Ok(journal) => {
                journal.close().await;
                completed += 1;
            }
            Err(error) => {
                assert!(matches!(error, JournalError::RestoreIncomplete(_)), "{files:?}: {error}");
                let checked = check(left).unwrap_err();
                assert_eq!(checked.to_string(), error.to_string());
                assert_eq!(names(left), with_lock(files), "changed by a refused start");
                restore(left, &copy, clock()).unwrap();
                refused += 1;
            }
        }
        assert_eq!(texts(left).await, ["before"]);
    }
    assert!(refused >= 3 && completed >= 6, "{refused} refused, {completed} completed");
}

fn with_lock(mut names: Vec<String>) -> Vec<String> {
    names.push("lock".to_owned());
    names.sort();
    names.dedup();
    names
}

/// Somebody put the old journal back by hand: a completed restore would overwrite it.
#[tokio::test]
async fn a_killed_restore_is_not_completed_over_a_journal() {
    let (directory, _backed_up, copy) = with_newer_log().await;
    let journal = file::of(directory.path());
    let left = killed_in_each_step(directory.path(), &copy)
        .into_iter()
        .find(|left| {
            replace::ready(&file::of(left.path())).exists() && !file::of(left.path()).exists()
        })
        .unwrap();
    fs::copy(&journal, file::of(left.path())).unwrap();
    let before = names(left.path());
    let Err(error) = open(left.path()) else { panic!("opened") };
    assert!(matches!(error, JournalError::RestoreInterrupted(_)), "{error}");
    assert_eq!(names(left.path()), before);
    restore(left.path(), &replace::ready(&file::of(left.path())), clock()).unwrap();
    assert_eq!(texts(left.path()).await, ["before"], "as the error says");
}
