//! The rules of lengths: a source file is short enough to be read from top to bottom, and a line of prose is short
//! enough to be read beside a second window.

use crate::sources::{Source, files, files_in};

/// Most lines of a file, as `CONTRIBUTING.md` says.
const LINES_MAX: usize = 400;

/// Most characters of a line of a comment: no formatter wraps comments.
const COMMENT_CHARS_MAX: usize = 120;

/// Most characters of a line of a document, but for tables and code.
const PROSE_CHARS_MAX: usize = 130;

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

#[test]
fn no_line_of_prose_is_too_long() {
    let comments = files(&["crates", "tests", "tools"], "rs js");
    let mut documents = files(&["docs"], "md");
    documents.extend(files_in("", "md"));
    let comments =
        comments.iter().flat_map(|source| long(source, comment_lines, COMMENT_CHARS_MAX));
    let documents = documents.iter().flat_map(|source| long(source, prose_lines, PROSE_CHARS_MAX));
    let long: Vec<String> = comments.chain(documents).collect();
    assert!(long.is_empty(), "too long, to be wrapped: {long:#?}");
}

#[test]
fn tables_and_code_are_not_prose() {
    let document =
        "Prose.\n\n| a | table |\n```sh\ncode\n```\n\n    code\n\n  <img>\n* a list\n  of lines\n";
    let prose: Vec<_> =
        prose_lines(document).map(|(_, line)| line).filter(|l| !l.is_empty()).collect();
    assert_eq!(prose, ["Prose.", "* a list", "  of lines"]);
    let comments: Vec<_> =
        comment_lines("/// One.\nlet url = \"http://\";\n    // Two.\n/** Three. */\n * Four.\n")
            .collect();
    assert_eq!(
        comments,
        [(1, "/// One."), (3, "    // Two."), (4, "/** Three. */"), (5, " * Four.")]
    );
}

/// The lines of a kind that have more than `max` characters.
fn long<'s, L: Iterator<Item = (usize, &'s str)>>(
    source: &'s Source,
    lines: fn(&'s str) -> L,
    max: usize,
) -> impl Iterator<Item = String> {
    lines(&source.text)
        .map(|(number, line)| (number, line.chars().count()))
        .filter(move |(_, chars)| *chars > max)
        .map(move |(number, chars)| format!("{}:{number}: {chars} of {max}", source.path))
}

/// The lines with nothing but a comment, without tables, with their numbers.
fn comment_lines(text: &str) -> impl Iterator<Item = (usize, &str)> {
    (1..).zip(text.lines()).filter(|(_, line)| {
        let line = line.trim_start();
        ["//", "/*", "* "].iter().any(|start| line.starts_with(start)) && !line.starts_with("//! |")
    })
}

/// The lines of a document that can be wrapped, with their numbers.
fn prose_lines(text: &str) -> impl Iterator<Item = (usize, &str)> {
    let mut is_code = false;
    (1..).zip(text.lines()).filter(move |(_, line)| {
        let is_fence = line.trim_start().starts_with("```");
        is_code ^= is_fence;
        let is_table = line.starts_with('|') || line.trim_start().starts_with('<');
        !(is_code || is_fence || is_table || line.starts_with("    "))
    })
}
