//! The doors: one protocol each, at the edge. A door turns bytes into commands and events into
//! bytes; it knows no rooms.

mod capabilities;
pub(crate) mod classic;
pub(crate) mod detect;
mod inlet;
pub(crate) mod native;
mod outlet;
mod write_timeout;

use std::io;
use std::sync::Arc;

use chat_proto::{Command, EndCode, Event, Refusal, User};
use tokio::io::{AsyncRead, AsyncWrite};

pub(crate) use self::capabilities::Capabilities;
pub(crate) use self::classic::{ClassicReader, ClassicWriter};
pub(crate) use self::detect::Door;
pub(crate) use self::native::{NativeReader, NativeWriter};
pub(crate) use self::write_timeout::WriteTimeout;
use crate::batch::Batch;

/// What came in at a door.
#[derive(Debug)]
pub(crate) enum Heard {
    /// A command.
    Command(Command),
    /// Something that is none; what to answer.
    Unreadable(Box<Refusal>),
}

/// Whose session it is that takes what happens in a room.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Reader {
    /// The user's number.
    pub user: u64,
    /// The session's.
    pub session: u64,
}

/// The incoming half of a door.
pub(crate) enum DoorReader<R> {
    /// See [`NativeReader`].
    Native(NativeReader<R>),
    /// See [`ClassicReader`].
    Classic(Box<ClassicReader<R>>),
}

impl<R> DoorReader<R> {
    /// Which door this is.
    #[must_use]
    pub(crate) const fn door(&self) -> Door {
        match self {
            Self::Native(_) => Door::Native,
            Self::Classic(_) => Door::Classic,
        }
    }

    /// What its clients can do.
    #[must_use]
    pub(crate) const fn capabilities(&self) -> &'static Capabilities {
        match self {
            Self::Native(_) => &native::CAPABILITIES,
            Self::Classic(_) => &classic::CAPABILITIES,
        }
    }
}

impl<R: AsyncRead + Unpin> DoorReader<R> {
    /// What comes in next; `None` at the end of the connection. Cancel safe.
    ///
    /// # Errors
    /// Where the connection fails.
    pub(crate) async fn next(&mut self) -> io::Result<Option<Heard>> {
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
    pub(crate) fn ready(&mut self) -> io::Result<Option<Heard>> {
        match self {
            Self::Native(reader) => reader.ready(),
            Self::Classic(reader) => reader.ready(),
        }
    }
}

/// What a call of [`DoorWriter::write`] came to.
#[derive(Debug, PartialEq, Eq)]
pub(crate) enum Turn {
    /// Bytes went out.
    Wrote,
    /// The client is due the list of users; give it with [`DoorWriter::list_users`].
    ListDue,
}

/// The outgoing half of a door. What it is told waits in it, within bounds, until it is written.
pub(crate) enum DoorWriter<W> {
    /// See [`NativeWriter`].
    Native(NativeWriter<W>),
    /// See [`ClassicWriter`].
    Classic(Box<ClassicWriter<W>>),
}

impl<W: AsyncWrite + Unpin> DoorWriter<W> {
    /// Takes an event for this session alone.
    pub(crate) fn tell(&mut self, event: &Event) {
        match self {
            Self::Native(writer) => writer.tell(event),
            Self::Classic(writer) => writer.tell(event),
        }
    }

    /// Takes what happened in a room, but for what the session said itself.
    pub(crate) fn relay(&mut self, batch: &Arc<Batch>, reader: Reader) {
        match self {
            Self::Native(writer) => writer.relay(batch, reader),
            Self::Classic(writer) => writer.relay(batch, reader),
        }
    }

    /// Takes note of `messages` that the client is not sent, see
    /// [`CatchUp::Count`](crate::feed::CatchUp::Count).
    pub(crate) fn skip(&mut self, messages: u64) {
        match self {
            Self::Native(_) => {} // is sent all of them
            Self::Classic(writer) => writer.skip(messages),
        }
    }

    /// Takes the list of users that [`Turn::ListDue`] asked for: the client's own user, and all `count`
    /// users of the lobby.
    pub(crate) fn list_users<'u>(
        &mut self,
        own: &User,
        users: impl Iterator<Item = &'u User>,
        count: usize,
    ) {
        match self {
            Self::Native(_) => {} // is sent who comes and goes
            Self::Classic(writer) => writer.list_users(own, users, count),
        }
    }

    /// Says why the session ends. With `at_once`, what waits is dropped, as far as that can be done
    /// between two messages.
    pub(crate) fn goodbye(&mut self, code: EndCode, text: &str, at_once: bool) {
        match self {
            Self::Native(writer) => writer.goodbye(code, text, at_once),
            Self::Classic(writer) => writer.goodbye(text, at_once),
        }
    }

    /// Whether so much waits that nothing more should be told for now.
    pub(crate) fn is_full(&self) -> bool {
        match self {
            Self::Native(writer) => writer.is_full(),
            Self::Classic(_) => false,
        }
    }

    /// Whether there is something to write.
    pub(crate) fn wants_write(&self) -> bool {
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
    pub(crate) async fn write(&mut self) -> io::Result<Turn> {
        match self {
            Self::Native(writer) => writer.write().await,
            Self::Classic(writer) => Box::pin(writer.write()).await,
        }
    }

    /// Tells the client that no more comes.
    ///
    /// # Errors
    /// Where the connection fails.
    pub(crate) async fn shutdown(&mut self) -> io::Result<()> {
        match self {
            Self::Native(writer) => writer.shutdown().await,
            Self::Classic(writer) => writer.shutdown().await,
        }
    }
}
