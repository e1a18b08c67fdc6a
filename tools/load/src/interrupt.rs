//! Whether somebody wants this program to end: it then ends the servers it has started, and removes
//! what they kept.

use std::io;
use std::sync::atomic::{AtomicBool, Ordering};
use std::sync::{Arc, OnceLock};

use signal_hook::consts::{SIGINT, SIGTERM};
use signal_hook::flag;

static IS_ASKED: OnceLock<Arc<AtomicBool>> = OnceLock::new();

/// From now on [`is_asked`] tells of the first SIGINT or SIGTERM. The second ends the program at once.
///
/// # Errors
/// Where the system does not let it know.
pub(crate) fn listen() -> io::Result<()> {
    let is_asked = IS_ASKED.get_or_init(Arc::default);
    for signal in [SIGINT, SIGTERM] {
        // They are called in this order, so that the first one only sets the flag.
        flag::register_conditional_shutdown(signal, 1, Arc::clone(is_asked))?;
        flag::register(signal, Arc::clone(is_asked))?;
    }
    Ok(())
}

/// Whether the program was asked to end.
pub(crate) fn is_asked() -> bool {
    IS_ASKED.get().is_some_and(|is_asked| is_asked.load(Ordering::Relaxed))
}

/// The same as an error, for who would go on with something else.
///
/// # Errors
/// Where the program was asked to end.
pub(crate) fn check() -> io::Result<()> {
    if is_asked() { Err(io::Error::other("it was asked to end")) } else { Ok(()) }
}
