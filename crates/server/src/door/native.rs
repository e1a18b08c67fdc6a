//! The native door: one JSON object a line, both ways.

use std::io;

use bytes::BytesMut;
use chat_proto::native::write_line;
use chat_proto::{Command, EndCode, Event, NativeCodec};
use tokio::io::{AsyncRead, AsyncWrite};
use tokio_util::codec::Decoder;

use super::inlet::read_some;
use super::outlet::Outlet;
use super::{Capabilities, Heard, Reader, Turn, WriteTimeout};
use crate::batch::{Batch, Encoded, Format, Items, Lines};
use crate::config::OUT_BYTES_MAX;
use crate::feed::CatchUp;

pub(super) const CAPABILITIES: Capabilities = Capabilities {
    enters_as_guest: false,
    can_be_refused_a_name: true,
    catch_up: CatchUp::Replay,
    answers_pings: true,
    end_is_goodbye: false,
};

/// Bytes of a message's line beside its text, mostly: so much room is made for it beforehand.
const LINE_BYTES: usize = 144;

/// Reads commands, a line each.
pub(crate) struct NativeReader<R> {
    io: R,
    buffer: BytesMut,
    codec: NativeCodec<Command>,
    ended: bool,
}

impl<R: AsyncRead + Unpin> NativeReader<R> {
    /// Reads from `io`, of which `first` has been read already.
    pub(crate) fn new(io: R, first: BytesMut) -> Self {
        Self { io, buffer: first, codec: NativeCodec::default(), ended: false }
    }

    /// See [`super::DoorReader::next`].
    ///
    /// # Errors
    /// Where the connection fails.
    pub(crate) async fn next(&mut self) -> io::Result<Option<Heard>> {
        loop {
            if let Some(heard) = self.ready()? {
                return Ok(Some(heard));
            }
            if self.ended {
                return Ok(None);
            }
            self.ended = read_some(&mut self.io, &mut self.buffer).await? == 0;
        }
    }

    /// See [`super::DoorReader::ready`].
    pub(super) fn ready(&mut self) -> io::Result<Option<Heard>> {
        let line = match self.ended {
            false => self.codec.decode(&mut self.buffer)?,
            true => self.codec.decode_eof(&mut self.buffer)?,
        };
        Ok(line.map(|line| match line {
            Ok(command) => Heard::Command(command),
            Err(refusal) => Heard::Unreadable(refusal),
        }))
    }
}

/// Writes events, a line each, all that waits with one call.
pub(crate) struct NativeWriter<W> {
    outlet: Outlet<W>,
}

impl<W: AsyncWrite + Unpin> NativeWriter<W> {
    /// Writes to `io`, and gives up on a client that takes nothing for `write_timeout`.
    pub(crate) fn new(io: W, write_timeout: WriteTimeout) -> Self {
        Self { outlet: Outlet::new(io, write_timeout) }
    }

    pub(super) fn tell(&mut self, event: &Event) {
        write_line(event, self.outlet.tail());
    }

    /// Runs for each session and batch: only a session whose user sent some of its messages does
    /// anything for each message.
    pub(super) fn relay(&mut self, batch: &Batch, reader: Reader) {
        let lines = lines(batch);
        let messages = match batch.items() {
            Items::Messages(messages) if messages.is_by(reader.user) => messages,
            _ => return self.outlet.share(lines.bytes.clone()),
        };
        let said = messages.said();
        self.outlet.make_room(lines.bytes.len().min(OUT_BYTES_MAX));
        let mut others = 0;
        for (index, own) in said.iter().enumerate() {
            if own.kept.from.id != reader.user {
                continue;
            }
            self.outlet.share(lines.of(others..index));
            others = index + 1;
            if own.session != reader.session {
                let message = own.kept.to_wire(messages.room(), reader.user);
                self.tell(&Event::Message(message));
            } // else it has its answer
        }
        self.outlet.share(lines.of(others..said.len()));
    }

    pub(super) fn goodbye(&mut self, code: EndCode, text: &str, at_once: bool) {
        if at_once {
            self.outlet.drop_all_but_first_line();
        }
        self.tell(&Event::Goodbye { code, text: text.to_owned() });
    }

    pub(super) fn is_full(&self) -> bool {
        self.outlet.len() >= OUT_BYTES_MAX
    }

    pub(super) fn wants_write(&self) -> bool {
        !self.outlet.is_empty()
    }

    pub(super) async fn write(&mut self) -> io::Result<Turn> {
        self.outlet.write_some().await.map(|()| Turn::Wrote)
    }

    pub(super) async fn shutdown(&mut self) -> io::Result<()> {
        self.outlet.shutdown().await
    }
}

/// A batch as lines of the native protocol, for whoever sent nothing of it.
pub(crate) fn lines(batch: &Batch) -> &Lines {
    batch.encoded(Format::Native, encode).lines()
}

fn encode(items: &Items) -> Encoded {
    Encoded::Lines(match items {
        Items::Messages(messages) => {
            let said = messages.said();
            let bytes = said.iter().map(|said| said.kept.text.as_str().len() + LINE_BYTES).sum();
            Lines::write(said.iter(), bytes, |said, line| {
                // Users have numbers from 1: nobody's own.
                let message = said.kept.to_wire(messages.room(), 0);
                write_line(&Event::Message(message), line);
            })
        }
        Items::Update(event) => Lines::write([event].into_iter(), 0, |event, line| {
            write_line(&**event, line);
        }),
    })
}
