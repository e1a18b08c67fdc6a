//! How much of a processor the index takes.
//!
//! While nothing is stored, the index works without a pause. While messages are stored, it works half of the time;
//! while many are, a fortieth, and catches up later. An index that stays behind works half of the time again.

use std::time::Duration;

use tokio::time::{Instant, sleep};

use crate::journal::{Follower, Journal};

/// Messages per second from which on the daemon is busy. The index takes more of them in a fortieth of the time (19 µs
/// each), so it falls behind a busy daemon only.
const BUSY_RATE: u32 = 1_000;

/// Times as long as it has worked that the index pauses if the daemon is busy: it takes a fortieth of a processor.
const PAUSE_BUSY: u32 = 39;

/// The same if the daemon stores something, but is not busy.
const PAUSE: u32 = 1;

/// The longest pause. On a machine that is overloaded the work of a moment takes long.
const PAUSE_MAX: Duration = Duration::from_secs(60);

/// Time that the index may be behind a busy daemon. Then it takes half of a processor until it has caught up.
const BEHIND_MAX: Duration = Duration::from_secs(300);

/// Time between two looks at what the daemon stores.
const LOOK_EVERY: Duration = Duration::from_millis(100);

/// How much the daemon stores.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Load {
    Nothing,
    Something,
    Much,
}

/// Decides how long the index pauses.
#[derive(Debug)]
pub(super) struct Pace {
    journal: Journal,
    load: Load,
    /// The number of stored messages at the last look.
    stored: u64,
    looked_at: Instant,
    /// Since when the index is behind.
    behind_since: Option<Instant>,
}

impl Pace {
    pub(super) fn new(journal: Journal) -> Self {
        let (stored, looked_at) = (journal.stored(), Instant::now());
        Self { journal, load: Load::Nothing, stored, looked_at, behind_since: None }
    }

    /// The index has all messages, as far as it knows.
    pub(super) const fn caught_up(&mut self) {
        self.behind_since = None;
    }

    /// Pauses after work that took `took`, unless the daemon stores nothing any more. `follower` reads from the file
    /// what is stored during a long pause.
    pub(super) async fn pause_after(&mut self, took: Duration, follower: &mut Follower) {
        let since = *self.behind_since.get_or_insert_with(Instant::now);
        let mut paused = Duration::ZERO;
        loop {
            let times = match self.look() {
                Load::Nothing => return,
                Load::Much if since.elapsed() < BEHIND_MAX => PAUSE_BUSY,
                Load::Much | Load::Something => PAUSE,
            };
            if self.load == Load::Much {
                follower.unsubscribe();
            }
            let left = (took * times).min(PAUSE_MAX).saturating_sub(paused);
            if left.is_zero() {
                return;
            }
            let step = left.min(LOOK_EVERY);
            sleep(step).await;
            paused += step;
        }
    }

    /// Whether the daemon stores so much that the index should work for short times only.
    pub(super) fn is_busy(&mut self) -> bool {
        self.look() == Load::Much
    }

    /// The load since the last look; the same as then if that is not long ago.
    fn look(&mut self) -> Load {
        let elapsed = self.looked_at.elapsed();
        if elapsed >= LOOK_EVERY {
            let before = std::mem::replace(&mut self.stored, self.journal.stored());
            let stored = self.stored.saturating_sub(before);
            self.looked_at = Instant::now();
            self.load = match stored {
                0 => Load::Nothing,
                _ if u128::from(stored) * 1_000 < elapsed.as_millis() * u128::from(BUSY_RATE) => {
                    Load::Something
                }
                _ => Load::Much,
            };
        }
        self.load
    }
}

#[cfg(test)]
mod tests {
    use super::super::tests::rig::{LOBBY, Rig};
    use super::*;

    /// The work after which the index pauses.
    const TOOK: Duration = Duration::from_millis(200);

    /// How long the index pauses if `stored` messages are stored in each tenth of a second before, and in `ticks`
    /// after.
    async fn paused(rig: &mut Rig, pace: &mut Pace, stored: usize, ticks: usize) -> Duration {
        let mut follower = rig.journal.follow(None);
        let mut store = |stored| (0..stored).for_each(|_| rig.say(LOBBY, 1, "word"));
        for _ in 0..2 {
            pace.look();
            store(stored);
            sleep(LOOK_EVERY).await;
        }
        let began = Instant::now();
        let pause = async {
            pace.pause_after(TOOK, &mut follower).await;
            began.elapsed()
        };
        let store = async {
            for _ in 0..ticks {
                sleep(LOOK_EVERY / 2).await;
                store(stored);
                sleep(LOOK_EVERY / 2).await;
            }
        };
        tokio::join!(pause, store).0
    }

    #[tokio::test(start_paused = true)]
    async fn the_index_pauses_for_a_busy_daemon_alone_and_not_for_ever() {
        let mut rig = Rig::new();
        let mut pace = Pace::new(rig.journal.clone());
        let busy = TOOK * PAUSE_BUSY;
        assert!(!pace.is_busy());
        assert_eq!(paused(&mut rig, &mut pace, 0, 0).await, Duration::ZERO, "nothing is stored");
        assert_eq!(paused(&mut rig, &mut pace, 1, 60).await, TOOK);
        assert_eq!(paused(&mut rig, &mut pace, 150, 120).await, busy);
        assert!(pace.is_busy());
        let ends = paused(&mut rig, &mut pace, 150, 3).await;
        assert!(ends <= LOOK_EVERY * 5, "{ends:?}");
        sleep(BEHIND_MAX).await;
        assert_eq!(paused(&mut rig, &mut pace, 150, 120).await, TOOK, "it is behind for long");
        pace.caught_up();
        assert_eq!(paused(&mut rig, &mut pace, 150, 120).await, busy);
    }
}
