//! The workloads by name, and the loads of the tables.

use std::time::Duration;

use clap::ValueEnum;

use crate::plan::{Bounds, Extent, Lag, Pace, Plan};
use crate::target::Durability;

/// How long a load runs before it is counted.
const WARM_UP: Duration = Duration::from_millis(300);

/// How long a load is counted by default: long enough for a thousand commits with fsync, short enough for a table
/// in five minutes.
const COUNTED: Duration = Duration::from_millis(1_500);

/// The same with a laggard: long enough to fill the journal's caches, and for the laggard to fall so far behind
/// that growing memory would show. Together less than the 30 s after which the server disconnects a client that
/// reads nothing.
const LAG_WARM_UP: Duration = Duration::from_millis(2_500);
const LAG_COUNTED: Duration = Duration::from_secs(6);

/// A laggard that is fewer messages behind shows nothing. More than fit into the server's ring (64 batches of up
/// to 1,024 messages) and 4 MiB of kernel buffers.
pub(crate) const LAG_BEHIND: u64 = 90_000;

/// The most messages of one sender: more than the fastest can send in the longest measurement.
pub(crate) const MESSAGES_MAX: u32 = 50_000_000;

/// Idle users in each room, if the server has no lobby.
pub(crate) const IDLE_MEMBERS: usize = 100;

/// Idle users in the table.
pub(crate) const IDLE_USERS: [usize; 2] = [2_000, 10_000];

/// Users who join at once in the table; the first is the base of the comparison.
pub(crate) const STORM_USERS: [usize; 3] = [500, 1_000, 5_000];

#[derive(Debug, Clone, Copy, PartialEq, Eq, ValueEnum)]
#[value(rename_all = "verbatim")]
pub(crate) enum Workload {
    /// One user sends to 100 readers, 64 bytes each.
    W1,
    /// W1 with 512 bytes.
    W1L,
    /// W1 with one message in flight.
    W1one,
    /// One user sends to 1,000 readers.
    W2,
    /// W2 with one message in flight.
    W2one,
    /// 100 users in one room, all send.
    W3,
    /// One user sends 1,000 messages per second to 100 readers.
    W4,
    /// Idle users: the memory of each.
    W5,
    /// 1,000 rooms of 10 users, one sends in each.
    W6,
    /// W6, and all users send.
    W6all,
    /// Users who join one room at once.
    W7,
    /// W2 with one more reader, who stalls or reads slowly.
    W8,
}

/// A workload with its parameters.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) struct Case {
    pub(crate) workload: Workload,
    /// Messages in flight of one sender, unless the workload defines it.
    pub(crate) in_flight: u32,
    pub(crate) durability: Durability,
    pub(crate) lag: Lag,
}

/// The loads of the table.
pub(crate) const CASES: [Case; 11] = [
    Case::new(Workload::W1, 64, Durability::Os),
    Case::new(Workload::W1, 1024, Durability::Disk),
    Case::new(Workload::W1L, 1024, Durability::Disk),
    Case::new(Workload::W1one, 1, Durability::Os),
    Case::new(Workload::W1one, 1, Durability::Disk),
    Case::new(Workload::W2, 1024, Durability::Disk),
    Case::new(Workload::W3, 10, Durability::Disk),
    Case::new(Workload::W4, 0, Durability::Os),
    Case::new(Workload::W4, 0, Durability::Disk),
    Case::new(Workload::W6, 8, Durability::Disk),
    Case::new(Workload::W6all, 8, Durability::Disk),
];

/// The loads of the table of what the search index costs: those in which a processor has nothing left, and one that
/// waits for each answer.
pub(crate) const SEARCH_CASES: [Case; 4] = [
    Case::new(Workload::W3, 10, Durability::Os),
    Case::new(Workload::W3, 10, Durability::Disk),
    Case::new(Workload::W1, 64, Durability::Os),
    Case::new(Workload::W1one, 1, Durability::Os),
];

