//! The nonce that a `pong` repeats of its `ping`.

use serde::{Deserialize, Serialize};

use crate::ShortString;

/// Identifies a ping and its pong: a number or a text, as the peer chooses.
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
