//! A client of chat-server without a screen: for a terminal client, a bot, or another door.
//!
//! ```text
//! request / link event / answer of the store / tick → input → update(state) → state + effects
//!                                                                └→ link (network), store (disk), front end
//! ```
//!
//! * [`update()`], [`State`], [`Input`], [`Request`], [`Effect`]: what can happen, what it changes, and what
//!   is to be done about it. Pure: the time comes in as a value, the network as events.
//! * [`rooms`], [`users`], [`log`], [`entry`]: what the state has of each room; [`thread`]: the open thread.
//! * [`notice`], [`error`]: what happened and why a request failed, as values: a front end words them.
//! * [`link`]: the one task that talks to the server; [`sanitize`]: what its events pass first;
//!   [`outbox`]: the messages without an answer.
//! * [`store`]: what outlives the program: who the user is, the messages without an answer, and the drafts.
//!   A task of its own writes it.
//! * [`Client`]: a state with its driver; all that a bot needs. `examples/ping.rs` is one.
//! * [`Driver`]: carries out the effects: the tasks of the link and the store, and the next tick.
//! * [`testing`]: events of a server, for tests.

pub mod choices;
pub mod client;
pub mod driver;
pub mod effect;
pub mod entry;
pub mod error;
pub mod hash;
pub mod input;
pub mod link;
pub mod listing;
mod live;
pub mod log;
pub mod mentions;
pub mod natural;
pub mod notice;
pub mod outbox;
pub mod presence;
pub mod request;
pub mod rooms;
pub mod sanitize;
pub mod search;
pub mod seed;
mod standing;
pub mod state;
pub mod store;
pub mod testing;
pub mod thread;
pub mod timer;
pub mod update;
pub mod users;

pub use client::Client;
pub use driver::{CarriedOut, Config, Driver, DriverError, Next, OutboxLocation};
pub use effect::Effect;
pub use error::RequestError;
pub use input::Input;
pub use link::{Endpoint, ServerAddress, Tcp};
pub use live::Partner;
pub use notice::{Notice, NoticeKind, Person, Target};
pub use request::{LoadTarget, Request};
pub use rooms::{Room, Rooms};
pub use standing::Hindrance;
pub use state::{Connection, State};
pub use thread::{Thread, ThreadLoad};
pub use update::{is_order, update};
