//! Creates and opens the journal's file.

use std::fs::{self, File};
use std::io;
use std::path::{Path, PathBuf};
use std::time::Duration;

use rusqlite::config::DbConfig;
use rusqlite::{Connection, OpenFlags};

use super::run::{self, Run};
use super::{Durability, JournalError, checksum, mark, private, replace, schema};

/// The journal's file in the data directory.
const FILE: &str = "journal.sqlite";

/// Time that a connection waits for the lock of another, such as that of a checkpoint: far longer than a
/// checkpoint takes.
pub(crate) const BUSY_TIMEOUT: Duration = Duration::from_secs(5);

/// Number of prepared statements that a connection caches: more than exist.
const STATEMENTS: usize = 64;

/// KiB of the file that the writer caches: the last page of each of some thousand rooms, so that a message is written
/// without a read of its page.
const WRITER_CACHE_KIB: i64 = 16 * 1024;

/// Pages of the log (of 4 KiB) after which SQLite makes a checkpoint. A page that every commit writes is copied once
/// for each checkpoint, so fewer checkpoints cost fewer copies. A start after a crash reads these 16 MiB in a moment.
const LOG_PAGES: i64 = 4096;

/// The path of the journal in `directory`.
pub(super) fn of(directory: &Path) -> PathBuf {
    directory.join(FILE)
}

/// Removes the permissions of other users from the journal's files, which an earlier version granted.
fn narrow(path: &Path) -> Result<(), JournalError> {
    for suffix in ["", "-wal", "-shm", "-journal"] {
        let part = mark::with_suffix(path, suffix);
        private::narrow(&part).map_err(JournalError::io(&part))?;
    }
    Ok(())
}

/// Opens the journal in memory.
pub(super) fn open_memory() -> Result<Connection, JournalError> {
    let mut db = Connection::open_in_memory()?;
    checksum::register(&db)?;
    schema::upgrade(&mut db)?;
    Ok(db)
}

/// The open file of a daemon. The connection must be closed before the run ends.
#[derive(Debug)]
pub(super) struct OpenFile {
    pub(super) db: Connection,
    pub(super) run: Run,
}

/// Opens the file to write, and upgrades it to the current schema. Creates it if it does not exist.
pub(super) fn open(path: &Path, durability: Durability) -> Result<OpenFile, JournalError> {
    open_through(None, path, durability)
}

/// As [`open`], with the SQLite VFS `layer` if there is one.
pub(super) fn open_through(
    layer: Option<&str>,
    path: &Path,
    durability: Durability,
) -> Result<OpenFile, JournalError> {
    let open = || {
        replace::finish(path)?;
        if !path.exists() {
            create(layer, path)?;
        }
        narrow(path)?;
        mark::check(path)?;
        let mut run = Run::of(path)?;
        mark::adopt(path)?;
        let log = mark::log_beside(path);
        let mut db = connect_through(layer, path)?;
        // A start that fails must not change the log.
        keep_log(&db, log.is_some())?;
        let synchronous = match durability {
            Durability::Disk => "full",
            Durability::Os => "normal",
        };
        db.pragma_update(None, "synchronous", synchronous)?;
        // The text of a deleted message is overwritten in the file.
        db.pragma_update(None, "secure_delete", true)?;
        db.pragma_update(None, "cache_size", -WRITER_CACHE_KIB)?;
        db.pragma_update(None, "wal_autocheckpoint", LOG_PAGES)?;
        run.start(&db)?;
        schema::upgrade(&mut db)?;
        // A new file and a backup have a mode in which readers block the writer.
        db.pragma_update(None, "journal_mode", "wal")?;
        run.renew(&db)?;
        keep_log(&db, false)?;
        Ok(OpenFile { db, run })
    };
    open().map_err(|error: JournalError| error.of_opening(path))
}

/// Opens an existing journal.
pub(super) fn connect(path: &Path) -> Result<Connection, JournalError> {
    connect_through(None, path)
}

/// Opens the file for a command, while a daemon may be using it or after one was killed.
///
/// # Errors
/// Returns an error if there is none, or it must not be opened: a restore was interrupted, its log belongs to another
/// file, or it is of a newer version.
pub(super) fn visit(path: &Path) -> Result<Connection, JournalError> {
    replace::refuse_unfinished(path)?;
    if let Err(error) = fs::metadata(path) {
        let directory = path.parent().unwrap_or(path);
        return Err(match error.kind() {
            io::ErrorKind::NotFound => JournalError::Missing(directory.to_path_buf()),
            _ => JournalError::io(path)(error),
        });
    }
    mark::check(path)?;
    run::find_loss(path)?;
    let log = mark::log_beside(path);
    let db = connect(path)?;
    keep_log(&db, log.is_some())?;
    Ok(db)
}

