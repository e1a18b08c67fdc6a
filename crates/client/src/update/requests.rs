//! Carries out the requests of the front end.

use std::time::Duration;

use chat_proto::command::{Body, Kind, Links};
use chat_proto::{Command, RefusalCode, RoomName, Text, Timestamp, UserName};

use super::{
    Effect, addresses, changes, choices, drafts, fetch, history, listing, live, orders, reload,
    search, send, session, show_pending, store, threads, versions,
};
use crate::error::RequestError;
use crate::link::{LinkRequest, Login};
use crate::log::Hold;
use crate::notice::Notice;
use crate::request::{DRAFT_BYTES_MAX, LoadTarget, Request};
use crate::rooms::{JoinState, Room};
use crate::state::{Connection, State};
use crate::store::StoreOp;

/// Time until the read position is sent to the server: short enough for another session, and one command
/// for all that is read meanwhile.
const SEND_READ_AFTER: Duration = Duration::from_secs(1);

/// A text that answers no message.
pub(super) const PLAIN: (Kind, Links) = (Kind::Text, Links { reply_to: None, thread: None });

pub(super) fn request(state: &mut State, request: Request, at: Timestamp) -> Vec<Effect> {
    carry_out(state, request, at).unwrap_or_else(|error| vec![Effect::Failed(error)])
}

fn carry_out(
    state: &mut State,
    request: Request,
    at: Timestamp,
) -> Result<Vec<Effect>, RequestError> {
    let effect = match request {
        Request::Say { room, kind, text, links } => {
            Some(say(state, &room, (kind, links), &text, at)?)
        }
        Request::Edit { room, target, text } => {
            let text = Text::new(text).map_err(RequestError::Text)?;
            Some(changes::request(state, &room, Body::Edit { target, text }, at)?)
        }
        Request::Delete { room, target } => {
            Some(changes::request(state, &room, Body::Delete { target }, at)?)
        }
        Request::React { room, target, emoji, on } => {
            Some(changes::request(state, &room, Body::Reaction { target, emoji, on }, at)?)
        }
        Request::Pin { room, target, on } => {
            Some(changes::request(state, &room, Body::Pin { target, on }, at)?)
        }
        Request::SayTo { name, text, typed } => return say_to(state, name, text, typed, at),
        Request::Join(room) => match room.other() {
            Some(name) => return say_to(state, name, None, None, at),
            None => join(state, &room)?,
        },
        Request::Open(room) => {
            state.open(&room);
            drafts::look(state)
        }
        Request::Leave(room) => Some(leave(state, room)?),
        Request::SetTopic { room, topic } => Some(ask(state, Command::Topic { room, topic })?),
        Request::ListRooms => listing::ask_rooms(state, at)?,
        Request::ListMentions => listing::ask_mentions(state)?,
        Request::ListPins(room) => listing::ask_pins(state, room)?,
        Request::ListVersions { room, seq } => versions::ask(state, room, seq)?,
        Request::Search { query, order, is_typed } => {
            search::ask(state, query, order, is_typed, at)?
        }
        Request::SearchMore => search::ask_more(state),
        Request::EndSearch => {
            state.search.end();
            None
        }
        Request::OpenThread { room, root } => threads::open(state, &room, root)?,
        Request::CloseThread => {
            state.thread = None;
            None
        }
        Request::SeenInThread { first, last } => {
            threads::mark_shown(state, (first, last));
            await_read_tick(state)
        }
        Request::FindDate { room, date } => fetch::ask_date(state, &room, date)?,
        Request::Fetch { room, after, to } => fetch::ask(state, &room, after, to)?,
        Request::Save { room, seq, on } => choices::save(state, &room, seq, on)?,
        Request::MarkUnread { room, seq } => {
            with(state, &room, |room| room.mark_unread(seq));
            None
        }
        Request::ListUsers(room) => Some(listing::ask_users(state, &room)?),
        Request::Rename(name) => Some(rename(state, name)),
        Request::Read { room, seq } => {
            with(state, &room, |room| room.mark_read(seq));
            let newer = history::continue_window(state, &room);
            return Ok(newer.into_iter().chain(await_read_tick(state)).collect());
        }
        Request::Seen { room, first, last } => {
            with(state, &room, |room| room.show(first, last));
            await_read_tick(state)
        }
        Request::DrawLine(room) => {
            with(state, &room, Room::draw_line);
            None
        }
        Request::Load(room, what) => load(state, &room, what),
        Request::Retry(room) => {
            with(state, &room, reload::again);
            None
        }
        Request::Clear(room) => {
            with(state, &room, history::clear);
            None
        }
        Request::Reconnect => Some(Effect::Link(LinkRequest::Connect(state.name.clone()))),
        Request::LogIn(login) => Some(log_in(state, login)?),
        Request::ForgetToken => return forget(state),
        Request::Draft { room, thread, text } => {
            if text.len() > DRAFT_BYTES_MAX {
                return Err(RequestError::DraftTooLong(text.len()));
            }
            match thread {
                Some(thread) => state.type_in_thread(&room, thread, text),
                None => with(state, &room, |room| room.draft = text),
            }
            drafts::look(state)
        }
        Request::SetLevel { room, level } => {
            choices::change(state, &room, |choice| choice.level = level)
        }
        Request::Mute { room, is_muted } => {
            let room = state.meant(room);
            if state.rooms.index(&room).is_none() {
                return Err(RequestError::NotInRoom(state.rooms.label(&room)));
            }
            choices::change(state, &room, |choice| choice.is_muted = is_muted)
        }
        Request::Ignore(name) => choices::ignore(state, &name)?,
        Request::Unignore(name) => choices::unignore(state, &name)?,
        Request::Typing(room) => live::type_in(state, room, at),
        Request::Away(text) => Some(live::set_away(state, text)?),
        Request::Order(command) => Some(orders::order(state, *command)?),
        Request::ShowJoins(joins) => {
            state.joins = joins;
            None
        }
        Request::FindMentions(mentions) => {
            state.mentions = mentions;
            None
        }
        Request::Notice(kind, text) => {
            state.notice(at, Notice::Front(kind, text));
            None
        }
    };
    Ok(effect.into_iter().collect())
}

