//! What has come, and whether it is what had to come: every message, once, and in order per sender.

use crate::stamp::Stamp;

/// What every reader has got of every sender of its room.
#[derive(Debug)]
pub(crate) struct Tally {
    senders: usize,
    /// The number of the next message of each sender, reader after reader.
    due: Vec<u32>,
    faults: Faults,
}

/// Where a reader's counters are: worked out once, since they are asked for with every delivery.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Reader {
    user: usize,
    /// The number of the first user of its room; that one is the room's first sender.
    room_begins: usize,
    /// The number of that sender among the senders of all rooms.
    first_sender: usize,
}

/// What was wrong.
#[derive(Debug, Default)]
pub(crate) struct Faults {
    /// How many deliveries.
    pub(crate) count: u64,
    /// The first.
    pub(crate) first: Option<String>,
}

impl Tally {
    /// Nothing has come, in `rooms` rooms of `members` users, of whom the first `senders` speak.
    pub(crate) fn new(rooms: usize, members: usize, senders: usize) -> Self {
        Self { senders, due: vec![0; rooms * members * senders], faults: Faults::default() }
    }

    /// Where the counters of `user` are, in rooms of `members`.
    pub(crate) const fn reader(&self, user: usize, members: usize) -> Reader {
        let room = user / members;
        Reader { user, room_begins: room * members, first_sender: room * self.senders }
    }

    /// Notes one delivery to `reader`. Returns which sender's it was, counted over all rooms, and
    /// `None` where it was not due or its own.
    pub(crate) fn take(&mut self, reader: Reader, stamp: Stamp) -> Option<usize> {
        let sender = (stamp.sender as usize).wrapping_sub(reader.room_begins);
        if sender >= self.senders {
            self.fault(|| {
                format!(
                    "user {} got a message of user {}, who is in another room",
                    reader.user, stamp.sender
                )
            });
            return None;
        }
        if stamp.sender as usize == reader.user {
            return None; // its own words, which some servers give back
        }
        let due = &mut self.due[reader.user * self.senders + sender];
        let was_due = *due;
        *due = stamp.number.wrapping_add(1);
        if was_due != stamp.number {
            self.fault(|| wrong(reader, stamp, was_due));
            return None;
        }
        Some(reader.first_sender + sender)
    }

    /// Notes what came with the mark of a stamp and is none.
    pub(crate) fn no_stamp(&mut self, reader: Reader, bytes: &[u8]) {
        self.fault(|| {
            format!("user {} got no stamp but {:?}", reader.user, String::from_utf8_lossy(bytes))
        });
    }

    /// How many messages of its room's senders `reader` has yet to get, of those `sent` in all rooms.
    pub(crate) fn missing(&self, reader: Reader, sent: &[u32]) -> u64 {
        let senders = (0..self.senders).filter(|sender| reader.room_begins + sender != reader.user);
        let missing = |sender: usize| {
            let got = self.due[reader.user * self.senders + sender];
            u64::from(sent[reader.first_sender + sender].saturating_sub(got))
        };
        senders.map(missing).sum()
    }

    /// What was wrong so far.
    pub(crate) const fn faults(&self) -> &Faults {
        &self.faults
    }

    /// Notes what a reader has not got of what its room's senders have sent: `sent` of all rooms.
    /// A sender gets nothing of its own.
    pub(crate) fn close(&mut self, readers: impl Iterator<Item = Reader>, sent: &[u32]) {
        for reader in readers {
            for sender in 0..self.senders {
                let sent = sent[reader.first_sender + sender];
                let got = self.due[reader.user * self.senders + sender];
                if reader.room_begins + sender != reader.user && got != sent {
                    let from = reader.room_begins + sender;
                    self.fault(|| {
                        format!("user {} got {got} of {sent} messages of user {from}", reader.user)
                    });
                }
            }
        }
    }

    fn fault(&mut self, what: impl FnOnce() -> String) {
        self.faults.count += 1;
        self.faults.first.get_or_insert_with(what);
    }
}

fn wrong(reader: Reader, stamp: Stamp, due: u32) -> String {
    let Stamp { sender, number } = stamp;
    let user = reader.user;
    if number < due {
        format!("user {user} got message {number} of user {sender} twice or late, {due} was due")
    } else {
        format!("user {user} got message {number} of user {sender}, {due} was due")
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const SENT_THREE: [u32; 2] = [3, 0];

    /// Two rooms of three, the first of each speaks; `numbers` come to the second user.
    fn heard(numbers: &[u32]) -> Tally {
        let mut tally = Tally::new(2, 3, 1);
        let reader = tally.reader(1, 3);
        for &number in numbers {
            tally.take(reader, Stamp { sender: 0, number });
        }
        tally.close([reader].into_iter(), &SENT_THREE);
        tally
    }

    #[test]
    fn what_is_missing_is_counted() {
        let tally = heard(&[0]);
        assert_eq!(tally.missing(tally.reader(1, 3), &SENT_THREE), 2);
        assert_eq!(tally.missing(tally.reader(0, 3), &SENT_THREE), 0);
    }

    fn first_fault(tally: &Tally) -> &str {
        tally.faults().first.as_deref().unwrap_or("none")
    }

    #[test]
    fn what_is_due_is_no_fault() {
        let tally = heard(&[0, 1, 2]);
        assert_eq!(first_fault(&tally), "none");
    }

    #[test]
    fn a_message_that_is_missing_at_the_end_is_a_fault() {
        assert_eq!(first_fault(&heard(&[0, 1])), "user 1 got 2 of 3 messages of user 0");
        assert_eq!(first_fault(&heard(&[])), "user 1 got 0 of 3 messages of user 0");
    }

    #[test]
    fn a_message_that_is_missing_in_the_middle_is_a_fault() {
        let tally = heard(&[0, 2]);
        assert_eq!(first_fault(&tally), "user 1 got message 2 of user 0, 1 was due");
        assert_eq!(tally.faults().count, 1);
    }

    #[test]
    fn a_message_that_comes_twice_or_late_is_a_fault() {
        let twice = "user 1 got message 1 of user 0 twice or late, 2 was due";
        assert_eq!(first_fault(&heard(&[0, 1, 1, 2])), twice);
        assert_eq!(heard(&[0, 2, 1]).faults().count, 3);
    }

    #[test]
    fn a_message_of_another_room_is_a_fault() {
        let mut tally = Tally::new(2, 3, 1);
        for (user, sender) in [(1, 3), (4, 0), (1, 2)] {
            let reader = tally.reader(user, 3);
            assert_eq!(tally.take(reader, Stamp { sender, number: 0 }), None);
        }
        assert_eq!(tally.faults().count, 3);
        let reader = tally.reader(4, 3);
        assert_eq!(tally.take(reader, Stamp { sender: 3, number: 0 }), Some(1));
    }

    #[test]
    fn nobody_misses_its_own_words() {
        let mut tally = Tally::new(1, 2, 2);
        let readers = [tally.reader(0, 2), tally.reader(1, 2)];
        for reader in readers {
            let due = reader.user == 1;
            assert_eq!(tally.take(reader, Stamp { sender: 0, number: 0 }).is_some(), due);
        }
        tally.close(readers.into_iter(), &[1, 0]);
        assert_eq!(first_fault(&tally), "none");
    }
}
