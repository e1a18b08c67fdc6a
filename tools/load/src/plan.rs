//! The plan of a load: users, rooms, senders, pace and duration.

use std::time::Duration;

use clap::ValueEnum;

use crate::dialect::Member;

#[derive(Debug, Clone, Copy)]
pub(crate) struct Plan {
    pub(crate) rooms: usize,
    /// Users in each room.
    pub(crate) members: usize,
    /// Senders in each room: its first members.
    pub(crate) senders: usize,
    /// Bytes of the text of a message.
    pub(crate) text_bytes: usize,
    pub(crate) pace: Pace,
    /// How the last user lags. With a laggard there is one room, and a message is not in flight for the
    /// laggard.
    pub(crate) lag: Lag,
    pub(crate) bounds: Bounds,
}

/// How fast a user sends.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Pace {
    /// As fast as possible with this number of messages in flight.
    Window(u32),
    /// Messages per second.
    Rate(u32),
}

/// How the last user lags.
#[derive(Debug, Clone, Copy, PartialEq, Eq, ValueEnum)]
pub(crate) enum Lag {
    /// Reads like the others.
    None,
    /// Reads nothing.
    Stalls,
    /// Reads more slowly than the others send.
    Slow,
}

/// When a load ends.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Bounds {
    /// How long the load runs before it is counted.
    pub(crate) warm_up: Duration,
    /// How long it is counted.
    pub(crate) counted: Extent,
    /// The most messages of one sender; at most eight decimal digits.
    pub(crate) messages: u32,
}

/// How long a load is counted.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Extent {
    /// For this time, or until all messages are sent.
    For(Duration),
    /// Until all messages are sent, however long that takes, as long as they are delivered.
    Whole,
}

impl Plan {
    pub(crate) const fn users(&self) -> usize {
        self.rooms * self.members
    }

    /// All messages, if there is time for them.
    pub(crate) fn messages(&self) -> u64 {
        (self.rooms * self.senders) as u64 * u64::from(self.bounds.messages)
    }

    /// Readers of each message without the laggard.
    pub(crate) const fn readers(&self) -> usize {
        self.members - 1 - if matches!(self.lag, Lag::None) { 0 } else { 1 }
    }

    pub(crate) fn laggard(&self) -> Option<usize> {
        (self.lag != Lag::None).then_some(self.users() - 1)
    }

    /// How long each half of the counted time is, and the messages that each sender has sent at its end, at most.
    pub(crate) fn halves(&self) -> [(Extent, u32); 2] {
        let Bounds { counted, messages, .. } = self.bounds;
        match counted {
            Extent::For(time) => [(Extent::For(time / 2), messages); 2],
            Extent::Whole => [(counted, messages / 2), (counted, messages)],
        }
    }

    pub(crate) const fn member(&self, user: usize) -> Member {
        Member { user, room: user / self.members, is_only_room: self.rooms == 1 }
    }

    /// Whether the load measures latency rather than throughput. The generator then does not sleep, so that
    /// the latency does not include its own waking.
    pub(crate) fn measures_latency(&self) -> bool {
        matches!(self.pace, Pace::Rate(_) | Pace::Window(1))
    }
}
