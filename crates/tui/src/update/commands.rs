//! Carries out the `/` commands of the user.

use chat_client::link::Order;
use chat_proto::command::Kind;
use chat_proto::{Command, RefusalCode, RoomName, Timestamp, Topic, UserName};

use super::{Effect, addresses, say, send, session};
use crate::help::{COMMANDS, CommandHelp};
use crate::state::{Connection, Room, State, Tone, WithServer};

/// What is said where something needs a session.
const NOT_CONNECTED: &str = "not connected: try again when it says so below";

/// The topic that empties it, as other programs have it.
const NO_TOPIC: &str = "-delete";

/// Carries out what was typed, `/` in front.
///
/// # Errors
/// In words for the user, where it cannot be done.
pub(super) fn run(state: &mut State, typed: &str, at: Timestamp) -> Result<Vec<Effect>, String> {
    let (name, argument) = typed.split_once(char::is_whitespace).unwrap_or((typed, ""));
    let argument = argument.trim();
    match name {
        "/help" => help(state, at),
        "/quit" => return Ok(vec![Effect::Quit]),
        "/me" if argument.is_empty() => {
            return Err("/me needs to know what you do: /me waves".to_owned());
        }
        "/me" => {
            let room = state.room().name.clone();
            return say(state, &room, Kind::Action, argument, at);
        }
        "/name" if argument.is_empty() => {
            let text = format!("you are {}; /name NAME takes another name", state.name);
            state.room_mut().log.note(at, Tone::Info, text);
        }
        "/name" => return rename(state, argument),
        "/join" => return join(state, typed, argument, at),
        "/leave" => return leave(state, argument),
        "/msg" => return talk(state, typed, argument, at),
        "/rooms" => return ask(state, Command::Rooms { after: None, limit: None }),
        "/who" => {
            let room = state.room().name.clone();
            return ask(state, Command::Who { room, after: None, limit: None });
        }
        "/topic" => return topic(state, argument, at),
        "/read" => {
            let room = state.room_mut();
            room.has_read(room.last_seq);
        }
        "/clear" => clear(state.room_mut()),
        "/reconnect" => return Ok(vec![Effect::Order(Order::Call(state.name.clone()))]),
        "/forget" => return forget(state),
        // The way to see that a panic gives the terminal back; not in a release.
        #[cfg(debug_assertions)]
        "/panic" => panic!("asked for by /panic"),
        _ => return Err(format!("no such command: {name}; /help lists them, // says a /")),
    }
    Ok(Vec::new())
}

/// Empties the log. Its messages count as read, but not those behind a gap, which were never here.
fn clear(room: &mut Room) {
    if room.log.goes_on_from(room.read) {
        room.has_read(room.log.since().min(room.last_seq));
    }
    room.log.clear();
}

fn ask(state: &State, command: Command) -> Result<Vec<Effect>, String> {
    Ok(vec![send(state, command).ok_or(NOT_CONNECTED)?])
}

/// Goes into a room: at once if the user is in it, else as soon as there is a session.
fn join(
    state: &mut State,
    typed: &str,
    argument: &str,
    at: Timestamp,
) -> Result<Vec<Effect>, String> {
    if argument.is_empty() {
        return Err("/join needs a room: /join #rust".to_owned());
    }
    let room = room_named(argument)?;
    match room.other() {
        Some(name) => talk_to(state, typed, name, "", at),
        None => Ok(go_to(state, &room)?.into_iter().collect()),
    }
}

/// The room that is meant, with or without its `#`.
fn room_named(written: &str) -> Result<RoomName, String> {
    let has_sigil = written.starts_with(['#', '@']);
    let name =
        if has_sigil { RoomName::new(written) } else { RoomName::new(&format!("#{written}")) };
    name.map_err(|error| format!("not a room: {error}"))
}

/// Shows a room, and asks to be let in if the user is not in it.
fn go_to(state: &mut State, name: &RoomName) -> Result<Option<Effect>, String> {
    let is_known = state.rooms.index(name).is_some();
    let room = state.rooms.get_or_make(name).ok_or("there are too many rooms; /leave one")?;
    let join = Command::Join { room: name.clone(), since: None };
    if !is_known {
        room.with_server = WithServer::Wanted;
    }
    if let Some(index) = state.rooms.index(name) {
        state.show(index);
    }
    Ok(if is_known { None } else { send(state, join) })
}

fn leave(state: &mut State, argument: &str) -> Result<Vec<Effect>, String> {
    let room = match argument {
        "" => state.room().name.clone(),
        _ => state.meant(room_named(argument)?),
    };
    if state.rooms.index(&room).is_none() {
        return Err(format!("you are not in {}", state.rooms.label(&room)));
    }
    ask(state, Command::Leave { room })
}

