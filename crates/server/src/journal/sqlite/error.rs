//! Converts SQLite's errors to those of the journal.

use rusqlite::ErrorCode;
use rusqlite::types::Type;

use super::super::error::{Fault, Part};
use super::store::foreign;
use super::{AppendError, JournalError};

impl From<rusqlite::Error> for JournalError {
    fn from(error: rusqlite::Error) -> Self {
        use ErrorCode::{ConstraintViolation, DatabaseCorrupt, NotADatabase};
        if let Some(damage) = PartDamage::of(&error) {
            return Self::Damaged(damage.to_string());
        }
        match error.sqlite_error_code() {
            Some(ConstraintViolation) => Self::Conflict(in_words(&error)),
            Some(DatabaseCorrupt | NotADatabase) => Self::Damaged(error.to_string()),
            _ => Self::Unusable(in_words(&error)),
        }
    }
}

impl From<rusqlite::Error> for AppendError {
    fn from(error: rusqlite::Error) -> Self {
        use ErrorCode::{ConstraintViolation, DiskFull, ReadOnly, SystemIoFailure};
        let fault = match error.sqlite_error_code() {
            Some(DiskFull | ReadOnly | SystemIoFailure) => Fault::Disk,
            Some(ConstraintViolation) => Fault::Conflict,
            _ => PartDamage::of(&error)
                .map_or(Fault::Other, |damage| Fault::Rebuildable(damage.part, damage.to_string())),
        };
        Self { fault, reason: in_words(&error), error: error.into() }
    }
}

/// The damage of a part that can be rebuilt, as the error of a statement on it.
#[derive(Debug, thiserror::Error)]
#[error("{} damaged: {reason}", .part.with_verb())]
pub(super) struct PartDamage {
    part: Part,
    reason: String,
}

impl PartDamage {
    /// Makes the error of a statement on a damaged part.
    pub(super) fn error(part: Part, reason: impl Into<String>) -> rusqlite::Error {
        foreign(0, Type::Null, Self { part, reason: reason.into() })
    }

    /// The damage that made a statement fail, if that is the reason.
    pub(super) fn of(error: &rusqlite::Error) -> Option<&Self> {
        match error {
            rusqlite::Error::FromSqlConversionFailure(_, _, error) => error.downcast_ref(),
            _ => None,
        }
    }

    pub(super) const fn part(&self) -> Part {
        self.part
    }

    pub(super) fn reason(&self) -> &str {
        &self.reason
    }
}

impl Part {
    /// The subject and the verb of a sentence about it.
    const fn with_verb(self) -> &'static str {
        match self {
            Self::Numbers => "the table of message numbers is",
            Self::Events => "the tables of events and mentions are",
            Self::Audit => "the audit log is",
        }
    }
}

const DAMAGED: &str = "the server's journal is damaged; `chat-server check` says where";

/// An error of SQLite for the user, with the fault of the disk or of another program if it is one.
pub(super) fn in_words(error: &rusqlite::Error) -> String {
    use ErrorCode::{
        ConstraintViolation, DatabaseBusy, DatabaseCorrupt, DiskFull, ReadOnly, SystemIoFailure,
    };
    match error.sqlite_error_code() {
        Some(DatabaseBusy) => "another program is writing the server's journal".to_owned(),
        Some(DiskFull) => "the server's disk is full".to_owned(),
        Some(ReadOnly) => "the server's data directory cannot be written".to_owned(),
        Some(SystemIoFailure) => format!("the server's disk fails: {error}"),
        Some(DatabaseCorrupt) => DAMAGED.to_owned(),
        _ if PartDamage::of(error).is_some() => DAMAGED.to_owned(),
        Some(ConstraintViolation) => {
            format!("the server tried to store a record twice ({error}); report this bug")
        }
        _ => format!("the journal cannot be used: {error}"),
    }
}
