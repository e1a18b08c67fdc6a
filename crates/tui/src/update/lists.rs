//! The list above the input box: opens it, chooses from it, and carries out the choice.

use chat_client::{NoticeKind, Request};
use chat_proto::{Command, Timestamp};
use ratatui::layout::Position;

use super::{Effect, commands, find, goto, message, notify, orders, request, selecting};
use crate::action::Action;
use crate::commands::Command as Typed;
use crate::input::Wheel;
use crate::lists::{OfferAction, Subject, Word};
use crate::prompt::{Editor, Motion};
use crate::state::State;

/// Opens a list with an input line of its own, and asks the server for what it lists.
pub(super) fn open(state: &mut State, subject: Subject, query: &str, at: Timestamp) -> Vec<Effect> {
    let effects = match subject {
        Subject::GoTo | Subject::Rooms => ask_rooms(state, at),
        Subject::Saved | Subject::React(_) | Subject::Secret(_) => Vec::new(),
        Subject::Pins => {
            let room = state.shown().clone();
            request(state, Request::ListPins(room), at).unwrap_or_default()
        }
        Subject::Versions(seq) => {
            let room = state.shown().clone();
            request(state, Request::ListVersions { room, seq }, at).unwrap_or_default()
        }
        Subject::Invites => order(state, Command::Invites { before: None }, at),
        Subject::Hooks => order(state, Command::Hooks { before: None }, at),
        Subject::Sanctions { is_server } => {
            let room = (!is_server).then(|| state.shown().clone());
            order(state, Command::Sanctions { room, after: None, limit: None }, at)
        }
        Subject::Devices => order(state, Command::Account { user: None }, at),
        Subject::Audit => order(state, Command::Audit { before: None, limit: None }, at),
        Subject::Mentions => request(state, Request::ListMentions, at).unwrap_or_default(),
        Subject::People => {
            let users = state.client.room().users();
            let is_complete = users.iter().count() == users.count();
            let room = state.shown().clone();
            let asks = (!is_complete).then(|| request(state, Request::ListUsers(room), at));
            // Without a session, the list shows who was here.
            asks.and_then(Result::ok).unwrap_or_default()
        }
    };
    state.open_picker(subject, query);
    effects
}

/// Asks the server for a list of invites, sanctions or records. If it cannot be asked, the list says why.
fn order(state: &mut State, command: Command, at: Timestamp) -> Vec<Effect> {
    request(state, Request::Order(Box::new(command)), at)
        .unwrap_or_else(|why| notify(state, NoticeKind::Trouble, why, at))
}

/// Asks the server for its rooms, if those that are known may not be all.
fn ask_rooms(state: &mut State, at: Timestamp) -> Vec<Effect> {
    if state.client.session().is_none() || !state.client.listing().is_stale(at) {
        return Vec::new();
    }
    request(state, Request::ListRooms, at).unwrap_or_default()
}

/// What an action does while a list is open; `None` if it does what it always does.
pub(super) fn action(state: &mut State, action: Action, at: Timestamp) -> Option<Vec<Effect>> {
    if state.picker.is_some() {
        return Some(in_picker(state, action, at));
    }
    let is_chosen = state.input().completions()?.chosen().is_some();
    let page = isize::try_from(state.popup().map_or(1, |popup| popup.rows())).unwrap_or(1);
    let prompt = state.input_mut();
    match action {
        Action::Complete | Action::Down | Action::NextRoom => prompt.complete(false),
        Action::CompleteBack | Action::Up | Action::PreviousRoom => prompt.complete(true),
        Action::PageUp => prompt.complete_beside(-page),
        Action::PageDown => prompt.complete_beside(page),
        Action::Send if is_chosen => prompt.end_completion(),
        Action::Back => prompt.dismiss_completion(),
        _ => return None,
    }
    Some(Vec::new())
}

fn in_picker(state: &mut State, action: Action, at: Timestamp) -> Vec<Effect> {
    let page = isize::try_from(state.popup().map_or(1, |popup| popup.rows())).unwrap_or(1);
    let Some(picker) = &mut state.picker else {
        return Vec::new();
    };
    let before = picker.query.text();
    if picker.subject.is_secret() {
        return in_secret(state, action, at);
    }
    match action {
        Action::Send => return take(state, at),
        Action::GoTo if picker.subject != Subject::GoTo => {
            return open(state, Subject::GoTo, "", at);
        }
        Action::Back | Action::GoTo | Action::Clear => state.picker = None,
        Action::Complete | Action::Down | Action::NextRoom => picker.list.step(false),
        Action::CompleteBack | Action::Up | Action::PreviousRoom => picker.list.step(true),
        Action::PageUp => picker.list.shift(-page),
        Action::PageDown => picker.list.shift(page),
        Action::Redraw => return vec![Effect::Redraw],
        Action::Suspend => return vec![Effect::Suspend],
        action => edit(&mut picker.query, action),
    }
    if state.picker.as_ref().is_some_and(|picker| picker.query.text() != before) {
        search(state);
    }
    Vec::new()
}

