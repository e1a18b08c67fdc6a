//! Counts the steps of the parser in tests: time is not a measure on a machine that others use.

#[cfg(test)]
thread_local! {
    static STEPS: std::cell::Cell<usize> = const { std::cell::Cell::new(0) };
}

/// Adds `steps`; does nothing outside of tests.
#[inline]
pub(super) fn count(steps: usize) {
    #[cfg(test)]
    STEPS.with(|all| all.set(all.get() + steps));
    #[cfg(not(test))]
    let _ = steps;
}

/// The steps of this thread since this was called before.
#[cfg(test)]
pub(super) fn take() -> usize {
    STEPS.with(std::cell::Cell::take)
}
