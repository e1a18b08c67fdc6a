//! The classic protocol: the unframed text of the original chat.
//!
//! A classic client takes whatever one `recv(1024)` returns as one message. So the server's end
//! makes writes that are each one message ([`ServerMessage`]), 1024 bytes at most and never glued (the pace
//! is the door's), and finds out for itself where one message of a client ends and the next begins
//! ([`ServerEnd`]).

use crate::id::UserId;
mod client_end;
mod server_end;
mod server_message;

pub use client_end::ClientEnd;
pub use server_end::{ClientMessage, ServerEnd};
pub use server_message::{ServerMessage, message, notice, users};

/// The separator of the parts of a message, and of an entry of a list.
const PART: &str = "||";
/// The separator of two entries of a list.
const ENTRY: &str = "&&";
const ID: &str = "ID:";
const NAME: &str = "NAME:";
const USERS: &str = "USERS:";
/// The number and name under which the server writes to clients that have no other form for its messages.
const SERVER_ID: UserId = UserId::SERVER;
const SERVER_NAME: &str = "chat-server";
