//! Detects the protocol of a connection from its first bytes.

use chat_proto::UserId;
use std::fmt;
use std::io;
use std::time::Duration;

use chat_proto::classic::ServerMessage;
use tokio::io::{AsyncRead, AsyncWrite, AsyncWriteExt};
use tokio::time::{Instant, timeout_at};

use crate::transport::PrefixedStream;

/// How the first message of a classic client begins.
const CLASSIC_GREETING: &[u8] = b"NAME:";
/// How the first message of a native client begins.
const NATIVE_GREETING: &[u8] = b"{";
/// How a request of HTTP begins; the last is that of HTTP/2.
const HTTP_GREETINGS: [&[u8]; 10] = [
    b"GET ",
    b"HEAD ",
    b"POST ",
    b"PUT ",
    b"DELETE ",
    b"OPTIONS ",
    b"PATCH ",
    b"TRACE ",
    b"CONNECT ",
    b"PRI * ",
];

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

/// The protocol that the first bytes of a connection show.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Guess {
    /// They are of this protocol.
    Protocol(Protocol),
    /// They are a `ClientHello`: the protocol is within TLS.
    Tls,
    /// They are a request of HTTP. What follows is never read as another protocol: a page can make a browser send any
    /// body.
    Http,
    /// They may be of several.
    NeedMore,
    /// They are of none.
    Unknown,
}

/// Guesses the protocol from the first bytes of a connection.
#[must_use]
pub(crate) fn guess(first: &[u8]) -> Guess {
    for (greeting, protocol) in
        [(NATIVE_GREETING, Protocol::Native), (CLASSIC_GREETING, Protocol::Classic)]
    {
        if first.starts_with(greeting) {
            return Guess::Protocol(protocol);
        }
        if greeting.starts_with(first) {
            return Guess::NeedMore;
        }
    }
    if HTTP_GREETINGS.iter().any(|greeting| first.starts_with(greeting)) {
        return Guess::Http;
    }
    if HTTP_GREETINGS.iter().any(|greeting| greeting.starts_with(first)) {
        return Guess::NeedMore;
    }
    guess_tls(first)
}

/// A `ClientHello` is a handshake record (0x16) of any TLS version (3.x); the sixth byte is the type of its message.
fn guess_tls(first: &[u8]) -> Guess {
    match first {
        [0x16, 3, _, _, _, 1, ..] => Guess::Tls,
        [0x16] | [0x16, 3] | [0x16, 3, _] | [0x16, 3, _, _] | [0x16, 3, _, _, _] => Guess::NeedMore,
        _ => Guess::Unknown,
    }
}

/// The result of the detection.
#[derive(Debug)]
pub(crate) enum Detection {
    /// It speaks a protocol.
    Protocol {
        protocol: Protocol,
        /// The number it has been sent; a classic client always has one.
        sent_id: Option<UserId>,
    },
    /// It begins a handshake of TLS, and was sent nothing.
    Tls,
    /// It sends a request of HTTP, and was sent nothing.
    Http,
}

/// Why a connection is for no door.
#[derive(Debug, thiserror::Error)]
pub(crate) enum DetectError {
    /// The client closed the connection before it was known which protocol it speaks.
    #[error("closed before its protocol was known")]
    Closed,
    /// The first bytes are of no protocol that is spoken here.
    #[error("speaks none of the protocols of this server")]
    UnknownProtocol,
    /// The client began TLS after it was taken for a classic one and sent its number.
    #[error("began TLS too late; it had been sent the number of a classic client")]
    LateTls,
    /// The same with HTTP.
    #[error("sent a request of HTTP too late; it had been sent the number of a classic client")]
    LateHttp,
    /// The connection failed.
    #[error(transparent)]
    Io(#[from] io::Error),
}

/// Finds out which door a connection is for. The bytes that it looks at stay in `stream`, for the door to
/// read: no more than a greeting and one peek.
///
/// A client that is silent for the time that `silence` returns is taken for a classic one and sent its number, which
/// `next_id` returns. What it sends then still decides, so a native client whose first packet was late is served. A TLS
/// client or a browser is not: the number is neither TLS nor HTTP.
///
/// # Errors
/// Returns an error if the connection is for no door. There is no deadline: that is the caller's.
pub(crate) async fn detect<S: AsyncRead + AsyncWrite + Unpin>(
    stream: &mut PrefixedStream<S>,
    silence: impl Fn() -> Duration,
    next_id: impl Fn() -> UserId,
) -> Result<Detection, DetectError> {
    let mut sent_id = None;
    if !peek_within(stream, silence).await? {
        sent_id = Some(send_number(stream, next_id()).await?);
    }
    let protocol = loop {
        match guess(stream.prefix()) {
            Guess::Protocol(protocol) => break protocol,
            Guess::Tls if sent_id.is_some() => return Err(DetectError::LateTls),
            Guess::Tls => return Ok(Detection::Tls),
            Guess::Http if sent_id.is_some() => return Err(DetectError::LateHttp),
            Guess::Http => return Ok(Detection::Http),
            Guess::Unknown => return Err(DetectError::UnknownProtocol),
            Guess::NeedMore => peek(stream).await?,
        }
    };
    if sent_id.is_none() && protocol == Protocol::Classic {
        sent_id = Some(send_number(stream, next_id()).await?);
    }
    Ok(Detection::Protocol { protocol, sent_id })
}

/// Waits for the first bytes. Returns whether they came within the time that `silence` returns. That is asked again at
/// the end: a browser opens several connections at once, and one of them may have shown meanwhile that it is one.
async fn peek_within<S: AsyncRead + Unpin>(
    stream: &mut PrefixedStream<S>,
    silence: impl Fn() -> Duration,
) -> Result<bool, DetectError> {
    let start = Instant::now();
    let mut limit = silence();
    loop {
        match timeout_at(start + limit, peek(stream)).await {
            Ok(peeked) => return peeked.map(|()| true),
            Err(_silence) => match silence() {
                longer if longer > limit => limit = longer,
                _ => return Ok(false),
            },
        }
    }
}

async fn peek<S: AsyncRead + Unpin>(stream: &mut PrefixedStream<S>) -> Result<(), DetectError> {
    match stream.peek().await? {
        0 => Err(DetectError::Closed),
        _ => Ok(()),
    }
}

async fn send_number<S: AsyncWrite + Unpin>(stream: &mut S, id: UserId) -> io::Result<UserId> {
    stream.write_all(ServerMessage::Id(id).to_string().as_bytes()).await?;
    stream.flush().await?;
    Ok(id)
}

#[cfg(test)]
mod tests;
