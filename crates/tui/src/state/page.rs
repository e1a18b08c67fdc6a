//! A page of help over the whole screen.

use super::State;
use crate::help::{HelpRow, command_rows, key_rows, setting_rows};

/// What the page lists.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Subject {
    /// The keys.
    Keys,
    /// The commands.
    Commands,
    /// The settings.
    Settings,
}

/// A page that is open.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Page {
    /// What it lists.
    pub subject: Subject,
    /// Its first row on the screen.
    pub top: u16,
}

impl Subject {
    /// The title of the page.
    #[must_use]
    pub const fn title(self) -> &'static str {
        match self {
            Self::Keys => "Keys",
            Self::Commands => "Commands",
            Self::Settings => "Settings",
        }
    }
}

impl State {
    /// The rows of the page that is open; none if none is.
    #[must_use]
    pub fn page_rows(&self) -> Vec<HelpRow> {
        let width = usize::from(self.size.width);
        match self.page.map(|page| page.subject) {
            None => Vec::new(),
            Some(Subject::Keys) => key_rows(self.look.keys(), width),
            Some(Subject::Commands) => command_rows(width),
            Some(Subject::Settings) => {
                setting_rows(self.look.layers(), self.settings_file.as_deref(), width)
            }
        }
    }
}
