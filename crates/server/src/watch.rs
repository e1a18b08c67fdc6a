//! Watches the parts that the daemon cannot run without: if one ends, the daemon logs why and ends, so that
//! its supervisor starts another.

use std::any::Any;
use std::future::Future;
use std::panic::AssertUnwindSafe;

use futures_util::FutureExt;
use thiserror::Error;

/// Why the daemon ended by itself.
#[derive(Debug, Clone, PartialEq, Eq, Error)]
pub enum DaemonError {
    /// A part of it panicked.
    #[error("{part} failed ({reason}); the daemon ends, start it again")]
    Failed {
        /// The part.
        part: &'static str,
        /// The message of the panic.
        reason: String,
    },
    /// A part of it ended.
    #[error("{0} ended by itself; the daemon ends, start it again")]
    Ended(&'static str),
}

/// Runs `work`, which should never end; returns why it did.
pub(crate) async fn watch(part: &'static str, work: impl Future<Output = ()>) -> DaemonError {
    match AssertUnwindSafe(work).catch_unwind().await {
        Ok(()) => DaemonError::Ended(part),
        Err(panic) => DaemonError::Failed { part, reason: reason(&*panic).to_owned() },
    }
}

/// The message of a panic.
pub(crate) fn reason(panic: &(dyn Any + Send)) -> &str {
    let text = panic.downcast_ref::<&str>().copied();
    text.or_else(|| panic.downcast_ref::<String>().map(String::as_str)).unwrap_or("a panic")
}
