//! The rule of plain words: `docs/style.md` has the words to write instead.

use crate::sources::{Source, files, files_in};

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

/// This file, which contains the words.
const THIS: &str = "tools/house/src/words.rs";

#[test]
fn no_source_has_words_that_cost_a_second_reading() {
    let mut sources = files(&["crates", "docs", "tests", "tools"], "rs md js");
    sources.extend(files_in("", "md"));
    sources.retain(|source| source.path != THIS);
    let found = uses(&sources);
    assert!(found.is_empty(), "docs/style.md has better words: {found:#?}");
}

#[test]
fn a_phrase_is_found_across_lines_but_not_within_words() {
    let source = |path: &str, text: &str| Source { path: path.into(), text: text.into() };
    let sources = [
        source("crates/tui/src/a.rs", "/// It waits for\n/// ever; Whoever reads it.\n"),
        source("crates/tui/src/b.rs", "CallAnew, for_ever, the slowest; \"draw it anew\""),
        source("docs/style.md", "| whoever | the caller |\nDraw it anew.\n"),
    ];
    let expected = [
        "crates/tui/src/a.rs: for ever",
        "crates/tui/src/a.rs: whoever",
        "crates/tui/src/b.rs: anew",
        "docs/style.md: anew",
    ];
    assert_eq!(uses(&sources), expected);
}

/// Returns each file and each of the words that it has.
fn uses(sources: &[Source]) -> Vec<String> {
    let uses = sources.iter().flat_map(|source| {
        let text = plain(source);
        let words = WORDS.iter().filter(move |word| text.contains(&format!(" {word} ")));
        words.map(move |word| format!("{}: {word}", source.path))
    });
    uses.collect()
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
