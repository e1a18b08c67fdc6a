//! Sessions begin and end: the user, the rooms, and the messages that are sent again.

use chat_proto::command::Nonce;
use chat_proto::event::Welcome;
use chat_proto::{Command, Refusal, RefusalCode, RoomName, Seq, ShortString, Timestamp, User};

use super::{
    Effect, addresses, changes, drafts, orders, presence, reload, requests, search, send,
    send_waiting, set_back, show_pending, store, threads,
};
use crate::link::{Identity, LinkError, LinkRequest};
use crate::live::Live;
use crate::notice::Notice;
use crate::rooms::{JoinState, QueuedPages};
use crate::state::{Connection, State};
use crate::store::{OwnMessage, Profile, StoreOp};

/// The nonce of the ping whose answer comes after all rooms of the user.
fn rooms_complete_nonce() -> Nonce {
    Nonce::Text(ShortString::new("rooms").expect("it is short"))
}

/// A session has begun. The id of the journal identifies the server, whatever its address. If it is another
/// one, continues with the state that is stored for that server.
pub(super) fn take_welcome(
    state: &mut State,
    session: u64,
    welcome: Welcome,
    at: Timestamp,
) -> Vec<Effect> {
    let journal = welcome.journal.as_ref().map(|journal| &journal.id);
    if journal == state.journal.as_ref() {
        return begin(state, session, welcome, at);
    }
    // The drafts belong to the server they were typed for.
    let typed = drafts::tick(state);
    typed.into_iter().chain([Effect::OpenServer { session, welcome: Box::new(welcome) }]).collect()
}

/// A session has begun with another server, for which this is stored.
pub(super) fn open_server(
    state: &mut State,
    session: u64,
    welcome: Welcome,
    profile: Result<Box<Profile>, String>,
    at: Timestamp,
) -> Vec<Effect> {
    let is_other = state.journal.is_some();
    if is_other {
        state.forget_server();
        state.notice(at, Notice::AnotherServer);
    } else {
        remove_all_pending(state);
    }
    match profile {
        Ok(profile) => state.take_up(*profile),
        Err(why) => {
            super::not_stored(state, &why, at);
            state.journal = welcome.journal.as_ref().map(|journal| journal.id.clone());
        }
    }
    push_all_pending(state, at);
    begin(state, session, welcome, at)
}

fn begin(state: &mut State, session: u64, welcome: Welcome, at: Timestamp) -> Vec<Effect> {
    presence::begin_session(state, welcome.id, at);
    state.connection = Connection::Connected { session };
    (state.features, state.live, state.typed) = (welcome.features, Live::default(), None);
    (state.trouble, state.says_password) = (None, false);
    (state.warned.unreadable, state.warned.rooms_complete, state.warned.set_back) =
        (false, false, false);
    state.warned.not_connected = None;
    let is_other = !state.is_me(welcome.id);
    if is_other && state.me.is_some() {
        // The rooms of another user are not those of this one.
        state.forget_rooms();
        push_all_pending(state, at);
    }
    let epoch = welcome.journal.map(|journal| journal.epoch);
    if state.epoch.is_some() && epoch != state.epoch {
        for room in state.rooms.iter_mut() {
            room.make_void(at);
        }
        state.thread = None;
    }
    state.epoch = epoch;
    let taken_back = changes::take_back(state, at);
    let overtaken = changes::drop_overtaken(state);
    let drafts = drafts::take_back(state);
    if is_other || welcome.name.as_str() != state.name.as_str() {
        let (name, room) = (welcome.name.clone(), state.room().label());
        state.notice(at, Notice::Welcome { name, room });
    }
    state.me = Some(welcome.id);
    state.standing.role = welcome.role;
    state.name = welcome.name.clone();
    let question = set_back::ask(state);
    let mut effects: Vec<Effect> = taken_back.into_iter().chain(overtaken).chain(drafts).collect();
    effects.extend(question);
    effects.push(store(state, StoreOp::Name(welcome.name)));
    effects.extend(welcome.token.map(|token| store(state, StoreOp::Token(token))));
    let requested: Vec<Command> = requested(state).collect();
    effects.extend(requested.into_iter().filter_map(|command| send(state, command)));
    effects.extend(send_waiting(state));
    effects.extend(send(state, Command::Ping { nonce: rooms_complete_nonce() }));
    effects.extend(search::send_question(state));
    effects
}

/// The rooms that the user has asked to join while there was no session.
fn requested(state: &State) -> impl Iterator<Item = Command> {
    let rooms = state.rooms.list().iter();
    let requested = rooms.filter(|room| room.join_state == JoinState::Requested);
    requested.map(|room| Command::Join { room: room.name.clone(), since: None })
}

/// The server has answered the ping: it has sent all rooms by now. The user has left the others elsewhere.
pub(super) fn rooms_complete(state: &mut State, nonce: &Nonce, at: Timestamp) -> Vec<Effect> {
    if *nonce != rooms_complete_nonce() {
        return Vec::new();
    }
    state.warned.rooms_complete = true;
    set_back::give_up(state);
    addresses::resolve_drafts(state, at);
    let rooms = state.rooms.list().iter();
    let left = rooms.filter(|room| {
        room.join_state == JoinState::Unknown
            && !room.is_restored
            && !state.outbox.has_for(&room.name)
    });
    let left: Vec<RoomName> = left.map(|room| room.name.clone()).collect();
    for room in left {
        state.close(&room);
    }
    // The last run ended before the user had joined, or the room was left elsewhere. Its messages are still
    // to be sent.
    let mut to_join: Vec<RoomName> = unknown(state).cloned().collect();
    // The restored backup does not have the room, or not the user in it.
    let restored = state.rooms.list().iter().filter(|room| {
        room.is_restored && room.join_state == JoinState::Unknown && !to_join.contains(&room.name)
    });
    let restored: Vec<RoomName> = restored.map(|room| room.name.clone()).collect();
    to_join.extend(restored);
    let mut effects = Vec::new();
    for name in to_join {
        if let Some(room) = state.rooms.get_mut(&name) {
            room.join_state = JoinState::Requested;
        }
        effects.extend(send(state, Command::Join { room: name, since: None }));
    }
    effects.extend(send_waiting(state));
    effects.extend(requests::await_read_tick(state));
    effects
}

