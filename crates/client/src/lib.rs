//! A client of chat-server without a screen.
//!
//! * [`link`]: the one task that talks to the server; [`clean`]: what its news pass first;
//!   [`outbox`]: the messages without an answer.
//! * [`store`]: what outlives the program: who the user is, the messages without an answer, and the drafts.
//!   A task of its own writes it.
//! * [`testing`]: events of a server, for tests.

pub mod clean;
pub mod hash;
pub mod link;
pub mod outbox;
pub mod seed;
pub mod store;
pub mod testing;

pub use link::{ServerAddress, Tcp};
