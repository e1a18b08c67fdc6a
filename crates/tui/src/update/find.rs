//! Searches messages: the query, the results, and the way to one of them and back.

use chat_client::Request;
use chat_proto::Timestamp;
use chat_proto::command::SearchOrder;
use ratatui::layout::Position;

use super::{Effect, WHEEL_ROWS, actions, goto, lists, request};
use crate::action::Action;
use crate::input::Wheel;
use crate::lists::Subject;
use crate::prompt::Editor;
use crate::query::to_ask;
use crate::state::{Arrival, Find, State};

/// How many results before the last loaded one the next page is asked for: a screen or two.
const LOAD_AHEAD: usize = 40;

/// Opens the page, with the earlier results if the user has gone to one of them.
pub(super) fn open(state: &mut State, query: &str, at: Timestamp) -> Vec<Effect> {
    state.prompt.end_completion();
    (state.selection, state.picker) = (None, None);
    if query.is_empty()
        && let Some(find) = state.hidden_find()
    {
        find.is_open = true;
        return Vec::new();
    }
    let mut find = Find::default();
    find.input.editor = Editor::new(query);
    state.find = Some(find);
    ask(state, false, at)
}

/// Sends the typed query to the server: while the user types after a pause.
fn ask(state: &mut State, is_typed: bool, at: Timestamp) -> Vec<Effect> {
    let Some(find) = &mut state.find else {
        return Vec::new();
    };
    find.chosen = 0;
    let (query, order) = (find.input.editor.text(), find.order);
    let query = to_ask(&query, &state.zone, at);
    let asked = request(state, Request::Search { query, order, is_typed }, at);
    let (effects, problem) = match asked {
        Ok(effects) => (effects, None),
        Err(why) => (Vec::new(), Some(why)),
    };
    if let Some(find) = &mut state.find {
        find.problem = problem;
    }
    effects
}

/// What an action does while the page is open; `None` if it does what it always does.
pub(super) fn action(state: &mut State, action: Action, at: Timestamp) -> Option<Vec<Effect>> {
    let page = state.find_rows().map_or(1, |rows| rows.fitting());
    let page = isize::try_from(page).unwrap_or(isize::MAX);
    let find = state.find.as_mut().filter(|find| find.is_open)?;
    let before = find.input.editor.text();
    let has_rest = find.input.editor.has_rest_of_line();
    match action {
        Action::Send => return Some(enter(state, at)),
        Action::Back | Action::Clear => return Some(close(state, at)),
        Action::Down | Action::NextRoom => choose(state, 1),
        Action::Up | Action::PreviousRoom => choose(state, -1),
        Action::PageUp => choose(state, -page),
        Action::PageDown => choose(state, page),
        Action::Oldest => choose(state, isize::MIN),
        Action::Newest => choose(state, isize::MAX),
        Action::SearchOrder => {
            find.order = match find.order {
                SearchOrder::Newest => SearchOrder::Best,
                SearchOrder::Best => SearchOrder::Newest,
            };
            return Some(ask(state, false, at));
        }
        Action::GoTo if !has_rest => return Some(lists::open(state, Subject::GoTo, "", at)),
        Action::GoTo => actions::edit(&mut find.input, Action::CutLineEnd).ok()?,
        Action::Search if has_rest => actions::edit(&mut find.input, Action::Right).ok()?,
        Action::Complete => return Some(complete(state, false, at)),
        Action::CompleteBack => return Some(complete(state, true, at)),
        Action::Help
        | Action::Redraw
        | Action::Suspend
        | Action::NextUnread
        | Action::Room1
        | Action::Room2
        | Action::Room3
        | Action::Room4
        | Action::Room5
        | Action::Room6
        | Action::Room7
        | Action::Room8
        | Action::Room9 => return None,
        // A text that does not fit finds nothing anyway.
        action => drop(actions::edit(&mut find.input, action)),
    }
    Some(ask_if_changed(state, &before, action == Action::DeleteLeft, at))
}

/// Completes the piece before the cursor.
fn complete(state: &mut State, backwards: bool, at: Timestamp) -> Vec<Effect> {
    let before = state.input().editor.text();
    let mut effects = lists::complete(state, backwards, at);
    effects.extend(ask_if_changed(state, &before, false, at));
    effects
}

