//! The rule of plain words: `docs/style.md` has the words to write instead. `tools/house/words.txt` has the number of
//! uses that are left in the sources; it may only go down.

use std::collections::BTreeMap;

use crate::sources::{Source, files, files_in, read};

/// Words and phrases that cost a second reading.
const WORDS: [&str; 14] = [
    "a room of many",
    "a room of two",
    "anew",
    "for ever",
    "lest",
    "looks whether",
    "makes room for",
    "none of ours",
    "one who",
    "so many",
    "takes note",
    "the own one",
    "what is kept",
    "whoever",
];

/// The allowed counts: each line has a directory, a number and a phrase. Lower them when a use is removed.
const ALLOWED: &str = "tools/house/words.txt";

/// This file, which contains the words.
const THIS: &str = "tools/house/src/words.rs";

/// Counts by directory and word.
type Counts = BTreeMap<(String, String), usize>;

#[test]
fn no_directory_has_more_words_that_cost_a_second_reading() {
    let mut sources = files(&["crates", "docs", "tests", "tools"], "rs md js");
    sources.extend(files_in("", "md"));
    sources.retain(|source| source.path != THIS);
    let allowed = allowed(&read(ALLOWED));
    let more: Vec<_> = counts(&sources)
        .into_iter()
        .filter(|(key, count)| *count > allowed.get(key).copied().unwrap_or(0))
        .map(|((directory, word), count)| format!("{directory} {count} {word}"))
        .collect();
    assert!(
        more.is_empty(),
        "more than {ALLOWED} allows; see docs/style.md for better words: {more:#?}"
    );
}

#[test]
fn a_phrase_is_found_across_lines_but_not_within_words() {
    let source = |path: &str, text: &str| Source { path: path.into(), text: text.into() };
    let sources = [
        source("crates/tui/src/a.rs", "/// It waits for\n/// ever; Whoever reads it.\n"),
        source("crates/tui/src/b.rs", "CallAnew, for_ever, the slowest; \"draw it anew\""),
        source("docs/style.md", "| whoever | the caller |\nDraw it anew.\n"),
    ];
    let counts = counts(&sources);
    let shown: Vec<_> = counts.iter().map(|((at, word), count)| (&**at, &**word, *count)).collect();
    let tui = "crates/tui";
    let expected =
        [(tui, "anew", 1), (tui, "for ever", 1), (tui, "whoever", 1), ("docs", "anew", 1)];
    assert_eq!(shown, expected);
    assert_eq!(allowed("crates/tui 1 for ever\n")[&(tui.into(), "for ever".into())], 1);
}

fn counts(sources: &[Source]) -> Counts {
    let mut counts = Counts::new();
    for source in sources {
        let text = plain(source);
        for word in WORDS {
            let count = text.matches(&format!(" {word} ")).count();
            if count > 0 {
                *counts.entry((directory(&source.path), word.to_owned())).or_default() += count;
            }
        }
    }
    counts
}

/// Returns the words of a file with one space before and after each. Code is included: no name is one of the words.
fn plain(source: &Source) -> String {
    let is_own_table = |line: &&str| source.path == "docs/style.md" && line.starts_with('|');
    let mut plain = String::from(" ");
    for line in source.text.lines().filter(|line| !is_own_table(line)) {
        let is_word = |c: char| c.is_alphanumeric() || c == '_' || c == '\'';
        for word in line.split(|c| !is_word(c)).filter(|word| !word.is_empty()) {
            plain.push_str(&word.to_lowercase());
            plain.push(' ');
        }
    }
    plain
}

/// Returns the crate, the tool, or the top directory of a file.
fn directory(path: &str) -> String {
    let parts: Vec<_> = path.split('/').collect();
    match parts[..] {
        [group @ ("crates" | "tools"), name, ..] => format!("{group}/{name}"),
        [top, _, ..] => top.to_owned(),
        _ => ".".to_owned(),
    }
}

fn allowed(file: &str) -> Counts {
    let line = |line: &str| {
        let mut parts = line.splitn(3, ' ');
        let (directory, count, word) = (parts.next()?, parts.next()?, parts.next()?);
        Some(((directory.to_owned(), word.to_owned()), count.parse().ok()?))
    };
    file.lines().map(|text| line(text).unwrap_or_else(|| panic!("{ALLOWED}: {text}"))).collect()
}
