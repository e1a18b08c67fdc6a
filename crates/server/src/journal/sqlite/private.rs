//! Creates files that only their owner can read, since they contain direct messages.

use std::fs::{self, File, OpenOptions};
use std::io;
use std::os::unix::fs::{DirBuilderExt, OpenOptionsExt, PermissionsExt};
use std::path::Path;

/// The mode of all files.
const FILE_MODE: u32 = 0o600;

/// The mode of the data directory.
const DIRECTORY_MODE: u32 = 0o700;

/// Opens a file to read and write; creates it if it does not exist. Only its owner can read it.
pub(super) fn open(path: &Path) -> io::Result<File> {
    let file = options().create(true).open(path)?;
    narrow(path)?;
    Ok(file)
}

/// Creates a file that only its owner can read.
///
/// # Errors
/// Returns an error if it exists.
pub(crate) fn create_new(path: &Path) -> io::Result<File> {
    options().create_new(true).open(path)
}

fn options() -> OpenOptions {
    let mut options = OpenOptions::new();
    options.read(true).write(true).mode(FILE_MODE);
    options
}

/// Creates a directory and its parents, if they do not exist.
pub(crate) fn create_directory(path: &Path) -> io::Result<()> {
    fs::DirBuilder::new().recursive(true).mode(DIRECTORY_MODE).create(path)
}

/// Removes the permissions of other users, which an earlier version granted, from a file or directory. Does nothing if
/// it does not exist.
pub(super) fn narrow(path: &Path) -> io::Result<()> {
    let metadata = match fs::metadata(path) {
        Err(error) if error.kind() == io::ErrorKind::NotFound => return Ok(()),
        metadata => metadata?,
    };
    let mode = metadata.permissions().mode();
    // A directory with the sticky bit is shared on purpose, such as /tmp.
    if mode & 0o077 != 0 && mode & 0o1000 == 0 {
        fs::set_permissions(path, fs::Permissions::from_mode(mode & DIRECTORY_MODE))?;
    }
    Ok(())
}
