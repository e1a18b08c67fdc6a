//! How the input box looks: its label, the text as rows, and its size.

use chat_proto::limits::TEXT_BYTES_MAX;
use unicode_segmentation::UnicodeSegmentation;

use super::{Compose, State};
use crate::prompt::{Editor, InputSearch, Rows};
use crate::wording::{kilobytes, of_text_max};
use crate::wrap::{columns, cut};

/// Narrowest screen with a label before the input, in columns.
const LABEL_WIDTH_MIN: u16 = 10;

/// Most columns of the room's name before the input; on a narrow screen it has a third of the screen.
const LABEL_NAME_MAX: usize = 20;

/// Fewest columns of the text beside it: a word. On a narrower screen only the header has the name.
const BESIDE_LABEL_MIN: usize = 10;

/// The text behind the name, and its columns.
const LABEL_END: &str = " › ";
const LABEL_END_COLUMNS: usize = 3;

/// The text before the one that is searched for.
const FIND_LABEL: &str = "Find › ";

/// Fewest rows of a text whose size is shown: one that is shorter can be seen as a whole.
const COUNT_ROWS_MIN: usize = 3;

/// Fewest columns of a text beside its size.
const TEXT_COLUMNS_MIN: usize = 20;

/// Shown in place of each character of a secret.
const HIDDEN: char = '•';

/// Columns between the text and its size.
const COUNT_GAP: usize = 2;

/// The content of the input box.
#[derive(Debug)]
pub(crate) struct InputBox {
    /// The label before the text, and its columns.
    pub(crate) label: (String, usize),
    /// The text.
    pub(crate) rows: Rows,
    /// If the text is long, how long it is: at the right of the first row.
    pub(crate) count: Option<String>,
}

impl State {
    /// The label before the input: the room that Enter sends to, what the box asks for, or what is searched
    /// for.
    #[must_use]
    pub fn prompt_label(&self) -> String {
        self.label().0
    }

    /// The same, and its columns.
    fn label(&self) -> (String, usize) {
        if self.size.width < LABEL_WIDTH_MIN {
            return (String::new(), 0);
        }
        if let Some(picker) = &self.picker {
            let label = picker.subject.label();
            return (label.to_owned(), columns(label));
        }
        if self.open_find().is_some() {
            return (FIND_LABEL.to_owned(), columns(FIND_LABEL));
        }
        let with_end = |text: String| {
            let width = columns(&text) + LABEL_END_COLUMNS;
            (text + LABEL_END, width)
        };
        if self.asks_name() {
            return with_end("name".to_owned());
        }
        let width = usize::from(self.size.width);
        let name_max = LABEL_NAME_MAX.min(width / 3);
        if let Some(InputSearch { word, is_failed }) = self.prompt.input_search() {
            let what = if is_failed { "not found" } else { "search" };
            return with_end(cut(&format!("{what}: {word}"), name_max.max(columns(what))));
        }
        let room = self.client.room().label();
        let label = match &self.compose {
            Some(Compose::Edit { .. }) => "edit",
            Some(Compose::Reply(_)) => "reply",
            None if self.focused_thread().is_some() => "thread",
            None => room.as_str(),
        };
        let label = with_end(cut(label, name_max));
        if label.1 + BESIDE_LABEL_MIN <= width { label } else { (String::new(), 0) }
    }

    /// The text of the input box as rows, as wide as the screen allows.
    #[must_use]
    pub fn prompt_rows(&self) -> Rows {
        self.input_box().rows
    }

    /// Whether the text is too long for a message.
    #[must_use]
    pub fn is_too_long(&self) -> bool {
        bytes(self) > TEXT_BYTES_MAX
    }

    /// The input box, as wide as the screen allows.
    pub(crate) fn input_box(&self) -> InputBox {
        let label = self.label();
        let width = usize::from(self.size.width).saturating_sub(label.1);
        if self.picker.as_ref().is_some_and(|picker| picker.subject.is_secret()) {
            let hidden = self.editor().text().graphemes(true).map(|_| HIDDEN).collect::<String>();
            let rows = Rows::new(&Editor::new(&hidden), width);
            return InputBox { label, rows, count: None };
        }
        let rows = Rows::new(self.editor(), width);
        let is_message = !self.asks_name() && self.picker.is_none() && self.open_find().is_none();
        if rows.rows.len() < COUNT_ROWS_MIN || !is_message {
            return InputBox { label, rows, count: None };
        }
        let count = count(self);
        match width.checked_sub(columns(&count) + COUNT_GAP) {
            Some(left) if left >= TEXT_COLUMNS_MIN => {
                InputBox { label, rows: Rows::new(self.editor(), left), count: Some(count) }
            }
            _ => InputBox { label, rows, count: None },
        }
    }
}

fn bytes(state: &State) -> usize {
    let lines = state.prompt.editor.lines();
    lines.iter().map(String::len).sum::<usize>() + lines.len() - 1
}

fn count(state: &State) -> String {
    let bytes = bytes(state);
    if state.is_too_long() {
        return of_text_max(bytes);
    }
    match state.prompt.editor.lines().len() {
        1 => format!("1 line, {}", kilobytes(bytes)),
        lines => format!("{lines} lines, {}", kilobytes(bytes)),
    }
}