fn with(state: &mut State, name: &RoomName, change: impl FnOnce(&mut Room)) {
    if let Some(room) = state.rooms.get_mut(name) {
        change(room);
    }
}

fn ask(state: &State, command: Command) -> Result<Effect, RequestError> {
    send(state, command).ok_or(RequestError::NotConnected)
}

/// Puts a message into the outbox: it is stored and shown, and sent as soon as it is stored and there is a
/// session.
pub(super) fn say(
    state: &mut State,
    room: &RoomName,
    (kind, links): (Kind, Links),
    text: &str,
    at: Timestamp,
) -> Result<Effect, RequestError> {
    if room.is_private() {
        addresses::check_server(state)?;
    }
    if !links.is_empty() {
        changes::check_server(state)?;
    }
    let text = sendable(state, text)?;
    put(
        state,
        room,
        Body::Message { kind, text, links: Links::new(links.reply_to, links.thread) },
        at,
    )
}

/// The text of a message, if it can be sent.
fn sendable(state: &State, text: &str) -> Result<Text, RequestError> {
    if state.outbox.is_full() {
        return Err(RequestError::OutboxFull);
    }
    Text::new(text).map_err(RequestError::Text)
}

/// Puts a message or an event about one into the outbox.
pub(super) fn put(
    state: &mut State,
    room: &RoomName,
    body: Body,
    at: Timestamp,
) -> Result<Effect, RequestError> {
    if state.outbox.is_full() {
        return Err(RequestError::OutboxFull);
    }
    let place = state.rooms.get_or_make(room).ok_or(RequestError::TooManyRooms)?;
    if place.log.hold() == Some(Hold::Cleared) {
        place.log.retry();
    }
    let named_at = body.named().and_then(|seq| state.sent_at(room, seq));
    let message = state.outbox.put(room.clone(), body, state.epoch.clone(), named_at);
    let effect = store(state, StoreOp::Message(message.clone()));
    show_pending(state, &message, at);
    Ok(effect)
}

