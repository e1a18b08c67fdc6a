//! What letters do with the selected message that other users see: answer, react, edit, delete, pin.

use chat_client::entry::{Body, LogEntry};
use chat_client::{NoticeKind, Request};
use chat_proto::{Emoji, Seq, Timestamp};

use super::{Effect, lists, notify, request};
use crate::letters::MessageAction;
use crate::lists::Subject;
use crate::state::{State, text, thread_of};

/// Does it with the message.
pub(super) fn act(
    state: &mut State,
    action: MessageAction,
    entry: &LogEntry,
    at: Timestamp,
) -> Vec<Effect> {
    let Some(seq) = entry.message_seq() else {
        return Vec::new();
    };
    match action {
        MessageAction::Reply => state.begin_reply(seq),
        MessageAction::Edit => state.begin_edit(seq, text(entry).unwrap_or_default()),
        MessageAction::Thread => return thread(state, thread_of(entry).unwrap_or(seq), at),
        MessageAction::React => return lists::open(state, Subject::React(seq), "", at),
        MessageAction::Versions => return lists::open(state, Subject::Versions(seq), "", at),
        MessageAction::Delete => {
            state.deleting = Some(seq);
            return Vec::new();
        }
        MessageAction::Pin => {
            let on = !entry.body.extras().is_some_and(|extras| extras.details.pinned);
            state.selection = None;
            let room = state.shown().clone();
            return done(state, Request::Pin { room, target: seq, on }, at);
        }
        MessageAction::Unread => {
            state.selection = None;
            state.done = Some(Ok("Unread from here, until you open this room again".to_owned()));
            let room = state.shown().clone();
            return done(state, Request::MarkUnread { room, seq }, at);
        }
        MessageAction::Remember => {
            state.selection = None;
            let room = state.shown().clone();
            let mut saved = state.client.choices().saved().iter();
            let on = !saved.any(|saved| saved.room == room && saved.seq == seq);
            let said = if on { "Remembered. /saved lists it" } else { "Not remembered any more" };
            state.done = Some(Ok(said.to_owned()));
            return done(state, Request::Save { room, seq, on }, at);
        }
        MessageAction::Copy
        | MessageAction::OpenLink
        | MessageAction::CopyLink
        | MessageAction::Quote => {}
    }
    state.selection = None;
    Vec::new()
}

/// Shows a thread. The client loads it.
pub(super) fn thread(state: &mut State, root: Seq, at: Timestamp) -> Vec<Effect> {
    state.selection = None;
    let room = state.shown().clone();
    match request(state, Request::OpenThread { room, root }, at) {
        Ok(effects) => {
            state.open_thread(root);
            effects
        }
        Err(why) => notify(state, NoticeKind::Trouble, why, at),
    }
}

/// Reacts to a message, or takes that back.
pub(super) fn react(state: &mut State, target: Seq, emoji: Emoji, at: Timestamp) -> Vec<Effect> {
    let message = state.message(target);
    let on = !message.is_some_and(|entry| has_own(entry, &emoji));
    let room = state.shown().clone();
    done(state, Request::React { room, target, emoji, on }, at)
}

fn has_own(entry: &LogEntry, emoji: &Emoji) -> bool {
    let Body::Message { extras: Some(extras), .. } = &entry.body else { return false };
    extras.details.reactions.iter().any(|reaction| reaction.own && reaction.emoji == *emoji)
}

/// The user has answered whether the message is to be deleted.
pub(super) fn delete(state: &mut State, target: Seq, is_sure: bool, at: Timestamp) -> Vec<Effect> {
    if !is_sure {
        state.done = Some(Ok("Not deleted".to_owned()));
        return Vec::new();
    }
    state.selection = None;
    let room = state.shown().clone();
    done(state, Request::Delete { room, target }, at)
}

fn done(state: &mut State, asked: Request, at: Timestamp) -> Vec<Effect> {
    request(state, asked, at).unwrap_or_else(|why| notify(state, NoticeKind::Trouble, why, at))
}
