//! The limits of what one user or one network may do: an ordinary user never meets them.
//!
//! A budget is counted in *units*: a message is one, and one more for each 256 bytes of its text. A session whose budget is
//! used up is not read from until the budget has a unit again, so nothing is lost or refused.

use std::sync::{Mutex, PoisonError};
use std::time::Duration;

use tokio::time::Instant;

/// A day: the time after which a user is no newcomer any more. Who makes users to attack has to wait for it.
const NEWCOMER_FOR: Duration = Duration::from_secs(24 * 60 * 60);

/// Bytes of a text that cost a unit: more than most lines have.
const UNIT_BYTES: usize = 256;

/// The limits of users and networks.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Limits {
    /// Units of one user, over all its sessions. 800 are four pastes of 200 lines, or the start of a client in 100
    /// rooms and two such pastes; 8 a second are more than a person or a bot says for long.
    pub user: Rate,
    /// Units of one newcomer or guest: 50 rooms joined and 200 lines pasted, and half as much again; then 5 a second.
    /// The texts of a full budget have 100 KiB at most, which fit into the buffers of a connection: a client that reads
    /// late is still read from.
    pub newcomer: Rate,
    /// Units of all newcomers and guests of one network together: fifteen of them that use up theirs, or an
    /// office of 100 that comes in; then 5 KiB a second on the disk.
    pub network: Rate,
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

impl Limits {
    /// No limits: for a trusted network, and for measurements.
    #[must_use]
    pub const fn off() -> Self {
        let off = Rate { holds: 0, every: Duration::ZERO };
        Self {
            user: off,
            newcomer: off,
            network: off,
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
            user: Rate { holds: 800, every: Duration::from_millis(125) },
            newcomer: Rate { holds: 400, every: Duration::from_millis(200) },
            network: Rate { holds: 6_000, every: Duration::from_millis(50) },
            newcomer_for: NEWCOMER_FOR,
            new_users: Rate { holds: 250, every: Duration::from_secs(5) },
            conversations: Rate { holds: 300, every: Duration::from_secs(30) },
            sessions_per_user: 64,
        }
    }
}

/// What a command costs, in tenths of a unit.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) struct Cost(u32);

impl Cost {
    pub(crate) const FREE: Self = Self(0);
    /// A tenth of a unit: what a client sends by itself, and that wakes few others.
    pub(crate) const TENTH: Self = Self(1);
    pub(crate) const UNIT: Self = Self::units(1);

    pub(crate) const fn units(units: u32) -> Self {
        Self(units.saturating_mul(10))
    }

    /// The cost of a message whose text has this length in bytes.
    pub(crate) fn of_text(bytes: usize) -> Self {
        Self::units(1 + u32::try_from(bytes / UNIT_BYTES).unwrap_or(u32::MAX - 1))
    }

    /// The time in which a budget gains it.
    fn time(self, rate: Rate) -> Duration {
        (rate.every * self.0) / 10
    }
}

/// A budget: full at first. It stores the time at which it will be full again, so nothing has to fill it.
#[derive(Debug, Default)]
pub(crate) struct Budget(Mutex<Option<Instant>>);

impl Budget {
    /// Takes `cost` out of the budget. Returns when the command may be carried out, which is at once (`None`) if there
    /// was a unit left. The cost is taken in any case, so several that wait for a budget get it in their order.
    pub(crate) fn charge(&self, rate: Rate, cost: Cost, now: Instant) -> Option<Instant> {
        if rate.every.is_zero() || cost == Cost::FREE {
            return None;
        }
        let mut full_at = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        let missing = full_at.map_or(Duration::ZERO, |at| at.saturating_duration_since(now));
        *full_at = Some(now + missing + cost.time(rate));
        let wait = missing.saturating_sub(rate.every * rate.holds.saturating_sub(1));
        (!wait.is_zero()).then(|| now + wait)
    }

    /// Takes a unit out of the budget if there is one.
    ///
    /// # Errors
    /// Returns the time until there is one.
    pub(crate) fn try_charge(&self, rate: Rate, now: Instant) -> Result<(), Duration> {
        if rate.every.is_zero() {
            return Ok(());
        }
        let mut full_at = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        let missing = full_at.map_or(Duration::ZERO, |at| at.saturating_duration_since(now));
        let wait = missing.saturating_sub(rate.every * rate.holds.saturating_sub(1));
        if !wait.is_zero() {
            return Err(wait);
        }
        *full_at = Some(now + missing + rate.every);
        Ok(())
    }

    /// Whether nothing is missing.
    pub(crate) fn is_full(&self, now: Instant) -> bool {
        let full_at = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        full_at.is_none_or(|at| at <= now)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const RATE: Rate = Rate { holds: 3, every: Duration::from_secs(1) };

    #[test]
    fn a_full_budget_is_used_at_once_and_then_one_unit_at_a_time() {
        let (budget, now) = (Budget::default(), Instant::now());
        let charge = |now| budget.charge(RATE, Cost::UNIT, now);
        assert_eq!([charge(now), charge(now), charge(now)], [None; 3]);
        let after = |seconds| Some(now + Duration::from_secs(seconds));
        assert_eq!([charge(now), charge(now)], [after(1), after(2)], "each has its turn");
        let later = now + Duration::from_secs(60);
        assert!(!budget.is_full(now) && budget.is_full(later));
        assert_eq!([charge(later), charge(later), charge(later)], [None; 3]);
        assert_eq!(charge(later), Some(later + RATE.every));
    }

    #[test]
    fn a_long_text_may_take_more_than_is_left_and_the_next_one_waits_for_all_of_it() {
        let (budget, now) = (Budget::default(), Instant::now());
        let text = Cost::of_text(16 * 1024);
        assert_eq!(text, Cost::units(65));
        assert_eq!(budget.charge(RATE, text, now), None);
        assert_eq!(budget.charge(RATE, Cost::TENTH, now), Some(now + RATE.every * 63));
    }

    #[test]
    fn who_does_not_wait_for_a_budget_is_told_when_it_has_a_unit() {
        let (budget, now) = (Budget::default(), Instant::now());
        assert!((0..3).all(|_| budget.try_charge(RATE, now).is_ok()));
        assert_eq!(budget.try_charge(RATE, now), Err(RATE.every));
        assert_eq!(budget.try_charge(RATE, now), Err(RATE.every), "it was not charged");
        assert_eq!(budget.try_charge(RATE, now + RATE.every), Ok(()));
    }

    #[test]
    fn a_budget_without_limits_is_never_used_up() {
        let (budget, now) = (Budget::default(), Instant::now());
        let off = Limits::off().user;
        assert!((0..10_000).all(|_| budget.charge(off, Cost::UNIT, now).is_none()));
    }
}
