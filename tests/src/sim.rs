//! The simulation: the client library and the daemon in a simulated network and time. Connections are
//! partitioned, held and lost, hosts are killed and restarted, as the seed decides. At the end all is
//! repaired, and everything that the users have ever seen on their screens is compared with the journal.
//!
//! * `network`: the simulated network and clock, for the daemon and the clients.
//! * `host`: runs the real daemon on a directory, and the real client's loop.
//! * `user`: types, and reads the screen. A user may have two clients at once, on one directory.
//! * `classic`: a user of the original client.
//! * `disks`: the directories of the hosts.
//! * `storm`: the faults.
//! * `log`: the log of all hosts, the same for the same seed, to the byte.
//!
//! Everything runs on one thread. Only tokens do not depend on the seed; no log contains them.

mod classic;
mod disks;
mod host;
mod log;
mod network;
mod storm;
mod user;

use std::cell::RefCell;
use std::collections::BTreeMap;
use std::fmt;
use std::fs;
use std::path::{Path, PathBuf};
use std::rc::Rc;
use std::sync::{Arc, Mutex};
use std::time::{Duration, SystemTime};

use tempfile::TempDir;
use tokio::runtime;
use tokio::sync::watch;
use turmoil::Sim;

use self::disks::{CopyOf, Disks};
use self::host::{chat, directory, serve};
use self::log::Log;
use self::network::SERVER;
pub use self::storm::Faults;
use self::storm::{LATENCY_MAX, LATENCY_MIN, Storm};
use self::user::User;
use crate::torture::classic::ClassicUser;
use crate::torture::findings::{Findings, Journal};

/// Longest difference between the times of two hosts. The faults of the network are longer.
const TICK: Duration = Duration::from_millis(10);

/// Longest time until all users have joined.
const BEGIN_MAX: Duration = Duration::from_secs(60);

/// Longest duration of a simulation.
const SIMULATED_MAX: Duration = Duration::from_secs(3_600);

/// Longest time until everything is accepted and read, once all is repaired: far longer than the longest pause
/// before a reconnect.
const SETTLE_MAX: Duration = Duration::from_secs(180);

/// Time without a change after which everything is done: longer than a client takes to notice that its
/// connection is dead.
const QUIET: Duration = Duration::from_secs(20);

/// The size of a simulation.
#[derive(Debug, Clone, Copy)]
pub struct Plan {
    /// Seed of the random number generator.
    pub seed: u64,
    /// Number of users.
    pub users: u32,
    /// Number of users with a second client, on the directory of the first.
    pub seconds: u32,
    /// Number of clients whose directory is copied in the storm; a client runs on the copy.
    pub copies: u32,
    /// Number of users with classic clients.
    pub classics: u32,
    /// Number of rooms. Each user joins all of them.
    pub rooms: u32,
    /// Duration of the storm, in simulated time.
    pub storm: Duration,
}

impl Plan {
    /// Returns the size of the simulations of `just sim` and of the tests.
    #[must_use]
    pub const fn usual(seed: u64) -> Self {
        Self {
            seed,
            users: 4,
            seconds: 1,
            copies: 1,
            classics: 1,
            rooms: 3,
            storm: Duration::from_secs(60),
        }
    }

    /// Number of clients without the classic ones.
    const fn clients(&self) -> u32 {
        self.users + self.seconds + self.copies
    }

