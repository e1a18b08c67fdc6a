//! A WebSocket (RFC 6455) as a carrier: the bytes of its messages, both ways, without extensions.
//!
//! `tungstenite` reads all that the client sends, and makes the header of each frame. What the session writes goes to
//! the stream beside that header: nothing is copied, and no buffer stays with a silent client.

mod bounds;
mod frame;
mod library;
#[cfg(test)]
mod tests;

use std::io::{self, IoSlice};
use std::mem::MaybeUninit;
use std::pin::Pin;
use std::sync::Arc;
use std::task::{Context, Poll, ready};

use bytes::{Buf, Bytes, BytesMut};
use tokio::io::{AsyncRead, AsyncWrite, ReadBuf};
use tokio::time::Instant;
use tracing::info;
use tungstenite::protocol::frame::coding::CloseCode;
use tungstenite::protocol::{CloseFrame, Role, WebSocketContext};
use tungstenite::{Message, Utf8Bytes};

use self::bounds::ControlFrames;
use self::frame::OutFrame;
use self::library::{Failure, Stream};
use crate::config::READ_BYTES;
use crate::strangers::StrangerLog;

/// Read as the last line of a client that has closed the WebSocket.
const BYE: &[u8] = b"{\"type\":\"bye\"}\n";

/// A WebSocket on the stream `T`, for the server. The bytes of one write become one text message. A message that is
/// read ends with a line end, also if its client has left that out.
pub(crate) struct WebSocket<T> {
    stream: T,
    /// Bounded, since anybody who can connect breaks the rules as often.
    log: Arc<StrangerLog>,
    context: WebSocketContext,
    /// Bytes that were received and that the library has not taken.
    input: BytesMut,
    /// Bytes that the library has taken since the last message.
    unfinished: usize,
    /// The part of a message that the session has not read.
    message: Bytes,
    /// Whether a line end follows it.
    line_end_due: bool,
    control: ControlFrames,
    /// Whether the library may have a pong or a close to send.
    reply_due: bool,
    frame: OutFrame,
    state: State,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum State {
    Open,
    /// The server has closed it, and the client has not.
    Closing,
    /// The client has closed it, or the connection.
    Closed,
    /// The server has closed it since the client broke the rules; nothing more is read.
    Failed,
}

impl<T: AsyncRead + AsyncWrite + Unpin> WebSocket<T> {
    /// `input` is what the stream has returned after the request. If the client breaks the rules, `log` has a line.
    pub(crate) fn new(stream: T, input: Bytes, log: Arc<StrangerLog>) -> Self {
        Self {
            stream,
            log,
            context: WebSocketContext::new(Role::Server, Some(bounds::config())),
            input: input.into(),
            unfinished: 0,
            message: Bytes::new(),
            line_end_due: false,
            control: ControlFrames::default(),
            reply_due: false,
            frame: OutFrame::default(),
            state: State::Open,
        }
    }

    pub(super) const fn stream(&self) -> &T {
        &self.stream
    }

    /// Calls `step` with the library and the stream that it reads from and writes to.
    fn with_library<R>(
        &mut self,
        cx: &mut Context<'_>,
        step: impl FnOnce(&mut WebSocketContext, &mut Stream<'_, '_, T>) -> tungstenite::Result<R>,
    ) -> Result<R, Failure> {
        let mut stream = Stream {
            stream: &mut self.stream,
            cx,
            input: &mut self.input,
            unfinished: &mut self.unfinished,
            // A control frame goes between two frames of the session.
            takes_frames: self.frame.is_complete(),
        };
        step(&mut self.context, &mut stream).map_err(Failure::from)
    }

    /// Reads the next message or control frame.
    fn poll_frame(&mut self, cx: &mut Context<'_>) -> Poll<io::Result<()>> {
        match self.with_library(cx, |context, stream| context.read(stream)) {
            Ok(Message::Text(text)) => self.take(text.into()),
            Ok(Message::Binary(bytes)) => self.take(bytes),
            Ok(Message::Close(_)) => self.take_close(cx),
            Ok(Message::Ping(_) | Message::Pong(_) | Message::Frame(_)) => {
                self.reply_due = true;
                if self.control.count(Instant::now()) {
                    self.log.log(|| info!("closed: too many pings on a WebSocket"));
                    self.fail(CloseCode::Policy, cx);
                }
            }
            Err(Failure::Pending) => return Poll::Pending,
            Err(Failure::Closed) => self.state = State::Closed,
            Err(Failure::Io(error)) => return Poll::Ready(Err(error)),
            Err(Failure::Broken(code, error)) => {
                self.log.log(|| info!(%error, "closed: the client broke the rules of WebSocket"));
                self.fail(code, cx);
            }
        }
        Poll::Ready(Ok(()))
    }

    fn take(&mut self, message: Bytes) {
        self.unfinished = 0;
        self.line_end_due = !message.ends_with(b"\n");
        self.message = message;
    }

    /// A client that closes the WebSocket says goodbye.
    fn take_close(&mut self, cx: &mut Context<'_>) {
        if self.state == State::Open {
            self.message = Bytes::from_static(BYE);
        }
        self.state = State::Closed;
        self.reply_due = true;
        let _ = self.poll_reply(cx);
    }

