//! The table of settings for people: `/set` without a value, and the documentation.

use std::fmt;
use std::fmt::Write as _;

use super::{Layers, SETTINGS, SettingHelp, Source};

impl fmt::Display for Source {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match self {
            Self::Default => "default",
            Self::File => "config.toml",
            Self::Flag => "the command line",
            Self::Run => "/set",
        })
    }
}

/// A line on a setting: its value, the source of the value, what it does, and every value.
#[must_use]
pub fn line(setting: &SettingHelp, layers: &Layers) -> String {
    let SettingHelp { name, values, does, .. } = setting;
    let values = values.join(", ");
    match layers.settings().value(name) {
        Some((value, source)) => format!("{name} = {value} ({source}). {does}. Values: {values}"),
        None => format!("{name}: {does}. Values: {values}"),
    }
}

/// A Markdown table of the settings for the guide.
#[must_use]
pub fn markdown() -> String {
    let mut text =
        String::from("| setting | default | values | what it does |\n|---|---|---|---|\n");
    for SettingHelp { name, default, values, does } in SETTINGS {
        let values = values.join("`, `");
        // Writing to a string does not fail.
        let _ = writeln!(text, "| `{name}` | `{default}` | `{values}` | {does} |");
    }
    text
}