    /// Returns true if the client's directory is copied in the storm.
    fn is_copied(&self, client: u32) -> bool {
        let mut copies = self.users + self.seconds..self.clients();
        client < self.users && copies.any(|copy| self.user_of(copy) == client)
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
    /// Messages that are still pending at the end.
    pub pending: u64,
    /// Its duration in simulated time.
    pub simulated: Duration,
    /// The users by their numbers in the daemon.
    directory: BTreeMap<u64, u32>,
    /// The log of all hosts.
    pub log: String,
}

impl Outcome {
    /// Returns true if nothing was lost.
    #[must_use]
    pub const fn is_clean(&self) -> bool {
        self.findings.is_clean() && self.gone == 0 && self.pending == 0
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
    let listening = log.listen();
    // For the client library: its pauses before a reconnect, and the names of its devices.
    fastrand::seed(plan.seed);
    let (outcome, users, classics) = World::new(plan, data.path(), log.clone()).run();
    drop(listening);

    let server = data.path().join(SERVER);
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
    let mut findings = Findings::of(&journal, &records, outcome.faults.kills());
    for (doubled, out_of_order) in users.iter().map(|user| user.borrow().faults()) {
        findings.doubled += doubled;
        findings.out_of_order += out_of_order;
    }
    Outcome { findings, log: log.text(), ..outcome }
}

/// Makes a directory, in memory if possible: a simulated crash does not lose what was written, so a disk would
/// only be slower.
fn new_directory() -> TempDir {
    let memory = Path::new("/dev/shm");
    if memory.is_dir() { TempDir::new_in(memory) } else { TempDir::new() }.unwrap()
}

type Users = Vec<Rc<RefCell<User>>>;
type Classics = Vec<Arc<Mutex<ClassicUser>>>;

/// The hosts and their faults.
struct World<'a> {
    plan: Plan,
    sim: Sim<'a>,
    storm: Storm,
    users: Users,
    classics: Classics,
    directory: Rc<RefCell<BTreeMap<u64, u32>>>,
    /// For each client, true once it runs. A client on a copy begins in the storm.
    begun: Vec<watch::Receiver<bool>>,
    log: Log,
}

impl World<'_> {
    fn new(plan: Plan, data: &Path, log: Log) -> Self {
        let mut random = fastrand::Rng::with_seed(plan.seed);
        let mut sim = turmoil::Builder::new()
            .rng_seed(random.u64(..))
            .epoch(SystemTime::UNIX_EPOCH)
            .tick_duration(TICK)
            .simulation_duration(SIMULATED_MAX)
            .min_message_latency(LATENCY_MIN)
            .max_message_latency(LATENCY_MAX)
            .repair_rate(0.3)
            .build();
        let (stop, stopping) = watch::channel(false);
        let state = directory(data, SERVER);
        sim.host(SERVER, move || serve(state.clone(), stopping.clone()));
        // This includes two clients that start at once on one empty directory.
        let (_, at_once) = watch::channel(true);
        let mut begun = vec![at_once; (plan.users + plan.seconds) as usize];
        let mut disks = Disks {
            server: directory(data, SERVER),
            backups: backup_directory(data),
            copies: Vec::new(),
        };
        fs::create_dir(&disks.backups).unwrap();
        for number in plan.users + plan.seconds..plan.clients() {
            let (begins, waiting) = watch::channel(false);
            begun.push(waiting);
            let client = plan.user_of(number);
            let [from, to] =
                [client, number].map(|client| directory(data, &network::client(client)));
            disks.copies.push(CopyOf { client: client as usize, from, to, begins });
        }
        let hosts = (0..plan.clients()).map(network::client);
        let hosts = hosts.chain((0..plan.classics).map(network::classic));
        let storm = Storm::new(random.fork(), hosts.collect(), stop, disks);
        let (ids, epoch) = (Rc::default(), Rc::default());
        let user =
            |number| User::new(number, &plan, Rc::clone(&ids), Rc::clone(&epoch), random.fork());
        let users: Users =
            (0..plan.clients()).map(user).map(|user| Rc::new(RefCell::new(user))).collect();
        for (number, user) in (0..).zip(&users) {
            let (host, user) = (network::client(number), Rc::clone(user));
            let is_second = (plan.users..plan.users + plan.seconds).contains(&number);
            let owner = if is_second { plan.user_of(number) } else { number };
            let state = directory(data, &network::client(owner));
            let begins = begun[number as usize].clone();
            let chat = move || chat(state.clone(), Rc::clone(&user), begins.clone());
            sim.host(host.as_str(), chat);
        }
        let mut classics = Classics::new();
        for number in 0..plan.classics {
            let user = ClassicUser::new(number, classic::PAUSE_MS, random.fork());
            let user = Arc::new(Mutex::new(user));
            classics.push(Arc::clone(&user));
            sim.host(network::classic(number).as_str(), move || classic::chat(Arc::clone(&user)));
        }
        Self { plan, sim, storm, users, classics, directory: ids, begun, log }
    }

