//! A message in a few words, to name it beside another one.

use chat_client::entry::{Body, LogEntry};

use super::quoted;
use crate::markup::is_fence;

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

/// The first line of a text that is not empty, no quote and no fence of a code block.
pub(crate) fn first_line(text: &str) -> &str {
    let lines = text.lines().map(str::trim).filter(|line| !line.is_empty());
    let mut texts = lines.clone().filter(|line| !is_fence(line));
    let own = texts.clone().find(|line| !line.starts_with('>'));
    own.or_else(|| texts.next()).or_else(|| lines.clone().next()).unwrap_or_default()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_first_line_is_neither_a_quote_nor_a_fence() {
        for (text, expected) in [
            ("hello\nthere", "hello"),
            ("> quoted\n\n  yes", "yes"),
            ("> quoted", "> quoted"),
            ("```rust\nfn main() {}\n```", "fn main() {}"),
            ("```\n> quoted\n```\nwhat?", "what?"),
            ("```\n```", "```"),
            ("", ""),
        ] {
            assert_eq!(first_line(text), expected);
        }
    }
}
