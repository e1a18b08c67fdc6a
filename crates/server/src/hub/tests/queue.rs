//! The queue, while it is full.

use futures_util::future::join3;

use tokio::time::timeout;

use super::*;

const DEADLINE: Duration = Duration::from_secs(600);

fn message(member: &Member, n: u64, answer: &mpsc::Sender<Answer>) -> Unqueued {
    let text = Text::new("hi").unwrap();
    let say = Say { room: RoomName::lobby(), kind: Kind::Text, n: Some(n), device: None, text };
    member.message(say, Some(RoomId::LOBBY), &DeviceId::default(), answer)
}

/// The `n` and `seq` of the next stored messages, in the order of their answers.
async fn stored(answers: &mut mpsc::Receiver<Answer>, count: usize) -> Vec<(u64, u64)> {
    let mut stored = Vec::new();
    while stored.len() < count {
        let answer = timeout(DEADLINE, answers.recv()).await.expect("it is answered").unwrap();
        let Outcome::Stored { seq, .. } = answer.outcome else { panic!("{answer:?}") };
        stored.push((answer.n.unwrap(), seq.get()));
    }
    stored
}

#[tokio::test(start_paused = true)]
async fn messages_that_wait_together_are_stored_one_after_another() {
    let hub = hub();
    let (bob, _) = enter(&hub, "bob").await.unwrap();
    let (answer, mut answers) = mpsc::channel(6);
    let (ignored, _) = mpsc::channel(1);
    let filled = (1..).take_while(|n| bob.actor().try_send(message(&bob, *n, &ignored)).is_ok());
    let filled = filled.count() as u64;
    let together = |from: u64| (from..from + 3).map(|n| message(&bob, n, &answer)).collect();
    let [one, other] = [filled + 1, filled + 11].map(|from| bob.actor().send_all(together(from)));
    let answered = async {
        let first = stored(&mut answers, 3).await;
        (first, stored(&mut answers, 3).await)
    };
    let ((), (), (first, second)) = join3(one, other, answered).await;
    let expected = |n: u64, seq: u64| [(n, seq), (n + 1, seq + 1), (n + 2, seq + 2)];
    assert_eq!(first, expected(filled + 1, filled + 1));
    assert_eq!(second, expected(filled + 11, filled + 4));
}

#[tokio::test(start_paused = true)]
async fn messages_are_refused_once_the_daemon_is_going_away() {
    let hub = hub();
    let (bob, _) = enter(&hub, "bob").await.unwrap();
    let (answer, mut answers) = mpsc::channel(3);
    hub.close().await;
    bob.actor().send_all((1..3).map(|n| message(&bob, n, &answer)).collect()).await;
    assert!(bob.actor().try_send(message(&bob, 3, &answer)).is_ok(), "it does not wait");
    for n in 1..=3 {
        let Answer { n: answered, outcome, .. } = answers.recv().await.unwrap();
        assert_eq!((answered, outcome), (Some(n), Outcome::Refused(HubError::GoingAway)));
    }
}
