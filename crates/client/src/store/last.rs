//! The last session of any client with this state directory: a client goes there if it is given neither a name
//! nor a server.

use std::path::Path;

use chat_proto::UserName;

use super::{StoreError, at, files};

pub(super) const LAST_FILE: &str = "last";

/// Longest file, in bytes: a name and an address.
const BYTES_MAX: u64 = 1024;

/// The name and the server of a session.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct LastSession {
    /// The name of the user.
    pub name: UserName,
    /// The address of the server.
    pub server: String,
}

impl LastSession {
    /// Reads the file in the directory `state`; `None` if there is none that can be read.
    #[must_use]
    pub fn read(state: &Path) -> Option<Self> {
        let text = files::read(&state.join(LAST_FILE), BYTES_MAX).ok().flatten()?;
        let (name, server) = text.trim_end().split_once('\n')?;
        Some(Self { name: UserName::new(name).ok()?, server: server.to_owned() })
    }

    /// Stores it. A loss of power may cost it.
    pub(super) fn write(&self, state: &Path) -> Result<(), StoreError> {
        if Self::read(state).as_ref() == Some(self) {
            return Ok(());
        }
        let path = state.join(LAST_FILE);
        let text = format!("{}\n{}\n", self.name, self.server);
        files::write_soon(&path, text.as_bytes()).map_err(at(&path))
    }
}

#[cfg(test)]
mod tests {
    use std::fs;

    use super::*;
    use crate::store::{Store, StoreOp};
    use crate::testing::name;

    #[test]
    fn the_last_session_is_found() {
        let state = tempfile::tempdir().unwrap();
        let path = state.path().join("state");
        let (mut store, _) =
            Store::open(Some(&path), "chat.example.org:4000", name("bob")).unwrap();
        assert_eq!(LastSession::read(&path), None, "no session yet");
        for user in ["bob", "Ana María"] {
            store.apply(StoreOp::Name(name(user))).unwrap();
            let last = LastSession { name: name(user), server: "chat.example.org:4000".into() };
            assert_eq!(LastSession::read(&path), Some(last));
        }
    }

    #[test]
    fn an_invalid_file_is_none() {
        let state = tempfile::tempdir().unwrap();
        for text in ["", "bob", "a|b\nlocalhost:1\n", &"x".repeat(2_000)] {
            fs::write(state.path().join(LAST_FILE), text).unwrap();
            assert_eq!(LastSession::read(state.path()), None, "{text}");
        }
    }
}
