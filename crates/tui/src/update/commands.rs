//! Carries out the `/` commands of the user.

use chat_client::link::BadEndpoint;
use chat_client::{NoticeKind, Request, RequestError};
use chat_proto::command::{Kind, Links};
use chat_proto::{NameError, Privacy, Role, RoomName, SanctionKind, Timestamp, Topic, UserName};

use super::{
    Effect, bare, date, export, find, lists, live, mentions, notify, orders, quiet, request, rooms,
    settings, to_newest, toggle_users, whois,
};
use crate::action::Action;
use crate::commands::{Command, Verb, unknown};
use crate::help;
use crate::letters::LETTERS;
use crate::lists::Subject;
use crate::settings::SETTINGS;
use crate::state::{PageSubject, State};
use crate::wording::{not_done, quoted};

/// The topic that removes it, as in other programs.
const NO_TOPIC: &str = "-delete";

/// Carries out a command, which begins with `/`.
///
/// # Errors
/// Returns the reason in words for the user, if it cannot be carried out.
pub(super) fn run(state: &mut State, typed: &str, at: Timestamp) -> Result<Vec<Effect>, String> {
    let (name, argument) = typed.split_once(char::is_whitespace).unwrap_or((typed, ""));
    let argument = argument.trim();
    let command = Command::named(name).ok_or_else(|| no_command(state, name))?;
    if !command.takes(argument) {
        return Err(command.usage());
    }
    let room = state.shown().clone();
    let asked = match command.verb {
        Verb::Help if argument.is_empty() => return Ok(page(state, PageSubject::Commands)),
        Verb::Help => {
            let text = help::on(argument, state.look.keys())?;
            return Ok(notify(state, NoticeKind::Info, text, at));
        }
        Verb::Keys => return Ok(page(state, PageSubject::Keys)),
        Verb::Set if argument.is_empty() => return Ok(page(state, PageSubject::Settings)),
        Verb::Quit => return Ok(vec![Effect::Quit]),
        Verb::Me => Request::Say {
            room,
            kind: Kind::Action,
            text: argument.to_owned(),
            links: Links::default(),
        },
        Verb::Name if argument.is_empty() => {
            let text = format!("You are {}. /name NAME changes that", state.client.name());
            return Ok(notify(state, NoticeKind::Info, text, at));
        }
        Verb::Name => return rename(state, argument, at),
        Verb::Join => match list_of_rooms(argument) {
            Some(names) => return join_all(state, &names, at),
            None => join(typed, argument)?,
        },
        Verb::Leave if argument.is_empty() => return leave(state, room, at),
        // Other programs show a text after the room to its users. Here it is dropped.
        Verb::Leave => return leave(state, room_named(room_first(argument).0)?, at),
        Verb::Msg if argument.starts_with('#') => return say_in(state, argument, at),
        Verb::Msg => say_to(state, typed, argument)?,
        Verb::GoTo => return Ok(rooms::go(state, argument, at)),
        Verb::Pins => return Ok(lists::open(state, Subject::Pins, argument, at)),
        Verb::Saved => return Ok(lists::open(state, Subject::Saved, argument, at)),
        Verb::Mentions => return Ok(lists::open(state, Subject::Mentions, argument, at)),
        Verb::Password => return orders::password(state, at),
        Verb::Link => return orders::link(state, argument, at),
        Verb::Devices => return orders::devices(state, argument, at),
        Verb::Drop => return orders::drop_device(state, argument, at),
        Verb::End => return orders::end_session(state, argument, at),
        Verb::Free => return orders::free(state, argument, at),
        Verb::Login => return orders::login(state, argument, at),
        Verb::Role => return orders::role(state, argument, at),
        Verb::Private => return orders::privacy(state, Privacy::Private, at),
        Verb::Public => return orders::privacy(state, Privacy::Public, at),
        Verb::Announce => return orders::privacy(state, Privacy::Announce, at),
        Verb::Slow => return orders::slow(state, argument, at),
        Verb::TopicBy => return orders::topic_by(state, argument, at),
        Verb::AskIn => return orders::ask_in(state, argument, at),
        Verb::Mute => return orders::sanction(state, SanctionKind::Mute, argument, at),
        Verb::Kick => return orders::sanction(state, SanctionKind::Kick, argument, at),
        Verb::Ban => return orders::sanction(state, SanctionKind::Ban, argument, at),
        Verb::Unmute => return orders::lift(state, SanctionKind::Mute, argument, at),
        Verb::Unban => return orders::lift(state, SanctionKind::Ban, argument, at),
        Verb::Sanctions => return orders::list(state, argument, at),
        Verb::Audit => return Ok(lists::open(state, Subject::Audit, "", at)),
        Verb::Invite => return orders::invite(state, argument, at),
        Verb::Invites => return Ok(lists::open(state, Subject::Invites, argument, at)),
        Verb::Revoke => return orders::revoke(state, argument, at),
        Verb::Hook => return orders::hook(state, argument, at),
        Verb::Hooks => return Ok(lists::open(state, Subject::Hooks, argument, at)),
        Verb::RevokeHook => return orders::revoke_hook(state, argument, at),
        Verb::Date => return date::go(state, argument, at),
        Verb::Export => return export::command(state, argument, at),
        Verb::Search => return Ok(find::open(state, argument, at)),
        Verb::Rooms => {
            // Other programs have patterns; here a part of the name is enough.
            let part = argument.replace('*', " ");
            return Ok(lists::open(state, Subject::Rooms, part.trim(), at));
        }
        Verb::Users => return Ok(toggle_users(state, at)),
        Verb::Who => return who(state, argument, at),
        Verb::Whois => return whois::whois(state, argument, at),
        Verb::Topic => return topic(state, argument, at),
        Verb::Notify => return quiet::level(state, argument, at),
        Verb::Quiet | Verb::Unquiet => {
            let named = (!argument.is_empty()).then(|| room_named(argument)).transpose()?;
            return quiet::quiet(state, named, command.verb == Verb::Quiet, at);
        }
        Verb::Ignore | Verb::Unignore => {
            return quiet::ignore(state, argument, command.verb == Verb::Ignore, at);
        }
        Verb::Bare => return Ok(bare::open(state)),
        Verb::Set => return settings::set(state, argument, at),
        Verb::Unread => return Ok(mentions::first_unread(state, at)),
        Verb::Read => Request::Read { room, seq: state.client.room().last_seq() },
        Verb::Clear => {
            let mut effects = request(state, Request::Clear(room), at)?;
            effects.extend(to_newest(state, at));
            return Ok(effects);
        }
        Verb::Away => live::away(argument)?,
        Verb::Back => Request::Away(None),
        Verb::Status => {
            let text = status(state);
            return Ok(notify(state, NoticeKind::Info, text, at));
        }
        Verb::Reconnect => Request::Reconnect,
        Verb::Connect if state.is_demo => {
            return Err("This is a demo. Quit, and run: chat-tui HOST".to_owned());
        }
        Verb::Connect => {
            let server = argument
                .parse()
                .map_err(|error: BadEndpoint| format!("{argument} is not an address: {error}"))?;
            return Ok(vec![Effect::Connect(server)]);
        }
        Verb::Forget => Request::ForgetToken,
        #[cfg(debug_assertions)]
        Verb::Panic => panic!("asked for by /panic"),
    };
    request(state, asked, at)
}

