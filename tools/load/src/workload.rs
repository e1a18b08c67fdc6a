//! The workloads by name, and which of them the tables have.

use std::time::Duration;

use clap::ValueEnum;

use crate::plan::{Bounds, Lag, Pace, Plan};
use crate::target::Durability;

/// How long a load runs before it counts.
const WARM_UP: Duration = Duration::from_millis(300);

/// How long it counts, unless it is told: long enough for a thousand commits with fsync, short enough
/// for the table to be there in five minutes.
const COUNTED: Duration = Duration::from_millis(1_500);

/// The same where one lags: so long that the journal's caches are full, the laggard falls far behind, and
/// memory which grew with that would be seen to; but in all less than the 30 s after which the server
/// gives up on one who reads nothing.
const LAG_WARM_UP: Duration = Duration::from_millis(2_500);
const LAG_COUNTED: Duration = Duration::from_secs(6);

/// Messages that a laggard is behind at the least, or it shows nothing: more than the server's ring of
/// 64 batches, of up to 1,024 messages each, and 4 MiB of the kernel's buffers hold.
pub(crate) const LAG_BEHIND: u64 = 90_000;

/// Messages of one sender at most: more than the fastest says in the longest time.
pub(crate) const MESSAGES_MAX: u32 = 50_000_000;

/// Users in a room of idle ones, but for the whole lobby of a server that has one.
pub(crate) const IDLE_MEMBERS: usize = 100;

/// How many users the table has idle.
pub(crate) const IDLE_USERS: [usize; 2] = [2_000, 10_000];

/// How many users the table has join at once; the first is what the others are compared with.
pub(crate) const STORM_USERS: [usize; 3] = [500, 1_000, 5_000];

/// A load by its name.
#[derive(Debug, Clone, Copy, PartialEq, Eq, ValueEnum)]
#[value(rename_all = "verbatim")]
pub(crate) enum Workload {
    /// One speaks to 100 readers, 64 bytes.
    W1,
    /// The same with 512 bytes.
    W1L,
    /// The same with 64 bytes and one message in flight.
    W1one,
    /// One speaks to 1,000 readers.
    W2,
    /// 100 users, all speak.
    W3,
    /// 1,000 messages a second to 100 readers.
    W4,
    /// Idle users: the memory of each.
    W5,
    /// 1,000 rooms of 10, one speaks in each.
    W6,
    /// The same, all speak.
    W6all,
    /// Users who join one room at once.
    W7,
    /// W2 with another reader who stalls, or is slow.
    W8,
}

/// One load on a server.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) struct Case {
    /// The load.
    pub(crate) workload: Workload,
    /// Messages of one sender in flight, where the load leaves that open.
    pub(crate) in_flight: u32,
    /// What an accepted message survives.
    pub(crate) durability: Durability,
    /// What the last user does.
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

/// What a laggard may do to the others; the first is what the others are compared with.
pub(crate) const LAG_CASES: [Case; 3] = [
    Case::new(Workload::W8, 1024, Durability::Disk),
    Case { lag: Lag::Stalls, ..Case::new(Workload::W8, 1024, Durability::Disk) },
    Case { lag: Lag::Slow, ..Case::new(Workload::W8, 1024, Durability::Disk) },
];

impl Workload {
    /// Whether one user says all there is in a room: `rawfan` mixes up what several say where it gets
    /// half a message, as it does of long ones.
    pub(crate) const fn has_one_sender(self) -> bool {
        matches!(self, Self::W1 | Self::W1L | Self::W1one | Self::W2 | Self::W4 | Self::W6)
    }

    /// Whether users come and say nothing.
    pub(crate) const fn is_about_coming(self) -> bool {
        matches!(self, Self::W5 | Self::W7)
    }

    /// How long it counts, unless it is told.
    pub(crate) const fn counted(self) -> Duration {
        if matches!(self, Self::W8) { LAG_COUNTED } else { COUNTED }
    }

    /// Messages of one sender in flight, unless one says otherwise.
    pub(crate) const fn in_flight(self) -> u32 {
        match self {
            Self::W1 | Self::W1L | Self::W2 | Self::W8 => 1024,
            Self::W1one => 1,
            Self::W3 => 10,
            Self::W6 | Self::W6all => 8,
            Self::W4 | Self::W5 | Self::W7 => 0,
        }
    }
}

impl Case {
    /// A load without a laggard.
    pub(crate) const fn new(workload: Workload, in_flight: u32, durability: Durability) -> Self {
        Self { workload, in_flight, durability, lag: Lag::None }
    }

    /// How many rounds it takes where others take `usual`: more where fsync sets the pace of one room,
    /// whose rounds differ by a third.
    pub(crate) const fn rounds(&self, usual: usize) -> usize {
        let is_set_otherwise =
            matches!(self.workload, Workload::W4 | Workload::W6 | Workload::W6all);
        let scatters = matches!(self.durability, Durability::Disk) && !is_set_otherwise;
        if scatters { usual * 5 / 3 } else { usual }
    }

    /// Whether both are the same to a server that keeps nothing.
    pub(crate) fn is_but_for_durability(&self, other: &Self) -> bool {
        Self { durability: other.durability, ..*self } == *other
    }

    /// What is done to the server for it, counted for `counted`, with at most `messages` of each
    /// sender. Of users who only come, there is nothing to plan.
    pub(crate) const fn plan(&self, counted: Duration, messages: u32) -> Plan {
        let one_room = Plan {
            rooms: 1,
            members: 101,
            senders: 1,
            text_bytes: 64,
            pace: Pace::Window(self.in_flight),
            lag: self.lag,
            bounds: Bounds { warm_up: WARM_UP, counted, messages },
        };
        match self.workload {
            Workload::W1 | Workload::W5 | Workload::W7 => one_room,
            Workload::W1L => Plan { text_bytes: 512, ..one_room },
            Workload::W1one => Plan { pace: Pace::Window(1), ..one_room },
            Workload::W2 => Plan { members: 1_001, ..one_room },
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
