//! SIGINT and SIGTERM: they set a flag, so that the program ends the servers it started and removes their
//! files.

use std::io;
use std::sync::atomic::{AtomicBool, Ordering};
use std::sync::{Arc, OnceLock};

use signal_hook::consts::{SIGINT, SIGTERM};
use signal_hook::flag;

static IS_REQUESTED: OnceLock<Arc<AtomicBool>> = OnceLock::new();

/// Installs the signal handlers: the first SIGINT or SIGTERM sets the flag of [`is_requested`], the second ends
/// the program at once.
pub(crate) fn listen() -> io::Result<()> {
    let is_requested = IS_REQUESTED.get_or_init(Arc::default);
    for signal in [SIGINT, SIGTERM] {
        // Handlers run in this order: at the first signal, the flag is not set yet.
        flag::register_conditional_shutdown(signal, 1, Arc::clone(is_requested))?;
        flag::register(signal, Arc::clone(is_requested))?;
    }
    Ok(())
}

/// Returns whether a signal was received.
pub(crate) fn is_requested() -> bool {
    IS_REQUESTED.get().is_some_and(|is_requested| is_requested.load(Ordering::Relaxed))
}

/// Returns an error if a signal was received.
pub(crate) fn check() -> io::Result<()> {
    if is_requested() { Err(io::Error::other("interrupted by a signal")) } else { Ok(()) }
}
