//! What goes wrong, and when. The seed decides.
//!
//! * *parted*: what is sent is lost, both ways or one way, and so is what was on its way;
//! * *held*: what is sent waits, and comes all at once;
//! * *lossy*: now and then what is on its way is lost, and some of what follows;
//! * *slow*: what is sent takes its time;
//! * a host is *killed*: its connections are closed by the system, what it has sent arrives;
//! * a host is *cut off and killed*, as when the power fails: nobody is told, and what it has sent is
//!   lost. The daemon is, by preference, when an `accepted` is on its way;
//! * the daemon is *restarted* as its operator would, with a goodbye to all;
//! * the clock of the daemon's host *jumps*, by as much as days;
//! * a client is killed and its directory *copied* to another machine, on which it goes on as well;
//! * a *backup* is made, and once in a storm it is *restored*.
//!
//! The simulated TCP sends nothing again. A lost segment leaves a hole behind which nothing comes any
//! more, while both ends think they are connected: a dead line, as behind a router that has forgotten
//! it. That is for pings and timeouts to find out.

use std::ops::Range;
use std::path::PathBuf;
use std::time::Duration;

use chat_server::journal;
use tokio::sync::watch;
use tracing::info;
use turmoil::{Protocol, Segment, Sim};

use super::disks::{Disks, copy_directory};
use super::network::{self, SERVER};

/// Time between two faults.
const CALM_MS: Range<u64> = 100..3_000;

/// How long a line is in trouble: some find it out meanwhile, some do not.
const TROUBLE_MS: Range<u64> = 50..18_000;

/// How long a host is down.
const DOWN_MS: Range<u64> = 50..4_000;

/// How long to wait for an `accepted` to be on its way.
const AIM: Duration = Duration::from_secs(5);

/// How slow a slow line is at the most.
const SLOW: Duration = Duration::from_secs(3);

/// By how much the daemon's clock jumps at the most, either way.
const JUMP_MS_MAX: i64 = 40 * 24 * 60 * 60 * 1_000;

/// How slow a line is otherwise.
pub(super) const LATENCY_MIN: Duration = Duration::from_millis(1);
pub(super) const LATENCY_MAX: Duration = Duration::from_millis(120);

/// What a client's line suffers from.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Trouble {
    Parted,
    PartedFromServer,
    PartedToServer,
    Held,
    Lossy,
    Slow,
}

/// How the daemon is.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Server {
    Up,
    /// To be cut off when an `accepted` is on its way, or by then.
    Doomed(Duration),
    /// Told to go away.
    Ending,
    /// Until then.
    Down(Duration),
}

/// What went wrong.
#[derive(Debug, Default, Clone, Copy, PartialEq, Eq)]
pub struct Faults {
    /// Lines that were parted, held, lossy or slow for a while.
    pub lines: u64,
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
    /// Messages that were kept, and whose `accepted` was lost with the daemon.
    pub unheard: u64,
}

impl Faults {
    /// How often a host was killed.
    pub(super) fn kills(&self) -> u32 {
        u32::try_from(self.servers_killed + self.clients_killed).unwrap_or(u32::MAX)
    }
}

/// The storm over one simulation.
pub(super) struct Storm {
    random: fastrand::Rng,
    clients: Vec<String>,
    /// The trouble of each client's line, and until when.
    troubles: Vec<Option<(Trouble, Duration)>>,
    /// Until when each client is down.
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
    /// A storm over the hosts of these clients and a daemon that `stop` tells to go away.
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

    /// Rages on, between two turns of the hosts.
    pub(super) fn rage(&mut self, sim: &mut Sim<'_>) {
        let now = sim.elapsed();
        self.end_what_is_over(sim, now);
        if now >= self.next {
            self.next = now + self.within(CALM_MS);
            self.strike(sim, now);
        }
    }

