//! The simulation: the client library and the daemon in a network and a time of their own. Lines are
//! parted, held and lost, hosts are killed and come back, all as a seed decides. In the end, when all
//! is repaired, what every user has ever seen on its screen is put beside what the journal has.
//!
//! * `network`: the ends of the simulated network, and its time.
//! * `host`: what runs there: the real daemon on a directory, and the real client's loop.
//! * `user`: types, and looks at the screen. A user may have two clients at once, on one directory.
//! * `classic`: a user of the original chat's client.
//! * `disks`: the directories of the hosts.
//! * `storm`: what goes wrong, and what a lost segment means on a simulated line: its end, unnoticed.
//! * `log`: what everybody had to say; the same for the same seed, to the byte.
//!
//! All of it runs on one thread. What is left to chance is the secrets, which are in no log: tokens.

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

/// How far the hosts' times are apart at the most: no fault of a network is shorter than its latency.
const TICK: Duration = Duration::from_millis(10);

/// How long the users may take to be in, and how long the simulation lasts at the most.
const BEGIN_MAX: Duration = Duration::from_secs(60);
const SIMULATED_MAX: Duration = Duration::from_secs(3_600);

/// How long the users may take, once all is repaired, to have everything accepted and read: far
/// longer than the longest pause between two calls.
const SETTLE_MAX: Duration = Duration::from_secs(180);

/// How long nothing may happen until all counts as settled: longer than it takes a client to notice
/// that a line is dead.
const QUIET: Duration = Duration::from_secs(20);

/// One simulation.
#[derive(Debug, Clone, Copy)]
pub struct Plan {
    /// What decides all that is random here.
    pub seed: u64,
    /// How many users there are.
    pub users: u32,
    /// How many of them have a second client, on the directory of the first.
    pub seconds: u32,
    /// How many clients are copied in the storm, directory and all.
    pub copies: u32,
    /// How many users of classic clients there are.
    pub classics: u32,
    /// How many rooms there are; each user is in all of them.
    pub rooms: u32,
    /// How long the storm lasts, in simulated time.
    pub storm: Duration,
}

impl Plan {
    /// A storm of usual size.
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

    /// How many clients there are, without the classic ones.
    const fn clients(&self) -> u32 {
        self.users + self.seconds + self.copies
    }

    /// Whether the directory of the client is copied in the storm.
    fn is_copied(&self, client: u32) -> bool {
        let mut copies = self.users + self.seconds..self.clients();
        client < self.users && copies.any(|copy| self.user_of(copy) == client)
    }

    /// Whose client it is.
    const fn user_of(&self, client: u32) -> u32 {
        client % self.users
    }
}

/// What came of a simulation.
#[derive(Debug)]
pub struct Outcome {
    /// What was lost.
    pub findings: Findings,
    /// What went wrong.
    pub faults: Faults,
    /// What was on the screen of a client that went on, and is gone from it.
    pub gone: u64,
    /// What somebody has said, and sees waiting for ever.
    pub unsettled: u64,
    /// How long it lasted, in simulated time.
    pub simulated: Duration,
    /// The users by the numbers that the server has given them.
    directory: BTreeMap<u64, u32>,
    /// Everything that happened.
    pub log: String,
}

impl Outcome {
    /// Whether nothing was lost.
    #[must_use]
    pub const fn is_clean(&self) -> bool {
        self.findings.is_clean() && self.gone == 0 && self.unsettled == 0
    }
}

