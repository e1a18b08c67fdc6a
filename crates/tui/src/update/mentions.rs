//! Goes to the first unread message, and from mention to mention. One that is not loaded is looked for page by
//! page.

use chat_client::entry::{Body, LogEntry, Origin};
use chat_client::{Input as ClientInput, Request};
use chat_proto::{Seq, Timestamp};

use super::{Effect, client, retry};
use crate::rows::LogRows;
use crate::state::{LogPane, Seek, State, text};
use crate::viewport::Viewport;

/// Most pages that are loaded to find a mention: five thousand messages. If there is none among them, the user
/// can look further.
const PAGES_MAX: usize = 50;

/// Goes to the first unread message.
pub(super) fn first_unread(state: &mut State, at: Timestamp) -> Vec<Effect> {
    let room = state.client.room();
    let name = room.name().clone();
    if room.unread() == 0 {
        state.done = Some(Ok(format!("All messages in {} are read", room.label())));
        return Vec::new();
    }
    state.focus_on(LogPane::Room);
    let mut effects = retry(state, at);
    effects.extend(client(state, ClientInput::Request(Request::DrawLine(name.clone())), at));
    state.viewport_mut(&name).to_first_new();
    effects
}

/// Goes to the next mention below the screen, or to the one above. From a mention that was found and
/// is still on the screen, goes on from there.
pub(super) fn start(state: &mut State, is_newer: bool, at: Timestamp) -> Vec<Effect> {
    state.focus_on(LogPane::Room);
    let effects = retry(state, at);
    let began = state.viewport().position();
    let Some((rows, height)) = state.log_rows() else {
        return effects;
    };
    let (first, last) = on_screen(rows, state.viewport(), height);
    let found = state.mention.filter(|found| (first..=last).contains(found));
    let from = found.unwrap_or(if is_newer { last } else { first });
    state.seek = Some(Seek { is_newer, from, reached: None, pages: PAGES_MAX, began });
    seek(state);
    effects
}

/// The first and the last message on the screen. If there is none whose end is on it, as after /clear: those around
/// its top.
fn on_screen(rows: LogRows<'_>, viewport: Viewport, height: usize) -> (Seq, Seq) {
    viewport.seen(rows, height).unwrap_or_else(|| {
        let top = rows.log.get(viewport.top(rows, height).0);
        let last = top.map_or(rows.log.since(), LogEntry::seq);
        let is_message = top.is_some_and(|entry| text(entry).is_some());
        (if is_message { last } else { last.next() }, last)
    })
}

/// Ends the search and goes back to where it began. Returns whether there was one.
pub(super) fn stop(state: &mut State) -> bool {
    let Some(seek) = state.seek.take() else {
        return false;
    };
    let room = state.shown().clone();
    state.viewport_mut(&room).restore(seek.began);
    true
}

/// Looks for the mention among the messages that are loaded now. If it is not there, goes to their end, where
/// others are loaded.
pub(super) fn seek(state: &mut State) {
    let Some(seek) = state.seek else {
        return;
    };
    let Some((rows, _)) = state.rows_of(LogPane::Room) else {
        return;
    };
    if let Some((index, seq)) = find(rows, seek) {
        (state.seek, state.mention, state.done) = (None, Some(seq), None);
        state.is_at_mention = true;
        state.move_in(LogPane::Room, |viewport, rows, height| viewport.show(index, rows, height));
        return;
    }
    let log = rows.log;
    let is_more = if seek.is_newer { log.is_cut() } else { log.lacks_older() };
    let reached = if seek.is_newer { Some(log.since()) } else { log.oldest() };
    let has_moved = reached != seek.reached;
    let is_held = log.hold().is_some() || state.client.session().is_none();
    if !is_more || is_held || (has_moved && seek.pages == 0) {
        give_up(state, seek, is_more);
        return;
    }
    if has_moved {
        state.seek = Some(Seek { reached, pages: seek.pages - 1, ..seek });
        let to_end = |viewport: &mut Viewport, rows: LogRows<'_>, height: usize| {
            viewport.to_end(seek.is_newer, rows, height);
        };
        state.move_in(LogPane::Room, to_end);
        state.done = Some(Ok("Looking for a message that mentions you…".to_owned()));
    }
}

/// There is no such mention, or it is too far away: goes back.
fn give_up(state: &mut State, seek: Seek, is_more: bool) {
    stop(state);
    let (label, which) =
        (state.client.room().label(), if seek.is_newer { "later" } else { "earlier" });
    state.done = Some(Ok(match is_more {
        true => format!("No mention of you near here in {label}, {which} ones are not loaded"),
        false => format!("No {which} message in {label} mentions you"),
    }));
}

fn find(rows: LogRows<'_>, seek: Seek) -> Option<(usize, Seq)> {
    let mention = |index: usize| {
        let entry = rows.log.get(index).filter(|entry| mentions_user(entry))?;
        let is_there =
            if seek.is_newer { entry.seq() > seek.from } else { entry.seq() < seek.from };
        is_there.then(|| (index, entry.seq()))
    };
    let mut all = 0..rows.log.len();
    if seek.is_newer { all.find_map(mention) } else { all.rev().find_map(mention) }
}

fn mentions_user(entry: &LogEntry) -> bool {
    matches!(&entry.body, Body::Message { origin: Origin::Other(found), .. } if !found.is_empty())
}
