//! The faults of a simulation. The seed decides which, and when.
//!
//! A connection is
//!
//! * *parted*: what is sent or in flight is lost, in both directions or in one;
//! * *held*: what is sent waits, and arrives all at once;
//! * *lossy*: at random, what is in flight is lost, and some of what follows;
//! * *slow*: what is sent arrives late.
//!
//! A host, a clock or a disk suffers one of these:
//!
//! * a host is *killed*: the system closes its connections, and what it has sent arrives;
//! * a host is *cut off and killed*, as in a power failure: its peers do not notice, and what it has
//!   sent is lost. For the daemon this happens mostly while an `accepted` is in flight;
//! * the daemon is *restarted* as an operator would, with a goodbye to all clients;
//! * the clock of the daemon *jumps*, by up to days;
//! * a client is killed and its directory *copied*; a client runs on each;
//! * a *backup* is made once all groups have begun, and once in a storm it is *restored*.
//!
//! The simulated TCP does not retransmit. After a lost segment nothing more arrives, while both ends
//! believe that they are connected: a dead connection, as behind a router that has dropped its state.
//! Pings and timeouts have to detect it.

mod connections;
mod hosts;

use std::ops::Range;
use std::path::PathBuf;
use std::time::Duration;

use tokio::sync::watch;
use tracing::info;
use turmoil::Sim;

use self::connections::Trouble;
pub(super) use self::connections::{LATENCY_MAX, LATENCY_MIN};
use self::hosts::{DOWN_MS, accepted_in_flight};
use super::disks::Disks;
use super::network::SERVER;
use crate::rights::{BackupState, Group};

/// Time between two faults, in milliseconds.
const PAUSE_MS: Range<u64> = 100..3_000;

/// Longest time to wait for an `accepted` in flight before the daemon is cut off.
const AIM_MAX: Duration = Duration::from_secs(5);

/// The state of the daemon.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Server {
    Up,
    /// To be cut off when an `accepted` is in flight, or at this time.
    ToBeCutOff(Duration),
    /// Asked to shut down.
    Ending,
    /// Down until this time.
    Down(Duration),
}

/// The faults of a storm.
#[derive(Debug, Default, Clone, Copy, PartialEq, Eq)]
pub struct Faults {
    /// Connections that were parted, held, lossy or slow for some time.
    pub connections: u64,
    /// Daemons that were killed.
    pub servers_killed: u64,
    /// Daemons that were restarted with a goodbye.
    pub servers_restarted: u64,
    /// Clients that were killed.
    pub clients_killed: u64,
    /// Jumps of the daemon's clock.
    pub clocks_set: u64,
    /// Clients whose directory was copied.
    pub copied: u64,
    /// Backups that were restored.
    pub restored: u64,
    /// Messages that were stored, and whose `accepted` was lost with the daemon.
    pub accepted_lost: u64,
}

impl Faults {
    /// Number of kills of hosts.
    pub(super) fn kills(&self) -> u32 {
        u32::try_from(self.servers_killed + self.clients_killed).unwrap_or(u32::MAX)
    }
}

/// The storm over one simulation.
pub(super) struct Storm {
    random: fastrand::Rng,
    clients: Vec<String>,
    /// The fault of each client's connection, and its end.
    troubles: Vec<Option<(Trouble, Duration)>>,
    /// For each client that is down, the time of its restart.
    down: Vec<Option<Duration>>,
    server: Server,
    stop: watch::Sender<bool>,
    next: Duration,
    disks: Disks,
    /// The newest backup.
    backup: Option<PathBuf>,
    /// Whether there is one, for the groups of users who compare what a restore brings back.
    backup_state: BackupState,
    groups: Vec<Group>,
    pub(super) faults: Faults,
}

impl Storm {
    /// Makes a storm over the hosts of these clients and a daemon that `stop` shuts down.
    pub(super) fn new(
        random: fastrand::Rng,
        clients: Vec<String>,
        stop: watch::Sender<bool>,
        disks: Disks,
        groups: Vec<Group>,
        backup_state: BackupState,
    ) -> Self {
        Self {
            random,
            troubles: vec![None; clients.len()],
            down: vec![None; clients.len()],
            clients,
            server: Server::Up,
            stop,
            next: Duration::ZERO,
            disks,
            backup: None,
            backup_state,
            groups,
            faults: Faults::default(),
        }
    }

    /// Ends and begins faults, between two steps of the hosts.
    pub(super) fn step(&mut self, sim: &mut Sim<'_>) {
        let now = sim.elapsed();
        self.end_faults(sim, now);
        if now >= self.next {
            self.next = now + self.within(PAUSE_MS);
            self.begin_fault(sim, now);
        }
    }

    /// Ends the storm: repairs each connection and starts each host that is down.
    pub(super) fn end(&mut self, sim: &mut Sim<'_>) {
        for client in 0..self.clients.len() {
            self.repair(sim, client);
            if self.down[client].take().is_some() {
                sim.bounce(self.clients[client].as_str());
            }
        }
        // Also a daemon that is shutting down is started again at once.
        if !matches!(self.server, Server::Up | Server::ToBeCutOff(_)) {
            self.start_server(sim);
        }
        self.server = Server::Up;
        info!("the storm ends");
    }

    fn begin_fault(&mut self, sim: &mut Sim<'_>, now: Duration) {
        let client = self.random.usize(..self.clients.len());
        match self.random.u32(..16) {
            0..7 => self.disturb(sim, client, now),
            7 => self.kill_client(sim, client, now, false),
            8 => self.kill_client(sim, client, now, true),
            9 => self.set_clock(),
            10 => self.copy_a_client(sim, now),
            _ if self.server != Server::Up => {}
            11 => self.kill_server(sim, now, false),
            12 | 13 => self.server = Server::ToBeCutOff(now + AIM_MAX),
            14 => self.back_up_or_restore(sim, now),
            _ => {
                info!("the daemon is shut down");
                self.stop.send_replace(true);
                self.server = Server::Ending;
                self.faults.servers_restarted += 1;
            }
        }
    }

    fn end_faults(&mut self, sim: &mut Sim<'_>, now: Duration) {
        for client in 0..self.clients.len() {
            if self.troubles[client].is_some_and(|(_, until)| now > until) {
                self.repair(sim, client);
            }
            if self.down[client].take_if(|until| now > *until).is_some() {
                sim.bounce(self.clients[client].as_str());
            }
        }
        match self.server {
            Server::ToBeCutOff(until) if now > until || accepted_in_flight(sim) > 0 => {
                self.kill_server(sim, now, true);
            }
            Server::Ending if !sim.is_host_running(SERVER) => {
                self.server = Server::Down(now + self.within(DOWN_MS));
            }
            Server::Down(until) if now > until => self.start_server(sim),
            _ => {}
        }
    }

    fn within(&mut self, millis: Range<u64>) -> Duration {
        // Short durations are more frequent than long ones.
        let longest = self.random.u64(millis.start + 1..=millis.end);
        Duration::from_millis(self.random.u64(millis.start..longest))
    }
}
