//! The directory of a user of one server. Every name that the user has had leads to it.
//!
//! A user who takes another name stays in the directory of the first name. The directory of the other name
//! has one file, `same-as`, which names the first one. So a user has one token and one set of slots, whatever
//! the name is.

use std::fs;
use std::path::{Path, PathBuf};

use chat_proto::{Secret, ShortString, UserName};

use super::{StoreError, TOKEN_BYTES_MAX, TOKEN_FILE, at, files, names, slot};

/// The directory of the servers whose journal is known.
pub(super) const JOURNALS: &str = "journals";

/// The file in the directory of an address that names the last journal at this address. No directory of a
/// user has this name, see [`files::file_name`].
pub(super) const HINT_FILE: &str = ".journal";

/// The file that names the directory of the user of this name.
pub(super) const SAME_AS_FILE: &str = "same-as";

/// Longest name of a directory, in bytes: file systems have room for 255.
const SAME_AS_BYTES_MAX: u64 = 256;

/// Most servers whose tokens are read: far more than one person uses, and quick to read.
const SERVERS_MAX: usize = 1_000;

/// A server in a state directory: known by its journal, or by an address alone.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct Server {
    pub(super) state: PathBuf,
    /// The address of the server.
    pub(super) address: String,
    /// The id of its journal; `None` before the first session, and if the server does not send it.
    pub(super) journal: Option<ShortString>,
}

impl Server {
    /// The server at an address, with the last journal there.
    pub(super) fn at(state: &Path, address: &str) -> Result<Self, StoreError> {
        let (state, address) = (state.to_owned(), address.to_owned());
        let mut server = Self { state, address, journal: None };
        let path = server.hint();
        let hint = files::read(&path, SAME_AS_BYTES_MAX).map_err(at(&path))?;
        let hint = hint.and_then(|hint| ShortString::new(hint.trim()).ok());
        server.journal = hint.filter(|journal| !journal.is_empty());
        Ok(server)
    }

    /// This server or another one at the same address, with that journal.
    pub(super) fn with_journal(&self, journal: Option<ShortString>) -> Self {
        Self { journal, ..self.clone() }
    }

    /// Stores that this is the last journal at the address.
    pub(super) fn store_hint(&self) -> Result<(), StoreError> {
        let Some(journal) = &self.journal else {
            return Ok(());
        };
        let (path, directory) = (self.hint(), self.with_journal(None).directory());
        files::make_private(&directory).map_err(at(&directory))?;
        files::write(&path, format!("{}\n", journal.as_str()).as_bytes()).map_err(at(&path))
    }

    fn hint(&self) -> PathBuf {
        self.state.join(files::file_name(&self.address)).join(HINT_FILE)
    }

    /// The directory of all its users.
    fn directory(&self) -> PathBuf {
        match &self.journal {
            None => self.state.join(files::file_name(&self.address)),
            Some(journal) => self.state.join(JOURNALS).join(files::file_name(journal.as_str())),
        }
    }

    /// The directories in which its users may be: by its journal, and by its address alone.
    pub(super) fn directories(&self) -> Vec<PathBuf> {
        let mut all = vec![self.directory(), self.with_journal(None).directory()];
        all.dedup();
        all
    }

    fn directory_of(&self, name: &UserName) -> PathBuf {
        self.directory().join(files::file_name(&name.key_with_spaces()))
    }

    /// The directory to which a name leads, there or not.
    pub(super) fn lead(&self, name: &UserName) -> Result<PathBuf, StoreError> {
        let lead = lead_in(&self.directory(), name)?;
        if self.journal.is_none() && !lead.exists() {
            return Ok(names::directory(&self.directory(), name).unwrap_or(lead));
        }
        Ok(lead)
    }
}

fn lead_in(users: &Path, name: &UserName) -> Result<PathBuf, StoreError> {
    let own = users.join(files::file_name(&name.key_with_spaces()));
    // Of two users of version 0.1.0 whose names differ in a space and `_`, each is found by its own name.
    let other = if own.exists() { None } else { names::spelled_otherwise(users, name) };
    let own = other.unwrap_or(own);
    let path = own.join(SAME_AS_FILE);
    let same_as = files::read(&path, SAME_AS_BYTES_MAX).map_err(at(&path))?;
    let same_as = same_as.as_deref().map(str::trim).filter(|same_as| is_name(same_as));
    Ok(same_as.map_or_else(|| own.clone(), |same_as| own.with_file_name(same_as)))
}

