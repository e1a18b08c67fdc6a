//! What each key does.

use chat_client::entry::NoticeKind;
use chat_client::{Request, Room};
use chat_proto::command::Kind;
use chat_proto::{RoomName, Timestamp};
use crossterm::event::{KeyCode, KeyEvent, KeyModifiers};
use ratatui::layout::{Position, Rect};

use super::{
    Effect, commands, insert, notify, request, scroll_page, selecting, to_newest,
    to_newest_or_read, to_oldest,
};
use crate::layout;
use crate::prompt::{Editor, Motion};
use crate::state::State;

/// A key is pressed.
pub(super) fn key(state: &mut State, key: KeyEvent, at: Timestamp) -> Vec<Effect> {
    if state.help.is_some() {
        return in_help(state, key);
    }
    if state.selection.is_some()
        && let Some(effects) = selecting::key(state, key, at)
    {
        return effects;
    }
    if !matches!(key.code, KeyCode::Tab | KeyCode::BackTab) {
        state.prompt.end_completion();
    }
    match key.modifiers & (KeyModifiers::CONTROL | KeyModifiers::ALT) {
        KeyModifiers::CONTROL => with_control(state, key.code, at),
        KeyModifiers::ALT => with_alt(state, key.code, at),
        _ => plain(state, key, at),
    }
}

fn in_help(state: &mut State, key: KeyEvent) -> Vec<Effect> {
    let top = state.help.unwrap_or_default();
    state.help = match key.code {
        KeyCode::Up => Some(top.saturating_sub(1)),
        KeyCode::PageUp => Some(top.saturating_sub(page(state))),
        KeyCode::Down => Some(top + 1),
        KeyCode::PageDown => Some(top + page(state)),
        _ => None,
    };
    state.help = state.help.map(|top| top.min(help_top_max(state)));
    Vec::new()
}

/// The last first row of the help on this screen.
fn help_top_max(state: &State) -> u16 {
    let area = layout::help(Rect::from((Position::ORIGIN, state.size)));
    layout::HELP_ROWS.saturating_sub(area.height)
}

/// A screen of the log, less one row for orientation.
fn page(state: &State) -> u16 {
    state.panes().log.height.saturating_sub(1).max(1)
}

pub(super) fn page_rows(state: &State) -> isize {
    isize::try_from(page(state)).unwrap_or(isize::MAX)
}

fn plain(state: &mut State, key: KeyEvent, at: Timestamp) -> Vec<Effect> {
    let empty = state.prompt.editor.is_empty();
    match key.code {
        KeyCode::Enter if key.modifiers.contains(KeyModifiers::SHIFT) => {
            return insert(state, "\n", at);
        }
        KeyCode::Enter => return enter(state, at),
        KeyCode::F(1) => state.help = Some(0),
        KeyCode::Char(c) => return insert(state, c.encode_utf8(&mut [0; 4]), at),
        KeyCode::Tab => complete(state, false),
        KeyCode::BackTab => complete(state, true),
        KeyCode::Backspace => state.prompt.editor.delete(Motion::Left),
        KeyCode::Delete => state.prompt.editor.delete(Motion::Right),
        KeyCode::Left => state.prompt.editor.go(Motion::Left),
        KeyCode::Right => state.prompt.editor.go(Motion::Right),
        KeyCode::Up if key.modifiers.contains(KeyModifiers::SHIFT) => selecting::start(state),
        KeyCode::Up => up(state),
        KeyCode::Down => down(state),
        KeyCode::PageUp => return scroll_page(state, -page_rows(state), at),
        KeyCode::PageDown => return scroll_page(state, page_rows(state), at),
        KeyCode::Home if empty => return to_oldest(state, at),
        KeyCode::End if empty => return to_newest(state, at),
        KeyCode::Home => state.prompt.editor.go(Motion::LineStart),
        KeyCode::End => state.prompt.editor.go(Motion::LineEnd),
        KeyCode::Esc => return to_newest_or_read(state, at),
        _ => {}
    }
    Vec::new()
}

fn with_control(state: &mut State, code: KeyCode, at: Timestamp) -> Vec<Effect> {
    let empty = state.prompt.editor.is_empty();
    let editor = &mut state.prompt.editor;
    match code {
        KeyCode::Char('c' | 'd') if empty => return vec![Effect::Quit],
        KeyCode::Char('c') if state.draft.is_some() => *editor = Editor::default(),
        // Nothing was sent, but Up brings it back all the same.
        KeyCode::Char('c') => drop(state.prompt.submit()),
        KeyCode::Char('d') => editor.delete(Motion::Right),
        KeyCode::Char('l') => return vec![Effect::Redraw],
        KeyCode::Char('s') => selecting::start(state),
        KeyCode::Char('g') => return super::toggle_users(state, at),
        KeyCode::Char('j') => return insert(state, "\n", at),
        KeyCode::Char('a') => editor.go(Motion::LineStart),
        KeyCode::Char('e') => editor.go(Motion::LineEnd),
        KeyCode::Char('b') => editor.go(Motion::Left),
        KeyCode::Char('f') => editor.go(Motion::Right),
        KeyCode::Char('h') => editor.delete(Motion::Left),
        KeyCode::Char('u') => editor.delete(Motion::LineStart),
        KeyCode::Char('k') => editor.delete(Motion::LineEnd),
        KeyCode::Char('w') | KeyCode::Backspace => editor.delete(Motion::WordLeft),
        KeyCode::Delete => editor.delete(Motion::WordRight),
        KeyCode::Char('z') => return vec![Effect::Suspend],
        KeyCode::Char('_') => editor.undo(),
        KeyCode::Char('y') => editor.redo(),
        KeyCode::Left => editor.go(Motion::WordLeft),
        KeyCode::Right => editor.go(Motion::WordRight),
        KeyCode::Char('p') => up(state),
        KeyCode::Char('n') => down(state),
        KeyCode::Home => return to_oldest(state, at),
        KeyCode::End => return to_newest(state, at),
        _ => {}
    }
    Vec::new()
}

