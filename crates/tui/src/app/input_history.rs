//! Stores the typed texts, one after the other, while the loop goes on.

use std::convert::Infallible;
use std::path::Path;
use std::time::Duration;

use chat_client::store::{StoreError, TypedFile, Writer};

use super::jobs::Jobs;

/// Most texts that wait for the disk. Beyond it the oldest one is lost, as nobody goes back to it soon.
const WAITING_MAX: usize = 100;

/// How long the end of the program waits for texts that are not stored yet: a user
/// notices a longer wait.
const CLOSE_TIMEOUT: Duration = Duration::from_millis(500);

/// The input history on the disk.
pub(super) struct InputHistory {
    /// `None` if nothing is to outlive the program.
    file: Option<TypedFile>,
    writer: Writer,
    texts: Jobs<(), Result<(), StoreError>>,
}

impl InputHistory {
    /// The input history in a state directory, which exists.
    pub(super) fn new(state: Option<&Path>, writer: Writer) -> Self {
        Self { file: state.map(TypedFile::in_directory), writer, texts: Jobs::new(writer) }
    }

    /// The texts that were typed in earlier runs, the newest last. The user can do without: an error is logged.
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
        let Some(file) = self.file.clone() else {
            return;
        };
        if self.texts.waiting() >= WAITING_MAX {
            self.texts.drop_oldest();
        }
        self.texts.give((), move || file.add(&text));
    }

    /// Stores what waits, and never returns. Safe to cancel.
    pub(super) async fn run(&mut self) -> Infallible {
        loop {
            note(self.texts.done().await.1);
        }
    }

    /// Stores what waits, before the program ends.
    pub(super) async fn close(self) {
        if !self.texts.close(CLOSE_TIMEOUT, note).await {
            tracing::warn!("what was typed is not stored: the disk takes too long");
        }
    }
}

fn note(result: Option<Result<(), StoreError>>) {
    if let Some(Err(error)) = result {
        tracing::warn!(%error, "what was typed is not stored");
    }
}
