//! The full-screen terminal client of chat-server.
//!
//! ```text
//! key / news → input → update(state) → state + effects → view → screen
//!                                       └→ link (network), store (disk), bell
//! ```
//!
//! * [`app`]: the loop; a function of its terminal, its keys and how it dials.
//! * [`input`], [`update`](update()), [`state`], [`prompt`]: what can happen, what it does, and to
//!   what. Pure: the time comes in as a value, the network as news.
//! * [`view`]: the state as a screen; [`layout`] and [`wrap`] are its measures, [`theme`] its colours;
//!   [`help`]: the commands and keys in words.
//! * [`settings`]: the settings, from the file, the command line and `/set`.
//! * `chat_client`: the connection, the outbox and the store.
//! * [`unsent`]: what is said after the end.
//! * [`terminal`]: its modes, what is written to it and read from it; [`zone`]: the machine's time zone.
//! * [`testing`]: a client on a screen that a test can read.

pub mod app;
#[cfg(test)]
mod fixture;
pub mod help;
pub mod input;
pub mod layout;
pub mod prompt;
pub mod rows;
pub mod settings;
pub mod state;
pub mod terminal;
pub mod testing;
pub mod theme;
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
