//! The help: every key, over the rest of the screen.

use ratatui::Frame;
use ratatui::style::Stylize;
use ratatui::text::{Line, Span};
use ratatui::widgets::{Block, BorderType, Clear, Paragraph};

use crate::help::KEYS;
use crate::layout;
use crate::state::State;
use crate::theme::{Role, Theme};

/// Columns of the keys.
const KEY_COLUMNS: usize = 17;

pub(super) fn draw(state: &State, theme: Theme, frame: &mut Frame<'_>) {
    let Some(top) = state.help else {
        return;
    };
    let area = layout::help(frame.area());
    let lines: Vec<Line<'_>> = KEYS.iter().map(|(key, does)| line(key, does)).collect();
    let block = Block::bordered()
        .border_type(BorderType::Rounded)
        .border_style(theme.style(Role::Rule))
        .title(" Keys ")
        .title_bottom(" Esc closes, Down scrolls ");
    frame.render_widget(Clear, area);
    frame.render_widget(
        Paragraph::new(lines).style(theme.style(Role::Text)).block(block).scroll((top, 0)),
        area,
    );
}

fn line(key: &'static str, does: &'static str) -> Line<'static> {
    let key = format!(" {key:KEY_COLUMNS$}");
    Line::from(vec![key.bold(), Span::raw(does)])
}
