//! The doors: one protocol each, at the edge. A door turns bytes into commands and events into
//! bytes; it knows no rooms, does no I/O, and is told the time.

mod alarm;
mod capabilities;
pub(crate) mod classic;
mod connection;
pub(crate) mod detect;
pub(crate) mod native;
mod write_queue;
mod write_timeout;

use std::io;

use bytes::BytesMut;
use chat_proto::{Command, EndCode, Event, Refusal, SessionId, User, UserId};
use tokio::time::Instant;

pub(crate) use self::capabilities::Capabilities;
pub(crate) use self::classic::Classic;
pub(crate) use self::connection::Connection;
pub(crate) use self::detect::Protocol;
pub(crate) use self::native::Native;
use self::write_queue::WriteQueue;
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
    pub user: UserId,
    /// The session's.
    pub session: SessionId,
}

/// What a call of [`Connection::write`] came to.
#[derive(Debug, PartialEq, Eq)]
pub(crate) enum Turn {
    /// Bytes went out.
    Wrote,
    /// The client is due the list of users; give it with [`Connection::list_users`].
    ListDue,
}

/// What a door does next for the client that it has something for.
#[derive(Debug, PartialEq, Eq)]
enum Wake {
    /// There are bytes to write.
    Write,
    /// The client is due the list of users.
    ListUsers,
    /// Nothing before that moment.
    At(Instant),
}

/// A door: the state of one client's protocol.
pub(crate) enum Door {
    /// See [`Native`].
    Native(Native),
    /// See [`Classic`]. Boxed, so that the native door, which most use, does not take its memory.
    Classic(Box<Classic>),
}

impl Door {
    /// Which protocol it speaks.
    #[must_use]
    pub(crate) const fn protocol(&self) -> Protocol {
        match self {
            Self::Native(_) => Protocol::Native,
            Self::Classic(_) => Protocol::Classic,
        }
    }

    const fn capabilities(&self) -> &'static Capabilities {
        match self {
            Self::Native(_) => &native::CAPABILITIES,
            Self::Classic(_) => &classic::CAPABILITIES,
        }
    }

    /// The next command in `input`, if it is all there; `has_ended` says that no more comes.
    fn decode(&mut self, input: &mut BytesMut, has_ended: bool) -> io::Result<Option<Heard>> {
        match self {
            Self::Native(door) => door.decode(input, has_ended),
            Self::Classic(door) => door.decode(input, has_ended),
        }
    }

    /// Records that bytes have come in. `now` is called by a door that goes by time.
    fn received(&mut self, now: impl FnOnce() -> Instant) {
        match self {
            Self::Native(_) => {}
            Self::Classic(door) => door.received(now()),
        }
    }

    /// When the input is taken for whole, unless more comes.
    const fn settles_at(&self) -> Option<Instant> {
        match self {
            Self::Native(_) => None,
            Self::Classic(door) => door.settles_at(),
        }
    }

    /// Takes the input for whole.
    fn settle(&mut self, input: &mut BytesMut) -> Option<Heard> {
        match self {
            Self::Native(_) => None,
            Self::Classic(door) => door.settle(input),
        }
    }

    /// See [`Connection::tell`].
    fn event(&mut self, event: &Event, out: &mut WriteQueue) {
        match self {
            Self::Native(_) => Native::event(event, out),
            Self::Classic(door) => door.event(event),
        }
    }

    /// See [`Connection::relay`].
    fn batch(&mut self, batch: &Batch, reader: Reader, out: &mut WriteQueue) {
        match self {
            Self::Native(_) => Native::batch(batch, reader, out),
            Self::Classic(door) => door.batch(batch, reader),
        }
    }

    /// See [`Connection::skip`].
    fn skip(&mut self, messages: u64) {
        match self {
            Self::Native(_) => {} // is sent all of them
            Self::Classic(door) => door.skip(messages),
        }
    }

    /// See [`Connection::list_users`].
    fn list_users<'u>(
        &mut self,
        own: &User,
        users: impl Iterator<Item = &'u User>,
        count: usize,
        out: &mut WriteQueue,
    ) {
        match self {
            Self::Native(_) => {} // is sent who comes and goes
            Self::Classic(_) => Classic::list_users(own, users, count, out),
        }
    }

    /// See [`Connection::goodbye`].
    fn goodbye(&mut self, code: EndCode, text: &str, at_once: bool, out: &mut WriteQueue) {
        match self {
            Self::Native(_) => Native::goodbye(code, text, at_once, out),
            Self::Classic(door) => door.goodbye(text, at_once),
        }
    }

    /// Whether the door itself has something to write, now or later.
    fn wants_write(&self) -> bool {
        match self {
            Self::Native(_) => false,
            Self::Classic(door) => door.wants_write(),
        }
    }

    /// What to do next, nothing being in `out`. `now` is called by a door that goes by time.
    fn wake(&mut self, now: impl FnOnce() -> Instant, out: &mut WriteQueue) -> Wake {
        match self {
            Self::Native(_) => Wake::Write,
            Self::Classic(door) => door.wake(now(), out),
        }
    }

    /// Records that bytes went out.
    fn written(&mut self, now: impl FnOnce() -> Instant) {
        match self {
            Self::Native(_) => {}
            Self::Classic(door) => door.written(now()),
        }
    }
}
