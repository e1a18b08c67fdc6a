//! The file of the messages without an answer: a line for each message and for each answer. A crash can tear
//! the last line only. It is skipped: its message was not sent.

use std::fs::{File, OpenOptions};
use std::io::{self, Write};
use std::path::{Path, PathBuf};

use chat_proto::command::{Body, Say};
use chat_proto::{DeviceId, RoomName, Seq, ShortString, Timestamp};
use serde::{Deserialize, Serialize};
use serde_json::{Map, Value};

use super::{StoreError, at, files, names};

/// Most messages without an answer: more than a user types while a server restarts.
pub const OUTBOX_MAX: usize = 100;

/// Lines after which the file is rewritten with the messages without an answer alone: seldom enough that
/// nobody waits for it, and often enough that it stays small.
pub const LINES_MAX: usize = 1_000;

/// Largest file that is read, in bytes: [`LINES_MAX`] of the longest texts, each byte escaped.
const FILE_BYTES_MAX: u64 = 64 * 1024 * 1024;

/// Identifies a message of a user: a device, which is one run of the client, and the number of the message in
/// that run.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct MessageId {
    /// The device of the run that wrote the message.
    pub device: DeviceId,
    /// Its number in that run.
    pub n: u64,
}

/// A message of the user that the server has not answered, or an event about a message.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct OwnMessage {
    /// Its id: the server stores it once under it.
    pub id: MessageId,
    /// The room.
    pub room: RoomName,
    /// The message.
    pub body: Body,
    /// The epoch of the journal if the body names messages by their `seq`: in another epoch these are others.
    pub epoch: Option<ShortString>,
    /// When the message that the body names was stored, if the client knows it: the server changes no other one.
    pub named_at: Option<Timestamp>,
}

impl OwnMessage {
    /// The text of a message or an edit; empty for anything else.
    #[must_use]
    pub fn text(&self) -> &str {
        self.body.as_str()
    }

    /// The message that an event is about; `None` for a message.
    #[must_use]
    pub const fn target(&self) -> Option<Seq> {
        self.body.target()
    }

    /// Whether it names messages by their `seq`.
    #[must_use]
    pub fn names_messages(&self) -> bool {
        self.target().is_some() || !self.body.links().is_empty()
    }

    /// The command that sends it in a session of `device`.
    #[must_use]
    pub fn command(&self, device: &DeviceId) -> Say {
        let device = (self.id.device != *device).then(|| self.id.device.clone());
        self.say(device)
    }

    fn say(&self, device: Option<DeviceId>) -> Say {
        let Self { id, room, body, named_at, .. } = self;
        let (room, n, body) = (room.clone(), Some(id.n), body.clone());
        Say { room, n, device, body, named_at: named_at.map(Box::new) }
    }

    fn line(&self) -> StoredMessage {
        let say = self.say(Some(self.id.device.clone()));
        let Ok(Value::Object(mut line)) = serde_json::to_value(say) else {
            return Map::new();
        };
        if let Some(epoch) = &self.epoch {
            line.insert(EPOCH.to_owned(), epoch.as_str().into());
        }
        line
    }

    /// Reads a line of the file. A line of version 0.1.0 has no device, and calls a direct message by the
    /// name of the other user.
    fn from_line(mut line: StoredMessage, device: &DeviceId) -> Option<Self> {
        let room = line.get(ROOM)?.as_str()?.to_owned();
        // One of version 0.1.0 may not be the name of a room.
        line.insert(ROOM.to_owned(), RoomName::lobby().as_str().into());
        let epoch = line.remove(EPOCH).and_then(|epoch| serde_json::from_value(epoch).ok());
        let say: Say = serde_json::from_value(Value::Object(line)).ok()?;
        let addressed = say.device.as_ref().and_then(|_| RoomName::new(&room).ok());
        let room = addressed.unwrap_or_else(|| names::room(&room));
        let id = MessageId { device: say.device.unwrap_or_else(|| device.clone()), n: say.n? };
        Some(Self { id, room, body: say.body, epoch, named_at: say.named_at.map(|at| *at) })
    }
}

/// A message as a line of the file: a `say`, and the epoch. It is read once it is known which version wrote it.
type StoredMessage = Map<String, Value>;

/// Fields of a line.
const ROOM: &str = "room";
const EPOCH: &str = "epoch";

#[derive(Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
enum Line {
    #[serde(rename = "said")]
    Message(StoredMessage),
    Answered(Vec<MessageId>),
    /// Of version 0.1.0: the numbers of its one device.
    Settled(Vec<u64>),
    /// Of version 0.1.0: the last number of its one device, which is not used again.
    LastN(u64),
}

/// The messages without an answer, in order, and their file.
#[derive(Debug, Default)]
pub(super) struct OutboxFile {
    messages: Vec<OwnMessage>,
    /// The device of the lines that have none.
    device: DeviceId,
    /// `None` in memory alone.
    file: Option<(PathBuf, File)>,
    lines: usize,
    /// Whether an error may have torn the last line of the file, or left it behind.
    torn: bool,
}

impl OutboxFile {
    /// Reads the file, if there is one. `device` is the device of the lines that have none.
    pub(super) fn read(path: &Path, device: DeviceId) -> Result<Self, StoreError> {
        let text = files::read(path, FILE_BYTES_MAX).map_err(at(path))?.unwrap_or_default();
        let mut outbox = Self { device, ..Self::default() };
        let whole = text.rfind('\n').map_or("", |end| &text[..end]);
        for line in whole.lines() {
            match serde_json::from_str(line) {
                Ok(line) => outbox.take(line),
                Err(error) => tracing::warn!(%error, path = %path.display(), "unreadable line"),
            }
        }
        Ok(outbox)
    }

    /// Rewrites the file with the messages without an answer alone, and goes on in it.
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
    pub(super) fn add_message(&mut self, message: &OwnMessage) -> Result<(), StoreError> {
        self.add(Line::Message(message.line()), true)
    }

    /// Removes answered messages. If this is lost, they are sent again as repeats.
    pub(super) fn remove(&mut self, ids: &[MessageId]) -> Result<(), StoreError> {
        self.add(Line::Answered(ids.to_vec()), false)
    }

    /// Replaces all messages.
    pub(super) fn replace(&mut self, messages: Vec<OwnMessage>) -> Result<(), StoreError> {
        self.messages = messages;
        self.store(Self::rewrite)
    }

    fn take(&mut self, line: Line) {
        match line {
            Line::Message(line) => {
                let Some(message) = OwnMessage::from_line(line, &self.device) else {
                    return tracing::warn!("a message that cannot be read");
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
        self.store(|outbox, _| text.and_then(|text| outbox.append(&text, durable)))
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
            text.push_str(&Line::Message(message.line()).text()?);
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
