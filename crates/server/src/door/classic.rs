//! The classic door: the text of the original chat, one message a write, never two at once.

use std::collections::VecDeque;
use std::io;
use std::sync::Arc;
use std::time::Duration;

use bytes::{Bytes, BytesMut};
use chat_proto::classic::{self, Said, ServerEnd, Told, notice};
use chat_proto::command::{Kind, Say};
use chat_proto::{Command, Event, RoomName, User};
use tokio::io::{AsyncRead, AsyncWrite};
use tokio::time::{Instant, sleep_until, timeout_at};
use tokio_util::codec::Decoder;

use super::inlet::read_some;
use super::outlet::Outlet;
use super::{Capabilities, Heard, Reader, Turn, WriteTimeout};
use crate::batch::{Batch, Encoded, Format, Items, Pieces, Said as Published, pieces_bytes};
use crate::config::{CLASSIC_PIECES_MAX, CLASSIC_QUEUE_BYTES, CLASSIC_QUEUE_MESSAGES, Config};
use crate::feed::CatchUp;

pub(super) const CAPABILITIES: Capabilities = Capabilities {
    enters_as_guest: true,
    can_be_refused_a_name: false,
    catch_up: CatchUp::Count,
    answers_pings: false,
    end_is_goodbye: true,
};

/// Reads names and messages, and gives them as the commands they stand for.
pub(crate) struct ClassicReader<R> {
    io: R,
    buffer: BytesMut,
    codec: ServerEnd,
    settle: Duration,
    /// When what has come is taken for whole, unless more comes; kept here, so that it runs on
    /// however often [`ClassicReader::next`] is cancelled.
    settles_at: Option<Instant>,
    ended: bool,
}

impl<R: AsyncRead + Unpin> ClassicReader<R> {
    /// Reads from `io`, of which the greeting, `first`, has been read already, what the client of
    /// connection `id` says. Its name has as long to follow the greeting as a silent caller has to
    /// speak.
    pub(crate) fn new(io: R, first: BytesMut, id: u64, config: &Config) -> Self {
        let settle = config.classic_settle;
        let settles_at = Some(Instant::now() + config.detect_silence);
        Self { io, buffer: first, codec: ServerEnd::new(id), settle, settles_at, ended: false }
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
            if let Some(said) = self.read().await? {
                return Ok(Some(Heard::Command(command(said))));
            }
        }
    }

    /// See [`super::DoorReader::ready`].
    pub(super) fn ready(&mut self) -> io::Result<Option<Heard>> {
        let said = match self.ended {
            false => self.codec.decode(&mut self.buffer)?,
            true => self.codec.decode_eof(&mut self.buffer)?,
        };
        Ok(said.map(|said| Heard::Command(command(said))))
    }

    /// Reads once; or takes what there is for whole where the line is quiet.
    async fn read(&mut self) -> io::Result<Option<Said>> {
        let read = read_some(&mut self.io, &mut self.buffer);
        let read = match self.settles_at {
            None => read.await?,
            Some(settles_at) => match timeout_at(settles_at, read).await {
                Ok(read) => read?,
                Err(_quiet) => {
                    self.settles_at = None;
                    return Ok(self.codec.settle(&mut self.buffer));
                }
            },
        };
        self.ended = read == 0;
        self.settles_at = Some(Instant::now() + self.settle);
        Ok(None)
    }
}

fn command(said: Said) -> Command {
    match said {
        Said::Name(name) => Command::Rename { name },
        Said::Text(text) => Command::Say(Say {
            room: RoomName::lobby(),
            kind: Kind::Text,
            n: None,
            device: None,
            text,
        }),
    }
}

/// Writes one message at a time, with `classic_gap` between two, since the client takes for one
/// message whatever one `recv` returns.
pub(crate) struct ClassicWriter<W> {
    /// Holds one piece at most.
    outlet: Outlet<W>,
    /// Pieces of the message that is being written, and of what the client is told of its own doings:
    /// [`CLASSIC_PIECES_MAX`] and a message's at most.
    pieces: VecDeque<Bytes>,
    /// Messages that wait: [`CLASSIC_QUEUE_MESSAGES`] and [`CLASSIC_QUEUE_BYTES`] at most.
    queue: VecDeque<Pieces>,
    queue_bytes: usize,
    /// The last piece of all, once nothing else waits.
    last_words: Option<Bytes>,
    /// Messages that were skipped and that the client has not been told of.
    skipped: u64,
    /// When the first list of users is due, if the client is in the lobby by then.
    first_list_at: Instant,
    /// When the list of users is due.
    list_due_at: Option<Instant>,
    next_write_at: Instant,
    gap: Duration,
    list_settle: Duration,
}

impl<W: AsyncWrite + Unpin> ClassicWriter<W> {
    /// Writes to `io`, no sooner than a gap from now: the client's number may just have gone out. Gives up on a client that takes nothing for `write_timeout`.
    pub(crate) fn new(io: W, write_timeout: WriteTimeout, config: &Config) -> Self {
        let gap = config.classic_gap;
        Self {
            outlet: Outlet::new(io, write_timeout),
            pieces: VecDeque::new(),
            queue: VecDeque::new(),
            queue_bytes: 0,
            last_words: None,
            skipped: 0,
            first_list_at: Instant::now() + config.classic_list_settle,
            list_due_at: None,
            next_write_at: Instant::now() + gap,
            gap,
            list_settle: config.classic_list_settle,
        }
    }

