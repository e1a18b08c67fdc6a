//! What is below the screen: how much of it is unread, and the key that goes on there.

use super::{LogPane, State};
use crate::action::Action;
use crate::rows::LogRows;

/// The end of the last row of a log that goes on below the screen.
#[derive(Debug)]
pub(crate) struct MoreBelow {
    /// The text, with the key if the log has the keys.
    pub(crate) text: String,
    /// The action of the key, and of a click on the text.
    pub(crate) action: Action,
}

impl State {
    /// What the end of the last row of a log says; `None` if there is nothing below.
    pub(crate) fn more_below(&self, pane: LogPane) -> Option<MoreBelow> {
        let (rows, height) = self.rows_of(pane).filter(|_| !self.is_bare)?;
        if !self.viewport_of(pane).reads_back(rows, height) {
            return None;
        }
        let unread = self.unread_below(pane);
        let (what, action) = match unread {
            0 => ("Latest".to_owned(), Action::End),
            1 => ("1 new".to_owned(), Action::End),
            unread => (format!("{unread} new"), self.reading_on(rows, height)),
        };
        // With something typed, End goes to the end of the line.
        let action = match action {
            Action::End if !self.prompt.editor.is_empty() => Action::Newest,
            action => action,
        };
        let key = self.look.keys().name(action).filter(|_| pane == self.focus());
        let key = key.map(|key| format!("{key} ")).unwrap_or_default();
        Some(MoreBelow { text: format!(" {what} ↓ {key}"), action })
    }

    /// How many unread messages are below the screen.
    pub(crate) fn unread_below(&self, pane: LogPane) -> u64 {
        if pane == LogPane::Thread || self.client.room().unread() == 0 {
            return 0;
        }
        let seen = self
            .rows_of(LogPane::Room)
            .and_then(|(rows, height)| self.viewport_of(LogPane::Room).seen(rows, height));
        let room = self.client.room();
        seen.map_or_else(|| room.unread(), |(_, last)| room.unread_from(last.next()))
    }

    /// The action that goes on to the unread messages below the screen and skips none of them.
    fn reading_on(&self, rows: LogRows<'_>, height: usize) -> Action {
        let (room, viewport) = (self.client.room(), self.viewport_of(LogPane::Room));
        let seen = viewport.seen(rows, height).map_or(room.read(), |(_, last)| last);
        let first = rows.log.index_from(seen.max(room.read()).next());
        // The text covers the end of the last row.
        let end = rows.down(viewport.top(rows, height), height.saturating_sub(1));
        let first = end.max((first, 0));
        if !rows.log.is_cut() && rows.newest_top(height) <= first {
            Action::End
        } else if first <= rows.down(end, height) {
            Action::PageDown
        } else {
            Action::FirstUnread
        }
    }
}
