//! The last stage of a connection: sends the reason for the end, and closes.

use std::fmt;
use std::io;
use std::sync::Arc;

use chat_proto::{EndCode, LeaveReason, RefusalCode};
use tokio::io::{AsyncRead, AsyncReadExt, AsyncWrite, AsyncWriteExt};
use tokio::time::timeout;
use tracing::{Span, debug};

use super::Context;
use crate::config::{Config, LINGER, READ_BYTES};
use crate::door::{Capabilities, Connection};
use crate::hub::HubError;

/// What one who speaks none of the protocols is told; one line.
const SPOKEN_HERE: &str = concat!(
    "This is chat-server ",
    env!("CARGO_PKG_VERSION"),
    ". Spoken here: the native protocol, one JSON object a line, the first ",
    r#"{"type":"hello","version":1,"name":"you"}"#,
    "; and the classic one, NAME:you. With its own client: chat-tui --name you --server HOST:PORT\n",
);

/// Why a session is over.
#[derive(Debug)]
pub(super) enum End {
    /// The client closed the connection, or its half of it.
    Left,
    /// The connection failed.
    Failed(io::Error),
    /// The client was refused, and knows.
    Refused(RefusalCode),
    /// The server ends it, and says so.
    Code(EndCode),
}

impl End {
    /// What it means that a write failed.
    pub(super) fn of_write(error: io::Error) -> Self {
        match error.kind() {
            io::ErrorKind::TimedOut => Self::Code(EndCode::TooSlow),
            _ => Self::Failed(error),
        }
    }

    /// What it means that a client who cannot be asked again was not let in.
    pub(super) const fn of_hub(error: &HubError) -> Self {
        match error {
            HubError::GoingAway => Self::Code(EndCode::Shutdown),
            error => Self::Refused(error.code()),
        }
    }

    /// What the others in the room are told.
    pub(super) const fn leave_reason(&self, capabilities: &Capabilities) -> LeaveReason {
        match self {
            Self::Left if capabilities.end_is_goodbye => LeaveReason::Bye,
            Self::Code(EndCode::Bye) => LeaveReason::Bye,
            Self::Code(EndCode::TooSlow) => LeaveReason::TooSlow,
            Self::Code(EndCode::Idle) => LeaveReason::Idle,
            Self::Code(EndCode::TooManyErrors) => LeaveReason::TooManyErrors,
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
            Self::Code(code) => write!(f, "{code}"),
        }
    }
}

/// One who leaves, and is to be told why.
pub(super) struct Leaving<S> {
    pub(super) connection: Connection<S>,
    pub(super) end: End,
    pub(super) context: Arc<Context>,
    /// What is logged of it.
    pub(super) span: Span,
}

impl<S: AsyncRead + AsyncWrite + Unpin> Leaving<S> {
    /// Ends a session: says why, writes what waits, and closes the connection once the client has had
    /// the time to read it.
    pub(super) async fn farewell(self: Box<Self>) {
        let Self { mut connection, end, context, span } = *self;
        let config = &context.config;
        match end {
            End::Failed(_) => return,
            End::Left | End::Refused(_) => {}
            End::Code(code) => {
                connection.goodbye(code, words(code), code == EndCode::TooSlow);
            }
        }
        let say = async {
            while connection.wants_write() {
                connection.write().await?;
            }
            connection.shutdown().await
        };
        match timeout(config.goodbye_timeout, say).await {
            Ok(Ok(())) => {}
            Ok(Err(error)) => {
                return span.in_scope(|| debug!(%error, "the goodbye did not get through"));
            }
            Err(_late) => return span.in_scope(|| debug!("the goodbye was not read in time")),
        }
        let listen = async { while let Ok(Some(_)) = connection.next().await {} };
        let _ = timeout(LINGER, listen).await;
    }
}

/// Tells one who speaks none of the protocols what is spoken here, and closes the connection.
pub(super) async fn turn_away<S: AsyncRead + AsyncWrite + Unpin>(stream: &mut S, config: &Config) {
    let say = async {
        stream.write_all(SPOKEN_HERE.as_bytes()).await?;
        stream.shutdown().await
    };
    if let Ok(Ok(())) = timeout(config.goodbye_timeout, say).await {
        let mut unread = [0; READ_BYTES];
        let listen = async { while let Ok(1..) = stream.read(&mut unread).await {} };
        let _ = timeout(LINGER, listen).await;
    }
}

const fn words(code: EndCode) -> &'static str {
    match code {
        EndCode::Bye => "goodbye",
        EndCode::TooSlow => "you did not read what you were sent; connect again when you can",
        EndCode::Idle => "you were silent for too long and did not answer a ping; connect again",
        EndCode::TooManyErrors => "too many lines that could not be read; see docs/protocol.md",
        EndCode::HelloTimeout => "you did not say hello in time; connect again",
        EndCode::Unreadable => "what you have missed cannot be read; connect again in a moment",
        EndCode::Shutdown => "the server is going away; connect again in a moment",
        EndCode::Unknown => "",
    }
}