/// Shows the direct message with a user, and sends a text there. It goes by the user's address; a name
/// that is not known is asked for.
fn talk(
    state: &mut State,
    typed: &str,
    argument: &str,
    at: Timestamp,
) -> Result<Vec<Effect>, String> {
    // As Tab may have completed it.
    let argument = argument.strip_prefix('@').unwrap_or(argument);
    let (name, text) = name_and_text(state, argument)?;
    let name = UserName::new(name).map_err(|error| format!("not a name: {error}"))?;
    talk_to(state, typed, name, text, at)
}

fn talk_to(
    state: &mut State,
    typed: &str,
    name: UserName,
    text: &str,
    at: Timestamp,
) -> Result<Vec<Effect>, String> {
    if name == state.name {
        return Err("that is you".to_owned());
    }
    addresses::check_server(state)?;
    let Some((room, title)) = state.address(&name) else {
        return Ok(vec![addresses::ask(state, name, typed, text)?]);
    };
    let mut effects: Vec<Effect> = go_to(state, &room)?.into_iter().collect();
    state.rooms.entitle(&room, &title);
    if !text.is_empty() {
        effects.extend(say(state, &room, Kind::Text, text, at)?);
    }
    Ok(effects)
}

/// Takes the name off a text: that of somebody who is known, which may have spaces in it, or else the
/// first word.
///
/// # Errors
/// Without a session, if nobody who is known begins it: it may be half a name.
fn name_and_text<'a>(state: &State, argument: &'a str) -> Result<(&'a str, &'a str), String> {
    let spaces = argument.match_indices(char::is_whitespace).map(|(end, _)| end);
    let ends: Vec<usize> = spaces.chain([argument.len()]).collect();
    let known = ends.iter().rev().find(|end| is_known(state, &argument[..**end]));
    if known.is_none() && ends.len() > 1 && state.session().is_none() {
        return Err(
            "not sent: nobody of that name is known here, and there is no connection to ask \
                    the server; try again when you are connected"
                .to_owned(),
        );
    }
    let end = *known.or(ends.first()).unwrap_or(&0);
    Ok((&argument[..end], argument[end..].trim()))
}

/// Whether somebody of that name is here or has a direct message on the screen, or is the user.
fn is_known(state: &State, written: &str) -> bool {
    let name = UserName::new(written);
    name.is_ok_and(|name| name == state.name || state.address_here(&name).is_some())
}

fn topic(state: &mut State, argument: &str, at: Timestamp) -> Result<Vec<Effect>, String> {
    let room = state.room().name.clone();
    if argument.is_empty() {
        let label = state.room().label();
        let text = match state.room().topic.as_str() {
            "" => format!("nobody has said what {label} is about; /topic TEXT does"),
            topic => format!("{label} is about: {topic}; /topic {NO_TOPIC} empties it"),
        };
        state.room_mut().log.note(at, Tone::Info, text);
        return Ok(Vec::new());
    }
    let text = if argument == NO_TOPIC { "" } else { argument };
    let topic = Topic::new(text).map_err(|error| format!("not a topic: {error}"))?;
    ask(state, Command::Topic { room, topic })
}

fn forget(state: &mut State) -> Result<Vec<Effect>, String> {
    match state.connection {
        Connection::Refused { code: RefusalCode::BadToken } => Ok(session::forget(state)),
        _ => Err("/forget is for a token that the server refuses".to_owned()),
    }
}

fn help(state: &mut State, at: Timestamp) {
    let wide = COMMANDS.iter().map(|command| command.name.len() + command.argument.len()).max();
    let lines = COMMANDS.iter().map(|CommandHelp { name, argument, does }| {
        format!("{:wide$}  {does}", format!("{name}{argument}"), wide = wide.unwrap_or_default())
    });
    let text = lines.collect::<Vec<_>>().join("\n") + "\nF1 shows the keys.";
    state.room_mut().log.note(at, Tone::Info, text);
}

/// Takes another name: of the server where there is a session, else with the next call. Where no
/// session has begun yet under the old one, it is another user's.
pub(super) fn rename(state: &mut State, typed: &str) -> Result<Vec<Effect>, String> {
    let name = UserName::new(typed).map_err(|error| format!("not a name: {error}"))?;
    if let Some(effect) = send(state, Command::Rename { name: name.clone() }) {
        return Ok(vec![effect]);
    }
    if state.me == 0 || matches!(state.connection, Connection::Refused { .. }) {
        return Ok(vec![Effect::Become(name)]);
    }
    state.name = name.clone();
    Ok(vec![Effect::Order(Order::Call(name))])
}
