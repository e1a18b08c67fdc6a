//! The settings file on the disk.

use std::fs::{self, File};
use std::io::{self, Read, Write};
use std::path::{Path, PathBuf};

use super::{Change, FILE_BYTES_MAX, Layer, SetError, read, set};

/// Most notices about one file: more would hide the rest of the screen.
const NOTICES_MAX: usize = 8;

/// Why a setting is not saved.
#[derive(Debug, thiserror::Error)]
pub enum SaveError {
    /// No variable of the environment has the directory of the file.
    #[error("there is no place for the settings file. Set HOME")]
    NoPath,
    /// The file cannot be read.
    #[error("cannot read {path}", path = .0.display())]
    Read(PathBuf, #[source] io::Error),
    /// The file cannot be written.
    #[error("cannot write {path}", path = .0.display())]
    Write(PathBuf, #[source] io::Error),
    /// The file cannot be changed.
    #[error(transparent)]
    Set(#[from] SetError),
}

/// Reads the settings file. Returns what it sets, and a notice for everything that is wrong. A file that
/// does not exist sets nothing.
#[must_use]
pub fn load(path: &Path) -> (Layer, Vec<String>) {
    let (layer, problems) = match text(path) {
        Ok(text) => read(&text),
        Err(error) if error.kind() == io::ErrorKind::NotFound => return Default::default(),
        Err(error) => {
            let path = path.display();
            let notice = format!("Cannot read {path}: {error}. All settings have their defaults.");
            return (Layer::default(), vec![notice]);
        }
    };
    let more = problems.len().saturating_sub(NOTICES_MAX);
    let mut notices: Vec<_> = problems.iter().take(NOTICES_MAX).map(ToString::to_string).collect();
    if more > 0 {
        notices.push(format!("{} has {more} more mistakes.", path.display()));
    }
    (layer, notices)
}

/// Changes one setting in the settings file, which is made if it does not exist. A crash leaves the old
/// file or the new one.
///
/// # Errors
/// Returns an error if the file cannot be read, changed or written; it stays as it was then.
pub fn save(path: &Path, change: &Change) -> Result<(), SaveError> {
    // A link stays a link: people keep such files elsewhere.
    let path = &path.canonicalize().unwrap_or_else(|_| path.to_owned());
    let old = match text(path) {
        Err(error) if error.kind() == io::ErrorKind::NotFound => String::new(),
        text => text.map_err(|error| SaveError::Read(path.clone(), error))?,
    };
    let new = set(&old, change)?;
    replace(path, &new).map_err(|error| SaveError::Write(path.clone(), error))
}

/// The text of the file, and one byte more than is allowed if it is longer.
fn text(path: &Path) -> io::Result<String> {
    // To open a pipe may take for as long as its other end likes.
    if !fs::metadata(path)?.is_file() {
        return Err(io::Error::new(io::ErrorKind::InvalidInput, "not a file"));
    }
    let mut text = String::new();
    File::open(path)?.take(FILE_BYTES_MAX as u64 + 1).read_to_string(&mut text)?;
    Ok(text)
}

fn replace(path: &Path, text: &str) -> io::Result<()> {
    if text.len() > FILE_BYTES_MAX {
        let what = format!("the file is longer than {} kB", FILE_BYTES_MAX / 1024);
        return Err(io::Error::new(io::ErrorKind::FileTooLarge, what));
    }
    if let Some(directory) = path.parent() {
        fs::create_dir_all(directory)?;
    }
    let new = path.with_extension(format!("toml.{}", std::process::id()));
    let written = File::create(&new).and_then(|mut file| {
        if let Ok(old) = fs::metadata(path) {
            file.set_permissions(old.permissions())?;
        }
        file.write_all(text.as_bytes())?;
        file.sync_all()?;
        fs::rename(&new, path)
    });
    if written.is_err() {
        let _ = fs::remove_file(&new);
    }
    written
}

#[cfg(test)]
mod tests {
    use std::os::unix::fs::{PermissionsExt, symlink};

    use super::*;

    fn set_of(text: &str) -> Layer {
        let (layer, problems) = read(text);
        assert_eq!(problems, []);
        layer
    }

    #[test]
    fn a_saved_setting_is_read_again_and_comments_stay() {
        let directory = tempfile::tempdir().unwrap();
        let path = directory.path().join("new").join("config.toml");
        assert_eq!(load(&path), (Layer::default(), Vec::new()));
        save(&path, &Change::Value("theme", "dark")).unwrap();
        assert_eq!(load(&path), (set_of("theme = \"dark\""), Vec::new()));
        fs::write(&path, "# mine\ntheme = \"dark\" # at night\n").unwrap();
        save(&path, &Change::Value("theme", "light")).unwrap();
        let text = fs::read_to_string(&path).unwrap();
        assert_eq!(text, "# mine\ntheme = \"light\" # at night\n");
        let files = fs::read_dir(path.parent().unwrap()).unwrap();
        assert_eq!(files.count(), 1, "nothing else is left behind");
    }

    #[test]
    fn a_link_and_the_permissions_stay() {
        let directory = tempfile::tempdir().unwrap();
        let (file, link) = (directory.path().join("real"), directory.path().join("config.toml"));
        fs::write(&file, "").unwrap();
        fs::set_permissions(&file, fs::Permissions::from_mode(0o600)).unwrap();
        symlink(&file, &link).unwrap();
        save(&link, &Change::Value("mouse", "off")).unwrap();
        assert!(fs::symlink_metadata(&link).unwrap().is_symlink());
        assert_eq!(fs::read_to_string(&file).unwrap(), "mouse = false\n");
        assert_eq!(fs::metadata(&file).unwrap().permissions().mode() & 0o777, 0o600);
    }

    #[test]
    fn a_file_that_cannot_be_read_leaves_the_defaults_and_is_not_replaced() {
        let directory = tempfile::tempdir().unwrap();
        let path = directory.path().join("config.toml");
        fs::write(&path, b"theme = \"dark\" # \xff\n").unwrap();
        let (layer, notices) = load(&path);
        assert_eq!((layer, notices.len()), (Layer::default(), 1));
        assert!(notices[0].contains("All settings have their defaults"), "{notices:?}");
        assert!(matches!(save(&path, &Change::Value("theme", "light")), Err(SaveError::Read(..))));
        assert_eq!(fs::read(&path).unwrap(), b"theme = \"dark\" # \xff\n");
        let notices = load(directory.path()).1;
        assert!(notices[0].contains("not a file"), "{notices:?}");
    }

    #[test]
    fn only_the_first_mistakes_are_shown() {
        let directory = tempfile::tempdir().unwrap();
        let path = directory.path().join("config.toml");
        let lines: Vec<_> = (0..NOTICES_MAX + 3).map(|number| format!("x{number} = 1")).collect();
        fs::write(&path, lines.join("\n")).unwrap();
        let notices = load(&path).1;
        assert_eq!(notices.len(), NOTICES_MAX + 1);
        assert!(notices[NOTICES_MAX].ends_with("3 more mistakes."), "{notices:?}");
    }
}
