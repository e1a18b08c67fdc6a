//! Groups of users in rooms of their own who give each other roles, set rules, ask each other in, mute, kick, ban and
//! pardon, invite, add and drop devices, end sessions and free names, while they talk; the torture and the simulation
//! disturb them. Each answer is compared with a model of who may do what, and so is what is there after each reconnect,
//! and the audit log.
//!
//! * `order`: what a user does; `barred`: bans that name no user; `record`: what is in the audit log.
//! * `state`: the model.
//! * `worlds`: the states that the server may be in, since some orders have no answer.
//! * `certain`: what is certain at each time about messages.
//! * `board`: what the users of a group share.
//! * `says`: what they say and are sent.
//! * `client`: the client of a user.
//! * `entry`: connections of new users and of further devices.
//! * `draft`: chooses an order at random.
//! * `group`: gives the orders.
//! * `compare`: compares the journal at the end.

mod barred;
mod board;
mod certain;
mod client;
mod compare;
mod draft;
mod entry;
mod group;
mod order;
mod record;
mod says;
mod state;
#[cfg(test)]
mod tests;
mod worlds;

use std::fmt;
use std::future::Future;
use std::io;
use std::ops::Range;
use std::sync::Arc;
use std::sync::atomic::{AtomicU8, Ordering};
use std::time::Duration;

use tokio::io::{AsyncRead, AsyncWrite};

pub(crate) use self::compare::compare;
pub(crate) use self::group::Group;
use crate::write_rows;

/// Number of users of a group. The first is an owner of the server.
const USERS: usize = 4;

/// Number of rooms of a group.
const ROOMS: usize = 2;

/// Messages of a user that wait for their answer, at most.
const WINDOW: usize = 6;

/// Longest time without an event, after half of which a client pings.
const SILENCE_MAX: Duration = Duration::from_secs(8);

/// The first letters of the names of their rooms.
pub(crate) const ROOM_PREFIX: &str = "#rights-";

/// Opens connections to the daemon.
pub(crate) trait Connect: Send + Sync {
    /// A connection.
    type Stream: AsyncRead + AsyncWrite + Unpin + Send;

    /// Connects.
    fn connect(&self) -> impl Future<Output = io::Result<Self::Stream>> + Send;
}

/// Whether there is a backup of the journal.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Backup {
    None,
    BeingMade,
    Made,
}

/// The same for all groups of a storm, which changes it.
#[derive(Debug, Clone, Default)]
pub(crate) struct BackupState(Arc<AtomicU8>);

impl BackupState {
    pub(crate) fn set(&self, backup: Backup) {
        self.0.store(backup as u8, Ordering::SeqCst);
    }

    pub(crate) fn get(&self) -> Backup {
        match self.0.load(Ordering::SeqCst) {
            0 => Backup::None,
            1 => Backup::BeingMade,
            _ => Backup::Made,
        }
    }
}

/// The settings of a group.
#[derive(Debug, Clone)]
pub(crate) struct Settings {
    /// Its number.
    pub(crate) group: u32,
    pub(crate) seed: u64,
    /// Pause before a user reconnects, and between two of its messages, in milliseconds.
    pub(crate) pauses_ms: Range<u64>,
    pub(crate) backup: BackupState,
    /// Whether the clock of the daemon is set while it runs, and what was sent on a lost connection may arrive after
    /// what is sent on the next one. Then there is nothing that ends by the clock, nor passwords, which take real time.
    pub(crate) is_simulated: bool,
    /// Whether a device may log in with a code: that needs TLS, or a daemon on the same machine.
    pub(crate) has_codes: bool,
}

impl Settings {
    /// The token of a user, which its client makes.
    fn token(&self, user: u64) -> String {
        let number = (u64::from(self.group) << 32) + user + 1;
        format!("{:032x}{number:032x}", self.seed)
    }
}

/// Counts of actions in a group, and of faults. Those from `wrong_orders` on are faults.
#[derive(Debug, Default, Clone, PartialEq, Eq)]
pub struct Findings {
    /// Connections of the clients.
    pub connections: u64,
    /// Orders that were carried out.
    pub done: u64,
    /// Orders that were refused.
    pub refused: u64,
    /// Messages that were accepted.
    pub accepted: u64,
    /// Messages that were refused, as of users who are muted, banned, or not in the room.
    pub kept_back: u64,
    /// Messages that users were sent.
    pub read: u64,
    /// Records of the audit log.
    pub records: u64,
    /// Answers to orders, and lists after a reconnect, that no state explains: a right that was used without having it,
    /// a sanction, role, rule, invite or device that is lost, something that was refused and is there.
    pub wrong_orders: u64,
    /// Messages that were accepted of users who may not write, or refused of those who may, or that are not stored as
    /// answered.
    pub wrong_says: u64,
    /// Messages that were sent to, or found by, a user who was not in the room.
    pub read_outside: u64,
    /// Audit logs that do not have each record once, in order.
    pub wrong_audit: u64,
    /// The first fault.
    pub first: Option<String>,
}

impl Findings {
    /// Whether there is no fault.
    #[must_use]
    pub const fn is_clean(&self) -> bool {
        self.wrong_orders + self.wrong_says + self.read_outside + self.wrong_audit == 0
    }
}

/// The name of a user.
fn user_name(group: u32, user: usize) -> String {
    // Letters that do not look like each other.
    let name = ["owner", "maria", "eva", "bob"][user];
    format!("{name} of {group}")
}

/// The name of a room.
fn room_name(group: u32, room: usize) -> String {
    format!("{ROOM_PREFIX}{group}-{}", ["one", "two"][room])
}

/// The name of a user who comes by an invite.
fn newcomer_name(group: u32, newcomer: u64) -> String {
    format!("newcomer {newcomer} of {group}")
}

/// The device of a user.
fn device(group: u32, user: usize) -> String {
    format!("rights-{group}-{user}")
}

/// The name of another device of a user.
fn device_name(label: u64) -> String {
    format!("device-{label}")
}

/// How the text of a message of a user begins; its number follows.
fn text_prefix(group: u32, user: usize) -> String {
    format!("rights {group} {user} ")
}

impl fmt::Display for Findings {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let rows = [
            ("orders carried out", self.done),
            ("orders refused", self.refused),
            ("said by those users", self.accepted),
            ("refused of them", self.kept_back),
            ("records compared", self.records),
            ("rights used wrongly", self.wrong_orders),
            ("said wrongly", self.wrong_says),
            ("read from outside", self.read_outside),
            ("recorded wrongly", self.wrong_audit),
        ];
        write_rows(f, &rows)?;
        self.first.as_ref().map_or(Ok(()), |first| writeln!(f, "{first}"))
    }
}
