//! The part that the sessions of a daemon share to let users in with a password or a code.

use std::sync::Arc;

use crate::links::Links;
use crate::password::Hasher;
use crate::tries::Tries;

/// The hashing of passwords, the codes for further devices, and the tries of both.
#[derive(Debug, Default)]
pub(crate) struct Logins {
    pub(crate) hasher: Hasher,
    pub(crate) links: Links,
    pub(crate) tries: Arc<Tries>,
}