    pub(super) fn tell(&mut self, event: &Event) {
        match event {
            Event::Refused(_) if self.pieces.len() >= CLASSIC_PIECES_MAX => self.skipped += 1,
            Event::Refused(refusal) => {
                self.pieces.extend(notice(&refusal.text).iter().map(bytes_of));
            }
            Event::Room(_) => self.list_due_at = Some(self.first_list_at),
            _ => {}
        }
    }

    pub(super) fn relay(&mut self, batch: &Batch, reader: Reader) {
        match batch.items() {
            Items::Messages(messages) => {
                let encoded = batch.encoded(Format::Classic, encode).messages();
                for (said, message) in messages.said().iter().zip(encoded) {
                    if said.session != reader.session {
                        self.take(message);
                    }
                }
            }
            Items::Update(event) => match **event {
                Event::Topic { .. } => {}
                _ => self.note_changed_users(),
            },
        }
    }

    fn take(&mut self, message: &Pieces) {
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
        self.list_due_at.get_or_insert_with(|| Instant::now() + self.list_settle);
    }

    pub(super) fn list_users<'u>(
        &mut self,
        own: &User,
        users: impl Iterator<Item = &'u User>,
        count: usize,
    ) {
        self.outlet.tail().extend_from_slice(&bytes_of(&classic::users(own, users, count)));
    }

    pub(super) fn goodbye(&mut self, text: &str, at_once: bool) {
        if at_once {
            self.pieces.clear();
            (self.queue, self.queue_bytes) = (VecDeque::new(), 0);
            self.skipped = 0;
        }
        self.list_due_at = None;
        self.last_words = notice(text).first().map(bytes_of);
    }

    pub(super) fn wants_write(&self) -> bool {
        self.has_piece() || !self.outlet.is_empty() || self.list_due_at.is_some()
    }

    pub(super) async fn write(&mut self) -> io::Result<Turn> {
        if self.outlet.is_empty() {
            sleep_until(self.next_turn_at()).await;
            if self.list_due_at.take_if(|due_at| *due_at <= Instant::now()).is_some() {
                return Ok(Turn::ListDue);
            }
            if let Some(piece) = self.next_piece() {
                self.outlet.tail().extend_from_slice(&piece);
            }
        }
        self.outlet.write_some().await?;
        self.next_write_at = Instant::now() + self.gap;
        Ok(Turn::Wrote)
    }

    pub(super) async fn shutdown(&mut self) -> io::Result<()> {
        self.outlet.shutdown().await
    }

    fn has_piece(&self) -> bool {
        !self.pieces.is_empty()
            || !self.queue.is_empty()
            || self.skipped > 0
            || self.last_words.is_some()
    }

    fn next_turn_at(&self) -> Instant {
        match self.list_due_at {
            Some(due_at) if !self.has_piece() => due_at.max(self.next_write_at),
            _ => self.next_write_at,
        }
    }

    /// The next write: the rest of a message, what was skipped, the next message.
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
        self.pieces.pop_front().or_else(|| self.last_words.take())
    }
}

fn encode(items: &Items) -> Encoded {
    let pieces = |said: &Published| -> Pieces {
        let told = classic::message(&said.kept.from, said.kept.kind, &said.kept.text);
        told.iter().map(bytes_of).collect()
    };
    Encoded::Messages(match items {
        Items::Messages(messages) => messages.said().iter().map(pieces).collect(),
        Items::Update(_) => Box::default(),
    })
}

fn bytes_of(told: &Told) -> Bytes {
    told.to_string().into()
}

#[cfg(test)]
mod tests {
    use chat_proto::{Text, Timestamp, User, UserName, command::Word};

    use super::*;
    use crate::journal::StoredMessage;

    #[tokio::test]
    async fn long_messages_that_wait_are_bounded_by_their_bytes() {
        let text = Text::new("x".repeat(16_000)).unwrap();
        let published = |seq| {
            let from = User { id: 1, name: UserName::from_lossy("ana") };
            let (at, kind, text) = (Timestamp::from_millis(0), Kind::Text, text.clone());
            let kept = StoredMessage {
                seq,
                from,
                at,
                kind,
                text,
                device: Word::default(),
                n: None,
                damaged: false,
            };
            Published { kept, session: 1 }
        };
        let messages = (1..=100).map(published).collect();
        let batch = Batch::messages(messages, RoomName::lobby(), &Arc::default());
        let config = Config::default();
        let write_timeout = WriteTimeout::new(config.write_timeout, None);
        let mut writer = ClassicWriter::new(Vec::new(), write_timeout, &config);
        writer.relay(&batch, Reader { user: 2, session: 2 });
        assert!(writer.queue_bytes > CLASSIC_QUEUE_BYTES / 2);
        assert!(writer.queue_bytes <= CLASSIC_QUEUE_BYTES);
        assert_eq!(writer.queue.len() as u64 + writer.skipped, 100);
        while writer.next_message().is_some() {}
        assert_eq!(writer.queue_bytes, 0);
    }
}
