//! Finds the mentions of the user in a text, for the front end: the server has its own rule for the messages that it
//! counts.

use std::ops::Range;

use chat_proto::UserName;
use chat_proto::mention::{mentions, names};

/// The texts that mention the user.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub enum MentionPolicy {
    /// `@name` anywhere, and the name alone at the start, as for the server.
    #[default]
    At,
    /// The name alone anywhere, too. A text that only has that is not counted as a mention.
    Name,
}

impl MentionPolicy {
    /// The ranges in which the text mentions the user.
    pub(crate) fn find(self, text: &str, name: &UserName) -> Vec<Range<usize>> {
        match self {
            Self::At => mentions(text, name),
            Self::Name => names(text, name),
        }
    }
}
