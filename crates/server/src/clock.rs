//! The wall clock, and whether it is trusted.
//!
//! A wall clock may be wrong for a minute: because of a time server, a machine that starts without a
//! clock of its own, or an administrator's typing error. Old messages are removed, and unused names given
//! away, only if the wall clock has agreed with the monotonic clock for a while.

use std::sync::{Mutex, MutexGuard, PoisonError};
use std::time::Duration;

use chat_proto::Timestamp;
use tokio::time::Instant;
use tracing::{debug, info, warn};

/// A wall clock.
pub type Clock = fn() -> Timestamp;

/// A monotonic clock: nobody sets it.
pub type Monotonic = fn() -> Instant;

/// By how much the two clocks may differ since they were compared first: a time server that adjusts a
/// clock without a jump adjusts both.
const JUMP: Duration = Duration::from_secs(10);

/// By how much the time of a message may be ahead of the clock, so that the times of a room follow the
/// order of its messages when the clock is set back a little.
const AHEAD_MAX: Duration = Duration::from_secs(5);

/// The wall clock, compared with the monotonic one.
#[derive(Debug)]
pub(crate) struct SteadyClock {
    wall: Clock,
    monotonic: Monotonic,
    steady_span: Duration,
    watch: Mutex<Watch>,
}

#[derive(Debug)]
struct Watch {
    /// The times of both clocks when they were first read after the last jump.
    wall: Timestamp,
    monotonic: Instant,
    /// Whether a jump was logged after which the clock is not steady again.
    is_jump_logged: bool,
}

impl SteadyClock {
    /// Starts to compare. `newest` is the newest time that is stored; a clock before it is logged.
    /// The clock counts as steady once it has run for `steady_span` without a jump.
    pub(crate) fn new(
        wall: Clock,
        monotonic: Monotonic,
        steady_span: Duration,
        newest: Timestamp,
    ) -> Self {
        let now = wall();
        let is_behind = now < newest;
        if is_behind {
            warn!(
                clock = %now, newest_record = %newest,
                "the system's clock is behind the newest record, so one of them is wrong; nothing is \
                 removed by age until the clock has run steadily for {steady_span:?}"
            );
        }
        let watch = Watch { wall: now, monotonic: monotonic(), is_jump_logged: is_behind };
        Self { wall, monotonic, steady_span, watch: Mutex::new(watch) }
    }

    /// The time by the wall clock.
    pub(crate) fn now(&self) -> Timestamp {
        (self.wall)()
    }

    /// The moment `age` ago; `None` if the clock is not trusted now. It is trusted once it has run
    /// steadily, since the last jump and the start of the daemon, for `steady_span`, or for `age` if that
    /// is shorter: what was there before is at least that old.
    pub(crate) fn before(&self, age: Duration) -> Option<Timestamp> {
        let steady = self.compare();
        (steady >= self.steady_span.min(age)).then(|| before(self.now(), age))
    }

    /// Compares the clocks, and logs a jump. Returns for how long the wall clock has been steady.
    pub(crate) fn compare(&self) -> Duration {
        let mut watch = self.watch();
        let (wall, monotonic) = ((self.wall)(), (self.monotonic)());
        let elapsed = monotonic.saturating_duration_since(watch.monotonic);
        let jump = wall.as_millis() - watch.wall.as_millis() - millis(elapsed);
        if jump.unsigned_abs() > JUMP.as_millis().try_into().unwrap_or(u64::MAX) {
            let seconds = jump / 1000;
            if watch.is_jump_logged {
                debug!(seconds, "the system's clock has jumped again");
            } else {
                let span = self.steady_span;
                warn!(
                    seconds,
                    "the system's clock has jumped; nothing is removed by age until it has run \
                     steadily for {span:?}"
                );
            }
            *watch = Watch { wall, monotonic, is_jump_logged: true };
            return Duration::ZERO;
        }
        if elapsed >= self.steady_span && std::mem::take(&mut watch.is_jump_logged) {
            info!("the system's clock runs steadily again");
        }
        elapsed
    }

