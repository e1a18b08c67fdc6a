//! Changing one value of the settings file, and nothing else in it.

use toml_edit::{DocumentMut, Item, Table, TableLike, Value};

use super::error::SetError;
use super::keys::KEYS_TABLE;
use super::read::{position, sentence};
use super::{Change, Choice, Layer, SETTINGS, Switch};
use crate::chord::Keys;

/// Returns the text of the settings file with one change. Comments, order and the other values
/// stay as they are.
///
/// # Errors
/// Returns an error if there is no such setting or value, and if the file is not TOML: the value can
/// still be used in this run.
pub fn set(text: &str, change: &Change) -> Result<String, SetError> {
    let mut document: DocumentMut = text.parse().map_err(|error| syntax(text, &error))?;
    // The comments of a file without values are behind its end, and would follow the new value.
    let comments = document.as_table().is_empty().then(|| document.trailing().clone());
    let name = match change {
        Change::Value(name, value) => {
            Layer::default().set(name, value)?;
            let old = document.get(name).and_then(Item::as_value);
            let new = choice_value(name, value, old);
            put(document.as_table_mut(), name, new)?;
            name
        }
        Change::Keys(action, keys) => {
            put_keys(document.as_table_mut(), action.help().name, keys.as_deref())?;
            KEYS_TABLE
        }
    };
    if let Some(comments) = comments.as_ref().and_then(|comments| comments.as_str()) {
        let stop = if comments.is_empty() || comments.ends_with('\n') { "" } else { "\n" };
        let prefix = format!("{comments}{stop}");
        if let Some(table) = document.get_mut(name).and_then(Item::as_table_mut) {
            table.decor_mut().set_prefix(prefix);
        } else if let Some(mut key) = document.key_mut(name) {
            key.leaf_decor_mut().set_prefix(prefix);
        } else {
            return Ok(text.to_owned());
        }
        document.set_trailing("");
    }
    Ok(as_written(text, &document.to_string()))
}

/// Returns the new text with the byte order mark and the line ends of the old one, as editors on
/// Windows write them; the parser's output has neither.
fn as_written(old: &str, new: &str) -> String {
    const MARK: char = '\u{feff}';
    let mark = if old.starts_with(MARK) && !new.starts_with(MARK) { "\u{feff}" } else { "" };
    let is_crlf = old.contains("\r\n") && old.matches('\n').count() == old.matches("\r\n").count();
    let unix = new.replace("\r\n", "\n");
    if is_crlf { format!("{mark}{}", unix.replace('\n', "\r\n")) } else { format!("{mark}{new}") }
}

fn syntax(text: &str, error: &toml_edit::TomlError) -> SetError {
    let at = error.span().map_or(text.len(), |span| span.start);
    let (line, column) = position(text, at);
    SetError::Syntax { line, column, what: sentence(error.message()) }
}

/// Replaces a value with its comment kept, or adds it at the end.
fn put(table: &mut dyn TableLike, name: &str, mut new: Value) -> Result<(), SetError> {
    match table.get_mut(name) {
        Some(Item::Value(old)) => {
            *new.decor_mut() = old.decor().clone();
            *old = new;
        }
        Some(item) if !item.is_none() => return Err(SetError::NotAValue(name.to_owned())),
        _ => {
            table.insert(name, Item::Value(new));
        }
    }
    Ok(())
}

/// Sets the keys of an action in the table of keys, or removes them for the default ones.
fn put_keys(document: &mut Table, name: &str, keys: Option<&[Keys]>) -> Result<(), SetError> {
    let Some(keys) = keys else {
        let table = document.get_mut(KEYS_TABLE).and_then(Item::as_table_like_mut);
        table.map(|table| table.remove(name));
        return Ok(());
    };
    let table = document.entry(KEYS_TABLE).or_insert_with(toml_edit::table);
    let table = table.as_table_like_mut().ok_or(SetError::NoKeysTable)?;
    let value = match keys {
        [keys] => keys.to_string().into(),
        keys => Value::Array(keys.iter().map(Keys::to_string).collect()),
    };
    put(table, name, value)
}

/// A switch is a boolean, unless the file has it as a string.
fn choice_value(name: &str, value: &str, old: Option<&Value>) -> Value {
    let setting = SETTINGS.iter().find(|setting| setting.name == name);
    let is_switch = setting.is_some_and(|setting| setting.values == Switch::NAMES);
    if is_switch && !old.is_some_and(Value::is_str) { (value == "on").into() } else { value.into() }
}
