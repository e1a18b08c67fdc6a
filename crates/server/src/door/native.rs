//! The native door: one JSON object a line, both ways.

use std::io;

use bytes::BytesMut;
use chat_proto::native::write_line;
use chat_proto::{Command, EndCode, Event, NativeCodec, UserId};
use tokio_util::codec::Decoder;

use super::write_queue::WriteQueue;
use super::{Capabilities, Incoming, Recipient};
use crate::batch::{Batch, EncodedBatch, Items, Lines};
use crate::config::OUT_BYTES_MAX;
use crate::feed::CatchUp;
use crate::journal::Kinds;

pub(super) const CAPABILITIES: Capabilities = Capabilities {
    enters_as_guest: false,
    can_be_refused_a_name: true,
    catch_up: CatchUp::Replay,
    answers_pings: true,
    end_is_goodbye: false,
};

/// Typical bytes of a line of a message besides its text, to reserve capacity.
const LINE_BYTES: usize = 144;

/// No user has this number: they begin with 1.
const NOBODY: UserId = UserId::NONE;

/// Decodes commands and encodes events, one a line.
#[derive(Default)]
pub(crate) struct Native {
    codec: NativeCodec<Command>,
}

impl Native {
    pub(super) fn decode(
        &mut self,
        input: &mut BytesMut,
        has_ended: bool,
    ) -> io::Result<Option<Incoming>> {
        let line = match has_ended {
            false => self.codec.decode(input)?,
            true => self.codec.decode_eof(input)?,
        };
        Ok(line.map(|line| match line {
            Ok(command) => Incoming::Command(command),
            Err(refusal) => Incoming::Invalid(refusal),
        }))
    }

    pub(super) fn event(event: &Event, out: &mut WriteQueue) {
        write_line(event, out.tail());
    }

    /// Hot path: runs once per session and batch. Only a session whose user sent part of the batch does work per
    /// message.
    pub(super) fn batch(batch: &Batch, recipient: Recipient, out: &mut WriteQueue) {
        let lines = lines(batch, recipient.kinds);
        let messages = match batch.items() {
            Items::Messages(messages) if messages.has_author(recipient.user) => messages,
            _ => return out.share(lines.bytes.clone()),
        };
        let publications = messages.publications();
        out.reserve(lines.bytes.len().min(OUT_BYTES_MAX));
        let mut others = 0;
        for index in messages.of_author(recipient.user) {
            out.share(lines.slice(others..index));
            others = index + 1;
            let own = &publications[index];
            if own.session != recipient.session {
                let message =
                    own.message.to_wire_for(messages.room(), recipient.user, recipient.kinds);
                Self::event(&Event::Message(message), out);
            } // the session that sent it receives `accepted`
        }
        out.share(lines.slice(others..publications.len()));
    }

    pub(super) fn goodbye(code: EndCode, text: &str, at_once: bool, out: &mut WriteQueue) {
        if at_once {
            out.drop_all_but_first_line();
        }
        Self::event(&Event::Goodbye { code, text: text.to_owned() }, out);
    }
}

/// A batch as lines of the native protocol, for users who sent nothing of it and whose clients know those kinds of
/// messages.
pub(crate) fn lines(batch: &Batch, kinds: Kinds) -> &Lines {
    batch.encoded_for(kinds, |items| encode(items, kinds)).lines()
}

fn encode(items: &Items, kinds: Kinds) -> EncodedBatch {
    EncodedBatch::Lines(match items {
        Items::Messages(messages) => {
            let publications = messages.publications();
            let bytes = publications
                .iter()
                .map(|publication| publication.message.text.as_str().len() + LINE_BYTES)
                .sum();
            Lines::write(publications.iter(), bytes, |publication, line| {
                let message = publication.message.to_wire_for(messages.room(), NOBODY, kinds);
                write_line(&Event::Message(message), line);
            })
        }
        Items::Update(event) => Lines::write([event].into_iter(), 0, |event, line| {
            write_line(&**event, line);
        }),
    })
}

#[cfg(test)]
mod tests;
