//! One measurement: starts a server, puts it under load, and stops it.

use std::error::Error;
use std::iter;
use std::time::Duration;

use crate::cores::Cores;
use crate::engine::{self, EngineError, IdleCost, Storm};
use crate::figures::Figures;
use crate::plan::Plan;
use crate::target::{Durability, Target, TargetError};
use crate::workload::{Case, IDLE_MEMBERS};

/// The name of the daemon's thread that builds the search index.
const INDEX_THREAD: &str = "search-index";

#[derive(Debug, thiserror::Error)]
pub(crate) enum MeasureError {
    #[error(transparent)]
    Target(#[from] TargetError),
    #[error(transparent)]
    Engine(#[from] EngineError),
}

/// Formats an error and its sources in one line, for a table.
pub(crate) fn with_sources(error: &(dyn Error + 'static)) -> String {
    let chain = iter::successors(Some(error), |&error| error.source());
    chain.map(ToString::to_string).collect::<Vec<_>>().join(": ")
}

/// Measures `target` under the load of `case`, with at most `messages` messages of each sender.
///
/// # Errors
/// If the server cannot be started, or disconnects users.
pub(crate) fn load(
    case: &Case,
    target: Target,
    cores: &Cores,
    counted: Duration,
    messages: u32,
) -> Result<Figures, MeasureError> {
    run(&case.plan(counted, messages), target, cores, case.durability)
}

/// Like [`load`], with a plan that no table contains.
pub(crate) fn run(
    plan: &Plan,
    target: Target,
    cores: &Cores,
    durability: Durability,
) -> Result<Figures, MeasureError> {
    let server = target.start(cores, durability)?;
    let outcome = engine::run(plan, target.dialect(), server.address, server.process())?;
    // The kernel may not count it.
    let index = server.process().thread(INDEX_THREAD).unwrap_or_default();
    #[allow(clippy::cast_precision_loss, reason = "a figure for a table")]
    let index = index.as_secs_f64() * 1e6 / outcome.sent.max(1) as f64;
    Ok(Figures { index, ..Figures::from_outcome(&outcome) })
}

/// Returns the memory in bytes that `target` uses for each of `users` idle users, and the processor time of letting one
/// in. They are in rooms of
/// [`IDLE_MEMBERS`], or all in the lobby if the server has one.
///
/// # Errors
/// If the server cannot be started, or disconnects users.
pub(crate) fn idle(
    users: usize,
    target: Target,
    cores: &Cores,
    durability: Durability,
) -> Result<(f64, Duration), MeasureError> {
    let server = target.start(cores, durability)?;
    let dialect = target.dialect();
    let members = if dialect.has_lobby() { users } else { IDLE_MEMBERS };
    let IdleCost { memory, cpu } =
        engine::idle(users, members, dialect, server.address, server.process())?;
    #[allow(clippy::cast_precision_loss, reason = "a figure for a table")]
    let bytes = memory as f64 / users.max(1) as f64;
    Ok((bytes, cpu / u32::try_from(users.max(1)).unwrap_or(u32::MAX)))
}

/// Measures a simultaneous join of `users` users into one room.
///
/// # Errors
/// If the server cannot be started, or disconnects users.
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
    fn an_error_is_shown_with_each_source_once() {
        let source = io::Error::other("out of ports");
        let error = MeasureError::from(EngineError::Connect { user: 3, source });
        assert_eq!(with_sources(&error), "user 3 cannot connect: out of ports");
    }
}
