//! The room list.

use chat_client::{Partner, Room};
use ratatui::layout::Rect;
use ratatui::style::{Style, Stylize};
use ratatui::text::{Line, Span};

use super::canvas::Canvas;
use crate::state::{HiddenRooms, RoomList, RoomRow, State};
use crate::theme::{Role, Theme};
use crate::wrap::{columns, cut};

/// Most messages that are counted out: what three columns have room for.
const COUNTED_MAX: u64 = 999;

/// Columns before the name: the mark, the number and a blank.
const HEAD_COLUMNS: usize = 4;

/// Largest number that has room in the list.
const NUMBER_MAX: usize = 99;

pub(super) fn draw(state: &State, theme: Theme, area: Rect, canvas: &mut Canvas) {
    // A text that begins its row does not touch the line.
    let area = Rect { width: area.width.saturating_sub(1), ..area };
    let inner = Rect { width: area.width.saturating_sub(1), ..area };
    let border = Rect { x: inner.right(), width: area.width - inner.width, ..area };
    canvas.rule_down(border, theme.style(Role::Rule));
    let list = RoomList::new(state);
    let (height, width) = (usize::from(inner.height), usize::from(inner.width));
    let shown = list.shown(height);
    for (index, area) in shown.clone().zip(inner.rows()) {
        let line = match (list.hidden(index, &shown), &list.rows[index]) {
            (Some(hidden), _) => {
                let (text, counted) = hidden_text(&hidden);
                with_count(&Span::styled(text, theme.dim()), counted, theme, width)
            }
            (None, RoomRow::Blank) => Line::default(),
            (None, RoomRow::Heading(heading)) => Line::styled(format!(" {heading}"), theme.dim()),
            (None, RoomRow::Room(one)) => line(state, one, index == list.current, theme, width),
        };
        canvas.line(&line, area);
    }
}

/// What a row says about the rooms that it stands for.
fn hidden_text(hidden: &HiddenRooms<'_>) -> (String, (usize, u64)) {
    let (mut mentions, mut unread) = (0, 0_u64);
    for room in &hidden.rooms {
        mentions += room.mentions();
        unread = unread.saturating_add(room.unread());
    }
    let arrow = if hidden.is_above { "↑" } else { "↓" };
    (format!(" {arrow} {} more", hidden.rooms.len()), (mentions, unread))
}

/// The mark, the number, the name, and how much is not read.
fn line(state: &State, room: &Room, is_current: bool, theme: Theme, width: usize) -> Line<'static> {
    let partner = state.client.partner(room);
    let is_here = matches!(partner, Some(Partner::Online | Partner::Away(_)));
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
    let name = room.display_name();
    let is_muted = state.client.is_muted(room);
    let name = match room.unread() {
        _ if is_muted => Span::styled(name, theme.dim()),
        1.. if !is_current => name.bold(),
        _ => Span::raw(name),
    };
    // A quiet room counts its mentions alone.
    let unread = if is_muted { room.mentions() as u64 } else { room.unread() };
    let counted = (room.mentions(), unread);
    let rest = with_count(&name, counted, theme, width.saturating_sub(HEAD_COLUMNS));
    let mut spans = vec![mark, Span::styled(number, theme.dim())];
    spans.extend(rest.spans);
    let style = if is_current { theme.style(Role::Current) } else { Style::new() };
    Line::from(spans).style(style)
}

/// A text, and at the right end how much is not read, with a blank between them. If all of the text fits beside
/// it, the messages that do not name the user are counted, too: `12 @1`.
fn with_count(
    text: &Span<'static>,
    counted: (usize, u64),
    theme: Theme,
    width: usize,
) -> Line<'static> {
    let (count, style) = counted_text(counted, theme);
    let taken = if count.is_empty() { 0 } else { columns(&count) + 1 };
    let hides_some = counted.0 > 0 && counted.1 > counted.0 as u64;
    let all = if hides_some { format!("{} ", unread_text(counted.1)) } else { String::new() };
    // A number right behind a name would be read as part of it.
    let has_room = columns(&text.content) + 1 + columns(&all) + taken <= width;
    let all = if has_room { all } else { String::new() };
    let shown = cut(&text.content, width.saturating_sub(taken));
    let gap = width.saturating_sub(columns(&shown) + columns(&all) + columns(&count));
    Line::from(vec![
        Span::styled(shown, text.style),
        Span::raw(" ".repeat(gap)),
        Span::raw(all),
        Span::styled(count, style),
    ])
}

fn unread_text(unread: u64) -> String {
    if unread <= COUNTED_MAX { unread.to_string() } else { "1k+".to_owned() }
}

/// The count of unread messages: of those that name the user, or of all.
pub(super) fn counted_text(counted: (usize, u64), theme: Theme) -> (String, Style) {
    match counted {
        (_, 0) => (String::new(), Style::new()),
        (0, unread) => (unread_text(unread), Style::new()),
        (mentions @ 1..100, _) => (format!("@{mentions}"), theme.accent()),
        _ => ("@99".to_owned(), theme.accent()),
    }
}
