//! The orders of a search.

use serde::{Deserialize, Serialize};

/// Which of the messages that a search finds come first.
#[derive(Debug, Default, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum SearchOrder {
    /// The newest.
    #[default]
    Newest,
    /// The best matches among the newest ones.
    Best,
}

impl SearchOrder {
    /// Whether it is the default.
    #[must_use]
    #[allow(clippy::trivially_copy_pass_by_ref, reason = "serde passes a reference")]
    pub const fn is_newest(&self) -> bool {
        matches!(self, Self::Newest)
    }
}
