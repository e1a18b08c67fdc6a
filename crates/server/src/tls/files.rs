//! The files of the daemon's own key and certificate, in its data directory.

use std::fs::{self, File};
use std::io::{ErrorKind, Write};
use std::path::Path;

use super::identity::{Identity, NewIdentity};
use super::{TLS_DIRECTORY, TlsError};
use crate::journal::{create_private, create_private_directory};

const CERTIFICATE_FILE: &str = "certificate.pem";
const KEY_FILE: &str = "key.pem";

/// The directory in which the two files are made. It gets its name once they are stored, so a start that is killed
/// leaves both or none.
const DRAFT_DIRECTORY: &str = "tls.new";

/// Reads the identity in the data directory, or makes it if there is none. Only one daemon may do so at a time: its
/// caller has the lock of the journal.
///
/// # Errors
/// Returns an error that says what to do if there is an identity that cannot be used: it is never replaced.
pub(super) fn open(data: &Path) -> Result<Identity, TlsError> {
    match read(data)? {
        Some(identity) => Ok(identity),
        None => make(data),
    }
}

/// Reads the identity in the data directory; `None` if no daemon has made it yet.
///
/// # Errors
/// Returns an error that says what to do if it cannot be used.
pub(super) fn read(data: &Path) -> Result<Option<Identity>, TlsError> {
    let directory = data.join(TLS_DIRECTORY);
    let (certificate, key) = (directory.join(CERTIFICATE_FILE), directory.join(KEY_FILE));
    match (is_there(&certificate)?, is_there(&key)?) {
        (false, false) => Ok(None),
        (true, true) => Identity::read(&certificate, &key).map(Some),
        (false, true) => Err(TlsError::Incomplete { missing: certificate, present: key }),
        (true, false) => Err(TlsError::Incomplete { missing: key, present: certificate }),
    }
}

fn is_there(path: &Path) -> Result<bool, TlsError> {
    path.try_exists().map_err(TlsError::io(path))
}

fn make(data: &Path) -> Result<Identity, TlsError> {
    let NewIdentity { identity, certificate_pem, key_pem } = NewIdentity::make()?;
    let (draft, directory) = (data.join(DRAFT_DIRECTORY), data.join(TLS_DIRECTORY));
    match fs::remove_dir_all(&draft) {
        Err(error) if error.kind() != ErrorKind::NotFound => {
            return Err(TlsError::io(&draft)(error));
        }
        _ => create_private_directory(&draft).map_err(TlsError::io(&draft))?,
    }
    write(&draft.join(CERTIFICATE_FILE), &certificate_pem)?;
    write(&draft.join(KEY_FILE), &key_pem)?;
    sync(&draft)?;
    // Takes the place of an empty directory, too.
    fs::rename(&draft, &directory).map_err(TlsError::io(&directory))?;
    sync(data)?;
    Ok(identity)
}

fn write(path: &Path, text: &str) -> Result<(), TlsError> {
    let written = create_private(path).and_then(|mut file| {
        file.write_all(text.as_bytes())?;
        file.sync_all()
    });
    written.map_err(TlsError::io(path))
}

fn sync(directory: &Path) -> Result<(), TlsError> {
    File::open(directory).and_then(|open| open.sync_all()).map_err(TlsError::io(directory))
}

#[cfg(test)]
mod tests {
    use std::os::unix::fs::PermissionsExt;

    use tempfile::TempDir;

    use super::*;

    fn mode(path: &Path) -> u32 {
        fs::metadata(path).unwrap().permissions().mode() & 0o777
    }

    #[test]
    fn a_key_is_made_once_and_only_its_owner_can_read_it() {
        let data = TempDir::new().unwrap();
        assert!(read(data.path()).unwrap().is_none());
        // The drafts that a start leaves if it is killed.
        fs::create_dir(data.path().join(DRAFT_DIRECTORY)).unwrap();
        fs::write(data.path().join(DRAFT_DIRECTORY).join(KEY_FILE), "half").unwrap();
        let first = open(data.path()).unwrap().server_key().unwrap();
        let again = open(data.path()).unwrap().server_key().unwrap();
        assert_eq!(first, again);
        let directory = data.path().join(TLS_DIRECTORY);
        assert_eq!(mode(&directory), 0o700);
        for file in [CERTIFICATE_FILE, KEY_FILE] {
            assert_eq!(mode(&directory.join(file)), 0o600, "{file}");
        }
        assert!(!data.path().join(DRAFT_DIRECTORY).exists());
    }

    #[test]
    fn a_key_that_is_there_is_never_replaced() {
        for (file, broken) in [
            (KEY_FILE, None),
            (CERTIFICATE_FILE, None),
            (KEY_FILE, Some("")),
            (KEY_FILE, Some("x")),
        ] {
            let data = TempDir::new().unwrap();
            open(data.path()).unwrap();
            let path = data.path().join(TLS_DIRECTORY).join(file);
            match broken {
                None => fs::remove_file(&path).unwrap(),
                Some(text) => fs::write(&path, text).unwrap(),
            }
            let error = open(data.path()).unwrap_err().to_string();
            assert!(error.contains(&path.display().to_string()), "{error}");
            assert!(error.contains("Restore it from a copy"), "{error}");
            assert_eq!(path.exists(), broken.is_some());
        }
    }
}
