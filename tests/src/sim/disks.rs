//! The directories of the hosts, which outlive them.

use std::fs;
use std::path::{Path, PathBuf};

use tokio::sync::watch;

/// The directories of the hosts.
pub(super) struct Disks {
    pub(super) server: PathBuf,
    pub(super) backups: PathBuf,
    /// The clients whose directories are copied, each once.
    pub(super) copies: Vec<CopyOf>,
}

/// A client's directory and a copy of it to be.
pub(super) struct CopyOf {
    /// The client, by its place among all.
    pub(super) client: usize,
    pub(super) from: PathBuf,
    pub(super) to: PathBuf,
    /// Lets the client on the copy begin.
    pub(super) begins: watch::Sender<bool>,
}

/// Copies a directory and all that is in it.
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
