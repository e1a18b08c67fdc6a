//! Who is calling: the guess from a connection's first bytes.

use std::fmt;
use std::io;
use std::time::Duration;

use bytes::BytesMut;
use chat_proto::classic::Told;
use tokio::io::{AsyncRead, AsyncReadExt, AsyncWrite, AsyncWriteExt};
use tokio::time::timeout;

/// What a classic client's first message begins with.
const CLASSIC_GREETING: &[u8] = b"NAME:";
/// What a native client's first message begins with.
const NATIVE_GREETING: &[u8] = b"{";

/// One protocol at the edge.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Protocol {
    /// One JSON object a line.
    Native,
    /// The unframed text of the original chat.
    Classic,
}

impl fmt::Display for Protocol {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match self {
            Self::Native => "native",
            Self::Classic => "classic",
        })
    }
}

/// What the first bytes of a connection tell.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Guess {
    /// Which door it is for.
    Protocol(Protocol),
    /// Nothing yet.
    NeedMore,
    /// That it is for none of the doors here.
    Stranger,
}

/// Guesses from the first bytes of a connection which door it is for.
#[must_use]
pub(crate) fn guess(first: &[u8]) -> Guess {
    for (greeting, door) in
        [(NATIVE_GREETING, Protocol::Native), (CLASSIC_GREETING, Protocol::Classic)]
    {
        if first.starts_with(greeting) {
            return Guess::Protocol(door);
        }
        if greeting.starts_with(first) {
            return Guess::NeedMore;
        }
    }
    Guess::Stranger
}

/// A caller that told which door it is for.
pub(crate) struct Caller {
    /// The door.
    pub protocol: Protocol,
    /// The number it has been told; a classic caller always has.
    pub id: Option<u64>,
    /// What was read of it so far.
    pub first: BytesMut,
}

/// How a connection came to be for no door.
#[derive(Debug, thiserror::Error)]
pub(crate) enum DetectError {
    /// The peer closed it before it was known who it is.
    #[error("the peer left without a word")]
    Left,
    /// The peer speaks none of the protocols.
    #[error("the peer speaks none of the protocols spoken here")]
    Stranger,
    /// The connection failed.
    #[error(transparent)]
    Io(#[from] io::Error),
}

/// Finds out which door a connection is for.
///
/// A peer that is silent for `silence` is taken for a classic client and told its number, which
/// `next_id` gives; what it says then still decides, so that a native client whose first packet was
/// late is none the worse.
///
/// # Errors
/// Says how the connection came to be for no door. There is no deadline: that is the caller's.
pub(crate) async fn detect<S: AsyncRead + AsyncWrite + Unpin>(
    stream: &mut S,
    silence: Duration,
    next_id: impl Fn() -> u64,
) -> Result<Caller, DetectError> {
    let mut first = BytesMut::with_capacity(CLASSIC_GREETING.len());
    let mut id = None;
    match timeout(silence, read_more(stream, &mut first)).await {
        Ok(read) => read?,
        Err(_silence) => id = Some(tell_number(stream, next_id()).await?),
    }
    let protocol = loop {
        match guess(&first) {
            Guess::Protocol(protocol) => break protocol,
            Guess::Stranger => return Err(DetectError::Stranger),
            Guess::NeedMore => read_more(stream, &mut first).await?,
        }
    };
    let id = match (id, protocol) {
        (None, Protocol::Classic) => Some(tell_number(stream, next_id()).await?),
        (id, _) => id,
    };
    Ok(Caller { protocol, id, first })
}

async fn read_more<S>(stream: &mut S, first: &mut BytesMut) -> Result<(), DetectError>
where
    S: AsyncRead + Unpin,
{
    match stream.read_buf(first).await? {
        0 => Err(DetectError::Left),
        _ => Ok(()),
    }
}

async fn tell_number<S>(stream: &mut S, id: u64) -> io::Result<u64>
where
    S: AsyncWrite + Unpin,
{
    stream.write_all(Told::Id(id).to_string().as_bytes()).await?;
    stream.flush().await?;
    Ok(id)
}

#[cfg(test)]
mod tests;
