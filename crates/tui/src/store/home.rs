//! The directory of a user, to which every name leads that the user has had.
//!
//! A user who takes another name stays in the directory of the first one. That of the other has one file,
//! `same-as`, which names it. So a user has one token and one set of slots, whatever name it is called
//! by, and no two outboxes ever give numbers to the same device of the same user.

use std::path::{Path, PathBuf};

use chat_proto::UserName;

use super::{StoreError, TOKEN_FILE, at, files, slot};

/// The file that says in which directory the user of this name is.
const SAME_AS_FILE: &str = "same-as";

/// Longest name of a directory, in bytes: file systems have room for 255.
const SAME_AS_BYTES_MAX: u64 = 256;

/// Where a user of a server is kept.
#[derive(Debug)]
pub(super) struct Home {
    /// The directory of everything that is kept.
    pub(super) state: PathBuf,
    /// The server's address.
    pub(super) server: String,
    /// The user's own directory.
    pub(super) directory: PathBuf,
}

impl Home {
    /// Finds the directory to which `name` leads, and makes it where there is none.
    pub(super) fn find(state: &Path, server: &str, name: &UserName) -> Result<Self, StoreError> {
        let own = directory(state, server, name);
        let path = own.join(SAME_AS_FILE);
        let same_as = files::read(&path, SAME_AS_BYTES_MAX).map_err(at(&path))?;
        let same_as = same_as.as_deref().map(str::trim).filter(|same_as| is_name(same_as));
        let directory = same_as.map_or_else(|| own.clone(), |same_as| own.with_file_name(same_as));
        files::make_private(&directory).map_err(at(&directory))?;
        Ok(Self { state: state.to_owned(), server: server.to_owned(), directory })
    }

    /// Makes `name` lead here, too. A directory that another user has stays that one's: this one is
    /// still found under the names it had before.
    pub(super) fn call(&self, name: &UserName) -> Result<(), StoreError> {
        let own = directory(&self.state, &self.server, name);
        let leads_here = Self::find(&self.state, &self.server, name)?.directory == self.directory;
        if leads_here || !is_nobodys(&own)? {
            return Ok(());
        }
        let here = self.directory.file_name().unwrap_or_default();
        let path = own.join(SAME_AS_FILE);
        files::write(&path, here.as_encoded_bytes()).map_err(at(&path))
    }
}

fn directory(state: &Path, server: &str, name: &UserName) -> PathBuf {
    state.join(files::file_name(server)).join(files::file_name(name.key()))
}

/// Whether it is a name that [`files::file_name`] makes, and leads nowhere else.
fn is_name(file: &str) -> bool {
    !file.is_empty() && !file.starts_with('.') && !file.contains('/')
}

/// Whether no user was ever let in there, and no client is in it or has left something.
fn is_nobodys(directory: &Path) -> Result<bool, StoreError> {
    Ok(!directory.join(TOKEN_FILE).exists() && slot::are_empty(directory)?)
}
