//! The groups of users who give and take rights from each other.

use std::io;
use std::path::{Path, PathBuf};
use std::time::Duration;

use chat_server::control_path;
use serde_json::json;
use tokio::io::{AsyncBufReadExt, AsyncWriteExt, BufReader};
use tokio::net::UnixStream;
use tokio::task::JoinSet;
use tokio::time::sleep;

use super::connection::{Stream, Target};
use super::{Plan, until_all};
use crate::rights::{BackupState, Connect, Group, Settings};

/// Pause before a user reconnects, and between two of its messages, in milliseconds.
const PAUSES_MS: std::ops::Range<u64> = 5..40;

/// Pause before the operator tries again.
const OPERATOR_PAUSE: Duration = Duration::from_millis(50);

/// The running groups.
pub(super) struct Groups {
    groups: Vec<Group>,
    tasks: JoinSet<()>,
    operator: JoinSet<()>,
    pub(super) backup: BackupState,
}

impl Connect for Target {
    type Stream = Stream;

    async fn connect(&self) -> io::Result<Stream> {
        Self::connect(self).await
    }
}

impl Groups {
    /// Starts the groups of a torture of this daemon, whose data is in `data`.
    pub(super) fn start(
        plan: Plan,
        target: &Target,
        data: &Path,
        random: &mut fastrand::Rng,
    ) -> Self {
        let (mut tasks, mut operator) = (JoinSet::new(), JoinSet::new());
        let backup = BackupState::default();
        let mut groups = Vec::new();
        for number in 0..plan.groups {
            let settings = Settings {
                group: number,
                seed: plan.seed,
                pauses_ms: PAUSES_MS,
                backup: backup.clone(),
                is_simulated: false,
                has_codes: true,
            };
            let group = Group::new(settings, random.fork());
            groups.push(group.clone());
            operator.spawn(appoint(group.clone(), control_path(data)));
            let target = target.clone();
            tasks.spawn(async move { group.run(&target).await });
        }
        Self { groups, tasks, operator, backup }
    }

    /// Waits until all groups have begun: they do not exist in an earlier backup.
    pub(super) async fn until_begun(&self) {
        until_all(&self.groups, "the begin of the groups", Group::has_begun).await;
    }

    /// Waits until all groups have done something: a fast machine kills all daemons before that.
    pub(super) async fn until_worked(&self) {
        until_all(&self.groups, "an order and a text of each group", Group::has_worked).await;
    }

    pub(super) fn stop(&self) {
        self.groups.iter().for_each(Group::stop);
    }

    /// Waits until they are done.
    pub(super) async fn end(self) -> Vec<Group> {
        self.tasks.join_all().await;
        drop(self.operator);
        self.groups
    }
}

/// Makes the first user of a group an owner of the server, as the operator, until the group has begun.
async fn appoint(group: Group, control: PathBuf) {
    while !group.has_begun() {
        // Without a daemon, or a user of that name, it is tried again.
        let _ = grant(&control, &group.owner()).await;
        sleep(OPERATOR_PAUSE).await;
    }
}

async fn grant(control: &Path, user: &str) -> io::Result<()> {
    let mut operator = BufReader::new(UnixStream::connect(control).await?);
    let grant = json!({"type": "grant", "user": user, "role": "owner"});
    operator.write_all(format!("{grant}\n").as_bytes()).await?;
    operator.read_line(&mut String::new()).await?;
    Ok(())
}
