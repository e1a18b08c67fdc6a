//! The torture: clients send and read at full speed while the daemon is killed repeatedly, at random
//! times. At the end everything that they received is compared with the journal.
//!
//! * `client`: reconnects whenever its connection is lost. Users also send direct messages; one user has
//!   a second client, one a client on a copied disk.
//! * `classic`: a user of the original client.
//! * `groups`: users who give and take rights from each other.
//! * `posters`: programs that post to hooks.

pub(crate) mod classic;
mod client;
mod connection;
mod groups;
mod posters;
mod users;

use std::collections::HashMap;
use std::path::Path;
use std::sync::{Arc, Mutex};
use std::time::Duration;

use chat_proto::ServerKey;
use tokio::process::Command;
use tokio::sync::{Barrier, watch};
use tokio::task::JoinSet;
use tokio::time::{sleep, timeout};

use self::classic::ClassicUser;
use self::client::{Client, SharedState};
use self::connection::Target;
use self::groups::Groups;
use self::posters::Posters;
use self::users::Users;
use crate::binary::{Daemon, program};
use crate::carrier::Webs;
use crate::findings::{Findings, Journal, Record};
use crate::hook::Poster;
use crate::rights::{self, Backup};
use crate::search;
use crate::within;

/// Time until the daemon is killed, in milliseconds: some clients reconnect and send before, others are still
/// reconnecting.
const LIFE_MS: std::ops::Range<u64> = 150..900;

/// Longest time until every message is accepted and read, once the daemon is no longer killed. Far longer
/// than it takes.
const SETTLE_DEADLINE: Duration = Duration::from_secs(120);

/// Pause before it is checked again whether all groups, or all programs that post, have done something.
const POLL: Duration = Duration::from_millis(20);

/// Number of users with a second client.
const SECOND_CLIENTS: u32 = 1;

/// Number of clients whose disk is copied.
const COPIES: u32 = 1;

/// The client whose disk is copied. It disconnects from time to time.
const COPIED: u32 = 1;

/// Pause before a classic client sends, in milliseconds: longer than the gap after which the daemon reads its
/// bytes as another message.
const CLASSIC_PAUSE_MS: std::ops::Range<u64> = 40..300;

/// The size of a torture.
#[derive(Debug, Clone, Copy)]
pub struct Plan {
    /// Seed of the random number generator.
    pub seed: u64,
    /// Number of times that the daemon is killed.
    pub kills: u32,
    /// Number of users.
    pub users: u32,
    /// Number of rooms. Each user joins most of them.
    pub rooms: u32,
    /// Number of groups of users who give and take rights from each other.
    pub groups: u32,
    /// Number of programs that post to hooks.
    pub posters: u32,
    /// Whether the clients use TLS.
    pub tls: bool,
    /// Whether all clients but the classic one use WebSockets; otherwise one of three of their connections does.
    pub web: bool,
}

