//! A page over the whole screen: help, or a secret that is shown once.

use chat_proto::Secret;

use super::State;
use crate::help::{command_rows, key_rows, setting_rows};
use crate::pages::{CodePage, HookPage, InvitePage, PageRow, PageSize};

/// The content of the page.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Subject {
    /// The keys.
    Keys,
    /// The commands.
    Commands,
    /// The settings.
    Settings,
    /// An invite that was made.
    Invite(Box<InvitePage>),
    /// A hook that was made.
    Hook(Box<HookPage>),
    /// A code for another device.
    Code(Box<CodePage>),
}

/// A page that is open.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Page {
    /// Its content.
    pub subject: Subject,
    /// Its first row on the screen.
    pub top: u16,
}

impl Subject {
    /// The title of the page.
    #[must_use]
    pub const fn title(&self) -> &'static str {
        match self {
            Self::Keys => "Keys",
            Self::Commands => "Commands",
            Self::Settings => "Settings",
            Self::Invite(_) => "Invite",
            Self::Hook(_) => "Hook",
            Self::Code(_) => "Code for another device",
        }
    }

    /// What the page shows this once: `y` copies it, and only Esc closes the page.
    #[must_use]
    pub const fn secret(&self) -> Option<&Secret> {
        match self {
            Self::Invite(page) => Some(&page.line),
            Self::Hook(page) => Some(&page.url),
            Self::Code(page) => Some(&page.code),
            Self::Keys | Self::Commands | Self::Settings => None,
        }
    }
}

impl State {
    /// The rows of the page that is open; none if none is.
    #[must_use]
    pub fn page_rows(&self) -> Vec<PageRow> {
        let width = usize::from(self.size.width);
        let help = match self.page.as_ref().map(|page| &page.subject) {
            None => Vec::new(),
            Some(Subject::Keys) => key_rows(self.look.keys(), width),
            Some(Subject::Commands) => command_rows(width),
            Some(Subject::Settings) => {
                setting_rows(self.look.layers(), self.settings_file.as_deref(), width)
            }
            Some(Subject::Code(page)) => return page.rows(self.page_size()),
            Some(Subject::Hook(page)) => return page.rows(self.page_size()),
            Some(Subject::Invite(page)) => {
                let (day, time) = self.day_and_time(page.invite.until);
                return page.rows(&format!("{day}, {time}"), self.page_size());
            }
        };
        help.into_iter().map(PageRow::from).collect()
    }

    fn page_size(&self) -> PageSize {
        PageSize {
            width: self.size.width.into(),
            height: usize::from(self.size.height).saturating_sub(1),
            draws_light: !self.look.theme().has_colours(),
        }
    }
}