    /// Closes the WebSocket of a client that broke the rules. Sends the code as far as the stream takes it at once.
    fn fail(&mut self, code: CloseCode, cx: &mut Context<'_>) {
        self.state = State::Failed;
        let _ = self.poll_close(code, cx);
    }

    /// Sends the pong or the close that is due. Errors show up with the next read or write of the session.
    fn poll_reply(&mut self, cx: &mut Context<'_>) -> Poll<()> {
        if self.reply_due {
            if let Err(Failure::Pending) =
                self.with_library(cx, |context, stream| context.flush(stream))
            {
                return Poll::Pending;
            }
            self.reply_due = false;
        }
        Poll::Ready(())
    }

    fn poll_close(&mut self, code: CloseCode, cx: &mut Context<'_>) -> Poll<()> {
        self.reply_due = true;
        let close = Some(CloseFrame { code, reason: Utf8Bytes::from_static("") });
        match self.with_library(cx, |context, stream| context.close(stream, close)) {
            Err(Failure::Pending) => Poll::Pending,
            _ => Poll::Ready(()),
        }
    }

    /// Begins a frame for `length` bytes if the one before is complete.
    fn poll_begin(&mut self, length: usize, cx: &mut Context<'_>) -> Poll<io::Result<()>> {
        if self.frame.is_complete() {
            ready!(self.poll_reply(cx));
            if !self.context.can_write() {
                return Poll::Ready(Err(io::ErrorKind::BrokenPipe.into()));
            }
            self.frame = OutFrame::begin(length)?;
        }
        Poll::Ready(Ok(()))
    }

    /// Reads until the client closes the connection: to close it with its bytes unread would reset it, and the client
    /// might lose the code.
    fn poll_drain(&mut self, cx: &mut Context<'_>) -> Poll<io::Result<()>> {
        let mut bytes = [MaybeUninit::uninit(); READ_BYTES];
        loop {
            let mut unread = ReadBuf::uninit(&mut bytes);
            ready!(Pin::new(&mut self.stream).poll_read(cx, &mut unread))?;
            if unread.filled().is_empty() {
                return Poll::Ready(Ok(()));
            }
        }
    }
}

impl<T: AsyncRead + AsyncWrite + Unpin> AsyncRead for WebSocket<T> {
    fn poll_read(
        mut self: Pin<&mut Self>,
        cx: &mut Context<'_>,
        into: &mut ReadBuf<'_>,
    ) -> Poll<io::Result<()>> {
        loop {
            if !self.message.is_empty() {
                let count = self.message.len().min(into.remaining());
                into.put_slice(&self.message[..count]);
                self.message.advance(count);
                if self.message.is_empty() {
                    self.message = Bytes::new(); // frees it
                }
                return Poll::Ready(Ok(()));
            }
            if into.remaining() > 0 && std::mem::take(&mut self.line_end_due) {
                into.put_slice(b"\n");
                return Poll::Ready(Ok(()));
            }
            if matches!(self.state, State::Closed | State::Failed) {
                return Poll::Ready(Ok(()));
            }
            ready!(self.poll_frame(cx))?;
        }
    }
}

impl<T: AsyncRead + AsyncWrite + Unpin> AsyncWrite for WebSocket<T> {
    fn poll_write(
        self: Pin<&mut Self>,
        cx: &mut Context<'_>,
        bytes: &[u8],
    ) -> Poll<io::Result<usize>> {
        self.poll_write_vectored(cx, &[IoSlice::new(bytes)])
    }

    /// Begins a frame with all bytes of `slices`; the next calls go on with it until it is complete.
    fn poll_write_vectored(
        self: Pin<&mut Self>,
        cx: &mut Context<'_>,
        slices: &[IoSlice<'_>],
    ) -> Poll<io::Result<usize>> {
        let this = self.get_mut();
        let length = slices.iter().map(|slice| slice.len()).sum();
        if length == 0 {
            return Poll::Ready(Ok(0));
        }
        ready!(this.poll_begin(length, cx))?;
        this.frame.poll_write(Pin::new(&mut this.stream), slices, cx)
    }

    fn is_write_vectored(&self) -> bool {
        true
    }

    fn poll_flush(mut self: Pin<&mut Self>, cx: &mut Context<'_>) -> Poll<io::Result<()>> {
        Pin::new(&mut self.stream).poll_flush(cx)
    }

    fn poll_shutdown(self: Pin<&mut Self>, cx: &mut Context<'_>) -> Poll<io::Result<()>> {
        let this = self.get_mut();
        if this.state == State::Open {
            this.state = State::Closing;
            let _ = this.poll_close(CloseCode::Normal, cx);
        }
        if this.frame.is_complete() {
            ready!(this.poll_reply(cx));
        }
        ready!(Pin::new(&mut this.stream).poll_shutdown(cx))?;
        if this.state == State::Failed { this.poll_drain(cx) } else { Poll::Ready(Ok(())) }
    }
}
