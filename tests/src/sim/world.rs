//! The hosts of a simulation, and its course: all users join, the storm lasts for its time, all is
//! repaired, and everything is accepted and read.

use chat_proto::UserId;
use std::cell::RefCell;
use std::collections::BTreeMap;
use std::fs;
use std::path::Path;
use std::rc::Rc;
use std::sync::{Arc, Mutex};
use std::time::{Duration, SystemTime};

use tokio::sync::watch;
use turmoil::Sim;

use super::disks::{CopyOf, Disks};
use super::events::{self, EventFindings, EventsUser};
use super::follower::{FollowerFindings, Index};
use super::host::{chat, directory, serve};
use super::log::Log;
use super::network::{self, SERVER};
use super::storm::{LATENCY_MAX, LATENCY_MIN, Storm};
use super::user::User;
use super::{Outcome, Plan, backup_directory, classic, posters, rights};
use crate::findings::Findings;
use crate::hook::{self, Poster};
use crate::rights::{BackupState, Group, Settings};
use crate::torture::classic::ClassicUser;

/// Longest difference between the times of two hosts. The faults of the network are longer.
const TICK: Duration = Duration::from_millis(10);

/// Longest time until all users have joined.
const BEGIN_MAX: Duration = Duration::from_secs(60);

/// Longest duration of a simulation.
const SIMULATED_MAX: Duration = Duration::from_secs(3_600);

/// Longest time until everything is accepted and read, once all is repaired: far longer than the longest
/// pause before a reconnect.
const SETTLE_MAX: Duration = Duration::from_secs(180);

/// Time without a change after which everything is done: longer than a client takes to notice that its
/// connection is dead.
const QUIET: Duration = Duration::from_secs(20);

pub(super) type Users = Vec<Rc<RefCell<User>>>;
pub(super) type Classics = Vec<Arc<Mutex<ClassicUser>>>;
pub(super) type EventsUsers = Vec<Arc<Mutex<EventsUser>>>;

/// The hosts and their faults.
pub(super) struct World<'a> {
    plan: Plan,
    sim: Sim<'a>,
    storm: Storm,
    users: Users,
    classics: Classics,
    events_users: EventsUsers,
    pub(super) groups: Vec<Group>,
    pub(super) posters: Vec<Poster>,
    directory: Rc<RefCell<BTreeMap<UserId, u32>>>,
    /// For each client, true once it runs. A client on a copy begins in the storm.
    begun: Vec<watch::Receiver<bool>>,
    log: Log,
    pub(super) index: Rc<RefCell<Index>>,
}

