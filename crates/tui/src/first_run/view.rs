//! Draws the first screen.

use ratatui::layout::{Position, Rect};
use ratatui::style::{Style, Stylize};
use ratatui::text::{Line, Span};

use super::{Field, FirstRun};
use crate::prompt::Rows;
use crate::theme::{Role, Theme};
use crate::view::Canvas;
use crate::wrap::cut;

/// Columns of the screen that are used, and before them on a wide one.
const WIDTH_MAX: u16 = 70;
const LEFT_MAX: u16 = 6;

/// Columns of the labels, a blank behind them included.
const LABEL: usize = 11;

/// What the keys do, at a first start, and if there is a client to go back to.
const KEYS: &str = "Enter next · Tab switch · Esc quit";
const KEYS_BACK: &str = "Enter next · Tab switch · Esc back · Ctrl-C quit";

/// Rows of the whole text.
const HEIGHT: u16 = 13;

pub(super) fn draw(screen: &FirstRun, theme: Theme, canvas: &mut Canvas) {
    let all = canvas.area();
    let area = area(all);
    let width = usize::from(area.width);
    // What is typed replaces a suggestion, as it does a selected text.
    let style = |field: &Field, has_cursor: bool| match field.is_suggestion && has_cursor {
        true => theme.style(Role::Selected).bold(),
        false => Style::new().bold(),
    };
    let name_style = style(&screen.name, !screen.is_at_server);
    let (name, name_cursor) = field("Your name", &screen.name, name_style, width);
    let server_style = style(&screen.server, screen.is_at_server);
    let (server, server_cursor) = field("Server", &screen.server, server_style, width);
    let lines = [
        Line::raw("Welcome to chat").bold(),
        Line::default(),
        name,
        error(&screen.name, theme, width),
        server,
        error(&screen.server, theme, width),
        Line::default(),
        Line::styled(if screen.goes_back { KEYS_BACK } else { KEYS }, theme.dim()),
        Line::default(),
        hint("No server yet? Run ", "chat-server", theme),
        hint("Just looking? Run ", "chat-tui --demo", theme),
    ];
    self::lines(lines, theme, canvas);
    let (row, column) = if screen.is_at_server { (4, server_cursor) } else { (2, name_cursor) };
    let column = u16::try_from(column).unwrap_or(u16::MAX);
    if row < area.height {
        let x = area.x.saturating_add(column).min(all.right().saturating_sub(1));
        canvas.set_cursor(Position::new(x, area.y + row));
    }
}

/// Draws lines on an empty screen.
pub(super) fn lines(
    lines: impl IntoIterator<Item = Line<'static>>,
    theme: Theme,
    canvas: &mut Canvas,
) {
    let all = canvas.area();
    canvas.style(all, theme.style(Role::Text));
    for (line, row) in lines.into_iter().zip(area(all).intersection(all).rows()) {
        canvas.line(&line, row);
    }
}

/// The part of the screen that is used.
fn area(all: Rect) -> Rect {
    let left = LEFT_MAX.min(all.width / 10);
    Rect {
        x: left,
        y: all.height.saturating_sub(HEIGHT) / 3,
        width: all.width.saturating_sub(left).min(WIDTH_MAX),
        height: all.height.min(HEIGHT),
    }
}

/// A label and its field, and the column of the cursor in it.
fn field(label: &str, field: &Field, style: Style, width: usize) -> (Line<'static>, usize) {
    let rows = Rows::new(&field.editor, width.saturating_sub(LABEL));
    let text = rows.rows.into_iter().nth(rows.cursor.0).unwrap_or_default();
    let label = Span::raw(format!("{label:LABEL$}"));
    (Line::from(vec![label, Span::styled(text, style)]), LABEL + rows.cursor.1)
}

fn error(field: &Field, theme: Theme, width: usize) -> Line<'static> {
    let text = field.error.as_deref().unwrap_or_default();
    let text = format!("{}{}", " ".repeat(LABEL), cut(text, width.saturating_sub(LABEL)));
    Line::styled(text.trim_end().to_owned(), theme.bad())
}

fn hint(question: &'static str, command: &'static str, theme: Theme) -> Line<'static> {
    Line::from(vec![Span::raw(question), Span::styled(command, theme.style(Role::Code))])
}
