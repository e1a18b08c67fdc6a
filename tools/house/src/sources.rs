//! The files of the checkout.

use std::fs;
use std::path::{Path, PathBuf};

/// A file, by its path from the root of the checkout, with `/` between its parts.
#[derive(Debug)]
pub(crate) struct Source {
    pub(crate) path: String,
    pub(crate) text: String,
}

/// Returns the files whose names end in `.extension` in these directories and all below them.
///
/// # Panics
/// Panics if there are none: a directory that has moved must not make a rule hold for nothing.
pub(crate) fn files(directories: &[&str], extension: &str) -> Vec<Source> {
    let mut found = Vec::new();
    for directory in directories {
        let before = found.len();
        collect(&root().join(directory), extension, &mut found);
        assert!(found.len() > before, "there is no .{extension} file in {directory}");
    }
    found.sort_by(|one, other| one.path.cmp(&other.path));
    found
}

fn root() -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("../..")
}

fn collect(directory: &Path, extension: &str, found: &mut Vec<Source>) {
    for entry in fs::read_dir(directory).unwrap() {
        let path = entry.unwrap().path();
        if path.is_dir() {
            collect(&path, extension, found);
        } else if path.extension().is_some_and(|it| it == extension) {
            let text = fs::read_to_string(&path).unwrap();
            let path = path.strip_prefix(root()).unwrap().to_str().unwrap().to_owned();
            found.push(Source { path, text });
        }
    }
}
