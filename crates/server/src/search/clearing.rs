//! Clears copies of removed texts from the file of the index, a few pages at a time.

use tokio::time::Duration;

use super::error::IndexError;
use super::store::Store;
use crate::journal::FIRST_PAGE;

/// Time without a message after which a few pages are cleared. Under load they are cleared after each batch.
pub(super) const PAUSE: Duration = Duration::from_millis(50);

/// How far the file is cleared.
#[derive(Debug)]
pub(super) struct Clearing {
    /// The next page; `None` if nothing is to be cleared.
    next: Option<u32>,
    /// Whether a text was removed since the first page was cleared.
    again: bool,
}

impl Clearing {
    /// The whole file is to be cleared: an earlier run may have ended before it did.
    pub(super) const fn new() -> Self {
        Self { next: Some(FIRST_PAGE), again: false }
    }

    /// Texts were removed.
    pub(super) const fn removed(&mut self) {
        self.again = true;
    }

    pub(super) const fn is_due(&self) -> bool {
        self.next.is_some() || self.again
    }

    /// Clears the next pages, if any are to be cleared.
    ///
    /// # Errors
    /// Returns an error if they cannot be written.
    pub(super) fn step(&mut self, store: &Store) -> Result<(), IndexError> {
        if self.next.is_none() && std::mem::take(&mut self.again) {
            self.next = Some(FIRST_PAGE);
        }
        if let Some(page) = self.next {
            self.next = store.clear_unused(page)?;
        }
        Ok(())
    }
}
