//! Why the program could not go on, and what waits then.

use std::error::Error;
use std::{fmt, io};

use chat_client::DriverError;
use chat_client::store::StoreError;

use crate::unsent::Unsent;

/// Why the program could not go on. Nothing the network does is among it.
#[derive(Debug, thiserror::Error)]
pub enum RunError {
    /// The terminal takes nothing any more.
    #[error("cannot draw on the terminal: {0}")]
    Draw(String),
    /// The terminal gives nothing any more.
    #[error("cannot read the keys")]
    Keys(#[source] io::Error),
    /// What outlives the program can neither be read nor kept.
    #[error("cannot open the state directory (--state DIR names another one)")]
    State(#[source] StoreError),
    /// The store's task is gone, by a fault of the program.
    #[error("the part of the program that writes to the disk has ended; this is a bug")]
    Store,
    /// The link's task is gone, by a fault of the program.
    #[error("the network part of the program has ended; this is a bug")]
    Link,
}

impl From<DriverError> for RunError {
    fn from(error: DriverError) -> Self {
        match error {
            DriverError::Open(error) => Self::State(error),
            DriverError::Store => Self::Store,
            DriverError::Link => Self::Link,
        }
    }
}

/// The program could not go on, and which messages wait. As an error it is the reason alone.
#[derive(Debug)]
pub struct Failure {
    /// Why.
    pub error: RunError,
    /// The messages that the server has not answered.
    pub unsent: Unsent,
}

impl fmt::Display for Failure {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        self.error.fmt(f)
    }
}

impl Error for Failure {
    fn source(&self) -> Option<&(dyn Error + 'static)> {
        self.error.source()
    }
}

impl From<RunError> for Failure {
    fn from(error: RunError) -> Self {
        Self { error, unsent: Unsent::default() }
    }
}

impl From<DriverError> for Failure {
    fn from(error: DriverError) -> Self {
        RunError::from(error).into()
    }
}
