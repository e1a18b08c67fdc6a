//! The stored state with which a client starts.

use chat_proto::{DeviceId, Secret, ShortString, UserName};

use super::{Drafts, OwnMessage, files};
use crate::choices::Choices;
use crate::seed::Seed;

/// The user of the client, as far as it is stored.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Profile {
    /// The name to ask for.
    pub name: UserName,
    /// The token that is stored under the address of the server, if none is stored under a journal.
    pub token: Option<Secret>,
    /// The tokens that are stored under journals.
    pub known: Vec<KnownServer>,
    /// The journal under which all this is stored; `None` if it is stored under the address.
    pub journal: Option<ShortString>,
    /// Makes the token of a new user; `None` if the server makes it.
    pub seed: Option<Seed>,
    /// The device of this run.
    pub device: DeviceId,
    /// The messages without an answer, in order.
    pub pending: Vec<OwnMessage>,
    /// The drafts, and the room that was open.
    pub drafts: Drafts,
    /// The choices of the user for rooms and users.
    pub choices: Choices,
}

/// A server that is known by its journal, and the token for it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct KnownServer {
    /// The file name of the journal's id.
    pub(super) journal: String,
    /// The token of the user there.
    pub token: Secret,
}

impl KnownServer {
    /// The server with that journal.
    #[must_use]
    pub fn new(journal: &ShortString, token: Secret) -> Self {
        Self { journal: files::file_name(journal.as_str()), token }
    }

    /// Whether it is the server with that journal.
    #[must_use]
    pub fn has(&self, journal: &ShortString) -> bool {
        self.journal == files::file_name(journal.as_str())
    }
}
