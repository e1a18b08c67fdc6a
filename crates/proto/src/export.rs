//! The formats of an exported room, the same of the server and of a client.

use crate::RoomName;
use crate::event::{Message, MessageKind};

/// The format of an exported room.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum ExportFormat {
    /// A line for each message, with the lines of its text below it.
    Text,
    /// A JSON object a line, as in `history`.
    Jsonl,
    /// A page for a browser.
    Html,
}

impl ExportFormat {
    /// Every format.
    pub const ALL: [Self; 3] = [Self::Text, Self::Jsonl, Self::Html];

    /// Its name.
    #[must_use]
    pub const fn name(self) -> &'static str {
        match self {
            Self::Text => "text",
            Self::Jsonl => "jsonl",
            Self::Html => "html",
        }
    }

    /// The format of that name.
    #[must_use]
    pub fn named(name: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|format| format.name() == name)
    }

    /// The beginning of the output.
    #[must_use]
    pub fn head(self, room: &RoomName) -> String {
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

    /// One message, with the line end; empty if it is an event about another one, or was deleted.
    #[must_use]
    pub fn message(self, message: &Message) -> String {
        let is_deleted = message.details.as_ref().is_some_and(|details| details.deleted);
        if !message.kind.is_read() || is_deleted {
            return String::new();
        }
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
                let message = for_anybody(message.clone());
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
    #[must_use]
    pub const fn tail(self) -> &'static str {
        match self {
            Self::Text | Self::Jsonl => "",
            Self::Html => "</body>\n</html>\n",
        }
    }
}

/// A message without what is for its reader alone.
fn for_anybody(mut message: Message) -> Message {
    (message.device, message.n) = (None, None);
    if let Some(details) = &mut message.details {
        details.reactions.iter_mut().for_each(|reaction| reaction.own = false);
    }
    message
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
    use super::*;
    use crate::event::Details;
    use crate::{DeviceId, Seq, Text, Timestamp, User, UserId, UserName};

    fn message(kind: MessageKind, text: &str) -> Message {
        Message {
            room: RoomName::lobby(),
            seq: Seq::new(7),
            from: User { id: UserId::new(1), name: UserName::new("ana").unwrap() },
            at: Timestamp::from_millis(1_795_356_127_123),
            kind,
            text: Text::new(text).unwrap(),
            damaged: false,
            device: Some(DeviceId::default()),
            n: Some(3),
            details: None,
        }
    }

    #[test]
    fn a_text_is_escaped_in_each_format() {
        let room = RoomName::lobby();
        let written = |format: ExportFormat, kind, text| format.message(&message(kind, text));
        let at = "2026-11-22T14:02:07.123Z";
        let (text, action) = (MessageKind::Text, MessageKind::Action);
        let [plain, jsonl, html] = ExportFormat::ALL;
        assert_eq!(written(plain, text, "a\nb"), format!("{at} ana: a\n    b\n"));
        assert_eq!(written(plain, action, "waves"), format!("{at} * ana waves\n"));
        let page = written(html, text, "<script>\"&");
        assert!(page.contains("<b>ana</b>: &lt;script&gt;&quot;&amp;</p>"), "{page}");
        let json = written(jsonl, text, "a\nb");
        let json: serde_json::Value = serde_json::from_str(&json).unwrap();
        assert_eq!((&json["seq"], &json["text"]), (&7.into(), &"a\nb".into()));
        assert!(json.get("n").is_none(), "the number of the device is nobody else's");
        assert!(html.head(&room).contains("<h1>#lobby</h1>"));
    }

    #[test]
    fn events_and_deleted_messages_are_left_out() {
        for format in ExportFormat::ALL {
            let deleted = Details { deleted: true, ..Details::default() };
            let details = Some(Box::new(deleted));
            let deleted = Message { details, ..message(MessageKind::Text, "deleted") };
            assert_eq!(format.message(&deleted), "");
            assert_eq!(format.message(&message(MessageKind::Reaction, "reacts")), "");
            assert_eq!(ExportFormat::named(format.name()), Some(format));
        }
        assert_eq!(ExportFormat::named("pdf"), None);
    }
}
