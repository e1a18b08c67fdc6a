//! The notices of a log.

use chat_client::Notice;
use chat_client::notice::LookupError;
use chat_proto::event::MessageKind;
use chat_proto::{Refusal, RefusalCode, RoomName, UserName};

use super::{connection, not_done, quoted, refusal, standing};
use crate::action::Action;
use crate::keymap::KeyMap;

/// A notice as a row of the log. `keys` has the keys that it names.
pub(crate) fn notice(notice: &Notice, keys: &KeyMap) -> String {
    match notice {
        Notice::Front(_, text) => text.clone(),
        Notice::Welcome { name, room } => format!("Welcome, {name}. You're in {room}."),
        Notice::Renamed { from, to } => format!("{} is now {}", quoted(from), quoted(to)),
        Notice::YouRenamed(name) => format!("You are now {}", quoted(name)),
        Notice::TopicSet { by, topic: None } => format!("{} cleared the topic", quoted(by)),
        Notice::TopicSet { by, topic: Some(topic) } => {
            format!("{} set the topic: {}", quoted(by), topic.as_str())
        }
        Notice::RoleGiven { user, role, room, by } => {
            standing::role_given(user, *role, room.as_ref(), by)
        }
        Notice::RulesSet { room, before, rules, by } => {
            standing::rules_set(room, *before, *rules, by)
        }
        Notice::AskedIn { room, user, by } => standing::asked_in(room, user, by),
        Notice::Sanctioned { kind, whom, room, ms_left, by, reason, is_private } => {
            standing::sanctioned(standing::SanctionNotice {
                kind: *kind,
                whom,
                room: room.as_ref(),
                ms_left: *ms_left,
                by,
                reason,
                is_private: *is_private,
            })
        }
        Notice::Pardoned { kind, whom, room, by } => {
            standing::pardoned(*kind, whom, room.as_ref(), by.as_ref())
        }
        Notice::AccountChanged { what, by } => standing::account_changed(*what, by),
        Notice::RoomCreated(room) => {
            format!("You created {room}. /leave removes it")
        }
        Notice::AnotherServer => {
            "This is not the server that was here before. Messages and drafts for that one stay stored and are \
             not sent here"
                .to_owned()
        }
        Notice::SetBack => {
            "The server was set back to an older copy of its data. It may not have the messages above the line \
             any more. Connecting again to load all rooms"
                .to_owned()
        }
        Notice::NotConnected { server, why } => connection::not_connected(server, why),
        Notice::HelloRefused { name, refusal } => refusal::hello(name, refusal, keys),
        Notice::Refused(refusal) => refusal::command(refusal),
        Notice::Unreadable(refusal) => format!(
            "The server sent something this version doesn't understand ({}). Please update chat-tui",
            refusal.text
        ),
        Notice::NotFound { name, why } => not_found(name, why, keys),
        Notice::NotSent { room, refusal, text } => {
            format!("Not sent to {room}: {}. {}: {text}", refusal.text, way_back(keys))
        }
        Notice::NotChanged { room, kind, refusal, text } => {
            not_changed(room, *kind, refusal.as_deref(), text.as_deref(), keys)
        }
        Notice::StoredByName { room, text, is_draft } => {
            let place = match is_draft {
                true => "The text is in the input box there".to_owned(),
                false => way_back(keys),
            };
            format!(
                "Not sent to {room}: an earlier version stored it under this name, which somebody else may \
                 have by now. {place}: {text}"
            )
        }
        Notice::DraftReturned { room, text } => {
            format!("{room} is not here any more. {}: {text}", way_back(keys))
        }
        Notice::NotBecome { why } => format!("You are still the same user: {why}"),
        Notice::NotStored { why } => {
            format!("Can't save to disk ({why}). Queued messages are lost if you quit")
        }
        Notice::TooManyRequests => {
            "Too many requests wait for the network. /reconnect connects again".to_owned()
        }
    }
}

/// A change of a message is not made.
fn not_changed(
    room: &RoomName,
    kind: MessageKind,
    refusal: Option<&Refusal>,
    text: Option<&str>,
    keys: &KeyMap,
) -> String {
    let what = match kind {
        MessageKind::Edit => "Message not edited",
        MessageKind::Delete => "Message not deleted",
        MessageKind::Reaction => "Reaction not sent",
        MessageKind::Pin => "Pin not changed",
        _ => "Not sent",
    };
    let why =
        refusal.map_or("the server does not have the message any more", |refusal| &refusal.text);
    let text = text.map(|text| format!(". {}: {text}", way_back(keys))).unwrap_or_default();
    format!("{what} in {room}: {why}{text}")
}

/// How a text that was not sent comes back.
fn way_back(keys: &KeyMap) -> String {
    let key = keys.hint(Action::Up, "brings your text back");
    key.unwrap_or_else(|| "Your text is in the input history".to_owned())
}

/// The row of that many messages of ignored users.
pub(crate) fn ignored(count: usize) -> String {
    match count {
        1 => "1 message from an ignored user".to_owned(),
        count => format!("{count} messages from ignored users"),
    }
}

fn not_found(name: &UserName, why: &LookupError, keys: &KeyMap) -> String {
    match why {
        LookupError::Refused(refusal) if refusal.code == RefusalCode::NoSuchUser => {
            format!(
                "Not sent: there is no user \"{name}\". Check the name; Tab completes the ones that are known"
            )
        }
        LookupError::Refused(refusal) => format!("Not sent to {name}: {}", refusal.text),
        LookupError::Renamed(now) => format!("Not sent: {} is now {}", quoted(name), quoted(now)),
        LookupError::ConnectionLost => {
            format!("Not sent: the connection was lost before the server found {name}")
        }
        LookupError::Failed(why) => not_done(why, keys),
    }
}
