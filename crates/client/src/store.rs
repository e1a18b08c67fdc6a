//! The store of a client between its runs: the user, the messages without an answer, and the drafts.
//!
//! ```text
//! STATE/journals/ID/NAME/token      what makes the next session the same user's; a secret
//! STATE/journals/ID/NAME/outbox-1   the messages that have no answer
//! STATE/journals/ID/NAME/drafts-1   what is typed and not sent, and the room that is open
//! STATE/journals/ID/NAME/lock-1     held by the one client that uses these
//! STATE/journals/ID/OTHER/same-as   NAME: this is another name of the same user
//! STATE/ADDRESS/.journal            the ID that was last at this address: a hint
//! STATE/ADDRESS/NAME/…              the same before the first session, and from version 0.1.0
//! STATE/last                        the name and the address of the last session
//! STATE/known_servers               the keys of servers that the user has accepted
//! STATE/seed                        makes the tokens of new users; a secret
//! STATE/device                      the device of version 0.1.0
//! STATE/typed                       what was typed, for Up and Ctrl-R
//! ```
//!
//! A server is known by the id of its journal. What is stored under its address moves under the id with the first
//! session. A second client of the same user has the same token, `outbox-2` and `drafts-2`; what it leaves in its
//! outbox is sent by any later client. Each run is a device of its own, so that a copied or restored directory never
//! uses a number twice. Only the owner can read a directory or a file.
//!
//! A task of its own writes it, since a disk may be slow: see [`StoreTask`].

mod choices;
mod device;
mod drafts;
mod elsewhere;
mod error;
mod files;
mod home;
mod known_servers;
mod last;
mod memory;
mod names;
mod narrow;
mod outbox_file;
mod pending;
mod profile;
mod seed;
mod slot;
mod task;
mod typed;

use std::path::Path;

use chat_proto::{DeviceId, Secret, ShortString, UserName};

use self::device::{new_device, slot_device};
pub use self::drafts::{Drafts, ThreadDraft};
pub use self::elsewhere::{WaitingElsewhere, waiting_elsewhere};
pub use self::error::StoreError;
use self::error::at;
use self::home::{Home, Server};
pub use self::known_servers::KnownKey;
pub use self::last::LastSession;
use self::memory::MemoryUser;
pub use self::outbox_file::{LINES_MAX, MessageId, OUTBOX_MAX, OwnMessage};
pub use self::pending::still_pending;
pub use self::profile::{KnownServer, Profile};
pub use self::slot::SLOTS_MAX;
use self::slot::Slot;
pub use self::task::{JOBS_MAX, Job, JobResult, StoreTask, Writer};
pub use self::typed::{TYPED_BYTES_MAX, TYPED_MAX, TypedFile};
use crate::choices::Choices;
use crate::seed::Seed;

/// Longest token, in bytes: a line on the wire has room for little more.
const TOKEN_BYTES_MAX: u64 = 32 * 1024;

const DEVICE_FILE: &str = "device";
const TOKEN_FILE: &str = "token";

/// Something to be stored.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum StoreOp {
    /// A new message, which has no answer.
    Message(OwnMessage),
    /// The server has answered these messages.
    Acknowledged(Vec<MessageId>),
    /// All messages without an answer: some have changed.
    Pending(Vec<OwnMessage>),
    /// All drafts.
    Drafts(Drafts),
    /// All choices for rooms and users.
    Choices(Choices),
    /// The token for the next session.
    Token(Secret),
    /// The token for the server with that journal is not valid.
    ForgetToken(Option<ShortString>),
    /// The user has this name, too: all that is stored is found under it.
    Name(UserName),
}

/// A directory, or memory alone.
#[derive(Debug)]
pub struct Store {
    name: UserName,
    device: DeviceId,
    seed: Option<Seed>,
    storage: Storage,
}

#[derive(Debug)]
enum Storage {
    Directory { home: Home, slot: Slot },
    Memory { user: MemoryUser, others: Vec<MemoryUser> },
}

