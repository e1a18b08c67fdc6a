//! Carries out the `/` commands of the user.

use chat_client::Request;
use chat_client::entry::NoticeKind;
use chat_proto::command::Kind;
use chat_proto::{RoomName, Timestamp, Topic, UserName};

use super::{Effect, notify, request, settings, to_newest, toggle_users};
use crate::action::Action;
use crate::help::{self, COMMANDS, CommandHelp};
use crate::state::State;

/// The topic that removes it, as in other programs.
const NO_TOPIC: &str = "-delete";

/// Carries out a command, which begins with `/`.
///
/// # Errors
/// Returns the reason in words for the user, if it cannot be carried out.
pub(super) fn run(state: &mut State, typed: &str, at: Timestamp) -> Result<Vec<Effect>, String> {
    let (name, argument) = typed.split_once(char::is_whitespace).unwrap_or((typed, ""));
    let argument = argument.trim();
    let room = state.shown().clone();
    let asked = match name {
        "/help" if !argument.is_empty() => {
            let text = help::on(argument, state.look.keys())?;
            return Ok(notify(state, NoticeKind::Info, text, at));
        }
        "/help" => return Ok(list(state, at)),
        "/keys" => {
            super::help::open(state);
            return Ok(Vec::new());
        }
        "/quit" => return Ok(vec![Effect::Quit]),
        "/me" if argument.is_empty() => {
            return Err("/me needs to know what you do: /me waves".to_owned());
        }
        "/me" => Request::Say { room, kind: Kind::Action, text: argument.to_owned() },
        "/name" if argument.is_empty() => {
            let text = format!("you are {}; /name NAME takes another name", state.client.name());
            return Ok(notify(state, NoticeKind::Info, text, at));
        }
        "/name" => return rename(state, argument, at),
        "/join" => join(typed, argument)?,
        "/leave" if argument.is_empty() => Request::Leave(room),
        "/leave" => Request::Leave(room_named(argument)?),
        "/msg" => say_to(state, typed, argument)?,
        "/rooms" => Request::ListRooms,
        "/users" => return Ok(toggle_users(state, at)),
        "/who" => Request::ListUsers(room),
        "/topic" if argument.is_empty() => return Ok(show_topic(state, at)),
        "/topic" => {
            let text = if argument == NO_TOPIC { "" } else { argument };
            let topic = Topic::new(text).map_err(|error| format!("not a topic: {error}"))?;
            Request::SetTopic { room, topic }
        }
        "/set" => return settings::set(state, argument, at),
        "/read" => Request::Read { room, seq: state.client.room().last_seq() },
        "/clear" => {
            let mut effects = request(state, Request::Clear(room), at)?;
            effects.extend(to_newest(state, at));
            return Ok(effects);
        }
        "/reconnect" => Request::Reconnect,
        "/forget" => Request::ForgetToken,
        // Shows that a panic gives the terminal back; not in a release.
        #[cfg(debug_assertions)]
        "/panic" => panic!("asked for by /panic"),
        _ => return Err(format!("no such command: {name}; /help lists them, // says a /")),
    };
    request(state, asked, at)
}

/// Opens a room, or the direct message with a user.
fn join(typed: &str, argument: &str) -> Result<Request, String> {
    if argument.is_empty() {
        return Err("/join needs a room: /join #rust".to_owned());
    }
    let room = room_named(argument)?;
    Ok(match room.other() {
        Some(name) => Request::SayTo { name, text: String::new(), typed: typed.to_owned() },
        None => Request::Join(room),
    })
}

/// The room of that name, with or without its `#`.
fn room_named(written: &str) -> Result<RoomName, String> {
    let has_sigil = written.starts_with(['#', '@']);
    let name =
        if has_sigil { RoomName::new(written) } else { RoomName::new(&format!("#{written}")) };
    name.map_err(|error| format!("not a room: {error}"))
}

/// Opens the direct message with a user, and sends a text there.
fn say_to(state: &State, typed: &str, argument: &str) -> Result<Request, String> {
    // Tab may have completed it with `@`.
    let argument = argument.strip_prefix('@').unwrap_or(argument);
    let (name, text) = name_and_text(state, argument)?;
    let name = UserName::new(name).map_err(|error| format!("not a name: {error}"))?;
    Ok(Request::SayTo { name, text: text.to_owned(), typed: typed.to_owned() })
}

/// Splits a text into a name and the rest. The name is that of a known user, which may have spaces, or else
/// the first word.
///
/// # Errors
/// Returns an error without a session, if no known name begins the text: the first word may be half a name.
fn name_and_text<'a>(state: &State, argument: &'a str) -> Result<(&'a str, &'a str), String> {
    let spaces = argument.match_indices(char::is_whitespace).map(|(end, _)| end);
    let ends: Vec<usize> = spaces.chain([argument.len()]).collect();
    let known = ends.iter().rev().find(|end| is_known(state, &argument[..**end]));
    if known.is_none() && ends.len() > 1 && state.client.session().is_none() {
        return Err(
            "not sent: nobody of that name is known here, and there is no connection to ask \
                    the server; try again when you are connected"
                .to_owned(),
        );
    }
    let end = *known.or(ends.first()).unwrap_or(&0);
    Ok((&argument[..end], argument[end..].trim()))
}

/// Whether it is the name of the user, of a user of a room, or of a direct message.
fn is_known(state: &State, written: &str) -> bool {
    let client = &state.client;
    let name = UserName::new(written);
    name.is_ok_and(|name| name == *client.name() || client.address_here(&name).is_some())
}

fn show_topic(state: &mut State, at: Timestamp) -> Vec<Effect> {
    let room = state.client.room();
    let label = room.label();
    let text = match room.topic().as_str() {
        "" => format!("{label} has no topic. Set one with /topic TEXT"),
        topic => format!("{label} is about: {topic}; /topic {NO_TOPIC} empties it"),
    };
    notify(state, NoticeKind::Info, text, at)
}

fn list(state: &mut State, at: Timestamp) -> Vec<Effect> {
    let wide = COMMANDS.iter().map(|command| command.name.len() + command.argument.len()).max();
    let lines = COMMANDS.iter().map(|CommandHelp { name, argument, does }| {
        format!("{:wide$}  {does}", format!("{name}{argument}"), wide = wide.unwrap_or_default())
    });
    let key = state.look.keys().name(Action::Help).map(|key| format!("{key} or "));
    let lines = lines.collect::<Vec<_>>().join("\n");
    let text = format!("{lines}\n{}/keys shows the keys.", key.unwrap_or_default());
    notify(state, NoticeKind::Info, text, at)
}

/// Takes another name.
///
/// # Errors
/// Returns the reason in words for the user, if it is not a name.
pub(super) fn rename(state: &mut State, typed: &str, at: Timestamp) -> Result<Vec<Effect>, String> {
    let name = UserName::new(typed).map_err(|error| format!("not a name: {error}"))?;
    request(state, Request::Rename(name), at)
}
