//! What a `ping` and its `pong` have in common.

use serde::{Deserialize, Serialize};

use crate::ShortString;

/// What a pong repeats of its ping: a number or a text, as the peer chooses.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(untagged)]
pub enum Nonce {
    /// A number.
    Number(u64),
    /// A text.
    Text(ShortString),
}

impl Default for Nonce {
    fn default() -> Self {
        Self::Number(0)
    }
}
