//! Numbers that identify things. Each has a type of its own, so that one cannot be passed for another.

/// The number of a session. Two sessions of one journal never have the same, also on two nodes.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub struct SessionId {
    /// The node that serves the session; 0 if there is one node.
    pub node: u16,
    /// Counts the sessions of the node from 1 since its start.
    pub n: u64,
}

impl SessionId {
    /// The session `n` of the only node.
    #[must_use]
    pub const fn local(n: u64) -> Self {
        Self { node: 0, n }
    }
}