/// Simulates what `plan` says, in a directory of its own.
///
/// # Panics
/// Where a host fails, or the users are not in before the storm.
#[must_use]
pub fn simulate(plan: Plan) -> Outcome {
    let data = disk();
    let log = Log::default();
    network::set_server_clock(0);
    let listening = log.listen();
    // The client's own chance: its pauses between two calls, and the words for its devices.
    fastrand::seed(plan.seed);
    let (outcome, users, classics) = World::new(plan, data.path(), log.clone()).run();
    drop(listening);

    let server = data.path().join(SERVER);
    let mut journal = read_journal(&server, plan.rooms, &outcome.directory);
    let restored = outcome.faults.restored > 0;
    if restored {
        let backup = read_journal(&disk_of_backup(data.path()), plan.rooms, &outcome.directory);
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

/// A directory, in memory where the system has one there: a simulated crash takes nothing from a disk
/// that was written, so nobody need wait for one.
fn disk() -> TempDir {
    let memory = Path::new("/dev/shm");
    if memory.is_dir() { TempDir::new_in(memory) } else { TempDir::new() }.unwrap()
}

type Users = Vec<Rc<RefCell<User>>>;
type Classics = Vec<Arc<Mutex<ClassicUser>>>;

/// The hosts, and what happens to them.
struct World<'a> {
    plan: Plan,
    sim: Sim<'a>,
    storm: Storm,
    users: Users,
    classics: Classics,
    directory: Rc<RefCell<BTreeMap<u64, u32>>>,
    /// Whether each client has begun.
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
        let place = directory(data, SERVER);
        sim.host(SERVER, move || serve(place.clone(), stopping.clone()));
        // Also the two clients of one user, on one directory in which nothing is stored yet.
        let (_, at_once) = watch::channel(true);
        let mut begun = vec![at_once; (plan.users + plan.seconds) as usize];
        let mut disks = Disks {
            server: directory(data, SERVER),
            backups: disk_of_backup(data),
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
            let place = directory(data, &network::client(owner));
            let begins = begun[number as usize].clone();
            let chat = move || chat(place.clone(), Rc::clone(&user), begins.clone());
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

    /// The whole story. Leaves the journal to be read, and the users to be asked.
    fn run(mut self) -> (Outcome, Users, Classics) {
        self.until_in();
        self.set_talking(true);
        let end = self.sim.elapsed() + self.plan.storm;
        while self.sim.elapsed() < end {
            let restored = self.storm.faults.restored;
            self.storm.rage(&mut self.sim);
            if self.storm.faults.restored > restored {
                self.classics.iter().for_each(|classic| classic.lock().unwrap().set_restored());
            }
            self.step();
        }
        self.storm.calm(&mut self.sim);
        self.set_talking(false);
        self.settle();
        let outcome = Outcome {
            findings: Findings::default(),
            faults: self.storm.faults,
            gone: self.users.iter().map(|user| user.borrow().gone()).sum(),
            unsettled: self.users.iter().map(|user| user.borrow().waiting() as u64).sum(),
            simulated: self.sim.elapsed(),
            directory: self.directory.borrow().clone(),
            log: String::new(),
        };
        (outcome, self.users, self.classics)
    }

    /// Waits until all who have begun are in.
    fn until_in(&mut self) {
        while !self.all_are_settled() {
            assert!(
                self.sim.elapsed() < BEGIN_MAX,
                "the users are not in:\n{}",
                self.log.last_lines()
            );
            self.step();
        }
    }

    /// Waits until all is accepted and nothing more happens.
    fn settle(&mut self) {
        let end = self.sim.elapsed() + SETTLE_MAX;
        let mut last = (self.changes(), self.sim.elapsed());
        while self.sim.elapsed() < end {
            let changes = self.changes();
            if changes != last.0 || !self.all_are_settled() {
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
            panic!(
                "seed {}: a host has failed: {error}\n{}",
                self.plan.seed,
                self.log.last_lines()
            );
        }
    }

    fn all_are_settled(&self) -> bool {
        self.users.iter().zip(&self.begun).all(|(user, begun)| {
            let has_begun = *begun.borrow();
            !has_begun || user.borrow().is_settled()
        })
    }

    fn changes(&self) -> u64 {
        self.users.iter().map(|user| user.borrow().changes).sum()
    }

    fn set_talking(&self, talks: bool) {
        for user in &self.users {
            user.borrow_mut().talks = talks;
        }
        for classic in &self.classics {
            classic.lock().unwrap().is_sending = talks;
        }
    }
}

/// All that the journal in `directory` has. `users` are the users by their numbers.
fn read_journal(directory: &Path, rooms: u32, users: &BTreeMap<u64, u32>) -> Journal {
    let runtime = runtime::Builder::new_current_thread().build().unwrap();
    runtime.block_on(Journal::open(directory, rooms, users))
}

/// The directory of the backup, in which it is called as a journal is: so it can be opened as one.
fn disk_of_backup(all: &Path) -> PathBuf {
    directory(all, "backup")
}

impl fmt::Display for Outcome {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let Faults {
            lines,
            servers_killed,
            servers_restarted,
            clients_killed,
            clocks_set,
            copied,
            restored,
            unheard,
        } = self.faults;
        let rows = [
            ("simulated seconds", self.simulated.as_secs()),
            ("lines in trouble", lines),
            ("daemons killed", servers_killed),
            ("daemons restarted", servers_restarted),
            ("clients killed", clients_killed),
            ("clocks set", clocks_set),
            ("clients copied", copied),
            ("backups restored", restored),
            ("kept, accepted lost", unheard),
        ];
        for (name, count) in rows {
            writeln!(f, "{name:<22}{count:>12}")?;
        }
        write!(f, "{}", self.findings)?;
        writeln!(f, "{:<22}{:>12}", "gone from a screen", self.gone)?;
        writeln!(f, "{:<22}{:>12}", "said and not settled", self.unsettled)
    }
}
