//! The help: every key, over the rest of the screen.

use ratatui::Frame;
use ratatui::layout::Rect;
use ratatui::text::{Line, Span};
use ratatui::widgets::{Block, BorderType, Clear, Paragraph};

use crate::palette::Palette;
use crate::state::State;

/// What a key does; an empty key goes on with the one above.
const KEYS: &[(&str, &str)] = &[
    ("Enter", "says it; a / in front makes it a command"),
    ("Alt-Enter", "begins a new line (Ctrl-J, too)"),
    ("Tab", "completes a name or a command"),
    ("Up Down", "what you said before"),
    ("PgUp PgDn", "scroll; the mouse wheel does, too"),
    ("Ctrl-Home/End", "oldest and newest message"),
    ("Home End", "the same on an empty line"),
    ("", "else start and end of the line"),
    ("Ctrl-Left/Right", "word by word"),
    ("Ctrl-U Ctrl-K", "delete to start, to end of line"),
    ("Ctrl-W", "deletes a word"),
    ("Ctrl-Z Ctrl-Y", "undo, redo"),
    ("Ctrl-C", "clears the line; quits on an empty one"),
    ("F1 ?", "this help (? on an empty line)"),
    ("Shift-mouse", "selects text, as the wheel is taken"),
    ("", ""),
    ("Marks", "› yours  … on its way  @ names you"),
    ("", "× refused  ? not known to be kept"),
];

/// Columns of the keys, and of the whole box with its border.
const KEY_COLUMNS: usize = 17;
const BOX_COLUMNS: u16 = 60;

/// Rows above and below the keys.
const BORDER_ROWS: u16 = 2;

pub(super) fn draw(state: &State, palette: Palette, frame: &mut Frame<'_>) {
    let Some(top) = state.help else {
        return;
    };
    let area = area(frame.area());
    let lines: Vec<Line<'_>> = KEYS.iter().map(|(key, does)| line(key, does, palette)).collect();
    let block = Block::bordered()
        .border_type(BorderType::Rounded)
        .border_style(palette.dim())
        .title(" Keys ")
        .title_bottom(" Esc closes, Down scrolls ");
    frame.render_widget(Clear, area);
    frame.render_widget(Paragraph::new(lines).block(block).scroll((top, 0)), area);
}

fn line(key: &'static str, does: &'static str, palette: Palette) -> Line<'static> {
    let key = format!(" {key:KEY_COLUMNS$}");
    Line::from(vec![Span::styled(key, palette.good()), Span::raw(does)])
}

/// The middle of the screen, or all of it where it is small.
fn area(screen: Rect) -> Rect {
    let rows = u16::try_from(KEYS.len()).unwrap_or(u16::MAX).saturating_add(BORDER_ROWS);
    let (width, height) = (screen.width.min(BOX_COLUMNS), screen.height.min(rows));
    Rect::new((screen.width - width) / 2, (screen.height - height) / 2, width, height)
}

/// How far the help can be scrolled on this screen.
pub(crate) fn top_max(state: &State) -> u16 {
    let height = area(Rect::from((ratatui::layout::Position::ORIGIN, state.size))).height;
    let rows = u16::try_from(KEYS.len()).unwrap_or(u16::MAX);
    rows.saturating_sub(height.saturating_sub(BORDER_ROWS))
}
