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
//! * a *backup* is made, and once in a storm it is *restored*.
//!
//! The simulated TCP does not retransmit. After a lost segment nothing more arrives, while both ends
//! believe that they are connected: a dead connection, as behind a router that has dropped its state.
//! Pings and timeouts have to detect it.

use std::ops::Range;
use std::path::PathBuf;
use std::time::Duration;

use chat_server::journal;
use tokio::sync::watch;
use tracing::info;
use turmoil::{Protocol, Segment, Sim};

use super::disks::{Disks, copy_directory};
use super::network::{self, SERVER};

/// Time between two faults, in milliseconds.
const PAUSE_MS: Range<u64> = 100..3_000;

/// Duration of a fault of a connection, in milliseconds: some are long enough to be noticed, some are not.
const TROUBLE_MS: Range<u64> = 50..18_000;

/// Downtime of a host, in milliseconds.
const DOWN_MS: Range<u64> = 50..4_000;

/// Longest time to wait for an `accepted` in flight before the daemon is cut off.
const AIM_MAX: Duration = Duration::from_secs(5);

/// Longest latency of a slow connection.
const SLOW: Duration = Duration::from_secs(3);

/// Largest error of the daemon's clock, in either direction.
const JUMP_MS_MAX: i64 = 40 * 24 * 60 * 60 * 1_000;

/// Latency of a connection without a fault.
pub(super) const LATENCY_MIN: Duration = Duration::from_millis(1);
pub(super) const LATENCY_MAX: Duration = Duration::from_millis(120);

/// A fault of a client's connection.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Trouble {
    Parted,
    PartedFromServer,
    PartedToServer,
    Held,
    Lossy,
    Slow,
}

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
    pub(super) faults: Faults,
}