/// The error if there is no command of that name: it may be the action of a letter, or a setting.
fn no_command(state: &State, name: &str) -> String {
    let word = name.trim_start_matches('/');
    let letter = LETTERS.iter().find(|letter| letter.hint == word);
    if let Some((letter, key)) = letter.zip(state.look.keys().name(Action::Select)) {
        return format!("{name} is a key: select a message with {key}, then press {}", letter.key);
    }
    match SETTINGS.iter().find(|setting| setting.name == word) {
        Some(_) => format!("{name} is a setting: /set {word}"),
        None => unknown(name),
    }
}

/// Which server this is, and who the user is there.
fn status(state: &State) -> String {
    let (client, version) = (&state.client, env!("CARGO_PKG_VERSION"));
    let (server, name) = (client.server(), client.name());
    let role = match client.role() {
        Role::Member => String::new(),
        role => format!(", {role} of the server"),
    };
    match client.session() {
        Some(_) => format!("Connected to {server} as {name}{role}, with chat-tui {version}"),
        None => format!("Not connected to {server}. /reconnect tries again now"),
    }
}

/// Leaves a room. Once the server has answered, the status line says how to come back.
fn leave(state: &mut State, room: RoomName, at: Timestamp) -> Result<Vec<Effect>, String> {
    if room == RoomName::lobby() {
        return Err(format!(
            "You can't leave {room}: everybody is in it. /quiet makes it quiet, /quit ends the program"
        ));
    }
    let effects = request(state, Request::Leave(room.clone()), at)?;
    let label = state.client.rooms().label(&room);
    let room = state.client.meant(room);
    let done = match label.other() {
        Some(name) => {
            let written = name.as_str().replace(' ', "_");
            format!("Closed your messages with {}. /msg {written} opens them again", quoted(&name))
        }
        None => format!("You left {label}. /join {label} brings you back"),
    };
    state.leaving = Some((room, done));
    Ok(effects)
}

