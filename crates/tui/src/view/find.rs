//! The page that searches messages: its header, the results, or what there is to say instead.

mod empty;

use chat_proto::command::SearchOrder;
use chat_proto::event::{Hit, MessageKind};
use ratatui::layout::{Alignment, Rect};
use ratatui::style::{Style, Stylize};
use ratatui::text::{Line, Span};

use self::empty::no_results;
use super::canvas::Canvas;
use super::help;
use super::marked::marked;
use crate::help::query_rows;
use crate::layout::Panes;
use crate::markup::without_fences;
use crate::state::{Find, FindRows, State};
use crate::theme::{Role, Theme};
use crate::wrap::{columns, cut, wrap};

/// Columns of the mark of the chosen result, and of the blank after it.
const MARK_COLUMNS: usize = 2;

/// Columns between two parts of a result.
const GAP: usize = 2;

/// Most columns of a room, and of a name.
const ROOM_COLUMNS_MAX: usize = 14;
const NAME_COLUMNS_MAX: usize = 14;

/// Draws the page. Returns whether it is open.
pub(super) fn draw(state: &State, theme: Theme, panes: &Panes, canvas: &mut Canvas) -> bool {
    let (Some(find), Some(rows)) = (state.open_find(), state.find_rows()) else {
        return false;
    };
    let rule = "─".repeat(panes.rule.width.into());
    canvas.line(&Line::styled(rule, theme.style(Role::Rule)), panes.rule);
    header(state, find, theme, panes.header, canvas);
    if find.input.editor.text().trim().is_empty() {
        for (row, area) in query_rows(rows.area.width.into()).iter().zip(rows.area.rows()) {
            canvas.line(&help::line(row, theme), area);
        }
        return true;
    }
    if let Some((text, is_bad)) = no_results(state, find) {
        let style = if is_bad { theme.bad() } else { theme.dim() };
        let width = usize::from(rows.area.width);
        let lines = wrap(&text, width, width);
        for (range, area) in lines.into_iter().zip(rows.area.rows()) {
            canvas.line(&Line::styled(&text[range], style), area);
        }
        return true;
    }
    results(state, find, &rows, theme, canvas);
    true
}

/// Says how the results are sorted, which of them is chosen, and whether all messages can be found.
fn header(state: &State, find: &Find, theme: Theme, area: Rect, canvas: &mut Canvas) {
    if area.is_empty() {
        return;
    }
    let search = state.client.search();
    let count = match search.hits().len() {
        _ if !search.is_answered() => String::new(),
        0 => String::new(),
        count => {
            let more = if search.has_more() { "+" } else { "" };
            format!("{} of {count}{more}", find.chosen + 1)
        }
    };
    let order = match find.order {
        SearchOrder::Newest => "newest first",
        SearchOrder::Best => "best first",
    };
    let mut left = usize::from(area.width).saturating_sub(columns(&count) + GAP);
    let mut spans = vec![Span::raw(cut("Find", left)).bold()];
    left = left.saturating_sub(columns("Find"));
    let indexed = search.indexed().map(|percent| format!("{percent} % of the messages indexed"));
    let parts = [(indexed, theme.style(Role::Warn)), (Some(order.to_owned()), theme.dim())];
    for (text, style) in parts {
        let Some(text) = text.filter(|text| columns(text) + GAP <= left) else { continue };
        left -= columns(&text) + GAP;
        spans.extend([Span::raw(" ".repeat(GAP)), Span::styled(text, style)]);
    }
    canvas.line(&Line::styled(count, theme.dim()).alignment(Alignment::Right), area);
    canvas.line(&Line::from(spans), area);
}

fn results(state: &State, find: &Find, rows: &FindRows<'_>, theme: Theme, canvas: &mut Canvas) {
    let shown: Vec<ResultRow<'_>> = rows
        .hits
        .iter()
        .enumerate()
        .skip(rows.first)
        // The last one may have no room for its text.
        .take(rows.fitting() + 1)
        .map(|(index, hit)| ResultRow::new(state, hit, find.chosen == index))
        .collect();
    let table = Table::of(&shown, rows.area.width.into());
    let mut areas = rows.area.rows();
    for result in &shown {
        let lines = if rows.is_wide {
            vec![result.one_row(&table, theme)]
        } else {
            result.two_rows(rows.area.width.into(), theme)
        };
        let style = if result.is_chosen { theme.style(Role::Selected) } else { Style::new() };
        for (line, area) in lines.into_iter().zip(areas.by_ref()) {
            canvas.line(&line.style(style), area);
        }
    }
}

