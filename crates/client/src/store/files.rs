//! Files that only their owner can read, and that are complete or not there.

use std::fs::{self, DirBuilder, DirEntry, File, OpenOptions, Permissions};
use std::io::{self, ErrorKind, Read, Write};
use std::os::unix::fs::{DirBuilderExt, OpenOptionsExt, PermissionsExt};
use std::path::{Path, PathBuf};

/// The owner reads and writes, nobody else.
const FILE_MODE: u32 = 0o600;

/// The owner opens it, nobody else.
const DIRECTORY_MODE: u32 = 0o700;

/// Longest file name that [`file_name`] makes, in bytes: file systems have room for 255.
const FILE_NAME_BYTES_MAX: usize = 200;

/// Makes a directory and its parents, if they are not there.
pub(super) fn make_private(directory: &Path) -> io::Result<()> {
    if directory.is_dir() {
        return Ok(());
    }
    DirBuilder::new().recursive(true).mode(DIRECTORY_MODE).create(directory)?;
    // The umask may have removed rights of the owner.
    fs::set_permissions(directory, Permissions::from_mode(DIRECTORY_MODE))
}

/// Removes the rights of others to a directory of the client and the files in it. If the file system cannot
/// do that, the client works all the same.
pub(super) fn narrow(directory: &Path) {
    narrow_directory(directory);
    let entries = fs::read_dir(directory).into_iter().flatten().flatten();
    let is_file = |entry: &DirEntry| entry.file_type().is_ok_and(|kind| kind.is_file());
    for entry in entries.filter(is_file) {
        narrow_one(&entry.path(), FILE_MODE);
    }
}

/// The same for the directory alone.
pub(super) fn narrow_directory(directory: &Path) {
    narrow_one(directory, DIRECTORY_MODE);
}

/// The same for one file, if it is there.
pub(super) fn narrow_file(path: &Path) {
    if fs::symlink_metadata(path).is_ok_and(|metadata| metadata.is_file()) {
        narrow_one(path, FILE_MODE);
    }
}

/// Whether others have rights to a directory.
pub(super) fn is_open_to_others(directory: &Path) -> io::Result<bool> {
    Ok(fs::metadata(directory)?.permissions().mode() & 0o777 & !DIRECTORY_MODE != 0)
}

fn narrow_one(path: &Path, mode: u32) {
    let done = fs::metadata(path).and_then(|metadata| {
        let wider = metadata.permissions().mode() & 0o777 & !mode;
        if wider == 0 { Ok(()) } else { fs::set_permissions(path, Permissions::from_mode(mode)) }
    });
    if let Err(error) = done {
        tracing::warn!(%error, path = %path.display(), "cannot remove the rights of other users; they may read it");
    }
}

/// Returns the text of a file of at most `bytes_max` bytes; `None` if there is no file.
pub(super) fn read(path: &Path, bytes_max: u64) -> io::Result<Option<String>> {
    let file = match File::open(path) {
        Err(error) if error.kind() == ErrorKind::NotFound => return Ok(None),
        file => file?,
    };
    if file.metadata()?.len() > bytes_max {
        let why = format!("it has more than {bytes_max} bytes: another program has written it");
        return Err(io::Error::new(ErrorKind::FileTooLarge, why));
    }
    let mut bytes = Vec::new();
    file.take(bytes_max).read_to_end(&mut bytes)?;
    Ok(Some(String::from_utf8_lossy(&bytes).into_owned()))
}

/// Replaces the file `path` in one step: a reader finds the old one or the new one, complete. It is on the
/// disk when this returns.
pub(super) fn write(path: &Path, bytes: &[u8]) -> io::Result<()> {
    put(path, bytes, File::sync_all)?;
    sync_name(path)
}

/// Syncs the directory of a file: the name must survive a power cut as well as the bytes.
pub(super) fn sync_name(path: &Path) -> io::Result<()> {
    path.parent().map_or(Ok(()), |directory| File::open(directory)?.sync_all())
}

/// The same, but the system writes it to the disk later: a loss of power may cost the file.
pub(super) fn write_soon(path: &Path, bytes: &[u8]) -> io::Result<()> {
    put(path, bytes, |_| Ok(()))
}

fn put(path: &Path, bytes: &[u8], sync: fn(&File) -> io::Result<()>) -> io::Result<()> {
    let mut beside = path.as_os_str().to_owned();
    beside.push(format!(".new-{}", std::process::id()));
    let beside = PathBuf::from(beside);
    remove(&beside)?;
    let mut file = private(&mut OpenOptions::new(), &beside)?;
    let written = file.write_all(bytes).and_then(|()| sync(&file));
    if let Err(error) = written.and_then(|()| fs::rename(&beside, path)) {
        let _ = remove(&beside);
        return Err(error);
    }
    Ok(())
}

/// Opens a file to write to it, and makes it if it is not there.
pub(super) fn private(options: &mut OpenOptions, path: &Path) -> io::Result<File> {
    let file = options.create(true).write(true).mode(FILE_MODE).open(path)?;
    file.set_permissions(Permissions::from_mode(FILE_MODE))?;
    Ok(file)
}

/// Removes a file, if it is there.
pub(super) fn remove(path: &Path) -> io::Result<()> {
    match fs::remove_file(path) {
        Err(error) if error.kind() == ErrorKind::NotFound => Ok(()),
        removed => removed,
    }
}

/// The text from which [`file_name`] made this name, if the name is not shortened.
pub(super) fn written(file_name: &str) -> String {
    let mut written = file_name.to_owned();
    for c in ['/', '\\', '~', ' ', '.', '%'] {
        written = written.replace(&format!("%{:02X}", u32::from(c)), &c.to_string());
    }
    written
}

/// A file name for `what`: different for each text, and readable.
pub(super) fn file_name(what: &str) -> String {
    let mut name = String::new();
    for c in what.chars() {
        match c {
            '%' | '/' | '\\' | '~' | ' ' => name.push_str(&format!("%{:02X}", u32::from(c))),
            '.' if name.is_empty() => name.push_str("%2E"),
            _ => name.push(c),
        }
    }
    if name.len() > FILE_NAME_BYTES_MAX {
        let hash = crate::hash::fnv1a(what);
        name.truncate(name.floor_char_boundary(FILE_NAME_BYTES_MAX - 17));
        name.push_str(&format!("~{hash:016x}"));
    }
    name
}
