//! A page of help, while it is on the screen.

use crossterm::event::KeyEvent;

use super::{Effect, selecting};
use crate::action::Action;
use crate::chord::Chord;
use crate::keymap::Binding;
use crate::state::{Page, PageSubject, State};

/// Opens a page.
pub(super) fn open(state: &mut State, subject: PageSubject) {
    state.page = Some(Page { subject, top: 0 });
}

/// A key scrolls the page, or closes it. Returns whether that is all: a character is typed, too. A user who has read
/// what `/set` can do types that next.
pub(super) fn key(state: &mut State, key: KeyEvent, binding: Binding) -> bool {
    use crossterm::event::KeyCode::{Char, Down, End, Home, PageDown, PageUp, Up};
    let Some(page) = &state.page else {
        return false;
    };
    let (top, has_secret) = (page.top, page.subject.secret().is_some());
    let screen = state.size.height.saturating_sub(2).max(1);
    let top = match (binding, key.code) {
        (_, Up) => top.saturating_sub(1),
        (_, Down) => top.saturating_add(1),
        (_, PageUp) | (Binding::Action(Action::PageUp), _) => top.saturating_sub(screen),
        (_, PageDown | Char(' ')) | (Binding::Action(Action::PageDown), _) => {
            top.saturating_add(screen)
        }
        (_, Home) => 0,
        (_, End) => u16::MAX,
        (Binding::Action(Action::Redraw) | Binding::First, _) => top,
        (Binding::Action(Action::Back | Action::Clear), _) => {
            state.page = None;
            return true;
        }
        // A secret is shown once: a key of a text that the user is typing must not close its page.
        _ if has_secret => top,
        _ => {
            state.page = None;
            let closes_pagers = key.code == Char('q');
            return binding != Binding::Nothing || closes_pagers || Chord::types(key).is_none();
        }
    };
    let top = top.min(top_max(state));
    state.page.iter_mut().for_each(|page| page.top = top);
    true
}

/// Whether a page is open that only its key closes.
pub(super) fn keeps_page(state: &State) -> bool {
    state.page.as_ref().is_some_and(|page| page.subject.secret().is_some())
}

/// Copies what the page shows this once, if the key says so.
pub(super) fn copies(state: &mut State, key: KeyEvent) -> Option<Vec<Effect>> {
    let secret = state.page.as_ref()?.subject.secret()?.clone();
    let is_copy = Chord::types(key) == Some('y');
    is_copy.then(|| selecting::copy(state, secret.reveal(), Some("it")))
}

/// Scrolls the page by rows; does nothing if it is closed.
pub(super) fn scroll(state: &mut State, rows: isize) {
    let rows = i16::try_from(rows).unwrap_or_default();
    let top_max = top_max(state);
    if let Some(page) = &mut state.page {
        page.top = page.top.saturating_add_signed(rows).min(top_max);
    }
}

/// The last first row of the page on this screen, whose own first row is a title.
fn top_max(state: &State) -> u16 {
    let rows = state.page_rows().len();
    u16::try_from(rows).unwrap_or(u16::MAX).saturating_sub(state.size.height.saturating_sub(1))
}