/// Runs the torture on a new daemon with a new journal. Returns the findings.
///
/// # Panics
/// Panics if the daemon does not restart, or the clients are not done by the deadline.
pub async fn torture(plan: Plan) -> Findings {
    let data = tempfile::tempdir().unwrap();
    let args = ["--data", data.path().to_str().unwrap(), "--limits", "off"];
    let mut random = fastrand::Rng::with_seed(plan.seed);
    let mut daemon = Daemon::start(&args).await;
    let webs = Arc::new(Webs::new(plan.web));
    let key = plan.tls.then(|| key_of(data.path()));
    let target = Target { address: daemon.address, key, webs: Arc::clone(&webs) };

    let (sending, is_sending) = watch::channel(true);
    let users = Arc::new(Users::new(plan.users));
    let settled = Arc::new(Barrier::new((plan.users + SECOND_CLIENTS + COPIES) as usize));
    let common =
        SharedState { target: target.clone(), users: Arc::clone(&users), is_sending, settled };
    let clients = start_clients(plan, &common, &mut random);
    let classic = ClassicUser::new(0, CLASSIC_PAUSE_MS, random.fork()).sending();
    let classic = Arc::new(Mutex::new(classic));
    let classic_task = tokio::spawn(run_classic(target.clone(), Arc::clone(&classic)));

    let groups = Groups::start(plan, &target, data.path(), &mut random);
    let posters = Posters::start(plan, &target, data.path(), &groups.backup, &mut random);

    let backup = data.path().join("backup.sqlite");
    let mut restored = None;
    for kill in 0..plan.kills {
        // A random time, since any time must be safe; no condition is awaited.
        sleep(Duration::from_millis(random.u64(LIFE_MS))).await;
        if kill == plan.kills / 3 {
            groups.until_begun().await;
            groups.backup.set(Backup::BeingMade);
            run_task(data.path(), "backup", &backup).await;
            groups.backup.set(Backup::Made);
        }
        daemon.signal("KILL");
        assert_eq!(daemon.exit_code().await, None, "the daemon ended before it was killed");
        if kill == plan.kills / 2 {
            restored = Some(restore(data.path(), &backup, plan.rooms, &users).await);
            classic.lock().unwrap().set_restored();
            posters.set_restored();
        }
        daemon = Daemon::start_on(target.address, &args).await;
    }
    sleep(Duration::from_millis(LIFE_MS.end)).await;
    groups.until_worked().await;
    posters.until_worked().await;
    sending.send_replace(false);
    classic.lock().unwrap().is_sending = false;
    groups.stop();
    posters.stop();

    let records = timeout(SETTLE_DEADLINE, clients.join_all()).await;
    let records = records.expect("everything is accepted and read");
    classic_task.abort();
    let posters = posters.end().await;
    let groups = timeout(SETTLE_DEADLINE, groups.end()).await.expect("each group is done");
    daemon.signal("KILL");
    daemon.exit_code().await;
    let mut journal = Journal::open(data.path(), plan.rooms, &users.by_id()).await;
    if let Some(last) = restored {
        journal.set_restored(last);
    }
    let mut records: Vec<Record> = records.into_iter().flatten().collect();
    records.extend(classic.lock().unwrap().records());
    records.extend(posters.iter().flat_map(Poster::records));
    let mut findings = Findings::of(&journal, &records, plan.kills);
    findings.add_search(search::compare(data.path(), users.by_id().into_keys()).await);
    findings.rights = rights::compare(data.path(), &groups).await;
    posters.iter().for_each(|poster| findings.hooks.add(poster.findings()));
    findings.web_sockets = webs.opened();
    findings
}

/// Starts the clients of all users. Each task returns what its client received.
fn start_clients(
    plan: Plan,
    common: &SharedState,
    random: &mut fastrand::Rng,
) -> JoinSet<Vec<Record>> {
    let mut clients = JoinSet::new();
    let copy = plan.users + SECOND_CLIENTS;
    for number in 0..copy {
        let owner = (number, number % plan.users);
        let client = Client::new(owner, plan.rooms, common.clone(), random.fork());
        let client = if number == COPIED { client.copied_as(copy) } else { client };
        clients.spawn(client.run());
    }
    clients
}

/// Returns the key of the daemon whose data is in `data`.
fn key_of(data: &Path) -> ServerKey {
    chat_server::server_key(data, None).unwrap().expect("the first start has made a key")
}

/// Restores the backup, as an operator would. Returns the `seq` of its last message by room.
async fn restore(data: &Path, backup: &Path, rooms: u32, users: &Users) -> HashMap<u32, u64> {
    run_task(data, "restore", backup).await;
    Journal::open(data, rooms, &users.by_id()).await.last_seqs()
}

/// Runs a task of `chat-server` with the journal in `data` and a file.
async fn run_task(data: &Path, task: &str, file: &Path) {
    let mut command = Command::new(program("chat-server"));
    let done = command.arg("--data").arg(data).arg(task).arg(file).output().await.unwrap();
    assert!(done.status.success(), "{task}: {}", String::from_utf8_lossy(&done.stderr));
}

/// Runs a classic client, which reconnects for as long as the torture lasts.
async fn run_classic(target: Target, user: Arc<Mutex<ClassicUser>>) {
    loop {
        if let Ok(stream) = target.connect_without_web().await {
            let _ = classic::run_connection(stream, &user).await;
        }
        let pause = user.lock().unwrap().pause();
        sleep(pause).await;
    }
}

/// Waits until something is so of `all`.
///
/// # Panics
/// Panics with `what` if the deadline of [`within`] passes.
async fn until_all<T>(all: &[T], what: &str, is_so: impl Fn(&T) -> bool) {
    let wait = async {
        while !all.iter().all(&is_so) {
            sleep(POLL).await;
        }
    };
    within(what, wait).await;
}
