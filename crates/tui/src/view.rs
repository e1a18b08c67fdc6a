//! Draws the state on the screen, one file for each pane.

mod canvas;
mod edges;
mod elsewhere;
mod find;
mod glyph;
mod header;
mod help;
mod links;
mod live;
mod log;
mod marked;
mod paint;
mod painter;
mod popup;
mod prompt;
mod rooms;
mod row;
mod standing;
mod status;
mod thread;
mod users;
mod welcome;

pub use self::canvas::Canvas;
pub use self::painter::Painter;
use crate::hyperlinks::LinkCells;
use crate::layout::Panes;
use crate::state::{LogPane, State};
use crate::theme::Role;

/// Draws the whole screen, or only the input box if that is the part to be drawn. Returns the cells of its links. The
/// same state gives the same screen.
pub fn draw(state: &State, canvas: &mut Canvas) -> Vec<LinkCells> {
    let theme = state.look.theme();
    canvas.style(canvas.area(), theme.style(Role::Text));
    if !canvas.is_whole() {
        prompt::draw(state, theme, canvas.area(), canvas);
        return Vec::new();
    }
    let panes = state.panes();
    let on_screen =
        Panes { header: canvas.clip(panes.header), rule: canvas.clip(panes.rule), ..panes };
    let finds = find::draw(state, theme, &on_screen, canvas);
    if !finds {
        header::draw(state, theme, &on_screen, canvas);
    }
    let mut links = Vec::new();
    for pane in [LogPane::Room, LogPane::Thread] {
        // The page is in place of the messages, but not of a thread beside them.
        let is_hidden = finds && (pane == LogPane::Room || !state.is_thread_beside());
        if let Some(area) = state.log_area(pane).filter(|_| !is_hidden) {
            links.extend(log::draw(state, pane, theme, canvas.clip(area), canvas));
        }
    }
    if let Some(thread) = panes.thread {
        thread::draw(state, theme, &thread, canvas);
    }
    if !finds {
        edges::draw_above(state, theme, &on_screen, canvas);
    }
    if let Some(area) = panes.rooms {
        rooms::draw(state, theme, canvas.clip(area), canvas);
    }
    if let Some(area) = panes.users {
        users::draw(state, theme, canvas.clip(area), canvas);
    }
    if let Some(area) = panes.welcome.filter(|_| state.open_find().is_none()) {
        let is_owner = state.client.role() == chat_proto::Role::Owner;
        welcome::draw(state.look.keys(), is_owner, theme, canvas.clip(area), canvas);
    }
    popup::draw(state, theme, canvas);
    status::draw(state, theme, canvas.clip(panes.status), canvas);
    prompt::draw(state, theme, canvas.clip(panes.prompt), canvas);
    help::draw(state, theme, canvas);
    links
}

#[cfg(test)]
mod tests;
