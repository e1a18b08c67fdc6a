//! What a newcomer can do, below the messages.

use ratatui::buffer::Buffer;
use ratatui::layout::{Margin, Rect};
use ratatui::text::{Line, Span};
use ratatui::widgets::Widget;

use crate::theme::{Role, Theme};

pub(super) fn draw(theme: Theme, area: Rect, buffer: &mut Buffer) {
    let key = |text: &'static str| Span::styled(text, theme.style(Role::Code));
    let bar = || Span::styled("▌ ", theme.style(Role::Accent));
    let lines = [
        Line::default(),
        Line::from(vec![bar(), Span::raw("Type a message and press Enter to send it.")]),
        Line::from(vec![
            bar(),
            key("/rooms"),
            Span::raw(" lists the rooms, "),
            key("Ctrl-K"),
            Span::raw(" goes to one."),
        ]),
        Line::from(vec![
            bar(),
            key("F1"),
            Span::raw(" or "),
            key("/keys"),
            Span::raw(" shows the keys, "),
            key("/help"),
            Span::raw(" the commands, "),
            key("/quit"),
            Span::raw(" quits."),
        ]),
    ];
    let area = area.inner(Margin { horizontal: 1, vertical: 0 });
    for (line, row) in lines.iter().zip(area.rows()) {
        line.render(row, buffer);
    }
}
