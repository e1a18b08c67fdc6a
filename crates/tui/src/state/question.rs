//! A question before an order that cannot be undone.

use chat_proto::Command;

/// A question: `y` gives the order, any other key does not.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Question {
    /// What would happen.
    pub text: String,
    /// What the key does that gives the order.
    pub verb: &'static str,
    /// The order.
    pub command: Command,
    /// The text once the server has carried it out.
    pub done: Option<String>,
}

impl Question {
    /// The question and its keys on one line.
    #[must_use]
    pub fn line(&self) -> String {
        format!("{} · {}", self.text, self.keys())
    }

    /// Its keys.
    #[must_use]
    pub fn keys(&self) -> String {
        format!("y {}, any other key doesn't", self.verb)
    }
}
