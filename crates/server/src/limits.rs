//! The limits of what one user or one network may do: an ordinary user never meets them.
//!
//! Commands are counted in *units*, of which a message costs one, and in bytes of texts: many short messages take
//! attention, few long ones take the time of readers and the disk. A session whose budget is used up is not read from
//! until the budget has some of it again, so nothing is lost or refused.

use std::sync::{Mutex, MutexGuard, PoisonError};
use std::time::Duration;

use tokio::time::Instant;

/// A day: the time after which a user is no longer a newcomer. An attacker who creates users has to wait for it.
const NEWCOMER_FOR: Duration = Duration::from_secs(24 * 60 * 60);

/// The time in which a budget gains a KiB of texts: 512 KiB in a second.
const KIB_EVERY: Duration = Duration::from_nanos(1_953_125);

/// The limits of users and networks.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Limits {
    /// The budget of one user, over all its sessions. 4,000 units are the history that a bot brings along, or the start
    /// of a client in 100 rooms many times over; 20 a second are more than a person or a bot says for long.
    pub user: SendRate,
    /// The budget of one newcomer or guest. With 1 MiB of texts at once and then 512 KiB a second, the readers in a
    /// room are up to date within moments of a flood.
    pub newcomer: SendRate,
    /// The budget of all newcomers and guests of one network together: an office that comes in; then 512 KiB a second
    /// on the disk.
    pub network: SendRate,
    /// How long a user is a newcomer.
    pub newcomer_for: Duration,
    /// New users of one network: a company of 250 that begins at once; then 12 a minute, with which the 100,000 that
    /// there may be are used up after six days.
    pub new_users: Rate,
    /// Direct messages that the newcomers of one network may begin: 300 at once, then 2 a minute.
    pub conversations: Rate,
    /// Sessions of one user: more than anybody has devices, and the ghosts of lost connections beside them.
    pub sessions_per_user: usize,
}

/// The size of a budget, and how fast it fills.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Rate {
    /// Units of a full budget.
    pub holds: u32,
    /// Time in which it gains a unit; zero if it is never used up.
    pub every: Duration,
}

/// Two budgets; a command waits for both.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct SendRate {
    /// Units.
    pub units: Rate,
    /// KiB of texts.
    pub kib: Rate,
}

impl Limits {
    /// The budget of one user.
    pub(crate) const fn of(&self, is_newcomer: bool) -> SendRate {
        if is_newcomer { self.newcomer } else { self.user }
    }

    /// No limits: for a trusted network, and for measurements.
    #[must_use]
    pub const fn off() -> Self {
        let off = Rate { holds: 0, every: Duration::ZERO };
        let send_off = SendRate { units: off, kib: off };
        Self {
            user: send_off,
            newcomer: send_off,
            network: send_off,
            newcomer_for: Duration::ZERO,
            new_users: off,
            conversations: off,
            sessions_per_user: usize::MAX,
        }
    }
}

impl Default for Limits {
    fn default() -> Self {
        Self {
            user: SendRate {
                units: Rate { holds: 4_000, every: Duration::from_millis(50) },
                kib: Rate { holds: 1024, every: KIB_EVERY },
            },
            newcomer: SendRate {
                units: Rate { holds: 3_000, every: Duration::from_millis(100) },
                kib: Rate { holds: 1024, every: KIB_EVERY },
            },
            network: SendRate {
                units: Rate { holds: 20_000, every: Duration::from_millis(10) },
                kib: Rate { holds: 8 * 1024, every: KIB_EVERY },
            },
            newcomer_for: NEWCOMER_FOR,
            new_users: Rate { holds: 250, every: Duration::from_secs(5) },
            conversations: Rate { holds: 300, every: Duration::from_secs(30) },
            sessions_per_user: 64,
        }
    }
}

/// The cost of a command.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) struct Cost {
    tenths: u32,
    bytes: u32,
}

impl Cost {
    pub(crate) const FREE: Self = Self { tenths: 0, bytes: 0 };
    /// A tenth of a unit: what a client sends by itself, and that wakes few others.
    pub(crate) const TENTH: Self = Self { tenths: 1, bytes: 0 };
    pub(crate) const UNIT: Self = Self::units(1);

    pub(crate) const fn units(units: u32) -> Self {
        Self { tenths: units.saturating_mul(10), bytes: 0 }
    }

    /// The cost of a message whose text has this length in bytes.
    pub(crate) fn of_text(bytes: usize) -> Self {
        Self { bytes: u32::try_from(bytes).unwrap_or(u32::MAX), ..Self::UNIT }
    }
}

/// The budgets of a [`SendRate`].
#[derive(Debug, Default)]
pub(crate) struct SendBudget(Mutex<BudgetPair>);

#[derive(Debug, Default)]
struct BudgetPair {
    units: FullAt,
    kib: FullAt,
}

impl SendBudget {
    /// Takes `cost` out of the budgets. Returns when the command may be carried out, which is at once (`None`) if there
    /// was some left of both. The cost is taken in any case, so several that wait for a budget get it in their order.
    pub(crate) fn charge(&self, rate: SendRate, cost: Cost, now: Instant) -> Option<Instant> {
        self.both().charge(rate, cost, now)
    }

