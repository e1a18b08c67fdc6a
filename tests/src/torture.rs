//! The torture: clients that say and read at full speed while the daemon is killed, again and
//! again, at random instants. In the end all that they were told must be so.
//!
//! * [`client`]: one user, who comes back whenever the line is lost.
//! * `classic`: a user of the original chat's client.
//! * [`findings`]: what the users were told, beside what the journal has.

pub(crate) mod classic;
pub mod client;
pub mod findings;

use std::sync::Arc;
use std::time::Duration;

use tokio::sync::{Barrier, watch};
use tokio::task::JoinSet;
use tokio::time::{sleep, timeout};

use self::client::Client;
use self::findings::{Findings, Journal};
use crate::binary::Daemon;

/// How long the daemon lives, in milliseconds: clients get back and talk, or are killed with it
/// while they come back.
const LIFE_MS: std::ops::Range<u64> = 150..900;

/// How long the clients may take, once the daemon is left alone, to have everything accepted and
/// read. Far longer than it takes.
const SETTLE_DEADLINE: Duration = Duration::from_secs(120);

/// What to do to the daemon.
#[derive(Debug, Clone, Copy)]
pub struct Plan {
    /// What decides all that is random here.
    pub seed: u64,
    /// How often the daemon is killed.
    pub kills: u32,
    /// How many users there are.
    pub clients: u32,
    /// How many rooms there are; each user is in most of them.
    pub rooms: u32,
}

/// Does what `plan` says to a daemon of its own, in a new directory, and returns what was found.
///
/// # Panics
/// Where the daemon does not start again, or the clients do not settle in time.
pub async fn torture(plan: Plan) -> Findings {
    let data = tempfile::tempdir().unwrap();
    let args = ["--data", data.path().to_str().unwrap()];
    let mut random = fastrand::Rng::with_seed(plan.seed);
    let mut daemon = Daemon::start(&args).await;
    let address = daemon.address;

    let (talk, talking) = watch::channel(true);
    let settled = Arc::new(Barrier::new(plan.clients as usize));
    let mut clients = JoinSet::new();
    for number in 0..plan.clients {
        let client = Client::new(number, plan.rooms, random.fork());
        clients.spawn(client.live(address, talking.clone(), Arc::clone(&settled)));
    }

    for _ in 0..plan.kills {
        // How long the daemon lives is what is tried here; nothing is waited for.
        sleep(Duration::from_millis(random.u64(LIFE_MS))).await;
        daemon.signal("KILL");
        assert_eq!(daemon.exit_code().await, None, "it ended before it was killed");
        daemon = Daemon::start_on(address, &args).await;
    }
    sleep(Duration::from_millis(LIFE_MS.end)).await;
    talk.send_replace(false);

    let records = timeout(SETTLE_DEADLINE, clients.join_all()).await;
    let records = records.expect("the clients have everything accepted and read");
    let journal = Journal::read(address, plan.rooms).await;
    Findings::of(&journal, &records, plan.kills)
}

/// The name of a room: the first is the lobby, where everybody is.
pub(crate) fn room_name(room: u32) -> String {
    if room == 0 { "#lobby".to_owned() } else { format!("#room{room}") }
}
