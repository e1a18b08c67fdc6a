//! Why a search has no answer.

use std::io::ErrorKind;

use chat_proto::limits::QUERY_BYTES_MAX;
use thiserror::Error;

use super::query::TERMS_MAX;
use crate::journal::JournalError;

/// Why a search has no answer. Each text says what to do.
#[derive(Debug, Error)]
pub(crate) enum SearchError {
    /// The client's fault.
    #[error(
        "a search has at most {QUERY_BYTES_MAX} bytes, this one has {0}; search for fewer words"
    )]
    TooLong(usize),
    /// The client's fault.
    #[error("a search has at most {TERMS_MAX} words, this one has {0}; search for fewer words")]
    TooManyTerms(usize),
    /// The client's fault, or that of a slow machine.
    #[error("this search takes too long; add a word, or in: or from:")]
    TooBroad,
    /// The operator has switched it off.
    #[error("this server has no search; its operator can start it with --search on")]
    Off,
    /// The server's fault, for a moment.
    #[error("the search index is not ready; try again in a moment")]
    NotReady,
    /// The server's fault, until its operator has mended what the text says.
    #[error(
        "the search index cannot be written: {0}; search works again as soon as it can be written"
    )]
    Unwritable(String),
    /// The server's fault, for a moment.
    #[error("too many searches are waiting; try again in a moment")]
    Busy,
    /// The server's fault.
    #[error("the search index cannot be read: {0}; try again later")]
    Index(String),
    /// The server's fault.
    #[error(
        "the messages that were found cannot be read; ask the person who runs the server to run chat-server check"
    )]
    Journal(#[source] JournalError),
}

/// An error of the file of the index.
#[derive(Debug, Error)]
pub(super) enum IndexError {
    /// The journal cannot be read.
    #[error("cannot read the journal")]
    Journal(#[source] JournalError),
    /// SQLite has failed.
    #[error(transparent)]
    Sqlite(#[from] rusqlite::Error),
    /// The file cannot be made or removed.
    #[error(transparent)]
    Io(#[from] std::io::Error),
    /// The index is of another version, or disagrees with the journal.
    #[error("{0}")]
    Outdated(&'static str),
}

impl IndexError {
    /// Why the index cannot be written, for a user.
    pub(super) fn reason(&self) -> String {
        use rusqlite::ErrorCode::{
            CannotOpen, DiskFull, PermissionDenied, ReadOnly, SystemIoFailure,
        };
        const FULL: &str = "the server's disk is full";
        const CLOSED: &str = "the server has no access to its file";
        let reason = match self {
            Self::Sqlite(error) => match error.sqlite_error_code() {
                Some(DiskFull) => FULL,
                Some(SystemIoFailure) => "the server's disk fails",
                Some(CannotOpen | PermissionDenied | ReadOnly) => CLOSED,
                _ => return error.to_string(),
            },
            Self::Io(error) if error.kind() == ErrorKind::StorageFull => FULL,
            Self::Io(_) => CLOSED,
            Self::Journal(_) => "the server cannot read its messages",
            Self::Outdated(reason) => reason,
        };
        reason.to_owned()
    }

    /// Returns true if the index must be built again.
    pub(super) fn is_damage(&self) -> bool {
        match self {
            Self::Sqlite(error) => is_damage(error),
            Self::Outdated(_) => true,
            Self::Journal(_) | Self::Io(_) => false,
        }
    }
}

/// Returns true if the file is damaged, is not an index, or has lost a part.
pub(super) fn is_damage(error: &rusqlite::Error) -> bool {
    use rusqlite::ErrorCode::{ConstraintViolation, DatabaseCorrupt, NotADatabase, Unknown};
    let code = error.sqlite_error_code();
    matches!(code, Some(DatabaseCorrupt | NotADatabase | ConstraintViolation | Unknown))
        || matches!(
            error,
            rusqlite::Error::FromSqlConversionFailure(..)
                | rusqlite::Error::InvalidColumnType(..)
                | rusqlite::Error::IntegralValueOutOfRange(..)
        )
}
