//! A page of help: the keys, the commands or the settings, over the whole screen.

use ratatui::layout::{Alignment, Rect};
use ratatui::style::Stylize;
use ratatui::text::{Line, Span};

use super::canvas::Canvas;
use crate::help::HelpRow;
use crate::state::State;
use crate::theme::{Role, Theme};
use crate::wrap::columns;

const MORE: &str = "PgDn more · Esc closes";
const CLOSE: &str = "Esc closes";

pub(super) fn draw(state: &State, theme: Theme, canvas: &mut Canvas) {
    let (Some(page), area) = (state.page, canvas.area()) else {
        return;
    };
    let top = page.top;
    canvas.clear(area);
    canvas.style(area, theme.style(Role::Text));
    let rows = state.page_rows();
    let shown = area.rows().skip(1);
    let height = usize::from(area.height.saturating_sub(1));
    let below = rows.len().saturating_sub(usize::from(top) + height);
    if let Some(head) = area.rows().next() {
        let hints: &[&str] = if below > 0 { &[MORE, CLOSE] } else { &[CLOSE] };
        title(page.subject.title(), hints, theme, head, canvas);
    }
    for (row, area) in rows.iter().skip(usize::from(top)).zip(shown) {
        canvas.line(&line(row, theme), area);
    }
}

/// Shows the first hint that fits beside the title.
fn title(
    title: &'static str,
    hints: &[&'static str],
    theme: Theme,
    area: Rect,
    canvas: &mut Canvas,
) {
    let left = usize::from(area.width).saturating_sub(columns(title) + 1);
    if let Some(hint) = hints.iter().find(|hint| columns(hint) <= left) {
        canvas.line(&Line::styled(*hint, theme.dim()).alignment(Alignment::Right), area);
    }
    canvas.line(&Line::from(title.bold()), area);
}

pub(super) fn line(row: &HelpRow, theme: Theme) -> Line<'_> {
    match row {
        HelpRow::Title(title) => Line::styled(*title, theme.dim()),
        HelpRow::Keys(keys, does) => Line::from(vec![keys.as_str().bold(), Span::raw(does)]),
    }
}
