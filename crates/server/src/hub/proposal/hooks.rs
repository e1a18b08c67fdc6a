//! The hooks as they will be after the commit.

use chat_proto::UserId;

use super::Proposal;
use crate::journal::HookRecord;

impl Proposal<'_> {
    /// The hook with that number.
    pub(in crate::hub) fn hook(&self, id: u64) -> Option<&HookRecord> {
        match self.hooks.get(&id) {
            Some(proposed) => proposed.as_ref(),
            None => self.state.hooks.get(id),
        }
    }

    /// All hooks, in no order.
    pub(in crate::hub) fn all_hooks(&self) -> impl Iterator<Item = &HookRecord> {
        let stored = self.state.hooks.all().filter(|hook| !self.hooks.contains_key(&hook.id));
        stored.chain(self.hooks.values().flatten())
    }

    /// Whether a user is the bot of a hook.
    pub(in crate::hub) fn has_hook(&self, bot: UserId) -> bool {
        self.all_hooks().any(|hook| hook.bot == bot)
    }

    pub(in crate::hub) fn add_hook(&mut self, record: HookRecord) {
        self.hooks.insert(record.id, Some(record));
    }

    pub(in crate::hub) fn remove_hook(&mut self, id: u64) {
        self.hooks.insert(id, None);
    }
}