    /// Runs the simulation. Returns an outcome without the findings and the log, and the users with their records.
    fn run(mut self) -> (Outcome, Users, Classics) {
        self.until_joined();
        self.set_sending(true);
        let end = self.sim.elapsed() + self.plan.storm;
        while self.sim.elapsed() < end {
            let restored = self.storm.faults.restored;
            self.storm.step(&mut self.sim);
            if self.storm.faults.restored > restored {
                self.classics.iter().for_each(|classic| classic.lock().unwrap().set_restored());
            }
            self.step();
        }
        self.storm.end(&mut self.sim);
        self.set_sending(false);
        self.settle();
        let outcome = Outcome {
            findings: Findings::default(),
            faults: self.storm.faults,
            gone: self.users.iter().map(|user| user.borrow().gone()).sum(),
            pending: self.users.iter().map(|user| user.borrow().pending() as u64).sum(),
            simulated: self.sim.elapsed(),
            directory: self.directory.borrow().clone(),
            log: String::new(),
        };
        (outcome, self.users, self.classics)
    }

    /// Waits until all running clients have joined.
    fn until_joined(&mut self) {
        while !self.all_are_done() {
            assert!(
                self.sim.elapsed() < BEGIN_MAX,
                "not all users have joined:\n{}",
                self.log.last_lines()
            );
            self.step();
        }
    }

    /// Waits until all messages are accepted and nothing changes any more.
    fn settle(&mut self) {
        let end = self.sim.elapsed() + SETTLE_MAX;
        let mut last = (self.changes(), self.sim.elapsed());
        while self.sim.elapsed() < end {
            let changes = self.changes();
            if changes != last.0 || !self.all_are_done() {
                last = (changes, self.sim.elapsed());
            } else if self.sim.elapsed() - last.1 > QUIET {
                return;
            }
            self.step();
        }
    }

    fn step(&mut self) {
        self.log.set_time(self.sim.elapsed());
        if let Err(error) = self.sim.step() {
            panic!("seed {}: a host failed: {error}\n{}", self.plan.seed, self.log.last_lines());
        }
    }

    fn all_are_done(&self) -> bool {
        self.users.iter().zip(&self.begun).all(|(user, begun)| {
            let has_begun = *begun.borrow();
            !has_begun || user.borrow().is_done()
        })
    }

    fn changes(&self) -> u64 {
        self.users.iter().map(|user| user.borrow().changes).sum()
    }

    fn set_sending(&self, is_sending: bool) {
        for user in &self.users {
            user.borrow_mut().is_sending = is_sending;
        }
        for classic in &self.classics {
            classic.lock().unwrap().is_sending = is_sending;
        }
    }
}

/// Reads the messages of the journal in `directory`. `users` are the users by their numbers in the daemon.
fn read_journal(directory: &Path, rooms: u32, users: &BTreeMap<u64, u32>) -> Journal {
    let runtime = runtime::Builder::new_current_thread().build().unwrap();
    runtime.block_on(Journal::open(directory, rooms, users))
}

/// Returns the directory of the backup, which has the name of a journal there, so that it can be opened as one.
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
        for (name, count) in rows {
            writeln!(f, "{name:<22}{count:>12}")?;
        }
        write!(f, "{}", self.findings)?;
        writeln!(f, "{:<22}{:>12}", "gone from a screen", self.gone)?;
        writeln!(f, "{:<22}{:>12}", "still pending", self.pending)
    }
}
