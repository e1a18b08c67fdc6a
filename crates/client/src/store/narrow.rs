//! Removes the rights of other users to a state directory: version 0.1.0, a copy, or a `mkdir` may have left
//! them.

use std::fs::{self, DirEntry};
use std::path::{Path, PathBuf};

use super::home::{HINT_FILE, JOURNALS, SAME_AS_FILE};
use super::last::LAST_FILE;
use super::seed::SEED_FILE;
use super::{DEVICE_FILE, StoreError, at, files, slot};

/// Most entries of one directory that are looked at: far more users and servers than one person has.
const ENTRIES_MAX: usize = 10_000;

/// Removes the rights of others to `state` and all that the client has stored there. Files of other programs
/// stay as they are.
///
/// # Errors
/// Returns an error if others can open the directory and it has files of other programs.
pub(super) fn all(state: &Path) -> Result<(), StoreError> {
    if is_ours(state).map_err(at(state))? {
        files::narrow_directory(state);
    } else if files::is_open_to_others(state).map_err(at(state))? {
        return Err(StoreError::Shared { path: state.to_owned() });
    }
    files::narrow_file(&state.join(DEVICE_FILE));
    files::narrow_file(&state.join(LAST_FILE));
    let journals = state.join(JOURNALS);
    if is_directory(&journals) {
        files::narrow_directory(&journals);
    }
    for server in directories(&journals).chain(directories(state)) {
        let users: Vec<PathBuf> = directories(&server).filter(|user| is_users(user)).collect();
        if !users.is_empty() || server.join(HINT_FILE).exists() {
            files::narrow(&server);
        }
        users.iter().for_each(|user| files::narrow(user));
    }
    Ok(())
}

/// Whether the client has stored something in the directory, or nobody has. It stores the seed first, so look
/// first whether the directory is empty: another client may start at the same time.
fn is_ours(state: &Path) -> std::io::Result<bool> {
    let is_empty = fs::read_dir(state)?.next().is_none();
    let ours = [SEED_FILE, DEVICE_FILE, JOURNALS];
    Ok(is_empty || ours.iter().any(|file| state.join(file).exists()))
}

/// Whether it is the directory of a user: each has a slot, or leads to another.
fn is_users(directory: &Path) -> bool {
    let lock = slot::lock_file(1);
    [SAME_AS_FILE, &lock].iter().any(|file| directory.join(file).exists())
}

fn is_directory(path: &Path) -> bool {
    fs::symlink_metadata(path).is_ok_and(|metadata| metadata.is_dir())
}

pub(super) fn directories(directory: &Path) -> impl Iterator<Item = PathBuf> + use<> {
    let entries = fs::read_dir(directory).into_iter().flatten().flatten().take(ENTRIES_MAX);
    let is_directory = |entry: &DirEntry| entry.file_type().is_ok_and(|kind| kind.is_dir());
    entries.filter(is_directory).map(|entry| entry.path())
}
