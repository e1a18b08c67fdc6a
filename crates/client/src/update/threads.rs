//! The open thread: loads and updates it.

use chat_proto::event::{Message, Replies};
use chat_proto::{Command, Refusal, RefusalCode, RoomName, Seq};

use super::{Effect, changes, messages, send};
use crate::entry::{Body, Origin};
use crate::error::RequestError;
use crate::log::{Change, PageInfo};
use crate::rooms::JoinState;
use crate::state::State;
use crate::thread::{THREAD_PAGES_MAX, Thread, ThreadLoad, answered};

/// Opens the thread of a message in place of another one, and asks the server for it. Without a session it has what is
/// loaded of it in the log of the room, and the rest follows once there is one.
pub(super) fn open(
    state: &mut State,
    name: &RoomName,
    root: Seq,
) -> Result<Option<Effect>, RequestError> {
    changes::check_server(state)?;
    let room = state.rooms.get(name).ok_or_else(|| RequestError::NotInRoom(name.clone()))?;
    let mut thread = Thread::new(name.clone(), root, &room.log);
    thread.log.draw_line((room.unread_replies(root).count > 0).then_some(room.read));
    state.thread = Some(thread);
    Ok(resume(state, name))
}

/// The user is in a room in this session: asks for the thread that is open there, unless that was done.
pub(super) fn resume(state: &mut State, name: &RoomName) -> Option<Effect> {
    let session = state.session()?;
    let thread = state.thread.as_mut().filter(|thread| thread.room == *name)?;
    let is_in = state.rooms.get(name).is_some_and(|room| room.join_state == JoinState::Joined);
    if thread.asked == Some(session) || !is_in {
        return None;
    }
    (thread.asked, thread.pages) = (Some(session), 0);
    ask(state, None)
}

fn ask(state: &mut State, before: Option<Seq>) -> Option<Effect> {
    let thread = state.thread.as_mut()?;
    let room = state.rooms.get(&thread.room)?;
    (thread.load, thread.as_of) = (ThreadLoad::Loading, room.last_seq);
    thread.pages += 1;
    let (room, seq) = (thread.room.clone(), thread.root);
    send(state, Command::Thread { room, seq, before, limit: None })
}

/// A page of the thread has come, the newest one first. Asks for the next one.
pub(super) fn page(
    state: &mut State,
    (name, root): (&RoomName, Seq),
    (replies, unread): (Option<Replies>, u64),
    page: &[Message],
    more: bool,
) -> Vec<Effect> {
    let is_wanted = |thread: &&mut Thread| {
        thread.room == *name && thread.root == root && thread.load == ThreadLoad::Loading
    };
    let Some(as_of) = state.thread.as_mut().filter(is_wanted).map(|thread| thread.as_of) else {
        return Vec::new();
    };
    let own = page.iter().filter_map(|message| messages::acknowledge_own(state, message));
    let mut effects: Vec<Effect> = own.collect();
    let entries = messages::entries(state, page);
    let read = state.rooms.get(name).map(|room| room.read);
    let Some(thread) = &mut state.thread else { return effects };
    let is_first = thread.pages == 1;
    thread.log.insert_older(entries, PageInfo { first: None, as_of }, more);
    if is_first {
        thread.replies = replies;
        if unread > 0 && !thread.log.has_line() {
            thread.log.draw_line(read);
        }
    }
    let before = page.first().map(|first| first.seq).filter(|_| more);
    match before {
        None => thread.load = ThreadLoad::Complete,
        Some(_) if thread.pages >= THREAD_PAGES_MAX => thread.load = ThreadLoad::Newest,
        Some(before) => effects.extend(ask(state, Some(before))),
    }
    effects
}

/// The server has refused a command about a message. Returns whether that was the one for the thread.
pub(super) fn take_refusal(state: &mut State, refusal: &Refusal) -> bool {
    let thread = state.thread.as_mut().filter(|thread| {
        thread.load == ThreadLoad::Loading
            && refusal.room.as_ref() == Some(&thread.room)
            && refusal.seq == Some(thread.root)
    });
    // A deleted message has a thread, but no versions: that refusal is about them.
    let Some(thread) = thread.filter(|_| refusal.code != RefusalCode::Deleted) else {
        return false;
    };
    thread.load = ThreadLoad::Refused(Box::new(refusal.clone()));
    true
}

/// A page of the thread came, and this version cannot read it. Returns whether one was on its way.
pub(super) fn fail(state: &mut State, why: &Refusal) -> bool {
    let is_loading = |thread: &&mut Thread| thread.load == ThreadLoad::Loading;
    let Some(thread) = state.thread.as_mut().filter(is_loading) else { return false };
    thread.load = ThreadLoad::Refused(Box::new(why.clone()));
    true
}

/// The session is over: the next one asks again.
pub(super) fn stop_waiting(state: &mut State) {
    if let Some(thread) = &mut state.thread {
        (thread.load, thread.asked) = (ThreadLoad::Waiting, None);
    }
}

/// A message of a room has come. `change` is what it changes in the message that it answers.
pub(super) fn message(state: &mut State, message: &Message, body: &Body, as_of: Seq) {
    let Some(thread) = state.thread_in(&message.room) else { return };
    if thread.has(message.seq, message.details.as_deref()) {
        thread.log.insert_as_of(message.seq, message.at, body.clone(), as_of);
    }
}

/// Event or message `seq` of a room changes a message.
pub(super) fn change(state: &mut State, room: &RoomName, seq: Seq, change: &Change) {
    if let Some(thread) = state.thread_in(room).filter(|thread| thread.may_have(change.target)) {
        thread.log.note_change(seq, change.clone());
    }
}

/// Messages of the open thread were shown: those of others are read.
pub(super) fn mark_shown(state: &mut State, (first, last): (Seq, Seq)) {
    let Some(thread) = &state.thread else { return };
    let Some(room) = state.rooms.get_mut(&thread.room) else { return };
    for (seq, body) in thread.log.messages_between(first, last) {
        if matches!(body.origin(), Some(Origin::Other(_))) && seq != thread.root {
            room.mark_shown(seq);
        }
    }
}

/// The thread is closed with its room, or if another room is the current one.
pub(super) fn close_left(state: &mut State) {
    let current = &state.rooms.current().name;
    state.thread.take_if(|thread| thread.room != *current);
}

/// Whether a message of the user that has no answer is one of the open thread.
pub(super) fn has_pending(state: &mut State, room: &RoomName, body: &Body) -> bool {
    let root = body.extras().and_then(|extras| answered(&extras.details));
    state.thread_in(room).is_some_and(|thread| Some(thread.root) == root)
}
