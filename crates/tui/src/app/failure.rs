//! Why the program failed, and which messages are unsent.

use std::error::Error;
use std::{fmt, io};

use chat_client::DriverError;
use chat_client::store::StoreError;

use crate::unsent::Unsent;

/// Why the program failed. Nothing the network does is among it.
#[derive(Debug, thiserror::Error)]
pub enum RunError {
    /// The terminal cannot be written to.
    #[error("cannot draw on the terminal: {0}")]
    Draw(String),
    /// The terminal cannot be read.
    #[error("cannot read the keys")]
    Keys(#[source] io::Error),
    /// The state directory cannot be used.
    #[error("cannot open the state directory (--state DIR names another one)")]
    State(#[source] StoreError),
    /// The task of the store has ended, by a fault of the program.
    #[error("the part of the program that writes to the disk has ended; this is a bug")]
    Store,
    /// The task of the link has ended, by a fault of the program.
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

/// The program failed, and these messages are unsent. Displays as the error.
#[derive(Debug)]
pub struct Failure {
    /// The error.
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
