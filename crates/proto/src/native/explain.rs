//! What is wrong with a line that is neither a command nor an event: the slow path, taken only for broken lines
//! and those of a newer peer.

use serde_json::{Map, Value};

use super::UnreadableEvent;
use crate::{
    AwayText, Command, Emoji, Event, Refusal, RefusalCode, RoomName, Text, Topic, UserName,
};

/// Most characters of what serde says that are passed on: it repeats what it did not expect, and
/// what a line is answered with must be no longer than a line may be.
const ERROR_CHARS_MAX: usize = 200;

/// Says what is wrong with `line`, which serde could not read as a command, and which `say` or
/// room it was about, as far as that can be told.
pub(super) fn command(line: &[u8], error: &serde_json::Error) -> Refusal {
    let error = shortened(error);
    if let Err(error) = std::str::from_utf8(line) {
        return Refusal::new(RefusalCode::BadUtf8, format!("this line is not UTF-8: {error}"));
    }
    let Ok(Value::Object(fields)) = serde_json::from_slice(line) else {
        let text = format!("a command is one JSON object on one line: {error}");
        return Refusal::new(RefusalCode::BadJson, text);
    };
    let (code, text) = broken_rule(&fields, &error);
    Refusal {
        n: fields.get("n").and_then(Value::as_u64),
        room: string(&fields, "room").and_then(|room| RoomName::new(room).ok()),
        ..Refusal::new(code, text)
    }
}

/// Says what is wrong with `line`, which serde could not read as an event.
pub(super) fn event(line: &[u8], error: &serde_json::Error) -> UnreadableEvent {
    let fields: Map<String, Value> = serde_json::from_slice(line).unwrap_or_default();
    let named = string(&fields, "type");
    let kind = named.and_then(|named| Event::TYPES.iter().find(|kind| **kind == named).copied());
    let is_known = named.is_none() || kind.is_some();
    let code = if is_known { RefusalCode::BadField } else { RefusalCode::UnknownType };
    UnreadableEvent { kind, refusal: Refusal::new(code, shortened(error)) }
}

fn broken_rule(fields: &Map<String, Value>, error: &str) -> (RefusalCode, String) {
    let Some(kind) = string(fields, "type") else {
        return (RefusalCode::UnknownType, "a command needs a \"type\"".to_owned());
    };
    if !Command::TYPES.contains(&kind) {
        let known = Command::TYPES.join(", ");
        return (
            RefusalCode::UnknownType,
            format!("this type is not known here; there are {known}"),
        );
    }
    let name = string(fields, "name").map(UserName::new);
    let room = string(fields, "room").map(RoomName::new);
    let text = string(fields, "text").map(Text::new);
    let topic = string(fields, "topic").map(Topic::new);
    if kind == "away"
        && let Some(Err(error)) = string(fields, "text").map(AwayText::new)
    {
        return (RefusalCode::BadText, error.to_string());
    }
    if let Some(Err(error)) = string(fields, "emoji").map(Emoji::new) {
        return (RefusalCode::BadText, error.to_string());
    }
    match (name, room, text, topic) {
        (Some(Err(error)), ..) => (RefusalCode::BadName, error.to_string()),
        (_, Some(Err(error)), ..) => (RefusalCode::BadRoom, error.to_string()),
        (_, _, Some(Err(error)), _) => (RefusalCode::BadText, error.to_string()),
        (.., Some(Err(error))) => (RefusalCode::BadText, error.to_string()),
        _ => (RefusalCode::BadField, format!("in \"{kind}\": {error}")),
    }
}

/// What serde says is wrong with a line, cut to [`ERROR_CHARS_MAX`].
pub(super) fn shortened(error: &serde_json::Error) -> String {
    let mut error = error.to_string();
    if let Some((end, _)) = error.char_indices().nth(ERROR_CHARS_MAX) {
        error.truncate(end);
        error.push('…');
    }
    error
}

fn string<'a>(fields: &'a Map<String, Value>, name: &str) -> Option<&'a str> {
    fields.get(name).and_then(Value::as_str)
}