/// The loads of the table of WebSockets: two in which a processor has nothing left, and the time that one message takes
/// to 1,000 readers.
pub(crate) const WEB_CASES: [Case; 3] = [
    Case::new(Workload::W1, 64, Durability::Os),
    Case::new(Workload::W2, 1024, Durability::Os),
    Case::new(Workload::W2one, 1, Durability::Os),
];

/// The kinds of laggards in the table; the first does not lag and is the base of the comparison.
pub(crate) const LAG_CASES: [Case; 3] = [
    Case::new(Workload::W8, 1024, Durability::Disk),
    Case { lag: Lag::Stalls, ..Case::new(Workload::W8, 1024, Durability::Disk) },
    Case { lag: Lag::Slow, ..Case::new(Workload::W8, 1024, Durability::Disk) },
];

impl Workload {
    /// Whether each room has one sender. If several send long messages, `rawfan` reads them in parts and mixes
    /// them up.
    pub(crate) const fn has_one_sender(self) -> bool {
        matches!(
            self,
            Self::W1 | Self::W1L | Self::W1one | Self::W2 | Self::W2one | Self::W4 | Self::W6
        )
    }

    /// Whether users send messages, rather than only arrive.
    pub(crate) const fn has_messages(self) -> bool {
        !matches!(self, Self::W5 | Self::W7)
    }

    /// How long it is counted by default.
    pub(crate) const fn counted(self) -> Duration {
        if matches!(self, Self::W8) { LAG_COUNTED } else { COUNTED }
    }

    /// Messages in flight of one sender by default; 0 if the workload has no window.
    pub(crate) const fn in_flight(self) -> u32 {
        match self {
            Self::W1 | Self::W1L | Self::W2 | Self::W8 => 1024,
            Self::W1one | Self::W2one => 1,
            Self::W3 => 10,
            Self::W6 | Self::W6all => 8,
            Self::W4 | Self::W5 | Self::W7 => 0,
        }
    }
}

impl Case {
    pub(crate) const fn new(workload: Workload, in_flight: u32, durability: Durability) -> Self {
        Self { workload, in_flight, durability, lag: Lag::None }
    }

    /// Returns the number of rounds to measure: `default`, or more if fsync sets the pace of a single room, since
    /// such rounds differ by a third.
    pub(crate) const fn rounds(&self, default: usize) -> usize {
        let has_other_pace = matches!(self.workload, Workload::W4 | Workload::W6 | Workload::W6all);
        let differs = matches!(self.durability, Durability::Disk) && !has_other_pace;
        if differs { default * 5 / 3 } else { default }
    }

    /// Whether both cases are the same to a server that stores nothing.
    pub(crate) fn equals_except_durability(&self, other: &Self) -> bool {
        Self { durability: other.durability, ..*self } == *other
    }

    /// Returns the plan of the load, counted for `counted` at most, with at most `messages` messages of each sender.
    /// Plans of workloads without messages are not used.
    pub(crate) const fn plan(&self, counted: Duration, messages: u32) -> Plan {
        let one_room = Plan {
            rooms: 1,
            members: 101,
            senders: 1,
            text_bytes: 64,
            pace: Pace::Window(self.in_flight),
            lag: self.lag,
            bounds: Bounds { warm_up: WARM_UP, counted: Extent::For(counted), messages },
        };
        match self.workload {
            Workload::W1 | Workload::W5 | Workload::W7 => one_room,
            Workload::W1L => Plan { text_bytes: 512, ..one_room },
            Workload::W1one => Plan { pace: Pace::Window(1), ..one_room },
            Workload::W2 => Plan { members: 1_001, ..one_room },
            Workload::W2one => Plan { members: 1_001, pace: Pace::Window(1), ..one_room },
            Workload::W3 => Plan { members: 100, senders: 100, ..one_room },
            Workload::W4 => Plan { pace: Pace::Rate(1_000), ..one_room },
            Workload::W6 => Plan { rooms: 1_000, members: 10, ..one_room },
            Workload::W6all => Plan { rooms: 1_000, members: 10, senders: 10, ..one_room },
            Workload::W8 => {
                let bounds = Bounds { warm_up: LAG_WARM_UP, ..one_room.bounds };
                Plan { members: 1_002, bounds, ..one_room }
            }
        }
    }
}
