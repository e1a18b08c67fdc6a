//! Decides when to close the connection of a client that takes no bytes.
//!
//! A socket may take no bytes although its client does: the system reports a socket as writable only after a third of
//! its buffer is free, which takes minutes on a slow connection. So the bytes that the client has acknowledged are
//! measured as well while a write waits.

use std::fmt;
use std::future::Future;
use std::pin::Pin;
use std::task::{Context, Poll, ready};
use std::time::Duration;

use tokio::time::{Instant, Sleep, sleep};

use crate::socket::UnacknowledgedBytes;

/// Measurements within one timeout. So the connection of a client that takes nothing is closed at most a quarter of
/// the timeout late.
const STEPS: u32 = 4;

/// How long a client may take none of the pending bytes.
pub(crate) struct WriteTimeout {
    after: Duration,
    unacknowledged: Option<UnacknowledgedBytes>,
    /// Set while a write waits.
    stall: Option<Box<Stall>>,
}

/// A write that waits.
#[derive(Debug)]
struct Stall {
    measures_at: Pin<Box<Sleep>>,
    /// Since when the client has taken nothing, as measured.
    since: Instant,
    /// The bytes that were not acknowledged then; `None` before the first measurement.
    unacknowledged: Option<u32>,
}

impl WriteTimeout {
    /// Expires if a client takes nothing for `after`. Without `unacknowledged`, only the bytes that the carrier takes
    /// count.
    #[must_use]
    pub(crate) const fn new(after: Duration, unacknowledged: Option<UnacknowledgedBytes>) -> Self {
        Self { after, unacknowledged, stall: None }
    }

    /// Ends the wait of a write; the next one has the whole timeout again.
    pub(crate) fn reset(&mut self) {
        self.stall = None;
    }

    /// Completes if the client has taken nothing for too long. To be polled while a write waits.
    pub(crate) fn poll_expired(&mut self, cx: &mut Context<'_>) -> Poll<()> {
        let step = if self.unacknowledged.is_some() { self.after / STEPS } else { self.after };
        let stall = self.stall.get_or_insert_with(|| {
            let (measures_at, since) = (Box::pin(sleep(step)), Instant::now());
            Box::new(Stall { measures_at, since, unacknowledged: None })
        });
        loop {
            ready!(stall.measures_at.as_mut().poll(cx));
            if let Some(now) = self.unacknowledged.as_ref().and_then(|measure| measure()) {
                stall.note_unacknowledged(now);
            }
            let expires_at = stall.since + self.after;
            if Instant::now() >= expires_at {
                return Poll::Ready(());
            }
            stall.measures_at.as_mut().reset(expires_at.min(Instant::now() + step));
        }
    }
}

impl Stall {
    fn note_unacknowledged(&mut self, unacknowledged: u32) {
        // It falls if the client takes bytes. It rises only if TLS, which holds written bytes, could send some of them:
        // then the client has made place for them.
        if self.unacknowledged != Some(unacknowledged) {
            self.since = Instant::now();
            self.unacknowledged = Some(unacknowledged);
        }
    }
}

impl fmt::Debug for WriteTimeout {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let Self { after, unacknowledged: _, stall } = self;
        f.debug_struct("WriteTimeout").field("after", after).field("stall", stall).finish()
    }
}

#[cfg(test)]
mod tests {
    use std::future::poll_fn;
    use std::sync::atomic::{AtomicU32, Ordering};

    use super::*;

    const AFTER: Duration = Duration::from_secs(8);

    /// Waits until the timeout expires; returns how long that took. The unacknowledged bytes fall by one with each of
    /// the first `measurements`.
    async fn expires_in(measurements: u32) -> Duration {
        let left = AtomicU32::new(measurements + 1);
        let measure = move || {
            let next = left.load(Ordering::Relaxed).max(2) - 1;
            Some(left.swap(next, Ordering::Relaxed))
        };
        let mut timeout = WriteTimeout::new(AFTER, Some(Box::new(measure)));
        let start = Instant::now();
        poll_fn(|cx| timeout.poll_expired(cx)).await;
        start.elapsed()
    }

    #[tokio::test(start_paused = true)]
    async fn a_client_that_acknowledges_bytes_has_more_time() {
        assert_eq!(expires_in(0).await, AFTER + AFTER / STEPS, "the first measurement is the base");
        assert_eq!(expires_in(40).await, AFTER + 41 * AFTER / STEPS);
    }

    #[tokio::test(start_paused = true)]
    async fn a_client_that_cannot_be_measured_has_the_timeout() {
        for unacknowledged in [None, Some(Box::new(|| None) as UnacknowledgedBytes)] {
            let mut timeout = WriteTimeout::new(AFTER, unacknowledged);
            for _ in 0..2 {
                let start = Instant::now();
                poll_fn(|cx| timeout.poll_expired(cx)).await;
                assert_eq!(start.elapsed(), AFTER);
                timeout.reset();
            }
        }
    }
}
