//! A program that posts to a hook through kills of the daemon: one text after the other, each with a key, and again
//! until it is answered. From time to time its hook is revoked and made again, as the same bot; then it also posts to
//! revoked ones.
//!
//! In the findings, it is a client like any other. Its posts to revoked hooks have another client number, of which
//! nothing may be stored.

mod state;

use std::future::Future;
use std::io;
use std::ops::Range;
use std::sync::{Arc, Mutex, MutexGuard};
use std::time::Duration;

use tokio::io::{AsyncRead, AsyncWrite};
use tokio::time::{sleep, timeout};

use self::state::State;
use super::{send, status};
use crate::findings::{HookFindings, Record};
use crate::rights::BackupState;

/// Longest time until a post is answered: a connection may be dead without a sign.
const ANSWER_MAX: Duration = Duration::from_secs(20);

/// The settings of a program.
#[derive(Debug)]
pub(crate) struct Settings {
    /// Its number.
    pub(crate) number: u32,
    /// The number of the room of its hooks.
    pub(crate) room: u32,
    /// Pause between two posts, and before the operator looks again, in milliseconds.
    pub(crate) pauses_ms: Range<u64>,
    pub(crate) backup: BackupState,
}

/// A program that posts; all clones are the same one.
#[derive(Debug, Clone)]
pub(crate) struct Poster(Arc<Mutex<State>>);

impl Poster {
    pub(crate) fn new(settings: Settings, random: fastrand::Rng) -> Self {
        Self(Arc::new(Mutex::new(State::new(settings, random))))
    }

    pub(super) fn state(&self) -> MutexGuard<'_, State> {
        self.0.lock().unwrap()
    }

    pub(crate) fn set_sending(&self, is_sending: bool) {
        self.state().is_sending = is_sending;
    }

    /// Records that a backup was restored, while there is no daemon: messages and hooks since the backup are undone.
    pub(crate) fn set_restored(&self) {
        self.state().set_restored();
    }

    /// Whether everything that it has posted is answered.
    pub(crate) fn is_done(&self) -> bool {
        !self.state().is_pending
    }

    /// Whether a message was accepted and a hook revoked.
    pub(crate) fn has_worked(&self) -> bool {
        let findings = self.findings();
        findings.accepted > 0 && findings.revoked > 0
    }

    /// Its findings besides its records.
    pub(crate) fn findings(&self) -> HookFindings {
        self.state().findings.clone()
    }

    /// Its messages, and the client of those that were posted to revoked hooks.
    pub(crate) fn records(&self) -> [Record; 2] {
        self.state().records()
    }

    /// Posts for as long as the storm lasts, each time on a new connection.
    pub(crate) async fn run<S, F>(&self, connect: impl Fn() -> F)
    where
        S: AsyncRead + AsyncWrite + Unpin,
        F: Future<Output = io::Result<S>>,
    {
        loop {
            let pause = self.state().pause();
            sleep(pause).await;
            // A text without an answer is posted again.
            let _ = timeout(ANSWER_MAX, self.post(&connect)).await;
        }
    }

    async fn post<S, F>(&self, connect: &impl Fn() -> F) -> io::Result<()>
    where
        S: AsyncRead + AsyncWrite + Unpin,
        F: Future<Output = io::Result<S>>,
    {
        let mut stream = connect().await?;
        // Only now that it is connected: a daemon of an earlier era cannot answer on this connection.
        let Some(post) = self.state().next_post() else { return Ok(()) };
        send(&mut stream, &post.path, &post.label.to_string()).await?;
        if post.awaits_answer {
            let status = status(&mut stream).await?;
            self.state().answered(&post, status);
        }
        Ok(())
    }
}
