//! The simulation: the client library and the daemon in a simulated network and time. Connections are
//! partitioned, held and lost, hosts are killed and restarted, as the seed decides. At the end all is
//! repaired, and everything that the users have ever seen on their screens is compared with the journal.
//!
//! * `network`: the simulated network and clock, for the daemon and the clients.
//! * `host`: runs the real daemon on a directory, and the real client's loop.
//! * `user`: types, and reads the screen. A user may have two clients at once, on one directory.
//! * `classic`: a user of the original client.
//! * `events`: users who edit, delete, react and reply, without a screen.
//! * `rights`: users who give and take rights from each other, without a screen.
//! * `posters`: programs that post to hooks, without a screen.
//! * `follower`: follows the journal of the daemon, and is killed with it.
//! * `disks`: the directories of the hosts.
//! * `world`: the hosts, and the course of the simulation.
//! * `storm`: the faults.
//! * `log`: the log of all hosts, the same for the same seed, to the byte.
//!
//! Everything runs on one thread. Only tokens do not depend on the seed; no log contains them.

mod classic;
mod disks;
mod events;
mod follower;
mod host;
mod log;
mod network;
mod posters;
mod rights;
mod storm;
mod user;
mod world;

use chat_proto::UserId;
use std::collections::BTreeMap;
use std::fmt;
use std::ops::Range;
use std::path::{Path, PathBuf};
use std::rc::Rc;
use std::time::Duration;

use tempfile::TempDir;
use tokio::runtime::{self, Runtime};

pub use self::events::EventFindings;
pub use self::follower::FollowerFindings;
use self::host::directory;
use self::log::Log;
use self::network::SERVER;
pub use self::storm::Faults;
use self::world::World;
use crate::findings::{Findings, Journal};
use crate::hook::Poster;
use crate::rights::compare as compare_rights;
use crate::search;
use crate::write_rows;

/// The size of a simulation.
#[derive(Debug, Clone, Copy)]
pub struct Plan {
    /// Seed of the random number generator.
    pub seed: u64,
    /// Number of users.
    pub users: u32,
    /// Number of users with a second client, on the directory of the first.
    pub users_with_two_clients: u32,
    /// Number of clients whose directory is copied in the storm; a client runs on the copy.
    pub copies: u32,
    /// Number of users with classic clients.
    pub classics: u32,
    /// Number of users who edit, delete, react and reply in a room of their own.
    pub events_users: u32,
    /// Number of groups of users who give and take rights from each other.
    pub groups: u32,
    /// Number of programs that post to hooks.
    pub posters: u32,
    /// Number of rooms. Each user joins all of them.
    pub rooms: u32,
    /// Duration of the storm, in simulated time.
    pub storm: Duration,
    /// Whether all clients use TLS. Then the log of a seed is not the same to the byte: keys and signatures are random.
    pub tls: bool,
    /// Whether all clients but the classic ones use WebSockets; otherwise one of three of their connections does.
    pub web: bool,
}

impl Plan {
    /// Returns the size of the simulations of `just sim` and of the tests.
    #[must_use]
    pub const fn usual(seed: u64) -> Self {
        Self {
            seed,
            users: 4,
            users_with_two_clients: 1,
            copies: 1,
            classics: 1,
            events_users: 2,
            groups: 1,
            posters: 2,
            rooms: 3,
            storm: Duration::from_secs(60),
            tls: false,
            web: false,
        }
    }

    /// Number of clients without the classic ones.
    const fn clients(&self) -> u32 {
        self.users + self.users_with_two_clients + self.copies
    }

    /// Returns true if the client's directory is copied in the storm.
    fn is_copied(&self, client: u32) -> bool {
        let mut copies = self.second_clients().end..self.clients();
        client < self.users && copies.any(|copy| self.user_of(copy) == client)
    }

    /// Second clients, on the directory of the first client of their users.
    const fn second_clients(&self) -> Range<u32> {
        self.users..self.users + self.users_with_two_clients
    }

    /// Returns the user of a client.
    const fn user_of(&self, client: u32) -> u32 {
        client % self.users
    }
}

/// The result of a simulation.
#[derive(Debug)]
pub struct Outcome {
    /// The comparison with the journal.
    pub findings: Findings,
    /// The faults of the storm.
    pub faults: Faults,
    /// Messages that disappeared from the screen of a running client.
    pub gone: u64,
    /// Messages that are still pending at the end, and users and programs without a screen that are not done.
    pub pending: u64,
    /// The comparison of a follower of the journal with it.
    pub followed: FollowerFindings,
    /// The comparison of the events about messages with the journal.
    pub events: EventFindings,
    /// Its duration in simulated time.
    pub simulated: Duration,
    /// The users by their numbers in the daemon.
    directory: BTreeMap<UserId, u32>,
    /// The log of all hosts.
    pub log: String,
}

