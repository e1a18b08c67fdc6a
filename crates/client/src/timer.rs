//! A timer for a loop that waits for many things.

use std::future::{Future, poll_fn};
use std::pin::Pin;
use std::task::{Context, Poll};

use tokio::time::{Instant, Sleep, sleep_until};

/// A timer that stays registered with the runtime from one turn of a loop to the next. A timer of each turn is
/// registered and removed again, and may wake the thread for that.
#[derive(Debug, Default)]
pub struct Timer(Option<Pin<Box<Sleep>>>);

impl Timer {
    /// Waits until `at`, or forever if there is none. Must be called within a tokio runtime. Safe to cancel.
    pub async fn wait(&mut self, at: Option<Instant>) {
        poll_fn(|context| self.poll(at, context)).await;
    }

    fn poll(&mut self, at: Option<Instant>, context: &mut Context<'_>) -> Poll<()> {
        let Some(at) = at else { return Poll::Pending };
        let sleep = self.0.get_or_insert_with(|| Box::pin(sleep_until(at)));
        if sleep.deadline() != at {
            sleep.as_mut().reset(at);
        }
        sleep.as_mut().poll(context)
    }
}

#[cfg(test)]
mod tests {
    use std::time::Duration;

    use futures_util::FutureExt;
    use tokio::time::advance;

    use super::*;

    #[tokio::test(start_paused = true)]
    async fn a_timer_completes_at_the_time_of_the_last_wait() {
        let (mut timer, start) = (Timer::default(), Instant::now());
        let at = |seconds| Some(start + Duration::from_secs(seconds));
        assert_eq!(timer.wait(at(10)).now_or_never(), None);
        assert_eq!(timer.wait(at(20)).now_or_never(), None);
        advance(Duration::from_secs(15)).await;
        assert_eq!(timer.wait(at(20)).now_or_never(), None);
        assert_eq!(timer.wait(None).now_or_never(), None);
        timer.wait(at(20)).await;
        assert_eq!(Some(Instant::now()), at(20));
        assert_eq!(timer.wait(at(5)).now_or_never(), Some(()), "it has passed");
    }
}