    /// Ends it all: every line is repaired, every host is up.
    pub(super) fn calm(&mut self, sim: &mut Sim<'_>) {
        for client in 0..self.clients.len() {
            self.repair(sim, client);
            if self.down[client].take().is_some() {
                sim.bounce(self.clients[client].as_str());
            }
        }
        // One that was told to go away a moment ago has none to wait for.
        if !matches!(self.server, Server::Up | Server::Doomed(_)) {
            self.start_server(sim);
        }
        self.server = Server::Up;
        info!("calm");
    }

    fn strike(&mut self, sim: &mut Sim<'_>, now: Duration) {
        let client = self.random.usize(..self.clients.len());
        match self.random.u32(..16) {
            0..7 => self.trouble(sim, client, now),
            7 => self.kill_client(sim, client, now, false),
            8 => self.kill_client(sim, client, now, true),
            9 => self.set_clock(),
            10 => self.copy_a_client(sim, now),
            _ if self.server != Server::Up => {}
            11 => self.kill_server(sim, now, false),
            12 | 13 => self.server = Server::Doomed(now + AIM),
            14 => self.back_up_or_restore(sim, now),
            _ => {
                info!("the daemon is told to go away");
                self.stop.send_replace(true);
                self.server = Server::Ending;
                self.faults.servers_restarted += 1;
            }
        }
    }

    fn trouble(&mut self, sim: &mut Sim<'_>, client: usize, now: Duration) {
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
        info!(client = name, ?trouble, "in trouble");
        self.troubles[client] = Some((trouble, now + self.within(TROUBLE_MS)));
        self.faults.lines += 1;
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
        info!(client = name, ?trouble, "out of trouble");
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
        // Half of the time it is right again.
        let wrong = if self.random.bool() { 0 } else { self.random.i64(-JUMP_MS_MAX..JUMP_MS_MAX) };
        info!(wrong, "the daemon's clock is set");
        network::set_server_clock(wrong);
        self.faults.clocks_set += 1;
    }

    /// Kills a client and copies its directory: from now on there are two who say what it had to say.
    fn copy_a_client(&mut self, sim: &mut Sim<'_>, now: Duration) {
        let Some(copy) = self.disks.copies.pop() else { return };
        self.kill_client(sim, copy.client, now, false);
        copy_directory(&copy.from, &copy.to);
        info!(from = self.clients[copy.client], "copied");
        copy.begins.send_replace(true);
        self.faults.copied += 1;
    }

    /// Makes a backup, or once, if there is one, puts it in the journal's place.
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
        let unheard = accepted_on_its_way(sim);
        info!(cut_off, unheard, "the daemon is killed");
        if cut_off {
            self.faults.unheard += unheard;
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

    /// Kills the daemon whose connections the system closes. In which order it does is up to the numbers
    /// of their tasks, which are the process's and not the seed's; so it must not matter: each line
    /// treats what closes its connection the same way.
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

    /// Loses what is on its way between the daemon and a client; whatever trouble the line was in is
    /// over then.
    fn cut_off(&mut self, sim: &mut Sim<'_>, client: usize) {
        self.repair(sim, client);
        let name = self.clients[client].as_str();
        sim.partition(SERVER, name);
        self.troubles[client] = Some((Trouble::Parted, sim.elapsed()));
    }

    fn end_what_is_over(&mut self, sim: &mut Sim<'_>, now: Duration) {
        for client in 0..self.clients.len() {
            if self.troubles[client].is_some_and(|(_, until)| now > until) {
                self.repair(sim, client);
            }
            if self.down[client].take_if(|until| now > *until).is_some() {
                sim.bounce(self.clients[client].as_str());
            }
        }
        match self.server {
            Server::Doomed(until) if now > until || accepted_on_its_way(sim) > 0 => {
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
        // Short more often than long.
        let longest = self.random.u64(millis.start + 1..=millis.end);
        Duration::from_millis(self.random.u64(millis.start..longest))
    }
}

/// How many `accepted` the daemon has sent that have not arrived.
fn accepted_on_its_way(sim: &Sim<'_>) -> u64 {
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
