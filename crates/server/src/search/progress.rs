//! How far the index is, and how many messages it has of each room.

use std::collections::HashMap;

use chat_proto::Seq;

use crate::journal::{RoomExtent, RoomId};

/// Part of the messages that a reader may read for which the index looks at each match whether it is one of them,
/// rather than look up the rooms: then there are at most as many others for each.
const READABLE_PART: u64 = 8;

/// How far the index is.
#[derive(Debug, Default)]
pub(super) struct Progress {
    /// The last `seq` of each room that is in the index.
    seqs: HashMap<RoomId, u64>,
    /// The sum of `seqs`.
    sum: u64,
    /// Messages that the journal had when the follower started, and came since.
    total: u64,
    /// Those that are not in the index yet.
    behind: u64,
}

impl Progress {
    pub(super) fn new(seqs: &HashMap<RoomId, Seq>) -> Self {
        let mut progress = Self { behind: 1, total: 1, ..Self::default() };
        seqs.iter().for_each(|(room, seq)| progress.set(*room, *seq));
        progress
    }

    /// Takes the rooms that exist.
    pub(super) fn start(&mut self, rooms: &[RoomExtent]) {
        let of_room = |room: &RoomExtent| {
            let (first, last) = (room.first.get(), room.last.get());
            let indexed = self.seqs.get(&room.room).copied().unwrap_or(0);
            let all = if last == 0 { 0 } else { last + 1 - first.min(last) };
            (all, last.saturating_sub(indexed).min(all))
        };
        (self.total, self.behind) = rooms
            .iter()
            .map(of_room)
            .fold((0, 0), |sums, counts| (sums.0 + counts.0, sums.1 + counts.1));
    }

    /// Takes a batch with `items` messages that is stored.
    pub(super) fn add<'s>(
        &mut self,
        seqs: impl IntoIterator<Item = (&'s RoomId, &'s Seq)>,
        items: usize,
    ) {
        seqs.into_iter().for_each(|(room, seq)| self.set(*room, *seq));
        self.behind = self.behind.saturating_sub(items as u64);
    }

    fn set(&mut self, room: RoomId, seq: Seq) {
        let before = self.seqs.insert(room, seq.get()).unwrap_or(0);
        self.sum = self.sum.saturating_sub(before).saturating_add(seq.get());
    }

    /// The last `seq` of `room` that is in the index.
    #[cfg(test)]
    pub(super) fn seq(&self, room: RoomId) -> Seq {
        Seq::new(self.seqs.get(&room).copied().unwrap_or(0))
    }

    /// Percent of the messages that are in the index; `None` if all were when it last looked.
    pub(super) fn percent(&self) -> Option<u8> {
        if self.behind == 0 {
            return None;
        }
        let indexed = self.total.saturating_sub(self.behind).saturating_mul(100);
        Some(u8::try_from(indexed / self.total.max(1)).unwrap_or(99).min(99))
    }

    /// Number of messages that are in the index, and of all.
    pub(super) const fn counts(&self) -> (u64, u64) {
        (self.total.saturating_sub(self.behind), self.total)
    }

    /// Whether `rooms` have few of the messages, so that the index should look up the rooms.
    pub(super) fn are_few(&self, rooms: &[RoomId]) -> bool {
        let readable: u64 = rooms.iter().filter_map(|room| self.seqs.get(room)).sum();
        readable.saturating_mul(READABLE_PART) < self.sum
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn extent(room: u32, first: u64, last: u64) -> RoomExtent {
        RoomExtent { room: RoomId(room), first: Seq::new(first), last: Seq::new(last) }
    }

    #[test]
    fn the_part_that_is_in_the_index_is_counted_from_the_first_message_that_is_left() {
        let seqs = HashMap::from([(RoomId(1), Seq::new(50))]);
        let mut progress = Progress::new(&seqs);
        assert_eq!(progress.percent(), Some(0), "the rooms are not known yet");
        progress.start(&[extent(1, 41, 60), extent(2, 1, 20), extent(3, 0, 0)]);
        assert_eq!((progress.percent(), progress.counts()), (Some(25), (10, 40)));
        progress.add(&HashMap::from([(RoomId(1), Seq::new(60)), (RoomId(2), Seq::new(20))]), 30);
        assert_eq!(progress.percent(), None);
    }

    #[test]
    fn rooms_with_few_of_the_messages_are_few() {
        let seqs = HashMap::from([(RoomId(1), Seq::new(900)), (RoomId(2), Seq::new(100))]);
        let progress = Progress::new(&seqs);
        assert!(progress.are_few(&[RoomId(2), RoomId(3)]) && progress.are_few(&[]));
        assert!(!progress.are_few(&[RoomId(1)]));
    }
}
