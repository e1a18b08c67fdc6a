//! `docs/protocol.md` says what the code does: its examples are what is on the wire, byte for byte,
//! and its lists are whole.
#![allow(clippy::unwrap_used, reason = "a test ends where it fails")]

use std::fmt::{Debug, Display};

use chat_proto::native::{Vocabulary, write_line};
use chat_proto::{Command, EndCode, Event, LeaveReason, RefusalCode, features, limits};
use serde_json::{Map, Value};

const PAGE: &str = include_str!("../../../docs/protocol.md");

/// The text under the heading `title`, up to the next one of its level.
fn section(title: &str) -> &'static str {
    let (level, _) = title.split_once(' ').unwrap();
    let (_, section) = PAGE.split_once(&format!("\n{title}\n")).expect(title);
    section.split(&format!("\n{level} ")).next().unwrap()
}

/// Each ```json block in the section `title` as a message, having been checked to be the very line
/// that is written for it.
fn examples<T: Vocabulary>(title: &str) -> Vec<T> {
    let blocks = section(title).split("```json\n").skip(1);
    let lines = blocks.map(|block| block.split("```").next().unwrap());
    let example = |line: &str| {
        let message: T = serde_json::from_str(line).unwrap_or_else(|e| panic!("{line}{e}"));
        let mut written = bytes::BytesMut::new();
        write_line(&message, &mut written);
        assert_eq!(std::str::from_utf8(&written).unwrap(), line, "as it is written");
        message
    };
    lines.map(example).collect()
}

/// The `type` of a message, as the wire has it.
fn type_of(message: &impl Vocabulary) -> String {
    serde_json::to_value(message).unwrap()["type"].as_str().unwrap().to_owned()
}

/// Every `type` of a vocabulary: what serde says it would have taken.
fn types<T: Vocabulary + Debug>() -> Vec<String> {
    let error = serde_json::from_str::<T>(r#"{"type":"?"}"#).unwrap_err().to_string();
    let (_, known) = error.split_once("expected one of ").unwrap();
    known.split('`').skip(1).step_by(2).map(str::to_owned).collect()
}

fn assert_each_has_one_example<T: Vocabulary + Debug>(title: &str) {
    let mut shown: Vec<String> = examples::<T>(title).iter().map(type_of).collect();
    let mut all = types::<T>();
    assert!(all.len() > 9, "{all:?}");
    shown.sort();
    // One for each kind.
    shown.dedup_by(|one, other| one == other && KINDS.contains(&one.as_str()));
    all.sort();
    assert_eq!(shown, all);
}

/// The types that have an example for each kind of message, or of what they do.
const KINDS: [&str; 3] = ["say", "message", "set_password"];

/// The first column of the table in `section`.
fn first_column(section: &str) -> Vec<&str> {
    let rows = section.lines().filter_map(|row| row.strip_prefix("| `"));
    rows.map(|row| row.split('`').next().unwrap()).collect()
}

/// The table of each message under `title` has every field of its example, and no field that is not
/// read: one that is not known would be ignored, whatever it is.
fn assert_tables_have_the_fields<T: Vocabulary + Debug>(title: &str) {
    let messages = section(title).split("\n### `").skip(1);
    for message in messages.map(|message| message.split("\n### ").next().unwrap()) {
        let name = message.split('`').next().unwrap();
        let fields = first_column(message.split("\n#### ").next().unwrap());
        let examples = message.split("```json\n").skip(1);
        let examples: Vec<Map<String, Value>> = examples
            .map(|example| serde_json::from_str(example.split("```").next().unwrap()).unwrap())
            .collect();
        for example in &examples {
            assert_eq!(example["type"], name);
            for field in example.keys().filter(|field| *field != "type") {
                assert!(fields.contains(&field.as_str()), "{name} has {field}");
            }
        }
        let example = &examples[0];
        for field in fields {
            let mut wrong = example.clone();
            let other = match example.get(field) {
                Some(Value::Bool(_)) => Value::Null,
                Some(_) => Value::Bool(true),
                None => Value::Object(Map::new()),
            };
            wrong.insert(field.to_owned(), other);
            let read = serde_json::from_value::<T>(Value::Object(wrong));
            assert!(read.is_err(), "{name} has no {field}: {read:?}");
        }
    }
}

fn assert_lists_all(title: &str, words_there_are: &[impl Display]) {
    let all: Vec<String> = words_there_are.iter().map(ToString::to_string).collect();
    assert_eq!(first_column(section(title)), all, "{title}");
}

#[test]
fn every_command_has_one_example() {
    assert_each_has_one_example::<Command>("## Commands");
    assert_eq!(types::<Command>(), Command::TYPES);
}

#[test]
fn every_event_has_one_example() {
    assert_each_has_one_example::<Event>("## Events");
    assert_eq!(types::<Event>(), Event::TYPES);
}

#[test]
fn the_tables_have_the_fields_that_are_read() {
    assert_tables_have_the_fields::<Command>("## Commands");
    assert_tables_have_the_fields::<Event>("## Events");
}

#[test]
fn there_are_no_examples_elsewhere() {
    let examples = examples::<Command>("## Commands").len() + examples::<Event>("## Events").len();
    assert_eq!(PAGE.matches("```json").count(), examples);
}

#[test]
fn the_lists_of_codes_are_whole() {
    assert_lists_all("### `refused.code`", RefusalCode::ALL);
    assert_lists_all("### `goodbye.code`", EndCode::ALL);
    assert_lists_all("### `left.reason`", LeaveReason::ALL);
}

#[test]
fn the_list_of_features_is_whole() {
    assert_lists_all("### `features`", features::ALL);
}

#[test]
fn the_codes_of_a_broken_line_are_named() {
    let (_, named) = section("## Limits").split_once("**Bad input.**").unwrap();
    let named = named.split_once('.').unwrap().0;
    for code in RefusalCode::ALL {
        assert_eq!(named.contains(&format!("`{code}`")), code.is_broken_line(), "{code}");
    }
}

#[test]
fn the_limits_are_those_of_the_code() {
    let welcome = examples::<Event>("## Events").into_iter().find_map(|event| match event {
        Event::Welcome(welcome) => Some(welcome.limits),
        _ => None,
    });
    let told = welcome.unwrap();
    assert_eq!(told.line_bytes, limits::LINE_BYTES_MAX);
    assert_eq!(told.text_bytes, limits::TEXT_BYTES_MAX);
    assert_eq!(told.name_chars, limits::NAME_CHARS_MAX);
    let rows = [
        ("a line", limits::LINE_BYTES_MAX),
        ("a text", limits::TEXT_BYTES_MAX),
        ("a name", limits::NAME_CHARS_MAX),
        ("a `device`, a nonce that is a string, a feature", limits::SHORT_BYTES_MAX),
        ("features of a client or a server", limits::FEATURES_MAX),
        ("an emoji", limits::EMOJI_BYTES_MAX),
        ("edits of a message", limits::EDITS_MAX),
        ("different reactions of a message", limits::REACTIONS_MAX),
        ("users listed with a reaction", limits::REACTORS_LISTED_MAX),
    ];
    let page = section("## Limits").replace(',', "");
    for (what, limit) in rows {
        let what = what.replace(',', "");
        assert!(page.contains(&format!("| {what} | {limit} ")), "{what}: {limit}");
    }
}
