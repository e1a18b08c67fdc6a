//! Stores what was typed, one text after the other, while the loop goes on.

use std::collections::VecDeque;
use std::convert::Infallible;
use std::path::Path;
use std::pin::Pin;
use std::time::Duration;

use chat_client::store::{StoreError, TypedFile, Writer};
use tokio::time::timeout;

/// Most texts that wait for the disk. Beyond it the oldest one is lost, as nobody goes back to it soon.
const WAITING_MAX: usize = 100;

/// How long the end of the program waits for texts that are not stored yet: a user
/// notices a longer wait.
const CLOSE_TIMEOUT: Duration = Duration::from_millis(500);

type Work = Pin<Box<dyn Future<Output = Option<Result<(), StoreError>>> + Send>>;

/// The input history on the disk.
pub(super) struct Typed {
    /// `None` if nothing is to outlive the program.
    file: Option<TypedFile>,
    writer: Writer,
    waiting: VecDeque<String>,
    running: Option<Work>,
}

impl Typed {
    /// The input history in a state directory, which exists.
    pub(super) fn new(state: Option<&Path>, writer: Writer) -> Self {
        let file = state.map(TypedFile::in_directory);
        Self { file, writer, waiting: VecDeque::new(), running: None }
    }

    /// What was typed in earlier runs, the newest last. The user can do without: an error is logged.
    pub(super) async fn read(&mut self) -> Vec<String> {
        let Some(file) = self.file.clone() else {
            return Vec::new();
        };
        let read = self.writer.run(move || file.read()).await;
        read.unwrap_or_else(|| Ok(Vec::new())).unwrap_or_else(|error| {
            tracing::warn!(%error, "cannot read what was typed in earlier runs");
            Vec::new()
        })
    }

    /// Takes a text. [`Self::run`] stores it.
    pub(super) fn store(&mut self, text: String) {
        if self.waiting.len() >= WAITING_MAX {
            self.waiting.pop_front();
        }
        self.waiting.push_back(text);
        self.start();
    }

    /// Stores what waits, and never returns. Safe to cancel.
    pub(super) async fn run(&mut self) -> Infallible {
        while self.step().await {}
        std::future::pending().await
    }

    /// Stores what waits, before the program ends.
    pub(super) async fn close(mut self) {
        let all = async { while self.step().await {} };
        if timeout(CLOSE_TIMEOUT, all).await.is_err() {
            tracing::warn!("what was typed is not stored: the disk takes too long");
        }
    }

    /// Waits for a text to be stored. Returns whether there was one.
    async fn step(&mut self) -> bool {
        let Some(work) = &mut self.running else {
            return false;
        };
        if let Some(Err(error)) = work.await {
            tracing::warn!(%error, "what was typed is not stored");
        }
        self.running = None;
        self.start();
        true
    }

    fn start(&mut self) {
        let Some(file) = self.file.clone().filter(|_| self.running.is_none()) else {
            return;
        };
        if let Some(text) = self.waiting.pop_front() {
            let writer = self.writer;
            self.running = Some(Box::pin(writer.run(move || file.add(&text))));
        }
    }
}
