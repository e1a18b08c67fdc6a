//! The room list.

use chat_client::Room;
use ratatui::buffer::Buffer;
use ratatui::layout::Rect;
use ratatui::style::{Style, Stylize};
use ratatui::text::{Line, Span};
use ratatui::widgets::{Block, Borders, Widget};

use crate::state::State;
use crate::theme::{Role, Theme};
use crate::wrap::{columns, cut};

/// Most messages that are counted out: what three columns have room for.
const COUNTED_MAX: u64 = 999;

/// Columns before the name: the mark, the number and a blank.
const HEAD_COLUMNS: usize = 4;

/// Largest number that has room in the list.
const NUMBER_MAX: usize = 99;

/// A row of the list.
enum Row<'a> {
    Blank,
    Heading(&'static str),
    Room(&'a Room),
}

pub(super) fn draw(state: &State, theme: Theme, area: Rect, buffer: &mut Buffer) {
    // A text that begins its row does not touch the line.
    let area = Rect { width: area.width.saturating_sub(1), ..area };
    let block = Block::new().borders(Borders::RIGHT).border_style(theme.style(Role::Rule));
    let inner = block.inner(area);
    block.render(area, buffer);
    let rows = rows(state);
    let room = state.client.room();
    let is_current = |row: &Row<'_>| matches!(row, Row::Room(one) if one.name() == room.name());
    let current = rows.iter().position(is_current).unwrap_or_default();
    let (height, width) = (usize::from(inner.height), usize::from(inner.width));
    let first = first_shown(rows.len(), current, height);
    let end = (first + height).min(rows.len());
    for (index, area) in (first..end).zip(inner.rows()) {
        let above = (index == first && first > 0).then(|| hidden(&rows[..=index], "↑"));
        let below = (index + 1 == end && end < rows.len()).then(|| hidden(&rows[index..], "↓"));
        let line = match (above.or(below).flatten(), &rows[index]) {
            (Some((text, counted)), _) => {
                with_count(&Span::styled(text, theme.dim()), counted, theme, width)
            }
            (None, Row::Blank) => Line::default(),
            (None, Row::Heading(heading)) => Line::styled(format!(" {heading}"), theme.dim()),
            (None, Row::Room(one)) => line(state, one, index == current, theme, width),
        };
        line.render(area, buffer);
    }
}

/// The rooms, then the direct messages, each under a heading.
fn rows(state: &State) -> Vec<Row<'_>> {
    let (direct, rooms): (Vec<&Room>, Vec<&Room>) =
        state.client.rooms().list().iter().partition(|room| room.is_private());
    let mut rows = vec![Row::Heading("ROOMS")];
    rows.extend(rooms.into_iter().map(Row::Room));
    if !direct.is_empty() {
        rows.extend([Row::Blank, Row::Heading("DIRECT")]);
        rows.extend(direct.into_iter().map(Row::Room));
    }
    rows
}

/// The first of `count` rows on a list of this height that shows the row `current`. The first and the last
/// row of the list are not for it if they are to say how many rooms are hidden.
fn first_shown(count: usize, current: usize, height: usize) -> usize {
    let last = count.saturating_sub(height);
    (current + 2).saturating_sub(height).min(last)
}

/// What a row says about the rooms that it hides; `None` if it hides no room.
fn hidden(rows: &[Row<'_>], arrow: &str) -> Option<(String, (usize, u64))> {
    let rooms = rows.iter().filter_map(|row| match row {
        Row::Room(room) => Some(*room),
        Row::Blank | Row::Heading(_) => None,
    });
    let (mut count, mut mentions, mut unread) = (0, 0, 0_u64);
    for room in rooms {
        count += 1;
        mentions += room.mentions();
        unread = unread.saturating_add(room.unread());
    }
    (count > 0).then(|| (format!(" {arrow} {count} more"), (mentions, unread)))
}

/// The mark, the number, the name, and how much is not read.
fn line(state: &State, room: &Room, is_current: bool, theme: Theme, width: usize) -> Line<'static> {
    let is_here = room.users().others(state.client.me()).next().is_some();
    let mark = match (is_current, room.is_private(), is_here && state.client.session().is_some()) {
        (true, ..) => Span::raw("▌"),
        (_, false, _) => Span::raw(" "),
        (_, true, true) => Span::styled("●", theme.style(Role::Good)),
        (_, true, false) => Span::styled("○", theme.dim()),
    };
    let number = match room.number() {
        number @ ..=NUMBER_MAX => format!("{number:2} "),
        _ => " ".repeat(HEAD_COLUMNS - 1),
    };
    let label = room.label();
    let name = label.other().map_or_else(|| label.to_string(), |name| name.to_string());
    let name = if room.unread() > 0 && !is_current { name.bold() } else { Span::raw(name) };
    let counted = (room.mentions(), room.unread());
    let rest = with_count(&name, counted, theme, width.saturating_sub(HEAD_COLUMNS));
    let mut spans = vec![mark, Span::styled(number, theme.dim())];
    spans.extend(rest.spans);
    let style = if is_current { theme.style(Role::Current) } else { Style::new() };
    Line::from(spans).style(style)
}

/// A text, and at the right end how much is not read, with a blank between them.
fn with_count(
    text: &Span<'static>,
    counted: (usize, u64),
    theme: Theme,
    width: usize,
) -> Line<'static> {
    let (count, style) = counted_text(counted, theme);
    let taken = if count.is_empty() { 0 } else { columns(&count) + 1 };
    let shown = cut(&text.content, width.saturating_sub(taken));
    let gap = width.saturating_sub(columns(&shown) + columns(&count));
    Line::from(vec![
        Span::styled(shown, text.style),
        Span::raw(" ".repeat(gap)),
        Span::styled(count, style),
    ])
}

/// What is not read: how much of it names the user, or how much it is.
fn counted_text(counted: (usize, u64), theme: Theme) -> (String, Style) {
    match counted {
        (_, 0) => (String::new(), Style::new()),
        (0, unread @ 1..=COUNTED_MAX) => (unread.to_string(), Style::new()),
        (0, _) => ("1k+".to_owned(), Style::new()),
        (mentions @ 1..100, _) => (format!("@{mentions}"), theme.striking()),
        _ => ("@99".to_owned(), theme.striking()),
    }
}

#[cfg(test)]
mod tests {
    use super::first_shown;

    #[test]
    fn the_current_row_is_never_below_an_arrow() {
        for height in 5..30 {
            for count in 1..60 {
                for current in 0..count {
                    let first = first_shown(count, current, height);
                    let row = current - first;
                    let is_arrow =
                        row == 0 && first > 0 || row + 1 == height && first + height < count;
                    assert!(row < height && !is_arrow, "{current} of {count} in {height}");
                }
            }
        }
    }
}
