//! The doors: one protocol each. A door turns bytes into commands and events into bytes. It knows no rooms, does no
//! I/O, and has no clock: [`Connection`] passes it the time.

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
use crate::journal::Kinds;

/// A command of a client, or a line that is not one.
#[derive(Debug)]
pub(crate) enum Incoming {
    /// A command.
    Command(Command),
    /// Bytes that are not a command, and the refusal to send.
    Invalid(Box<Refusal>),
}

/// The session that a batch is sent to.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Recipient {
    pub user: UserId,
    pub session: SessionId,
    /// Which kinds of messages its client knows.
    pub kinds: Kinds,
}

/// The result of [`Connection::write`].
#[derive(Debug, PartialEq, Eq)]
pub(crate) enum WriteStep {
    /// Bytes were written.
    Wrote,
    /// The list of users is due; send it with [`Connection::list_users`].
    ListDue,
}

/// The next write of a door that has something to write.
#[derive(Debug, PartialEq, Eq)]
enum NextWrite {
    /// The bytes of the write queue.
    Now,
    /// The list of users is due.
    ListUsers,
    /// Nothing before this time.
    At(Instant),
}

/// A door: the state of the protocol of one client.
pub(crate) enum Door {
    Native(Native),
    /// Boxed, so that a native door, which most clients use, does not hold memory for it.
    Classic(Box<Classic>),
}

impl Door {
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

    /// Takes the next command out of `input`; `None` if it is incomplete. `has_ended` says that nothing follows
    /// `input`.
    fn decode(&mut self, input: &mut BytesMut, has_ended: bool) -> io::Result<Option<Incoming>> {
        match self {
            Self::Native(door) => door.decode(input, has_ended),
            Self::Classic(door) => door.decode(input, has_ended),
        }
    }

    /// Records that bytes were received. Only a door with timers calls `now`.
    fn note_read(&mut self, now: impl FnOnce() -> Instant) {
        match self {
            Self::Native(_) => {}
            Self::Classic(door) => door.note_read(now()),
        }
    }

    /// When the input counts as complete, unless more is received before.
    const fn settles_at(&self) -> Option<Instant> {
        match self {
            Self::Native(_) => None,
            Self::Classic(door) => door.settles_at(),
        }
    }

    /// Takes the command out of an input that counts as complete.
    fn settle(&mut self, input: &mut BytesMut) -> Option<Incoming> {
        match self {
            Self::Native(_) => None,
            Self::Classic(door) => door.settle(input),
        }
    }

    /// See [`Connection::send`].
    fn event(&mut self, event: &Event, out: &mut WriteQueue) {
        match self {
            Self::Native(_) => Native::event(event, out),
            Self::Classic(door) => door.event(event),
        }
    }

    /// See [`Connection::send_batch`].
    fn batch(&mut self, batch: &Batch, recipient: Recipient, out: &mut WriteQueue) {
        match self {
            Self::Native(_) => Native::batch(batch, recipient, out),
            Self::Classic(door) => door.batch(batch, recipient),
        }
    }

    /// See [`Connection::skip`].
    fn skip(&mut self, messages: u64) {
        match self {
            Self::Native(_) => {} // has `CatchUp::Replay`
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
            Self::Native(_) => {} // is sent each change
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

    /// Whether the door has something to write that is not in the write queue, now or later.
    fn wants_write(&self) -> bool {
        match self {
            Self::Native(_) => false,
            Self::Classic(door) => door.wants_write(),
        }
    }

    /// Decides what to do next while `out` is empty. Only a door with timers calls `now`.
    fn next_write(&mut self, now: impl FnOnce() -> Instant, out: &mut WriteQueue) -> NextWrite {
        match self {
            Self::Native(_) => NextWrite::Now,
            Self::Classic(door) => door.next_write(now(), out),
        }
    }

    /// Records that bytes were written.
    fn note_write(&mut self, now: impl FnOnce() -> Instant) {
        match self {
            Self::Native(_) => {}
            Self::Classic(door) => door.note_write(now()),
        }
    }
}
