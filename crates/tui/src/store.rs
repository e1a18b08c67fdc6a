//! What the client keeps between its runs: who it is, what it said that is not settled, and what is
//! typed and not sent.
//!
//! ```text
//! STATE/device                  one word for this installation
//! STATE/SERVER/NAME/token       what makes the next session the same user's; a secret
//! STATE/SERVER/NAME/outbox-1    what was said and is not settled
//! STATE/SERVER/NAME/drafts-1    what is typed and not sent, and the room that is open
//! STATE/SERVER/NAME/lock-1      held by the one client that uses these
//! STATE/SERVER/OTHER/same-as    NAME: this is another name of the same user
//! ```
//!
//! A second client of the same user has the same token, `outbox-2` and `drafts-2`: what it says it says as
//! another device, so that neither waits for the other. A directory is readable by its owner alone.

mod drafts;
mod files;
mod home;
mod journal;
mod slot;

use std::io;
use std::path::{Path, PathBuf};

use chat_proto::command::{Say, Word};
use chat_proto::{Secret, UserName};
use thiserror::Error;

pub use self::drafts::Drafts;
use self::home::Home;
pub use self::journal::LINES_MAX;
pub use self::slot::SLOTS_MAX;
use self::slot::Slot;

/// Longest token that is taken for one, in bytes: a line of the wire has room for little more.
const TOKEN_BYTES_MAX: u64 = 32 * 1024;

const DEVICE_FILE: &str = "device";
const TOKEN_FILE: &str = "token";

/// Why something could not be kept, or what was kept could not be read.
#[derive(Debug, Error)]
pub enum StoreError {
    /// The system's trouble with a file or directory.
    #[error("{}: {error}", path.display())]
    Io {
        /// The file or directory.
        path: PathBuf,
        /// What the system says.
        error: io::Error,
    },
    /// More clients than there are outboxes for one user.
    #[error("{SLOTS_MAX} clients of this user are running already; end one of them")]
    TooMany,
}

/// Makes an error of the system one that names the file.
fn at(path: &Path) -> impl FnOnce(io::Error) -> StoreError {
    let path = path.to_owned();
    move |error| StoreError::Io { path, error }
}

/// Who the client is, as far as was kept.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Profile {
    /// The name to ask for.
    pub name: UserName,
    /// The token of an earlier welcome.
    pub token: Option<Secret>,
    /// The word this client is known by, of all the user's.
    pub device: Word,
    /// The last number given to something said.
    pub last_n: u64,
    /// What was said and is not settled, in order, each under its number.
    pub unsettled: Vec<Say>,
    /// What was typed and not sent, and the room that was open.
    pub drafts: Drafts,
}

/// Something to be kept.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Keep {
    /// This was said, under its number.
    Said(Say),
    /// All with these numbers are settled.
    Settled(Vec<u64>),
    /// This is all that is not settled: the numbers have changed.
    Unsettled(Vec<Say>),
    /// This is all that is typed and not sent.
    Drafts(Drafts),
    /// The token for the next session.
    Token(Secret),
    /// The token is of no use.
    NoToken,
    /// The user has this name now, too: all that is kept is found under it.
    Name(UserName),
}

/// The place where it is kept: a directory, or memory alone.
#[derive(Debug)]
pub struct Store {
    home: Option<Home>,
    token: Option<Secret>,
    slot: Slot,
}

impl Store {
    /// Opens what is kept about the user `name` of `server` in the directory `state`; with `None`
    /// nothing outlives the program.
    ///
    /// # Errors
    /// Where the directory cannot be used, or [`SLOTS_MAX`] clients use it already.
    pub fn open(
        state: Option<&Path>,
        server: &str,
        name: UserName,
    ) -> Result<(Self, Profile), StoreError> {
        let Some(state) = state else {
            let store = Self { home: None, token: None, slot: Slot::memory(new_device()) };
            let profile = store.profile(name);
            return Ok((store, profile));
        };
        files::make_private(state).map_err(at(state))?;
        let device = device(&state.join(DEVICE_FILE))?;
        let home = Home::find(state, server, &name)?;
        let path = home.directory.join(TOKEN_FILE);
        let token = files::read(&path, TOKEN_BYTES_MAX).map_err(at(&path))?;
        let token = token.map(|token| token.trim().to_owned()).filter(|token| !token.is_empty());
        let token = token.map(Secret::new);
        let slot = Slot::open(&home.directory, &device)?;
        let store = Self { home: Some(home), token, slot };
        let profile = store.profile(name);
        Ok((store, profile))
    }

