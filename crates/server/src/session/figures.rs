//! Gathers the figures of the daemon for a monitor.

use super::Context;
use crate::figures::Figures;
use crate::search::Search;

impl Context {
    /// The figures of the daemon as they are now.
    pub(super) fn figures(&self) -> Figures {
        let (connections, turned_away) = self.networks.counts();
        let indexed = self.search.as_ref().map(Search::state).map(|state| state.indexed.into());
        let journal_bytes = self.location.bytes();
        Figures { connections, turned_away, journal_bytes, indexed, hub: self.hub.figures() }
    }
}
