//! Numbers that identify things. Each has a type of its own, so that one cannot be passed for another.

use std::fmt;
use std::num::ParseIntError;
use std::str::FromStr;

use serde::{Deserialize, Serialize};

/// The number of a user: from 1, and never given to another user.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord, Serialize, Deserialize)]
#[serde(transparent)]
pub struct UserId(u64);

impl UserId {
    /// The server itself, as the author of messages. No user has this number: as the greatest one it means that
    /// there is no user yet.
    pub const SERVER: Self = Self(0);

    /// The user with this number.
    #[must_use]
    pub const fn new(number: u64) -> Self {
        Self(number)
    }

    /// The number, to store or write it.
    #[must_use]
    pub const fn get(self) -> u64 {
        self.0
    }

    /// The number of the user that is created after this one.
    #[must_use]
    pub const fn next(self) -> Self {
        Self(self.0 + 1)
    }
}

impl FromStr for UserId {
    type Err = ParseIntError;
    fn from_str(written: &str) -> Result<Self, ParseIntError> {
        written.parse().map(Self)
    }
}

impl fmt::Display for UserId {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        self.0.fmt(f)
    }
}

/// The number of a session. Two sessions of one journal never have the same, also on two nodes.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub struct SessionId {
    /// The node that serves the session; 0 if there is one node.
    pub node: u16,
    /// Counts the sessions of the node from 1 since its start.
    pub n: u64,
}

impl SessionId {
    /// The session `n` of the only node.
    #[must_use]
    pub const fn local(n: u64) -> Self {
        Self { node: 0, n }
    }
}
