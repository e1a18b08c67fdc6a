//! The parts of a message that a client has read, which identify it more or less surely.

use chat_server::journal::StoredMessage;
use serde_json::Value;

use super::Label;

/// The parts of a message that identify it for the client that has read it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) enum Read {
    /// Its label: it is its text, or the client's user has sent it.
    Label(Label),
    /// An event without a label.
    Event(Event),
    /// Neither: it was edited or deleted, or the client does not know its kind.
    Unlabelled,
}

/// An event about a message.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Event {
    kind: String,
    target: Option<u64>,
    emoji: Option<String>,
    on: Option<bool>,
}

impl Read {
    /// Reads a `message`. An edit comes as `* text` to a client that does not know it.
    pub(crate) fn of(message: &Value) -> Self {
        let text = message["text"].as_str().unwrap();
        let text = if message["edited"].is_null() { text } else { "" }; // the label of the edit
        let label = text.strip_prefix("* ").unwrap_or(text).parse();
        let own = message["device"].as_str().and_then(client_of).zip(message["n"].as_u64());
        match (label, own, message["target"].as_u64()) {
            (Ok(label), ..) => Self::Label(label),
            (Err(_), Some((client, n)), _) => Self::Label(Label { client, n, to: None }),
            (Err(_), None, Some(target)) if message["deleted"] != true => Self::Event(Event {
                kind: message["kind"].as_str().unwrap().to_owned(),
                target: Some(target),
                emoji: message["emoji"].as_str().map(str::to_owned),
                on: message["on"].as_bool(),
            }),
            _ => Self::Unlabelled,
        }
    }
}

impl Event {
    /// The event of a stored message; `None` if it is a text or an action.
    pub(super) fn of(message: &StoredMessage) -> Option<Self> {
        let wire = &message.details.as_ref()?.wire;
        let target = Some(wire.target?.get());
        let emoji = wire.emoji.as_ref().map(ToString::to_string);
        Some(Self { kind: message.kind.as_str().to_owned(), target, emoji, on: wire.on })
    }
}

impl Event {
    /// The message that it is about.
    #[cfg(test)]
    pub(super) const fn target(&self) -> Option<u64> {
        self.target
    }

    #[cfg(test)]
    pub(super) fn is_switch(&self) -> bool {
        self.kind == "pin" || self.kind == "reaction"
    }

    /// The message that it has edited.
    pub(super) fn edited(&self) -> Option<u64> {
        self.target.filter(|_| self.kind == "edit")
    }
}

/// The label of a stored message: its text. Without a text, or if it was deleted, its device and number make the label.
pub(super) fn label(message: &StoredMessage) -> Label {
    let own = || {
        let client = client_of(message.device.as_str())?;
        Some(Label { client, n: message.n?, to: None })
    };
    let label = message.text.as_str().parse().ok().or_else(own);
    label.unwrap_or_else(|| panic!("no label: {message:?}"))
}

/// The number of the client that has a device.
fn client_of(device: &str) -> Option<u32> {
    device.strip_prefix("torture-")?.parse().ok()
}
