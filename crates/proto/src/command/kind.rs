//! The kinds of messages that a user types.

use serde::{Deserialize, Serialize};

/// The kind of a message: a text (`bob: hi`) or an action (`* bob waves`).
#[derive(Debug, Default, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Kind {
    /// A text.
    #[default]
    Text,
    /// An action, in the third person.
    Action,
}
