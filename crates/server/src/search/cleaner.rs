//! Clears copies of removed texts from the file of the index, a few pages at a time.
//!
//! A pass clears the whole file. One begins with the index, one after deletions, and one after messages were removed by
//! age, but not one for each time: with `--keep` some are removed every minute.

use tokio::time::{Duration, Instant};

use super::error::IndexError;
use super::store::Store;
use crate::config::CLEAR_DELAY;
use crate::journal::FIRST_PAGE;

/// Time without a message after which a few pages are cleared. Under load they are cleared after each batch.
const PAUSE: Duration = Duration::from_millis(50);

/// Time between the beginnings of two passes if texts were removed by their age: nobody waits for these.
const AGE_STEP: Duration = Duration::from_secs(60 * 60);

/// Clears the file of the index, step by step.
#[derive(Debug)]
pub(super) struct Cleaner {
    /// The next page; `None` between two passes.
    next: Option<u32>,
    /// When the last pass began.
    began: Instant,
    /// When the next pass begins; `None` if nothing was removed since the last one began.
    due: Option<Instant>,
}

impl Cleaner {
    /// The whole file is to be cleared: an earlier run may have ended before it did.
    pub(super) fn new() -> Self {
        Self { next: Some(FIRST_PAGE), began: Instant::now(), due: None }
    }

    /// Users have deleted texts.
    pub(super) fn note_deletion(&mut self) {
        self.schedule(Instant::now() + CLEAR_DELAY);
    }

    /// Texts were removed by their age.
    pub(super) fn note_trim(&mut self) {
        self.schedule(self.began + AGE_STEP);
    }

    fn schedule(&mut self, due: Instant) {
        // A pass that has not cleared a page yet clears these, too.
        if self.next != Some(FIRST_PAGE) {
            self.due = Some(self.due.map_or(due, |earlier| earlier.min(due)));
        }
    }

    /// Time until the next step; `None` if nothing is to be cleared.
    pub(super) fn wait(&self) -> Option<Duration> {
        match self.next {
            Some(_) => Some(PAUSE),
            None => self.due.map(|due| due.saturating_duration_since(Instant::now()).max(PAUSE)),
        }
    }

    /// Clears the next pages, if it is time.
    ///
    /// # Errors
    /// Returns an error if they cannot be written.
    pub(super) fn step(&mut self, store: &Store) -> Result<(), IndexError> {
        if self.next.is_none() && self.due.is_some_and(|due| due <= Instant::now()) {
            (self.next, self.began, self.due) = (Some(FIRST_PAGE), Instant::now(), None);
        }
        if let Some(page) = self.next {
            self.next = store.clear_unused(page)?;
        }
        Ok(())
    }
}

#[cfg(test)]
mod tests {
    use tokio::time::sleep;

    use super::*;

    /// Takes the steps that are due within `span`. Returns how many passes have ended.
    async fn passes(cleaner: &mut Cleaner, store: &Store, span: Duration) -> usize {
        let (end, mut passes) = (Instant::now() + span, 0);
        while let Some(wait) = cleaner.wait().filter(|wait| Instant::now() + *wait <= end) {
            sleep(wait).await;
            let was_running = cleaner.next.is_some();
            cleaner.step(store).unwrap();
            passes += usize::from(cleaner.next.is_none() && (was_running || cleaner.due.is_none()));
        }
        sleep(end.saturating_duration_since(Instant::now())).await;
        passes
    }

    #[tokio::test(start_paused = true)]
    async fn a_start_clears_the_file_once() {
        let store = Store::open(None).unwrap();
        let mut cleaner = Cleaner::new();
        // A start looks for messages that were removed meanwhile.
        cleaner.note_trim();
        cleaner.note_deletion();
        assert_eq!(passes(&mut cleaner, &store, AGE_STEP * 2).await, 1);
        assert_eq!(cleaner.wait(), None);
    }

    #[tokio::test(start_paused = true)]
    async fn messages_that_are_removed_every_minute_cause_a_pass_an_hour() {
        let store = Store::open(None).unwrap();
        let mut cleaner = Cleaner::new();
        let mut count = 0;
        for _ in 0..3 * 60 - 1 {
            count += passes(&mut cleaner, &store, Duration::from_secs(60)).await;
            cleaner.note_trim();
        }
        assert_eq!(count, 3, "one at the start, and two later");
    }

    #[tokio::test(start_paused = true)]
    async fn a_deletion_is_cleared_after_ten_seconds() {
        let store = Store::open(None).unwrap();
        let mut cleaner = Cleaner::new();
        passes(&mut cleaner, &store, CLEAR_DELAY).await;
        cleaner.note_trim();
        cleaner.note_deletion();
        cleaner.note_deletion();
        assert_eq!(passes(&mut cleaner, &store, CLEAR_DELAY / 2).await, 0);
        assert_eq!(passes(&mut cleaner, &store, CLEAR_DELAY).await, 1);
        assert_eq!(cleaner.wait(), None, "the removed messages are cleared, too");
    }
}
