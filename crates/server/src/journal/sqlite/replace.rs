//! Puts a finished copy in the journal's place. A kill may follow any of its steps.
//!
//! ```text
//! journal.restoring ─→ journal.aside ─→ journal.restored ─→ parts renamed ─→ journal.sqlite
//!   being copied        the new name     the copy is whole   the old journal   the copy in place
//!                       of the old one
//! ```
//!
//! Until `journal.restored` exists, the old journal is untouched. From then on the next start of the daemon, or the
//! next restore, completes the restore.

use std::fs;
use std::io::{self, Write};
use std::path::{Path, PathBuf};

use chat_proto::Timestamp;
use tracing::{info, warn};

use super::{JournalError, file, mark, private, run};

/// The ends of the names of the files of a journal; the file itself first.
pub(super) const PARTS: [&str; 4] = ["", "-wal", "-shm", "-journal"];

/// Runs after each step, so that tests see the files that a kill at that moment leaves.
pub(super) type AfterStep<'a> = &'a mut dyn FnMut();

/// The path of the copy while it is incomplete.
pub(super) fn draft(journal: &Path) -> PathBuf {
    journal.with_extension("restoring")
}

/// The path of the copy when it is whole, and not in the journal's place yet.
pub(super) fn ready(journal: &Path) -> PathBuf {
    journal.with_extension("restored")
}

/// The path of the file with the new name of the old journal.
fn record(journal: &Path) -> PathBuf {
    journal.with_extension("aside")
}

/// Puts the draft in the journal's place, and the old journal aside. Returns the old journal's new name,
/// if there was one.
pub(super) fn replace(
    journal: &Path,
    now: Timestamp,
    after_step: AfterStep<'_>,
) -> Result<Option<PathBuf>, JournalError> {
    let ready = ready(journal);
    let recorded = if ready.exists() { recorded(journal)? } else { None };
    let aside = match recorded.filter(|aside| is_free(journal, aside)) {
        Some(aside) => aside,
        None => choose(journal, now, after_step)?,
    };
    file::put_in_place(&draft(journal), &ready)?;
    after_step();
    put_in_place(journal, &aside, after_step)?;
    Ok(PARTS.iter().any(|part| mark::with_suffix(&aside, part).exists()).then_some(aside))
}

/// Chooses an unused name for the old journal, and records it.
fn choose(
    journal: &Path,
    now: Timestamp,
    after_step: AfterStep<'_>,
) -> Result<PathBuf, JournalError> {
    let time: String =
        now.to_string().chars().take_while(|c| *c != '.').filter(|c| *c != ':').collect();
    let aside = (1..)
        .map(|n| {
            let number = if n == 1 { String::new() } else { format!("-{n}") };
            journal.with_file_name(format!("journal-before-{time}Z{number}.sqlite"))
        })
        .find(|aside| PARTS.iter().all(|part| !mark::with_suffix(aside, part).exists()))
        .expect("there are more numbers than files");
    let record = record(journal);
    let draft = record.with_added_extension("new");
    let name = aside.file_name().unwrap_or_default();
    let write = || {
        let mut file = private::open(&draft)?;
        file.set_len(0)?;
        file.write_all(name.as_encoded_bytes())
    };
    write().map_err(JournalError::io(&draft))?;
    file::put_in_place(&draft, &record)?;
    after_step();
    Ok(aside)
}

/// The name that a restore has recorded for the old journal; `None` if there is none.
fn recorded(journal: &Path) -> Result<Option<PathBuf>, JournalError> {
    let record = record(journal);
    match fs::read_to_string(&record) {
        Err(error) if error.kind() == io::ErrorKind::NotFound => Ok(None),
        name => {
            let name = name.map_err(JournalError::io(&record))?;
            // Not a path, and none of the names that the restore itself uses.
            let is_name = name.starts_with("journal-before-") && !name.contains(['/', '\\']);
            Ok(is_name.then(|| journal.with_file_name(name)))
        }
    }
}

/// Returns true if no file of the old journal would overwrite another file when it is put aside.
fn is_free(journal: &Path, aside: &Path) -> bool {
    let names =
        PARTS.map(|part| (mark::with_suffix(journal, part), mark::with_suffix(aside, part)));
    let states = (run::state_of(journal), run::state_of(aside));
    names.into_iter().chain([states]).all(|(from, to)| !(from.exists() && to.exists()))
}