impl World<'_> {
    pub(super) fn new(plan: Plan, data: &Path, log: Log) -> Self {
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
        let index: Rc<RefCell<Index>> = Rc::default();
        let stored = Rc::clone(&index);
        let (groups, backup_state) = groups(&plan);
        let posters = posters(&plan, &backup_state);
        let operated = (groups.clone(), posters.clone());
        sim.host(SERVER, move || {
            let (groups, posters) = operated.clone();
            serve(state.clone(), Rc::clone(&stored), groups, posters, stopping.clone())
        });
        let (disks, begun) = disks(&plan, data);
        let hosts = (0..plan.clients()).map(network::client);
        let hosts = hosts.chain((0..plan.classics).map(network::classic));
        let hosts = hosts.chain((0..plan.events_users).map(network::events));
        let hosts = hosts.chain((0..plan.groups).map(network::rights));
        let hosts = hosts.chain((0..plan.posters).map(network::poster));
        let storm = Storm::new(random.fork(), hosts.collect(), stop, disks, backup_state);
        let (ids, epoch) = (Rc::default(), Rc::default());
        let user =
            |number| User::new(number, &plan, Rc::clone(&ids), Rc::clone(&epoch), random.fork());
        let users: Users =
            (0..plan.clients()).map(user).map(|user| Rc::new(RefCell::new(user))).collect();
        let classic = |number| ClassicUser::new(number, classic::PAUSE_MS, random.fork());
        let classics: Classics =
            (0..plan.classics).map(classic).map(|user| Arc::new(Mutex::new(user))).collect();
        let events_user = |number| EventsUser::new(number, random.fork());
        let events_users: EventsUsers = (0..plan.events_users)
            .map(events_user)
            .map(|user| Arc::new(Mutex::new(user)))
            .collect();
        let directory = ids;
        let mut world = Self {
            plan,
            sim,
            storm,
            users,
            classics,
            events_users,
            groups,
            posters,
            directory,
            begun,
            log,
            index,
        };
        world.add_clients(data);
        world
    }

    /// Adds the hosts of the clients.
    fn add_clients(&mut self, data: &Path) {
        for (number, user) in (0..).zip(&self.users) {
            let (host, user) = (network::client(number), Rc::clone(user));
            let is_second = self.plan.second_clients().contains(&number);
            let owner = if is_second { self.plan.user_of(number) } else { number };
            let state = directory(data, &network::client(owner));
            let begins = self.begun[number as usize].clone();
            let chat = move || chat(state.clone(), Rc::clone(&user), begins.clone());
            self.sim.host(host.as_str(), chat);
        }
        for (number, user) in (0..).zip(&self.classics) {
            let (host, user) = (network::classic(number), Arc::clone(user));
            self.sim.host(host.as_str(), move || classic::chat(Arc::clone(&user)));
        }
        for (number, user) in (0..).zip(&self.events_users) {
            let (host, user) = (network::events(number), Arc::clone(user));
            self.sim.host(host.as_str(), move || events::chat(Arc::clone(&user)));
        }
        for (number, group) in (0..).zip(&self.groups) {
            let (host, group) = (network::rights(number), group.clone());
            self.sim.host(host.as_str(), move || rights::chat(group.clone()));
        }
        for (number, poster) in (0..).zip(&self.posters) {
            let (host, poster) = (network::poster(number), poster.clone());
            self.sim.host(host.as_str(), move || posters::chat(poster.clone()));
        }
    }

    /// Runs the simulation. Returns an outcome without the findings and the log, and the users with their
    /// records.
    pub(super) fn run(mut self) -> (Outcome, Users, Classics, EventsUsers) {
        self.until_joined();
        self.set_sending(true);
        let end = self.sim.elapsed() + self.plan.storm;
        while self.sim.elapsed() < end {
            let restored = self.storm.faults.restored;
            self.storm.step(&mut self.sim);
            if self.storm.faults.restored > restored {
                self.classics.iter().for_each(|classic| classic.lock().unwrap().set_restored());
                self.posters.iter().for_each(Poster::set_restored);
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
            pending: self.pending(),
            followed: FollowerFindings::default(),
            events: EventFindings::default(),
            simulated: self.sim.elapsed(),
            directory: self.directory.borrow().clone(),
            log: String::new(),
        };
        (outcome, self.users, self.classics, self.events_users)
    }

    /// Waits until all running clients have joined.
    fn until_joined(&mut self) {
        while !self.all_are_done() || !self.groups.iter().all(Group::has_begun) {
            assert!(
                self.sim.elapsed() < BEGIN_MAX,
                "not all users have joined:\n{}",
                self.log.last_lines()
            );
            self.step();
        }
    }

    /// Waits until all messages are accepted and read, and nothing changes any more.
    fn settle(&mut self) {
        let end = self.sim.elapsed() + SETTLE_MAX;
        let mut last = (self.changes(), self.sim.elapsed());
        while self.sim.elapsed() < end {
            let changes = self.changes();
            let are_done = self.all_are_done() && self.groups.iter().all(Group::is_done);
            if changes != last.0 || !are_done || !self.all_have_read() {
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
        let are_done = self.events_users.iter().all(|user| user.lock().unwrap().is_done());
        are_done
            && self.posters.iter().all(Poster::is_done)
            && self.users.iter().zip(&self.begun).all(|(user, begun)| {
                let has_begun = *begun.borrow();
                !has_begun || user.borrow().is_done()
            })
    }

    /// Returns the number of pending messages, and of users and programs without a screen that are not done.
    fn pending(&self) -> u64 {
        let messages: usize = self.users.iter().map(|user| user.borrow().pending()).sum();
        let events = self.events_users.iter().filter(|user| !user.lock().unwrap().is_done());
        let posters = self.posters.iter().filter(|poster| !poster.is_done());
        let groups = self.groups.iter().filter(|group| !group.is_done());
        (messages + events.count() + posters.count() + groups.count()) as u64
    }

    fn all_have_read(&self) -> bool {
        self.users.iter().all(|user| user.borrow().has_read_all())
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
        for user in &self.events_users {
            user.lock().unwrap().is_sending = is_sending;
        }
        self.posters.iter().for_each(|poster| poster.set_sending(is_sending));
        if !is_sending {
            self.groups.iter().for_each(Group::stop);
        }
    }
}

/// Returns the groups of users who give and take rights, and where the storm says that there is a backup.
fn groups(plan: &Plan) -> (Vec<Group>, BackupState) {
    let backup = BackupState::default();
    let group = |group: u32| {
        let settings = Settings {
            group,
            seed: plan.seed,
            pauses_ms: rights::PAUSES_MS,
            backup: backup.clone(),
            is_simulated: true,
            has_codes: plan.tls,
        };
        // Not of the random numbers of the storm, which are those of earlier versions.
        Group::new(settings, fastrand::Rng::with_seed(plan.seed ^ u64::from(group)))
    };
    ((0..plan.groups).map(group).collect(), backup)
}

/// Returns the programs that post to hooks.
fn posters(plan: &Plan, backup: &BackupState) -> Vec<Poster> {
    let poster = |number: u32| {
        let settings = hook::Settings {
            number,
            room: number % plan.rooms,
            pauses_ms: posters::PAUSES_MS,
            backup: backup.clone(),
        };
        // Not of the random numbers of the storm, as above; `!` gives others than those of the groups.
        Poster::new(settings, fastrand::Rng::with_seed(!plan.seed ^ u64::from(number)))
    };
    (0..plan.posters).map(poster).collect()
}

/// Returns the directories that the storm uses, and for each client, whether it runs: the clients on copies
/// begin once their copy is made.
fn disks(plan: &Plan, data: &Path) -> (Disks, Vec<watch::Receiver<bool>>) {
    let mut disks = Disks {
        server: directory(data, SERVER),
        backups: backup_directory(data),
        copies: Vec::new(),
    };
    fs::create_dir(&disks.backups).unwrap();
    // The others begin at once, also the two clients of a user on one empty directory.
    let (_, at_once) = watch::channel(true);
    let mut begun = vec![at_once; plan.second_clients().end as usize];
    for number in plan.second_clients().end..plan.clients() {
        let (begins, waiting) = watch::channel(false);
        begun.push(waiting);
        let client = plan.user_of(number);
        let [from, to] = [client, number].map(|client| directory(data, &network::client(client)));
        disks.copies.push(CopyOf { client: client as usize, from, to, begins });
    }
    (disks, begun)
}
