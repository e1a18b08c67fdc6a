//! The classic door: the text of the original chat, one message in each write.

use std::collections::VecDeque;
use std::io;
use std::sync::Arc;
use std::time::Duration;

use bytes::{Bytes, BytesMut};
use chat_proto::classic::{self, ClientMessage, ServerEnd, ServerMessage, notice};
use chat_proto::command::{Body, Say};
use chat_proto::event::MessageKind;
use chat_proto::{Command, Event, RoomName, User, UserId};
use tokio::time::Instant;
use tokio_util::codec::Decoder;

use super::write_queue::WriteQueue;
use super::{Capabilities, Incoming, NextWrite, Recipient};
use crate::batch::{Batch, EncodedBatch, Format, Items, Pieces, Publication, pieces_bytes};
use crate::config::{CLASSIC_PIECES_MAX, CLASSIC_QUEUE_BYTES, CLASSIC_QUEUE_MESSAGES, Config};
use crate::feed::CatchUp;

pub(super) const CAPABILITIES: Capabilities = Capabilities {
    enters_as_guest: true,
    can_be_refused_a_name: false,
    catch_up: CatchUp::Count,
    answers_pings: false,
    end_is_goodbye: true,
};

/// Decodes names and messages as the commands they stand for. Encodes one message at a time, with `classic_gap`
/// between two writes, since the client takes everything that one `recv` returns for one message.
pub(crate) struct Classic {
    codec: ServerEnd,
    settle: Duration,
    /// When the input counts as complete, unless more is received before.
    settles_at: Option<Instant>,
    /// Pieces of the message that is being written, and of refusals: [`CLASSIC_PIECES_MAX`] and those of one message
    /// at most.
    pieces: VecDeque<Bytes>,
    /// Pending messages: [`CLASSIC_QUEUE_MESSAGES`] and [`CLASSIC_QUEUE_BYTES`] at most.
    queue: VecDeque<Pieces>,
    queue_bytes: usize,
    /// The reason for the end, written after everything else.
    goodbye: Option<Bytes>,
    /// Skipped messages whose number the client was not sent yet.
    skipped: u64,
    /// When the first list of users is due, if the client is in the lobby by then.
    first_list_at: Instant,
    list: List,
    next_write_at: Instant,
    gap: Duration,
    list_settle: Duration,
}

/// Whether the client has the current list of users.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum List {
    /// The client has it.
    IsSent,
    /// It has changed, and no time to send it is set yet.
    HasChanged,
    /// It is sent at this time, with all changes until then.
    IsDueAt(Instant),
}

impl Classic {
    /// The door of the client with number `id`, which has begun to send its name; the rest must follow within
    /// `detect_silence`. Nothing is written for one gap from `now`, since the client's number may just have been
    /// written.
    pub(crate) fn new(id: UserId, now: Instant, config: &Config) -> Self {
        let gap = config.classic_gap;
        Self {
            codec: ServerEnd::new(id),
            settle: config.classic_settle,
            settles_at: Some(now + config.detect_silence),
            pieces: VecDeque::new(),
            queue: VecDeque::new(),
            queue_bytes: 0,
            goodbye: None,
            skipped: 0,
            first_list_at: now + config.classic_list_settle,
            list: List::IsSent,
            next_write_at: now + gap,
            gap,
            list_settle: config.classic_list_settle,
        }
    }

    pub(super) fn decode(
        &mut self,
        input: &mut BytesMut,
        has_ended: bool,
    ) -> io::Result<Option<Incoming>> {
        let message = match has_ended {
            false => self.codec.decode(input)?,
            true => self.codec.decode_eof(input)?,
        };
        Ok(message.map(|message| Incoming::Command(command(message))))
    }

    pub(super) fn note_read(&mut self, now: Instant) {
        self.settles_at = Some(now + self.settle);
    }

    pub(super) const fn settles_at(&self) -> Option<Instant> {
        self.settles_at
    }

    pub(super) fn settle(&mut self, input: &mut BytesMut) -> Option<Incoming> {
        self.settles_at = None;
        self.codec.settle(input).map(|message| Incoming::Command(command(message)))
    }

    pub(super) fn event(&mut self, event: &Event) {
        match event {
            Event::Refused(_) if self.pieces.len() >= CLASSIC_PIECES_MAX => self.skipped += 1,
            Event::Refused(refusal) => {
                self.pieces.extend(notice(&refusal.text).iter().map(bytes_of));
            }
            Event::Room(_) => self.list = List::IsDueAt(self.first_list_at),
            _ => {}
        }
    }

