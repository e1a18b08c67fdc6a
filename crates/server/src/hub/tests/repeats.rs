//! The messages of one commit in their order: repeats, and changes between messages.

use super::rig::{NEVER, Rig, repeat, stored};
use super::*;
use crate::hub::request::Submission;
use crate::journal::tests::layer::Layer;

/// A message with its room (by number), kind, device and number, and its outcome.
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
        case(1, 0, "the first number is 0", stored(1)),
        case(1, 0, "the first number is 0", repeat(1)),
        case(1, 0, "another text", NumberUsed),
        case(1, 5, "five", stored(2)),
        case(1, 3, "a lower number that is not used", stored(3)),
        case(1, 3, "a lower number that is not used", repeat(3)),
        case(1, 5, "five", repeat(2)),
        case(2, 5, "five", NumberUsed),
        Case { kind: Kind::Action, ..case(1, 5, "five", NumberUsed) },
        case(1, 5, "five", repeat(2)),
        Case { device: "phone", ..case(1, 5, "five", stored(4)) },
        Case { device: "phone", ..case(1, 5, "five", repeat(4)) },
        Case { device: "", ..case(1, 5, "five", stored(5)) },
        Case { n: None, ..case(1, 0, "five", stored(6)) },
        Case { n: None, ..case(1, 0, "five", stored(7)) },
        case(2, 6, "in another room", stored(1)),
        case(2, u64::MAX, "the greatest number", stored(2)),
        case(2, u64::MAX, "the greatest number", repeat(2)),
        case(2, 1 << 63, "lower than that, and not used", stored(3)),
        case(2, 1 << 63, "lower than that, and not used", repeat(3)),
    ]
}

fn give(rig: &mut Rig, cases: &[Case]) -> Vec<Outcome> {
    rig.send(|answer| {
        let submission = |case: &Case| {
            let (device, n) = (DeviceId::new(case.device).unwrap(), case.n);
            let body = Body::plain(case.kind, Text::new(case.text).unwrap());
            Submission { device, n, body, ..Rig::submission(0, case.text, case.room, answer) }
        };
        cases.iter().map(submission).collect()
    })
}

fn assert_outcomes(cases: &[Case], outcomes: &[Outcome], what: &str) {
    for (index, (case, outcome)) in cases.iter().zip(outcomes).enumerate() {
        assert_eq!(*outcome, case.outcome, "{what}, case {index}: {}", case.text);
    }
}

#[test]
fn a_number_belongs_to_one_message_in_one_commit_or_in_many() {
    let cases = cases();
    let layer = Layer::new();

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

/// A client that reconnects while its last messages wait for their commit is sent their number.
#[test]
fn the_last_number_counts_earlier_messages_of_the_same_commit() {
    let mut rig = Rig::new(&Layer::new(), NEVER);
    assert_eq!(rig.say(), stored(1));
    assert_eq!(rig.last_numbers(&[&[], &[4], &[5, 5], &[7]]), [1, 4, 5]);
    assert_eq!(rig.last_numbers(&[&[6], &[8], &[8], &[]]), [7, 8, 8]);
    assert_eq!(rig.last_numbers(&[&[8], &[]]), [8]);
    let published = [(1, 1, 1), (1, 2, 4), (1, 3, 5), (1, 4, 7), (1, 5, 6), (1, 6, 8)];
    assert_eq!(rig.published(), published);
}

#[tokio::test]
async fn a_message_that_cannot_be_stored_affects_no_other() {
    let hub = hub();
    let (bob, _) = enter(&hub, "bob").await.unwrap();
    let bad = || hub.queue.with_connection(|db| db.execute("INSERT INTO nothing", []));
    let (first, second, third, one, two, three) = tokio::join!(
        bad(),
        bad(),
        bad(),
        say(&bob, "#lobby", "good"),
        say(&bob, "#lobby", "good"),
        say(&bob, "#lobby", "good"),
    );
    assert!(first.is_err() && second.is_err() && third.is_err(), "it says so");
    for (seq, outcome) in (1..).zip([one, two, three]) {
        assert_eq!(outcome, Ok(stored(seq)));
    }
}

/// A change applies to items after it in the queue: messages before it are published first.
#[test]
fn a_commit_is_published_in_the_order_of_the_queue() {
    let mut rig = Rig::new(&Layer::new(), NEVER);
    assert_eq!(rig.topic_between_messages(), ["2 messages", "a topic", "1 messages", "1 messages"]);
    assert_eq!(rig.room(1).last_seq().get(), 4);
}
