//! Checks the deliveries: each reader must receive each message once, and in order per sender.

use crate::stamp::Stamp;

/// The messages that each reader has received from each sender of its room.
#[derive(Debug)]
pub(crate) struct Tally {
    senders: usize,
    /// The number of the next message of each sender, for one reader after another.
    due: Vec<u32>,
    faults: Faults,
}

/// The positions of a reader's counters, computed once because every delivery needs them.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Reader {
    user: usize,
    /// The first user of its room, who is also the room's first sender.
    room_begins: usize,
    /// The index of that sender among the senders of all rooms.
    first_sender: usize,
}

/// Wrong deliveries.
#[derive(Debug, Default)]
pub(crate) struct Faults {
    pub(crate) count: u64,
    pub(crate) first: Option<String>,
}

impl Tally {
    /// Creates an empty tally of `rooms` rooms of `members` users, of whom the first `senders` send.
    pub(crate) fn new(rooms: usize, members: usize, senders: usize) -> Self {
        Self { senders, due: vec![0; rooms * members * senders], faults: Faults::default() }
    }

    /// Returns the positions of the counters of `user`, in rooms of `members`.
    pub(crate) const fn reader(&self, user: usize, members: usize) -> Reader {
        let room = user / members;
        Reader { user, room_begins: room * members, first_sender: room * self.senders }
    }

    /// Records one delivery to `reader`. Returns the index of the sender among the senders of all rooms, or `None` if
    /// the message was not due or was sent by the reader.
    pub(crate) fn record(&mut self, reader: Reader, stamp: Stamp) -> Option<usize> {
        let sender = (stamp.sender as usize).wrapping_sub(reader.room_begins);
        if sender >= self.senders {
            self.fault(|| {
                format!(
                    "user {} received a message of user {}, who is in another room",
                    reader.user, stamp.sender
                )
            });
            return None;
        }
        if stamp.sender as usize == reader.user {
            return None; // some servers also send a message to its sender
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

    /// Records bytes that start like a stamp but are not one.
    pub(crate) fn no_stamp(&mut self, reader: Reader, bytes: &[u8]) {
        self.fault(|| {
            format!(
                "user {} received a broken stamp: {:?}",
                reader.user,
                String::from_utf8_lossy(bytes)
            )
        });
    }

    /// Returns the number of messages that `reader` has not received. `sent` has the messages of each sender of all
    /// rooms.
    pub(crate) fn missing(&self, reader: Reader, sent: &[u32]) -> u64 {
        let senders = (0..self.senders).filter(|sender| reader.room_begins + sender != reader.user);
        let missing = |sender: usize| {
            let received = self.due[reader.user * self.senders + sender];
            u64::from(sent[reader.first_sender + sender].saturating_sub(received))
        };
        senders.map(missing).sum()
    }

    pub(crate) const fn faults(&self) -> &Faults {
        &self.faults
    }

    /// Records a fault for each sender whose messages a reader has not received completely. `sent` has the messages of
    /// each sender of all rooms. Readers need not receive their own messages.
    pub(crate) fn finish(&mut self, readers: impl Iterator<Item = Reader>, sent: &[u32]) {
        for reader in readers {
            for sender in 0..self.senders {
                let sent = sent[reader.first_sender + sender];
                let received = self.due[reader.user * self.senders + sender];
                if reader.room_begins + sender != reader.user && received != sent {
                    let from = reader.room_begins + sender;
                    self.fault(|| {
                        format!(
                            "user {} received {received} of {sent} messages of user {from}",
                            reader.user
                        )
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
        format!(
            "user {user} received message {number} of user {sender} twice or late, expected {due}"
        )
    } else {
        format!("user {user} received message {number} of user {sender}, expected {due}")
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const SENT_THREE: [u32; 2] = [3, 0];

    /// Returns the tally of two rooms of three users, the first of each sends, after `numbers` arrived at user 1.
    fn tally_of(numbers: &[u32]) -> Tally {
        let mut tally = Tally::new(2, 3, 1);
        let reader = tally.reader(1, 3);
        for &number in numbers {
            tally.record(reader, Stamp { sender: 0, number });
        }
        tally.finish([reader].into_iter(), &SENT_THREE);
        tally
    }

    #[test]
    fn missing_messages_are_counted() {
        let tally = tally_of(&[0]);
        assert_eq!(tally.missing(tally.reader(1, 3), &SENT_THREE), 2);
        assert_eq!(tally.missing(tally.reader(0, 3), &SENT_THREE), 0);
    }

    fn first_fault(tally: &Tally) -> &str {
        tally.faults().first.as_deref().unwrap_or("none")
    }

    #[test]
    fn messages_in_order_are_not_a_fault() {
        let tally = tally_of(&[0, 1, 2]);
        assert_eq!(first_fault(&tally), "none");
    }

    #[test]
    fn a_message_that_is_missing_at_the_end_is_a_fault() {
        assert_eq!(first_fault(&tally_of(&[0, 1])), "user 1 received 2 of 3 messages of user 0");
        assert_eq!(first_fault(&tally_of(&[])), "user 1 received 0 of 3 messages of user 0");
    }

    #[test]
    fn a_message_that_is_missing_in_the_middle_is_a_fault() {
        let tally = tally_of(&[0, 2]);
        assert_eq!(first_fault(&tally), "user 1 received message 2 of user 0, expected 1");
        assert_eq!(tally.faults().count, 1);
    }

    #[test]
    fn a_message_that_arrives_twice_or_late_is_a_fault() {
        let twice = "user 1 received message 1 of user 0 twice or late, expected 2";
        assert_eq!(first_fault(&tally_of(&[0, 1, 1, 2])), twice);
        assert_eq!(tally_of(&[0, 2, 1]).faults().count, 3);
    }

    #[test]
    fn a_message_of_another_room_is_a_fault() {
        let mut tally = Tally::new(2, 3, 1);
        for (user, sender) in [(1, 3), (4, 0), (1, 2)] {
            let reader = tally.reader(user, 3);
            assert_eq!(tally.record(reader, Stamp { sender, number: 0 }), None);
        }
        assert_eq!(tally.faults().count, 3);
        let reader = tally.reader(4, 3);
        assert_eq!(tally.record(reader, Stamp { sender: 3, number: 0 }), Some(1));
    }

    #[test]
    fn readers_need_not_receive_their_own_messages() {
        let mut tally = Tally::new(1, 2, 2);
        let readers = [tally.reader(0, 2), tally.reader(1, 2)];
        for reader in readers {
            let due = reader.user == 1;
            assert_eq!(tally.record(reader, Stamp { sender: 0, number: 0 }).is_some(), due);
        }
        tally.finish(readers.into_iter(), &[1, 0]);
        assert_eq!(first_fault(&tally), "none");
    }
}