fn with_alt(state: &mut State, code: KeyCode, at: Timestamp) -> Vec<Effect> {
    match code {
        KeyCode::Enter => return insert(state, "\n", at),
        KeyCode::Char(digit @ '1'..='9') => {
            let number = usize::from(digit as u8 - b'0');
            let index = state.client.rooms().numbered(number);
            return index.map(|index| open(state, index, at)).unwrap_or_default();
        }
        KeyCode::Up => return open_beside(state, -1, at),
        KeyCode::Down => return open_beside(state, 1, at),
        KeyCode::Char('a' | 'A') => return open_next_unread(state, at),
        _ => edit_with_alt(state, code),
    }
    Vec::new()
}

/// Goes to the next room with something new.
pub(super) fn open_next_unread(state: &mut State, at: Timestamp) -> Vec<Effect> {
    let index = state.client.rooms().next_unread();
    index.map(|index| open(state, index, at)).unwrap_or_default()
}

/// Goes to a room by its place in the list.
pub(super) fn open(state: &mut State, index: usize, at: Timestamp) -> Vec<Effect> {
    state.prompt.put_back();
    state.prompt.end_completion();
    let room = state.client.rooms().list().get(index).map(|room| room.name().clone());
    let opened = room.map(|room| request(state, Request::Open(room), at));
    opened.and_then(Result::ok).unwrap_or_default()
}

/// Goes to the room above or below, and round.
fn open_beside(state: &mut State, step: isize, at: Timestamp) -> Vec<Effect> {
    let rooms = state.client.rooms();
    let count = rooms.list().len();
    let index = (rooms.current_index() + count).saturating_add_signed(step) % count;
    open(state, index, at)
}

fn edit_with_alt(state: &mut State, code: KeyCode) {
    let editor = &mut state.prompt.editor;
    match code {
        KeyCode::Char('b') | KeyCode::Left => editor.go(Motion::WordLeft),
        KeyCode::Char('f') | KeyCode::Right => editor.go(Motion::WordRight),
        KeyCode::Char('d') => editor.delete(Motion::WordRight),
        KeyCode::Backspace => editor.delete(Motion::WordLeft),
        _ => {}
    }
}

/// The history has messages; there is none for names.
fn up(state: &mut State) {
    if state.draft.is_none() {
        state.prompt.up();
    }
}

fn down(state: &mut State) {
    if state.draft.is_none() {
        state.prompt.down();
    }
}

fn complete(state: &mut State, backwards: bool) {
    let State { prompt, client, .. } = state;
    let names = client.room().users().others(client.me());
    let labels: Vec<RoomName> = client.rooms().list().iter().map(Room::label).collect();
    prompt.complete(names, labels.iter(), backwards);
}

/// Sends the text or carries out the command, and empties the box. Up brings a command back. A message that
/// cannot be sent stays in the box.
fn enter(state: &mut State, at: Timestamp) -> Vec<Effect> {
    let typed = state.prompt.editor.text();
    let typed = typed.trim_end();
    let is_command = typed.starts_with('/') && !typed.starts_with("//");
    if state.draft.is_some() && !is_command {
        return enter_name(state, typed.trim(), at);
    }
    if typed.trim().is_empty() {
        return Vec::new();
    }
    // First, since a command may open another room with its draft.
    let typed_before = state.prompt.submit();
    let done = if is_command {
        commands::run(state, typed, at)
    } else {
        let text = if typed.starts_with("//") { &typed[1..] } else { typed };
        let (room, text) = (state.shown().clone(), text.to_owned());
        request(state, Request::Say { room, kind: Kind::Text, text }, at)
    };
    done.unwrap_or_else(|why| {
        let mut effects = notify(state, NoticeKind::Trouble, why, at);
        effects.extend(to_newest(state, at));
        // A command that was to send something contains a text.
        if !is_command || ["/msg ", "/me "].iter().any(|command| typed.starts_with(command)) {
            state.prompt.editor = typed_before;
        }
        effects
    })
}

/// Connects again under the name that was typed, and puts back the text that was typed before.
fn enter_name(state: &mut State, typed: &str, at: Timestamp) -> Vec<Effect> {
    match commands::rename(state, typed, at) {
        Ok(effects) => {
            state.prompt.editor = state.draft.take().unwrap_or_default();
            effects
        }
        Err(why) => notify(state, NoticeKind::Trouble, why, at),
    }
}
