//! A message in a few words, to name it beside another one.

use chat_client::entry::{Body, LogEntry};

use super::quoted;

/// Stands in place of the text of a deleted message.
pub(crate) const DELETED: &str = "Message deleted";

/// The beginning of a message, with its author; of one that is not loaded, that it is an earlier one.
pub(crate) fn beginning_of(message: Option<&LogEntry>) -> String {
    let message = message.map(|entry| &entry.body);
    let Some(Body::Message { from, text, extras, .. }) = message else {
        return "an earlier message".to_owned();
    };
    let is_deleted = extras.as_ref().is_some_and(|extras| extras.details.deleted);
    let text = if is_deleted { DELETED } else { first_line(text) };
    format!("{}: {text}", quoted(from))
}

/// The first line of a text that is not empty, and that is not a quote.
pub(crate) fn first_line(text: &str) -> &str {
    let mut lines = text.lines().map(str::trim).filter(|line| !line.is_empty());
    lines.clone().find(|line| !line.starts_with('>')).or_else(|| lines.next()).unwrap_or_default()
}
