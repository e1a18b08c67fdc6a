//! Messages, repeats, retention, restarts and kills in any order, compared with a map of the numbers.

use std::collections::BTreeMap;

use proptest::prelude::*;

use super::interrupted::killed;
use super::*;

/// Rooms and devices of the messages.
const ROOMS: u32 = 2;
const DEVICES: [&str; 3] = ["laptop", "phone", ""];

/// Messages of one commit, at most.
const TOGETHER_MAX: usize = 6;

/// A message that is sent.
#[derive(Debug, Clone)]
struct MessageToSend {
    room: u32,
    device: usize,
    n: Number,
    text: u8,
}

/// The number of a message.
#[derive(Debug, Clone)]
enum Number {
    /// The next number of its device.
    Next,
    /// Any number: used, free between others, or free again.
    Any(u64),
    /// No number.
    No,
}

#[derive(Debug, Clone)]
enum Step {
    /// Sends messages in one commit.
    Send(Vec<MessageToSend>),
    /// Removes all messages of a room but the last.
    Trim(u32),
    /// Reads the last number of a device.
    Last(usize),
    Restart,
    Kill,
}

fn step() -> impl Strategy<Value = Step> {
    let n = prop_oneof![
        6 => Just(Number::Next),
        3 => (0..40_u64).prop_map(Number::Any),
        1 => (u64::MAX - 3..=u64::MAX).prop_map(Number::Any),
        1 => Just(Number::No),
    ];
    let sent = (1..=ROOMS, 0..DEVICES.len(), n, 0..2_u8)
        .prop_map(|(room, device, n, text)| MessageToSend { room, device, n, text });
    let send = prop::collection::vec(sent, 1..=TOGETHER_MAX).prop_map(Step::Send);
    prop_oneof![
        80 => send,
        3 => (1..=ROOMS).prop_map(Step::Trim),
        3 => (0..DEVICES.len()).prop_map(Step::Last),
        1 => Just(Step::Restart),
        1 => Just(Step::Kill),
    ]
}

/// The messages that are stored.
#[derive(Default)]
struct Model {
    /// The room, the `seq` and the text of each that has a number.
    numbers: BTreeMap<(usize, u64), (u32, u64, u8)>,
    last_seqs: BTreeMap<u32, u64>,
    last_n: [u64; DEVICES.len()],
}

impl Model {
    /// The message for the journal, and the outcome that it must have.
    fn message(
        &mut self,
        MessageToSend { room, device, n, text }: MessageToSend,
    ) -> (Message, Outcome) {
        let n = match n {
            Number::Next => Some(self.next(device)),
            Number::Any(n) => Some(n),
            Number::No => None,
        };
        let outcome = self.send(room, device, n, text);
        let device = DeviceId::new(DEVICES[device]).unwrap();
        let message = say(0, &format!("text {text}"));
        (Message { room: RoomId(room), device, n, ..message }, outcome)
    }

    fn send(&mut self, room: u32, device: usize, n: Option<u64>, text: u8) -> Outcome {
        match n.and_then(|n| self.numbers.get(&(device, n))) {
            Some((its_room, seq, its_text)) if (*its_room, *its_text) == (room, text) => {
                return repeat(*seq);
            }
            Some(_) => return Outcome::NumberUsed,
            None => {}
        }
        let seq = self.last_seqs.entry(room).or_default();
        *seq += 1;
        if let Some(n) = n {
            self.numbers.insert((device, n), (room, *seq, text));
        }
        stored(*seq)
    }

    fn next(&mut self, device: usize) -> u64 {
        self.last_n[device] += 1;
        self.last_n[device]
    }

    fn trim(&mut self, room: u32) {
        let last = self.last_seqs.get(&room).copied().unwrap_or(0);
        self.numbers.retain(|_, (its_room, seq, _)| *its_room != room || *seq == last);
    }

    fn last(&self, device: usize) -> u64 {
        let numbers = self.numbers.keys().filter(|(its, _)| *its == device);
        numbers.map(|(_, n)| *n).max().unwrap_or(0)
    }
}

async fn run(steps: Vec<Step>) {
    let mut directory = TempDir::new().unwrap();
    let mut journal = open(directory.path()).unwrap();
    let key = RoomKey::Named(RoomName::new("#two").unwrap());
    journal.journal.change(move |db| records::room(db, RoomId(2), &key)).await.unwrap();
    let later = Timestamp::from_millis(clock().as_millis() + 1);
    let mut model = Model::default();
    for (index, step) in steps.into_iter().enumerate() {
        match step {
            Step::Send(sent) => {
                let sent = sent.into_iter().map(|sent| model.message(sent));
                let (messages, expected): (Vec<_>, Vec<_>) = sent.unzip();
                let outcomes = journal.journal.send_all(&messages, clock());
                assert_eq!(outcomes, expected, "step {index}: {messages:?}");
            }
            Step::Trim(room) => {
                journal.journal.trim(RoomId(room), later, later).await.unwrap();
                model.trim(room);
            }
            Step::Last(device) => {
                let name = DeviceId::new(DEVICES[device]).unwrap();
                let last = journal.journal.last_n(UserId::new(7), &name).await.unwrap();
                assert!(last >= model.last(device), "step {index}");
            }
            Step::Restart => {
                journal.close().await;
                journal = open(directory.path()).unwrap();
            }
            Step::Kill => {
                let left = killed(directory.path());
                drop(journal);
                journal = open(left.path()).unwrap();
                directory = left;
            }
        }
        assert_eq!(journal.contents.damage, [""; 0]);
    }
    assert_eq!(check(directory.path()).unwrap().faults, [""; 0]);
    journal.close().await;
    assert_eq!(check(directory.path()).unwrap().faults, [""; 0]);
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(24))]

    #[test]
    fn a_number_leads_to_its_message_whatever_happens(
        steps in prop::collection::vec(step(), 1..100),
    ) {
        tokio::runtime::Builder::new_current_thread().build().unwrap().block_on(run(steps));
    }
}
