//! What the user has skipped: the unread messages above the screen, and what says so.

use ratatui::layout::Rect;

use super::{LogPane, State};
use crate::action::Action;
use crate::layout::Panes;
use crate::wrap::columns;

/// Columns of the rule before the text on it, and of the blanks around the text.
pub(crate) const RULE_BEFORE: u16 = 2;
const BLANKS: usize = 2;

/// Where the text about the messages above the screen is: on the rule, or on the first row of the log if there
/// is not a rule.
pub(crate) fn above_area(panes: &Panes) -> Rect {
    on_rule(panes.rule, panes.log)
}

/// The rule, or the first row of a log if there is no rule.
pub(crate) fn on_rule(rule: Rect, log: Rect) -> Rect {
    if rule.is_empty() { Rect { height: log.height.min(1), ..log } } else { rule }
}

impl State {
    /// How many unread messages are above the screen, and how many of them name the user.
    pub(crate) fn skipped(&self) -> Option<(u64, usize)> {
        // In most frames all is read, and the rows on the screen need not be found.
        let has_unread = self.client.room().unread() > 0;
        let (rows, height) = self.rows_of(LogPane::Room).filter(|_| has_unread && !self.is_bare)?;
        let (first, _) = self.viewport_of(LogPane::Room).seen(rows, height)?;
        let room = self.client.room();
        let unread = room.unread_before(first);
        (unread > 0).then(|| (unread, room.mentions_before(first)))
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

    /// The same in words, with what can be done about it, as far as there is room.
    pub(crate) fn skipped_text(&self) -> Option<String> {
        let (unread, mentions) = self.skipped()?;
        // The list of rooms has the number of all.
        let all = self.client.room().unread();
        let of_all = if all > unread { format!("{unread} of {all}") } else { unread.to_string() };
        let mut texts = vec![format!("{of_all} unread above")];
        match mentions {
            _ if self.client.room().is_private() => {}
            0 => {}
            1 => texts.push(", 1 mention".to_owned()),
            count => texts.push(format!(", {count} mentions")),
        }
        texts.extend(
            self.look.keys().name(Action::FirstUnread).map(|key| format!(" · {key} goes there")),
        );
        texts.push(" · /read marks them read".to_owned());
        let width = usize::from(above_area(&self.panes()).width.saturating_sub(RULE_BEFORE));
        let mut text = String::new();
        for part in texts {
            let is_first = text.is_empty();
            if !is_first && columns(&text) + columns(&part) + BLANKS > width {
                break;
            }
            text.push_str(&part);
        }
        Some(text)
    }
}
