//! The rule of directions: a module uses only modules of its crate that are listed below it in
//! `docs/architecture.md`, and no modules of any crate use each other in a circle. Tests may use all modules.

use std::collections::{BTreeMap, BTreeSet};

use crate::sources::{Source, files, read};

/// The page with the lists, and their heading.
const PAGE: &str = "docs/architecture.md";
const HEADING: &str = "## Directions";

/// Pairs of a module and a module that it uses, with a file that contains the use.
type Uses = BTreeMap<(String, String), String>;

#[test]
fn modules_use_only_modules_below_them() {
    let page = read(PAGE);
    let lists = lists(&page);
    assert!(!lists.is_empty(), "{PAGE} lists no crate");
    let mut found = Vec::new();
    for (name, order) in lists {
        let sources = files(&[&format!("{name}/src")], "rs");
        let modules: BTreeSet<_> = sources
            .iter()
            .map(|source| module(name, source))
            .filter(|module| module != "lib")
            .collect();
        let mut uses = uses(name, &sources);
        for module in modules.iter().filter(|module| !order.contains_key(module.as_str())) {
            found.push(format!("{name}: {module} is not listed in {PAGE}"));
        }
        for listed in order.keys().filter(|listed| !modules.contains(**listed)) {
            found.push(format!("{name}: {PAGE} lists {listed}, which does not exist"));
        }
        uses.retain(|(from, to), _| !is_allowed(&order, from, to));
        found
            .extend(uses.into_iter().map(|((from, to), path)| format!("{path}: {from} uses {to}")));
    }
    assert!(found.is_empty(), "see {HEADING} in {PAGE}: {found:#?}");
}

#[test]
fn no_modules_use_each_other_in_a_circle() {
    let sources = files(&["crates", "tests", "tools"], "rs");
    let mut crates: BTreeMap<&str, Vec<Source>> = BTreeMap::new();
    for Source { path, text } in &sources {
        if let Some((name, _)) = path.split_once("/src/") {
            let source = Source { path: path.clone(), text: text.clone() };
            crates.entry(name).or_default().push(source);
        }
    }
    assert!(crates.len() > 6, "there are more crates than {:?}", crates.keys());
    let found: Vec<_> =
        crates.iter().flat_map(|(name, sources)| circles(uses(name, sources))).collect();
    assert!(found.is_empty(), "these modules use each other in a circle: {found:#?}");
}

#[test]
fn circles_are_found() {
    let uses = |pairs: &[(&str, &str)]| -> Uses {
        let owned = |(from, to): &(&str, &str)| ((*from).into(), (*to).into());
        pairs.iter().map(|pair| (owned(pair), "a/src/x.rs".to_owned())).collect()
    };
    let line = [("a", "b"), ("b", "c"), ("a", "c")];
    assert!(circles(uses(&line)).is_empty());
    let circle = [("a", "b"), ("b", "c"), ("c", "b"), ("c", "d")];
    assert_eq!(circles(uses(&circle)), ["a/src/x.rs: b uses c", "a/src/x.rs: c uses b"]);
}

#[test]
fn uses_are_found_in_all_forms() {
    let source = |path: &str, text: &str| Source { path: path.into(), text: text.into() };
    let sources = [
        source("a/src/lib.rs", "pub use self::token::{Token, x as y};\npub use time::Time;\n"),
        source("a/src/door.rs", "use crate::{Other, Time, y};\nfn new() -> crate::Token {\n"),
        source("a/src/hub.rs", "use crate::room::Room;\nuse super::ring::Ring;\n"),
        source(
            "a/src/hub/names.rs",
            "use super::super::{clock, config::{Config, x}};\nuse super::room;\n",
        ),
        source("a/src/seat.rs", "/// See [`crate::hub`].\nfn new() -> crate::batch::Batch {\n"),
        source("a/src/room/tests.rs", "use crate::session;\n"),
        source(
            "a/src/room.rs",
            "use super::x;\n#[cfg(test)]\nmod tests {\n    use crate::hub;\n}\n",
        ),
    ];
    let uses = uses("a", &sources);
    let found: Vec<_> = uses.keys().map(|(from, to)| format!("{from} {to}")).collect();
    let door = ["door time", "door token"];
    let others = ["hub clock", "hub config", "hub ring", "hub room", "room x", "seat batch"];
    assert_eq!(found, [&door[..], &others].concat());
    let page = format!("{HEADING}\n\n```text\na\n    hub\n    room seat\n    clock\n```\n");
    let order = &lists(&page)[0].1;
    assert!(is_allowed(order, "hub", "clock") && is_allowed(order, "hub", "seat"));
    assert!(!is_allowed(order, "room", "seat") && !is_allowed(order, "clock", "hub"));
}