/// Opens a room, or the direct message with a user.
fn join(typed: &str, argument: &str) -> Result<Request, String> {
    let room = room_named(argument)?;
    Ok(match room.other() {
        Some(name) => Request::SayTo { name, text: None, typed: Some(typed.to_owned()) },
        None => Request::Join(room),
    })
}

/// The names of several rooms, as other programs take them: `#a,#b`. `None` if it is not a list; the name of a room may
/// have a comma.
fn list_of_rooms(argument: &str) -> Option<Vec<&str>> {
    let names: Vec<&str> = argument.split(',').map(str::trim).collect();
    (names.len() > 1 && names.iter().all(|name| name.starts_with('#'))).then_some(names)
}

/// Joins several rooms, and opens the last one.
fn join_all(state: &mut State, names: &[&str], at: Timestamp) -> Result<Vec<Effect>, String> {
    let rooms: Vec<RoomName> =
        names.iter().map(|name| room_named(name)).collect::<Result<_, _>>()?;
    let mut effects = Vec::new();
    for room in rooms {
        match request(state, Request::Join(room), at) {
            Ok(joins) => effects.extend(joins),
            // The rooms before it are joined.
            Err(why) => {
                effects.extend(notify(state, NoticeKind::Trouble, why, at));
                break;
            }
        }
    }
    Ok(effects)
}

/// Lists the users of the room. In other programs, the argument is a room.
fn who(state: &mut State, argument: &str, at: Timestamp) -> Result<Vec<Effect>, String> {
    if !argument.starts_with('#') {
        return Ok(lists::open(state, Subject::People, argument, at));
    }
    let room = own_room(state, argument)?;
    let mut effects = request(state, Request::Open(room), at)?;
    effects.extend(lists::open(state, Subject::People, "", at));
    Ok(effects)
}

/// The room of that name, if the user is in it.
fn own_room(state: &State, written: &str) -> Result<RoomName, String> {
    let room = room_named(written)?;
    match state.client.rooms().get(&room) {
        Some(_) => Ok(room),
        None => Err(not_done(&RequestError::NotInRoom(room), state.look.keys())),
    }
}

/// The room of that name, with or without its `#`.
fn room_named(written: &str) -> Result<RoomName, String> {
    let has_sigil = written.starts_with(['#', '@']);
    let name =
        if has_sigil { RoomName::new(written) } else { RoomName::new(&format!("#{written}")) };
    name.map_err(|error| match error {
        NameError::SpaceWithin => "Room names can't contain spaces".to_owned(),
        error => format!("Not a room: {error}"),
    })
}

/// Opens the direct message with a user, and sends a text there.
fn say_to(state: &State, typed: &str, argument: &str) -> Result<Request, String> {
    // Tab may have completed it with `@`.
    let argument = argument.strip_prefix('@').unwrap_or(argument);
    let (name, text) = name_and_text(state, argument)?;
    let name = UserName::new(name).map_err(|error| format!("Not a name: {error}"))?;
    let text = Some(text).filter(|text| !text.is_empty()).map(str::to_owned);
    Ok(Request::SayTo { name, text, typed: Some(typed.to_owned()) })
}

