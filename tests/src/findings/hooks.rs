//! What programs that post to hooks have done and found.

use std::fmt;

use crate::write_rows;

/// Counts of actions with hooks, and of faults.
#[derive(Debug, Default, Clone, PartialEq, Eq)]
pub struct HookFindings {
    /// Hooks that were made.
    pub made: u64,
    /// Hooks that were revoked.
    pub revoked: u64,
    /// Posts that were accepted.
    pub accepted: u64,
    /// Faults: hooks that were made and are lost, hooks that were revoked and are there, and messages that are stored
    /// though they were posted to a revoked hook.
    pub wrong: u64,
    /// The first of these.
    pub first: Option<String>,
}

impl HookFindings {
    /// Counts a fault.
    pub(crate) fn add_wrong(&mut self, what: impl FnOnce() -> String) {
        self.wrong += 1;
        self.first.get_or_insert_with(what);
    }

    /// Adds what another program has found.
    pub(crate) fn add(&mut self, other: Self) {
        self.made += other.made;
        self.revoked += other.revoked;
        self.accepted += other.accepted;
        self.wrong += other.wrong;
        self.first = self.first.take().or(other.first);
    }
}

impl fmt::Display for HookFindings {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let rows = [
            ("hooks made", self.made),
            ("hooks revoked", self.revoked),
            ("posts accepted", self.accepted),
            ("hooks used wrongly", self.wrong),
        ];
        write_rows(f, &rows)?;
        self.first.as_ref().map_or(Ok(()), |first| writeln!(f, "{first}"))
    }
}
