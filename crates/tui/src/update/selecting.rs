//! What keys do while a message is selected.

use chat_proto::Timestamp;
use crossterm::event::KeyEvent;

use super::{Effect, actions, find, insert, message, scroll};
use crate::action::Action;
use crate::chord::Chord;
use crate::keymap::Binding;
use crate::letters::{LETTERS, MessageAction};
use crate::state::{State, applies, links, text};
use crate::viewport::ScrollPosition;

/// Most bytes of a text that is copied. Some terminals take at most 100,000 bytes of the sequence, which
/// has four for three of the text.
const COPY_BYTES_MAX: usize = 74_000;

/// Selects a message, or the one above the selected one.
pub(super) fn start(state: &mut State) {
    if state.asks_name() {
        return;
    }
    state.select(-1);
    if state.selection.is_none() {
        state.done = Some(Err("There is no message here to select".to_owned()));
    }
}

/// A key is pressed. Returns `None` if it is not for the selected message: the user types again.
pub(super) fn key(
    state: &mut State,
    key: KeyEvent,
    binding: Binding,
    at: Timestamp,
) -> Option<Vec<Effect>> {
    if let Some(target) = state.deleting.take() {
        return Some(message::delete(state, target, Chord::types(key) == Some('y'), at));
    }
    let Some((_, entry)) = state.selected() else {
        state.selection = None;
        return None;
    };
    let page = actions::page(state);
    let letter = Chord::types(key);
    let action = LETTERS.iter().find(|row| Some(row.key) == letter).map(|row| row.action);
    let applied =
        action.map(|action| applies(action, entry, state.deletes_others()).map(|()| action));
    match (binding, applied) {
        (Binding::Action(Action::Up | Action::Select), _) => state.select(-1),
        (Binding::Action(Action::Down), _) => state.select(1),
        (Binding::Action(Action::Home | Action::Oldest), _) => state.select(isize::MIN),
        (Binding::Action(Action::End | Action::Newest), _) => state.select(isize::MAX),
        (Binding::Action(Action::PageUp), _) => return Some(turn_page(state, -page, at)),
        (Binding::Action(Action::PageDown), _) => return Some(turn_page(state, page, at)),
        (Binding::Action(Action::Back), _) if is_result(state) => return find::back(state, at),
        (Binding::Action(Action::Back | Action::Clear | Action::DeleteOrQuit), _) => {
            return Some(end(state));
        }
        // They change neither the input nor the selection.
        (Binding::Action(Action::Redraw | Action::Suspend | Action::Users), _) => return None,
        (Binding::Action(Action::Send), _) => return Some(enter(state)),
        (Binding::Nothing, Some(Ok(action))) => return Some(act(state, action, at)),
        (Binding::Nothing, Some(Err(why))) => state.done = Some(Err(why.to_owned())),
        (Binding::Nothing, None) if letter == Some('k') => state.select(-1),
        (Binding::Nothing, None) if letter == Some('j') => state.select(1),
        (Binding::Nothing, None) if letter.is_some_and(char::is_alphabetic) => {
            // A word that is typed here would end at the first letter that acts, so no letter begins one.
            state.done = letter.map(|letter| Err(format!("{letter} does nothing here")));
        }
        _ => {
            // The key is for the input box, or opens something else.
            state.selection = None;
            return None;
        }
    }
    Some(Vec::new())
}

/// Whether the selected message is the result of a search that the user has gone to.
fn is_result(state: &mut State) -> bool {
    let selection = state.selection;
    selection.is_some() && state.hidden_find().is_some_and(|find| find.arrived == selection)
}

/// Ends the selection: keys go to the input box again.
pub(super) fn end(state: &mut State) -> Vec<Effect> {
    state.selection = None;
    Vec::new()
}

/// Opens a long message, or folds it again. On any other the user types again.
fn enter(state: &mut State) -> Vec<Effect> {
    match state.selection.filter(|_| state.selected_is_long()) {
        Some(message) => {
            state.toggle_fold(message);
            Vec::new()
        }
        None => end(state),
    }
}

