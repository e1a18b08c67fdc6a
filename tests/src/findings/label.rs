//! The label of a message, which is its text, and its position.

use std::fmt;
use std::str::FromStr;

/// The first number of rooms that are direct messages.
const DIRECT: u32 = 10_000;

/// Upper bound of the number of users: the number of a direct message has those of its two users.
const USERS_MAX: u32 = 100;

/// Returns the name of a room. The first is the lobby.
pub(crate) fn room_name(room: u32) -> String {
    if room == 0 { "#lobby".to_owned() } else { format!("#room{room}") }
}

/// Returns the number of the direct message of two users, in any order.
pub(crate) fn direct(one: u32, other: u32) -> u32 {
    DIRECT + one.min(other) * USERS_MAX + one.max(other)
}

/// Returns the two users of a direct message, or `None` if the room is public.
pub(crate) fn pair(room: u32) -> Option<[u32; 2]> {
    let pair = room.checked_sub(DIRECT)?;
    Some([pair / USERS_MAX, pair % USERS_MAX])
}

/// Returns the other user of a direct message, or `None` if the room is public.
pub(crate) fn other(room: u32, user: u32) -> Option<u32> {
    let [one, other] = pair(room)?;
    Some(if one == user { other } else { one })
}

/// The position of a message.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub struct Position {
    /// The number of the room.
    pub room: u32,
    /// Its number in the room.
    pub seq: u64,
}

/// The text of a message. No two messages have the same.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub struct Label {
    /// The number of the client that sent it.
    pub client: u32,
    /// Its number among the messages of the client.
    pub n: u64,
    /// Its recipient, if it is a direct message.
    pub to: Option<u32>,
}

impl fmt::Display for Label {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}:{}", self.client, self.n)?;
        self.to.map_or(Ok(()), |to| write!(f, ">{to}"))
    }
}

impl FromStr for Label {
    type Err = std::num::ParseIntError;

    fn from_str(text: &str) -> Result<Self, Self::Err> {
        let (client, n) = text.split_once(':').unwrap_or((text, ""));
        let (n, to) = n.split_once('>').map_or((n, None), |(n, to)| (n, Some(to)));
        Ok(Self { client: client.parse()?, n: n.parse()?, to: to.map(str::parse).transpose()? })
    }
}
