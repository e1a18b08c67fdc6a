//! The lines of the log about a session.

use std::net::SocketAddr;

use tokio::io::{AsyncRead, AsyncWrite};
use tracing::{Span, info_span};

use super::Session;

impl<S: AsyncRead + AsyncWrite + Unpin> Session<S> {
    /// Logs an event in the span of this session. The span is created for it: most sessions log nothing for hours,
    /// and a span takes memory.
    pub(super) fn log(&self, event: impl FnOnce()) {
        self.span().in_scope(event);
    }

    pub(super) fn span(&self) -> Span {
        let (peer, door, user): (SocketAddr, _, _) =
            (self.peer.into(), self.connection.door().protocol(), self.member.user().name);
        info_span!("session", %peer, %door, %user)
    }
}