/// A result in words.
struct ResultRow<'a> {
    hit: &'a Hit,
    is_chosen: bool,
    day: String,
    when: String,
    room: String,
}

/// The columns of the results on the screen.
struct Table {
    when: usize,
    room: usize,
    name: usize,
    text: usize,
}

impl Table {
    fn of(shown: &[ResultRow<'_>], width: usize) -> Self {
        let widest = |part: &dyn Fn(&ResultRow<'_>) -> usize, most: usize| {
            shown.iter().map(part).max().unwrap_or_default().min(most)
        };
        let when = widest(&|it| columns(&it.when), width);
        let room = widest(&|it| columns(&it.room), ROOM_COLUMNS_MAX);
        let name = widest(&|it| columns(it.hit.from.name.as_str()), NAME_COLUMNS_MAX);
        let text = width.saturating_sub(MARK_COLUMNS + when + room + name + 3 * GAP);
        Self { when, room, name, text }
    }
}

impl<'a> ResultRow<'a> {
    fn new(state: &State, hit: &'a Hit, is_chosen: bool) -> Self {
        let room = state.client.rooms().label(&hit.room).to_string();
        let (day, time) = state.day_and_time(hit.at);
        Self { hit, is_chosen, when: format!("{day} {time}"), day, room }
    }

    fn one_row(&self, table: &Table, theme: Theme) -> Line<'static> {
        let gap = || Span::raw(" ".repeat(GAP));
        let room = cut(&self.room, table.room);
        let room_gap = " ".repeat(table.room.saturating_sub(columns(&room)));
        let name = cut(self.hit.from.name.as_str(), table.name);
        let name_gap = " ".repeat(table.name.saturating_sub(columns(&name)));
        let when_gap = " ".repeat(table.when.saturating_sub(columns(&self.when)));
        let mut spans = vec![
            self.mark(),
            Span::styled(when_gap + &self.when, theme.dim()),
            gap(),
            Span::raw(room + &room_gap),
            gap(),
            Span::raw(name_gap),
            self.name(name, theme),
            gap(),
        ];
        spans.extend(self.text(table.text, theme));
        Line::from(spans)
    }

    /// The same on a narrow screen: the text has a row of its own.
    fn two_rows(&self, width: usize, theme: Theme) -> Vec<Line<'static>> {
        let names = columns(&self.room) + columns(self.hit.from.name.as_str()) + 2;
        let has_room = MARK_COLUMNS + names + columns(&self.when) <= width;
        let when = if has_room { &self.when } else { &self.day };
        let left = width.saturating_sub(MARK_COLUMNS + columns(when) + 1);
        let room = cut(&self.room, left);
        let left = left.saturating_sub(columns(&room) + 1);
        let name = cut(self.hit.from.name.as_str(), left);
        let head = vec![
            self.mark(),
            Span::raw(room + " "),
            self.name(name.clone(), theme),
            Span::raw(if name.is_empty() { "" } else { " " }),
            Span::styled(when.clone(), theme.dim()),
        ];
        let mut text = vec![Span::raw(" ".repeat(MARK_COLUMNS.min(width)))];
        text.extend(self.text(width.saturating_sub(MARK_COLUMNS), theme));
        vec![Line::from(head), Line::from(text)]
    }

    fn mark(&self) -> Span<'static> {
        Span::raw(if self.is_chosen { "▶ " } else { "  " })
    }

    fn name(&self, name: String, theme: Theme) -> Span<'static> {
        Span::styled(name, theme.name(&self.hit.from.name).bold())
    }

    fn text(&self, width: usize, theme: Theme) -> Vec<Span<'static>> {
        let before = if self.hit.kind == MessageKind::Action { "* " } else { "" };
        let (text, marks) = without_fences(self.hit.text.as_str(), &self.hit.marks);
        marked(before, &text, &marks, width, theme.style(Role::Match))
    }
}
