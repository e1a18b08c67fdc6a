//! Passwords: the hashes that are stored of them, and the threads that make these.
//!
//! A hash takes some 30 ms and 19 MiB, so that somebody with a copy of the journal tries few passwords. It is made on
//! the blocking threads of the runtime, few at a time, so that a storm of logins delays nobody who is connected.

mod rules;

use std::sync::Arc;

use argon2::password_hash::phc::{Output, ParamsString, PasswordHash as Phc, Salt};
use argon2::password_hash::{PasswordHasher, PasswordVerifier};
use argon2::{Algorithm, Argon2, Params, Version};
use thiserror::Error;
use tokio::sync::{OwnedSemaphorePermit, Semaphore};
use tokio::task::{JoinError, spawn_blocking};

pub(crate) use self::rules::{Password, PasswordError};
use crate::token::PasswordHash;

/// Hashes that are made at once: 38 MiB, and a processor or two.
const HASHES_AT_ONCE: usize = 2;

/// Sessions that wait for a hash, at most: half a second.
const HASHES_WAITING: usize = 32;

/// Changes of passwords that wait, at most: two seconds. They are made one at a time, so that logins have a thread.
const CHANGES_WAITING: usize = 32;

/// The memory of a hash in KiB, as OWASP recommends for two passes and one lane.
const MEMORY_KIB: u32 = 19 * 1024;

/// How often a hash goes through its memory.
const PASSES: u32 = 2;

/// Bytes of the salt, and of the hash.
const SALT_BYTES: usize = 16;
const HASH_BYTES: usize = 32;

/// The greatest memory in KiB, and the greatest number of passes, of a stored hash that is verified: those of a later
/// version. Others would take seconds.
const MEMORY_KIB_MAX: u32 = 4 * MEMORY_KIB;
const PASSES_MAX: u32 = 4 * PASSES;

/// Whether a password is right.
#[derive(Debug, PartialEq, Eq)]
pub(crate) enum Verdict {
    Wrong,
    /// With the hash to store, if the stored one has other parameters than those of today.
    Right(Option<PasswordHash>),
}