    pub(super) fn batch(&mut self, batch: &Batch, recipient: Recipient) {
        match batch.items() {
            Items::Messages(messages) => {
                let encoded = batch.encoded(Format::Classic, encode).messages();
                for (publication, pieces) in messages.publications().iter().zip(encoded) {
                    if publication.session != recipient.session {
                        self.push(pieces);
                    }
                }
            }
            Items::Update(event) => match **event {
                Event::Topic { .. } => {}
                _ => self.note_changed_users(),
            },
        }
    }

    /// Adds a message; does nothing if it is one that a classic client is not sent.
    fn push(&mut self, message: &Pieces) {
        if message.is_empty() {
            return;
        }
        self.queue.push_back(Arc::clone(message));
        self.queue_bytes += pieces_bytes(message);
        while self.queue.len() > CLASSIC_QUEUE_MESSAGES || self.queue_bytes > CLASSIC_QUEUE_BYTES {
            self.next_message();
            self.skipped += 1;
        }
    }

    fn next_message(&mut self) -> Option<Pieces> {
        let message = self.queue.pop_front()?;
        self.queue_bytes -= pieces_bytes(&message);
        Some(message)
    }

    pub(super) fn skip(&mut self, messages: u64) {
        self.skipped += messages;
        self.note_changed_users();
    }

    fn note_changed_users(&mut self) {
        if self.list == List::IsSent {
            self.list = List::HasChanged;
        }
    }

    pub(super) fn list_users<'u>(
        own: &User,
        users: impl Iterator<Item = &'u User>,
        count: usize,
        out: &mut WriteQueue,
    ) {
        out.tail().extend_from_slice(&bytes_of(&classic::users(own, users, count)));
    }

    pub(super) fn goodbye(&mut self, text: &str, at_once: bool) {
        if at_once {
            self.pieces.clear();
            (self.queue, self.queue_bytes) = (VecDeque::new(), 0);
            self.skipped = 0;
        }
        self.list = List::IsSent; // the client needs no further list
        self.goodbye = notice(text).first().map(bytes_of);
    }

    pub(super) fn wants_write(&self) -> bool {
        self.has_piece() || self.list != List::IsSent
    }

    /// Adds the next piece to `out` if it is due.
    pub(super) fn next_write(&mut self, now: Instant, out: &mut WriteQueue) -> NextWrite {
        if self.list == List::HasChanged {
            self.list = List::IsDueAt(now + self.list_settle);
        }
        let at = self.next_turn_at();
        if now < at {
            return NextWrite::At(at);
        }
        if matches!(self.list, List::IsDueAt(due_at) if due_at <= now) {
            self.list = List::IsSent;
            return NextWrite::ListUsers;
        }
        if let Some(piece) = self.next_piece() {
            out.tail().extend_from_slice(&piece);
        }
        NextWrite::Now
    }

    pub(super) fn note_write(&mut self, now: Instant) {
        self.next_write_at = now + self.gap;
    }

    fn has_piece(&self) -> bool {
        !self.pieces.is_empty()
            || !self.queue.is_empty()
            || self.skipped > 0
            || self.goodbye.is_some()
    }

    fn next_turn_at(&self) -> Instant {
        match self.list {
            List::IsDueAt(due_at) if !self.has_piece() => due_at.max(self.next_write_at),
            _ => self.next_write_at,
        }
    }

    /// Returns the next piece: of the current message, the number of skipped messages, the next message, the goodbye.
    fn next_piece(&mut self) -> Option<Bytes> {
        if self.pieces.is_empty() && self.skipped > 0 {
            let skipped = std::mem::take(&mut self.skipped);
            self.pieces.extend(notice(&format!("{skipped} messages skipped")).iter().map(bytes_of));
        }
        if self.pieces.is_empty()
            && let Some(message) = self.next_message()
        {
            self.pieces.extend(message.iter().cloned());
        }
        self.pieces.pop_front().or_else(|| self.goodbye.take())
    }
}

fn command(message: ClientMessage) -> Command {
    match message {
        ClientMessage::Name(name) => Command::Rename { name },
        ClientMessage::Text(text) => Command::Say(Say {
            room: RoomName::lobby(),
            n: None,
            device: None,
            body: Body::text(text),
            named_at: None,
        }),
    }
}

fn encode(items: &Items) -> EncodedBatch {
    let pieces = |publication: &Publication| -> Pieces {
        let message = &publication.message;
        if matches!(message.kind, MessageKind::Delete | MessageKind::Pin | MessageKind::Topic) {
            return Pieces::default();
        }
        let (kind, text) = (message.kind.shown_as(), message.described());
        let messages = classic::message(&message.from, kind, &text);
        messages.iter().map(bytes_of).collect()
    };
    EncodedBatch::Messages(match items {
        Items::Messages(messages) => messages.publications().iter().map(pieces).collect(),
        Items::Update(_) => Box::default(),
    })
}

fn bytes_of(message: &ServerMessage) -> Bytes {
    message.to_string().into()
}

#[cfg(test)]
mod tests;
