//! Saves settings, one after the other, while the loop goes on.

use std::error::Error;
use std::path::PathBuf;
use std::pin::Pin;
use std::time::Duration;

use chat_client::store::Writer;
use tokio::time::timeout;

use crate::input::Input;
use crate::settings::{Change, SaveError, save};

/// How long the end of the program waits for settings that are not saved yet: a user
/// notices a longer wait.
const CLOSE_TIMEOUT: Duration = Duration::from_secs(1);

type Work = Pin<Box<dyn Future<Output = Option<Result<(), SaveError>>> + Send>>;

/// Writes the settings file.
pub(super) struct Saver {
    path: Option<PathBuf>,
    writer: Writer,
    /// Changes that wait, at most one of each setting.
    waiting: Vec<Change>,
    running: Option<(Change, Work)>,
}

impl Saver {
    /// Saves to the file at `path`.
    pub(super) const fn new(path: Option<PathBuf>, writer: Writer) -> Self {
        Self { path, writer, waiting: Vec::new(), running: None }
    }

    /// Takes a change. [`Self::done`] returns when it is saved.
    pub(super) fn save(&mut self, change: Change) {
        self.waiting.retain(|other| !other.is_about_same(&change));
        self.waiting.push(change);
        self.start();
    }

    /// Waits until a change is saved or refused. Safe to cancel.
    pub(super) async fn done(&mut self) -> Input {
        let Some((change, work)) = &mut self.running else {
            return std::future::pending().await;
        };
        let (change, result) = (change.clone(), work.await);
        self.running = None;
        self.start();
        let result = match result {
            Some(result) => result.map_err(|error| in_words(&error)),
            None => Err("saving has failed by a bug of chat-tui".to_owned()),
        };
        Input::Saved { change, result }
    }

    /// Saves what waits, before the program ends.
    pub(super) async fn close(mut self) {
        let all = async {
            while let Some((_, work)) = &mut self.running {
                if let Some(Err(error)) = work.await {
                    tracing::warn!("a setting is not saved: {}", in_words(&error));
                }
                self.running = None;
                self.start();
            }
        };
        if timeout(CLOSE_TIMEOUT, all).await.is_err() {
            tracing::warn!("a setting is not saved: the disk takes too long");
        }
    }

    fn start(&mut self) {
        if self.running.is_some() || self.waiting.is_empty() {
            return;
        }
        let change = self.waiting.remove(0);
        let (path, writer, new) = (self.path.clone(), self.writer, change.clone());
        let work = move || save(&path.ok_or(SaveError::NoPath)?, &new);
        self.running = Some((change, Box::pin(writer.run(work))));
    }
}

fn in_words(error: &SaveError) -> String {
    match error.source() {
        Some(source) => format!("{error}: {source}"),
        None => error.to_string(),
    }
}
