//! A message in a few words, to name it beside another one.

use chat_client::entry::Body;
use chat_client::log::Log;
use chat_proto::Seq;

use super::quoted;

/// What is in place of the text of a deleted message.
pub(crate) const DELETED: &str = "Message deleted";

/// The beginning of a message of the log, with its author; of one that is not loaded, that it is an earlier one.
pub(crate) fn beginning_of(log: &Log, seq: Seq) -> String {
    let message = log.message(seq).map(|entry| &entry.body);
    let Some(Body::Message { from, text, extras, .. }) = message else {
        return "an earlier message".to_owned();
    };
    let is_deleted = extras.as_ref().is_some_and(|extras| extras.details.deleted);
    let text = if is_deleted { DELETED } else { first_line(text) };
    format!("{}: {text}", quoted(from))
}

/// The first line of a text that is not empty, and that is no quote.
pub(crate) fn first_line(text: &str) -> &str {
    let mut lines = text.lines().map(str::trim).filter(|line| !line.is_empty());
    lines.clone().find(|line| !line.starts_with('>')).or_else(|| lines.next()).unwrap_or_default()
}
