//! How much a sender may send: what keeps a load saturated and yet without loss.

/// The messages of all senders that are on their way. A message is in flight until each of its
/// readers has it.
#[derive(Debug)]
pub(crate) struct Flight {
    /// Messages of one sender in flight at most.
    size: u32,
    readers: u32,
    /// Readers who have yet to get a message, a ring for each sender.
    left: Vec<u32>,
    ring: usize,
    /// How many messages of each sender have been sent.
    pub(crate) sent: Vec<u32>,
    /// How many of them, the first ones, all readers have.
    landed: Vec<u32>,
}

impl Flight {
    /// Nothing is in flight of these `senders`, each of whom may have `size` messages there, more
    /// than none, each for `readers`.
    pub(crate) fn new(senders: usize, size: u32, readers: usize) -> Self {
        let ring = (size as usize).next_power_of_two();
        Self {
            size,
            readers: u32::try_from(readers).unwrap_or(u32::MAX),
            left: vec![0; senders * ring],
            ring,
            sent: vec![0; senders],
            landed: vec![0; senders],
        }
    }

    /// How many messages a sender may send now.
    pub(crate) fn may_send(&self, sender: usize) -> u32 {
        self.size.saturating_sub(self.sent[sender].wrapping_sub(self.landed[sender]))
    }

    /// Notes that a sender sends its next message. Returns its number, from 0, and its place among
    /// all that may be in flight.
    pub(crate) fn send(&mut self, sender: usize) -> (u32, usize) {
        let number = self.sent[sender];
        self.sent[sender] += 1;
        let place = self.place(sender, number);
        self.left[place] = self.readers;
        (number, place)
    }

    /// Notes that one reader has a message. Returns whether its sender may send more for that.
    pub(crate) fn deliver(&mut self, sender: usize, number: u32) -> bool {
        let place = self.place(sender, number);
        self.left[place] = self.left[place].saturating_sub(1);
        if self.left[place] > 0 || self.landed[sender] != number {
            return false;
        }
        while self.landed[sender] < self.sent[sender]
            && self.left[self.place(sender, self.landed[sender])] == 0
        {
            self.landed[sender] += 1;
        }
        true
    }

    /// The place of a message among all that may be in flight.
    pub(crate) fn place(&self, sender: usize, number: u32) -> usize {
        sender * self.ring + number as usize % self.ring
    }

    /// How many places there are.
    pub(crate) fn places(&self) -> usize {
        self.left.len()
    }

    /// Whether anything is in flight.
    pub(crate) fn is_empty(&self) -> bool {
        self.sent == self.landed
    }
}

/// How many messages are due `elapsed` nanoseconds after the first, at `rate` a second, after `sent`.
pub(crate) fn due_by_rate(rate: u32, elapsed: u64, sent: u32) -> u32 {
    let due = u128::from(elapsed) * u128::from(rate) / 1_000_000_000 + 1;
    u32::try_from(due).unwrap_or(u32::MAX).saturating_sub(sent)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_message_is_in_flight_until_all_have_it() {
        let mut flight = Flight::new(2, 3, 2);
        assert_eq!(flight.may_send(0), 3);
        assert_eq!([0, 1, 2], [(); 3].map(|()| flight.send(0).0));
        assert_eq!((flight.may_send(0), flight.may_send(1)), (0, 3));
        // The faster reader has it all.
        assert_eq!([false; 3], [0, 1, 2].map(|number| flight.deliver(0, number)));
        assert_eq!(flight.may_send(0), 0);
        assert!(flight.deliver(0, 0));
        assert_eq!((flight.may_send(0), flight.is_empty()), (1, false));
    }

    #[test]
    fn messages_that_land_before_an_earlier_one_make_room_with_it() {
        let mut flight = Flight::new(1, 3, 1);
        for _ in 0..3 {
            flight.send(0);
        }
        assert!(!flight.deliver(0, 1));
        assert!(flight.deliver(0, 0));
        assert_eq!(flight.may_send(0), 2);
        assert!(flight.deliver(0, 2));
        assert!(flight.is_empty());
        assert_eq!(flight.send(0), (3, 3));
    }

    #[test]
    fn at_a_rate_each_message_has_its_time() {
        assert_eq!(due_by_rate(1_000, 0, 0), 1);
        assert_eq!(due_by_rate(1_000, 0, 1), 0);
        assert_eq!(due_by_rate(1_000, 999_999, 1), 0);
        assert_eq!(due_by_rate(1_000, 1_000_000, 1), 1);
        assert_eq!(due_by_rate(1_000, 5_500_000, 1), 5);
    }
}
