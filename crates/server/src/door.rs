//! The doors: one protocol each, at the edge. A door turns bytes into commands and events into
//! bytes; it knows no rooms.

pub mod classic;
pub mod detect;
mod inlet;
pub mod native;
mod outlet;
mod write_timeout;

use std::io;
use std::sync::Arc;

use chat_proto::{Command, EndCode, Event, Refusal};
use tokio::io::{AsyncRead, AsyncWrite};

pub use self::classic::{ClassicReader, ClassicWriter};
pub use self::detect::Door;
pub use self::native::{NativeReader, NativeWriter};
pub use self::write_timeout::WriteTimeout;
use crate::batch::Batch;

/// What came in at a door.
#[derive(Debug)]
pub enum Heard {
    /// A command.
    Command(Command),
    /// Something that is none; what to answer.
    Unreadable(Box<Refusal>),
}

/// Whose session it is that takes what happens in a room.
#[derive(Debug, Clone, Copy)]
pub struct Reader {
    /// The user's number.
    pub user: u64,
    /// The session's.
    pub session: u64,
}

/// The incoming half of a door.
pub enum DoorReader<R> {
    /// See [`NativeReader`].
    Native(NativeReader<R>),
    /// See [`ClassicReader`].
    Classic(Box<ClassicReader<R>>),
}

impl<R> DoorReader<R> {
    /// Which door this is.
    #[must_use]
    pub const fn door(&self) -> Door {
        match self {
            Self::Native(_) => Door::Native,
            Self::Classic(_) => Door::Classic,
        }
    }
}

impl<R: AsyncRead + Unpin> DoorReader<R> {
    /// What comes in next; `None` at the end of the connection. Cancel safe.
    ///
    /// # Errors
    /// Where the connection fails.
    pub async fn next(&mut self) -> io::Result<Option<Heard>> {
        match self {
            Self::Native(reader) => reader.next().await,
            // In a box, so that the native door, which most use, does not take its memory.
            Self::Classic(reader) => Box::pin(reader.next()).await,
        }
    }

    /// What has come in and was not given yet, without waiting for more.
    ///
    /// # Errors
    /// Where the connection fails.
    pub fn ready(&mut self) -> io::Result<Option<Heard>> {
        match self {
            Self::Native(reader) => reader.ready(),
            Self::Classic(reader) => reader.ready(),
        }
    }
}

/// What a call of [`DoorWriter::write`] came to.
#[derive(Debug, PartialEq, Eq)]
pub enum Turn {
    /// Bytes went out.
    Wrote,
    /// A classic client is due the list of users; give it with
    /// [`ClassicWriter::give_list`].
    ListDue,
}

/// The outgoing half of a door. What it is told waits in it, within bounds, until it is written.
pub enum DoorWriter<W> {
    /// See [`NativeWriter`].
    Native(NativeWriter<W>),
    /// See [`ClassicWriter`].
    Classic(Box<ClassicWriter<W>>),
}

impl<W: AsyncWrite + Unpin> DoorWriter<W> {
    /// Takes an event for this session alone.
    pub fn tell(&mut self, event: &Event) {
        match self {
            Self::Native(writer) => writer.tell(event),
            Self::Classic(writer) => writer.tell(event),
        }
    }

    /// Takes what happened in a room, but for what the session said itself.
    pub fn relay(&mut self, batch: &Arc<Batch>, reader: Reader) {
        match self {
            Self::Native(writer) => writer.relay(batch, reader),
            Self::Classic(writer) => writer.relay(batch, reader),
        }
    }

    /// Says why the session ends. With `at_once`, what waits is dropped, as far as that can be done
    /// between two messages.
    pub fn goodbye(&mut self, code: EndCode, text: &str, at_once: bool) {
        match self {
            Self::Native(writer) => writer.goodbye(code, text, at_once),
            Self::Classic(writer) => writer.goodbye(text, at_once),
        }
    }

    /// Whether so much waits that nothing more should be told for now.
    pub fn is_full(&self) -> bool {
        match self {
            Self::Native(writer) => writer.is_full(),
            Self::Classic(_) => false,
        }
    }

    /// Whether there is something to write.
    pub fn wants_write(&self) -> bool {
        match self {
            Self::Native(writer) => writer.wants_write(),
            Self::Classic(writer) => writer.wants_write(),
        }
    }

    /// Writes some of what waits. Cancel safe.
    ///
    /// # Errors
    /// Where the connection fails; `TimedOut` where the client has taken nothing for
    /// `write_timeout`.
    pub async fn write(&mut self) -> io::Result<Turn> {
        match self {
            Self::Native(writer) => writer.write().await,
            Self::Classic(writer) => Box::pin(writer.write()).await,
        }
    }

    /// Tells the client that no more comes.
    ///
    /// # Errors
    /// Where the connection fails.
    pub async fn shutdown(&mut self) -> io::Result<()> {
        match self {
            Self::Native(writer) => writer.shutdown().await,
            Self::Classic(writer) => writer.shutdown().await,
        }
    }
}
