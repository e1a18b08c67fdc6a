//! The rule of errors: the text of an error does not repeat its source.

use crate::sources::files;

/// The programs print an error with all its sources, so a source that is also in the text of the error would be printed
/// twice.
#[test]
fn no_error_shows_the_text_of_its_source() {
    let mut found = Vec::new();
    for source in files(&["crates", "tools/load"], "rs") {
        let texts = repeats(&source.text).into_iter();
        found.extend(texts.map(|text| (source.path.clone(), text)));
    }
    assert!(found.is_empty(), "these errors repeat their source: {found:#?}");
}

#[test]
fn a_repeated_source_is_found() {
    for (source, count) in [
        ("#[error(\"cannot read: {0}\")]\nRead(#[from] io::Error),", 1),
        ("#[error(\"{path}: {source}\")]\nRead { path: String, source: io::Error },", 1),
        ("#[error(\"cannot read\")]\nRead(#[source] io::Error),", 0),
        ("#[error(transparent)]\nRead(#[from] io::Error),", 0),
        ("#[error(\"{0}\")]\nRead(String),\n#[error(\"other\")]\nOther(#[from] io::Error),", 0),
    ] {
        assert_eq!(repeats(source).len(), count, "{source}");
    }
}

/// What clients are told comes after a semicolon: what to do. Texts that are made elsewhere are not looked at.
#[test]
fn an_error_of_the_hub_says_what_to_do() {
    let refusals = ["crates/server/src/hub/error", "crates/server/src/journal/rejection.rs"];
    let mut sources = files(&["crates/server/src"], "rs");
    sources.retain(|source| refusals.iter().any(|path| source.path.starts_with(path)));
    assert!(sources.len() > refusals.len(), "the errors are elsewhere");
    let mut found = Vec::new();
    for source in sources {
        let texts = source.text.split("#[error(").skip(1).filter_map(|part| part.split_once(")]"));
        let is_own = |text: &&str| *text != "transparent" && !text.contains(", .");
        let silent = texts.map(|(text, _)| text).filter(is_own).filter(|text| !text.contains("; "));
        found.extend(silent.map(str::to_owned));
    }
    assert!(found.is_empty(), "these errors do not say what to do: {found:#?}");
}

/// Returns the texts of `thiserror` attributes that show the source of their variant.
fn repeats(source: &str) -> Vec<String> {
    let mut parts = source.split("#[error(");
    parts.next();
    let has_source = |variant: &str| {
        ["#[from]", "#[source]", "source:"].iter().any(|mark| variant.contains(mark))
    };
    parts
        .filter_map(|part| part.split_once(")]"))
        .filter(|(text, variant)| {
            let shows = ["{0", "{source", "{error", "(.0"].iter().any(|field| text.contains(field));
            shows && has_source(variant.split("\n}").next().unwrap_or_default())
        })
        .map(|(text, _)| text.to_owned())
        .collect()
}
