//! The page that searches messages, in place of the log: the query, the chosen result, and where the results are.

use chat_proto::Timestamp;
use chat_proto::command::SearchOrder;
use chat_proto::event::Hit;
use ratatui::layout::{Position, Rect};

use super::{Selection, State};
use crate::dates;
use crate::layout;
use crate::prompt::Prompt;

/// Narrowest page with a result on one row: the log has columns from there on, too.
const COLUMNS_WIDTH_MIN: u16 = 56;

/// A search. It stays, hidden, while the user looks at a result, until they go somewhere else.
#[derive(Debug)]
pub(crate) struct Find {
    /// The text that is typed.
    pub(crate) input: Prompt,
    pub(crate) order: SearchOrder,
    /// The place of the chosen result.
    pub(crate) chosen: usize,
    /// Whether the page is on the screen.
    pub(crate) is_open: bool,
    /// Why the server is not asked, in words.
    pub(crate) problem: Option<String>,
    /// The result that the user has gone to, while it is selected.
    pub(crate) arrived: Option<Selection>,
}

impl Default for Find {
    fn default() -> Self {
        Self {
            input: Prompt::default(),
            order: SearchOrder::Newest,
            chosen: 0,
            is_open: true,
            problem: None,
            arrived: None,
        }
    }
}

/// The results on the screen.
#[derive(Debug, Clone, Copy)]
pub(crate) struct FindRows<'a> {
    /// The area of the page.
    pub(crate) area: Rect,
    /// Whether each result has one row; if not, it has a second one for its text.
    pub(crate) is_wide: bool,
    /// All results.
    pub(crate) hits: &'a [Hit],
    /// The first one on the screen.
    pub(crate) first: usize,
}

impl FindRows<'_> {
    /// Rows of a result.
    pub(crate) const fn height(&self) -> u16 {
        if self.is_wide { 1 } else { 2 }
    }

    /// How many results fit.
    pub(crate) fn fitting(&self) -> usize {
        usize::from(self.area.height / self.height()).max(1)
    }

    /// The result at that position, if there is one.
    pub(crate) fn hit_at(&self, position: Position) -> Option<usize> {
        let row = position.y.checked_sub(self.area.y).filter(|_| self.area.contains(position))?;
        let index = self.first + usize::from(row / self.height());
        (index < self.hits.len()).then_some(index)
    }
}

impl State {
    /// The page that searches messages, if it is on the screen.
    pub(crate) fn open_find(&self) -> Option<&Find> {
        self.find.as_ref().filter(|find| find.is_open)
    }

    /// The box that is typed into, unless a list has one of its own.
    #[must_use]
    pub(crate) fn input(&self) -> &Prompt {
        self.open_find().map_or(&self.prompt, |find| &find.input)
    }

    /// The same, to change it.
    pub(crate) fn input_mut(&mut self) -> &mut Prompt {
        match &mut self.find {
            Some(find) if find.is_open => &mut find.input,
            _ => &mut self.prompt,
        }
    }

    /// The results on the screen: the chosen one is in the middle, if there are more than fit.
    pub(crate) fn find_rows(&self) -> Option<FindRows<'_>> {
        let find = self.open_find()?;
        let area = layout::messages(&self.panes());
        let hits = self.client.search().hits();
        let is_wide = area.width >= COLUMNS_WIDTH_MIN;
        let rows = FindRows { area, is_wide, hits, first: 0 };
        let last_first = hits.len().saturating_sub(rows.fitting());
        let first = find.chosen.saturating_sub(rows.fitting() / 2).min(last_first);
        Some(FindRows { first, ..rows })
    }

    /// The day and the time of a result.
    pub(crate) fn day_and_time(&self, at: Timestamp) -> (String, String) {
        let day = dates::short(dates::day(at, &self.zone), dates::day(self.now, &self.zone));
        let time = self.look.settings().time.value.minutes(at, &self.zone);
        (day, time)
    }
}
