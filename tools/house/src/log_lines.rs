//! The rule of log lines: `docs/operations.md` has every line that the daemon logs, except those whose whole text is a
//! value, and no line that it does not log.

use std::collections::BTreeSet;

use crate::sources::{files, read};

const PAGE: &str = "docs/operations.md";

/// The head of a table of log lines in the page.
const HEAD: &str = "| level | line | what to do |";

/// Stands for the value of a placeholder.
const VALUE: &str = "…";

/// A level, and a text in which each placeholder is a [`VALUE`].
type Line = (String, String);

#[test]
fn the_page_on_operations_has_every_log_line() {
    let mut sources = files(&["crates/server/src", "crates/log/src"], "rs");
    sources.retain(|source| !source.path.contains("/tests"));
    let logged: BTreeSet<Line> = sources.iter().flat_map(|source| logged(&source.text)).collect();
    let listed: BTreeSet<Line> = listed(&read(PAGE)).collect();
    assert!(!listed.is_empty(), "{PAGE} has no table {HEAD}");
    let missing: Vec<_> = logged.difference(&listed).collect();
    assert!(missing.is_empty(), "add these lines to {PAGE}, with what to do: {missing:#?}");
    let gone: Vec<_> = listed.difference(&logged).filter(|(_, text)| is_text(text)).collect();
    assert!(gone.is_empty(), "{PAGE} has lines that are not logged: {gone:#?}");
}

#[test]
fn log_lines_are_found_in_sources_and_page() {
    let source = " info!(%peer, id = f(\"x\"), \"in {} \\\n    twice\", here);\n warn!(\"{loss}. {EPOCH}\");\n\
                  log.line(Level::Warn, \"dropped {n}\");\n#[cfg(test)]\nmod tests {\n    info!(\"not\");\n}";
    let line = |level: &str, text: &str| (level.to_owned(), text.to_owned());
    let found: Vec<_> = logged(source).collect();
    assert_eq!(found, [line("info", "in … twice"), line("warn", "dropped …")]);
    let page = format!(
        "| a | b |\n|---|---|\n| c | `d` |\n\n{HEAD}\n|---|---|---|\n| warn | `gone …` | look |\n\nx"
    );
    assert_eq!(listed(&page).collect::<Vec<_>>(), [line("warn", "gone …")]);
}

/// Returns what a source logs, without its tests.
fn logged(source: &str) -> impl Iterator<Item = Line> {
    let source = source.split("#[cfg(test)]\nmod tests {").next().unwrap_or_default();
    let levels = ["info", "warn", "error"].into_iter();
    let calls = levels.flat_map(move |level| {
        let upper = format!("Level::{}{},", level[..1].to_uppercase(), &level[1..]);
        let marks = [format!(" {level}!("), upper];
        marks.into_iter().flat_map(move |mark| {
            let texts: Vec<_> = source.split(&mark).skip(1).filter_map(text).collect();
            texts.into_iter().map(move |text| (level.to_owned(), text))
        })
    });
    calls.filter(|(_, text)| is_text(text))
}

/// Returns the text of a call whose arguments follow: the first string that is an argument by itself.
fn text(arguments: &str) -> Option<String> {
    let mut depth = 0_usize;
    let mut chars = arguments.char_indices();
    while let Some((at, c)) = chars.next() {
        match c {
            '(' => depth += 1,
            ')' => depth = depth.checked_sub(1)?,
            '"' => {
                let rest = &arguments[at + 1..];
                let end = end_of_string(rest)?;
                if depth == 0 {
                    return Some(with_values(&rest[..end]));
                }
                chars.by_ref().find(|(place, _)| *place == at + 1 + end);
            }
            _ => {}
        }
    }
    None
}

/// Returns where the string that `rest` begins in ends.
fn end_of_string(rest: &str) -> Option<usize> {
    let mut is_escaped = false;
    rest.char_indices().find_map(|(at, c)| {
        let is_end = c == '"' && !is_escaped;
        is_escaped = c == '\\' && !is_escaped;
        is_end.then_some(at)
    })
}

/// Returns a string literal as it is logged, with a [`VALUE`] for each placeholder.
fn with_values(literal: &str) -> String {
    let mut joined = String::new();
    for (nth, part) in literal.split("\\\n").enumerate() {
        joined.push_str(if nth == 0 { part } else { part.trim_start() });
    }
    let mut parts = joined.split('{');
    let mut text = parts.next().unwrap_or_default().to_owned();
    for part in parts {
        text.push_str(VALUE);
        text.push_str(part.split_once('}').map_or("", |(_, rest)| rest));
    }
    text
}

/// Returns the lines of the tables in the page.
fn listed(page: &str) -> impl Iterator<Item = Line> {
    let tables = page.split("\n\n").filter(|table| table.starts_with(HEAD));
    let rows = tables.flat_map(|table| table.lines().skip(2));
    rows.filter_map(|row| {
        let mut cells = row.trim_start_matches("| ").split(" | ");
        let (level, line) = (cells.next()?, cells.next()?);
        Some((level.to_owned(), line.trim_matches('`').to_owned()))
    })
}

/// Whether a line has a text of its own beside its values.
fn is_text(line: &str) -> bool {
    line.chars().any(char::is_alphabetic)
}
