//! The rule of secrets: no `Debug` shows a token. A token is a `Secret`, whose `Debug` hides it. A type with bytes of
//! the wire has no `Debug`, since they can contain a `hello` or a `welcome`.

use crate::sources::files;

/// Files whose bytes of the wire contain no token.
const WITHOUT_TOKENS: [&str; 1] = [
    // Events that are sent to a whole room.
    "crates/server/src/batch/encoded.rs",
];

#[test]
fn no_derived_debug_shows_a_token() {
    let mut found = Vec::new();
    for source in files(&["crates"], "rs") {
        if WITHOUT_TOKENS.contains(&source.path.as_str()) {
            continue;
        }
        let types = shown_types(&source.text).filter(|item| shows_a_token(item));
        found.extend(types.map(|item| format!("{}: {item}", source.path)));
    }
    assert!(found.is_empty(), "the derived Debug of these types shows a token: {found:#?}");
}

#[test]
fn a_debug_that_shows_a_token_is_found() {
    for (source, shows) in [
        ("#[derive(Debug)]\nstruct Hello {\n    token: Option<String>,\n}", true),
        ("#[derive(Clone, Debug)]\npub enum Keep {\n    Token(String),\n}", true),
        ("#[derive(Debug)]\nstruct Reader {\n    buffer: BytesMut,\n}", true),
        ("#[derive(Debug)]\nstruct Token(String);\n", true),
        ("#[derive(Debug)]\nstruct Hello {\n    token: Option<Secret>,\n}", false),
        ("#[derive(Debug)]\nstruct Account {\n    token: TokenHash,\n}", false),
        ("#[derive(Clone)]\nstruct Reader {\n    buffer: BytesMut,\n}", false),
        ("#[derive(Debug)]\nstruct Name(String);\nstruct Token(String);\n", false),
    ] {
        assert_eq!(shown_types(source).any(shows_a_token), shows, "{source}");
    }
}

/// Returns the source of each type that derives `Debug`.
fn shown_types(source: &str) -> impl Iterator<Item = &str> {
    source.split("#[derive(").skip(1).filter_map(|part| {
        let (derived, item) = part.split_once(")]")?;
        let ends = [item.find("\n}"), item.find(";\n")].into_iter().flatten();
        derived.contains("Debug").then(|| &item[..ends.min().unwrap_or(item.len())])
    })
}

/// Whether a type contains a token in plain text, or bytes of the wire.
fn shows_a_token(item: &str) -> bool {
    item.lines().filter(|line| !line.trim_start().starts_with("//")).any(|line| {
        let plain = ["String", "str", "Bytes", "BytesMut", "Vec<u8>"];
        let has = |types: &[&str]| types.iter().any(|name| words(line).any(|word| word == *name));
        let is_token = words(line).any(|word| word.to_lowercase().ends_with("token"));
        has(&plain[2..]) || (is_token && has(&plain))
    })
}

fn words(line: &str) -> impl Iterator<Item = &str> {
    line.split(|c: char| !(c.is_alphanumeric() || c == '_')).filter(|word| !word.is_empty())
}
