//! The programs that post to hooks, and the operator, who makes and revokes these.

use std::path::{Path, PathBuf};
use std::time::Duration;

use chat_server::control_path;
use tokio::io::BufReader;
use tokio::net::UnixStream;
use tokio::task::JoinSet;
use tokio::time::sleep;

use super::connection::Target;
use super::{Plan, until_all};
use crate::hook::{Poster, Settings, operate};
use crate::rights::BackupState;

/// Pause between two posts, and before the operator looks again, in milliseconds.
const PAUSES_MS: std::ops::Range<u64> = 5..40;

/// Pause before the operator connects again.
const PAUSE: Duration = Duration::from_millis(20);

/// The running programs.
pub(super) struct Posters {
    posters: Vec<Poster>,
    _tasks: JoinSet<()>,
}

impl Posters {
    /// Starts the programs of a torture of this daemon, whose data is in `data`.
    pub(super) fn start(
        plan: Plan,
        target: &Target,
        data: &Path,
        backup: &BackupState,
        random: &mut fastrand::Rng,
    ) -> Self {
        let settings = |number| Settings {
            number,
            room: number % plan.rooms,
            pauses_ms: PAUSES_MS,
            backup: backup.clone(),
        };
        let posters: Vec<Poster> =
            (0..plan.posters).map(|number| Poster::new(settings(number), random.fork())).collect();
        let mut tasks = JoinSet::new();
        for poster in posters.clone() {
            poster.set_sending(true);
            let target = target.clone();
            let connect = move || {
                let target = target.clone();
                async move { target.connect_without_web().await }
            };
            tasks.spawn(async move { poster.run(connect).await });
        }
        tasks.spawn(run_operator(posters.clone(), control_path(data)));
        Self { posters, _tasks: tasks }
    }

    pub(super) fn set_restored(&self) {
        self.posters.iter().for_each(Poster::set_restored);
    }

    /// Waits until all have worked: a fast machine kills all daemons before that.
    pub(super) async fn until_worked(&self) {
        let what = "a post that is accepted and a hook that is revoked";
        until_all(&self.posters, what, Poster::has_worked).await;
    }

    pub(super) fn stop(&self) {
        self.posters.iter().for_each(|poster| poster.set_sending(false));
    }

    /// Waits until all that they have posted is answered.
    pub(super) async fn end(self) -> Vec<Poster> {
        until_all(&self.posters, "all posts are answered", Poster::is_done).await;
        self.posters
    }
}

/// Runs the operator, who connects again and again.
async fn run_operator(posters: Vec<Poster>, control: PathBuf) {
    loop {
        if let Ok(stream) = UnixStream::connect(&control).await {
            // An error is the end of the daemon.
            let _ = operate(&mut BufReader::new(stream), &posters).await;
        }
        sleep(PAUSE).await;
    }
}
