//! The files of the checkout.

use std::fs;
use std::path::{Path, PathBuf};

#[derive(Debug)]
pub(crate) struct Source {
    /// Relative to the root of the checkout, with `/` on every system.
    pub(crate) path: String,
    pub(crate) text: String,
}

/// Returns the files with one of these `extensions`, separated by spaces, in `directories` and their subdirectories.
///
/// # Panics
/// If a directory has none: a moved directory must not disable a rule.
pub(crate) fn files(directories: &[&str], extensions: &str) -> Vec<Source> {
    let mut found = Vec::new();
    for directory in directories {
        let before = found.len();
        collect(directory, extensions, true, &mut found);
        assert!(found.len() > before, "{directory} has no files with the extension {extensions}");
    }
    found.sort_by(|one, other| one.path.cmp(&other.path));
    found
}

/// Returns the files with one of these `extensions` in `directory`, without its subdirectories.
pub(crate) fn files_in(directory: &str, extensions: &str) -> Vec<Source> {
    let mut found = Vec::new();
    collect(directory, extensions, false, &mut found);
    found
}

/// Returns the text of a file of the checkout.
pub(crate) fn read(path: &str) -> String {
    fs::read_to_string(root().join(path)).unwrap_or_else(|error| panic!("{path}: {error}"))
}

fn root() -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("../..")
}

fn collect(directory: &str, extensions: &str, deeply: bool, found: &mut Vec<Source>) {
    for entry in fs::read_dir(root().join(directory)).unwrap() {
        let entry = entry.unwrap();
        let name = entry.file_name().into_string().unwrap();
        let path = if directory.is_empty() { name } else { format!("{directory}/{name}") };
        let extension = path.rsplit_once('.').map_or("", |(_, extension)| extension);
        if entry.file_type().unwrap().is_dir() {
            if deeply {
                collect(&path, extensions, deeply, found);
            }
        } else if extensions.split(' ').any(|one| one == extension) {
            found.push(Source { text: read(&path), path });
        }
    }
}
