//! The rule of functions: one that changes something is named by a verb, for what it does, and not by a participle, for
//! what has happened before: `remove_user`, not `left`.

use crate::sources::{Source, files};

/// This file, whose test has such functions as texts.
const THIS: &str = "tools/house/src/functions.rs";

/// Verbs that end like participles.
const VERBS: [&str; 6] = ["embed", "exceed", "feed", "need", "proceed", "seed"];

/// Participles with other endings.
const IRREGULAR: &str =
    "became become begun came found gone kept left lost met said seen sent shown told written";

#[test]
fn functions_that_change_something_are_named_by_verbs() {
    let mut sources = files(&["crates", "tools"], "rs");
    sources.retain(|Source { path, .. }| path.contains("/src/") && !is_test(path) && path != THIS);
    let participles: Vec<String> = sources
        .iter()
        .flat_map(|source| {
            let names = changing(&source.text).filter(|name| is_participle(name));
            names.map(|name| format!("{}: {name}", source.path))
        })
        .collect();
    assert!(participles.is_empty(), "to be called for what they do: {participles:#?}");
}

#[test]
fn a_participle_is_found_in_a_function_that_changes_something() {
    let text = "fn left(&mut self) {\n}\nfn answered(\n    state: &mut State,\n) {}\nfn asked(&self) {}\nfn feed(&mut \
                self) {}\n#[cfg(test)]\nmod tests {\n    fn lost(&mut self) {}\n}\n";
    let names: Vec<_> = changing(text).filter(|name| is_participle(name)).collect();
    assert_eq!(names, ["left", "answered"]);
}

/// The functions of a source that take something mutable, but for those of its tests.
fn changing(text: &str) -> impl Iterator<Item = &str> {
    let code = text.split("\n#[cfg(test)]\nmod tests {").next().unwrap_or_default();
    code.split("fn ").skip(1).filter_map(|function| {
        let (name, rest) = function.split_once('(')?;
        let arguments = rest.split_once(')').map_or(rest, |(arguments, _)| arguments);
        let name = name.split('<').next().unwrap_or(name);
        arguments.contains("&mut ").then_some(name)
    })
}

fn is_participle(name: &str) -> bool {
    let is_regular = name.ends_with("ed") && !name.contains('_') && !VERBS.contains(&name);
    is_regular || IRREGULAR.split(' ').any(|participle| participle == name)
}

fn is_test(path: &str) -> bool {
    ["/tests.rs", "/tests/", "/testing", "/fixture"].iter().any(|part| path.contains(part))
}