/// The home of a user of a server.
#[derive(Debug)]
pub(super) struct Home {
    pub(super) server: Server,
    /// The directory of the user.
    pub(super) directory: PathBuf,
}

impl Home {
    /// Finds the directory to which `name` leads, and makes it if there is none.
    pub(super) fn find(server: Server, name: &UserName) -> Result<Self, StoreError> {
        let directory = server.lead(name)?;
        files::make_private(&directory).map_err(at(&directory))?;
        files::narrow(&directory);
        files::narrow_directory(&server.directory());
        Ok(Self { server, directory })
    }

    /// Finds the directory to which `name` leads, if a user had a session there or has left something.
    pub(super) fn find_used(server: Server, name: &UserName) -> Result<Option<Self>, StoreError> {
        match is_unused(&server.lead(name)?)? {
            true => Ok(None),
            false => Self::find(server, name).map(Some),
        }
    }

    pub(super) fn token(&self) -> Result<Option<Secret>, StoreError> {
        token_in(&self.directory)
    }

    pub(super) fn write_token(&self, token: &Secret) -> Result<(), StoreError> {
        let path = self.directory.join(TOKEN_FILE);
        files::write(&path, format!("{}\n", token.reveal()).as_bytes()).map_err(at(&path))
    }

    pub(super) fn remove_token(&self) -> Result<(), StoreError> {
        let path = self.directory.join(TOKEN_FILE);
        files::remove(&path).map_err(at(&path))
    }

    /// Makes `name` lead here, too, unless another user has that directory: then this user is still found
    /// under the earlier names.
    pub(super) fn add_name(&self, name: &UserName) -> Result<(), StoreError> {
        if self.server.lead(name)? == self.directory {
            return Ok(());
        }
        self.lead_here(&self.server.directory_of(name))
    }

    fn lead_here(&self, other: &Path) -> Result<(), StoreError> {
        if other == self.directory || !is_unused(other)? {
            return Ok(());
        }
        files::make_private(other).map_err(at(other))?;
        let here = self.directory.file_name().expect("the directory of a user has a name");
        let path = other.join(SAME_AS_FILE);
        files::write(&path, here.as_encoded_bytes()).map_err(at(&path))
    }

    /// Makes all names lead here that lead to `other`, the directory of the same user at another place.
    pub(super) fn take_names(&self, other: &Self) -> Result<(), StoreError> {
        let Some(all) = other.directory.parent() else {
            return Ok(());
        };
        let names = fs::read_dir(all).map_err(at(all))?.flatten().map(|entry| entry.file_name());
        for name in names {
            let path = all.join(&name).join(SAME_AS_FILE);
            let same_as = files::read(&path, SAME_AS_BYTES_MAX).ok().flatten();
            let leads_there = same_as.is_some_and(|same_as| {
                other.directory.file_name() == Some(same_as.trim().as_ref())
            });
            if leads_there || other.directory.file_name() == Some(&name) {
                self.lead_here(&self.directory.with_file_name(&name))?;
            }
        }
        Ok(())
    }
}

/// The tokens of the users called `name`, each with the directory of its server: the file name of a journal.
pub(super) fn tokens(state: &Path, name: &UserName) -> Vec<(String, Secret)> {
    let Ok(entries) = fs::read_dir(state.join(JOURNALS)) else {
        return Vec::new();
    };
    let journals = entries.flatten().take(SERVERS_MAX);
    let tokens = journals.filter_map(|journal| {
        let token = lead_in(&journal.path(), name).and_then(|directory| token_in(&directory));
        Some((journal.file_name().into_string().ok()?, token.ok().flatten()?))
    });
    tokens.collect()
}

fn token_in(directory: &Path) -> Result<Option<Secret>, StoreError> {
    let path = directory.join(TOKEN_FILE);
    let token = files::read(&path, TOKEN_BYTES_MAX).map_err(at(&path))?;
    let token = token.map(|token| token.trim().to_owned()).filter(|token| !token.is_empty());
    Ok(token.map(Secret::new))
}

/// Whether [`files::file_name`] makes this name, and it leads nowhere else.
fn is_name(file: &str) -> bool {
    !file.is_empty() && !file.starts_with('.') && !file.contains('/')
}

/// Whether no user had a session there, and no client uses it or has left something.
fn is_unused(directory: &Path) -> Result<bool, StoreError> {
    Ok(!directory.join(TOKEN_FILE).exists() && slot::are_empty(directory)?)
}
