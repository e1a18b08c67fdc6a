//! Saves settings, one after the other, while the loop goes on.

use std::error::Error;
use std::path::PathBuf;
use std::time::Duration;

use chat_client::store::Writer;

use super::jobs::Jobs;
use crate::input::Input;
use crate::settings::{Change, SaveError, save};

/// How long the end of the program waits for settings that are not saved yet: a user
/// notices a longer wait.
const CLOSE_TIMEOUT: Duration = Duration::from_secs(1);

/// Writes the settings file.
pub(super) struct Saver {
    path: Option<PathBuf>,
    /// Those that wait are at most one of each setting.
    changes: Jobs<Change, Result<(), SaveError>>,
}

impl Saver {
    /// Saves to the file at `path`.
    pub(super) const fn new(path: Option<PathBuf>, writer: Writer) -> Self {
        Self { path, changes: Jobs::new(writer) }
    }

    /// Takes a change. [`Self::done`] returns when it is saved.
    pub(super) fn save(&mut self, change: Change) {
        self.changes.retain(|other| !other.is_about_same(&change));
        let (path, new) = (self.path.clone(), change.clone());
        self.changes.give(change, move || save(&path.ok_or(SaveError::NoPath)?, &new));
    }

    /// Waits until a change is saved or refused. Safe to cancel.
    pub(super) async fn done(&mut self) -> Input {
        let (change, result) = self.changes.done().await;
        let result = match result {
            Some(result) => result.map_err(|error| in_words(&error)),
            None => {
                Err("saving has failed because of a bug in chat-tui; please report it".to_owned())
            }
        };
        Input::Saved { change, result }
    }

    /// Saves what waits, before the program ends.
    pub(super) async fn close(self) {
        let note = |result| {
            if let Some(Err(error)) = result {
                tracing::warn!("a setting is not saved: {}", in_words(&error));
            }
        };
        if !self.changes.close(CLOSE_TIMEOUT, note).await {
            tracing::warn!("a setting is not saved: the disk takes too long");
        }
    }
}

fn in_words(error: &SaveError) -> String {
    match error.source() {
        Some(source) => format!("{error}: {source}"),
        None => error.to_string(),
    }
}