/// Renames the files of the old journal that exist, and then the copy.
fn put_in_place(
    journal: &Path,
    aside: &Path,
    after_step: AfterStep<'_>,
) -> Result<(), JournalError> {
    put_aside(journal, aside, after_step)?;
    file::put_in_place(&ready(journal), journal)?;
    after_step();
    remove(&record(journal))?;
    after_step();
    Ok(())
}

fn put_aside(journal: &Path, aside: &Path, after_step: AfterStep<'_>) -> Result<(), JournalError> {
    for part in PARTS {
        rename(&mark::with_suffix(journal, part), &mark::with_suffix(aside, part))?;
        after_step();
    }
    // The state belongs to the old journal, which can be restored with it.
    rename(&run::state_of(journal), &run::state_of(aside))?;
    after_step();
    // A disk may reorder renames, and the old log must never be beside the copy.
    file::sync_directory_of(journal)
}

/// Puts the other files of the old journal aside, if a restore was killed before it had renamed all.
pub(super) fn resume_aside(journal: &Path) -> Result<(), JournalError> {
    if !ready(journal).exists() || journal.exists() {
        return Ok(());
    }
    match recorded(journal)?.filter(|aside| aside.exists() && is_free(journal, aside)) {
        Some(aside) => put_aside(journal, &aside, &mut || ()),
        None => Ok(()),
    }
}

/// Completes a killed restore, before the journal is opened to write. If that restore had not changed the journal,
/// removes its files.
///
/// # Errors
/// Returns an error if it cannot be completed, or if there is an incomplete copy and no journal.
pub(super) fn finish(journal: &Path) -> Result<(), JournalError> {
    let ready = ready(journal);
    if ready.exists() {
        let Some(aside) = recorded(journal)?.filter(|aside| is_free(journal, aside)) else {
            return Err(JournalError::RestoreInterrupted(ready));
        };
        put_in_place(journal, &aside, &mut || ())?;
        warn!(
            "completed an interrupted restore: {} is the backup, and the earlier journal is {}",
            journal.display(),
            aside.display()
        );
        return Ok(());
    }
    refuse_draft(journal)?;
    if draft(journal).exists() {
        info!("a restore was interrupted before it changed the journal; its copy is removed");
    }
    remove_draft(journal)?;
    remove(&record(journal))
}

/// Makes sure that no restore was killed, before a command opens the journal.
///
/// # Errors
/// Returns an error if one was, or is running; nothing has been changed then.
pub(super) fn refuse_unfinished(journal: &Path) -> Result<(), JournalError> {
    let ready = ready(journal);
    if ready.exists() {
        return Err(JournalError::RestorePending(ready));
    }
    refuse_draft(journal)
}

/// An empty journal must not take the place of a journal that was about to be restored.
///
/// # Errors
/// Returns an error if there is an incomplete copy and no journal.
fn refuse_draft(journal: &Path) -> Result<(), JournalError> {
    let draft = draft(journal);
    if draft.exists() && !journal.exists() {
        return Err(JournalError::RestoreIncomplete(draft));
    }
    Ok(())
}

/// Removes the incomplete copy of a killed restore.
pub(super) fn remove_draft(journal: &Path) -> Result<(), JournalError> {
    let draft = draft(journal);
    // The file last: as long as it exists, the other files are known to belong to it.
    PARTS.iter().rev().try_for_each(|part| remove(&mark::with_suffix(&draft, part)))
}

/// Renames a file; does nothing if it does not exist.
fn rename(from: &Path, to: &Path) -> Result<(), JournalError> {
    done_or_absent(from, fs::rename(from, to))
}

/// Removes a file; does nothing if it does not exist.
fn remove(path: &Path) -> Result<(), JournalError> {
    done_or_absent(path, fs::remove_file(path))
}

fn done_or_absent(path: &Path, done: io::Result<()>) -> Result<(), JournalError> {
    match done {
        Err(error) if error.kind() != io::ErrorKind::NotFound => Err(JournalError::io(path)(error)),
        _ => Ok(()),
    }
}
