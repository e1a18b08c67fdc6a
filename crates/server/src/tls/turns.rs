//! The turns of handshakes: few compute at a time, and none has a turn while it waits for its client.

use std::io;

use tokio::sync::Semaphore;
use tokio::task::yield_now;

/// Handshakes that compute at a time, 0.3 ms of a processor each. When a thousand clients come back at once, the
/// commands of connected users wait behind these few, and not behind all of them.
const AT_ONCE: usize = 4;

/// Gives turns to handshakes, in their order. How many there are is bounded as all connections before `hello` are.
#[derive(Debug)]
pub(super) struct Turns(Semaphore);

impl Default for Turns {
    fn default() -> Self {
        Self(Semaphore::new(AT_ONCE))
    }
}

impl Turns {
    /// Calls `compute`, which computes the keys of a handshake, once it has a turn.
    ///
    /// # Errors
    /// Returns an error if no more turns are given, which does not happen.
    pub(super) async fn compute<T>(&self, compute: impl FnOnce() -> T) -> io::Result<T> {
        let _turn = self.0.acquire().await.map_err(io::Error::other)?;
        // All tasks that are ready run before this one. Otherwise each handshake would give its turn back before the
        // next one asks for it, and none would ever wait.
        yield_now().await;
        Ok(compute())
    }
}

#[cfg(test)]
mod tests {
    use std::sync::Arc;
    use std::sync::atomic::{AtomicUsize, Ordering::Relaxed};

    use futures_util::FutureExt;
    use tokio::task::JoinSet;

    use super::*;

    /// Handshakes of a storm.
    const STORM: usize = 100;

    #[tokio::test]
    async fn a_command_waits_for_few_handshakes_of_a_storm() {
        let (turns, computed) = (Arc::new(Turns::default()), Arc::new(AtomicUsize::new(0)));
        let mut storm = JoinSet::new();
        for _ in 0..STORM {
            let (turns, computed) = (Arc::clone(&turns), Arc::clone(&computed));
            storm.spawn(async move { turns.compute(|| computed.fetch_add(1, Relaxed)).await });
        }
        let command = {
            let computed = Arc::clone(&computed);
            tokio::spawn(async move { computed.load(Relaxed) })
        };
        let before = command.await.unwrap();
        assert!(before <= AT_ONCE, "{before} handshakes before the command");
        assert!(storm.join_all().await.iter().all(Result::is_ok));
        assert_eq!(computed.load(Relaxed), STORM);
    }

    #[tokio::test]
    async fn a_handshake_computes_nothing_until_it_has_a_turn() {
        let (turns, computed) = (Turns::default(), AtomicUsize::new(0));
        let all = turns.0.acquire_many(AT_ONCE.try_into().unwrap()).await.unwrap();
        let mut handshake = Box::pin(turns.compute(|| computed.fetch_add(1, Relaxed)));
        assert!(handshake.as_mut().now_or_never().is_none());
        drop(all);
        assert_eq!(computed.load(Relaxed), 0);
        handshake.await.unwrap();
        assert_eq!(computed.load(Relaxed), 1);
    }
}
