//! The queue after the end of its loop.

use tokio::time::timeout;

use super::*;
use crate::hub::answer::Answer;
use crate::hub::decide::Decision;
use crate::hub::request::Item;

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
        assert_eq!((answer.n, answer.outcome), (Some(n), HubError::GoingAway.into()));
    }
}

/// Bytes of what moves for each message of a commit, at most: an item of the queue, a decision, and an answer, which is
/// one line of the processor's cache. What few of them have is boxed: many messages do not fit the caches.
const BYTES_MAX: [usize; 3] = [24, 40, 64];

#[test]
fn what_moves_for_each_message_is_small() {
    let bytes = [size_of::<Item>(), size_of::<Decision>(), size_of::<Answer>()];
    assert!(bytes.iter().zip(BYTES_MAX).all(|(bytes, max)| *bytes <= max), "{bytes:?}");
}
