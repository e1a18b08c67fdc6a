//! The settings of the client: one table, from which the file, the flags, `/set`, the completion, the
//! help and the documentation are made.
//!
//! ```text
//! default < file (config.toml) < flag (command line) < /set of this run
//! ```
//!
//! The keys are set in a table of their own, `[keys]` in the file, or with `/set key`.
//!
//! To add a setting, add a line to the table below, and a type in [`choices`] if its values are new.

mod change;
pub mod choices;
mod error;
mod file;
mod keys;
mod path;
mod read;
mod suggest;
mod words;
mod write;

pub use change::{Change, DEFAULT_KEYS, NO_KEYS};
pub use choices::{Choice, Clock, NotifyBy, Panel, Switch};
pub use error::SetError;
pub use file::{SaveError, load, save};
pub use path::path;
pub(crate) use read::sentence;
pub use read::{FILE_BYTES_MAX, PROBLEMS_MAX, Problem, read};
pub(crate) use suggest::closest;
pub use suggest::{complete_name, complete_value};
pub use words::{line, markdown};
pub use write::set;

use std::collections::BTreeMap;

use chat_client::choices::Level;
use chat_client::mentions::MentionPolicy;
use chat_client::presence::JoinPolicy;

use crate::action::Action;
use crate::chord::Keys;
use crate::theme::ThemeChoice;

/// The keys that a layer sets; an empty list leaves an action without keys.
pub type Bindings = BTreeMap<Action, Vec<Keys>>;

/// The source of a value; a later one is stronger.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub enum Source {
    /// The table of settings.
    Default,
    /// The settings file.
    File,
    /// The command line.
    Flag,
    /// `/set` in this run.
    Run,
}

/// A value and where it comes from.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct SettingValue<T> {
    /// The value in force.
    pub value: T,
    /// Its layer.
    pub source: Source,
}

/// A row of the table.
#[derive(Debug, Clone, Copy)]
pub struct SettingHelp {
    /// Its name, in the file, as a flag (`--NAME`) and for `/set`.
    pub name: &'static str,
    /// The value if nothing sets it.
    pub default: &'static str,
    /// Every value.
    pub values: &'static [&'static str],
    /// One line on what it does.
    pub does: &'static str,
}

macro_rules! settings {
    ($($(#[$doc:meta])* $name:ident: $kind:ident = $default:ident, $does:literal;)*) => {
        /// Every setting but the keys.
        pub const SETTINGS: &[SettingHelp] = &[$(SettingHelp {
            name: stringify!($name),
            // A method of a trait is not constant; the names are in the order of the values.
            default: $kind::NAMES[$kind::$default as usize],
            values: $kind::NAMES,
            does: $does,
        }),*];

        /// The values in force.
        #[derive(Debug, Clone, Copy, PartialEq, Eq)]
        pub struct Settings {
            $($(#[$doc])* pub $name: SettingValue<$kind>,)*
        }

        /// The settings of one source.
        #[derive(Debug, Clone, Default, PartialEq, Eq)]
        pub struct Layer {
            $($name: Option<$kind>,)*
            keys: Bindings,
        }

        impl Layer {
            /// Sets a value by its name.
            ///
            /// # Errors
            /// Returns an error if there is no such setting or value, and changes nothing.
            pub fn set(&mut self, name: &str, value: &str) -> Result<(), SetError> {
                match name {
                    $(stringify!($name) => self.$name = Some(choice(name, value)?),)*
                    _ => return Err(SetError::unknown_name(name)),
                }
                Ok(())
            }
        }

        impl Layers {
            /// The values in force.
            #[must_use]
            pub fn settings(&self) -> Settings {
                Settings { $($name: self.strongest(|layer| layer.$name, $kind::$default),)* }
            }
        }

        impl Settings {
            /// The name of the value of a setting and its source; `None` if there is no such setting.
            #[must_use]
            pub fn value(&self, name: &str) -> Option<(&'static str, Source)> {
                match name {
                    $(stringify!($name) => Some((self.$name.value.name(), self.$name.source)),)*
                    _ => None,
                }
            }
        }
    };
}

settings! {
    /// Which colours to use.
    theme: ThemeChoice = Auto, "Colours: by the terminal's background, dark, light, the terminal's own 16, or none";
    /// Whether the list of users is shown.
    users: Panel = Auto, "List of users; auto shows it on wide screens";
    /// How the user is notified.
    notify: Level = Mentions, "Notifications: of mentions and direct messages, of all messages, or none";
    /// The texts that mention the user.
    mentions: MentionPolicy = At, "What mentions you: @NAME, or NAME at the start; or NAME anywhere, too, which is marked and notifies, but is not counted";
    /// By what the user is notified.
    notify_by: NotifyBy = Auto, "Notifications of the desktop if the terminal is known to have them, or the bell";
    /// Whether the window has a title.
    title: Switch = On, "The title of the window has the room and the number of mentions";
    /// Which users who join and leave are shown.
    joins: JoinPolicy = Fold, "Users who join and leave: neighbours on one row, each on its own, or none";
    /// How the times of messages are written.
    time: Clock = Hours24, "Times of messages: 17:02, 05:02 PM, or 17:02:59";
    /// Whether others see that the user is writing.
    typing: Switch = On, "Others see that you are typing";
    /// Whether links can be clicked.
    links: Switch = On, "Links can be clicked, if the terminal knows how";
    /// Whether the mouse is used.
    mouse: Switch = On, "Clicks and the wheel; off leaves the mouse to the terminal's own selection";
}

/// The layers of a run.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Layers {
    /// The result of [`read`].
    pub file: Layer,
    /// The settings of the command line.
    pub flags: Layer,
    /// The settings of `/set` in this run.
    pub run: Layer,
}

impl Layers {
    fn strongest<T>(&self, value: impl Fn(&Layer) -> Option<T>, default: T) -> SettingValue<T> {
        let layers =
            [(Source::Run, &self.run), (Source::Flag, &self.flags), (Source::File, &self.file)];
        let set = layers.into_iter().find_map(|(source, layer)| Some((source, value(layer)?)));
        let (source, value) = set.unwrap_or((Source::Default, default));
        SettingValue { value, source }
    }
}

fn choice<T: Choice>(name: &str, value: &str) -> Result<T, SetError> {
    T::parse(value).ok_or_else(|| SetError::unknown_value(name, value, T::NAMES))
}

#[cfg(test)]
mod tests;
