//! Reading the settings file: valid lines count, and every other line becomes a [`Problem`].

use std::fmt;
use std::ops::Range;

use toml_edit::{Document, Item, Key, TableLike, Value};

use super::error::SetError;
use super::keys::KEYS_TABLE;
use super::{Layer, SETTINGS};
use crate::action::Action;

/// Longest settings file that is read, in bytes: far more than all settings with comments.
pub const FILE_BYTES_MAX: usize = 64 * 1024;

/// Most lines that are not TOML before the rest of the file is ignored: each costs another reading.
pub const PROBLEMS_MAX: usize = 20;

/// Something wrong in the settings file.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Problem {
    /// The line, from 1.
    pub line: usize,
    /// The column in characters, from 1.
    pub column: usize,
    /// The mistake, as a sentence.
    pub what: String,
    /// The consequence, as a sentence.
    pub instead: String,
}

impl fmt::Display for Problem {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let Self { line, column, what, instead } = self;
        let stop = if what.ends_with(['.', '?']) { "" } else { "." };
        write!(f, "config.toml, line {line}, column {column}: {what}{stop} {instead}")
    }
}

/// Reads the settings file. Returns what it sets, and everything in it that is wrong, in the order of
/// the file. A line that is not TOML is ignored, and the others count.
#[must_use]
pub fn read(text: &str) -> (Layer, Vec<Problem>) {
    let mut reader = Reader { text, layer: Layer::default(), problems: Vec::new() };
    if text.len() > FILE_BYTES_MAX {
        let what = format!("The file is longer than {} kB", FILE_BYTES_MAX / 1024);
        reader.problem(&(0..0), what, "All settings have their defaults.".to_owned());
    } else {
        reader.read();
    }
    reader.problems.sort_by_key(|problem| (problem.line, problem.column));
    (reader.layer, reader.problems)
}

struct Reader<'a> {
    text: &'a str,
    layer: Layer,
    problems: Vec<Problem>,
}

impl Reader<'_> {
    fn read(&mut self) {
        // Lines that are not TOML become blank here, so that all positions stay.
        let mut text = self.text.to_owned();
        for _ in 0..PROBLEMS_MAX {
            let error = match Document::parse(text.as_str()) {
                Ok(document) => return self.table(document.as_table()),
                Err(error) => error,
            };
            let span = error.span().unwrap_or(text.len()..text.len());
            let Some(line) = line_of(&text, span.start) else {
                return;
            };
            let at = span.start.clamp(line.start, line.end);
            self.problem(&(at..at), sentence(error.message()), "The line is ignored.".to_owned());
            text.replace_range(line.clone(), &" ".repeat(line.len()));
        }
        if let Some(last) = self.problems.last_mut() {
            last.instead = "Too many lines are wrong: all settings have their defaults.".to_owned();
        }
    }

    fn table(&mut self, table: &dyn TableLike) {
        for (name, item) in table.iter() {
            let at = span(table.key(name), item);
            self.setting(name, item, &at);
        }
    }

    fn setting(&mut self, name: &str, item: &Item, at: &Range<usize>) {
        if name == KEYS_TABLE {
            return self.keys(item, at);
        }
        let Some(setting) = SETTINGS.iter().find(|setting| setting.name == name) else {
            let error = SetError::unknown_name(name).to_string();
            return self.problem(at, error, "It is ignored.".to_owned());
        };
        let at = item.span().unwrap_or(at.clone());
        let result = match item.as_value() {
            Some(Value::String(value)) => self.layer.set(name, value.value()),
            Some(Value::Boolean(value)) => self.layer.set(name, on_or_off(*value.value())),
            Some(value) => {
                Err(SetError::unknown_value(name, value.to_string().trim(), setting.values))
            }
            None => Err(SetError::unknown_value(name, item.type_name(), setting.values)),
        };
        if let Err(error) = result {
            let instead = format!("The default is used: {}.", setting.default);
            self.problem(&at, error.to_string(), instead);
        }
    }

    fn keys(&mut self, item: &Item, at: &Range<usize>) {
        let Some(table) = item.as_table_like() else {
            let at = item.span().unwrap_or(at.clone());
            return self.problem(
                &at,
                SetError::NoKeysTable.to_string(),
                "It is ignored.".to_owned(),
            );
        };
        for (name, item) in table.iter() {
            let at = span(table.key(name), item);
            if let Err((error, at)) = self.layer.set_keys(name, item, at) {
                let action = Action::named(name);
                let instead = action.map_or_else(|| "It is ignored.".to_owned(), default_keys);
                self.problem(&at, error.to_string(), instead);
            }
        }
    }

    fn problem(&mut self, at: &Range<usize>, what: String, instead: String) {
        let (line, column) = position(self.text, at.start);
        self.problems.push(Problem { line, column, what, instead });
    }
}

fn default_keys(action: Action) -> String {
    format!("The default is used: {}.", action.help().keys.join(", "))
}

const fn on_or_off(value: bool) -> &'static str {
    if value { "on" } else { "off" }
}

fn span(key: Option<&Key>, item: &Item) -> Range<usize> {
    key.and_then(Key::span).or_else(|| item.span()).unwrap_or_default()
}

/// The line with the byte at `at`, or the last one before it that is not blank.
fn line_of(text: &str, at: usize) -> Option<Range<usize>> {
    let mut start = 0;
    let lines = text.split_inclusive('\n').map(|line| {
        let range = start..start + line.trim_end_matches(['\n', '\r']).len();
        start += line.len();
        range
    });
    lines.filter(|line| line.start <= at && !text[line.clone()].trim().is_empty()).last()
}

/// The line and the column of a byte, both from 1.
pub(super) fn position(text: &str, at: usize) -> (usize, usize) {
    let at = (0..=at.min(text.len())).rev().find(|at| text.is_char_boundary(*at)).unwrap_or(0);
    let before = &text[..at];
    let line = before.matches('\n').count() + 1;
    let start = before.rfind('\n').map_or(0, |newline| newline + 1);
    (line, before[start..].chars().count() + 1)
}

/// The first line of a message, with a capital.
pub(crate) fn sentence(message: &str) -> String {
    let mut letters = message.lines().next().unwrap_or_default().chars();
    letters.next().into_iter().flat_map(char::to_uppercase).chain(letters).collect()
}
