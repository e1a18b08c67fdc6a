//! One measurement: a server is started, put under load, and ended.

use std::error::Error;
use std::iter;
use std::time::Duration;

use crate::cores::Cores;
use crate::engine::{self, EngineError, Storm};
use crate::figures::Figures;
use crate::plan::Plan;
use crate::target::{Durability, Target, TargetError};
use crate::workload::{Case, IDLE_MEMBERS};

/// Why a measurement could not be made.
#[derive(Debug, thiserror::Error)]
pub(crate) enum MeasureError {
    #[error(transparent)]
    Target(#[from] TargetError),
    #[error(transparent)]
    Engine(#[from] EngineError),
}

/// An error and its sources in one line, for a table.
pub(crate) fn with_sources(error: &(dyn Error + 'static)) -> String {
    let chain = iter::successors(Some(error), |&error| error.source());
    chain.map(ToString::to_string).collect::<Vec<_>>().join(": ")
}

/// Measures `target` under the load of `case`, with at most `messages` of each sender.
///
/// # Errors
/// Where the server cannot be started, or throws users out.
pub(crate) fn load(
    case: &Case,
    target: Target,
    cores: &Cores,
    counted: Duration,
    messages: u32,
) -> Result<Figures, MeasureError> {
    run(&case.plan(counted, messages), target, cores, case.durability)
}

/// The same with a plan that is in no table.
///
/// # Errors
/// As [`load`].
pub(crate) fn run(
    plan: &Plan,
    target: Target,
    cores: &Cores,
    durability: Durability,
) -> Result<Figures, MeasureError> {
    let server = target.start(cores, durability)?;
    let outcome = engine::run(plan, target.dialect(), server.address, server.process())?;
    Ok(Figures::of(&outcome))
}

/// Measures the memory `target` takes for each of `users` idle users, in bytes: in rooms of
/// [`IDLE_MEMBERS`], or where there is a lobby, all in that.
///
/// # Errors
/// Where the server cannot be started, or throws users out.
pub(crate) fn idle(
    users: usize,
    target: Target,
    cores: &Cores,
    durability: Durability,
) -> Result<f64, MeasureError> {
    let server = target.start(cores, durability)?;
    let dialect = target.dialect();
    let members = if dialect.has_lobby() { users } else { IDLE_MEMBERS };
    let taken = engine::idle(users, members, dialect, server.address, server.process())?;
    #[allow(clippy::cast_precision_loss, reason = "a figure for a table")]
    Ok(taken as f64 / users.max(1) as f64)
}

/// Measures what it takes `target` to let `users` users join one room at once.
///
/// # Errors
/// Where the server cannot be started, or throws users out.
pub(crate) fn storm(
    users: usize,
    target: Target,
    cores: &Cores,
    durability: Durability,
) -> Result<Storm, MeasureError> {
    let server = target.start(cores, durability)?;
    Ok(engine::storm(users, target.dialect(), server.address, server.process())?)
}

#[cfg(test)]
mod tests {
    use std::io;

    use super::*;

    #[test]
    fn a_table_shows_an_error_with_its_sources_once_each() {
        let source = io::Error::other("out of ports");
        let error = MeasureError::from(EngineError::Connect { user: 3, source });
        assert_eq!(with_sources(&error), "user 3 cannot connect: out of ports");
    }
}