/// Returns the list of each crate: its modules with their line numbers.
fn lists(page: &str) -> Vec<(&str, BTreeMap<&str, usize>)> {
    let (_, section) = page.split_once(HEADING).expect("the page has the heading");
    let block = section.split("```").nth(1).expect("the list is a block");
    let mut lists = Vec::new();
    for (number, line) in block.lines().enumerate().skip(1) {
        if !line.starts_with(' ') {
            lists.push((line, BTreeMap::new()));
        } else if let Some((_, order)) = lists.last_mut() {
            order.extend(line.split_whitespace().map(|module| (module, number)));
        }
    }
    lists
}

fn is_allowed(order: &BTreeMap<&str, usize>, from: &str, to: &str) -> bool {
    order.get(from).zip(order.get(to)).is_some_and(|(from, to)| from < to)
}

/// Returns the top-level module of a file.
fn module(name: &str, source: &Source) -> String {
    let path = source.path.strip_prefix(&format!("{name}/src/")).expect("the file is in the crate");
    path.split('/').next().unwrap_or(path).trim_end_matches(".rs").to_owned()
}

/// Returns the uses that are part of a circle, or between two circles.
fn circles(mut uses: Uses) -> Vec<String> {
    loop {
        let count = uses.len();
        let (from, to): (BTreeSet<_>, BTreeSet<_>) = uses.keys().cloned().unzip();
        uses.retain(|(user, used), _| to.contains(user) && from.contains(used));
        if uses.len() == count {
            return uses
                .into_iter()
                .map(|((from, to), path)| format!("{path}: {from} uses {to}"))
                .collect();
        }
    }
}

/// Returns the uses between the modules of a crate, those by names of its root included.
fn uses(name: &str, sources: &[Source]) -> Uses {
    let root = sources.iter().find(|source| source.path == format!("{name}/src/lib.rs"));
    let exports = root.map(|root| exports(&root.text)).unwrap_or_default();
    let mut uses = Uses::new();
    for source in sources.iter().filter(|source| !is_test(&source.path)) {
        let from = module(name, source);
        let depth = source.path.split('/').count() - format!("{name}/src").split('/').count();
        let code = source.text.split("\n#[cfg(test)]\nmod tests {").next().unwrap_or_default();
        let code: String =
            code.lines().filter(|line| !line.trim_start().starts_with("//")).collect();
        for root in ["crate::".to_owned(), "super::".repeat(depth)] {
            for name in code.split(&root).skip(1).flat_map(named) {
                let is_module = || name.starts_with(char::is_lowercase);
                let to = exports.get(name).copied().or_else(|| is_module().then_some(name));
                if let Some(to) = to.filter(|to| *to != from) {
                    uses.insert((from.clone(), to.to_owned()), source.path.clone());
                }
            }
        }
    }
    uses
}

fn is_test(path: &str) -> bool {
    path.ends_with("/tests.rs") || path.contains("/tests/")
}

/// Returns the names that the root of a crate exports from its modules, with these.
fn exports(root: &str) -> BTreeMap<&str, &str> {
    let mut exports = BTreeMap::new();
    for export in root.split("pub use ").skip(1) {
        let path = export.strip_prefix("self::").unwrap_or(export);
        let Some((module, names)) =
            path.split_once(';').and_then(|(path, _)| path.split_once("::"))
        else {
            continue;
        };
        let listed = names.trim_matches(['{', '}']).split(',').map(str::trim);
        // The last word: the name itself, that of an item within it, or the one it is exported as.
        let names = listed.filter_map(|name| name.rsplit([' ', ':']).next());
        exports.extend(names.map(|name| (name, module)));
    }
    exports
}

/// Returns the names at the start of a path, or in the braces at its start.
fn named(rest: &str) -> Vec<&str> {
    let end_of = |text: &str| text.find(|c: char| !(c.is_alphanumeric() || c == '_'));
    let first = |text: &'_ str| end_of(text).unwrap_or(text.len());
    match rest.strip_prefix('{') {
        None => vec![&rest[..first(rest)]],
        Some(group) => parts(group).into_iter().map(|part| &part[..first(part)]).collect(),
    }
}

/// Splits a group into its parts, up to the closing brace.
fn parts(group: &str) -> Vec<&str> {
    let (mut parts, mut start, mut depth) = (Vec::new(), 0, 0);
    for (at, c) in group.char_indices() {
        match c {
            '{' => depth += 1,
            '}' if depth > 0 => depth -= 1,
            ',' | '}' if depth == 0 => {
                parts.push(group[start..at].trim());
                start = at + 1;
                if c == '}' {
                    break;
                }
            }
            _ => {}
        }
    }
    parts
}
