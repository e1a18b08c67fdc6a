//! Handles the events of the link: events of the server, and the state of the connection. All texts are
//! sanitized by now.

use chat_proto::event::RoomState;
use chat_proto::{
    Command, Event, LeaveReason, RoomName, Seq, Timestamp, Topic, User, UserName, features,
};

use super::{
    Effect, addresses, history, listing, live, messages, orders, presence, refused, search, send,
    session, set_back, standing, store, threads, unreadable, versions,
};
use crate::link::LinkEvent;
use crate::notice::{LookupError, Notice};
use crate::presence::Change;
use crate::rooms::{JoinState, MISSED_MAX, ServerCount};
use crate::state::{Connection, State};
use crate::store::StoreOp;

pub(super) fn event(state: &mut State, event: LinkEvent, at: Timestamp) -> Vec<Effect> {
    let mut effects = link_event(state, event, at);
    effects.extend(addresses::return_messages(state, at));
    effects
}

fn link_event(state: &mut State, event: LinkEvent, at: Timestamp) -> Vec<Effect> {
    match event {
        LinkEvent::Connecting => {
            (state.connection, state.server_journal) = (Connection::Connecting, None);
        }
        LinkEvent::About { journal } => state.server_journal = Some(journal),
        LinkEvent::Waiting { seconds } => state.connection = Connection::Waiting { seconds },
        LinkEvent::Welcome { session, welcome } => {
            return session::take_welcome(state, session, welcome, at);
        }
        // The numbers of its messages are void, and the session is about to end.
        LinkEvent::Event(_) if state.warned.set_back => {}
        LinkEvent::Event(event) => return server_event(state, event, at),
        LinkEvent::Unreadable(line) => return unreadable::take(state, *line, at),
        LinkEvent::Refused(refusal) => session::take_refusal(state, refusal, at),
        LinkEvent::WrongKey(wrong) => {
            state.connection = Connection::WrongKey;
            return vec![Effect::WrongKey(wrong)];
        }
        LinkEvent::Lost(why) => session::end(state, why, at),
    }
    Vec::new()
}

