//! The errors of the journal. Their texts say what to do.

use std::io;
use std::path::{Path, PathBuf};

use thiserror::Error;

/// Why the journal cannot be opened, read, or written.
#[derive(Debug, Error)]
pub enum JournalError {
    /// Another daemon uses it.
    #[error(
        "{} is in use by another chat-server. Stop that one, or choose another directory with --data",
        .0.display()
    )]
    Busy(PathBuf),
    /// A newer chat-server wrote it.
    #[error(
        "the journal is of version {found}, and this chat-server knows version {known} at most; \
         use a newer one"
    )]
    Newer {
        /// The version of the file.
        found: u32,
        /// The newest version that this program knows.
        known: u32,
    },
    /// A journal of an earlier version, for a command that reads only the current one.
    #[error(
        "the journal is of version {found}; start chat-server once, which upgrades it to version {known}"
    )]
    Older {
        /// The version of the file.
        found: u32,
        /// The version of this program.
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
        /// The version of this program.
        known: u32,
        /// The error of the storage.
        reason: String,
    },
    /// A backup was copied beside the log of another file.
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
        /// Number of faults.
        faults: usize,
        /// The first fault.
        first: String,
    },
    /// A restore was killed, and the new name of the old journal is unknown.
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
    /// A command is to read a journal, and there is none.
    #[error("there is no journal in {}; name the data directory of the daemon with --data", .0.display())]
    Missing(PathBuf),
    /// The storage cannot open it.
    #[error(
        "{} cannot be opened: {reason}. It was left as it is. Free space on the disk, let its files grow \
         (ulimit -f), repair the disk, or start from a copy with --data",
        path.display()
    )]
    Unopened {
        /// The file.
        path: PathBuf,
        /// Why.
        reason: String,
    },
    /// A copy of the journal cannot be written.
    #[error(
        "{} cannot be written: {reason}. Free space on its disk, let files grow (ulimit -f), or name a file on \
         another disk",
        path.display()
    )]
    NotCopied {
        /// The file.
        path: PathBuf,
        /// Why.
        reason: String,
    },
    /// The storage cannot read or write it.
    #[error("{0}")]
    Unusable(String),
    /// The data directory does not exist and cannot be created.
    #[error(
        "cannot create the data directory {}: {error}. Choose another one with --data",
        path.display()
    )]
    NoDirectory {
        /// The directory.
        path: PathBuf,
        /// The error of the system.
        error: io::Error,
    },
    /// The system returned an error.
    #[error("cannot use {}: {error}{}", path.display(), advice(error))]
    Io {
        /// The file or directory.
        path: PathBuf,
        /// The error of the system.
        error: io::Error,
    },
    /// The writer has ended, since the daemon is ending.
    #[error("the journal is closed")]
    Closed,
    /// Another backup to the same file is running.
    #[error("another backup to {} is running; wait for it, or name another file", .0.display())]
    BackupRuns(PathBuf),
    /// The system gives the writer no thread.
    #[error("the journal's writer cannot be started: {0}")]
    NoThread(io::Error),
    /// A reader panicked.
    #[error("a reader of the journal failed: {0}")]
    ReaderFailed(String),
    /// The daemon would store a key twice: a bug.
    #[error("{0}")]
    Conflict(String),
}

/// What to do about an error of the system, if that is known.
fn advice(error: &io::Error) -> &'static str {
    match error.kind() {
        io::ErrorKind::StorageFull | io::ErrorKind::QuotaExceeded => ". Free space on its disk",
        io::ErrorKind::FileTooLarge => ". Let files grow (ulimit -f)",
        io::ErrorKind::PermissionDenied => ". Run this as the user to whom it belongs",
        _ => "",
    }
}

impl JournalError {
    pub(super) fn io(path: &Path) -> impl FnOnce(io::Error) -> Self {
        let path = path.to_path_buf();
        move |error| Self::Io { path, error }
    }

    /// Adds the path of the file to an error of opening it.
    pub(super) fn of_opening(self, path: &Path) -> Self {
        match self {
            Self::Unusable(reason) => Self::Unopened { path: path.to_path_buf(), reason },
            error => error,
        }
    }
}

/// The error of a commit, of which nothing is stored.
#[derive(Debug)]
pub(crate) struct AppendError {
    pub(super) fault: Fault,
    /// The reason, for the user: what is wrong, and what to do.
    pub(super) reason: String,
    /// The error for the caller of a task.
    pub(super) error: JournalError,
}

/// A part of the journal that can be made again: it follows from the messages, or the daemon can do without it.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Part {
    /// Which numbers the devices have given to messages.
    Numbers,
    /// Which events count in the state of a message, and who is mentioned where.
    Events,
    /// The audit log: what cannot be read of it is lost.
    Audit,
}

/// The kind of an [`AppendError`].
#[derive(Debug, PartialEq, Eq)]
pub(super) enum Fault {
    /// The disk is full or fails: the next entry would fail, too.
    Disk,
    /// The server would store a key twice: a bug, so another try does not help.
    Conflict,
    /// A part is damaged that can be rebuilt from the rest. Holds which, and what is wrong.
    Rebuildable(Part, String),
    /// Anything else.
    Other,
}

impl AppendError {
    /// Returns true if the next entry would fail, too.
    pub(crate) fn is_of_the_disk(&self) -> bool {
        self.fault == Fault::Disk
    }

    /// Returns true if it is a bug of the server, so that another try does not help.
    pub(crate) fn is_a_conflict(&self) -> bool {
        self.fault == Fault::Conflict
    }

    /// Returns the damage of a part that can be rebuilt from the rest, if that is the reason.
    pub(super) fn rebuildable(&self) -> Option<(Part, &str)> {
        match &self.fault {
            Fault::Rebuildable(part, damage) => Some((*part, damage)),
            _ => None,
        }
    }

    /// The reason, for the user: what is wrong, and what to do.
    pub(crate) fn reason(&self) -> &str {
        &self.reason
    }
}

impl From<AppendError> for JournalError {
    fn from(error: AppendError) -> Self {
        error.error
    }
}