/// Makes the state directory if there is none, and takes from other users the right to open it and its files. Returns
/// whether there was none.
///
/// # Errors
/// Returns an error if the directory cannot be used, or other users can open it and it has files of other programs.
pub fn prepare(state: &Path) -> Result<bool, StoreError> {
    let is_new = !state.exists();
    files::make_private(state).map_err(at(state))?;
    narrow::all(state)?;
    Ok(is_new)
}

impl Store {
    /// Opens what the directory `state` has about the user `name` of the server at `address`. With `None`
    /// nothing outlives the program.
    ///
    /// # Errors
    /// Returns an error if the directory cannot be used, or other users can open it and it has files of other
    /// programs, or [`SLOTS_MAX`] clients use it.
    pub fn open(
        state: Option<&Path>,
        address: &str,
        name: UserName,
    ) -> Result<(Self, Profile), StoreError> {
        let (storage, seed) = match state {
            None => (Storage::Memory { user: MemoryUser::default(), others: Vec::new() }, None),
            Some(state) => {
                prepare(state)?;
                let seed = seed::open(state)?;
                let server = Server::at(state, address)?;
                // State that has had no session, or comes from version 0.1.0, moves with the next session.
                let unfiled = Home::find_used(server.with_journal(None), &name)?;
                let home = unfiled.map_or_else(|| Home::find(server, &name), Ok)?;
                let slot = Slot::open(&home.directory, &slot_device(state)?)?;
                (Storage::Directory { home, slot }, Some(seed))
            }
        };
        let store = Self { name, device: new_device(), seed, storage };
        let profile = store.profile()?;
        Ok((store, profile))
    }

    fn profile(&self) -> Result<Profile, StoreError> {
        let (token, known, journal) = match &self.storage {
            Storage::Memory { user, others } => {
                let users = others.iter().chain([user]);
                let known = users.filter_map(|user| {
                    Some(KnownServer::new(user.journal.as_ref()?, user.token.clone()?))
                });
                let own = user.token.clone().filter(|_| user.journal.is_none());
                (own, known.collect(), user.journal.clone())
            }
            Storage::Directory { home, .. } => {
                let journal = home.server.journal.clone();
                let own = if journal.is_none() { home.token()? } else { None };
                let known = home::tokens(&home.server.state, &self.name).into_iter();
                let known = known.map(|(journal, token)| KnownServer { journal, token });
                (own, known.collect(), journal)
            }
        };
        Ok(Profile {
            name: self.name.clone(),
            token,
            known,
            journal,
            seed: self.seed,
            device: self.device.clone(),
            pending: self.slot().outbox.messages().to_vec(),
            drafts: self.slot().drafts.drafts().clone(),
            choices: match &self.storage {
                Storage::Directory { home, .. } => choices::read(home),
                Storage::Memory { user, .. } => user.choices.clone(),
            },
        })
    }

    /// Whether the stored state outlives the program.
    #[must_use]
    pub const fn is_lasting(&self) -> bool {
        matches!(self.storage, Storage::Directory { .. })
    }

    const fn slot(&self) -> &Slot {
        match &self.storage {
            Storage::Directory { slot, .. } => slot,
            Storage::Memory { user, .. } => &user.slot,
        }
    }

    const fn slot_mut(&mut self) -> &mut Slot {
        match &mut self.storage {
            Storage::Directory { slot, .. } => slot,
            Storage::Memory { user, .. } => &mut user.slot,
        }
    }

    /// Goes on as the user `name` of the same server, and takes along messages and drafts. If both have a
    /// draft for a room, the older one, of the other user, is dropped.
    ///
    /// # Errors
    /// Returns an error if it cannot be stored. Then the user stays the same, and what was taken along by
    /// then belongs to the other user, too.
    pub fn open_user(&mut self, name: UserName) -> Result<Profile, StoreError> {
        match &mut self.storage {
            Storage::Memory { user, .. } => user.token = None,
            Storage::Directory { home, slot } => {
                let next = Home::find(home.server.clone(), &name)?;
                if next.directory != home.directory {
                    let mut taken = Slot::open(&next.directory, &slot_device(&home.server.state)?)?;
                    taken.absorb(std::slice::from_mut(slot))?;
                    (*home, *slot) = (next, taken);
                }
            }
        }
        self.name = name;
        self.profile()
    }

