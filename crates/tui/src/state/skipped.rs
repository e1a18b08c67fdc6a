//! What is above the screen: the unread messages that the user has skipped, and the author of the first row.

use chat_proto::UserName;
use ratatui::layout::Rect;

use super::{LogPane, State};
use crate::action::Action;
use crate::layout::Panes;
use crate::rows::Row;
use crate::wrap::columns;

/// Columns of the rule before the text on it, and of the blanks around the text.
pub(crate) const RULE_BEFORE: u16 = 2;
const BLANKS: usize = 2;

/// Narrowest area of a text beside the author, in columns: the number of thousands of unread messages fits. In a
/// narrower one there is the text alone.
const BESIDE_AUTHOR_MIN: u16 = 30;

/// The rule above a log, and its log.
fn rule_and_log(panes: &Panes, pane: LogPane) -> (Rect, Rect) {
    match (pane, panes.thread) {
        (LogPane::Room, _) | (LogPane::Thread, None) => (panes.rule, panes.log),
        (LogPane::Thread, Some(thread)) if panes.log.is_empty() => (panes.rule, thread.log),
        (LogPane::Thread, Some(thread)) => (thread.rule, thread.log),
    }
}

/// The direction from the messages on the screen to another one.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Direction {
    /// To older messages.
    Above,
    /// To newer ones.
    Below,
}

/// The author of the first row on the screen, on the rule above it.
pub(crate) struct Author<'a> {
    /// The name.
    pub(crate) name: &'a UserName,
    /// The name and the time.
    pub(crate) row: Row,
    /// Their area, with a blank behind them.
    pub(crate) area: Rect,
}

impl State {
    /// What is on the rule above a log: the author of its first row, if the row that has the name is above the screen;
    /// and the area of a text about the messages there. If there is no rule, that is the first row of the log.
    pub(crate) fn on_rule(&self, panes: &Panes, pane: LogPane) -> (Option<Author<'_>>, Rect) {
        let (rule, log) = rule_and_log(panes, pane);
        if rule.is_empty() {
            return (None, Rect { height: log.height.min(1), ..log });
        }
        let Some((name, row)) = self.first_author(pane) else {
            return (None, rule);
        };
        let width = row.iter().map(|(_, text)| columns(text)).sum::<usize>() + 1;
        let width = u16::try_from(width).unwrap_or(u16::MAX).min(rule.width);
        let author = Some(Author { name, row, area: Rect { width, ..rule } });
        let rest = Rect { x: rule.x + width, width: rule.width - width, ..rule };
        (author, if rest.width < BESIDE_AUTHOR_MIN { rule } else { rest })
    }

    fn first_author(&self, pane: LogPane) -> Option<(&UserName, Row)> {
        let (rows, height) = self.rows_of(pane)?;
        rows.over_top(self.viewport_of(pane).top(rows, height))
    }

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

    /// Where an unread mention is that is not on the screen: below it, if there is one on both sides.
    pub(crate) fn to_mention(&self) -> Option<Direction> {
        let room = self.client.room();
        let all = room.mentions();
        let has_mentions = all > 0 && !room.is_private();
        let (rows, height) = self.rows_of(LogPane::Room).filter(|_| has_mentions)?;
        let Some((first, last)) = self.viewport_of(LogPane::Room).seen(rows, height) else {
            return Some(Direction::Below);
        };
        // Those that are not loaded count as before any message.
        if room.mentions_before(last.next()) < all {
            return Some(Direction::Below);
        }
        match (room.mentions_before(first), room.unread_before(first)) {
            (0, _) => None,
            (_, 0) => Some(Direction::Below),
            _ => Some(Direction::Above),
        }
    }

    /// The unread messages above the screen in words, with what can be done about it, as far as there is room.
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
        let (_, area) = self.on_rule(&self.panes(), LogPane::Room);
        let width = usize::from(area.width.saturating_sub(RULE_BEFORE));
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
