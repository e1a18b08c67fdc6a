//! Puts a finished copy in the journal's place, in steps of which each can be the last before a kill.
//!
//! ```text
//! journal.restoring ─→ journal.aside ─→ journal.restored ─→ parts renamed ─→ journal.sqlite
//!   being copied        the new name     the copy is whole   the old journal   the copy in place
//!                       of the old one
//! ```
//!
//! Until `journal.restored` is there, the old journal is untouched. From then on the restore is completed:
//! by the next start of the daemon, or by the next restore.

use std::fs;
use std::io::{self, Write};
use std::path::{Path, PathBuf};

use chat_proto::Timestamp;
use tracing::{info, warn};

use super::{JournalError, file, mark, private, run};

/// What belongs to a journal's file, by the end of the name; the file itself first.
pub(super) const PARTS: [&str; 4] = ["", "-wal", "-shm", "-journal"];

/// Runs after each step: tests see what a kill at that moment leaves.
pub(super) type AfterStep<'a> = &'a mut dyn FnMut();

/// The copy while it is made.
pub(super) fn draft(journal: &Path) -> PathBuf {
    journal.with_extension("restoring")
}

/// The copy when it is whole, and not in place yet.
pub(super) fn ready(journal: &Path) -> PathBuf {
    journal.with_extension("restored")
}

/// The file that has the name which the old journal gets.
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

/// Chooses a name for the old journal that nothing has, and records it.
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
            // A name alone, and none of the names that the restore itself uses.
            let is_name = name.starts_with("journal-before-") && !name.contains(['/', '\\']);
            Ok(is_name.then(|| journal.with_file_name(name)))
        }
    }
}

/// Whether no part of the old journal would be written over by being put aside.
fn is_free(journal: &Path, aside: &Path) -> bool {
    let names =
        PARTS.map(|part| (mark::with_suffix(journal, part), mark::with_suffix(aside, part)));
    let states = (run::state_of(journal), run::state_of(aside));
    names.into_iter().chain([states]).all(|(from, to)| !(from.exists() && to.exists()))
}

/// Renames what there is of the old journal, and then the copy.
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
    // So that it can be restored as it was.
    rename(&run::state_of(journal), &run::state_of(aside))?;
    after_step();
    // The old log must not be found beside the copy, whatever order a disk has for names.
    file::sync_directory_of(journal)
}

/// Puts the rest of the old journal aside, if a restore was killed in between.
pub(super) fn resume_aside(journal: &Path) -> Result<(), JournalError> {
    if !ready(journal).exists() || journal.exists() {
        return Ok(());
    }
    match recorded(journal)?.filter(|aside| aside.exists() && is_free(journal, aside)) {
        Some(aside) => put_aside(journal, &aside, &mut || ()),
        None => Ok(()),
    }
}

/// Completes a restore that was killed, before the journal is opened to write; removes what one has left
/// that had changed nothing.
///
/// # Errors
/// Returns an error if it cannot be completed, and if there is no journal but the beginning of one.
pub(super) fn finish(journal: &Path) -> Result<(), JournalError> {
    let ready = ready(journal);
    if ready.exists() {
        let Some(aside) = recorded(journal)?.filter(|aside| is_free(journal, aside)) else {
            return Err(JournalError::RestoreInterrupted(ready));
        };
        put_in_place(journal, &aside, &mut || ())?;
        warn!(
            "a restore was interrupted, and is completed now: {} is the backup. The journal that was \
             there is {}",
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

/// Makes sure that no restore was killed, before the journal is opened for a moment.
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

/// An empty journal must not take the place of one that was about to be restored.
fn refuse_draft(journal: &Path) -> Result<(), JournalError> {
    let draft = draft(journal);
    if draft.exists() && !journal.exists() {
        return Err(JournalError::RestoreIncomplete(draft));
    }
    Ok(())
}

/// Removes what a restore that was killed has left of its copy.
pub(super) fn remove_draft(journal: &Path) -> Result<(), JournalError> {
    let draft = draft(journal);
    // The file last: while it is there, the rest is known to belong to it.
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