/// Scrolls, and selects another message if the selected one is no longer on the screen.
fn turn_page(state: &mut State, rows: isize, at: Timestamp) -> Vec<Effect> {
    let effects = scroll(state, rows, at);
    if let Some(message) = state.nearest_on_screen() {
        state.selection = Some(message);
    }
    effects
}

fn act(state: &mut State, action: MessageAction, at: Timestamp) -> Vec<Effect> {
    let Some((_, entry)) = state.selected() else {
        return end(state);
    };
    let entry = entry.clone();
    let text = text(&entry).unwrap_or_default().to_owned();
    match action {
        MessageAction::Copy => copy(state, &text, None),
        MessageAction::OpenLink => open_link(state, &links(&entry)),
        MessageAction::CopyLink => copy_link(state, &links(&entry)),
        MessageAction::Quote => quote(state, &text, at),
        _ => message::act(state, action, &entry, at),
    }
}

/// Copies a text and says so; `what` is what it is, if it is not lines of a message.
pub(super) fn copy(state: &mut State, text: &str, what: Option<&str>) -> Vec<Effect> {
    state.selection = None;
    let end = text.floor_char_boundary(COPY_BYTES_MAX.min(text.len()));
    let lines = text[..end].lines().count().max(1);
    let what = what.map_or_else(|| counted(lines), str::to_owned);
    state.done = Some(Ok(if end < text.len() {
        format!("Copied {what}: the first {} kB of {} kB", end / 1000, text.len() / 1000)
    } else {
        format!("Copied {what}")
    }));
    vec![Effect::Copy(text[..end].to_owned())]
}

fn counted(lines: usize) -> String {
    if lines == 1 { "1 line".to_owned() } else { format!("{lines} lines") }
}

/// Opens the first link, or copies it if links cannot be opened here.
fn open_link(state: &mut State, links: &[String]) -> Vec<Effect> {
    let Some(link) = links.first() else {
        return end(state);
    };
    let which = which(links);
    if !state.opens_links {
        let what = format!("{which}; there is no browser on this machine");
        return copy(state, link, Some(&what));
    }
    state.selection = None;
    state.done = Some(Ok(format!("Opening {which}: {link}")));
    vec![Effect::OpenLink(link.clone())]
}

/// Copies the first link.
fn copy_link(state: &mut State, links: &[String]) -> Vec<Effect> {
    match links.first() {
        Some(link) => copy(state, link, Some(&which(links))),
        None => end(state),
    }
}

/// The first of these links in words.
fn which(links: &[String]) -> String {
    match links.len() {
        1 => "the link".to_owned(),
        count => format!("the first of {count} links"),
    }
}

/// A link could not be opened: copies it, and says why.
pub(super) fn copy_instead(state: &mut State, link: &str, why: &str) -> Vec<Effect> {
    copy(state, link, Some(&format!("the link; it cannot be opened: {why}")))
}

/// Puts the text into the input box as a quote.
fn quote(state: &mut State, text: &str, at: Timestamp) -> Vec<Effect> {
    state.selection = None;
    let before = state.prompt.editor.before_cursor();
    let mut quoted = String::new();
    if !before.is_empty() && !before.ends_with('\n') {
        quoted.push('\n');
    }
    for line in text.lines() {
        quoted.push_str("> ");
        quoted.push_str(line);
        quoted.push('\n');
    }
    insert(state, &quoted, at)
}

/// Ends the selection if its message is gone, and keeps new messages from pushing it off the screen.
pub(super) fn frame(state: &mut State) {
    if state.selection.is_none() {
        state.deleting = None;
    }
    let Some((index, _)) = state.selected() else {
        state.selection = None;
        return;
    };
    let viewport = state.viewport();
    let is_pushed = state.log_rows().is_some_and(|(rows, height)| {
        // One that is longer than the screen is left as it is, as long as any of it is shown.
        let top = viewport.top(rows, height);
        rows.height(index) <= height || top.0 > index
    });
    if is_pushed && viewport.position() == ScrollPosition::Newest {
        state.show_selected();
    }
}
