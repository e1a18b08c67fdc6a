//! The rule of lengths: a source file is short enough to be read from top to bottom.

use crate::sources::files;

/// Most lines of a file, as `CONTRIBUTING.md` says.
const LINES_MAX: usize = 400;

#[test]
fn no_file_is_longer_than_a_reader_takes_in() {
    let sources = files(&["crates", "tests", "tools"], "rs");
    let long = sources.iter().filter_map(|source| {
        let lines = source.text.lines().count();
        (lines > LINES_MAX).then(|| format!("{}: {lines} lines", source.path))
    });
    let long: Vec<String> = long.collect();
    assert!(long.is_empty(), "longer than {LINES_MAX} lines, to be split: {long:#?}");
}