    fn watch(&self) -> MutexGuard<'_, Watch> {
        self.watch.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

/// The time of a message that is stored `now`, after one of the time `last`. Times do not go back, unless
/// the clock was set back by more than a few seconds: then it was wrong before, and further messages must
/// not have the wrong time until the clock has caught up.
pub(crate) fn next_time(now: Timestamp, last: Timestamp) -> Timestamp {
    let ahead = last.as_millis() - now.as_millis();
    if (0..=millis(AHEAD_MAX)).contains(&ahead) { last } else { now }
}

/// The moment `span` before `now`.
pub(crate) fn before(now: Timestamp, span: Duration) -> Timestamp {
    Timestamp::from_millis(now.as_millis().saturating_sub(millis(span)))
}

fn millis(span: Duration) -> i64 {
    i64::try_from(span.as_millis()).unwrap_or(i64::MAX)
}

#[cfg(test)]
mod tests {
    use std::cell::Cell;

    use super::*;

    const HOUR: Duration = Duration::from_secs(60 * 60);
    const DAY: Duration = Duration::from_secs(24 * 60 * 60);
    const START: i64 = 1_795_356_127_123;

    thread_local! {
        static WALL: Cell<i64> = const { Cell::new(START) };
        static BEGAN: Instant = Instant::now();
        static PASSED: Cell<Duration> = const { Cell::new(Duration::ZERO) };
    }

    fn wall() -> Timestamp {
        Timestamp::from_millis(WALL.get())
    }

    fn monotonic() -> Instant {
        BEGAN.with(|began| *began) + PASSED.get()
    }

    fn passes(time: Duration) {
        PASSED.set(PASSED.get() + time);
        jumps(millis(time));
    }

    fn jumps(by: i64) {
        WALL.set(WALL.get() + by);
    }

    fn clock() -> SteadyClock {
        SteadyClock::new(wall, monotonic, HOUR, Timestamp::from_millis(START))
    }

    #[test]
    fn a_clock_is_believed_after_it_has_run_steadily_for_the_span() {
        let clock = clock();
        assert_eq!(clock.before(DAY), None, "it may have been wrong before the start");
        passes(HOUR - Duration::from_secs(1));
        assert_eq!(clock.before(DAY), None);
        passes(Duration::from_secs(1));
        assert_eq!(
            clock.before(DAY),
            Some(Timestamp::from_millis(START + millis(HOUR) - millis(DAY)))
        );
    }

    #[test]
    fn a_jump_either_way_holds_back_what_goes_by_age() {
        for by in [2 * millis(DAY), -2 * millis(DAY), 11_000, -11_000] {
            let clock = clock();
            passes(2 * HOUR);
            assert!(clock.before(DAY).is_some());
            jumps(by);
            assert_eq!(clock.before(DAY), None, "{by}");
            passes(HOUR / 2);
            jumps(-by);
            passes(HOUR / 2);
            assert_eq!(clock.before(DAY), None, "the way back is a jump, too");
            passes(HOUR);
            assert!(clock.before(DAY).is_some());
        }
    }

    #[test]
    fn a_jump_that_nobody_looked_at_is_seen_the_next_time() {
        let clock = clock();
        passes(10 * HOUR);
        jumps(millis(DAY));
        passes(10 * HOUR);
        assert_eq!(clock.before(DAY), None);
    }

    #[test]
    fn a_clock_that_is_adjusted_slowly_is_steady() {
        let clock = clock();
        for _ in 0..HOUR.as_secs() / 60 {
            passes(Duration::from_secs(60));
            jumps(30);
        }
        assert!(clock.before(DAY).is_some(), "1.8 s in an hour are not a jump");
    }

    #[test]
    fn a_short_age_is_waited_for_and_no_longer() {
        let clock = clock();
        passes(Duration::from_secs(60));
        assert!(clock.before(Duration::from_secs(60)).is_some());
        assert_eq!(clock.before(Duration::from_secs(61)), None);
    }

    #[test]
    fn the_times_of_messages_follow_their_order_or_the_clock() {
        let at = Timestamp::from_millis;
        assert_eq!(next_time(at(2000), at(1000)), at(2000));
        assert_eq!(next_time(at(1000), at(2000)), at(2000), "set back by a second");
        assert_eq!(next_time(at(1000), at(6000)), at(6000));
        assert_eq!(next_time(at(1000), at(6001)), at(1000), "the last time was wrong");
    }
}
