//! The rule of types: a type is a noun, not a participle. `Publication` says what a value is; `Published` says only
//! what has happened to it.

use crate::sources::files;

/// Nouns that end like participles, events of the protocol, and terms of the field.
const NOUNS: [&str; 15] = [
    "Accepted", "Binding", "Edited", "Greeting", "Incoming", "Listing", "Opening", "Ring", "Seed",
    "Shared", "Spelling", "Standing", "String", "Typing", "Trusted",
];

/// Participles with other endings.
const IRREGULAR: &str = "Begun Bound Chosen Done Forgotten Found Given Gone Held Hidden Known Left Lost Made Said Sent \
                         Shown Stolen Taken Written";

#[test]
fn types_are_nouns() {
    let sources = files(&["crates", "tests", "tools"], "rs");
    let participles = sources.iter().flat_map(|source| {
        let names = source.text.lines().filter_map(type_name).filter(|name| is_participle(name));
        names.map(|name| format!("{}: {name}", source.path))
    });
    let participles: Vec<String> = participles.collect();
    assert!(participles.is_empty(), "to be called what their values are: {participles:#?}");
}

#[test]
fn a_participle_is_found_in_each_kind_of_type() {
    let names = [
        "struct Published {",
        "    pub(crate) enum Found<'a> {",
        "pub type JobRunning = u8;",
        "trait Held {}",
    ];
    assert!(names.iter().all(|line| type_name(line).is_some_and(is_participle)));
    for line in [
        "struct MissedMessages {",
        "enum Typing {",
        "pub struct RoomListing {",
        "// struct Published",
    ] {
        assert!(!type_name(line).is_some_and(is_participle), "{line}");
    }
}

/// The type that a line defines.
fn type_name(line: &str) -> Option<&str> {
    let line = line.trim_start();
    let line = match line.strip_prefix("pub") {
        Some(rest) => rest
            .strip_prefix('(')
            .map_or(rest, |rest| rest.split_once(')').unwrap_or_default().1)
            .trim_start(),
        None => line,
    };
    let kinds = ["struct ", "enum ", "type ", "trait "];
    let rest = kinds.iter().find_map(|kind| line.strip_prefix(kind))?;
    rest.split(|c: char| !c.is_alphanumeric()).next()
}

/// Whether the last word of a name is a participle.
fn is_participle(name: &str) -> bool {
    let begin = name.rfind(char::is_uppercase).unwrap_or(0);
    let last = &name[begin..];
    let ends_so = (last.ends_with("ed") || last.ends_with("ing")) && !NOUNS.contains(&last);
    ends_so || IRREGULAR.split(' ').any(|one| one == last)
}
