//! The faults of hosts, clocks and disks.

use std::ops::Range;
use std::time::Duration;

use chat_server::journal;
use tracing::info;
use turmoil::{Protocol, Segment, Sim};

use super::connections::{LATENCY_MAX, LATENCY_MIN, Trouble};
use super::{Server, Storm};
use crate::rights::{Backup, Group};
use crate::sim::disks::copy_directory;
use crate::sim::network::{self, SERVER};

/// Downtime of a host, in milliseconds.
pub(super) const DOWN_MS: Range<u64> = 50..4_000;

/// Largest error of the daemon's clock, in either direction.
const JUMP_MS_MAX: i64 = 40 * 24 * 60 * 60 * 1_000;

impl Storm {
    pub(super) fn kill_client(
        &mut self,
        sim: &mut Sim<'_>,
        client: usize,
        now: Duration,
        cut_off: bool,
    ) {
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

    pub(super) fn set_clock(&mut self) {
        // In half of the cases the clock is right again.
        let error = if self.random.bool() { 0 } else { self.random.i64(-JUMP_MS_MAX..JUMP_MS_MAX) };
        info!(error, "the daemon's clock is set");
        network::set_server_clock(error);
        self.faults.clocks_set += 1;
    }

    /// Kills a client and copies its directory: then two clients send its pending messages.
    pub(super) fn copy_a_client(&mut self, sim: &mut Sim<'_>, now: Duration) {
        let Some(copy) = self.disks.copies.pop() else { return };
        self.kill_client(sim, copy.client, now, false);
        copy_directory(&copy.from, &copy.to);
        info!(from = self.clients[copy.client], "copied");
        copy.begins.send_replace(true);
        self.faults.copied += 1;
    }

    /// Makes a backup, or restores it if there is one. Restores once in a storm.
    pub(super) fn back_up_or_restore(&mut self, sim: &mut Sim<'_>, now: Duration) {
        // The model of a group does not know what is left of its begin after the restore of an earlier backup.
        if self.faults.restored > 0 || !self.groups.iter().all(Group::has_begun) {
            return;
        }
        let Some(backup) = self.backup.take() else {
            let backup = self.disks.backups.join("journal.sqlite");
            journal::backup(&self.disks.server, &backup).unwrap();
            info!("backed up");
            self.backup_state.set(Backup::Made);
            self.backup = Some(backup);
            return;
        };
        let cut_off = self.random.bool();
        self.kill_server(sim, now, cut_off);
        journal::restore(&self.disks.server, &backup, network::now()).unwrap();
        info!("restored");
        self.faults.restored += 1;
    }

    pub(super) fn kill_server(&mut self, sim: &mut Sim<'_>, now: Duration, cut_off: bool) {
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
    pub(super) fn crash_server_evenly(&mut self, sim: &mut Sim<'_>) {
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

    pub(super) fn start_server(&mut self, sim: &mut Sim<'_>) {
        info!("the daemon is started");
        self.stop.send_replace(false);
        sim.bounce(SERVER);
        self.server = Server::Up;
    }
}

/// Returns the number of `accepted` that the daemon has sent and that have not arrived.
pub(super) fn accepted_in_flight(sim: &Sim<'_>) -> u64 {
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
