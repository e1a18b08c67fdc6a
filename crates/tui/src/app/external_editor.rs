//! The user's editor, while it has the terminal.

use std::path::PathBuf;

use chat_client::store::Writer;

use super::Control;
use super::jobs::Jobs;

/// What runs the editor. The client continues without a screen: it answers the server, and receives messages.
pub(super) struct ExternalEditor {
    directory: Option<PathBuf>,
    jobs: Jobs<(), Result<String, String>>,
}

impl ExternalEditor {
    /// Edits in files in that directory; in one for temporary files if there is none.
    pub(super) const fn new(directory: Option<PathBuf>, writer: Writer) -> Self {
        Self { directory, jobs: Jobs::new(writer) }
    }

    /// Whether an editor has the terminal.
    pub(super) const fn is_on(&self) -> bool {
        self.jobs.is_running()
    }

    /// Starts the editor.
    ///
    /// # Errors
    /// Returns the reason in words for the user, if there is none.
    pub(super) fn start(&mut self, text: String, control: &mut impl Control) -> Result<(), String> {
        let job = control.edit(text, self.directory.as_deref());
        let job = job.ok_or("There is no editor here. The text is as it was")?;
        self.jobs.give((), job);
        Ok(())
    }

    /// Waits until the user leaves the editor. Safe to cancel.
    pub(super) async fn done(&mut self) -> Result<String, String> {
        let ((), edited) = self.jobs.done().await;
        edited.unwrap_or_else(|| {
            Err("The editor has failed because of a bug in chat-tui. Please report it".to_owned())
        })
    }
}
