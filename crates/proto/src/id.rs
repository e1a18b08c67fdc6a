//! Identifiers. Each has a type of its own, so that one cannot be passed for another.

use std::fmt;
use std::num::ParseIntError;
use std::str::FromStr;
use std::sync::Arc;

use serde::{Deserialize, Serialize};

use crate::short_string::{ShortString, ShortStringTooLong};

/// The number of a user: from 1, and never given to another user.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord, Serialize, Deserialize)]
#[serde(transparent)]
pub struct UserId(u64);

impl UserId {
    /// The server itself, as the author of messages. No user has this number.
    pub const SERVER: Self = Self(0);

    /// The number before that of the first user.
    pub const NONE: Self = Self(0);

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

/// The position of a message in its room: 1, 2, 3 … without a gap.
#[derive(
    Debug, Default, Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord, Serialize, Deserialize,
)]
#[serde(transparent)]
pub struct Seq(u64);

impl Seq {
    /// Before the first message: the last `seq` of a room without messages.
    pub const NONE: Self = Self(0);

    /// The first message of a room.
    pub const FIRST: Self = Self(1);

    /// After every message.
    pub const MAX: Self = Self(u64::MAX);

    /// The position with this number.
    #[must_use]
    pub const fn new(number: u64) -> Self {
        Self(number)
    }

    /// The number, to store or write it.
    #[must_use]
    pub const fn get(self) -> u64 {
        self.0
    }

    /// The position of the next message; [`Seq::MAX`] has none after it.
    #[must_use]
    pub const fn next(self) -> Self {
        self.plus(1)
    }

    /// The position `count` messages later, at most [`Seq::MAX`].
    #[must_use]
    pub const fn plus(self, count: u64) -> Self {
        Self(self.0.saturating_add(count))
    }

    /// The position `count` messages earlier, at least [`Seq::NONE`].
    #[must_use]
    pub const fn minus(self, count: u64) -> Self {
        Self(self.0.saturating_sub(count))
    }

    /// The number of messages after `earlier` up to this one; 0 if `earlier` is not earlier.
    #[must_use]
    pub const fn since(self, earlier: Self) -> u64 {
        self.0.saturating_sub(earlier.0)
    }
}

impl FromStr for Seq {
    type Err = ParseIntError;
    fn from_str(written: &str) -> Result<Self, ParseIntError> {
        written.parse().map(Self)
    }
}

impl fmt::Display for Seq {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        self.0.fmt(f)
    }
}

/// The device of a message: one run of a client, which gives its messages their numbers. The client chooses it, and
/// it is unique among the devices of its user. Empty for a client that has none. Cheap to clone.
#[derive(Debug, Default, Clone, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(transparent)]
pub struct DeviceId(ShortString);

impl DeviceId {
    /// The device as a client sent it.
    ///
    /// # Errors
    /// Returns an error if it is longer than [`SHORT_BYTES_MAX`](crate::limits::SHORT_BYTES_MAX) bytes.
    pub fn new(written: impl Into<Arc<str>>) -> Result<Self, ShortStringTooLong> {
        ShortString::new(written).map(Self)
    }

    /// The device as it is written.
    #[must_use]
    pub fn as_str(&self) -> &str {
        self.0.as_str()
    }

    /// Whether the client has none.
    #[must_use]
    pub fn is_empty(&self) -> bool {
        self.0.is_empty()
    }
}

/// Bits of a [`SessionId`] that count the sessions of a node: enough for 280 million million.
const SESSION_BITS: u32 = 48;

/// The number of a session. Two sessions never have the same, on two nodes either. In 8 bytes, since each
/// session and each message that waits for its readers has one.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub struct SessionId(u64);

impl SessionId {
    /// No session has this number: they begin with 1.
    pub const NONE: Self = Self(0);

    /// The session `n` of a node, which counts its sessions from 1 since its start.
    #[must_use]
    pub const fn new(node: u16, n: u64) -> Self {
        debug_assert!(n < 1 << SESSION_BITS, "a node has fewer sessions");
        Self((node as u64) << SESSION_BITS | n)
    }

    /// The session `n` of the only node.
    #[must_use]
    pub const fn local(n: u64) -> Self {
        Self::new(0, n)
    }

    /// The session with this number, as [`SessionId::get`] returns it.
    #[must_use]
    pub const fn of(number: u64) -> Self {
        Self(number)
    }

    /// The number, to write it.
    #[must_use]
    pub const fn get(self) -> u64 {
        self.0
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn sessions_of_two_nodes_have_different_numbers() {
        let ids = [(0, 1), (0, 2), (1, 1), (1, 2), (u16::MAX, 1)];
        let mut numbers = ids.map(|(node, n)| SessionId::new(node, n));
        numbers.sort();
        assert!(numbers.windows(2).all(|pair| pair[0] != pair[1]), "{numbers:?}");
    }

    #[test]
    fn positions_stay_within_their_bounds() {
        assert_eq!((Seq::NONE.minus(1), Seq::MAX.next()), (Seq::NONE, Seq::MAX));
        assert_eq!((Seq::new(7).since(Seq::new(4)), Seq::new(4).since(Seq::new(7))), (3, 0));
    }

    #[test]
    fn a_user_id_and_a_seq_are_plain_numbers_on_the_wire() {
        let written = serde_json::to_string(&UserId::new(7)).unwrap();
        assert_eq!(written, "7");
        assert_eq!(serde_json::from_str::<UserId>(&written).unwrap(), UserId::new(7));
        assert_eq!(serde_json::to_string(&Seq::new(7)).unwrap(), "7");
    }
}
