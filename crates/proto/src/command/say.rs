//! The command `say`: a message, or an event about a message, such as an edit.

use serde::{Deserialize, Serialize};
use thiserror::Error;

use super::Kind;
use crate::{DeviceId, Emoji, RoomName, Seq, Text, Timestamp, Topic};

/// The fields of [`Command::Say`](super::Command::Say).
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(try_from = "WireSay", into = "WireSay")]
pub struct Say {
    /// The room, or the direct message.
    pub room: RoomName,
    /// The number that the device gives the message: 1, 2, 3 …, always increasing.
    pub n: Option<u64>,
    /// The device that gave it `n`, if it is not the device of the session: a message of an earlier run of the client
    /// that was not answered.
    pub device: Option<DeviceId>,
    /// Its content.
    pub body: Body,
    /// When the message that the content names was stored, so that it is about no other one: after a server was set
    /// back to an older copy of its data, another message has the `seq`. See [`Body::named`]. Boxed to keep commands
    /// small.
    pub named_at: Option<Box<Timestamp>>,
}

/// The content of a [`Say`]: a message, or an event about one.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Body {
    /// A text or an action.
    Message {
        /// Whether it is a text or an action.
        kind: Kind,
        /// The text.
        text: Text,
        /// The messages that it answers, if any. Boxed to keep plain messages small.
        links: Option<Box<Links>>,
    },
    /// Replaces the text of a message.
    Edit {
        /// The message.
        target: Seq,
        /// Its new text.
        text: Text,
    },
    /// Deletes a message.
    Delete {
        /// The message.
        target: Seq,
    },
    /// Adds a reaction of the user to a message, or removes it.
    Reaction {
        /// The message.
        target: Seq,
        /// The reaction.
        emoji: Emoji,
        /// Whether it is added; otherwise it is removed.
        on: bool,
    },
    /// Pins a message, or unpins it.
    Pin {
        /// The message.
        target: Seq,
        /// Whether it is pinned; otherwise it is unpinned.
        on: bool,
    },
    /// Sets the topic of the room.
    Topic {
        /// The topic; empty to clear it.
        topic: Topic,
    },
}

/// The messages of the same room that a message answers.
#[derive(Debug, Default, Clone, Copy, PartialEq, Eq)]
pub struct Links {
    /// The message that it replies to.
    pub reply_to: Option<Seq>,
    /// The first message of the thread that it belongs to.
    pub thread: Option<Seq>,
}

impl Links {
    /// The links of a message; `None` if it answers no other.
    #[must_use]
    pub fn new(reply_to: Option<Seq>, thread: Option<Seq>) -> Option<Box<Self>> {
        (reply_to.is_some() || thread.is_some()).then(|| Box::new(Self { reply_to, thread }))
    }

    /// Whether the message answers no other.
    #[must_use]
    pub const fn is_empty(self) -> bool {
        self.reply_to.is_none() && self.thread.is_none()
    }
}

impl Body {
    /// A text that answers no other message.
    #[must_use]
    pub const fn text(text: Text) -> Self {
        Self::plain(Kind::Text, text)
    }

    /// A text or an action that answers no other message.
    #[must_use]
    pub const fn plain(kind: Kind, text: Text) -> Self {
        Self::Message { kind, text, links: None }
    }

    /// The text of a text, an action or an edit; empty for anything else.
    #[must_use]
    pub fn as_str(&self) -> &str {
        match self {
            Self::Message { text, .. } | Self::Edit { text, .. } => text.as_str(),
            Self::Delete { .. } | Self::Reaction { .. } | Self::Pin { .. } | Self::Topic { .. } => {
                ""
            }
        }
    }

    /// The messages that it answers; an event about a message answers none.
    #[must_use]
    pub fn links(&self) -> Links {
        match self {
            Self::Message { links: Some(links), .. } => **links,
            _ => Links::default(),
        }
    }

    /// The message that an edit, a deletion, a reaction or a pin is about.
    #[must_use]
    pub const fn target(&self) -> Option<Seq> {
        match self {
            Self::Edit { target, .. }
            | Self::Delete { target }
            | Self::Reaction { target, .. }
            | Self::Pin { target, .. } => Some(*target),
            Self::Message { .. } | Self::Topic { .. } => None,
        }
    }

    /// The message that it names; the later one of two. If that one is the one that is meant, so is the earlier one:
    /// the messages of a room up to the same message are the same.
    #[must_use]
    pub fn named(&self) -> Option<Seq> {
        let Links { reply_to, thread } = self.links();
        self.target().max(reply_to).max(thread)
    }
}