/// Splits a text into a name and the rest. The name is that of a known user, which may have spaces, or else
/// the first word.
///
/// # Errors
/// Returns an error without a session, if no known name begins the text: the first word may be half a name.
pub(super) fn name_and_text<'a>(
    state: &State,
    argument: &'a str,
) -> Result<(&'a str, &'a str), String> {
    let spaces = argument.match_indices(char::is_whitespace).map(|(end, _)| end);
    let ends: Vec<usize> = spaces.chain([argument.len()]).collect();
    let known = ends.iter().rev().find(|end| is_known(state, &argument[..**end]));
    if known.is_none() && ends.len() > 1 && state.client.session().is_none() {
        return Err(
            "Not sent: you're offline, and have no direct messages with that user yet. Try again once connected"
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

/// Splits a room off the front of an argument; all of it, if it begins with something else.
fn room_first(argument: &str) -> (&str, &str) {
    let split = argument.split_once(char::is_whitespace).filter(|_| argument.starts_with('#'));
    split.map_or((argument, ""), |(room, rest)| (room, rest.trim()))
}

/// Sends a text to a room that the user is in, and opens the room.
fn say_in(state: &mut State, argument: &str, at: Timestamp) -> Result<Vec<Effect>, String> {
    let (room, text) = room_first(argument);
    let room = own_room(state, room)?;
    let open = Request::Open(room.clone());
    if text.is_empty() {
        return request(state, open, at);
    }
    let (kind, text, links) = (Kind::Text, text.to_owned(), Links::default());
    let say = Request::Say { room: room.clone(), kind, text, links };
    // First, since it may fail: then the effects of the other request would be lost.
    let mut effects = request(state, say, at)?;
    effects.extend(request(state, open, at)?);
    state.viewport_mut(&room).to_newest();
    Ok(effects)
}

/// Shows or sets the topic of the room, or of one that the user is in and that comes first.
fn topic(state: &mut State, argument: &str, at: Timestamp) -> Result<Vec<Effect>, String> {
    let (first, rest) = room_first(argument);
    let named = RoomName::new(first).ok().filter(|room| state.client.rooms().get(room).is_some());
    let text = if named.is_some() { rest } else { argument };
    let mut effects = Vec::new();
    if !text.is_empty() {
        let text = if text == NO_TOPIC { "" } else { text };
        let topic = Topic::new(text).map_err(|error| format!("Not a topic: {error}"))?;
        let room = named.as_ref().unwrap_or(state.shown()).clone();
        // First, since it may fail, as in `say_in`.
        effects.extend(request(state, Request::SetTopic { room, topic }, at)?);
    }
    if let Some(room) = named {
        // The answer is in the log of that room.
        effects.extend(request(state, Request::Open(room), at)?);
    }
    if text.is_empty() {
        effects.extend(show_topic(state, at));
    }
    Ok(effects)
}

fn show_topic(state: &mut State, at: Timestamp) -> Vec<Effect> {
    let room = state.client.room();
    let label = room.label();
    let text = match room.topic().as_str() {
        "" => format!("{label} has no topic. Set one with /topic TEXT"),
        topic => format!("Topic of {label}: {topic}. /topic {NO_TOPIC} clears it"),
    };
    notify(state, NoticeKind::Info, text, at)
}

/// Opens a page of help.
fn page(state: &mut State, subject: PageSubject) -> Vec<Effect> {
    super::help::open(state, subject);
    Vec::new()
}

/// Takes another name.
///
/// # Errors
/// Returns the reason in words for the user, if it is not a name.
pub(super) fn rename(state: &mut State, typed: &str, at: Timestamp) -> Result<Vec<Effect>, String> {
    let name = UserName::new(typed).map_err(|error| format!("Not a name: {error}"))?;
    request(state, Request::Rename(name), at)
}