/// Opens the direct message with a user, and sends a text there. It goes by the user's address; the server is
/// asked about a name that is not known.
fn say_to(
    state: &mut State,
    name: UserName,
    text: Option<String>,
    typed: Option<String>,
    at: Timestamp,
) -> Result<Vec<Effect>, RequestError> {
    if name == state.name {
        return Err(RequestError::MessageToSelf);
    }
    addresses::check_server(state)?;
    if let Some(text) = &text {
        // Before the room is opened: an error means that nothing has changed.
        sendable(state, text)?;
    }
    let Some((room, title)) = state.address(&name) else {
        return Ok(vec![addresses::ask(state, name, typed, text)?]);
    };
    let mut effects: Vec<Effect> = join(state, &room)?.into_iter().collect();
    state.rooms.set_title(&room, &title);
    if let Some(text) = text {
        effects.push(say(state, &room, PLAIN, &text, at)?);
    }
    Ok(effects)
}

/// Opens a room, and asks the server to let the user in if they are not in it.
fn join(state: &mut State, name: &RoomName) -> Result<Option<Effect>, RequestError> {
    let is_known = state.rooms.index(name).is_some();
    let room = state.rooms.get_or_make(name).ok_or(RequestError::TooManyRooms)?;
    if !is_known {
        room.join_state = JoinState::Requested;
    }
    state.open(name);
    let join = Command::Join { room: name.clone(), since: None };
    Ok(if is_known { None } else { send(state, join) })
}

fn leave(state: &State, room: RoomName) -> Result<Effect, RequestError> {
    let room = state.meant(room);
    if state.rooms.index(&room).is_none() {
        return Err(RequestError::NotInRoom(state.rooms.label(&room)));
    }
    ask(state, Command::Leave { room })
}

/// Takes another name: at the server in a session, else with the next one. Before the first session under the
/// old name, the new one is another user.
fn rename(state: &mut State, name: UserName) -> Effect {
    if let Some(effect) = send(state, Command::Rename { name: name.clone() }) {
        return effect;
    }
    if state.me.is_none() || matches!(state.connection, Connection::Refused { .. }) {
        return Effect::OpenUser(name);
    }
    state.name = name.clone();
    Effect::Link(LinkRequest::Connect(name))
}

/// Logs in by a code or a password. A user whom the server knows would lose its token.
fn log_in(state: &mut State, login: Login) -> Result<Effect, RequestError> {
    match state.connection {
        Connection::Refused { .. } => {
            state.says_password = matches!(login, Login::Server(_));
            Ok(Effect::Link(LinkRequest::LogIn(state.name.clone(), login)))
        }
        _ => Err(RequestError::NotRefused),
    }
}

fn forget(state: &mut State) -> Result<Vec<Effect>, RequestError> {
    match state.connection {
        Connection::Refused { code: RefusalCode::BadToken } => Ok(session::forget(state)),
        _ => Err(RequestError::NoTokenRefused),
    }
}

fn load(state: &mut State, room: &RoomName, what: LoadTarget) -> Option<Effect> {
    match what {
        LoadTarget::Older => history::load_older(state, room),
        LoadTarget::Newer => history::load_newer(state, room),
        LoadTarget::Oldest => history::load_oldest(state, room),
        LoadTarget::Newest => history::load_newest(state, room),
        LoadTarget::Unread => history::load_unread(state, room),
        LoadTarget::At(seq) => history::load_at(state, room, seq),
    }
}

/// Asks for a tick if a read position is not sent yet.
pub(super) fn await_read_tick(state: &mut State) -> Option<Effect> {
    let is_due =
        state.session().is_some() && !state.awaits_read_tick && unsent(state).next().is_some();
    is_due.then(|| {
        state.awaits_read_tick = true;
        Effect::Tick(SEND_READ_AFTER)
    })
}

/// Sends the server how far the user has read, in the rooms that the user is in by now. Not before the server has shown
/// that it has these messages.
pub(super) fn send_read(state: &mut State) -> Vec<Effect> {
    state.awaits_read_tick = false;
    if state.session().is_none() || state.probe.is_some() {
        return Vec::new();
    }
    let reads: Vec<Command> = unsent(state).collect();
    for room in state.rooms.iter_mut().filter(|room| room.join_state == JoinState::Joined) {
        room.read_sent = room.read_sent.max(room.read);
    }
    reads.into_iter().filter_map(|command| send(state, command)).collect()
}

fn unsent(state: &State) -> impl Iterator<Item = Command> {
    let rooms = state.rooms.list().iter();
    let unsent =
        rooms.filter(|room| room.read > room.read_sent && room.join_state == JoinState::Joined);
    unsent.map(|room| Command::Read { room: room.name.clone(), seq: room.read })
}
