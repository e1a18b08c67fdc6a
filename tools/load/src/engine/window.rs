//! The senders' windows, which saturate a server without loss.

/// The messages in flight of all senders: those that not all of their readers have received.
#[derive(Debug)]
pub(crate) struct InFlight {
    /// The most messages in flight of one sender.
    size: u32,
    readers: u32,
    /// Readers who have not received a message; one ring for each sender.
    remaining: Vec<u32>,
    /// Slots in each ring.
    ring: usize,
    /// Messages sent by each sender.
    pub(crate) sent: Vec<u32>,
    /// Messages of each sender, from the first on, that all readers have received.
    delivered: Vec<u32>,
}

impl InFlight {
    /// Each of `senders` may have `size` messages in flight, at least 1, each for `readers`.
    pub(crate) fn new(senders: usize, size: u32, readers: usize) -> Self {
        let ring = (size as usize).next_power_of_two();
        Self {
            size,
            readers: u32::try_from(readers).unwrap_or(u32::MAX),
            remaining: vec![0; senders * ring],
            ring,
            sent: vec![0; senders],
            delivered: vec![0; senders],
        }
    }

    /// Returns the number of messages that a sender may send now.
    pub(crate) fn may_send(&self, sender: usize) -> u32 {
        self.size.saturating_sub(self.sent[sender].wrapping_sub(self.delivered[sender]))
    }

    /// Records the next message of a sender. Returns its number, from 0, and its slot.
    pub(crate) fn send(&mut self, sender: usize) -> (u32, usize) {
        let number = self.sent[sender];
        self.sent[sender] += 1;
        let slot = self.slot(sender, number);
        self.remaining[slot] = self.readers;
        (number, slot)
    }

    /// Records that one reader has received a message. Returns whether its sender may now send more.
    pub(crate) fn deliver(&mut self, sender: usize, number: u32) -> bool {
        let slot = self.slot(sender, number);
        self.remaining[slot] = self.remaining[slot].saturating_sub(1);
        if self.remaining[slot] > 0 || self.delivered[sender] != number {
            return false;
        }
        while self.delivered[sender] < self.sent[sender]
            && self.remaining[self.slot(sender, self.delivered[sender])] == 0
        {
            self.delivered[sender] += 1;
        }
        true
    }

    /// Returns the slot of a message, among those of all senders.
    pub(crate) fn slot(&self, sender: usize, number: u32) -> usize {
        sender * self.ring + number as usize % self.ring
    }

    /// Returns the number of slots of all senders.
    pub(crate) fn slots(&self) -> usize {
        self.remaining.len()
    }

    pub(crate) fn is_empty(&self) -> bool {
        self.sent == self.delivered
    }
}

/// Returns the number of messages that are due `elapsed` nanoseconds after the first, at `rate` per second, if
/// `sent` were sent already.
pub(crate) fn due_by_rate(rate: u32, elapsed: u64, sent: u32) -> u32 {
    let due = u128::from(elapsed) * u128::from(rate) / 1_000_000_000 + 1;
    u32::try_from(due).unwrap_or(u32::MAX).saturating_sub(sent)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_message_is_in_flight_until_all_readers_have_it() {
        let mut in_flight = InFlight::new(2, 3, 2);
        assert_eq!(in_flight.may_send(0), 3);
        assert_eq!([0, 1, 2], [(); 3].map(|()| in_flight.send(0).0));
        assert_eq!((in_flight.may_send(0), in_flight.may_send(1)), (0, 3));
        // The faster reader has received all three.
        assert_eq!([false; 3], [0, 1, 2].map(|number| in_flight.deliver(0, number)));
        assert_eq!(in_flight.may_send(0), 0);
        assert!(in_flight.deliver(0, 0));
        assert_eq!((in_flight.may_send(0), in_flight.is_empty()), (1, false));
    }

    #[test]
    fn messages_delivered_before_an_earlier_one_free_the_window_with_it() {
        let mut in_flight = InFlight::new(1, 3, 1);
        for _ in 0..3 {
            in_flight.send(0);
        }
        assert!(!in_flight.deliver(0, 1));
        assert!(in_flight.deliver(0, 0));
        assert_eq!(in_flight.may_send(0), 2);
        assert!(in_flight.deliver(0, 2));
        assert!(in_flight.is_empty());
        assert_eq!(in_flight.send(0), (3, 3));
    }

    #[test]
    fn with_a_rate_messages_are_due_at_regular_times() {
        assert_eq!(due_by_rate(1_000, 0, 0), 1);
        assert_eq!(due_by_rate(1_000, 0, 1), 0);
        assert_eq!(due_by_rate(1_000, 999_999, 1), 0);
        assert_eq!(due_by_rate(1_000, 1_000_000, 1), 1);
        assert_eq!(due_by_rate(1_000, 5_500_000, 1), 5);
    }
}
