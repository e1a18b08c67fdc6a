//! A change that the journal keeps and that is no message.

use rusqlite::Connection;
use tokio::sync::oneshot;

use super::JournalError;

/// What comes once a change is kept, or could not be.
pub(crate) type KeptThen<U> = oneshot::Receiver<U>;

/// A change on its way into the journal.
pub(super) trait AnyChange: Send {
    /// Makes the change within a transaction; may be called again where that one failed.
    fn apply(&mut self, db: &Connection) -> rusqlite::Result<()>;
    /// Says what became of it.
    fn settle(&mut self, kept: Result<(), JournalError>);
}

/// A change of one kind.
pub(super) struct Change<T, U, A, S> {
    apply: A,
    applied: Option<T>,
    /// Taken when it is settled.
    settle: Option<(S, oneshot::Sender<U>)>,
}

impl<T, U, A, S> Change<T, U, A, S>
where
    A: FnMut(&Connection) -> rusqlite::Result<T> + Send + 'static,
    S: FnOnce(Result<T, JournalError>) -> U + Send + 'static,
    T: Send + 'static,
    U: Send + 'static,
{
    pub(super) fn boxed(apply: A, settle: S) -> (Box<dyn AnyChange>, KeptThen<U>) {
        let (answer, then) = oneshot::channel();
        (Box::new(Self { apply, applied: None, settle: Some((settle, answer)) }), then)
    }
}

impl<T, U, A, S> AnyChange for Change<T, U, A, S>
where
    A: FnMut(&Connection) -> rusqlite::Result<T> + Send,
    S: FnOnce(Result<T, JournalError>) -> U + Send,
    T: Send,
    U: Send,
{
    fn apply(&mut self, db: &Connection) -> rusqlite::Result<()> {
        self.applied = Some((self.apply)(db)?);
        Ok(())
    }

    fn settle(&mut self, kept: Result<(), JournalError>) {
        let kept = kept.and_then(|()| self.applied.take().ok_or(JournalError::Closed));
        if let Some((settle, answer)) = self.settle.take() {
            // Whoever asked may be gone; what was settled stands.
            let _ = answer.send(settle(kept));
        }
    }
}
