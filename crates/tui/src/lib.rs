//! The full-screen terminal client of chat-server.
//!
//! ```text
//! key / input of the client → input → update(state) → state + effects → view → screen
//!                                                              └→ client (network, disk), bell
//! ```
//!
//! * [`app`]: the loop; a function of its terminal, its keys and how it connects.
//! * [`input`], [`update`](update()), [`state`], [`prompt`]: what can happen, what it changes, and the state.
//!   Pure: the time comes in as a value.
//! * [`view`]: draws the state; [`layout`], [`viewport`], [`rows`] and [`wrap`] are its measures, [`theme`]
//!   its colours; [`lists`]: lists to choose from; [`commands`]: the `/` commands; [`help`]: the keys in words.
//! * `query`: the query of a search of messages; `dates`: days as a user types them.
//! * `wording`: what the client says as values, in words.
//! * [`notification`]: notifications, and the title of the window.
//! * [`settings`]: the settings, from the file, the command line and `/set`; [`action`], [`chord`] and
//!   [`keymap`]: what a key does.
//! * [`chat_client`]: all that is not of the screen.
//! * [`unsent`]: the notice of unsent messages after the end.
//! * [`pages`]: pages that show a secret once; [`qr`]: codes for cameras.
//! * [`terminal`]: its modes, its output and its input; [`zone`]: the time zone of the machine.
//! * [`demo`]: a chat without a server; [`first_run`]: the screen that asks a new user for a name and a server.
//! * [`testing`]: a client on a screen that a test can read.

pub mod action;
pub mod app;
pub mod chord;
pub mod commands;
mod dates;
pub mod demo;
mod durations;
pub mod first_run;
#[cfg(test)]
mod fixture;
pub mod help;
pub mod hyperlinks;
pub mod input;
pub mod keymap;
pub mod layout;
pub mod letters;
pub mod lists;
pub mod markup;
pub mod notification;
pub mod pages;
pub mod prompt;
pub mod qr;
mod query;
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
mod wording;
pub mod wrap;
pub mod zone;

pub use app::{Exit, Failure, Options, RunError, Then, run};
pub use input::Input;
pub use state::State;
pub use unsent::Unsent;
pub use update::{Effect, update};