impl Outcome {
    /// Returns true if nothing was lost.
    #[must_use]
    pub const fn is_clean(&self) -> bool {
        let is_clean = self.findings.is_clean() && self.gone == 0 && self.pending == 0;
        is_clean && self.followed.wrong == 0 && self.events.wrong == 0
    }
}

/// Runs a simulation with new directories.
///
/// # Panics
/// Panics if a host fails, or if a user has not joined before the storm.
#[must_use]
pub fn simulate(plan: Plan) -> Outcome {
    let data = new_directory();
    let log = Log::default();
    network::set_server_clock(0);
    let key_directory = plan.tls.then(|| directory(data.path(), SERVER));
    let webs = network::set_carriers(key_directory, plan.web);
    let listening = log.listen();
    // For the client library: its pauses before a reconnect, and the names of its devices.
    fastrand::seed(plan.seed);
    let world = World::new(plan, data.path(), log.clone());
    let index = Rc::clone(&world.index);
    let (groups, posters) = (world.groups.clone(), world.posters.clone());
    let (outcome, users, classics, events_users) = world.run();
    drop(listening);

    let server = data.path().join(SERVER);
    let followed = runtime().block_on(follower::complete(&server, &index));
    let events = runtime().block_on(events::compare(&server, &events_users));
    let users_there = outcome.directory.keys().copied();
    let search = runtime().block_on(search::compare(&server, users_there));
    let rights = runtime().block_on(compare_rights(&server, &groups));
    let mut journal = read_journal(&server, plan.rooms, &outcome.directory);
    let restored = outcome.faults.restored > 0;
    if restored {
        let backup = read_journal(&backup_directory(data.path()), plan.rooms, &outcome.directory);
        journal.set_restored(backup.last_seqs());
    }
    let mut records: Vec<_> = users.iter().map(|user| user.borrow().record(restored)).collect();
    for classic in classics {
        records.extend(classic.lock().unwrap().records());
    }
    records.extend(posters.iter().flat_map(Poster::records));
    let mut findings = Findings::of(&journal, &records, outcome.faults.kills());
    findings.add_search(search);
    findings.rights = rights;
    posters.iter().for_each(|poster| findings.hooks.add(poster.findings()));
    findings.web_sockets = webs.opened();
    for (doubled, out_of_order) in users.iter().map(|user| user.borrow().faults()) {
        findings.doubled += doubled;
        findings.out_of_order += out_of_order;
    }
    Outcome { findings, followed, events, log: log.text(), ..outcome }
}

/// Makes a directory, in memory if possible: a simulated crash does not lose what was written, so a disk
/// would only be slower.
fn new_directory() -> TempDir {
    let memory = Path::new("/dev/shm");
    if memory.is_dir() { TempDir::new_in(memory) } else { TempDir::new() }.unwrap()
}

/// Reads the messages of the journal in `directory`. `users` are the users by their numbers in the daemon.
fn read_journal(directory: &Path, rooms: u32, users: &BTreeMap<UserId, u32>) -> Journal {
    runtime().block_on(Journal::open(directory, rooms, users))
}

fn runtime() -> Runtime {
    runtime::Builder::new_current_thread().enable_time().build().unwrap()
}

/// Returns the directory of the backup, which has the name of a journal there, so that it can be opened
/// as one.
fn backup_directory(all: &Path) -> PathBuf {
    directory(all, "backup")
}

impl fmt::Display for Outcome {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let Faults {
            connections,
            servers_killed,
            servers_restarted,
            clients_killed,
            clocks_set,
            copied,
            restored,
            accepted_lost,
        } = self.faults;
        let rows = [
            ("simulated seconds", self.simulated.as_secs()),
            ("connections in trouble", connections),
            ("daemons killed", servers_killed),
            ("daemons restarted", servers_restarted),
            ("clients killed", clients_killed),
            ("clocks set", clocks_set),
            ("clients copied", copied),
            ("backups restored", restored),
            ("stored, accepted lost", accepted_lost),
        ];
        write_rows(f, &rows)?;
        write!(f, "{}", self.findings)?;
        let rows = [
            ("gone from a screen", self.gone),
            ("still pending", self.pending),
            ("followed", self.followed.messages),
            ("starts of the follower", self.followed.starts),
            ("followed wrongly", self.followed.wrong),
            ("events accepted", self.events.accepted),
            ("states compared", self.events.states),
            ("wrong of these", self.events.wrong),
        ];
        write_rows(f, &rows)
    }
}
