//! The directories of the hosts, which survive a kill.

use std::fs;
use std::path::{Path, PathBuf};

use tokio::sync::watch;

/// The directories that the storm backs up and copies.
pub(super) struct Disks {
    pub(super) server: PathBuf,
    pub(super) backups: PathBuf,
    /// The copies to be made.
    pub(super) copies: Vec<CopyOf>,
}

/// A copy of a client's directory, to be made.
pub(super) struct CopyOf {
    /// The number of the client.
    pub(super) client: usize,
    pub(super) from: PathBuf,
    pub(super) to: PathBuf,
    /// Starts the client on the copy.
    pub(super) begins: watch::Sender<bool>,
}

/// Copies a directory with its contents.
pub(super) fn copy_directory(from: &Path, to: &Path) {
    fs::create_dir_all(to).unwrap();
    for entry in fs::read_dir(from).unwrap() {
        let entry = entry.unwrap();
        let to = to.join(entry.file_name());
        if entry.file_type().unwrap().is_dir() {
            copy_directory(&entry.path(), &to);
        } else {
            fs::copy(entry.path(), to).unwrap();
        }
    }
}
