//! What the sessions of a daemon share to let users in with a password or a code.

use std::sync::Arc;

use tokio::time::Instant;

use crate::links::Links;
use crate::password::Hasher;
use crate::tries::Tries;

/// The hashing of passwords, the codes for further devices, and the tries of both.
#[derive(Debug)]
pub(crate) struct Logins {
    started: Instant,
    pub(crate) hasher: Hasher,
    pub(crate) links: Links,
    pub(crate) tries: Arc<Tries>,
}

impl Default for Logins {
    fn default() -> Self {
        let (hasher, links, tries) = <(Hasher, Links, Arc<Tries>)>::default();
        Self { started: Instant::now(), hasher, links, tries }
    }
}

impl Logins {
    /// Seconds since the start of the daemon: each idle session stores when it began, in four bytes.
    pub(crate) fn seconds(&self) -> u32 {
        u32::try_from(self.started.elapsed().as_secs()).unwrap_or(u32::MAX)
    }
}
