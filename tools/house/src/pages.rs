//! The rule of pages: a file, an item of the code, a test or a recipe that a page names exists. So a rename changes the
//! pages in the same commit.

use std::collections::BTreeSet;

use crate::sources::{Source, files, files_in, read};

/// The page that names items of the code, and the one that names tests.
const ARCHITECTURE: &str = "docs/architecture.md";
const GUARANTEES: &str = "docs/guarantees.md";

#[test]
fn pages_name_files_and_recipes_that_exist() {
    let mut paths: BTreeSet<String> = sources().into_iter().map(|source| source.path).collect();
    let others = files(&["docs", "tests", "examples", "tools"], "md txt sh py toml");
    paths.extend(others.into_iter().chain(files_in("", "md toml")).map(|file| file.path));
    let justfile = read("justfile");
    let mut missing = Vec::new();
    for page in files_in("", "md").into_iter().chain(files_in("docs", "md")) {
        for name in quoted(&page.text).filter(|name| is_file(name)) {
            let suffix = format!("/{name}");
            if !paths.iter().any(|path| path == name || path.ends_with(&suffix)) {
                missing.push(format!("{}: {name}", page.path));
            }
        }
        for recipe in recipes(&page.text) {
            let is_it = |line: &str| {
                line.strip_prefix(recipe).is_some_and(|rest| rest.starts_with([' ', ':']))
            };
            if !justfile.lines().any(is_it) {
                missing.push(format!("{}: just {recipe}", page.path));
            }
        }
    }
    assert!(missing.is_empty(), "these do not exist: {missing:#?}");
}

#[test]
fn the_page_on_architecture_names_items_that_exist() {
    let page = read(ARCHITECTURE);
    let sources = sources();
    let missing: Vec<_> =
        quoted(&page).filter(|name| is_item(name) && !exists(name, &sources)).collect();
    assert!(missing.is_empty(), "{ARCHITECTURE} names items that no file has: {missing:#?}");
}

#[test]
fn the_page_on_guarantees_names_tests_that_exist() {
    let page = read(GUARANTEES);
    let sources = sources();
    let missing: Vec<_> = tests(&page).filter(|test| !has_test(*test, &sources)).collect();
    assert!(missing.is_empty(), "{GUARANTEES} names tests that do not exist: {missing:#?}");
}

#[test]
fn missing_items_and_tests_are_found() {
    let source = |path: &str, text: &str| Source { path: path.into(), text: text.into() };
    let sources = [
        source("crates/server/src/hub.rs", "impl Hub { fn close(&self) {} }"),
        source("crates/server/src/hub/tests.rs", "mod faults;"),
        source("crates/server/src/hub/tests/faults.rs", ""),
        source("crates/server/src/server.rs", "#[cfg(test)]\nmod tests {"),
        source("tests/tests/restore.rs", ""),
    ];
    for (name, is_there) in [("Hub::close", true), ("close", true), ("Hub::open", false)] {
        assert!(is_item(name));
        assert_eq!(exists(name, &sources), is_there, "{name}");
    }
    let page = "| fault | shown by |\n|---|---|\n| fault | `hub::tests::faults`, session: `ghosts` |\n\
                | `--keep` | `server::tests`, `restore`, `hub::tests`, `room::tests` |\n\n\
                | `join` | `x` |\n";
    let found = tests(page).filter(|test| !has_test(*test, &sources));
    assert_eq!(found.collect::<Vec<_>>(), [(", session: ", "ghosts"), (", ", "room::tests")]);
    let page = "Run `just torture --seed`, `cargo x`, or\n\n    just no-such 100 # a\n    cd x && just bench # b\n";
    assert_eq!(recipes(page).collect::<Vec<_>>(), ["torture", "no-such", "bench"]);
}

/// All files that a page names a test or an item of.
fn sources() -> Vec<Source> {
    files(&["crates", "tests", "tools"], "rs")
}

/// Returns the texts between single backticks.
fn quoted(page: &str) -> impl Iterator<Item = &str> {
    page.lines().flat_map(|line| line.split('`').skip(1).step_by(2))
}

/// Whether it looks like a file of the checkout: the files of a data directory have no such ending.
fn is_file(name: &str) -> bool {
    let is_path = name.chars().all(|c| c.is_ascii_alphanumeric() || "/._-".contains(c));
    is_path && [".rs", ".md", ".toml", ".sh", ".py"].iter().any(|ending| name.ends_with(ending))
}

/// Whether it looks like an item: `Type::function`, `Type`, `function`.
fn is_item(name: &str) -> bool {
    let is_word = |word: &str| !word.is_empty() && word.chars().all(is_word_char);
    name.split("::").all(is_word) && name.chars().any(|c| c.is_ascii_alphabetic())
}

/// Whether one file has all parts of a name, as words of its text or as parts of its path.
fn exists(name: &str, sources: &[Source]) -> bool {
    let has_word = |text: &str, word: &str| {
        text.contains(word) && text.split(|c| !is_word_char(c)).any(|one| one == word)
    };
    let has = |source: &Source, part| has_word(&source.path, part) || has_word(&source.text, part);
    sources.iter().any(|source| name.split("::").all(|part| has(source, part)))
}

const fn is_word_char(c: char) -> bool {
    c.is_ascii_alphanumeric() || c == '_'
}

/// Returns the tests in the column "shown by", the last one of its tables, each with what is written in front of it.
fn tests(page: &str) -> impl Iterator<Item = (&str, &str)> {
    let tables = page.split("\n\n").filter(|table| table.starts_with('|'));
    let tables = tables
        .filter(|table| table.lines().next().is_some_and(|head| head.ends_with("| shown by |")));
    let cells =
        tables.flat_map(|table| table.lines().skip(2)).filter_map(|row| row.rsplit('|').nth(1));
    let names = cells.flat_map(|cell| {
        let parts: Vec<&str> = cell.split('`').collect();
        parts.chunks_exact(2).map(|pair| (pair[0], pair[1])).collect::<Vec<_>>()
    });
    names.filter(|(_, name)| !name.contains(' '))
}

/// Whether a test file or test module of that name exists. A name without `::` is an end-to-end test, or one of
/// sessions behind `session:`.
fn has_test((before, name): (&str, &str), sources: &[Source]) -> bool {
    let has = |path: &str| sources.iter().find(|source| source.path.ends_with(path));
    if !name.contains("::") {
        let is_of_sessions = before.trim_start_matches([',', ' ']).starts_with("session");
        let directory = if is_of_sessions { "server/tests/session" } else { "tests/tests" };
        return has(&format!("{directory}/{name}.rs")).is_some();
    }
    let path = name.replace("::", "/");
    let within = path.strip_suffix("/tests").and_then(|module| has(&format!("/src/{module}.rs")));
    has(&format!("/src/{path}.rs")).is_some()
        || within.is_some_and(|module| module.text.contains("mod tests {"))
}

/// Returns the recipes of `just` that a page names: after a backtick, or as a command in an indented block.
fn recipes(page: &str) -> impl Iterator<Item = &str> {
    let commands = page.lines().flat_map(|line| {
        let indented = line.strip_prefix("    ").and_then(|line| line.split('#').next());
        let indented = indented.into_iter().flat_map(|line| line.split("&&").map(str::trim));
        indented.chain(quoted(line))
    });
    let arguments = commands.filter_map(|command| command.strip_prefix("just "));
    let words = arguments.filter_map(|arguments| arguments.split_whitespace().next());
    words.filter(|word| word.starts_with(|c: char| c.is_ascii_lowercase()))
}
