//! The full-screen terminal client of chat-server.
//!
//! ```text
//! key / input of the client → input → update(state) → state + effects → view → screen
//!                                                              └→ client (network, disk), bell
//! ```
//!
//! * [`app`]: the loop; its terminal, its keys and its connections are arguments.
//! * [`input`], [`update`](update()), [`state`], [`prompt`]: what can happen, what it changes, and the state
//!   that it changes. Pure: the time comes in as a value.
//! * [`view`]: draws the state, with [`layout`], [`wrap`] and [`palette`]; [`help`]: the texts on commands and
//!   keys.
//! * `chat_client`: the connection, the rooms, the outbox and the store.
//! * [`unsent`]: the messages without an answer, reported when the program has ended.
//! * [`terminal`]: its modes, what is written to it and read from it; [`zone`]: the machine's time zone.
//! * [`testing`]: a client on a screen that a test can read.

pub mod app;
#[cfg(test)]
mod fixture;
pub mod help;
pub mod input;
pub mod layout;
pub mod palette;
pub mod prompt;
pub mod rows;
pub mod state;
pub mod terminal;
pub mod testing;
pub mod unsent;
pub mod update;
pub mod view;
pub mod viewport;
pub mod wrap;
pub mod zone;

pub use app::{Failure, Options, RunError, run};
pub use input::Input;
pub use state::State;
pub use unsent::Unsent;
pub use update::{Effect, update};
