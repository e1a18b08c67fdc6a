//! What is done to a server: how many users, where, who speaks, how fast and for how long.

use std::time::Duration;

use clap::ValueEnum;

use crate::dialect::Place;

/// One load.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Plan {
    /// Rooms.
    pub(crate) rooms: usize,
    /// Users in each.
    pub(crate) members: usize,
    /// How many of them speak, the first ones.
    pub(crate) senders: usize,
    /// Bytes of the text of a message.
    pub(crate) text_bytes: usize,
    /// How fast each sender speaks.
    pub(crate) pace: Pace,
    /// What the last user does who lags behind, if one does. There is one room then, and what is in
    /// flight is not for this user.
    pub(crate) lag: Lag,
    /// How long, and how much at most.
    pub(crate) bounds: Bounds,
}

/// How fast a sender speaks.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Pace {
    /// As fast as it can with so many messages in flight.
    Window(u32),
    /// So many messages a second.
    Rate(u32),
}

/// What the last of all users does.
#[derive(Debug, Clone, Copy, PartialEq, Eq, ValueEnum)]
pub(crate) enum Lag {
    /// It reads like the others.
    None,
    /// It reads nothing.
    Stalls,
    /// It reads, but slower than the others speak.
    Slow,
}

/// When a load ends.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Bounds {
    /// How long the load runs before it counts.
    pub(crate) warm_up: Duration,
    /// How long it counts.
    pub(crate) counted: Duration,
    /// Messages of one sender at most; eight digits hold them.
    pub(crate) messages: u32,
}

impl Plan {
    /// Users in all.
    pub(crate) const fn users(&self) -> usize {
        self.rooms * self.members
    }

    /// Messages in all, if there is time for them.
    pub(crate) fn messages(&self) -> u64 {
        (self.rooms * self.senders) as u64 * u64::from(self.bounds.messages)
    }

    /// Who gets what one sender says, but for the laggard.
    pub(crate) const fn readers(&self) -> usize {
        self.members - 1 - if matches!(self.lag, Lag::None) { 0 } else { 1 }
    }

    /// The user who lags behind.
    pub(crate) fn laggard(&self) -> Option<usize> {
        (self.lag != Lag::None).then_some(self.users() - 1)
    }

    /// Where a user is.
    pub(crate) const fn place(&self, user: usize) -> Place {
        Place { user, room: user / self.members, is_only_room: self.rooms == 1 }
    }

    /// Whether the time of single messages counts, and not their number. The generator does not
    /// sleep then, so that its own waking is not in the figure.
    pub(crate) fn is_about_latency(&self) -> bool {
        matches!(self.pace, Pace::Rate(_) | Pace::Window(1))
    }
}
