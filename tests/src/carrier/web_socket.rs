//! A WebSocket as a stream of lines.

use std::io;
use std::pin::Pin;
use std::task::{Context, Poll, ready};

use bytes::{Buf, Bytes};
use futures_util::{SinkExt, StreamExt};
use tokio::io::{AsyncRead, AsyncWrite, ReadBuf};
use tokio_tungstenite::tungstenite::client::IntoClientRequest;
use tokio_tungstenite::tungstenite::error::ProtocolError;
use tokio_tungstenite::tungstenite::http::HeaderValue;
use tokio_tungstenite::tungstenite::{Error, Message};
use tokio_tungstenite::{WebSocketStream, client_async};

/// The address of the WebSocket, with a name that each daemon has.
const ADDRESS: &str = "ws://localhost/ws";

/// The subprotocol.
const NATIVE: &str = "chat.1";

/// A WebSocket. The whole lines of a write become one message.
#[derive(Debug)]
pub(crate) struct WebSocket<S> {
    socket: WebSocketStream<S>,
    /// The part of a message that was not read.
    message: Bytes,
    /// The part of a line that was written.
    line: Vec<u8>,
}

impl<S: AsyncRead + AsyncWrite + Unpin> WebSocket<S> {
    /// Opens a WebSocket on `stream`.
    pub(super) async fn open(stream: S) -> io::Result<Self> {
        let mut request = ADDRESS.into_client_request().unwrap();
        let protocol = HeaderValue::from_static(NATIVE);
        request.headers_mut().insert("Sec-WebSocket-Protocol", protocol);
        let (socket, _) = client_async(request, stream).await.map_err(lost)?;
        Ok(Self { socket, message: Bytes::new(), line: Vec::new() })
    }
}

/// Why the connection was lost.
///
/// # Panics
/// Panics if it was not lost, but the daemon broke the rules of WebSocket.
fn lost(error: Error) -> io::Error {
    match error {
        Error::Io(error) => error,
        Error::ConnectionClosed
        | Error::AlreadyClosed
        // The daemon is ending.
        | Error::Http(_)
        | Error::Protocol(
            ProtocolError::HandshakeIncomplete
            | ProtocolError::ResetWithoutClosingHandshake
            // The request was so late that the daemon has greeted a classic client.
            | ProtocolError::HttparseError(_),
        ) => io::ErrorKind::ConnectionReset.into(),
        error => panic!("the daemon breaks the rules of WebSocket: {error}"),
    }
}

impl<S: AsyncRead + AsyncWrite + Unpin> AsyncRead for WebSocket<S> {
    fn poll_read(
        mut self: Pin<&mut Self>,
        cx: &mut Context<'_>,
        into: &mut ReadBuf<'_>,
    ) -> Poll<io::Result<()>> {
        while self.message.is_empty() {
            match ready!(self.socket.poll_next_unpin(cx)).transpose().map_err(lost)? {
                Some(Message::Text(text)) => {
                    assert!(text.ends_with('\n'), "a message of whole lines: {text:?}");
                    self.message = text.into();
                }
                Some(Message::Close(_)) | None => return Poll::Ready(Ok(())),
                Some(other) => panic!("the daemon sends texts alone: {other:?}"),
            }
        }
        let count = self.message.len().min(into.remaining());
        into.put_slice(&self.message[..count]);
        self.message.advance(count);
        Poll::Ready(Ok(()))
    }
}

impl<S: AsyncRead + AsyncWrite + Unpin> AsyncWrite for WebSocket<S> {
    fn poll_write(
        mut self: Pin<&mut Self>,
        cx: &mut Context<'_>,
        bytes: &[u8],
    ) -> Poll<io::Result<usize>> {
        ready!(self.socket.poll_ready_unpin(cx)).map_err(lost)?;
        self.line.extend_from_slice(bytes);
        if let Some(end) = self.line.iter().rposition(|byte| *byte == b'\n') {
            let lines = self.line.drain(..=end).collect();
            let lines = String::from_utf8(lines).expect("a client sends UTF-8");
            self.socket.start_send_unpin(Message::text(lines)).map_err(lost)?;
        }
        Poll::Ready(Ok(bytes.len()))
    }

    fn poll_flush(mut self: Pin<&mut Self>, cx: &mut Context<'_>) -> Poll<io::Result<()>> {
        self.socket.poll_flush_unpin(cx).map_err(lost)
    }

    fn poll_shutdown(mut self: Pin<&mut Self>, cx: &mut Context<'_>) -> Poll<io::Result<()>> {
        self.socket.poll_close_unpin(cx).map_err(lost)
    }
}