/// The fields on the wire, in the order in which [`crate::native`] reads those of a plain text without serde.
#[derive(Serialize, Deserialize)]
struct WireSay {
    room: RoomName,
    #[serde(default)]
    kind: WireKind,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    n: Option<u64>,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    device: Option<DeviceId>,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    text: Option<Text>,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    target: Option<Seq>,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    emoji: Option<Emoji>,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    on: Option<bool>,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    topic: Option<Topic>,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    reply_to: Option<Seq>,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    thread: Option<Seq>,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    named_at: Option<Box<Timestamp>>,
}

#[derive(Debug, Default, Clone, Copy, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
enum WireKind {
    #[default]
    Text,
    Action,
    Edit,
    Delete,
    Reaction,
    Pin,
    Topic,
}

/// A field that a kind needs is missing.
#[derive(Debug, Error)]
#[error("a say of this kind needs the field `{0}`")]
struct MissingField(&'static str);

impl TryFrom<WireSay> for Say {
    type Error = MissingField;

    fn try_from(wire: WireSay) -> Result<Self, MissingField> {
        let WireSay { room, kind, n, device, text, target, emoji, on, topic, named_at, .. } = wire;
        let links = Links::new(wire.reply_to, wire.thread);
        let text = || text.ok_or(MissingField("text"));
        let target = || target.ok_or(MissingField("target"));
        let on = on.unwrap_or(true);
        let body = match kind {
            WireKind::Text => Body::Message { kind: Kind::Text, text: text()?, links },
            WireKind::Action => Body::Message { kind: Kind::Action, text: text()?, links },
            WireKind::Edit => Body::Edit { target: target()?, text: text()? },
            WireKind::Delete => Body::Delete { target: target()? },
            WireKind::Reaction => {
                let emoji = emoji.ok_or(MissingField("emoji"))?;
                Body::Reaction { target: target()?, emoji, on }
            }
            WireKind::Pin => Body::Pin { target: target()?, on },
            WireKind::Topic => Body::Topic { topic: topic.ok_or(MissingField("topic"))? },
        };
        Ok(Self { room, n, device, body, named_at })
    }
}

impl From<Say> for WireSay {
    fn from(say: Say) -> Self {
        let Say { room, n, device, body, named_at } = say;
        let bare = Self {
            room,
            kind: WireKind::Text,
            n,
            device,
            text: None,
            target: None,
            emoji: None,
            on: None,
            topic: None,
            reply_to: None,
            thread: None,
            named_at,
        };
        match body {
            Body::Message { kind, text, links } => {
                let Links { reply_to, thread } = links.map_or_else(Links::default, |links| *links);
                let kind = match kind {
                    Kind::Text => WireKind::Text,
                    Kind::Action => WireKind::Action,
                };
                Self { kind, text: Some(text), reply_to, thread, ..bare }
            }
            Body::Edit { target, text } => {
                let kind = WireKind::Edit;
                Self { kind, text: Some(text), target: Some(target), ..bare }
            }
            Body::Delete { target } => {
                Self { kind: WireKind::Delete, target: Some(target), ..bare }
            }
            Body::Reaction { target, emoji, on } => {
                let (kind, target) = (WireKind::Reaction, Some(target));
                Self { kind, target, emoji: Some(emoji), on: Some(on), ..bare }
            }
            Body::Pin { target, on } => {
                Self { kind: WireKind::Pin, target: Some(target), on: Some(on), ..bare }
            }
            Body::Topic { topic } => Self { kind: WireKind::Topic, topic: Some(topic), ..bare },
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_kind_without_its_fields_is_refused() {
        for (fields, missing) in [
            ("", "text"),
            (r#","kind":"edit","text":"x""#, "target"),
            (r#","kind":"edit","target":1"#, "text"),
            (r#","kind":"delete""#, "target"),
            (r#","kind":"reaction","target":1"#, "emoji"),
            (r#","kind":"pin""#, "target"),
            (r#","kind":"topic","text":"x""#, "topic"),
        ] {
            let json = format!(r##"{{"room":"#rust"{fields}}}"##);
            let error = serde_json::from_str::<Say>(&json).unwrap_err().to_string();
            assert!(error.contains(&format!("`{missing}`")), "{json}: {error}");
        }
    }

    #[test]
    fn a_reaction_and_a_pin_are_on_unless_they_say_otherwise() {
        let json = r##"{"room":"#rust","kind":"pin","target":3}"##;
        let say: Say = serde_json::from_str(json).unwrap();
        assert_eq!(say.body, Body::Pin { target: Seq::new(3), on: true });
    }
}
