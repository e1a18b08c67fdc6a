//! What a message says, and where it stands.

use std::fmt;
use std::str::FromStr;

/// From which number on rooms are private conversations.
const DIRECT: u32 = 10_000;

/// How many users there may be: two of their numbers make that of a conversation.
const USERS_MAX: u32 = 100;

/// The number of the private conversation of two users, whichever is given first.
pub(crate) fn direct(one: u32, other: u32) -> u32 {
    DIRECT + one.min(other) * USERS_MAX + one.max(other)
}

/// The two users of a private conversation, or `None` if the room is public.
pub(crate) fn pair(room: u32) -> Option<[u32; 2]> {
    let pair = room.checked_sub(DIRECT)?;
    Some([pair / USERS_MAX, pair % USERS_MAX])
}

/// The other user of a private conversation; `None` if the room is public.
pub(crate) fn other(room: u32, user: u32) -> Option<u32> {
    let [one, other] = pair(room)?;
    Some(if one == user { other } else { one })
}

/// Where a message stands.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub struct Place {
    /// The number of the room.
    pub room: u32,
    /// Its place in the room.
    pub seq: u64,
}

/// What a message says: who says it, and as the how-manieth. No two say the same.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub struct Words {
    /// The number of the client.
    pub client: u32,
    /// The number the client gave it.
    pub n: u64,
    /// The user for whom it is, if it is private.
    pub to: Option<u32>,
}

impl fmt::Display for Words {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}:{}", self.client, self.n)?;
        self.to.map_or(Ok(()), |to| write!(f, ">{to}"))
    }
}

impl FromStr for Words {
    type Err = std::num::ParseIntError;
    fn from_str(text: &str) -> Result<Self, Self::Err> {
        let (client, n) = text.split_once(':').unwrap_or((text, ""));
        let (n, to) = n.split_once('>').map_or((n, None), |(n, to)| (n, Some(to)));
        Ok(Self { client: client.parse()?, n: n.parse()?, to: to.map(str::parse).transpose()? })
    }
}
