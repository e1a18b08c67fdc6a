//! The file of the messages that the server has not answered: a line for each message and for each
//! answer. A crash can tear the last line only; it is skipped, as nobody was shown that message.

use std::fs::{File, OpenOptions};
use std::io::{self, Write};
use std::path::{Path, PathBuf};

use chat_proto::command::{Kind, Say, Word};
use chat_proto::{RoomName, Text};
use serde::{Deserialize, Serialize};

use super::{StoreError, at, files, names};

/// After how many lines the file is rewritten with the unanswered messages alone: rarely enough that
/// nobody waits for it, and often enough that it stays small.
pub const LINES_MAX: usize = 1_000;

/// Largest file that is read, in bytes: [`LINES_MAX`] of the longest texts, each byte escaped.
const FILE_BYTES_MAX: u64 = 64 * 1024 * 1024;

/// What makes a message of one user unique: a device, which is one run of the client, and the number
/// which that run gave the message.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct MessageId {
    /// The device of the run in which the message was written.
    pub device: Word,
    /// The number that run gave it.
    pub n: u64,
}

/// A message of the user's own that the server has not answered.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct OwnMessage {
    /// Under which device and number the server stores it once.
    pub id: MessageId,
    /// Where it is sent.
    pub room: RoomName,
    /// Whether it is said or done.
    pub kind: Kind,
    /// What it says.
    pub text: Text,
}

impl OwnMessage {
    /// The command that sends it in a session of `device`.
    #[must_use]
    pub fn command(&self, device: &Word) -> Say {
        let device = (self.id.device != *device).then(|| self.id.device.clone());
        let Self { id, room, kind, text } = self;
        Say { room: room.clone(), kind: *kind, n: Some(id.n), device, text: text.clone() }
    }

    fn line(&self) -> StoredMessage {
        let Self { id, room, kind, text } = self;
        let (device, n) = (Some(id.device.clone()), Some(id.n));
        StoredMessage { room: room.as_str().to_owned(), kind: *kind, n, device, text: text.clone() }
    }

    /// A message as a line of the file has it. A line of version 0.1.0 names no device, and a private
    /// conversation by the other user's name.
    fn from_line(line: StoredMessage, device: &Word) -> Option<Self> {
        let StoredMessage { room, kind, n, device: written, text } = line;
        let addressed = written.as_ref().and_then(|_| RoomName::new(&room).ok());
        let room = addressed.unwrap_or_else(|| names::room(&room));
        let id = MessageId { device: written.unwrap_or_else(|| device.clone()), n: n? };
        Some(Self { id, room, kind, text })
    }
}

/// A message as a line of the file has it. The room is read once it is known which version wrote it.
#[derive(Serialize, Deserialize)]
struct StoredMessage {
    room: String,
    #[serde(default)]
    kind: Kind,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    n: Option<u64>,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    device: Option<Word>,
    text: Text,
}

#[derive(Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
enum Line {
    Said(StoredMessage),
    Answered(Vec<MessageId>),
    /// Written by version 0.1.0: the numbers of its one device.
    Settled(Vec<u64>),
    /// Written by version 0.1.0: the last number of its one device, which is not used again.
    LastN(u64),
}

/// The unanswered messages in the order in which they were written, and their file.
#[derive(Debug, Default)]
pub(super) struct Journal {
    messages: Vec<OwnMessage>,
    /// The device of the lines that name none.
    device: Word,
    /// `None` in memory alone.
    file: Option<(PathBuf, File)>,
    lines: usize,
    /// Whether the file may be behind, or its last line torn, by an error.
    torn: bool,
}

impl Journal {
    /// Reads the file, if there is one. `device` is that of the lines that name none.
    pub(super) fn read(path: &Path, device: Word) -> Result<Self, StoreError> {
        let text = files::read(path, FILE_BYTES_MAX).map_err(at(path))?.unwrap_or_default();
        let mut journal = Self { device, ..Self::default() };
        let whole = text.rfind('\n').map_or("", |end| &text[..end]);
        for line in whole.lines() {
            match serde_json::from_str(line) {
                Ok(line) => journal.take(line),
                Err(error) => tracing::warn!(%error, path = %path.display(), "unreadable line"),
            }
        }
        Ok(journal)
    }

    /// Goes on in the file, after rewriting it with the unanswered messages alone.
    pub(super) fn write_to(&mut self, path: &Path) -> Result<(), StoreError> {
        self.rewrite(path).map_err(at(path))
    }

    /// The same messages, without the file.
    pub(super) fn in_memory(&self) -> Self {
        Self { messages: self.messages.clone(), ..Self::default() }
    }

    pub(super) fn messages(&self) -> &[OwnMessage] {
        &self.messages
    }

    /// Stores a message; on the disk when this returns.
    pub(super) fn said(&mut self, message: &OwnMessage) -> Result<(), StoreError> {
        self.add(Line::Said(message.line()), true)
    }

    /// Forgets the answered messages. If this were lost, they would be sent again, as repeats.
    pub(super) fn answered(&mut self, ids: &[MessageId]) -> Result<(), StoreError> {
        self.add(Line::Answered(ids.to_vec()), false)
    }

    /// Stores these messages instead of all others.
    pub(super) fn replace(&mut self, messages: Vec<OwnMessage>) -> Result<(), StoreError> {
        self.messages = messages;
        self.store(Self::rewrite)
    }

    fn take(&mut self, line: Line) {
        match line {
            Line::Said(line) => {
                let Some(message) = OwnMessage::from_line(line, &self.device) else {
                    return tracing::warn!("a message without a number");
                };
                self.messages.retain(|other| other.id != message.id);
                self.messages.push(message);
            }
            Line::Answered(ids) => self.messages.retain(|message| !ids.contains(&message.id)),
            Line::Settled(numbers) => {
                let device = &self.device;
                self.messages.retain(|message| {
                    message.id.device != *device || !numbers.contains(&message.id.n)
                });
            }
            Line::LastN(_) => {}
        }
    }

    fn add(&mut self, line: Line, durable: bool) -> Result<(), StoreError> {
        let text = line.text();
        self.take(line);
        if self.torn || self.lines >= LINES_MAX {
            return self.store(Self::rewrite);
        }
        self.store(|journal, _| text.and_then(|text| journal.append(&text, durable)))
    }

    /// Writes to the file, if there is one. After an error the next call rewrites all of it.
    fn store(
        &mut self,
        write: impl FnOnce(&mut Self, &Path) -> io::Result<()>,
    ) -> Result<(), StoreError> {
        let Some((path, _)) = &self.file else {
            return Ok(());
        };
        let path = path.clone();
        let done = write(self, &path);
        self.torn = done.is_err();
        done.map_err(at(&path))
    }

    fn append(&mut self, text: &str, durable: bool) -> io::Result<()> {
        let Some((_, file)) = &mut self.file else {
            return Ok(());
        };
        self.lines += 1;
        file.write_all(text.as_bytes())?;
        if durable { file.sync_data() } else { Ok(()) }
    }

    fn rewrite(&mut self, path: &Path) -> io::Result<()> {
        let mut text = String::new();
        for message in &self.messages {
            text.push_str(&Line::Said(message.line()).text()?);
        }
        files::write(path, text.as_bytes())?;
        let file = files::private(OpenOptions::new().append(true), path)?;
        self.file = Some((path.to_owned(), file));
        self.lines = 0;
        Ok(())
    }
}

impl Line {
    fn text(&self) -> io::Result<String> {
        Ok(serde_json::to_string(self)? + "\n")
    }
}
