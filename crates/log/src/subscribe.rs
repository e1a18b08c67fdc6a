//! How events of `tracing` come to the log.

use std::env::VarError;

use tracing::warn;
use tracing_subscriber::EnvFilter;
use tracing_subscriber::util::SubscriberInitExt;

use crate::{Format, Log};

/// Logs the events of the program to `log`, at `info` unless `RUST_LOG` asks for something else, with
/// colours if `ansi`. Does nothing if another subscriber is set.
pub fn subscribe(log: &Log, ansi: bool) {
    let (filter, error) = filter();
    let builder = tracing_subscriber::fmt()
        .with_env_filter(filter)
        .with_writer(log.clone())
        .with_ansi(ansi)
        // Its own complaints would go to standard error, which may block.
        .log_internal_errors(false);
    let _ = match log.format {
        Format::Text => builder.with_target(false).finish().try_init(),
        Format::Json => builder.json().finish().try_init(),
    };
    if let Some(error) = error {
        warn!(error, "RUST_LOG is ignored; an example: RUST_LOG=debug");
    }
}

/// The filter, and why it is not the one of the environment.
fn filter() -> (EnvFilter, Option<String>) {
    let usual = || EnvFilter::new("info");
    match std::env::var(EnvFilter::DEFAULT_ENV) {
        Ok(written) => match EnvFilter::builder().parse(&written) {
            Ok(filter) => (filter, None),
            Err(error) => (usual(), Some(error.to_string())),
        },
        Err(VarError::NotPresent) => (usual(), None),
        Err(error @ VarError::NotUnicode(_)) => (usual(), Some(error.to_string())),
    }
}
