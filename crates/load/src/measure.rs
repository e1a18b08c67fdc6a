//! One measurement: a server is started, put under load, and ended.

use std::time::Duration;

use crate::cores::Cores;
use crate::engine::{self, EngineError};
use crate::figures::Figures;
use crate::target::{Target, TargetError};
use crate::workload::Case;

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
pub(crate) fn measure(
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
