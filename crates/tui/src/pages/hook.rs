//! The page of a hook that was made: its address, and how a program uses it.

use chat_proto::event::HookInfo;
use chat_proto::{Secret, ServerKey};

use super::{PageRow, PageSize, pieces};
use crate::help::{HelpRow, table};

/// A hook that was made.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct HookPage {
    /// The address, with its secret.
    pub url: Secret,
    /// The hook, with its room and its bot.
    pub hook: HookInfo,
    /// The key of the server; `None` if the server does not send it.
    pub key: Option<ServerKey>,
}

impl HookPage {
    /// The rows of the page.
    #[must_use]
    pub fn rows(&self, size: PageSize) -> Vec<PageRow> {
        let HookInfo { id, room, bot, .. } = &self.hook;
        // The server may have made its certificate itself.
        let by_key = match self.key.filter(|_| self.url.reveal().starts_with("https:")) {
            Some(key) => format!(
                ". If curl does not trust the certificate: curl -k --pinnedpubkey {} -d 'hello' ADDRESS",
                key.for_curl()
            ),
            None => String::new(),
        };
        let entries = [
            ("Says", format!("what is posted there, as {} in {room}", bot.name)),
            ("Try it", format!("curl -d 'hello' ADDRESS, with this address{by_key}")),
            (
                "Takes",
                "text, JSON with a text, and what senders for Slack and Mattermost post".to_owned(),
            ),
            ("To copy it", "y. It is shown this once".to_owned()),
            ("To end it", format!("/revoke-hook {id}. /hooks lists all")),
        ];
        let entries = entries.map(|(name, does)| (name.to_owned(), does)).to_vec();
        let sections = [("A person or program with this address can write in the room", entries)];
        let url = pieces(self.url.reveal(), size.width).map(HelpRow::Text);
        url.chain(table(&sections, size.width)).map(PageRow::from).collect()
    }
}
