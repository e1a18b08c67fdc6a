//! The page of a code with which another device of the user logs in.

use chat_client::ServerAddress;
use chat_proto::{Secret, UserName};

use super::{PageRow, PageSize, rows};
use crate::help::table;

/// A code that was made.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct CodePage {
    /// The code, as it is read.
    pub code: Secret,
    /// Whose device the other one becomes.
    pub owner: CodeOwner,
    /// The address of the server, as this client has it.
    pub server: String,
    /// When it ends, in words.
    pub until: String,
}

/// The user whose device a code logs in.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum CodeOwner {
    /// The user who has made it.
    User(UserName),
    /// Another user, who has lost the credentials.
    Other(UserName),
}

impl CodePage {
    /// A code of the server for a device of a user.
    #[must_use]
    pub fn new(code: &Secret, owner: CodeOwner, server: String, until: String) -> Self {
        // Two halves are easier to read than eight characters.
        let code = code.reveal();
        let code = match code.split_at_checked(code.len() / 2) {
            Some((first, second)) if !code.contains('-') => format!("{first}-{second}"),
            _ => code.to_owned(),
        };
        Self { code: Secret::new(code), owner, server, until }
    }

    /// The rows of the page.
    #[must_use]
    pub fn rows(&self, size: PageSize) -> Vec<PageRow> {
        let (CodeOwner::User(name) | CodeOwner::Other(name)) = &self.owner;
        let (code, name) = (self.code.reveal(), name.as_str().replace(' ', "_"));
        let is_local = self.server.parse::<ServerAddress>().is_ok_and(|server| server.is_local());
        let server = if is_local { "SERVER" } else { &self.server };
        let mut entries = vec![
            ("Start", format!("chat-tui {name}@{server} on the other device")),
            ("Then type", format!("/login {code}")),
            ("Until", format!("{}, once", self.until)),
            ("To copy it", "y".to_owned()),
        ];
        if is_local {
            let text = "the address of this server, as the other device reaches it".to_owned();
            entries.insert(1, ("SERVER is", text));
        }
        let entries: Vec<_> =
            entries.into_iter().map(|(name, does)| (name.to_owned(), does)).collect();
        let sections = |needed: Option<String>| {
            let warning = match self.owner {
                CodeOwner::User(_) => "Show it to nobody: it logs in as you",
                CodeOwner::Other(_) => "Tell it to that user alone: it logs in as that user",
            };
            let mut sections = vec![(warning, entries.clone())];
            sections.extend(needed.map(|needed| ("QR code", vec![("None".to_owned(), needed)])));
            sections
        };
        rows(code, size, |width, needed| table(&sections(needed), width))
    }
}
