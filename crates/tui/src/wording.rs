//! The notices and errors of the client in the words of this program: it alone knows keys and commands.
//!
//! * `notice`: the notices of a log; `connection`: why there is no session; `refusal`: what the server refused.
//! * `request`: why a request is not carried out.
//! * `presence`: users who join and leave, who is away, and times without a connection.
//! * `message`: the beginning of a message.
//! * `standing`: roles, rules, mutes, kicks and bans.
//! * `quote`, `size`: names and sizes in a sentence.
//!
//! `wording/tests.rs` shows all texts at once.

mod connection;
mod message;
mod notice;
mod presence;
mod quote;
mod refusal;
mod request;
mod size;
mod standing;

pub(crate) use self::connection::in_short;
pub(crate) use self::message::{DELETED, beginning_of, first_line};
pub(crate) use self::notice::{ignored, notice};
pub(crate) use self::presence::{away, joined_and_left, offline};
pub(crate) use self::quote::quoted;
pub(crate) use self::refusal::not_sent;
pub(crate) use self::request::{NO_SEARCH, OFFLINE, UNREADABLE, not_done};
pub(crate) use self::size::{kilobytes, of_text_max};
pub(crate) use self::standing::{a_role, one_word, place};

#[cfg(test)]
mod tests;
