//! The native door: one JSON object a line, both ways.

use std::io;

use bytes::BytesMut;
use chat_proto::native::write_line;
use chat_proto::{Command, EndCode, Event, NativeCodec, UserId};
use tokio_util::codec::Decoder;

use super::write_queue::WriteQueue;
use super::{Capabilities, Heard, Reader};
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

/// Reads commands and writes events, a line each.
#[derive(Default)]
pub(crate) struct Native {
    codec: NativeCodec<Command>,
}

impl Native {
    pub(super) fn decode(
        &mut self,
        input: &mut BytesMut,
        has_ended: bool,
    ) -> io::Result<Option<Heard>> {
        let line = match has_ended {
            false => self.codec.decode(input)?,
            true => self.codec.decode_eof(input)?,
        };
        Ok(line.map(|line| match line {
            Ok(command) => Heard::Command(command),
            Err(refusal) => Heard::Unreadable(refusal),
        }))
    }

    pub(super) fn event(event: &Event, out: &mut WriteQueue) {
        write_line(event, out.tail());
    }

    /// Runs for each session and batch: only a session whose user sent some of its messages does
    /// anything for each message.
    pub(super) fn batch(batch: &Batch, reader: Reader, out: &mut WriteQueue) {
        let lines = lines(batch);
        let messages = match batch.items() {
            Items::Messages(messages) if messages.is_by(reader.user) => messages,
            _ => return out.share(lines.bytes.clone()),
        };
        let said = messages.said();
        out.make_room(lines.bytes.len().min(OUT_BYTES_MAX));
        let mut others = 0;
        for (index, own) in said.iter().enumerate() {
            if own.kept.from.id != reader.user {
                continue;
            }
            out.share(lines.of(others..index));
            others = index + 1;
            if own.session != reader.session {
                let message = own.kept.to_wire(messages.room(), reader.user);
                Self::event(&Event::Message(message), out);
            } // else it has its answer
        }
        out.share(lines.of(others..said.len()));
    }

    pub(super) fn goodbye(code: EndCode, text: &str, at_once: bool, out: &mut WriteQueue) {
        if at_once {
            out.drop_all_but_first_line();
        }
        Self::event(&Event::Goodbye { code, text: text.to_owned() }, out);
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
                let message = said.kept.to_wire(messages.room(), UserId::SERVER);
                write_line(&Event::Message(message), line);
            })
        }
        Items::Update(event) => Lines::write([event].into_iter(), 0, |event, line| {
            write_line(&**event, line);
        }),
    })
}
