//! The last stage of a connection: sends the reason for the end, and closes.

use std::fmt;
use std::io;
use std::sync::Arc;

use chat_proto::{EndCode, LeaveReason, RefusalCode};
use tokio::io::{AsyncRead, AsyncWrite, AsyncWriteExt};
use tokio::time::timeout;
use tracing::{Span, debug};

use super::Context;
use crate::config::{Config, LINGER};
use crate::door::{Capabilities, Connection};
use crate::hub::HubError;
use crate::transport::drain;

/// Sent to a client that speaks none of the protocols; one line.
const PROTOCOLS: &str = concat!(
    "This is chat-server ",
    env!("CARGO_PKG_VERSION"),
    ". Spoken here: the native protocol, one JSON object a line, the first ",
    r#"{"type":"hello","version":1,"name":"you"}"#,
    "; and the classic one, NAME:you. With its own client: chat-tui --name you --server HOST:PORT\n",
);

/// Why a session or a handshake ended.
#[derive(Debug)]
pub(super) enum End {
    /// The client closed the connection, or its sending half.
    Left,
    /// The connection failed.
    Failed(io::Error),
    /// The client was sent a refusal, and nothing more is sent.
    Refused(RefusalCode),
    /// The server ends it, and sends this code.
    Code(EndCode),
    /// The user was kicked or banned; its client is sent the code and this text.
    Expelled(EndCode, Box<str>),
}

impl End {
    /// The end that follows from an error of a write.
    pub(super) fn of_write(error: io::Error) -> Self {
        match error.kind() {
            io::ErrorKind::TimedOut => Self::Code(EndCode::TooSlow),
            _ => Self::Failed(error),
        }
    }

    /// The end of a client that cannot try again on this connection, after the hub refused its user.
    pub(super) const fn of_hub(error: &HubError) -> Self {
        match error {
            HubError::GoingAway => Self::Code(EndCode::Shutdown),
            error => Self::Refused(error.code()),
        }
    }

    /// The reason that the other users of the rooms are sent.
    pub(super) const fn leave_reason(&self, capabilities: &Capabilities) -> LeaveReason {
        match self {
            Self::Left if capabilities.end_is_goodbye => LeaveReason::Bye,
            Self::Code(EndCode::Bye) => LeaveReason::Bye,
            Self::Code(EndCode::TooSlow) => LeaveReason::TooSlow,
            Self::Code(EndCode::Idle) => LeaveReason::Idle,
            Self::Code(EndCode::TooManyErrors) => LeaveReason::TooManyErrors,
            Self::Expelled(EndCode::Banned, _) => LeaveReason::Banned,
            Self::Expelled(..) => LeaveReason::Kicked,
            _ => LeaveReason::Lost,
        }
    }
}

impl fmt::Display for End {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Left => f.write_str("closed by the client"),
            Self::Failed(error) => write!(f, "{error}"),
            Self::Refused(code) => write!(f, "refused: {code}"),
            Self::Code(code) | Self::Expelled(code, _) => write!(f, "{code}"),
        }
    }
}

/// A connection that is to be closed, after its client was sent the reason.
pub(super) struct ClosingConnection<S> {
    pub(super) connection: Connection<S>,
    pub(super) end: End,
    pub(super) context: Arc<Context>,
    /// The span of the log for what follows.
    pub(super) span: Span,
}

impl<S: AsyncRead + AsyncWrite + Unpin> ClosingConnection<S> {
    /// Sends the reason, writes the pending bytes, and closes the connection after the client has had the time to
    /// read them.
    pub(super) async fn close(self) {
        let Self { mut connection, end, context, span } = self;
        let config = &context.config;
        let is_busy = matches!(end, End::Code(EndCode::Busy) | End::Refused(RefusalCode::Busy));
        match end {
            End::Failed(_) => return,
            End::Left | End::Refused(_) => {}
            End::Expelled(code, text) => connection.goodbye(code, &text, false),
            End::Code(code) => {
                connection.goodbye(code, goodbye_text(code), code == EndCode::TooSlow);
            }
        }
        let write = async {
            while connection.wants_write() {
                connection.write().await?;
            }
            connection.shutdown().await
        };
        match timeout(config.goodbye_timeout, write).await {
            Ok(Ok(())) => {}
            Ok(Err(error)) => {
                return span.in_scope(|| debug!(%error, "the goodbye was not sent"));
            }
            Err(_late) => return span.in_scope(|| debug!("the goodbye was not read in time")),
        }
        if is_busy {
            return; // others wait for the place
        }
        let read = async { while let Ok(Some(_)) = connection.next().await {} };
        let _ = timeout(LINGER, read).await;
    }
}

/// Sends the list of protocols to a client that speaks none of them, and closes the connection.
pub(super) async fn reject<S: AsyncRead + AsyncWrite + Unpin>(stream: &mut S, config: &Config) {
    let write = async {
        stream.write_all(PROTOCOLS.as_bytes()).await?;
        stream.shutdown().await
    };
    if let Ok(Ok(())) = timeout(config.goodbye_timeout, write).await {
        drain(stream).await;
    }
}

const fn goodbye_text(code: EndCode) -> &'static str {
    match code {
        EndCode::Bye => "goodbye",
        EndCode::TooSlow => "your client did not read what it was sent; connect again when it can",
        EndCode::Idle => "your client was silent and did not answer a ping; connect again",
        EndCode::TooManyErrors => "too many invalid lines; see docs/protocol.md",
        EndCode::HelloTimeout => "your client sent no hello in time; connect again",
        EndCode::Unreadable => {
            "the server cannot read the messages that you missed; connect again in a moment"
        }
        EndCode::Busy => {
            "the server has too many connections, and somebody else needs this one; \
             connect again later"
        }
        EndCode::Kicked => "a moderator has kicked you; connect again if you want",
        EndCode::Banned => "you are banned from this server; ask who runs it",
        EndCode::Shutdown => "the server is shutting down; connect again in a moment",
        EndCode::Unknown => "",
    }
}
