//! Loads the messages of a room in pages, at either end of its window.
//!
//! One page of a room is on its way at a time. The server knows only the messages before a `seq`; as these
//! have no gap, a page of newer messages is one before a later `seq`.

use chat_proto::event::Message;
use chat_proto::{Command, RoomName, Seq};

use super::{Effect, changes, fetch, messages, send};
use crate::log::PageInfo;
use crate::rooms::{JoinState, NewerPage, PAGE_MESSAGES, PageRequest, READ_FETCHED, Retry, Room};
use crate::state::State;

/// A window is continued once at most this number of its messages is unread.
const READ_AHEAD: u64 = PAGE_MESSAGES / 2;

/// Loads the page before the oldest message.
pub(super) fn load_older(state: &mut State, name: &RoomName) -> Option<Effect> {
    let room = askable(state, name)?;
    // Not before all is loaded that was asked for when the room opened.
    let is_complete = room.log.is_cut() || room.log.last() >= room.last_seq;
    if room.loading.is_some() || !is_complete || !room.log.has_older() {
        return None;
    }
    let before = room.log.first();
    ask(state, name, before, PAGE_MESSAGES, PageRequest::Older)
}

/// Loads the page after the end of the window.
pub(super) fn load_newer(state: &mut State, name: &RoomName) -> Option<Effect> {
    let room = askable(state, name)?;
    if room.loading.is_some() || !room.log.has_newer() {
        return None;
    }
    let after = room.log.since();
    let to = after.plus(room.stride).min(room.last_seq);
    let wanted = NewerPage { after, to, as_of: Seq::MAX, messages: Vec::new() };
    ask_newer(state, name, wanted, PageRequest::Newer)
}

/// Begins a window at the first message of the room that is stored.
pub(super) fn load_oldest(state: &mut State, name: &RoomName) -> Option<Effect> {
    let room = askable(state, name)?;
    let is_empty = room.log.is_cut() && room.log.oldest().is_none();
    if is_empty || !room.log.lacks_older() {
        return load_newer(state, name);
    }
    if room.log.oldest().is_some_and(|oldest| oldest <= Seq::FIRST.plus(PAGE_MESSAGES)) {
        return load_older(state, name);
    }
    restart(room, |room| room.log.restart_after(Seq::NONE));
    load_newer(state, name)
}

/// Begins a window at the newest message of the room, if it is not in the window.
pub(super) fn load_newest(state: &mut State, name: &RoomName) -> Option<Effect> {
    let room = askable(state, name)?;
    if !room.log.is_cut() {
        return None;
    }
    restart(room, |room| room.log.restart_at_newest());
    load_older(state, name)
}

/// Begins a window around the first unread message of the room, if it is not in the window.
pub(super) fn load_unread(state: &mut State, name: &RoomName) -> Option<Effect> {
    let room = askable(state, name)?;
    if room.unread() == 0 || room.log.has_after(room.read) {
        return None;
    }
    // If the window ends a little before it, the page that is on its way, or the next one, has it.
    let is_near =
        room.log.is_complete_after(room.read) && room.read.since(room.log.since()) <= READ_FETCHED;
    if !is_near {
        let seq = room.read.minus(READ_FETCHED);
        restart(room, |room| room.log.restart_after(seq));
    }
    load_newer(state, name)
}

/// Begins a window around message `seq` of the room, if it is not in the window.
pub(super) fn load_at(state: &mut State, name: &RoomName, seq: Seq) -> Option<Effect> {
    let room = askable(state, name)?;
    if room.log.is_loaded(seq) || seq > room.last_seq {
        return None;
    }
    restart(room, |room| room.log.restart_after(seq.minus(READ_FETCHED)));
    load_newer(state, name)
}

/// Begins a window after `since` in a room of which too many messages were missed to load them all. If the
/// log has messages up to `since`, they stay.
pub(super) fn begin_window(state: &mut State, name: &RoomName, since: Seq) -> Option<Effect> {
    let is_current = state.room().name == *name;
    let room = state.rooms.get_mut(name)?;
    if room.log.has_begun() {
        room.log.cut_after(since);
    } else {
        room.log.restart_after(since);
    }
    if is_current {
        room.open();
        state.effects.push(Effect::RoomOpened(name.clone()));
    }
    load_newer(state, name)
}

/// Goes on loading if the user has read nearly all of the window: a client without a screen never scrolls.
pub(super) fn continue_window(state: &mut State, name: &RoomName) -> Option<Effect> {
    let room = state.rooms.get(name)?;
    let is_near = room.read.plus(READ_AHEAD) >= room.log.since() && room.read < room.last_seq;
    if is_near { load_newer(state, name) } else { None }
}

