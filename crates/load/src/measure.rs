//! One measurement: a server is started, put under load, and ended.

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
