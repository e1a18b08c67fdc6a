//! The line of the first owner, in a file of the data directory: standard output may be a log that others read.

use std::fs;
use std::io::{self, ErrorKind, Write};
use std::path::{Path, PathBuf};

use chat_proto::Secret;

use crate::journal::create_private;

/// The name of the file.
const FILE: &str = "owner-line";

/// Stores the line in the data directory `data`, in a file that only the user of the daemon reads, in the place of an
/// earlier one. Returns its path.
///
/// # Errors
/// Returns an error if the file cannot be written.
pub(crate) fn store(data: &Path, line: &Secret) -> io::Result<PathBuf> {
    remove_owner_line(data)?;
    let file = data.join(FILE);
    create_private(&file)?.write_all(format!("{}\n", line.reveal()).as_bytes())?;
    Ok(file)
}

/// Removes the line from the data directory `data`, if it is there.
///
/// # Errors
/// Returns an error if the file cannot be removed.
pub fn remove_owner_line(data: &Path) -> io::Result<()> {
    match fs::remove_file(data.join(FILE)) {
        Err(error) if error.kind() != ErrorKind::NotFound => Err(error),
        _ => Ok(()),
    }
}

#[cfg(test)]
mod tests {
    use std::os::unix::fs::PermissionsExt;

    use tempfile::TempDir;

    use super::*;

    #[test]
    fn a_line_replaces_the_one_before_and_only_the_user_of_the_daemon_reads_it() {
        let data = TempDir::new().unwrap();
        for line in ["chat://127.0.0.1:1/#a.b", "chat://127.0.0.1:1/#c.d"] {
            let file = store(data.path(), &Secret::new(line)).unwrap();
            assert_eq!(fs::read_to_string(&file).unwrap(), format!("{line}\n"));
            assert_eq!(fs::metadata(&file).unwrap().permissions().mode() & 0o777, 0o600);
        }
        for _ in 0..2 {
            remove_owner_line(data.path()).unwrap();
            assert_eq!(fs::read_dir(data.path()).unwrap().count(), 0);
        }
    }
}
