//! The turns of handshakes: few compute at a time, and none keeps its turn while it waits for its client.

use std::future::poll_fn;
use std::io;
use std::pin::pin;
use std::task::Poll;

use tokio::sync::Semaphore;

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
    /// Completes a handshake whose client has sent its `ClientHello`. The keys are computed in the first step, which
    /// needs a turn; then it waits for its client without one, so that clients that do not go on delay nobody.
    ///
    /// # Errors
    /// Returns the error of the handshake.
    pub(super) async fn complete<T>(
        &self,
        handshake: impl Future<Output = io::Result<T>>,
    ) -> io::Result<T> {
        let mut handshake = pin!(handshake);
        let first = {
            let _turn = self.0.acquire().await.map_err(io::Error::other)?;
            poll_fn(|cx| Poll::Ready(handshake.as_mut().poll(cx))).await
        };
        match first {
            Poll::Ready(done) => done,
            Poll::Pending => handshake.await,
        }
    }
}

#[cfg(test)]
mod tests {
    use std::cell::Cell;
    use std::future::{pending, ready};
    use std::pin::Pin;

    use futures_util::FutureExt;

    use super::*;

    type Handshake<'h> = Pin<Box<dyn Future<Output = io::Result<()>> + 'h>>;

    #[tokio::test]
    async fn a_handshake_that_waits_for_its_client_has_no_turn() {
        let turns = Turns::default();
        let stuck = || Box::pin(turns.complete(pending::<io::Result<()>>()));
        let mut held: Vec<_> = (0..=AT_ONCE).map(|_| stuck()).collect();
        for one in &mut held {
            assert!(one.now_or_never().is_none());
        }
        assert_eq!(turns.complete(ready(Ok(7))).await.unwrap(), 7);
    }

    #[tokio::test]
    async fn a_handshake_computes_nothing_until_it_has_a_turn() {
        let (turns, steps) = (Turns::default(), Cell::new(0));
        let all = turns.0.acquire_many(AT_ONCE.try_into().unwrap()).await.unwrap();
        let step = async {
            steps.set(steps.get() + 1);
            Ok(())
        };
        let mut handshake: Handshake<'_> = Box::pin(turns.complete(step));
        assert!(handshake.as_mut().now_or_never().is_none());
        assert_eq!(steps.get(), 0);
        drop(all);
        handshake.await.unwrap();
        assert_eq!(steps.get(), 1);
    }
}
