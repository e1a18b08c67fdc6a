//! Sends the events of `tracing` to the log.

use std::env::VarError;

use tracing::warn;
use tracing_subscriber::EnvFilter;
use tracing_subscriber::util::SubscriberInitExt;

use crate::{Format, Log};

/// Logs the events of the program to `log`, with colours if `ansi`. The level is `info` unless `RUST_LOG`
/// sets another filter. Does nothing if another subscriber is set.
pub fn subscribe(log: &Log, ansi: bool) {
    let (filter, error) = filter();
    let builder = tracing_subscriber::fmt()
        .with_env_filter(filter)
        .with_writer(log.clone())
        .with_ansi(ansi)
        // Errors of the subscriber itself would go to standard error, which may block.
        .log_internal_errors(false);
    let _ = match log.format {
        Format::Text => builder.with_target(false).finish().try_init(),
        Format::Json => builder.json().finish().try_init(),
    };
    if let Some(error) = error {
        warn!(error, "RUST_LOG is not a valid filter and is ignored; an example: RUST_LOG=debug");
    }
}

/// Returns the filter, and the error if `RUST_LOG` is not valid and the default is used instead.
fn filter() -> (EnvFilter, Option<String>) {
    let default = || EnvFilter::new("info");
    match std::env::var(EnvFilter::DEFAULT_ENV) {
        Ok(directives) => match EnvFilter::builder().parse(&directives) {
            Ok(filter) => (filter, None),
            Err(error) => (default(), Some(error.to_string())),
        },
        Err(VarError::NotPresent) => (default(), None),
        Err(error @ VarError::NotUnicode(_)) => (default(), Some(error.to_string())),
    }
}