fn server_event(state: &mut State, event: Event, at: Timestamp) -> Vec<Effect> {
    match event {
        // It only answers a question before the session.
        Event::About { .. } => {}
        Event::AccountChanged { what, by } => standing::show_account_change(state, what, by, at),
        event @ (Event::Account(_)
        | Event::Sessions { .. }
        | Event::Accounts { .. }
        | Event::Link { .. }
        | Event::Invite { .. }
        | Event::Invites { .. }
        | Event::Hook { .. }
        | Event::Hooks { .. }
        | Event::Sanctions { .. }
        | Event::Audit { .. }) => return orders::take_answer(state, event),
        Event::Versions { room, seq, versions, more } => {
            return versions::page(state, room, seq, versions, more).into_iter().collect();
        }
        Event::Found { hits, next, indexed, .. } => {
            return search::take_hits(state, hits, next, indexed).into_iter().collect();
        }
        Event::Thread { room, seq, replies, unread, messages, more } => {
            return threads::page(state, (&room, seq), (replies, unread), &messages, more);
        }
        Event::Pins { messages, more, .. } => {
            return listing::pins(state, messages, more).into_iter().collect();
        }
        Event::Mentions { messages, next } => {
            return listing::mentions(state, messages, next).into_iter().collect();
        }
        Event::Room(room) if set_back::is_shorter(state, &room) => {
            return set_back::load(state, at);
        }
        Event::Room(room) => return take_room(state, room, at),
        Event::Message(message) => return messages::message(state, &message),
        Event::Accepted(accepted) => return messages::accept(state, accepted),
        Event::Refused(refusal) => {
            return set_back::take_refusal(state, &refusal)
                .unwrap_or_else(|| refused::take_refusal(state, refusal, at));
        }
        Event::History { room, messages, more } => {
            return set_back::take_page(state, &room, &messages, at)
                .unwrap_or_else(|| history::page(state, &room, messages, more));
        }
        Event::Joined { room, user } => add_user(state, &room, user, at),
        Event::Left { room, user, .. } if state.is_me(user.id) => state.close(&room),
        Event::Left { room, user, reason } => remove_user(state, &room, &user, reason, at),
        Event::Renamed { user, name } => {
            return rename_user(state, &user, &name, at).into_iter().collect();
        }
        Event::Topic { room, topic, user } => set_topic(state, &room, topic, &user, at),
        Event::Presence { room, count } => {
            if let Some(room) = state.rooms.get_mut(&room) {
                room.users.set_count(count);
            }
        }
        Event::Read { room, seq, last_seq, unread, mentions, more } => {
            if let Some(room) = state.rooms.get_mut(&room) {
                let last_seq = last_seq.unwrap_or(seq);
                if room.reads_to(seq) {
                    room.mark_read(seq);
                    room.set_counts(ServerCount::from_event(
                        seq,
                        last_seq,
                        (unread, mentions),
                        more,
                    ));
                }
                room.read_sent = room.read_sent.max(seq);
            }
        }
        Event::Typing { room, user } => {
            return live::typing(state, room, user, at).into_iter().collect();
        }
        Event::Away { user, text } => {
            state.live.set_away(user.id, Some(text));
        }
        Event::Back { user } => state.live.set_away(user.id, None),
        Event::Users { room, users, mut away, roles, more } => {
            live::set_listed(state, &users, &mut away);
            standing::set_listed(state, &room, &users, &roles);
            return listing::users(state, room, users, more);
        }
        Event::Rooms { rooms, more } => return listing::rooms(state, rooms, more, at),
        Event::Pong { nonce } => return session::rooms_complete(state, &nonce, at),
        Event::Welcome(_) | Event::Ping { .. } | Event::Goodbye { .. } => {}
        Event::Role { room, user, role, by } => {
            standing::role(state, room.as_ref(), user, role, by, at);
        }
        Event::Rules { room, rules, by } => standing::rules(state, &room, rules, by, at),
        Event::AskedIn { room, user, by } => standing::show_asked_in(state, room, &user, by, at),
        Event::Sanction(sanction) => return standing::sanction(state, *sanction, at),
        Event::Pardoned { sanction, by } => standing::take_pardon(state, &sanction, by, at),
    }
    Vec::new()
}

/// A room of the user. The `title` of a direct message is the name of the other user.
fn take_room(state: &mut State, now: RoomState, at: Timestamp) -> Vec<Effect> {
    let name = now.room.clone();
    let Some(title) = now.title.clone() else {
        let effects = update_room(state, now, at);
        return effects.into_iter().chain(threads::resume(state, &name)).collect();
    };
    let is_asked = addresses::is_asked(state, &title);
    if state.rooms.index(&name).is_none()
        && let Some(room) = state.rooms.get_or_make(&name)
        && is_asked
    {
        room.join_state = JoinState::Requested;
    }
    state.rooms.set_title(&name, &title);
    let mut effects: Vec<Effect> = update_room(state, now, at).into_iter().collect();
    effects.extend(threads::resume(state, &name));
    effects.extend(addresses::resolve(state, &name, &title, at));
    effects
}