/// A page has come. One that was not asked for is ignored.
pub(super) fn page(
    state: &mut State,
    name: &RoomName,
    page: Vec<Message>,
    more: bool,
) -> Vec<Effect> {
    let loading = state.rooms.get_mut(name).and_then(|room| {
        let as_of = room.as_of;
        let loading = room.loading.take()?;
        // The pages beside the window do not show that the one that failed can be read now.
        if !matches!(loading, PageRequest::Date(_) | PageRequest::Fetch(_)) {
            room.retry = Retry::default();
        }
        Some((loading, as_of))
    });
    let Some((loading, as_of)) = loading else {
        return Vec::new();
    };
    let own = page.iter().filter_map(|message| messages::acknowledge_own(state, message));
    let mut effects: Vec<Effect> = own.collect();
    match loading {
        PageRequest::Stale => {}
        PageRequest::Older => {
            let older = messages::entries(state, &page);
            let first = page.first().map(|message| message.seq);
            receive_page(state, name, &page);
            if let Some(room) = state.rooms.get_mut(name) {
                room.log.insert_older(older, PageInfo { first, as_of }, more);
            }
        }
        PageRequest::Newer(mut wanted) => {
            wanted.as_of = wanted.as_of.min(as_of);
            effects.extend(newer(state, name, wanted, page, more));
        }
        PageRequest::Date(date) => fetch::date_found(state, name, date, &page),
        PageRequest::Fetch(wanted) => effects.extend(fetch::page(state, name, wanted, page, more)),
    }
    effects.extend(fetch::send_queued(state, name));
    effects
}

/// A page of the messages that were asked for has come: the last of them that fit a line.
fn newer(
    state: &mut State,
    name: &RoomName,
    mut wanted: NewerPage,
    page: Vec<Message>,
    more: bool,
) -> Option<Effect> {
    let after = wanted.after;
    if wanted.add(page, more) {
        return take(state, name, &wanted, wanted.messages.is_empty());
    }
    let missing = wanted.before().minus(1).since(after);
    if missing > PAGE_MESSAGES {
        // Earlier ones may be gone for good: looks for the first one in the half before.
        wanted.to = after.plus(missing / 2);
        wanted.messages.clear();
        state.rooms.get_mut(name)?.stride = missing / 2;
    }
    ask_newer(state, name, wanted, PageRequest::Newer)
}

/// Adds the messages that were asked for. If the server has none of them, they are too old, and perhaps many
/// others: asks for twice as many next.
fn take(state: &mut State, name: &RoomName, wanted: &NewerPage, is_none: bool) -> Option<Effect> {
    let entries = messages::entries(state, &wanted.messages);
    receive_page(state, name, &wanted.messages);
    let room = state.rooms.get_mut(name)?;
    let page = PageInfo { first: None, as_of: wanted.as_of };
    room.log.insert_newer(entries, page, wanted.to);
    room.stride = if is_none { room.stride.saturating_mul(2) } else { PAGE_MESSAGES };
    if is_none { load_newer(state, name) } else { None }
}

/// Takes the messages of a page: the user's own ones are not counted, and the front end receives those that are new.
fn receive_page(state: &mut State, name: &RoomName, page: &[Message]) {
    changes::page(state, name, page);
    for message in page {
        if state.is_me(message.from.id) || !messages::is_counted(message) {
            if let Some(room) = state.rooms.get_mut(name) {
                room.mark_uncounted(message.seq);
            }
            continue;
        }
        let body = messages::body(state, message);
        let alerts = messages::is_alert(state, message, &body);
        messages::receive(state, message, alerts);
    }
}

/// Empties the log. Its messages count as read, if all unread ones are among them.
pub(super) fn clear(room: &mut Room) {
    if !room.log.is_cut() && room.log.is_complete_after(room.read) {
        room.mark_read(room.log.since().min(room.last_seq));
    }
    restart(room, |room| room.log.clear());
}

/// The room, if the server can be asked for its messages.
pub(super) fn loadable<'a>(state: &'a mut State, name: &RoomName) -> Option<&'a mut Room> {
    state.session()?;
    state.rooms.get_mut(name).filter(|room| room.join_state == JoinState::Joined)
}

/// The same, unless a page could not be read a moment ago.
fn askable<'a>(state: &'a mut State, name: &RoomName) -> Option<&'a mut Room> {
    loadable(state, name).filter(|room| !room.retry.is_waiting())
}

/// Begins another window. A page that is on its way is not one of it.
fn restart(room: &mut Room, begin: impl FnOnce(&mut Room)) {
    begin(room);
    room.stride = PAGE_MESSAGES;
    if matches!(room.loading, Some(PageRequest::Older | PageRequest::Newer(_))) {
        room.loading = Some(PageRequest::Stale);
    }
}

/// Asks for the messages of a page that are still to come.
pub(super) fn ask_newer(
    state: &mut State,
    name: &RoomName,
    wanted: NewerPage,
    loading: fn(NewerPage) -> PageRequest,
) -> Option<Effect> {
    let before = wanted.before();
    let limit = before.minus(1).since(wanted.after).min(PAGE_MESSAGES);
    ask(state, name, Some(before), limit, loading(wanted))
}

fn ask(
    state: &mut State,
    name: &RoomName,
    before: Option<Seq>,
    limit: u64,
    loading: PageRequest,
) -> Option<Effect> {
    let limit = u32::try_from(limit).ok();
    let effect = send(state, Command::History { room: name.clone(), before, at: None, limit })?;
    let room = state.rooms.get_mut(name)?;
    (room.loading, room.as_of) = (Some(loading), room.last_seq);
    Some(effect)
}
