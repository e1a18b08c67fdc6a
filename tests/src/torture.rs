//! The torture: clients that say and read at full speed while the daemon is killed, again and
//! again, at random instants. In the end all that they were told must be so.
//!
//! * `client`: comes back whenever the line is lost. Users send direct messages as well; one has a second
//!   client, and one whose disk was copied.
//! * `classic`: a user of the original chat's client.
//! * [`findings`]: what the users were told, beside what the journal has.

pub(crate) mod classic;
mod client;
pub mod findings;
mod line;
mod users;

use std::collections::HashMap;
use std::net::SocketAddr;
use std::path::Path;
use std::sync::{Arc, Mutex};
use std::time::Duration;

use tokio::net::TcpStream;
use tokio::process::Command;
use tokio::sync::{Barrier, watch};
use tokio::task::JoinSet;
use tokio::time::{sleep, timeout};

use self::classic::ClassicUser;
use self::client::{Client, Common};
use self::findings::{Findings, Journal, Record};
use self::users::Users;
use crate::binary::{Daemon, program};

/// How long the daemon lives, in milliseconds: clients get back and talk, or are killed with it
/// while they come back.
const LIFE_MS: std::ops::Range<u64> = 150..900;

/// How long the clients may take, once the daemon is left alone, to have everything accepted and
/// read. Far longer than it takes.
const SETTLE_DEADLINE: Duration = Duration::from_secs(120);

/// How many users have a second client, and how many clients have their disk copied.
const SECONDS: u32 = 1;
const COPIES: u32 = 1;

/// The client whose disk is copied: one that hangs up now and then.
const COPIED: u32 = 1;

/// How long the user of a classic client waits before it says something, in milliseconds: longer than the
/// daemon needs to take two messages apart.
const CLASSIC_PAUSE_MS: std::ops::Range<u64> = 40..300;

/// What to do to the daemon.
#[derive(Debug, Clone, Copy)]
pub struct Plan {
    /// What decides all that is random here.
    pub seed: u64,
    /// How often the daemon is killed.
    pub kills: u32,
    /// How many users there are.
    pub users: u32,
    /// How many rooms there are; each user is in most of them.
    pub rooms: u32,
}

/// Does what `plan` says to a daemon of its own, in a new directory, and returns what was found.
///
/// # Panics
/// If the daemon does not start again, or the clients do not settle in time.
pub async fn torture(plan: Plan) -> Findings {
    let data = tempfile::tempdir().unwrap();
    let args = ["--data", data.path().to_str().unwrap()];
    let mut random = fastrand::Rng::with_seed(plan.seed);
    let mut daemon = Daemon::start(&args).await;
    let address = daemon.address;

    let (talk, talking) = watch::channel(true);
    let users = Arc::new(Users::new(plan.users));
    let settled = Arc::new(Barrier::new((plan.users + SECONDS + COPIES) as usize));
    let common = Common { address, users: Arc::clone(&users), talking, settled };
    let mut clients = JoinSet::new();
    for number in 0..plan.users + SECONDS {
        let owner = (number, number % plan.users);
        let client = Client::new(owner, plan.rooms, common.clone(), random.fork());
        let is_copied = number == COPIED;
        let copied = || plan.users + SECONDS;
        let client = if is_copied { client.copied_as(copied()) } else { client };
        clients.spawn(client.live());
    }
    let classic = ClassicUser::new(0, CLASSIC_PAUSE_MS, random.fork()).talking();
    let classic = Arc::new(Mutex::new(classic));
    let classic_lives = tokio::spawn(live_classic(address, Arc::clone(&classic)));

    let backup = data.path().join("backup.sqlite");
    let mut restored = None;
    for kill in 0..plan.kills {
        // How long the daemon lives is what is tried here; nothing is waited for.
        sleep(Duration::from_millis(random.u64(LIFE_MS))).await;
        if kill == plan.kills / 3 {
            perform(data.path(), "backup", &backup).await;
        }
        daemon.signal("KILL");
        assert_eq!(daemon.exit_code().await, None, "it ended before it was killed");
        if kill == plan.kills / 2 {
            restored = Some(restore(data.path(), &backup, plan.rooms, &users).await);
            classic.lock().unwrap().restored();
        }
        daemon = Daemon::start_on(address, &args).await;
    }
    sleep(Duration::from_millis(LIFE_MS.end)).await;
    talk.send_replace(false);
    classic.lock().unwrap().talks = false;

    let records = timeout(SETTLE_DEADLINE, clients.join_all()).await;
    let records = records.expect("the clients have everything accepted and read");
    classic_lives.abort();
    daemon.signal("KILL");
    daemon.exit_code().await;
    let mut journal = Journal::open(data.path(), plan.rooms, &users.by_id()).await;
    if let Some(last) = restored {
        journal.restored(last);
    }
    let mut records: Vec<Record> = records.into_iter().flatten().collect();
    records.extend(classic.lock().unwrap().records());
    Findings::of(&journal, &records, plan.kills)
}

/// Puts the backup in the journal's place, as the operator does. Returns the last message it has of each room.
async fn restore(data: &Path, backup: &Path, rooms: u32, users: &Users) -> HashMap<u32, u64> {
    perform(data, "restore", backup).await;
    Journal::open(data, rooms, &users.by_id()).await.last()
}

/// Has `chat-server` do something with the journal in `data` and a file.
async fn perform(data: &Path, task: &str, file: &Path) {
    let mut command = Command::new(program("chat-server"));
    let done = command.arg("--data").arg(data).arg(task).arg(file).output().await.unwrap();
    assert!(done.status.success(), "{task}: {}", String::from_utf8_lossy(&done.stderr));
}

/// The user of a classic client, who calls again and again.
async fn live_classic(address: SocketAddr, user: Arc<Mutex<ClassicUser>>) {
    loop {
        if let Ok(stream) = TcpStream::connect(address).await {
            let _ = classic::talk(stream, &user).await;
        }
        let pause = user.lock().unwrap().pause();
        sleep(pause).await;
    }
}

/// The name of a room: the first is the lobby, where everybody is.
pub(crate) fn room_name(room: u32) -> String {
    if room == 0 { "#lobby".to_owned() } else { format!("#room{room}") }
}
