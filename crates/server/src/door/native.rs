//! The native door: one JSON object a line, both ways.

use std::io;
use std::time::Duration;

use bytes::BytesMut;
use chat_proto::native::write_line;
use chat_proto::{Command, EndCode, Event, NativeCodec};
use tokio::io::{AsyncRead, AsyncReadExt, AsyncWrite};
use tokio_util::codec::Decoder;

use super::outlet::Outlet;
use super::{Heard, Reader, Turn};
use crate::batch::{Batch, Said, SaidBatch};
use crate::config::{OUT_BYTES_MAX, READ_BYTES};

/// Reads commands, a line each.
#[derive(Debug)]
pub struct NativeReader<R> {
    io: R,
    buffer: BytesMut,
    codec: NativeCodec<Command>,
    ended: bool,
}

impl<R: AsyncRead + Unpin> NativeReader<R> {
    /// Reads from `io`, of which `first` has been read already.
    pub fn new(io: R, first: BytesMut) -> Self {
        Self { io, buffer: first, codec: NativeCodec::default(), ended: false }
    }

    /// See [`super::DoorReader::next`].
    ///
    /// # Errors
    /// Where the connection fails.
    pub async fn next(&mut self) -> io::Result<Option<Heard>> {
        loop {
            let line = match self.ended {
                false => self.codec.decode(&mut self.buffer)?,
                true => self.codec.decode_eof(&mut self.buffer)?,
            };
            match line {
                Some(Ok(command)) => return Ok(Some(Heard::Command(command))),
                Some(Err(refusal)) => return Ok(Some(Heard::Unreadable(refusal))),
                None if self.ended => return Ok(None),
                None => {}
            }
            self.buffer.reserve(READ_BYTES);
            self.ended = self.io.read_buf(&mut self.buffer).await? == 0;
        }
    }
}

/// Writes events, a line each, all that waits with one call.
#[derive(Debug)]
pub struct NativeWriter<W> {
    outlet: Outlet<W>,
}

impl<W: AsyncWrite + Unpin> NativeWriter<W> {
    /// Writes to `io`, and gives up on a client that takes nothing for `write_timeout`.
    pub fn new(io: W, write_timeout: Duration) -> Self {
        Self { outlet: Outlet::new(io, write_timeout) }
    }

    pub(super) fn tell(&mut self, event: &Event) {
        write_line(event, &mut self.outlet.waiting);
    }

    pub(super) fn relay(&mut self, batch: &Batch, reader: Reader) {
        match batch {
            Batch::News(news) => self.outlet.waiting.extend_from_slice(news.native(reader.side)),
            Batch::Said(said) => self.relay_said(said, reader),
        }
    }

    fn relay_said(&mut self, batch: &SaidBatch, reader: Reader) {
        let lines = batch.native(reader.side);
        let is_own = |said: &Said| said.kept.from.id == reader.user;
        if !batch.said().iter().any(is_own) {
            return self.outlet.waiting.extend_from_slice(&lines.bytes);
        }
        for (index, said) in batch.said().iter().enumerate() {
            if said.session == reader.session {
                continue; // it has its answer
            }
            if is_own(said) {
                let message = said.kept.told(batch.room(reader.side), reader.user);
                self.tell(&Event::Message(message));
            } else {
                self.outlet.waiting.extend_from_slice(lines.get(index));
            }
        }
    }

    pub(super) fn goodbye(&mut self, code: EndCode, text: &str, at_once: bool) {
        if at_once {
            self.outlet.drop_all_but_first_line();
        }
        self.tell(&Event::Goodbye { code, text: text.to_owned() });
    }

    pub(super) fn is_full(&self) -> bool {
        self.outlet.waiting.len() >= OUT_BYTES_MAX
    }

    pub(super) fn wants_write(&self) -> bool {
        !self.outlet.waiting.is_empty()
    }

    pub(super) async fn write(&mut self) -> io::Result<Turn> {
        self.outlet.write_some().await.map(|()| Turn::Wrote)
    }

    pub(super) async fn shutdown(&mut self) -> io::Result<()> {
        self.outlet.shutdown().await
    }
}
