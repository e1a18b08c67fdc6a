//! Why something could not be stored or read.

use std::io;
use std::path::{Path, PathBuf};

use thiserror::Error;

use super::SLOTS_MAX;

/// Why something could not be stored or read.
#[derive(Debug, Error)]
pub enum StoreError {
    /// The system refused something with a file or directory.
    #[error("{}: {error}", path.display())]
    Io {
        /// The file or directory.
        path: PathBuf,
        /// The error of the system.
        error: io::Error,
    },
    /// The directory has files of other programs, and other users of the machine can open it.
    #[error(
        "other users of this machine can open {}, and it has files of other programs. Choose a \
         directory of its own, or close this one: chmod 700 {}",
        path.display(),
        path.display()
    )]
    Shared {
        /// The directory.
        path: PathBuf,
    },
    /// More clients of one user than may run.
    #[error("{SLOTS_MAX} clients of this user are running already; end one of them")]
    TooMany,
}

/// Adds the path to an error of the system.
pub(super) fn at(path: &Path) -> impl FnOnce(io::Error) -> StoreError {
    let path = path.to_owned();
    move |error| StoreError::Io { path, error }
}
