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
