//! A store in memory alone, if there is no directory, or it cannot be written.

use chat_proto::{Secret, ShortString};

use super::slot::Slot;
use crate::choices::Choices;

/// The state of one server in memory.
#[derive(Debug, Default)]
pub(super) struct MemoryUser {
    pub(super) journal: Option<ShortString>,
    pub(super) token: Option<Secret>,
    pub(super) slot: Slot,
    pub(super) choices: Choices,
}

impl MemoryUser {
    /// As [`super::Store::open_server`].
    pub(super) fn become_user_of(&mut self, journal: Option<ShortString>, others: &mut Vec<Self>) {
        if self.journal.is_none() && journal.is_some() && others.is_empty() {
            self.journal = journal;
            return;
        }
        let known = others.iter().position(|other| other.journal == journal);
        let next = known.map(|index| others.swap_remove(index));
        let next = next.unwrap_or_else(|| Self { journal, ..Self::default() });
        others.push(std::mem::replace(self, next));
    }
}
