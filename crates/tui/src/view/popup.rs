//! The list above the input box.

use ratatui::style::{Style, Stylize};
use ratatui::text::{Line, Span};

use super::canvas::Canvas;
use super::rooms::counted_text;
use crate::lists::Offer;
use crate::state::State;
use crate::theme::{Role, Theme};
use crate::wrap::{columns, cut};

/// Columns between the names and the texts beside them.
const GAP: usize = 2;

pub(super) fn draw(state: &State, theme: Theme, canvas: &mut Canvas) {
    let Some(popup) = state.popup() else {
        return;
    };
    let area = canvas.clip(popup.area);
    canvas.clear(area);
    canvas.style(area, theme.style(Role::Text));
    let mut rows = area.rows();
    if let Some(row) = rows.next() {
        let heading = heading(popup.title.as_deref(), theme, usize::from(row.width));
        canvas.line(&heading, row);
    }
    let window = popup.list.window(popup.rows());
    let offers = &popup.list.offers()[window.clone()];
    let width = usize::from(area.width);
    let names = names_width(offers, width);
    if offers.is_empty()
        && let Some(row) = rows.next()
    {
        canvas.line(&Line::styled(format!("  {}", popup.empty), theme.dim()), row);
    }
    let has_dots = offers.iter().any(|offer| offer.presence.is_some());
    for ((index, offer), row) in window.zip(offers).zip(rows) {
        let is_chosen = popup.list.index() == Some(index);
        let style = if is_chosen { theme.style(Role::Selected) } else { Style::new() };
        let mut line = Line::from(head(offer, is_chosen, has_dots, theme));
        let width = width.saturating_sub(line.width());
        line.spans.extend(rest(offer, names, width, theme));
        canvas.line(&line.style(style), row);
    }
}

/// The rule above the list, with its heading if it has one.
fn heading(title: Option<&str>, theme: Theme, width: usize) -> Line<'static> {
    let rule = |columns| Span::styled("─".repeat(columns), theme.style(Role::Rule));
    let Some(title) = title else {
        return Line::from(rule(width));
    };
    let title = cut(&format!(" {title} "), width.saturating_sub(2));
    let rest = width.saturating_sub(columns(&title) + 2);
    Line::from(vec![rule(2), title.bold(), rule(rest)])
}

/// Columns of the names, the same for all rows: at most half of the list if there are texts beside them.
fn names_width(offers: &[Offer], width: usize) -> usize {
    let widest = offers.iter().map(|offer| columns(&offer.label)).max().unwrap_or_default();
    let has_details = offers.iter().any(|offer| !offer.detail.is_empty());
    if has_details { widest.min(width / 2) } else { widest }
}

/// The mark of the chosen offer, and the dot of a user.
fn head(offer: &Offer, is_chosen: bool, has_dots: bool, theme: Theme) -> Vec<Span<'static>> {
    let mark = Span::raw(if is_chosen { "▶" } else { " " });
    let dot = match offer.presence {
        None => Span::raw(" "),
        Some(true) => Span::styled("●", theme.style(Role::Good)),
        Some(false) => Span::styled("○", theme.dim()),
    };
    if has_dots { vec![mark, dot, Span::raw(" ")] } else { vec![mark, Span::raw(" ")] }
}

/// The name, the text beside it, and the count of unread messages, in `width` columns.
fn rest(offer: &Offer, names: usize, width: usize, theme: Theme) -> Vec<Span<'static>> {
    let (count, count_style) = counted_text(offer.counts, theme);
    let count_width = if count.is_empty() { 0 } else { columns(&count) + 1 };
    let left = width.saturating_sub(count_width);
    let name = cut(&offer.label, names.min(left));
    let mut detail = String::new();
    if !offer.detail.is_empty() {
        detail = " ".repeat((names + GAP).saturating_sub(columns(&name))) + &offer.detail;
        detail = cut(&detail, left.saturating_sub(columns(&name)));
    }
    let gap = width.saturating_sub(columns(&name) + columns(&detail) + columns(&count));
    let name = if offer.counts.1 > 0 { name.bold() } else { Span::raw(name) };
    vec![
        name,
        Span::styled(detail, theme.dim()),
        Span::raw(" ".repeat(gap)),
        Span::styled(count, count_style),
    ]
}
