//! One measurement: a server is started, put under load, and ended.

use std::time::Duration;

use crate::cores::Cores;
use crate::engine::{self, EngineError, Storm};
use crate::figures::Figures;
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
    let server = target.start(cores, case.durability)?;
    let plan = case.plan(counted, messages);
    let outcome = engine::run(&plan, target.dialect(), server.address, server.process())?;
    Ok(Figures::of(&outcome))
}

/// Measures the memory `target` takes for each of `users` idle users, in bytes: in rooms of
/// [`IDLE_MEMBERS`], or where there is a lobby, all in that.
///
/// # Errors
/// Where the server cannot be started, or throws users out.
pub(crate) fn idle(users: usize, target: Target, cores: &Cores) -> Result<u64, MeasureError> {
    let server = target.start(cores, Durability::Disk)?;
    let dialect = target.dialect();
    let members = if dialect.has_lobby() { users } else { IDLE_MEMBERS };
    let taken = engine::idle(users, members, dialect, server.address, server.process())?;
    Ok(taken / users.max(1) as u64)
}

/// Measures what it takes `target` to let `users` users join one room at once.
///
/// # Errors
/// Where the server cannot be started, or throws users out.
pub(crate) fn storm(users: usize, target: Target, cores: &Cores) -> Result<Storm, MeasureError> {
    let server = target.start(cores, Durability::Disk)?;
    Ok(engine::storm(users, target.dialect(), server.address, server.process())?)
}
