//! The formats of an exported room, the same of the server and of a client.

use crate::event::{Details, Message, MessageKind, Reaction};
use crate::{RoomName, Seq};

/// The format of an exported room.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum ExportFormat {
    /// A line for each message, with the other lines of its text and its reactions below it.
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
                     <style>p {{ white-space: pre-wrap; margin: 0.3em 0 }} time, small, p > a {{ color: gray }}</style>\n\
                     </head>\n<body>\n<h1>{title}</h1>\n"
                )
            }
        }
    }

    /// One message, with the line end; empty if it is an event about another one, or was deleted.
    #[must_use]
    pub fn message(self, message: &Message) -> String {
        let is_deleted = message.details.as_ref().is_some_and(|details| details.deleted);
        let is_shown = message.kind.is_read() || message.kind == MessageKind::Topic;
        if !is_shown || is_deleted {
            return String::new();
        }
        match self {
            Self::Text => text_of(message),
            Self::Jsonl => {
                let message = for_anybody(message.clone());
                serde_json::to_string(&message).expect("a message has string keys alone") + "\n"
            }
            Self::Html => html_of(message),
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

/// A message as a line of text: `TIME [7] (to 5) ana: …`, with the other lines of its text and its reactions below.
fn text_of(message: &Message) -> String {
    let Message { seq, at, .. } = message;
    let (name, text) = (message.from.name.as_str(), message.text.as_str().replace('\n', "\n    "));
    let details = message.details.as_deref();
    let answers = details.and_then(|details| answers(details, |seq| seq.to_string()));
    let answers = answers.map(|answers| format!(" {answers}")).unwrap_or_default();
    let said = if says_what_it_does(message) {
        format!("* {name} {text}")
    } else {
        format!("{name}: {text}")
    };
    let edited =
        if details.is_some_and(|details| details.edited.is_some()) { " (edited)" } else { "" };
    let below = details.and_then(state);
    let below = below.map(|below| format!("    {below}\n")).unwrap_or_default();
    format!("{at} [{seq}]{answers} {said}{edited}\n{below}")
}

/// The same as a paragraph, with links to the messages that it answers.
fn html_of(message: &Message) -> String {
    let Message { seq, at, .. } = message;
    let (name, text) = (escaped(message.from.name.as_str()), escaped(message.text.as_str()));
    let details = message.details.as_deref();
    let link = |seq: Seq| format!("<a href=\"#{seq}\">{seq}</a>");
    let answers = details.and_then(|details| answers(details, link));
    let answers = answers.map(|answers| format!(" {answers}")).unwrap_or_default();
    let said = match says_what_it_does(message) {
        true => format!("* <b>{name}</b> {text}"),
        false => format!("<b>{name}</b>: {text}"),
    };
    let edited = if details.is_some_and(|details| details.edited.is_some()) {
        " <small>(edited)</small>"
    } else {
        ""
    };
    let below = details.and_then(state);
    let below = below.map(|below| format!("\n<small>{}</small>", escaped(&below)));
    let below = below.unwrap_or_default();
    format!(
        "<p id=\"{seq}\"><time datetime=\"{at}\">{at}</time> {}{answers} {said}{edited}{below}</p>\n",
        link(*seq)
    )
}

fn says_what_it_does(message: &Message) -> bool {
    matches!(message.kind, MessageKind::Action | MessageKind::Topic)
}

/// The messages that another one answers, if it does.
fn answers(details: &Details, named: impl Fn(Seq) -> String) -> Option<String> {
    match (details.thread.map(&named), details.reply_to.map(&named)) {
        (None, None) => None,
        (Some(thread), None) => Some(format!("(thread {thread})")),
        (None, Some(to)) => Some(format!("(to {to})")),
        (Some(thread), Some(to)) => Some(format!("(thread {thread}, to {to})")),
    }
}

/// The reactions of a message, with the first users of each, and whether it is pinned.
fn state(details: &Details) -> Option<String> {
    let reaction = |Reaction { emoji, count, users, .. }: &Reaction| {
        let mut names: Vec<&str> = users.iter().map(|user| user.name.as_str()).collect();
        if *count > users.len() as u64 {
            names.push("…");
        }
        format!("{emoji} {count} ({})", names.join(", "))
    };
    let pinned = details.pinned.then(|| "pinned".to_owned());
    let parts: Vec<String> =
        pinned.into_iter().chain(details.reactions.iter().map(reaction)).collect();
    (!parts.is_empty()).then(|| parts.join(" · "))
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
    use crate::event::Edited;
    use crate::{DeviceId, Emoji, Text, Timestamp, User, UserId, UserName};

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
        assert_eq!(written(plain, text, "a\nb"), format!("{at} [7] ana: a\n    b\n"));
        assert_eq!(written(plain, action, "waves"), format!("{at} [7] * ana waves\n"));
        let page = written(html, text, "<script>\"&");
        assert!(page.contains("<b>ana</b>: &lt;script&gt;&quot;&amp;</p>"), "{page}");
        let json = written(jsonl, text, "a\nb");
        let json: serde_json::Value = serde_json::from_str(&json).unwrap();
        assert_eq!((&json["seq"], &json["text"]), (&7.into(), &"a\nb".into()));
        assert!(json.get("n").is_none(), "the number of the device is nobody else's");
        assert!(html.head(&room).contains("<h1>#lobby</h1>"));
    }

    #[test]
    fn each_format_has_the_changes_of_a_message() {
        let user = |id, name| User { id: UserId::new(id), name: UserName::new(name).unwrap() };
        let users = vec![user(1, "ana"), user(2, "carl")];
        let emoji = Emoji::new("👍").unwrap();
        let details = Details {
            thread: Some(Seq::new(3)),
            reply_to: Some(Seq::new(5)),
            edited: Some(Edited { at: Timestamp::from_millis(0), count: 2 }),
            reactions: vec![Reaction { emoji, count: 3, own: true, users }],
            pinned: true,
            ..Details::default()
        };
        let details = Some(Box::new(details));
        let message = Message { details, ..message(MessageKind::Text, "on <Friday>") };
        let at = "2026-11-22T14:02:07.123Z";
        let [plain, jsonl, html] = ExportFormat::ALL;
        assert_eq!(
            plain.message(&message),
            format!(
                "{at} [7] (thread 3, to 5) ana: on <Friday> (edited)\n    pinned · 👍 3 (ana, carl, …)\n"
            )
        );
        assert_eq!(
            html.message(&message),
            format!(
                "<p id=\"7\"><time datetime=\"{at}\">{at}</time> <a href=\"#7\">7</a> (thread <a href=\"#3\">3</a>, to \
                 <a href=\"#5\">5</a>) <b>ana</b>: on &lt;Friday&gt; <small>(edited)</small>\n<small>pinned · 👍 3 (ana, \
                 carl, …)</small></p>\n"
            )
        );
        let json: serde_json::Value = serde_json::from_str(&jsonl.message(&message)).unwrap();
        assert_eq!(json["reactions"][0].get("own"), None, "that is of the user who exports");
        let topic = Message { details: None, ..message };
        let topic = Message { kind: MessageKind::Topic, ..topic };
        assert_eq!(plain.message(&topic), format!("{at} [7] * ana on <Friday>\n"));
    }

    #[test]
    fn messages_are_exported_as_by_the_page() {
        let cases = include_str!("../../../tests/cases/export.json");
        let cases: Vec<serde_json::Value> = serde_json::from_str(cases).unwrap();
        assert!(cases.len() > 3);
        for case in cases {
            let message: Message = serde_json::from_value(case["message"].clone()).unwrap();
            for format in [ExportFormat::Text, ExportFormat::Html] {
                assert_eq!(format.message(&message), case[format.name()], "{case}");
            }
        }
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
