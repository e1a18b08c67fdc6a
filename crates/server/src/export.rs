//! The formats of an exported room.

use chat_proto::event::MessageKind;
use chat_proto::{RoomName, UserId};
use chat_server::journal::StoredMessage;
use clap::ValueEnum;

/// The format of an exported room.
#[derive(Debug, Clone, Copy, PartialEq, Eq, ValueEnum)]
pub(crate) enum Format {
    /// A line for each message, with the lines of its text below it.
    Text,
    /// A JSON object a line, as in `history`.
    Jsonl,
    /// A page for a browser.
    Html,
}

impl Format {
    /// The beginning of the output.
    pub(crate) fn head(self, room: &RoomName) -> String {
        match self {
            Self::Text | Self::Jsonl => String::new(),
            Self::Html => {
                let title = escaped(room.as_str());
                format!(
                    "<!DOCTYPE html>\n<html>\n<head>\n<meta charset=\"utf-8\">\n<title>{title}</title>\n\
                     <style>p {{ white-space: pre-wrap; margin: 0.3em 0 }} time {{ color: gray }}</style>\n\
                     </head>\n<body>\n<h1>{title}</h1>\n"
                )
            }
        }
    }

    /// One message of `room`, with the line end.
    pub(crate) fn message(self, room: &RoomName, message: &StoredMessage) -> String {
        let (at, name, text) = (message.at, message.from.name.as_str(), message.text.as_str());
        let is_action = message.kind == MessageKind::Action;
        match self {
            Self::Text => {
                let text = text.replace('\n', "\n    ");
                match is_action {
                    true => format!("{at} * {name} {text}\n"),
                    false => format!("{at} {name}: {text}\n"),
                }
            }
            Self::Jsonl => {
                let message = message.to_wire(room, UserId::SERVER);
                serde_json::to_string(&message).expect("a message has string keys alone") + "\n"
            }
            Self::Html => {
                let (name, text) = (escaped(name), escaped(text));
                let said = match is_action {
                    true => format!("* <b>{name}</b> {text}"),
                    false => format!("<b>{name}</b>: {text}"),
                };
                let seq = message.seq;
                format!("<p id=\"{seq}\"><time datetime=\"{at}\">{at}</time> {said}</p>\n")
            }
        }
    }

    /// The end of the output.
    pub(crate) const fn tail(self) -> &'static str {
        match self {
            Self::Text | Self::Jsonl => "",
            Self::Html => "</body>\n</html>\n",
        }
    }
}

/// Escapes the characters that have a meaning in HTML.
fn escaped(text: &str) -> String {
    let mut escaped = String::with_capacity(text.len());
    for c in text.chars() {
        match c {
            '&' => escaped.push_str("&amp;"),
            '<' => escaped.push_str("&lt;"),
            '>' => escaped.push_str("&gt;"),
            '"' => escaped.push_str("&quot;"),
            c => escaped.push(c),
        }
    }
    escaped
}

#[cfg(test)]
mod tests {
    use chat_proto::{DeviceId, Seq, Text, Timestamp, User, UserName};

    use super::*;

    fn message(kind: MessageKind, text: &str) -> StoredMessage {
        StoredMessage {
            seq: Seq::new(7),
            from: User { id: UserId::new(1), name: UserName::new("ana").unwrap() },
            at: Timestamp::from_millis(1_795_356_127_123),
            kind,
            text: Text::new(text).unwrap(),
            device: DeviceId::default(),
            n: Some(3),
            damaged: false,
            details: None,
        }
    }

    #[test]
    fn a_text_is_escaped_in_each_format() {
        let room = RoomName::lobby();
        let written = |format: Format, kind, text| format.message(&room, &message(kind, text));
        let at = "2026-11-22T14:02:07.123Z";
        let (text, action) = (MessageKind::Text, MessageKind::Action);
        assert_eq!(written(Format::Text, text, "a\nb"), format!("{at} ana: a\n    b\n"));
        assert_eq!(written(Format::Text, action, "waves"), format!("{at} * ana waves\n"));
        let html = written(Format::Html, text, "<script>\"&");
        assert!(html.contains("<b>ana</b>: &lt;script&gt;&quot;&amp;</p>"), "{html}");
        let json = written(Format::Jsonl, text, "a\nb");
        let json: serde_json::Value = serde_json::from_str(&json).unwrap();
        assert_eq!((&json["seq"], &json["text"]), (&7.into(), &"a\nb".into()));
        assert!(json.get("n").is_none(), "the number of the device is nobody else's");
        assert!(Format::Html.head(&room).contains("<h1>#lobby</h1>"));
    }
}