/// Updates a room. Asks for its missed messages once in a session.
fn update_room(state: &mut State, mut now: RoomState, at: Timestamp) -> Option<Effect> {
    live::set_listed(state, &now.users, &mut now.away);
    let counts = (now.unread, now.mentions);
    let counted = ServerCount::from_event(now.read, now.last_seq, counts, now.more);
    let name = &now.room;
    let shown = state.room().name.clone();
    let tells_epoch = state.epoch.is_some();
    let room = state.rooms.get_or_make(name)?;
    room.topic = now.topic;
    room.away.retain(|id| now.users.iter().all(|user| user.id != *id));
    room.roles.clear();
    now.roles.iter().for_each(|holder| room.roles.set(holder.id, holder.role));
    room.rules = now.rules;
    room.users.replace(now.users, now.count);
    room.seen_at = now.seen_at;
    if now.last_seq < room.log.last() && !tells_epoch {
        // Version 0.1.0 does not say that its journal is another one.
        room.make_void(at);
    }
    let is_first = room.last_seq == Seq::NONE && room.log.last() == Seq::NONE;
    room.last_seq = room.last_seq.max(now.last_seq);
    room.read_sent = room.read_sent.max(now.read);
    if room.reads_to(now.read) {
        room.mark_read(now.read);
        room.set_counts(counted);
    }
    room.log.reach(now.last_seq);
    if is_first && shown == *name {
        room.open();
        state.effects.push(Effect::RoomOpened(name.clone()));
    }
    state.standing.remove_asked(name);
    let room = state.rooms.get_mut(name)?;
    room.is_restored = false;
    let was = std::mem::replace(&mut room.join_state, JoinState::Joined);
    let is_new = room.last_seq == Seq::NONE && room.users.count() <= 1 && !room.is_private();
    if was == JoinState::Requested && is_new {
        let created = Notice::RoomCreated(name.clone());
        room.log.notice(at, created);
    }
    if room.log.since() >= room.last_seq || was == JoinState::Requested {
        return None;
    }
    if room.log.is_cut() {
        return history::continue_window(state, name);
    }
    if was == JoinState::Joined {
        // The answer to `join` with `since`: all missed messages follow it, in order.
        room.coming = Some(now.last_seq);
        return None;
    }
    let since = room.since();
    if room.last_seq.since(since) > MISSED_MAX {
        return history::begin_window(state, name, since);
    }
    room.log.begin_after(since);
    send(state, Command::Join { room: name.clone(), since: Some(since) })
}

fn add_user(state: &mut State, name: &RoomName, user: User, at: Timestamp) {
    if !state.is_me(user.id)
        && let Some(room) = state.rooms.get_mut(name)
    {
        room.users.add(user.clone());
        live::add_user(state, name, user.id);
        presence::add_change(state, name, user, Change::Joined, at);
    }
}

fn remove_user(
    state: &mut State,
    name: &RoomName,
    user: &User,
    reason: LeaveReason,
    at: Timestamp,
) {
    presence::add_change(state, name, user.clone(), Change::Left(reason), at);
    if let Some(room) = state.rooms.get_mut(name) {
        room.users.remove(user.id);
    }
    standing::clear_role(state, name, user.id);
    live::remove_user(state, name, user.id, at);
}

/// Sent once for each room of both users.
fn rename_user(state: &mut State, user: &User, name: &UserName, at: Timestamp) -> Option<Effect> {
    let is_me = state.is_me(user.id);
    let mut listed = Vec::new();
    for room in state.rooms.iter_mut() {
        if room.users.rename(user.id, name.clone()) && !is_me {
            listed.push(room.name.clone());
        }
    }
    if !is_me {
        // The question may be about either user who has had the name.
        addresses::not_found(state, &user.name, &LookupError::Renamed(name.clone()), at);
        if let Some(direct) = state.direct_with(user.id)
            && state.rooms.set_title(&direct, name)
            && !listed.contains(&direct)
        {
            listed.push(direct);
        }
        for room in listed {
            if let Some(room) = state.rooms.get_mut(&room) {
                let notice = Notice::Renamed { from: user.name.clone(), to: name.clone() };
                room.log.notice(at, notice);
            }
        }
        return None;
    }
    if state.name.as_str() == name.as_str() {
        return None;
    }
    state.name = name.clone();
    state.notice(at, Notice::YouRenamed(name.clone()));
    Some(store(state, StoreOp::Name(name.clone())))
}

fn set_topic(state: &mut State, name: &RoomName, topic: Topic, user: &User, at: Timestamp) {
    // It is a message of the room, too, unless the server is older.
    let is_message = state.features.has(features::EVENTS);
    if let Some(room) = state.rooms.get_mut(name) {
        if !is_message {
            let now = Some(topic.clone()).filter(|topic| !topic.as_str().is_empty());
            room.log.notice(at, Notice::TopicSet { by: user.name.clone(), topic: now });
        }
        room.topic = topic;
    }
}