impl Storm {
    /// Makes a storm over the hosts of these clients and a daemon that `stop` shuts down.
    pub(super) fn new(
        random: fastrand::Rng,
        clients: Vec<String>,
        stop: watch::Sender<bool>,
        disks: Disks,
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

    fn disturb(&mut self, sim: &mut Sim<'_>, client: usize, now: Duration) {
        if self.troubles[client].is_some() {
            return;
        }
        let name = self.clients[client].as_str();
        let trouble = match self.random.u32(..6) {
            0 => Trouble::Parted,
            1 => Trouble::PartedFromServer,
            2 => Trouble::PartedToServer,
            3 => Trouble::Held,
            4 => Trouble::Lossy,
            _ => Trouble::Slow,
        };
        match trouble {
            Trouble::Parted => sim.partition(SERVER, name),
            Trouble::PartedFromServer => sim.partition_oneway(SERVER, name),
            Trouble::PartedToServer => sim.partition_oneway(name, SERVER),
            Trouble::Held => sim.hold(SERVER, name),
            Trouble::Lossy => sim.set_link_fail_rate(SERVER, name, 0.1),
            Trouble::Slow => sim.set_link_max_message_latency(SERVER, name, SLOW),
        }
        info!(client = name, ?trouble, "connection disturbed");
        self.troubles[client] = Some((trouble, now + self.within(TROUBLE_MS)));
        self.faults.connections += 1;
    }

    fn repair(&mut self, sim: &mut Sim<'_>, client: usize) {
        let Some((trouble, _)) = self.troubles[client].take() else { return };
        let name = self.clients[client].as_str();
        match trouble {
            Trouble::Parted => sim.repair(SERVER, name),
            Trouble::PartedFromServer => sim.repair_oneway(SERVER, name),
            Trouble::PartedToServer => sim.repair_oneway(name, SERVER),
            Trouble::Held => sim.release(SERVER, name),
            Trouble::Lossy => {
                sim.set_link_fail_rate(SERVER, name, 0.0);
                sim.repair(SERVER, name);
            }
            Trouble::Slow => sim.set_link_max_message_latency(SERVER, name, LATENCY_MAX),
        }
        info!(client = name, ?trouble, "connection repaired");
    }

    fn kill_client(&mut self, sim: &mut Sim<'_>, client: usize, now: Duration, cut_off: bool) {
        if self.down[client].is_some() {
            return;
        }
        info!(client = self.clients[client], cut_off, "killed");
        if cut_off {
            self.cut_off(sim, client);
        }
        sim.crash(self.clients[client].as_str());
        self.down[client] = Some(now + self.within(DOWN_MS));
        self.faults.clients_killed += 1;
    }

    fn set_clock(&mut self) {
        // In half of the cases the clock is right again.
        let error = if self.random.bool() { 0 } else { self.random.i64(-JUMP_MS_MAX..JUMP_MS_MAX) };
        info!(error, "the daemon's clock is set");
        network::set_server_clock(error);
        self.faults.clocks_set += 1;
    }

    /// Kills a client and copies its directory: then two clients send its pending messages.
    fn copy_a_client(&mut self, sim: &mut Sim<'_>, now: Duration) {
        let Some(copy) = self.disks.copies.pop() else { return };
        self.kill_client(sim, copy.client, now, false);
        copy_directory(&copy.from, &copy.to);
        info!(from = self.clients[copy.client], "copied");
        copy.begins.send_replace(true);
        self.faults.copied += 1;
    }

    /// Makes a backup, or restores it if there is one. Restores once in a storm.
    fn back_up_or_restore(&mut self, sim: &mut Sim<'_>, now: Duration) {
        if self.faults.restored > 0 {
            return;
        }
        let Some(backup) = self.backup.take() else {
            let backup = self.disks.backups.join("journal.sqlite");
            journal::backup(&self.disks.server, &backup).unwrap();
            info!("backed up");
            self.backup = Some(backup);
            return;
        };
        let cut_off = self.random.bool();
        self.kill_server(sim, now, cut_off);
        journal::restore(&self.disks.server, &backup, network::now()).unwrap();
        info!("restored");
        self.faults.restored += 1;
    }

    fn kill_server(&mut self, sim: &mut Sim<'_>, now: Duration, cut_off: bool) {
        let accepted_in_flight = accepted_in_flight(sim);
        info!(cut_off, accepted_in_flight, "the daemon is killed");
        if cut_off {
            self.faults.accepted_lost += accepted_in_flight;
            for client in 0..self.clients.len() {
                self.cut_off(sim, client);
            }
            sim.crash(SERVER);
        } else {
            self.crash_server_evenly(sim);
        }
        self.server = Server::Down(now + self.within(DOWN_MS));
        self.faults.servers_killed += 1;
    }

    /// Kills the daemon; the system closes its connections. The order in which it closes them depends on the
    /// numbers of their tasks, which are not the same in each run. So that the order has no effect, all
    /// connections have the same latency and no losses meanwhile.
    fn crash_server_evenly(&mut self, sim: &mut Sim<'_>) {
        for client in 0..self.clients.len() {
            if matches!(self.troubles[client], Some((Trouble::Lossy | Trouble::Slow, _))) {
                self.repair(sim, client);
            }
            sim.set_link_latency(SERVER, self.clients[client].as_str(), LATENCY_MIN);
        }
        sim.crash(SERVER);
        for client in &self.clients {
            sim.set_link_max_message_latency(SERVER, client.as_str(), LATENCY_MAX);
        }
    }

    /// Loses what is in flight between the daemon and a client. Ends the fault that the connection had.
    fn cut_off(&mut self, sim: &mut Sim<'_>, client: usize) {
        self.repair(sim, client);
        let name = self.clients[client].as_str();
        sim.partition(SERVER, name);
        self.troubles[client] = Some((Trouble::Parted, sim.elapsed()));
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

    fn start_server(&mut self, sim: &mut Sim<'_>) {
        info!("the daemon is started");
        self.stop.send_replace(false);
        sim.bounce(SERVER);
        self.server = Server::Up;
    }

    fn within(&mut self, millis: Range<u64>) -> Duration {
        // Short durations are more frequent than long ones.
        let longest = self.random.u64(millis.start + 1..=millis.end);
        Duration::from_millis(self.random.u64(millis.start..longest))
    }
}

/// Returns the number of `accepted` that the daemon has sent and that have not arrived.
fn accepted_in_flight(sim: &Sim<'_>) -> u64 {
    const ACCEPTED: &[u8] = br#""type":"accepted""#;
    let server = sim.lookup(SERVER);
    let mut count = 0;
    sim.links(|links| {
        for sent in links.flatten() {
            if let (Protocol::Tcp(Segment::Data(_, bytes)), true) =
                (sent.protocol(), sent.pair().0.ip() == server)
            {
                count += bytes.windows(ACCEPTED.len()).filter(|at| *at == ACCEPTED).count() as u64;
            }
        }
    });
    count
}
