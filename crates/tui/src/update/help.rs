//! The key help, while it is on the screen.

use crossterm::event::KeyEvent;

use crate::action::Action;
use crate::help::key_rows;
use crate::keymap::Found;
use crate::state::State;

/// Opens the help.
pub(super) fn open(state: &mut State) {
    state.help = Some(0);
}

/// A key scrolls the help, or closes it.
pub(super) fn key(state: &mut State, key: KeyEvent, found: Found) {
    use crossterm::event::KeyCode::{Char, Down, End, Home, PageDown, PageUp, Up};
    let top = state.help.unwrap_or_default();
    let page = state.size.height.saturating_sub(2).max(1);
    let top = match (found, key.code) {
        (_, Up) => top.saturating_sub(1),
        (_, Down) => top.saturating_add(1),
        (_, PageUp) | (Found::Action(Action::PageUp), _) => top.saturating_sub(page),
        (_, PageDown | Char(' ')) | (Found::Action(Action::PageDown), _) => {
            top.saturating_add(page)
        }
        (_, Home) => 0,
        (_, End) => u16::MAX,
        (Found::Action(Action::Redraw) | Found::First, _) => top,
        _ => {
            state.help = None;
            return;
        }
    };
    state.help = Some(top.min(top_max(state)));
}

/// Scrolls the help by rows; does nothing if it is closed.
pub(super) fn scroll(state: &mut State, rows: isize) {
    let rows = i16::try_from(rows).unwrap_or_default();
    state.help = state.help.map(|top| top.saturating_add_signed(rows).min(top_max(state)));
}

/// The last first row of the help on this screen, whose own first row is a title.
fn top_max(state: &State) -> u16 {
    let rows = key_rows(state.look.keys(), usize::from(state.size.width)).len();
    u16::try_from(rows).unwrap_or(u16::MAX).saturating_sub(state.size.height.saturating_sub(1))
}