/// A secret is typed: it can be ended, taken back, and shortened at its end, since its cursor is not shown.
fn in_secret(state: &mut State, action: Action, at: Timestamp) -> Vec<Effect> {
    match (action, &mut state.picker) {
        (Action::Send, _) => return take(state, at),
        (Action::Back | Action::Clear, picker) => {
            (*picker, state.passwords) = (None, (None, None));
        }
        (Action::Redraw, _) => return vec![Effect::Redraw],
        (Action::Suspend, _) => return vec![Effect::Suspend],
        (Action::DeleteLeft, Some(picker)) => drop(picker.query.delete(Motion::Left)),
        (Action::CutLineStart | Action::CutWord | Action::CutWordLeft, Some(picker)) => {
            drop(picker.query.delete(Motion::LineStart));
        }
        _ => {}
    }
    Vec::new()
}

/// Moves within the text that filters the list, or changes it.
fn edit(query: &mut Editor, action: Action) {
    match action {
        Action::Left => query.go(Motion::Left),
        Action::Right => query.go(Motion::Right),
        Action::WordLeft => query.go(Motion::WordLeft),
        Action::WordRight => query.go(Motion::WordRight),
        Action::LineStart | Action::Home => query.go(Motion::LineStart),
        Action::LineEnd | Action::End => query.go(Motion::LineEnd),
        Action::DeleteLeft => drop(query.delete(Motion::Left)),
        Action::DeleteRight | Action::DeleteOrQuit => drop(query.delete(Motion::Right)),
        Action::CutWord | Action::CutWordLeft => drop(query.delete(Motion::WordLeft)),
        Action::CutWordRight => drop(query.delete(Motion::WordRight)),
        Action::CutLineStart => drop(query.delete(Motion::LineStart)),
        Action::CutLineEnd => drop(query.delete(Motion::LineEnd)),
        Action::Undo => query.undo(),
        Action::Redo => query.redo(),
        _ => {}
    }
}

/// Finds the offers that fit the typed text, and chooses the best.
fn search(state: &mut State) {
    if let Some(picker) = &mut state.picker {
        picker.list = crate::lists::List::default();
    }
    state.find();
}

/// A text is typed or pasted while a list with an input line is open; `None` if none is.
pub(super) fn insert(state: &mut State, text: &str) -> Option<()> {
    let picker = state.picker.as_mut()?;
    let line = text.lines().next().unwrap_or_default();
    // A text that is too long finds nothing anyway.
    let _ = picker.query.insert(line);
    search(state);
    Some(())
}

/// The text before the cursor has changed by a key: opens the list for the word there, if it has one.
pub(super) fn suggest(state: &mut State, at: Timestamp) -> Vec<Effect> {
    let before = state.input().editor.before_cursor().to_owned();
    match word(state, &before).filter(Word::opens_list) {
        Some(word) => {
            let offers = word.offers(&state.client);
            state.input_mut().suggest(word.text(), offers);
            rooms_for(state, word, at)
        }
        None => {
            state.input_mut().end_completion();
            Vec::new()
        }
    }
}

/// The word that `before` ends with, if something can complete it: in the query of a search, or in the input box.
fn word<'a>(state: &State, before: &'a str) -> Option<Word<'a>> {
    match state.open_find() {
        Some(_) => Some(Word::in_query(before)),
        None => Word::find(before).filter(|_| !state.asks_name()),
    }
}

/// Completes the word before the cursor.
pub(super) fn complete(state: &mut State, backwards: bool, at: Timestamp) -> Vec<Effect> {
    let before = state.input().editor.before_cursor().to_owned();
    let Some(word) = word(state, &before) else {
        return Vec::new();
    };
    let effects = rooms_for(state, word, at);
    let offers = word.offers(&state.client);
    state.input_mut().open_completion(word.text(), offers);
    state.input_mut().complete(backwards);
    effects
}

/// Asks for the rooms if they complete the word.
fn rooms_for(state: &mut State, word: Word<'_>, at: Timestamp) -> Vec<Effect> {
    if word.needs_rooms() { ask_rooms(state, at) } else { Vec::new() }
}

