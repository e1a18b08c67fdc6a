//! Refusals of the server. The text of the server says why, unless this program knows better what to do.

use chat_proto::{Refusal, RefusalCode, UserName};

use crate::action::Action;
use crate::keymap::KeyMap;

/// A message was refused; below its text.
pub(crate) fn not_sent(refusal: &Refusal) -> String {
    format!("Not sent: {}", refusal.text)
}

/// A command was refused.
pub(super) fn command(refusal: &Refusal) -> String {
    let free = refusal.suggestion.as_ref().map(|name| format!(" Type /name {name}"));
    format!("Refused: {}.{}", refusal.text, free.unwrap_or_default())
}

/// The session was refused under the name `name`. If that is about the name, the input box asks for another.
pub(super) fn hello(name: &UserName, refusal: &Refusal, keys: &KeyMap) -> String {
    match (refusal.code, &refusal.suggestion) {
        (RefusalCode::BadToken, _) => format!(
            "The server doesn't know {name} any more (was its data reset?). /forget logs you in as a new user, \
             /reconnect tries again"
        ),
        (RefusalCode::NameTaken, Some(free)) => {
            let press =
                keys.name(Action::Send).map_or("Send".to_owned(), |key| format!("Press {key} for"));
            let empty = keys.name(Action::CutLineStart).map(|key| format!("{key}, then "));
            let empty = empty.unwrap_or_default();
            format!(
                "The name {name} is taken. {press} {free}, or type another. If {name} is you: {empty}/login"
            )
        }
        (RefusalCode::NameTaken, None) => format!("Choose another name: {}", refusal.text),
        // The server says what to do.
        (RefusalCode::BadName, _) => format!("Not connected: {}", refusal.text),
        (RefusalCode::BadSecret | RefusalCode::InviteNeeded, _) => format!(
            "Not connected: {}. /connect LINE connects with another line. If you have an account: /login",
            refusal.text
        ),
        (RefusalCode::PasswordNeeded, _) => {
            "Not connected: new users of this server need its password. /reconnect asks for it again".to_owned()
        }
        (RefusalCode::Banned, _) => {
            format!("Not connected: {}. /reconnect tries again", refusal.text)
        }
        _ => format!("The server refused the connection: {}. /reconnect tries again", refusal.text),
    }
}
