//! Draws the state on the screen, one file for each pane.

mod edges;
mod elsewhere;
mod header;
mod help;
mod links;
mod live;
mod log;
mod paint;
mod popup;
mod prompt;
mod rooms;
mod status;
mod users;
mod welcome;

use ratatui::Frame;
use ratatui::buffer::{Buffer, CellWidth};
use ratatui::layout::Rect;

use crate::hyperlinks::LinkCells;
use crate::layout::Panes;
use crate::state::State;
use crate::theme::Role;

/// Draws the whole screen, and returns the cells of its links. The same state gives the same screen.
pub fn draw(state: &State, frame: &mut Frame<'_>) -> Vec<LinkCells> {
    let (panes, theme) = (state.panes(), state.look.theme());
    let screen = frame.area();
    paint::style(screen, theme.style(Role::Text), frame.buffer_mut());
    let on_screen =
        Panes { header: clip(panes.header, frame), rule: clip(panes.rule, frame), ..panes };
    header::draw(state, theme, &on_screen, frame.buffer_mut());
    let links = log::draw(state, theme, clip(panes.log, frame), frame.buffer_mut());
    edges::draw_above(state, theme, &on_screen, frame.buffer_mut());
    if let Some(area) = panes.rooms {
        rooms::draw(state, theme, clip(area, frame), frame.buffer_mut());
    }
    if let Some(area) = panes.users {
        users::draw(state, theme, clip(area, frame), frame.buffer_mut());
    }
    if let Some(area) = panes.welcome {
        welcome::draw(state.look.keys(), theme, clip(area, frame), frame.buffer_mut());
    }
    popup::draw(state, theme, frame);
    status::draw(state, theme, clip(panes.status, frame), frame.buffer_mut());
    prompt::draw(state, theme, clip(panes.prompt, frame), frame);
    help::draw(state, theme, frame);
    blank_halves(frame.buffer_mut());
    links::uncovered(links, frame.buffer_mut())
}

/// Blanks each wide symbol that something else covers in part, such as the border of the help: terminals show
/// one of the two, and ratatui believes that the wide one is there.
fn blank_halves(buffer: &mut Buffer) {
    let columns = usize::from(buffer.area.width).max(1);
    for row in buffer.content.chunks_mut(columns) {
        let mut x = 0;
        while x < row.len() {
            if row[x].symbol().len() == 1 {
                // ASCII, as most cells are.
                x += 1;
                continue;
            }
            let end = x + usize::from(row[x].cell_width().max(1));
            let is_whole = row
                .get(x + 1..end)
                .is_some_and(|rest| rest.iter().all(|cell| cell.symbol() == " "));
            if is_whole {
                x = end;
            } else {
                row[x].set_symbol(" ");
                x += 1;
            }
        }
    }
}

/// The part of an area that is on the screen: the terminal may have shrunk before the state could know.
fn clip(area: Rect, frame: &Frame<'_>) -> Rect {
    area.intersection(frame.area())
}

#[cfg(test)]
mod tests;
