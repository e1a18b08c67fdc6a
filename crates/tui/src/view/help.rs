//! A page over the whole screen: help, or a secret that is shown once.

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
const COPY: &str = "y copies";

pub(super) fn draw(state: &State, theme: Theme, canvas: &mut Canvas) {
    let (Some(page), area) = (&state.page, canvas.area()) else {
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
        let hints = hints(state, page.subject.secret().is_some(), below > 0);
        title(page.subject.title(), &hints, theme, head, canvas);
    }
    for (row, area) in rows.iter().skip(usize::from(top)).zip(shown) {
        canvas.line(&line(&row.text, theme), area);
        if let Some(code) = &row.code {
            let width = u16::try_from(columns(code)).unwrap_or(area.width).min(area.width);
            let right = Rect { x: area.right() - width, width, ..area };
            canvas.line(&Line::styled(code.as_str(), theme.code()), right);
        }
    }
}

/// What the keys do, in the longest form first. If the text was copied, that replaces the key that copies.
fn hints(state: &State, has_secret: bool, has_more: bool) -> Vec<String> {
    let close = if has_more { vec![MORE, CLOSE] } else { vec![CLOSE] };
    let copy = match &state.done {
        _ if !has_secret => None,
        Some(Ok(done)) => Some(done.as_str()),
        _ => Some(COPY),
    };
    let with_copy = copy
        .into_iter()
        .flat_map(|copy| close.iter().map(move |close| format!("{copy} · {close}")));
    with_copy.chain(close.iter().map(ToString::to_string)).collect()
}

/// Shows the first hint that fits beside the title.
fn title(title: &'static str, hints: &[String], theme: Theme, area: Rect, canvas: &mut Canvas) {
    let left = usize::from(area.width).saturating_sub(columns(title) + 1);
    if let Some(hint) = hints.iter().find(|hint| columns(hint) <= left) {
        canvas.line(&Line::styled(hint.as_str(), theme.dim()).alignment(Alignment::Right), area);
    }
    canvas.line(&Line::from(title.bold()), area);
}

pub(super) fn line(row: &HelpRow, theme: Theme) -> Line<'_> {
    match row {
        HelpRow::Title(title) => Line::styled(*title, theme.dim()),
        HelpRow::Text(text) => Line::raw(text),
        HelpRow::Keys(keys, does) => Line::from(vec![keys.as_str().bold(), Span::raw(does)]),
    }
}