    /// Takes `cost` out of the budgets if there is some left of both.
    ///
    /// # Errors
    /// Returns the time until there is.
    pub(crate) fn try_charge(
        &self,
        rate: SendRate,
        cost: Cost,
        now: Instant,
    ) -> Result<(), Duration> {
        let mut both = self.both();
        let wait = both.units.wait(rate.units, now).max(both.kib.wait(rate.kib, now));
        if !wait.is_zero() {
            return Err(wait);
        }
        both.charge(rate, cost, now);
        Ok(())
    }

    /// Whether nothing is missing.
    pub(crate) fn is_full(&self, now: Instant) -> bool {
        let both = self.both();
        both.units.is_full(now) && both.kib.is_full(now)
    }

    fn both(&self) -> MutexGuard<'_, BudgetPair> {
        self.0.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

impl BudgetPair {
    fn charge(&mut self, rate: SendRate, cost: Cost, now: Instant) -> Option<Instant> {
        let units = self.units.charge(rate.units, rate.units.every * cost.tenths / 10, now);
        let kib = self.kib.charge(rate.kib, rate.kib.every * cost.bytes / 1024, now);
        units.max(kib)
    }
}

/// A budget.
#[derive(Debug, Default)]
pub(crate) struct Budget(Mutex<FullAt>);

impl Budget {
    /// Takes a unit out of the budget if there is one.
    ///
    /// # Errors
    /// Returns the time until there is one.
    pub(crate) fn try_charge(&self, rate: Rate, now: Instant) -> Result<(), Duration> {
        if rate.every.is_zero() {
            return Ok(());
        }
        let mut full_at = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        let wait = full_at.wait(rate, now);
        if !wait.is_zero() {
            return Err(wait);
        }
        full_at.take(rate.every, now);
        Ok(())
    }

    /// Whether nothing is missing.
    pub(crate) fn is_full(&self, now: Instant) -> bool {
        self.0.lock().unwrap_or_else(PoisonError::into_inner).is_full(now)
    }
}

/// When a budget will be full again, so that nothing has to fill it; `None` for a new one, which is full.
#[derive(Debug, Default)]
struct FullAt(Option<Instant>);

impl FullAt {
    /// Takes what the budget gains in `time`. Returns when it may be used, see [`SendBudget::charge`].
    fn charge(&mut self, rate: Rate, time: Duration, now: Instant) -> Option<Instant> {
        if time.is_zero() {
            return None;
        }
        let wait = self.wait(rate, now);
        self.take(time, now);
        (!wait.is_zero()).then(|| now + wait)
    }

    fn take(&mut self, time: Duration, now: Instant) {
        self.0 = Some(now + self.missing(now) + time);
    }

    /// How long to wait until there is a unit.
    fn wait(&self, rate: Rate, now: Instant) -> Duration {
        self.missing(now).saturating_sub(rate.every * rate.holds.saturating_sub(1))
    }

    fn missing(&self, now: Instant) -> Duration {
        self.0.map_or(Duration::ZERO, |at| at.saturating_duration_since(now))
    }

    fn is_full(&self, now: Instant) -> bool {
        self.missing(now).is_zero()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const RATE: Rate = Rate { holds: 3, every: Duration::from_secs(1) };

    #[test]
    fn a_full_budget_is_used_at_once_and_then_one_unit_at_a_time() {
        let (mut budget, now) = (FullAt::default(), Instant::now());
        let mut charge = |now| budget.charge(RATE, RATE.every, now);
        assert_eq!([charge(now), charge(now), charge(now)], [None; 3]);
        let after = |seconds| Some(now + Duration::from_secs(seconds));
        assert_eq!([charge(now), charge(now)], [after(1), after(2)], "each has its turn");
        let later = now + Duration::from_secs(60);
        assert!(!budget.is_full(now) && budget.is_full(later));
        let mut charge = |now| budget.charge(RATE, RATE.every, now);
        assert_eq!([charge(later), charge(later), charge(later)], [None; 3]);
        assert_eq!(charge(later), Some(later + RATE.every));
    }

    #[test]
    fn a_long_text_may_take_more_than_is_left_and_the_next_one_waits_for_all_of_it() {
        let (budget, now) = (SendBudget::default(), Instant::now());
        let rate = SendRate { units: RATE, kib: RATE };
        assert_eq!(budget.charge(rate, Cost::of_text(16 * 1024), now), None);
        assert_eq!(budget.charge(rate, Cost::TENTH, now), None, "it has no text");
        assert_eq!(budget.charge(rate, Cost::of_text(1), now), Some(now + RATE.every * 14));
        assert!(!budget.is_full(now + RATE.every * 16) && budget.is_full(now + RATE.every * 17));
    }

    #[test]
    fn a_caller_that_does_not_wait_for_a_budget_learns_when_it_has_a_unit() {
        let (budget, now) = (Budget::default(), Instant::now());
        assert!((0..3).all(|_| budget.try_charge(RATE, now).is_ok()));
        assert_eq!(budget.try_charge(RATE, now), Err(RATE.every));
        assert_eq!(budget.try_charge(RATE, now), Err(RATE.every), "it was not charged");
        assert_eq!(budget.try_charge(RATE, now + RATE.every), Ok(()));
    }

    #[test]
    fn a_budget_without_limits_is_never_used_up() {
        let (budget, now) = (SendBudget::default(), Instant::now());
        let off = Limits::off().user;
        let text = Cost::of_text(16 * 1024);
        assert!((0..10_000).all(|_| budget.charge(off, text, now).is_none()));
    }
}