/// A text is typed or pasted. A query is one line.
pub(super) fn insert(state: &mut State, text: &str, at: Timestamp) -> Vec<Effect> {
    let input = state.input_mut();
    let before = input.editor.text();
    input.end_completion();
    let line = text.split(['\n', '\r']).collect::<Vec<_>>().join(" ");
    // A text that does not fit finds nothing anyway.
    let _ = input.editor.insert(&line);
    ask_if_changed(state, &before, false, at)
}

/// Sends the query if it has changed.
fn ask_if_changed(state: &mut State, before: &str, suggests: bool, at: Timestamp) -> Vec<Effect> {
    if state.input().editor.text() == before {
        return Vec::new();
    }
    let mut effects = ask(state, true, at);
    if suggests {
        effects.extend(lists::suggest(state, at));
    }
    effects
}

/// The list above the box may have completed the query.
pub(super) fn ask_if_completed(state: &mut State, before: &str, at: Timestamp) -> Vec<Effect> {
    if state.open_find().is_some() { ask_if_changed(state, before, false, at) } else { Vec::new() }
}

fn choose(state: &mut State, by: isize) {
    let last = state.client.search().hits().len().saturating_sub(1);
    if let Some(find) = &mut state.find {
        find.chosen = find.chosen.saturating_add_signed(by).min(last);
    }
}

/// Goes to the chosen result. If the query has no answer yet, sends it now.
fn enter(state: &mut State, at: Timestamp) -> Vec<Effect> {
    let search = state.client.search();
    if !search.is_answered() || search.hits().is_empty() {
        return ask(state, false, at);
    }
    let here = state.here();
    let Some(find) = state.find.take() else {
        return Vec::new();
    };
    let hit = search.hits().get(find.chosen).map(|hit| (hit.room.clone(), hit.seq));
    let before = state.origin.take();
    let went = hit.map(|(room, seq)| goto::start(state, room, seq, Arrival::Select, at));
    let is_gone = matches!(went, Some(Ok(_)));
    state.find = Some(Find { is_open: !is_gone, ..find });
    state.origin = if is_gone { before.or(Some(here)) } else { before };
    match went {
        Some(Ok(effects)) => effects,
        Some(Err(why)) => {
            state.done = Some(Err(why));
            Vec::new()
        }
        None => Vec::new(),
    }
}

/// Closes the page, and goes back to where the user was before going to a result.
fn close(state: &mut State, at: Timestamp) -> Vec<Effect> {
    state.find = None;
    goto::back(state, at).unwrap_or_default()
}

/// Esc comes back to the results from one of them, or to where the user was. Returns `None` if there is no way back.
pub(super) fn back(state: &mut State, at: Timestamp) -> Option<Vec<Effect>> {
    let Some(find) = state.hidden_find() else {
        return goto::back(state, at);
    };
    find.is_open = true;
    (state.selection, state.goto) = (None, None);
    Some(Vec::new())
}

/// Before a frame: asks for more results if the user comes near the last one, and drops those of a search that is over.
pub(super) fn frame(state: &mut State, at: Timestamp) -> Vec<Effect> {
    let search = state.client.search();
    let Some(find) = &state.find else {
        let ends = !search.is_empty();
        return if ends { request_quietly(state, Request::EndSearch, at) } else { Vec::new() };
    };
    let is_near = find.chosen + LOAD_AHEAD >= search.hits().len();
    if find.is_open && is_near && search.has_more() {
        return request_quietly(state, Request::SearchMore, at);
    }
    Vec::new()
}

fn request_quietly(state: &mut State, what: Request, at: Timestamp) -> Vec<Effect> {
    request(state, what, at).unwrap_or_default()
}

/// The wheel turns over the page. Returns whether it is open.
pub(super) fn wheel(state: &mut State, wheel: Wheel) -> bool {
    if state.open_find().is_none() {
        return false;
    }
    choose(state, if wheel == Wheel::Up { -WHEEL_ROWS } else { WHEEL_ROWS });
    true
}

/// A click on the page: goes to the result there. Returns `None` if it is elsewhere.
pub(super) fn click(state: &mut State, position: Position, at: Timestamp) -> Option<Vec<Effect>> {
    let rows = state.find_rows().filter(|rows| rows.area.contains(position))?;
    let Some(index) = rows.hit_at(position) else {
        return Some(Vec::new());
    };
    if let Some(find) = &mut state.find {
        find.chosen = index;
    }
    Some(enter(state, at))
}
