//! The list above the input box: what completes a word, or a list with an input line of its own.

use chat_proto::Timestamp;
use ratatui::layout::{Position, Rect};

use super::State;
use crate::layout;
use crate::lists::{List, OfferAction, Subject};
use crate::prompt::Editor;

/// Most rows of the list that completes a word: the messages stay in view.
const COMPLETION_ROWS_MAX: usize = 8;

/// Most rows of a list with an input line of its own.
const PICKER_ROWS_MAX: usize = 12;

/// Rows of the rule above a list.
const RULE_ROWS: usize = 1;

/// A list with an input line of its own, which is shown instead of the input box, whose text stays.
#[derive(Debug)]
pub struct Picker {
    /// Its subject.
    pub subject: Subject,
    /// The text that is typed to find something in it.
    pub query: Editor,
    /// The offers for that.
    pub list: List,
    /// How much there is if nothing is typed.
    pub count: usize,
}

/// A list on the screen.
#[derive(Debug)]
pub struct Popup<'a> {
    /// Where it is.
    pub area: Rect,
    /// Its heading, in the rule that is its first row.
    pub title: Option<String>,
    /// The offers.
    pub list: &'a List,
    /// The text if nothing is offered.
    pub empty: String,
}

impl Popup<'_> {
    /// How many rows have offers.
    #[must_use]
    pub fn rows(&self) -> usize {
        usize::from(self.area.height).saturating_sub(RULE_ROWS)
    }

    /// The place of the offer at that position, if there is one.
    #[must_use]
    pub fn offer_at(&self, position: Position) -> Option<usize> {
        let row = usize::from(position.y.checked_sub(self.area.y)?);
        let row = row.checked_sub(RULE_ROWS)?;
        let is_within = self.area.contains(position);
        self.list.window(self.rows()).nth(row).filter(|_| is_within)
    }
}

impl State {
    /// The list above the input box, if there is one.
    #[must_use]
    pub fn popup(&self) -> Option<Popup<'_>> {
        let (list, title, rows_max) = match &self.picker {
            Some(picker) => (&picker.list, Some(picker.title(self)), PICKER_ROWS_MAX),
            None => (self.input().completions()?, None, COMPLETION_ROWS_MAX),
        };
        let is_loading = self.picker.is_some()
            && self.client.session().is_some()
            && self.client.listing().is_loading();
        let empty = if is_loading {
            "Loading…".to_owned()
        } else {
            let keys = self.look.keys();
            self.picker
                .as_ref()
                .map(|picker| picker.subject.empty(&self.client, keys))
                .unwrap_or_default()
        };
        let rows = list.offers().len().clamp(1, rows_max) + RULE_ROWS;
        let area = layout::popup(&self.panes(), rows);
        Some(Popup { area, title, list, empty })
    }

    /// Opens a list with an input line of its own.
    pub(crate) fn open_picker(&mut self, subject: Subject, query: &str) {
        self.prompt.end_completion();
        self.selection = None;
        let (query, list) = (Editor::new(query), List::default());
        self.picker = Some(Picker { subject, query, list, count: 0 });
        self.find();
    }

    /// Finds again what the list with an input line offers. What is chosen stays so, if it is still there.
    pub(crate) fn find(&mut self) {
        let Self { picker: Some(picker), client, zone, look, .. } = self else {
            return;
        };
        let typed = picker.query.text();
        let clock = look.settings().time.value;
        let when = |at: Timestamp| clock.with_date(at, zone);
        let (offers, count) = picker.subject.offers(client, &typed, when);
        let chosen = picker.list.chosen().map(|offer| offer.does.clone());
        let index = offers.iter().position(|offer| Some(&offer.does) == chosen.as_ref());
        // A mistyped name creates no room: the user has to choose that, or to type the `#`.
        let creates =
            offers.first().is_some_and(|offer| matches!(offer.does, OfferAction::Create(_)));
        let first = (!creates || typed.starts_with('#')).then_some(0);
        picker.list = List::new(offers);
        if let Some(index) = index.or(first) {
            picker.list.choose(index);
        }
        picker.count = count;
    }
}

impl Picker {
    /// The heading: what it is about, and how much is found.
    fn title(&self, state: &State) -> String {
        let (title, found) = (self.subject.title(&state.client), self.list.offers().len());
        match self.subject {
            Subject::GoTo | Subject::React(_) | Subject::Secret(_) => title,
            Subject::Rooms | Subject::People if self.query.is_empty() => {
                format!("{title} · {}", self.count)
            }
            _ if self.query.is_empty() => title,
            _ => format!("{title} · {found} of {}", self.count),
        }
    }
}