/// Why there is no hash.
#[derive(Debug, Error)]
pub(crate) enum HashError {
    /// The server's fault: too many are made.
    #[error("too many passwords are being checked; try again in a second")]
    Busy,
    /// The server's fault: the system has no random numbers.
    #[error("the server has no random numbers; try again later, or ask the person who runs it")]
    NoRandom(#[source] getrandom::Error),
    /// A bug of the server.
    #[error("the password could not be hashed; try again, or ask the person who runs the server")]
    Failed(#[source] argon2::password_hash::Error),
    /// A bug of the server, or the end of its runtime.
    #[error("the thread that hashes has ended; try again, or ask the person who runs the server")]
    Ended(#[source] JoinError),
}

/// Makes and verifies the hashes of passwords, few at a time.
#[derive(Debug, Clone)]
pub(crate) struct Hasher {
    /// Those that are made or wait.
    admitted: Arc<Semaphore>,
    at_work: Arc<Semaphore>,
    /// Changes of passwords, at work or waiting.
    changes_admitted: Arc<Semaphore>,
    change_at_work: Arc<Semaphore>,
}

/// The turn of a change of a password: others wait until it is dropped.
#[derive(Debug)]
pub(crate) struct ChangeTurn {
    _permits: [OwnedSemaphorePermit; 2],
}

impl Default for Hasher {
    fn default() -> Self {
        let semaphore = |permits| Arc::new(Semaphore::new(permits));
        Self {
            admitted: semaphore(HASHES_AT_ONCE + HASHES_WAITING),
            at_work: semaphore(HASHES_AT_ONCE),
            changes_admitted: semaphore(1 + CHANGES_WAITING),
            change_at_work: semaphore(1),
        }
    }
}

impl Hasher {
    /// Waits until no other password is changed. So the changes take one of the threads at most, and a user who changes
    /// its password again and again does not delay the logins of others.
    ///
    /// # Errors
    /// Returns an error if too many changes wait.
    pub(crate) async fn begin_change(&self) -> Result<ChangeTurn, HashError> {
        let admitted =
            Arc::clone(&self.changes_admitted).try_acquire_owned().map_err(|_| HashError::Busy)?;
        let at_work = Arc::clone(&self.change_at_work).acquire_owned().await;
        Ok(ChangeTurn { _permits: [admitted, at_work.map_err(|_| HashError::Busy)?] })
    }

    /// The hash of a password, with a salt of its own.
    ///
    /// # Errors
    /// Returns an error if too many are being made, or the system has no random numbers.
    pub(crate) async fn hash(&self, password: Password) -> Result<PasswordHash, HashError> {
        self.work(move || hash(&password)).await
    }

    /// Whether the password is the one of the `stored` hash. If there is none, because there is no such user or it has
    /// no password, it is wrong, which takes the same time.
    ///
    /// # Errors
    /// Returns an error if too many are being verified.
    pub(crate) async fn verify(
        &self,
        password: Password,
        stored: Option<PasswordHash>,
    ) -> Result<Verdict, HashError> {
        self.work(move || verify(&password, stored.as_ref())).await
    }

    /// Does the work on a blocking thread, after that of others.
    async fn work<T: Send + 'static>(
        &self,
        work: impl FnOnce() -> Result<T, HashError> + Send + 'static,
    ) -> Result<T, HashError> {
        let admitted =
            Arc::clone(&self.admitted).try_acquire_owned().map_err(|_| HashError::Busy)?;
        let at_work = Arc::clone(&self.at_work).acquire_owned().await;
        let at_work = at_work.map_err(|_| HashError::Busy)?;
        // The permits stay with the thread, which goes on if the caller is gone.
        let permits: [OwnedSemaphorePermit; 2] = [admitted, at_work];
        let work = move || {
            let done = work();
            drop(permits);
            done
        };
        spawn_blocking(work).await.map_err(HashError::Ended)?
    }
}

fn hash(password: &Password) -> Result<PasswordHash, HashError> {
    let mut salt = [0; SALT_BYTES];
    getrandom::fill(&mut salt).map_err(HashError::NoRandom)?;
    let phc = argon2id(params()).hash_password_with_salt(password.as_bytes(), &salt);
    Ok(PasswordHash::new(phc.map_err(HashError::Failed)?.to_string()))
}

fn verify(password: &Password, stored: Option<&PasswordHash>) -> Result<Verdict, HashError> {
    let readable = stored.and_then(|stored| Phc::new(stored.as_str()).ok()).filter(is_bounded);
    let is_stand_in = readable.is_none();
    let phc = readable.map_or_else(stand_in, Ok).map_err(HashError::Failed)?;
    let is_right = argon2id(params()).verify_password(password.as_bytes(), &phc).is_ok();
    if !is_right || is_stand_in {
        return Ok(Verdict::Wrong);
    }
    let is_of_today = phc.algorithm == Algorithm::Argon2id.ident()
        && phc.version == Some(Version::default().into())
        && Params::try_from(&phc).is_ok_and(|stored| is_same_cost(&stored, &params()));
    let replacement = if is_of_today { None } else { Some(hash(password)?) };
    Ok(Verdict::Right(replacement))
}

fn params() -> Params {
    Params::new(MEMORY_KIB, PASSES, 1, Some(HASH_BYTES)).expect("the parameters are valid")
}

fn argon2id(params: Params) -> Argon2<'static> {
    Argon2::new(Algorithm::Argon2id, Version::V0x13, params)
}

fn is_same_cost(one: &Params, other: &Params) -> bool {
    let cost = |params: &Params| (params.m_cost(), params.t_cost(), params.p_cost());
    cost(one) == cost(other)
}

/// Whether a stored hash can be verified in bounded time.
fn is_bounded(phc: &Phc) -> bool {
    Params::try_from(phc).is_ok_and(|params| {
        params.m_cost() <= MEMORY_KIB_MAX && params.t_cost() <= PASSES_MAX && params.p_cost() == 1
    })
}

/// A hash that is verified in place of one that does not exist. No password has it.
fn stand_in() -> Result<Phc, argon2::password_hash::Error> {
    Ok(Phc {
        algorithm: Algorithm::Argon2id.ident(),
        version: Some(Version::default().into()),
        params: ParamsString::try_from(&params())?,
        salt: Some(Salt::new(&[0; SALT_BYTES])?),
        hash: Some(Output::new(&[0; HASH_BYTES])?),
    })
}

#[cfg(test)]
mod tests;
