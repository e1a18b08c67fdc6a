//! Why a request is not carried out.

use chat_client::RequestError;
use chat_client::choices::{IGNORED_USERS_MAX, SAVED_MAX};
use chat_client::outbox::OUTBOX_MAX;
use chat_client::request::DRAFT_BYTES_MAX;
use chat_proto::TextError;
use chat_proto::limits::QUERY_BYTES_MAX;

use super::{kilobytes, of_text_max, quoted};
use crate::action::Action;
use crate::keymap::KeyMap;

/// An answer of the server cannot be read.
pub(crate) const UNREADABLE: &str =
    "The server's answer is one that this version can't read. Please update chat-tui";

/// There is no session.
pub(crate) const OFFLINE: &str = "You're offline. Try again once connected";

/// The server finds no messages.
pub(crate) const NO_SEARCH: &str =
    "This server has no search. Ask who runs it to update it, or to start it with --search on";

/// What happened and what to do, for the log. `keys` has the keys that it names.
pub(crate) fn not_done(why: &RequestError, keys: &KeyMap) -> String {
    match why {
        RequestError::NotConnected => OFFLINE.to_owned(),
        RequestError::Text(TextError::TooLong(bytes)) => {
            let send = keys.name(Action::Send).map_or("send it".to_owned(), |key| format!("press {key}"));
            format!("Too long: {}. Shorten it and {send}", of_text_max(*bytes))
        }
        RequestError::Text(why) => format!("Not sent: {why}"),
        RequestError::OutboxFull => {
            format!("Not sent: {OUTBOX_MAX} messages are queued already. Try again once some are sent")
        }
        RequestError::TooManyRooms => "You have too many rooms. /leave one".to_owned(),
        RequestError::NotInRoom(room) => format!("You're not in {room}. /join {room} joins it"),
        RequestError::MessageToSelf => "You can't message yourself".to_owned(),
        RequestError::OldServer => {
            "Not sent: this server delivers direct messages by name, and a name may belong to somebody else \
             by now. Ask who runs the server to update it, or write in a room"
                .to_owned()
        }
        RequestError::TooManyLookups => {
            "Too many names are being looked up. Try again in a moment".to_owned()
        }
        RequestError::NobodyHere(name) => {
            format!("No user \"{name}\" is online, or wrote one of the loaded messages")
        }
        RequestError::IgnoreSelf => "You can't ignore yourself".to_owned(),
        RequestError::NotIgnored(name) => format!("{} is not ignored", quoted(name)),
        RequestError::TooManyIgnored => {
            format!("{IGNORED_USERS_MAX} users are ignored already. /unignore one")
        }
        RequestError::UnknownName(name) => format!(
            "Not sent: {} is not known here, and you're offline. Try again once connected",
            quoted(name)
        ),
        RequestError::NoTokenRefused => {
            "/forget is only for a user that the server doesn't know any more".to_owned()
        }
        RequestError::NotRefused => "/login is for a device that the server does not know".to_owned(),
        RequestError::NoOrder => "This cannot be sent by itself".to_owned(),
        RequestError::NoRoles => "This server is too old for roles and invites. Ask who runs it to update it".to_owned(),
        RequestError::NoAccounts => "This server is too old for passwords and codes. Ask who runs it to update it".to_owned(),
        RequestError::NoAway => "This server is too old to tell others that you are away".to_owned(),
        RequestError::NoEvents => "This server is too old for replies, edits and reactions. Ask who runs it to update it"
            .to_owned(),
        RequestError::NotSentYet => {
            "This message is not stored by the server yet. Try again once it is".to_owned()
        }
        RequestError::Deleted => "This message was deleted".to_owned(),
        RequestError::NotYours => "You can only do this with your own messages".to_owned(),
        RequestError::TooManySaved => {
            format!("{SAVED_MAX} messages are remembered already. m on one of them forgets it")
        }
        RequestError::NoDates => "This server is too old to find messages by their day. Ask who runs it to update it"
            .to_owned(),
        RequestError::NoSearch => NO_SEARCH.to_owned(),
        RequestError::QueryTooLong(bytes) => {
            format!("A search has at most {QUERY_BYTES_MAX} bytes, this one has {bytes}. Search for fewer words")
        }
        RequestError::DraftTooLong(bytes) => format!(
            "A draft has at most {}, this one has {}",
            kilobytes(DRAFT_BYTES_MAX),
            kilobytes(*bytes)
        ),
    }
}