/// Rooms with pending messages from an earlier run whose membership is not confirmed yet. Nothing is sent
/// until it is: it would be refused, and numbers go in order.
pub(super) fn unknown(state: &State) -> impl Iterator<Item = &RoomName> {
    let rooms = state.rooms.list().iter().filter(|room| room.is_unknown());
    rooms.map(|room| &room.name).filter(|room| state.outbox.has_for(room))
}

/// The session has ended, or did not begin. All that is on the screen stays, the
/// users as they were last.
pub(super) fn end(state: &mut State, why: LinkError, at: Timestamp) {
    notify_why(state, &why, at);
    presence::end_session(state, &why, at);
    state.connection = match why {
        LinkError::Goodbye { code, .. } if why.is_final() => Connection::Expelled { code },
        _ => Connection::Connecting,
    };
    if !matches!(why, LinkError::Asked) {
        state.trouble = Some(why);
    }
    state.outbox.mark_unsent();
    state.listing.stop_waiting();
    state.mention_list.stop_waiting();
    state.pin_list.stop_waiting();
    state.version_list.is_loading = false;
    orders::stop_waiting(state);
    state.search.stop_waiting();
    threads::stop_waiting(state);
    addresses::drop_lookups(state, at);
    let lobby = state.rooms.get_mut(&RoomName::lobby());
    let here: Vec<User> = lobby.into_iter().flat_map(|room| room.users.iter()).cloned().collect();
    if !here.is_empty() {
        state.last_lobby_users = here;
    }
    state.probe = None;
    for room in state.rooms.iter_mut() {
        room.loading = None;
        reload::reset(room);
        room.queued = QueuedPages::default();
        room.coming = None;
        // The server may not have received it. The room has the position of the server in the next session.
        room.read_sent = Seq::NONE;
        if room.join_state == JoinState::Joined {
            room.join_state = JoinState::Unknown;
        }
    }
}

/// Shows once why there is no session, if the user can do something about it.
fn notify_why(state: &mut State, why: &LinkError, at: Timestamp) {
    let is_shown = match why {
        // Once there was a session, the address is right: the server is being restarted.
        LinkError::Unreachable(_) | LinkError::ClosedAtOnce => state.me.is_none(),
        LinkError::Goodbye { .. } => why.is_final(),
        LinkError::Another(_) | LinkError::TurnedAway(_) | LinkError::Tls => true,
        _ => false,
    };
    if is_shown && state.warned.not_connected.as_ref() != Some(why) {
        let server = state.server.clone();
        state.notice(at, Notice::NotConnected { server, why: why.clone() });
        state.warned.not_connected = Some(why.clone());
    }
}

/// The server has refused the hello. If it is about the name, the user can type another one.
pub(super) fn take_refusal(state: &mut State, refusal: Box<Refusal>, at: Timestamp) {
    state.connection = Connection::Refused { code: refusal.code };
    state.trouble = None;
    if matches!(refusal.code, RefusalCode::NameTaken | RefusalCode::BadName) {
        // A name that nobody may have is not the beginning of another one.
        let own = (refusal.code == RefusalCode::NameTaken).then(|| state.name.clone());
        state.effects.push(Effect::NameRequired(refusal.suggestion.clone().or(own)));
    }
    let is_wrong = refusal.code == RefusalCode::BadSecret && state.says_password;
    if refusal.code == RefusalCode::PasswordNeeded || is_wrong {
        state.effects.push(Effect::PasswordRequired);
    }
    let name = state.name.clone();
    state.notice(at, Notice::HelloRefused { name, refusal });
}

/// The client goes on as another user of the same server.
pub(super) fn open_user(state: &mut State, profile: Profile, at: Timestamp) -> Vec<Effect> {
    remove_all_pending(state);
    let identity = Identity::from(&profile);
    state.take_up(profile);
    push_all_pending(state, at);
    vec![Effect::Link(LinkRequest::ConnectAs(Box::new(identity)))]
}

/// Shows all messages without an answer.
pub(super) fn push_all_pending(state: &mut State, at: Timestamp) {
    let messages: Vec<OwnMessage> = state.outbox.messages().cloned().collect();
    for message in messages {
        show_pending(state, &message, at);
    }
}

fn remove_all_pending(state: &mut State) {
    let mut removed = Vec::new();
    for message in state.outbox.messages() {
        removed.push((message.room.clone(), message.id.clone()));
    }
    for (room, id) in removed {
        for log in state.logs_mut(&room) {
            log.remove_pending(&id);
            log.remove_change(&id);
        }
    }
}

/// Forgets the token, and connects as a new user.
pub(super) fn forget(state: &mut State) -> Vec<Effect> {
    let journal = state.server_journal.clone();
    vec![store(state, StoreOp::ForgetToken(journal)), Effect::Link(LinkRequest::ConnectAsNew)]
}
