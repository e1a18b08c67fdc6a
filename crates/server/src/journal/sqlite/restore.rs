//! Puts a backup in the journal's place.

use std::fs::File;
use std::io;
use std::path::{Path, PathBuf};

use chat_proto::Timestamp;
use rusqlite::OpenFlags;
use tracing::warn;

use super::replace::{self, AfterStep};
use super::{
    CheckReport, JournalError, check, file, lock, mark, private, rebuild, run, schema, store,
};

/// The ends of the names of a journal's files that contain messages.
const CONTENTS: [&str; 3] = ["", "-wal", "-journal"];

/// The result of [`restore`].
#[derive(Debug)]
pub struct RestoreReport {
    /// The check of the restored journal.
    pub now: CheckReport,
    /// The earlier journal, under its new name; `None` if there was none.
    pub aside: Option<PathBuf>,
}

/// Replaces the journal in `directory` by the backup `from`: checks it, puts the earlier journal aside under a name
/// with the time `now`, and begins a new epoch. Nothing is deleted. A restore that is killed has changed nothing, or
/// the next start of the daemon or the next restore completes it.
///
/// # Errors
/// Returns an error if a daemon uses the directory, or `from` is not whole; nothing has changed then.
pub fn restore(
    directory: &Path,
    from: &Path,
    now: Timestamp,
) -> Result<RestoreReport, JournalError> {
    restore_in_steps(directory, from, now, &mut || ())
}

pub(super) fn restore_in_steps(
    directory: &Path,
    from: &Path,
    now: Timestamp,
    after_step: AfterStep<'_>,
) -> Result<RestoreReport, JournalError> {
    refuse_unless_file(from)?;
    refuse_in_use(from)?;
    let _lock = lock::take(directory)?;
    let journal = file::of(directory);
    replace::resume_aside(&journal)?;
    mark::check(from)?;
    if let Some(loss) = run::find_loss(from)? {
        warn!("{loss}");
    }
    let restored = prepare(from, &journal, after_step).inspect_err(|_| {
        let _ = replace::remove_draft(&journal);
    })?;
    let aside = replace::replace(&journal, now, after_step)?;
    Ok(RestoreReport { now: restored, aside })
}

/// Refuses a device or a pipe, which may have no end, and a directory.
fn refuse_unless_file(from: &Path) -> Result<(), JournalError> {
    let at = |error| JournalError::Io { path: from.to_path_buf(), error };
    if from.metadata().map_err(at)?.is_file() {
        return Ok(());
    }
    Err(at(io::Error::new(io::ErrorKind::InvalidInput, "it is not a file")))
}

/// Refuses a journal in use: a copy of a file that is written meanwhile is not consistent.
fn refuse_in_use(from: &Path) -> Result<(), JournalError> {
    match from.parent() {
        Some(directory) if file::of(directory) == from => {
            let directory =
                if directory.as_os_str().is_empty() { Path::new(".") } else { directory };
            if directory.exists() && lock::is_held(directory)? {
                return Err(JournalError::Busy(directory.to_path_buf()));
            }
        }
        _ => {}
    }
    Ok(())
}

/// Copies the backup with its log, upgrades the copy to the current schema, checks it, and begins its epoch.
fn prepare(
    from: &Path,
    journal: &Path,
    after_step: AfterStep<'_>,
) -> Result<CheckReport, JournalError> {
    replace::remove_draft(journal)?;
    after_step();
    let draft = &replace::draft(journal);
    // With the log: SQLite copies it into the draft, and the source stays as it is.
    for part in CONTENTS {
        copy(&mark::with_suffix(from, part), &mark::with_suffix(draft, part), part)?;
        after_step();
    }
    let opened = || -> Result<CheckReport, JournalError> {
        let mut db = file::sqlite(None, draft, OpenFlags::SQLITE_OPEN_READ_WRITE)?;
        if schema::version(&db)? == 0 {
            return Err(JournalError::Damaged(format!("{} is not a journal", from.display())));
        }
        db.pragma_update(None, "journal_mode", "delete")?;
        schema::upgrade(&mut db)?;
        rebuild::forget_abandoned(&db)?;
        let checked = check::check_file(&db)?;
        store::begin_epoch(&db)?;
        db.close().map_err(|(_, error)| error)?;
        Ok(checked)
    };
    let checked = opened().map_err(|error| error.of_opening(from))?;
    if let Some(fault) = checked.faults.first() {
        return Err(JournalError::BackupDamaged {
            file: from.to_path_buf(),
            faults: checked.faults.len() + checked.more_faults,
            first: fault.clone(),
        });
    }
    mark::clear(draft)?;
    after_step();
    Ok(checked)
}

/// Copies one part of a file; does nothing if it is a log that does not exist.
fn copy(from: &Path, to: &Path, part: &str) -> Result<(), JournalError> {
    let mut source = match File::open(from) {
        Err(error) if error.kind() == io::ErrorKind::NotFound && !part.is_empty() => return Ok(()),
        source => source.map_err(JournalError::io(from))?,
    };
    let mut copy = private::create_new(to).map_err(JournalError::io(to))?;
    io::copy(&mut source, &mut copy).map(|_| ()).map_err(JournalError::io(to))
}
