//! Why the journal cannot be opened, read or written, in words that say what to do.

use std::io;
use std::path::{Path, PathBuf};

use thiserror::Error;

/// Why the journal cannot be opened, read, or written.
#[derive(Debug, Error)]
pub enum JournalError {
    /// Another daemon has it.
    #[error(
        "{} is in use by another chat-server; end that one, or give this one another --data",
        .0.display()
    )]
    Busy(PathBuf),
    /// A newer chat-server has written it.
    #[error(
        "the journal is of version {found}, and this chat-server knows version {known} at most; \
         use a newer one"
    )]
    Newer {
        /// The version of the file.
        found: u32,
        /// The newest this program knows.
        known: u32,
    },
    /// The file is damaged.
    #[error(
        "the journal is damaged ({0}); it was left as it is. Put a backup in its place with \
         `chat-server restore FILE`, where FILE is what `chat-server backup` made"
    )]
    Damaged(String),
    /// A part of a journal of an earlier version cannot be read.
    #[error(
        "the journal is of version {found} and cannot be brought to version {known}, since a part of it \
         cannot be read ({reason}). It was left as it is. Put a backup in its place with \
         `chat-server restore FILE`, or use the chat-server that wrote it, which serves the rest"
    )]
    NotUpgraded {
        /// The version of the file.
        found: u32,
        /// The version of today.
        known: u32,
        /// What the engine says.
        reason: String,
    },
    /// A backup was copied to a place where a log of another file is.
    #[error(
        "{} is a backup, and {} beside it belongs to another file; to open them would mix the two. \
         Nothing was changed. Move the backup elsewhere, and put it in place with \
         `chat-server restore FILE`",
        file.display(), log.display()
    )]
    BackupBesideLog {
        /// The backup.
        file: PathBuf,
        /// The log.
        log: PathBuf,
    },
    /// The file or the log beside it was replaced.
    #[error(
        "{} and {} do not belong together: another file was copied over one of them, and to open both \
         would mix two journals. Nothing was changed. Move the file that you want to use elsewhere, and \
         put it in place with `chat-server restore FILE`, which moves all others aside",
        file.display(), log.display()
    )]
    ForeignLog {
        /// The file.
        file: PathBuf,
        /// The log.
        log: PathBuf,
    },
    /// A backup that is to be restored is damaged.
    #[error(
        "{} is damaged: {faults} faults are found, the first is: {first}. Nothing was changed; restore \
         another backup",
        file.display()
    )]
    BackupDamaged {
        /// The backup.
        file: PathBuf,
        /// How many faults it has.
        faults: usize,
        /// The first of them.
        first: String,
    },
    /// A restore was killed, and it is not known where the old journal belongs.
    #[error(
        "a restore was interrupted and cannot be completed by itself: {file} is the backup, ready to be \
         put in place. Run `chat-server restore {file}`; it moves other files aside and deletes none",
        file = .0.display()
    )]
    RestoreInterrupted(PathBuf),
    /// A restore was killed, and the next start of the daemon completes it.
    #[error(
        "a restore is running or was interrupted: {} is the backup, and is not in place yet. If no \
         `chat-server restore` is running, start chat-server, which completes the restore",
        .0.display()
    )]
    RestorePending(PathBuf),
    /// A restore to a directory without a journal was killed.
    #[error(
        "a restore is running or was interrupted: {file} is an incomplete copy of the backup, and there \
         is no journal yet. If no `chat-server restore` is running, run `chat-server restore FILE` again; \
         or delete {file} to begin with an empty journal",
        file = .0.display()
    )]
    RestoreIncomplete(PathBuf),
    /// The engine cannot open it.
    #[error(
        "{} cannot be opened: {reason}. It was left as it is; make room on the disk or mend it, or start \
         from a copy with --data",
        path.display()
    )]
    Unopened {
        /// The file.
        path: PathBuf,
        /// Why.
        reason: String,
    },
    /// The engine cannot read or write it.
    #[error("{0}")]
    Unusable(String),
    /// An error of the system.
    #[error("{}: {error}", path.display())]
    Io {
        /// The file or directory.
        path: PathBuf,
        /// What the system says.
        error: io::Error,
    },
    /// The writer is gone: the daemon is ending.
    #[error("the journal is closed")]
    Closed,
    /// Another backup to the same file is running.
    #[error("another backup to {} is running; wait for it, or name another file", .0.display())]
    BackupRuns(PathBuf),
    /// The system cannot start the thread of the writer.
    #[error("the journal's writer cannot be started: {0}")]
    NoThread(io::Error),
    /// A reader panicked.
    #[error("a reader of the journal failed: {0}")]
    ReaderFailed(String),
    /// A bug of the daemon: it stores a key that is stored already.
    #[error("{0}")]
    Conflict(String),
}

impl JournalError {
    pub(super) fn io(path: &Path) -> impl FnOnce(io::Error) -> Self {
        let path = path.to_path_buf();
        move |error| Self::Io { path, error }
    }

    /// The same as an error of opening the file at `path`.
    pub(super) fn of_opening(self, path: &Path) -> Self {
        match self {
            Self::Unusable(reason) => Self::Unopened { path: path.to_path_buf(), reason },
            error => error,
        }
    }
}

/// Why nothing of a commit is stored.
#[derive(Debug)]
pub(crate) struct AppendError {
    pub(super) fault: Fault,
    /// Why, and what to do.
    pub(super) reason: String,
    /// The same for those who wait for a task.
    pub(super) error: JournalError,
}

/// What is at fault if nothing of a commit is stored.
#[derive(Debug, PartialEq, Eq)]
pub(super) enum Fault {
    /// The disk: the next entry would fail, too.
    Disk,
    /// The server, which stores a key twice: another try does not help.
    Conflict,
    /// Damage of a part that can be made again from the rest: which, and what is wrong.
    Rebuildable(String),
    /// Anything else.
    Other,
}

impl AppendError {
    /// Whether the next entry would fail, too.
    pub(crate) fn is_of_the_disk(&self) -> bool {
        self.fault == Fault::Disk
    }

    /// Whether it is a fault of the server, so that another try does not help.
    pub(crate) fn is_a_conflict(&self) -> bool {
        self.fault == Fault::Conflict
    }

    /// The damage of a part that can be made again from the rest, if that is why.
    pub(super) fn rebuildable(&self) -> Option<&str> {
        match &self.fault {
            Fault::Rebuildable(damage) => Some(damage),
            _ => None,
        }
    }

    /// Why, and what to do.
    pub(crate) fn reason(&self) -> &str {
        &self.reason
    }
}

impl From<AppendError> for JournalError {
    fn from(error: AppendError) -> Self {
        error.error
    }
}
