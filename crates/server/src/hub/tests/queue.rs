//! The queue after the end of its loop.

use tokio::time::timeout;

use super::*;

const DEADLINE: Duration = Duration::from_secs(600);

#[tokio::test(start_paused = true)]
async fn messages_are_refused_once_the_writer_has_failed() {
    let hub = hub();
    let (bob, _) = enter(&hub, "bob").await.unwrap();
    let (answer, mut answers) = mpsc::channel(2);
    let message = |n: u64| {
        let body = Body::text(Text::new("hi").unwrap());
        let say = Say { room: RoomName::lobby(), n: Some(n), device: None, body, named_at: None };
        bob.message(say, Some(RoomId::LOBBY), &DeviceId::default(), &answer)
    };
    hub.break_commits().await.unwrap_err();
    assert!(bob.actor().try_send(message(1)).is_ok(), "it does not wait");
    bob.actor().send_all(vec![message(2)]).await;
    for n in 1..=2 {
        let answer = timeout(DEADLINE, answers.recv()).await.expect("it is answered").unwrap();
        assert_eq!((answer.n, answer.outcome), (Some(n), Outcome::Refused(HubError::GoingAway)));
    }
}
