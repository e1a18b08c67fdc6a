//! Puts a backup in the journal's place.

use std::fs::{self, File};
use std::io;
use std::path::{Path, PathBuf};

use chat_proto::At;
use rusqlite::OpenFlags;
use tracing::warn;

use super::{Checked, JournalError, check, file, lock, mark, private, rebuild, run, schema, store};

/// What belongs to a journal's file, by the end of the name; the file itself first.
const PARTS: [&str; 4] = ["", "-wal", "-shm", "-journal"];

/// Those of them that have messages.
const CONTENTS: [&str; 3] = ["", "-wal", "-journal"];

/// What [`restore`] did.
#[derive(Debug)]
pub struct Replaced {
    /// What the journal has now.
    pub now: Checked,
    /// The journal that was there before, if there was one.
    pub aside: Option<PathBuf>,
}

/// Makes the backup `from` the journal in `directory`: checks it, puts what is there aside under a name
/// with the time `now`, and begins a new epoch. Nothing is deleted, and a restore that is killed can be
/// done again: until then no daemon starts.
///
/// # Errors
/// Returns an error if a daemon has the directory, or `from` is not whole; then nothing has been changed.
pub fn restore(directory: &Path, from: &Path, now: At) -> Result<Replaced, JournalError> {
    refuse_in_use(from)?;
    let _lock = lock::take(directory)?;
    mark::check(from)?;
    if let Some(loss) = run::find_loss(from)? {
        warn!("{loss}");
    }
    let (journal, ready) = (file::of(directory), file::restored(directory));
    let draft = ready.with_extension("restoring");
    let now_there = prepare(from, &draft).inspect_err(|_| {
        for part in PARTS {
            let _ = fs::remove_file(mark::with_suffix(&draft, part));
        }
    })?;
    file::put_in_place(&draft, &ready)?;
    let aside = put_aside(&journal, now)?;
    file::put_in_place(&ready, &journal)?;
    Ok(Replaced { now: now_there, aside })
}

/// A copy of a file that a daemon writes meanwhile would be no copy of any moment.
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

/// Copies the backup with its log, brings the copy to the schema of today, checks it, and begins its epoch.
fn prepare(from: &Path, draft: &Path) -> Result<Checked, JournalError> {
    for part in PARTS {
        // What a restore that was killed has left.
        remove(&mark::with_suffix(draft, part))?;
    }
    // The log with the file: SQLite brings it into the copy, and the source stays as it is.
    for part in CONTENTS {
        copy(&mark::with_suffix(from, part), &mark::with_suffix(draft, part), part)?;
    }
    let opened = || -> Result<Checked, JournalError> {
        let mut db = file::sqlite(None, draft, OpenFlags::SQLITE_OPEN_READ_WRITE)?;
        if schema::version(&db)? == 0 {
            return Err(JournalError::Damaged(format!("{} is no journal", from.display())));
        }
        db.pragma_update(None, "journal_mode", "delete")?;
        schema::bring_forward(&mut db)?;
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

/// Renames what there is of the journal. Returns its new name.
fn put_aside(journal: &Path, now: At) -> Result<Option<PathBuf>, JournalError> {
    let time: String =
        now.to_string().chars().take_while(|c| *c != '.').filter(|c| *c != ':').collect();
    let aside = (1..)
        .map(|n| {
            let number = if n == 1 { String::new() } else { format!("-{n}") };
            journal.with_file_name(format!("journal-before-{time}Z{number}.sqlite"))
        })
        .find(|aside| PARTS.iter().all(|part| !mark::with_suffix(aside, part).exists()))
        .expect("there are more numbers than files");
    let mut is_there = false;
    for part in PARTS {
        let old = mark::with_suffix(journal, part);
        match fs::rename(&old, mark::with_suffix(&aside, part)) {
            Ok(()) => is_there = true,
            Err(error) if error.kind() == io::ErrorKind::NotFound => {}
            Err(error) => return Err(JournalError::Io { path: old, error }),
        }
    }
    // So that it can be restored as it was.
    let old = run::state_of(journal);
    match fs::rename(&old, run::state_of(&aside)) {
        Err(error) if error.kind() != io::ErrorKind::NotFound => {
            Err(JournalError::Io { path: old, error })
        }
        _ => Ok(is_there.then_some(aside)),
    }
}

fn remove(path: &Path) -> Result<(), JournalError> {
    match fs::remove_file(path) {
        Err(error) if error.kind() != io::ErrorKind::NotFound => {
            Err(JournalError::Io { path: path.to_path_buf(), error })
        }
        _ => Ok(()),
    }
}