/// Before a frame: the offers may have changed.
pub(super) fn frame(state: &mut State) {
    state.find();
    // The rooms have come that were asked for when the list opened.
    if state.prompt.completions().is_some_and(|list| list.chosen().is_none()) {
        let before = state.prompt.editor.before_cursor().to_owned();
        if let Some(word) = Word::find(&before).filter(Word::needs_rooms) {
            let offers = word.offers(&state.client);
            state.prompt.suggest(word.text(), offers);
        }
    }
}

/// The wheel turns over a cell. Returns whether that is a list, which takes it.
pub(super) fn wheel(state: &mut State, wheel: Wheel, position: Position) -> bool {
    if !state.popup().is_some_and(|popup| popup.area.contains(position)) {
        return false;
    }
    let by = match wheel {
        Wheel::Up => -1,
        Wheel::Down => 1,
    };
    match &mut state.picker {
        Some(picker) => picker.list.shift(by),
        None => state.input_mut().complete_beside(by),
    }
    true
}

/// A click on the list; `None` if it is not there.
pub(super) fn click(state: &mut State, position: Position, at: Timestamp) -> Option<Vec<Effect>> {
    let popup = state.popup().filter(|popup| popup.area.contains(position))?;
    let Some(index) = popup.offer_at(position) else {
        return Some(Vec::new());
    };
    match &mut state.picker {
        Some(picker) => {
            picker.list.choose(index);
            Some(take(state, at))
        }
        None => {
            let before = state.input().editor.text();
            state.input_mut().complete_with(index);
            Some(find::ask_if_completed(state, &before, at))
        }
    }
}

/// Carries out the choice, and closes the list.
fn take(state: &mut State, at: Timestamp) -> Vec<Effect> {
    let Some(picker) = state.picker.take() else {
        return Vec::new();
    };
    let typed = picker.query.text();
    if let Subject::Secret(kind) = picker.subject {
        return orders::take_secret(state, kind, typed, at);
    }
    let Some(does) = picker.list.chosen().map(|offer| offer.does.clone()) else {
        state.picker = Some(picker);
        return Vec::new();
    };
    let done = match does {
        OfferAction::Insert(_) => return Vec::new(),
        OfferAction::Open(room) => go(state, Request::Open(room), at),
        OfferAction::Join(room) | OfferAction::Create(room) => go(state, Request::Join(room), at),
        OfferAction::Direct(name) => {
            go(state, Request::SayTo { name, text: None, typed: None }, at)
        }
        OfferAction::Message(room, seq) => goto::jump(state, room, seq, at),
        OfferAction::Copy(text) => return selecting::copy(state, &text, None),
        OfferAction::React(emoji) => {
            let Subject::React(target) = picker.subject else { return Vec::new() };
            return message::react(state, target, emoji, at);
        }
        OfferAction::Pardon(id) => orders::order(state, Command::Pardon { id }, None, at),
        OfferAction::Revoke(id) => return orders::ask(state, orders::end_of(id), at),
        OfferAction::RevokeHook(id) => {
            return orders::ask(state, orders::end_of_hook(id), at);
        }
        OfferAction::Drop(id) => {
            let question = orders::end_of_listed_device(state, id);
            return orders::ask(state, question, at);
        }
        OfferAction::End(id) => {
            let question = orders::end_of_session(state, id);
            return orders::ask(state, question, at);
        }
        OfferAction::Run(name) => return run(state, name, &typed, at),
    };
    done.unwrap_or_else(|why| notify(state, NoticeKind::Trouble, why, at))
}

fn go(state: &mut State, to: Request, at: Timestamp) -> Result<Vec<Effect>, String> {
    state.prompt.put_back();
    request(state, to, at)
}

/// Carries out a command with the arguments that are typed behind it. If it needs some, they can be typed now.
fn run(state: &mut State, name: &str, typed: &str, at: Timestamp) -> Vec<Effect> {
    let typed = typed.trim_start_matches('>').trim();
    let arguments = typed.split_once(char::is_whitespace).map_or("", |(_, rest)| rest.trim());
    if Typed::named(name).is_some_and(|command| !command.takes(arguments)) {
        state.open_picker(Subject::GoTo, &format!(">{} ", name.trim_start_matches('/')));
        return Vec::new();
    }
    let command = format!("{name} {arguments}");
    commands::run(state, command.trim_end(), at)
        .unwrap_or_else(|why| notify(state, NoticeKind::Trouble, why, at))
}
