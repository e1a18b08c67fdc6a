//! A page of help: the keys, the commands or the settings, over the whole screen.

use ratatui::Frame;
use ratatui::buffer::Buffer;
use ratatui::layout::{Alignment, Rect};
use ratatui::style::Stylize;
use ratatui::text::{Line, Span};
use ratatui::widgets::{Clear, Widget};

use super::paint;
use crate::help::HelpRow;
use crate::state::State;
use crate::theme::{Role, Theme};
use crate::wrap::columns;

const MORE: &str = "PgDn more · Esc closes";
const CLOSE: &str = "Esc closes";

pub(super) fn draw(state: &State, theme: Theme, frame: &mut Frame<'_>) {
    let (Some(page), area) = (state.page, frame.area()) else {
        return;
    };
    let top = page.top;
    let buffer = frame.buffer_mut();
    Clear.render(area, buffer);
    paint::style(area, theme.style(Role::Text), buffer);
    let rows = state.page_rows();
    let shown = area.rows().skip(1);
    let height = usize::from(area.height.saturating_sub(1));
    let below = rows.len().saturating_sub(usize::from(top) + height);
    if let Some(head) = area.rows().next() {
        let hints: &[&str] = if below > 0 { &[MORE, CLOSE] } else { &[CLOSE] };
        title(page.subject.title(), hints, theme, head, buffer);
    }
    for (row, area) in rows.iter().skip(usize::from(top)).zip(shown) {
        paint::line(&line(row, theme), area, buffer);
    }
}

/// Shows the first hint that fits beside the title.
fn title(
    title: &'static str,
    hints: &[&'static str],
    theme: Theme,
    area: Rect,
    buffer: &mut Buffer,
) {
    let left = usize::from(area.width).saturating_sub(columns(title) + 1);
    if let Some(hint) = hints.iter().find(|hint| columns(hint) <= left) {
        Line::styled(*hint, theme.dim()).alignment(Alignment::Right).render(area, buffer);
    }
    title.bold().render(area, buffer);
}

fn line(row: &HelpRow, theme: Theme) -> Line<'_> {
    match row {
        HelpRow::Title(title) => Line::styled(*title, theme.dim()),
        HelpRow::Keys(keys, does) => Line::from(vec![keys.as_str().bold(), Span::raw(does)]),
    }
}