    /// Continues with the state for the server with that journal (`None`: a server that does not send it).
    /// The files under the address of the server move there; those of another server stay.
    ///
    /// # Errors
    /// Returns an error if it cannot be stored. Then nothing that follows outlives the program.
    pub fn open_server(&mut self, journal: Option<ShortString>) -> Result<Profile, StoreError> {
        match &mut self.storage {
            Storage::Memory { user, others } => user.become_user_of(journal, others),
            Storage::Directory { home, slot } => {
                let moved = move_to(home, slot, journal.clone(), &self.name);
                if let Err(error) = moved {
                    let is_ours = home.server.journal.is_none();
                    let slot = if is_ours { slot.in_memory() } else { Slot::default() };
                    let choices = Choices::default();
                    let user = MemoryUser { journal, token: None, slot, choices };
                    self.storage = Storage::Memory { user, others: Vec::new() };
                    return Err(error);
                }
            }
        }
        self.profile()
    }

    /// Stores something.
    ///
    /// # Errors
    /// Returns an error if it is not written. It is remembered for as long as the program runs.
    pub fn apply(&mut self, op: StoreOp) -> Result<(), StoreError> {
        match op {
            StoreOp::Message(message) => self.slot_mut().outbox.add_message(&message),
            StoreOp::Acknowledged(ids) => self.slot_mut().outbox.remove(&ids),
            StoreOp::Pending(messages) => self.slot_mut().outbox.replace(messages),
            StoreOp::Drafts(drafts) => self.slot_mut().drafts.replace(drafts),
            StoreOp::Choices(all) => match &mut self.storage {
                Storage::Directory { home, .. } => choices::write(home, &all),
                Storage::Memory { user, .. } => {
                    user.choices = all;
                    Ok(())
                }
            },
            StoreOp::Token(token) => self.store_token(token),
            StoreOp::ForgetToken(journal) => self.forget_token(journal),
            StoreOp::Name(name) => match &self.storage {
                Storage::Directory { home, .. } => {
                    home.add_name(&name)?;
                    let server = home.server.address.clone();
                    LastSession { name, server }.write(&home.server.state)
                }
                Storage::Memory { .. } => Ok(()),
            },
        }
    }

    fn store_token(&mut self, token: Secret) -> Result<(), StoreError> {
        match &mut self.storage {
            Storage::Memory { user, .. } => user.token = Some(token),
            Storage::Directory { home, .. } if home.token()?.as_ref() == Some(&token) => {}
            Storage::Directory { home, .. } => home.write_token(&token)?,
        }
        Ok(())
    }

    fn forget_token(&mut self, journal: Option<ShortString>) -> Result<(), StoreError> {
        match &mut self.storage {
            Storage::Memory { user, .. } => user.token = None,
            Storage::Directory { home, .. } => {
                home.remove_token()?;
                if journal.is_some() && journal != home.server.journal {
                    let server = home.server.with_journal(journal);
                    Home::find(server, &self.name)?.remove_token()?;
                }
            }
        }
        Ok(())
    }
}

/// Moves from the home of one server to that of another, with the state that is stored under the address alone.
fn move_to(
    home: &mut Home,
    slot: &mut Slot,
    journal: Option<ShortString>,
    name: &UserName,
) -> Result<(), StoreError> {
    let next = Home::find(home.server.with_journal(journal), name)?;
    let device = slot_device(&home.server.state)?;
    let mut taken = Slot::open(&next.directory, &device)?;
    if home.server.journal.is_none() {
        // The new place first: if this is interrupted, the old one is found and moved again.
        if next.token()?.is_none()
            && let Some(token) = home.token()?
        {
            next.write_token(&token)?;
        }
        next.take_names(home)?;
        choices::take(&next, home)?;
        taken.absorb(&mut Slot::left_in(&home.directory, &device)?)?;
        taken.absorb(std::slice::from_mut(slot))?;
        home.remove_token()?;
    }
    next.server.store_hint()?;
    (*home, *slot) = (next, taken);
    Ok(())
}

#[cfg(test)]
mod tests;
