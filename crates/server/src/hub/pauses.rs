//! When users last wrote in rooms with a pause between two messages of one user. It is not stored: after a restart of
//! the daemon nobody waits.

use std::time::Duration;

use chat_proto::limits::SLOW_S_MAX;
use chat_proto::{Timestamp, UserId};

use crate::clock::before;
use crate::id_map::IdMap;
use crate::journal::RoomId;

/// Number of times beyond which those older than the longest pause are removed: some 4 MB. There are more only if more
/// users write within that pause.
const CLEAN_UP_AT: usize = 100_000;

/// When users last wrote in rooms with a pause.
#[derive(Debug, Default)]
pub(super) struct Pauses {
    wrote: IdMap<(UserId, RoomId), Timestamp>,
    /// Number of times at which they are cleaned up next.
    clean_up_at: usize,
}

impl Pauses {
    pub(super) fn wrote_at(&self, user: UserId, room: RoomId) -> Option<Timestamp> {
        self.wrote.get(&(user, room)).copied()
    }

    pub(super) fn write(&mut self, user: UserId, room: RoomId, at: Timestamp) {
        if self.wrote.len() >= self.clean_up_at.max(CLEAN_UP_AT) {
            let longest_ago = before(at, Duration::from_secs(SLOW_S_MAX.into()));
            self.wrote.retain(|_, wrote| *wrote > longest_ago);
            self.clean_up_at = 2 * self.wrote.len();
        }
        self.wrote.insert((user, room), at);
    }
}
