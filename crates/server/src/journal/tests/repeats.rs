//! Messages with a number that was used before: repeats, and numbers of another message.

use super::rig::{NEVER, Rig};
use super::*;

/// A message with its room (by number), kind, device and number, and what becomes of it.
struct Case {
    room: u32,
    kind: Kind,
    device: &'static str,
    n: Option<u64>,
    text: &'static str,
    outcome: Outcome,
}

fn case(room: u32, n: u64, text: &'static str, outcome: Outcome) -> Case {
    Case { room, kind: Kind::Text, device: "laptop", n: Some(n), text, outcome }
}

fn cases() -> Vec<Case> {
    use Outcome::NumberUsed;
    vec![
        case(1, 0, "the first number is 0", kept(1)),
        case(1, 0, "the first number is 0", repeat(1)),
        case(1, 0, "another text", NumberUsed),
        case(1, 5, "five", kept(2)),
        case(1, 3, "a lower number that is not used", kept(3)),
        case(1, 3, "a lower number that is not used", repeat(3)),
        case(1, 5, "five", repeat(2)),
        case(2, 5, "five", NumberUsed),
        Case { kind: Kind::Action, ..case(1, 5, "five", NumberUsed) },
        case(1, 5, "five", repeat(2)),
        Case { device: "phone", ..case(1, 5, "five", kept(4)) },
        Case { device: "phone", ..case(1, 5, "five", repeat(4)) },
        Case { device: "", ..case(1, 5, "five", kept(5)) },
        Case { n: None, ..case(1, 0, "five", kept(6)) },
        Case { n: None, ..case(1, 0, "five", kept(7)) },
        case(2, 6, "in another room", kept(1)),
        case(2, u64::MAX, "the greatest number", kept(2)),
        case(2, u64::MAX, "the greatest number", repeat(2)),
        case(2, 1 << 63, "lower than that, and not used", kept(3)),
        case(2, 1 << 63, "lower than that, and not used", repeat(3)),
    ]
}

fn give(rig: &mut Rig, cases: &[Case]) -> Vec<Outcome> {
    let (answer, mut answers) = mpsc::channel(cases.len());
    let entry = |case: &Case| {
        let room = Arc::clone(rig.room(case.room));
        let (device, n, kind) = (Word::new(case.device).unwrap(), case.n, case.kind);
        Say { device, n, kind, ..say(0, case.text, room, &answer) }.into()
    };
    let mut entries: Vec<_> = cases.iter().map(entry).collect();
    rig.commit(&mut entries);
    cases.iter().map(|_| answers.try_recv().expect("it is answered").outcome).collect()
}

fn assert_outcomes(cases: &[Case], outcomes: &[Outcome], what: &str) {
    for (index, (case, outcome)) in cases.iter().zip(outcomes).enumerate() {
        assert_eq!(*outcome, case.outcome, "{what}, case {index}: {}", case.text);
    }
}

#[test]
fn a_number_stands_for_one_message_in_one_commit_or_in_many() {
    let cases = cases();
    let layer = layer::Layer::new();

    let mut rig = Rig::new(&layer, NEVER);
    let together = give(&mut rig, &cases);
    assert_outcomes(&cases, &together, "in one commit");

    let mut rig = Rig::new(&layer, NEVER);
    let each: Vec<_> = cases.chunks(1).flat_map(|case| give(&mut rig, case)).collect();
    assert_outcomes(&cases, &each, "in a commit each");

    let mut rig = Rig::new(&layer, NEVER);
    let forgetful = |case| {
        rig.restart();
        give(&mut rig, case)
    };
    let restarted: Vec<_> = cases.chunks(1).flat_map(forgetful).collect();
    assert_outcomes(&cases, &restarted, "with a restart before each");
}

/// Retention removes a message, and with it what is known of its number.
#[tokio::test]
async fn a_number_whose_message_is_removed_is_free_again() {
    let directory = TempDir::new().unwrap();
    let journal = open(directory.path()).unwrap();
    for n in 1..=4 {
        assert_eq!(journal.say(n, "hi").await, kept(n));
    }
    let later = At::from_millis(clock().as_millis() + 1);
    assert_eq!(journal.journal.trim(RoomId::LOBBY, later, later).await.unwrap(), 3);
    for (n, outcome) in [(4, repeat(4)), (2, kept(5)), (2, repeat(5)), (4, repeat(4)), (3, kept(6))]
    {
        assert_eq!(journal.say(n, "hi").await, outcome, "{n}");
    }
    assert_eq!(check(directory.path()).unwrap().faults, [""; 0]);
    journal.close().await;
    let journal = open(directory.path()).unwrap();
    assert_eq!(journal.journal.last_n(7, &laptop()).await.unwrap(), 4);
    for (n, outcome) in [(3, repeat(6)), (2, repeat(5)), (4, repeat(4)), (1, kept(7)), (5, kept(8))]
    {
        assert_eq!(journal.say(n, "hi").await, outcome, "{n}");
    }
}

#[tokio::test]
async fn a_check_finds_a_message_that_its_number_does_not_lead_to() {
    let lacks = "the table of message numbers lacks those of 2 messages; one of them that is sent again \
                 would be stored twice";
    let others = "the table of message numbers has 1 numbers of device \"laptop\" of user 7 at other \
                  messages";
    let beyond = "room number 1: message 3 has a number, and is after the last message; the end of the \
                  room is missing";
    let damaged = "the table of message numbers has damaged rows: 1; chat-server makes it again from the \
                   messages";
    let sum = "sum = checksum(from_id, device, n, place, count)";
    for (change, faults) in [
        ("UPDATE sent SET place = place + 1", &[damaged, lacks][..]),
        ("UPDATE sent SET place = place + 1; UPDATE sent SET {sum}", &[others, beyond, lacks]),
        (
            "UPDATE sent SET place = place + 9; UPDATE sent SET {sum}",
            &[beyond.replace('3', "11").as_str(), lacks],
        ),
        ("UPDATE sent SET count = 0; UPDATE sent SET {sum}", &[damaged, lacks]),
        ("UPDATE sent SET n = 9223372036854775807; UPDATE sent SET {sum}", &[damaged, lacks]),
        ("UPDATE sent SET place = 9223372036854775807; UPDATE sent SET {sum}", &[damaged, lacks]),
        ("DELETE FROM sent", &[lacks]),
    ] {
        let directory = TempDir::new().unwrap();
        let journal = open(directory.path()).unwrap();
        journal.say(1, "hi").await;
        journal.say(2, "hi").await;
        assert_eq!(check(directory.path()).unwrap().faults, [""; 0]);
        let change = change.replace("{sum}", sum);
        let sql = change.clone();
        journal.journal.change(move |db| db.execute_batch(&sql)).await.unwrap();
        assert_eq!(check(directory.path()).unwrap().faults, faults, "{change}");
    }
}