    fn profile(&self, name: UserName) -> Profile {
        Profile {
            name,
            token: self.token.clone(),
            device: self.slot.device.clone(),
            last_n: self.slot.journal.last_n(),
            unsettled: self.slot.journal.unsettled(),
            drafts: self.slot.drafts.drafts().clone(),
        }
    }

    /// Goes on as another user, `name`, and takes along what is not settled or not sent. Where both
    /// have typed something for a room, the other's is the older one, and goes.
    ///
    /// # Errors
    /// Where it cannot be kept; then the client is who it was. What had been taken along by then is
    /// the other's, too.
    pub fn turn_into(&mut self, name: UserName) -> Result<Profile, StoreError> {
        let Some(home) = &self.home else {
            self.token = None;
            return Ok(self.profile(name));
        };
        if Home::find(&home.state, &home.server, &name)?.directory == home.directory {
            return Ok(self.profile(name));
        }
        let (mut next, _) = Self::open(Some(&home.state), &home.server, name.clone())?;
        let Drafts { shown, texts } = self.slot.drafts.drafts().clone();
        let mut drafts = Drafts { shown, ..next.slot.drafts.drafts().clone() };
        drafts.texts.extend(texts);
        next.slot.drafts.keep(drafts)?;
        let mut says = next.slot.journal.unsettled();
        let moved = self.slot.journal.unsettled().into_iter().zip(next.slot.journal.last_n() + 1..);
        says.extend(moved.map(|(say, n)| Say { n: Some(n), ..say }));
        next.slot.journal.replace(says)?;
        // The old ones last: said twice is better than never.
        self.slot.journal.replace(Vec::new())?;
        self.slot.drafts.keep(Drafts::default())?;
        *self = next;
        Ok(self.profile(name))
    }

    /// Keeps something.
    ///
    /// # Errors
    /// Where it could not be written; it is known for as long as the program runs.
    pub fn keep(&mut self, keep: Keep) -> Result<(), StoreError> {
        match keep {
            Keep::Said(say) => self.slot.journal.said(say),
            Keep::Settled(numbers) => self.slot.journal.settled(&numbers),
            Keep::Unsettled(says) => self.slot.journal.replace(says),
            Keep::Drafts(drafts) => self.slot.drafts.keep(drafts),
            Keep::Token(token) if self.token.as_ref() == Some(&token) => Ok(()),
            Keep::Token(token) => {
                self.token = Some(token);
                self.write_token()
            }
            Keep::NoToken => {
                self.token = None;
                self.remove_token()
            }
            Keep::Name(name) => self.home.as_ref().map_or(Ok(()), |home| home.call(&name)),
        }
    }

    fn write_token(&self) -> Result<(), StoreError> {
        let (Some(home), Some(token)) = (&self.home, &self.token) else {
            return Ok(());
        };
        let path = home.directory.join(TOKEN_FILE);
        files::write(&path, format!("{}\n", token.reveal()).as_bytes()).map_err(at(&path))
    }

    fn remove_token(&self) -> Result<(), StoreError> {
        let Some(home) = &self.home else {
            return Ok(());
        };
        let path = home.directory.join(TOKEN_FILE);
        files::remove(&path).map_err(at(&path))
    }
}

/// The word of this installation, made up the first time.
fn device(path: &Path) -> Result<Word, StoreError> {
    let kept = files::read(path, 1024).map_err(at(path))?.unwrap_or_default();
    // With room for the number of a second client behind it.
    if let Some(word) = kept.split_whitespace().next().filter(|word| word.len() <= 60) {
        return Ok(Word::new(word).unwrap_or_default());
    }
    let device = new_device();
    files::write(path, format!("{}\n", device.as_str()).as_bytes()).map_err(at(path))?;
    Ok(device)
}

/// A word that no other installation has.
fn new_device() -> Word {
    Word::new(format!("tui-{:016x}", fastrand::u64(..))).unwrap_or_default()
}

#[cfg(test)]
mod tests;
