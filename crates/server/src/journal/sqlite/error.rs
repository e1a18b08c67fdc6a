//! Converts SQLite's errors to those of the journal.

use rusqlite::ErrorCode;

use super::super::error::{Fault, Part};
use super::{AppendError, JournalError, audit, events, numbers};

impl From<rusqlite::Error> for JournalError {
    fn from(error: rusqlite::Error) -> Self {
        use ErrorCode::{ConstraintViolation, DatabaseCorrupt, NotADatabase};
        if let Some((_, damage)) = damage(&error) {
            return Self::Damaged(damage);
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
            _ => damage(&error)
                .map_or(Fault::Other, |(part, damage)| Fault::Rebuildable(part, damage)),
        };
        Self { fault, reason: in_words(&error), error: error.into() }
    }
}

/// The part that can be rebuilt, and what is wrong with it, if that is the reason.
fn damage(error: &rusqlite::Error) -> Option<(Part, String)> {
    let numbers = numbers::damage(error).map(|damage| (Part::Numbers, damage.to_string()));
    let events = || events::damage(error).map(|damage| (Part::Events, damage.to_string()));
    let audit = || audit::damage(error).map(|damage| (Part::Audit, damage.to_string()));
    numbers.or_else(events).or_else(audit)
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
        _ if damage(error).is_some() => DAMAGED.to_owned(),
        Some(ConstraintViolation) => {
            format!("the server tried to store a record twice ({error}); report this bug")
        }
        _ => format!("the journal cannot be used: {error}"),
    }
}