/// Sets whether SQLite leaves the log beside the file when the last connection is closed. Otherwise it copies the log
/// into the file and removes it; after a kill, the next start would report the log as missing.
fn keep_log(db: &Connection, keep: bool) -> rusqlite::Result<()> {
    db.set_db_config(DbConfig::SQLITE_DBCONFIG_NO_CKPT_ON_CLOSE, keep).map(|_| ())
}

fn connect_through(layer: Option<&str>, path: &Path) -> Result<Connection, JournalError> {
    mark::check(path)?;
    let db = sqlite(layer, path, OpenFlags::SQLITE_OPEN_READ_WRITE)?;
    db.busy_timeout(BUSY_TIMEOUT)?;
    db.set_prepared_statement_cache_capacity(STATEMENTS);
    // Every journal has a version. A file without one is something else, and is not changed.
    match schema::version(&db)? {
        0 => Err(JournalError::Damaged(format!("{} is not a journal", path.display()))),
        found if found > schema::KNOWN => Err(JournalError::Newer { found, known: schema::KNOWN }),
        _ => Ok(db),
    }
}

/// Opens the file for reading.
pub(super) fn open_to_read(path: &Path) -> rusqlite::Result<Connection> {
    let db = sqlite(None, path, OpenFlags::SQLITE_OPEN_READ_ONLY)?;
    db.busy_timeout(BUSY_TIMEOUT)?;
    Ok(db)
}

pub(super) fn sqlite(
    layer: Option<&str>,
    path: &Path,
    flags: OpenFlags,
) -> rusqlite::Result<Connection> {
    let flags = flags | OpenFlags::SQLITE_OPEN_NO_MUTEX;
    let db = match layer {
        None => Connection::open_with_flags(path, flags),
        Some(layer) => Connection::open_with_flags_and_vfs(path, flags, layer),
    }?;
    // Otherwise SQLite prepares a statement again each time another value is bound to it.
    db.set_db_config(DbConfig::SQLITE_DBCONFIG_ENABLE_QPSG, true)?;
    checksum::register(&db)?;
    Ok(db)
}

/// Creates a new journal, under another name first, so that a crash leaves a complete journal or none.
fn create(layer: Option<&str>, path: &Path) -> Result<(), JournalError> {
    let log = path.with_extension("sqlite-wal");
    if log.exists() {
        let text = format!("{} exists without {}", log.display(), path.display());
        return Err(JournalError::Damaged(text));
    }
    let draft = path.with_extension("new");
    match fs::remove_file(&draft) {
        Err(error) if error.kind() != io::ErrorKind::NotFound => {
            return Err(JournalError::Io { path: draft, error });
        }
        _ => {}
    }
    // SQLite turns an empty file into a database, and gives the other files of the journal the same permissions.
    drop(private::create_new(&draft).map_err(JournalError::io(&draft))?);
    let mut db = sqlite(layer, &draft, OpenFlags::SQLITE_OPEN_READ_WRITE)?;
    schema::upgrade(&mut db)?;
    db.close().map_err(|(_, error)| error)?;
    put_in_place(&draft, path)
}

/// Renames the finished file `draft` to `path`, and waits for the disk.
pub(super) fn put_in_place(draft: &Path, path: &Path) -> Result<(), JournalError> {
    sync(draft)?;
    fs::rename(draft, path).map_err(JournalError::io(path))?;
    sync_directory_of(path)
}

/// Syncs the directory of `path`, so that a crash does not undo a rename.
pub(super) fn sync_directory_of(path: &Path) -> Result<(), JournalError> {
    match path.parent() {
        // A directory cannot be opened on every system.
        Some(directory) if cfg!(unix) && !directory.as_os_str().is_empty() => sync(directory),
        _ => Ok(()),
    }
}

fn sync(path: &Path) -> Result<(), JournalError> {
    File::open(path).and_then(|file| file.sync_all()).map_err(JournalError::io(path))
}

#[cfg(test)]
mod tests {
    use rusqlite::StatementStatus;

    use super::*;

    #[test]
    fn a_statement_is_prepared_once_whatever_is_bound_to_it() {
        let directory = tempfile::tempdir().unwrap();
        let flags = OpenFlags::SQLITE_OPEN_READ_WRITE | OpenFlags::SQLITE_OPEN_CREATE;
        let db = sqlite(None, &directory.path().join("file"), flags).unwrap();
        db.execute_batch(schema::NUMBERS).unwrap();
        let sql = "SELECT runs FROM sent WHERE from_id = ? AND n <= ? ORDER BY n DESC LIMIT 1";
        let mut statement = db.prepare(sql).unwrap();
        for n in 0..3 {
            statement.query([n, n]).unwrap().next().unwrap();
        }
        assert_eq!(statement.get_status(StatementStatus::RePrepare), 0);
    }
}
