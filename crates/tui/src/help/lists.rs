//! The commands and the settings as rows of a screen.

use std::path::Path;

use super::{HelpRow, rows};
use crate::commands::COMMANDS;
use crate::settings::{Layers, SETTINGS, SettingHelp, Source};

/// How `/set` changes the keys.
pub const SET_KEYS: (&str, &str) = (
    "key ACTION KEYS",
    "Keys (F2, Alt-G), none, or default: /set key go-to F2. Tab lists the actions",
);

/// The commands on a screen of `width` columns.
#[must_use]
pub fn command_rows(width: usize) -> Vec<HelpRow> {
    let entry = |(name, does): (String, &str)| (name, does.to_owned());
    let all = COMMANDS.iter().map(|command| entry((command.synopsis(), command.does)));
    let text = [
        ("/help WORD", "Explains one command or key. /keys shows the keys"),
        ("//", "Sends a line that begins with /"),
    ];
    let text = text.map(|(name, does)| entry((name.to_owned(), does)));
    rows(&[("What you can type", all.collect()), ("Also", text.into())], width)
}

/// The settings on a screen of `width` columns, and the file in which they are saved.
#[must_use]
pub fn setting_rows(layers: &Layers, file: Option<&Path>, width: usize) -> Vec<HelpRow> {
    let entry = |setting: &SettingHelp| {
        let SettingHelp { name, values, does, .. } = setting;
        let values = values.join(", ");
        match layers.settings().value(name) {
            Some((value, source)) => {
                let from = match source {
                    Source::Default => String::new(),
                    source => format!(". From: {source}"),
                };
                (format!("{name} = {value}"), format!("{does}. Values: {values}{from}"))
            }
            None => ((*name).to_owned(), format!("{does}. Values: {values}")),
        }
    };
    let keys = (SET_KEYS.0.to_owned(), SET_KEYS.1.to_owned());
    let all: Vec<_> = SETTINGS.iter().map(entry).chain([keys]).collect();
    let place = file.map_or_else(
        || "Nothing is saved: there is no place for a settings file".to_owned(),
        |file| format!("Changes, and saves it in {}", file.display()),
    );
    rows(
        &[("Your settings", all), ("To change one", vec![("/set NAME VALUE".to_owned(), place)])],
        width,
    )
}
