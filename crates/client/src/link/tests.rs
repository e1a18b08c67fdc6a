mod ends;
mod harness;
mod tokens;

use chat_proto::command::Nonce;
use chat_proto::event::{Message, MessageKind, User};
use chat_proto::{RefusalCode, Secret, Timestamp, UserId};
use tokio::io::AsyncWriteExt;
use tokio::time::Instant;

use self::harness::{Harness, new_user};
use super::*;
use crate::testing::{DEADLINE, message, name, user, within};

fn number(command: &Command) -> Option<u64> {
    match command {
        Command::Say(say) => say.n,
        _ => None,
    }
}

#[tokio::test(start_paused = true)]
async fn a_session_carries_events_in_and_commands_out() {
    let mut harness = Harness::new();
    let mut server = harness.answers().await;
    server.welcome().await;
    let session = harness.session().await;
    harness.says(session, 1);
    assert_eq!(number(&server.receive().await), Some(1));
    let event = message(user(3, "ana"), "hi", Timestamp::from_millis(0));
    server.send_event(&event).await;
    assert_eq!(harness.next_event().await, LinkEvent::Event(event));
}

#[tokio::test(start_paused = true)]
async fn pauses_double_and_are_counted_down() {
    let mut harness = Harness::new();
    harness.refuses(6).await;
    let mut pauses = Vec::new();
    let mut since = Instant::now();
    while pauses.len() < 6 {
        match harness.next_event().await {
            LinkEvent::Lost(_) => since = Instant::now(),
            LinkEvent::Connecting => pauses.push(since.elapsed().as_secs_f64()),
            LinkEvent::Waiting { seconds } => {
                let longest = 1 << (pauses.len() - 1);
                assert!((1..=longest).contains(&seconds), "{seconds} s after {pauses:?}");
            }
            other => panic!("{other:?}"),
        }
    }
    for (pause, longest) in pauses[1..].iter().zip([1.0, 2.0, 4.0, 8.0, 16.0]) {
        assert!(*pause >= longest / 2.0 && *pause <= longest + 0.1, "{pauses:?}");
    }
}

#[tokio::test(start_paused = true)]
async fn the_user_need_not_wait() {
    let mut harness = Harness::new();
    harness.refuses(1).await;
    assert!(matches!(harness.lost().await, LinkError::Unreachable(_)));
    let before = Instant::now();
    harness.link.request(LinkRequest::Connect(name("rob"))).unwrap();
    let mut server = harness.answers().await;
    assert_eq!(server.welcome().await, name("rob"));
    harness.session().await;
    assert_eq!(before.elapsed(), Duration::ZERO);
}

#[tokio::test(start_paused = true)]
async fn a_command_for_one_session_is_not_sent_in_the_next() {
    let mut harness = Harness::new();
    let mut server = harness.answers().await;
    server.welcome().await;
    let first = harness.session().await;
    harness.says(first, 1);
    harness.says(first, 2);
    server.receive().await;
    server.receive().await;
    drop(server);
    assert_eq!(harness.lost().await, LinkError::Closed);
    harness.says(first, 3);
    let mut server = harness.answers().await;
    server.welcome().await;
    let second = harness.session().await;
    harness.says(first, 4);
    harness.says(second, 5);
    assert_eq!(number(&server.receive().await), Some(5));
}

#[tokio::test(start_paused = true)]
async fn pings_are_answered_and_sent() {
    let mut harness = Harness::new();
    let mut server = harness.answers().await;
    server.welcome().await;
    harness.session().await;
    let nonce = Nonce::Number(42);
    server.send_event(&Event::Ping { nonce: nonce.clone() }).await;
    assert_eq!(server.receive().await, Command::Pong { nonce });
    // A third of the 60 s of silence that the server allows.
    let before = Instant::now();
    let Command::Ping { nonce } = server.receive().await else { panic!("no ping") };
    assert_eq!(before.elapsed().as_secs(), 20);
    server.send_event(&Event::Pong { nonce }).await;
    assert!(matches!(server.receive().await, Command::Ping { .. }), "the next one");
}

#[tokio::test(start_paused = true)]
async fn the_next_hello_has_a_new_name() {
    let harness = Harness::new();
    let mut server = harness.answers().await;
    server.welcome().await;
    let renamed = |id, new| Event::Renamed { user: User { id, name: name("x") }, name: name(new) };
    server.send_event(&renamed(UserId::new(7), "rob")).await;
    server.send_event(&renamed(UserId::new(3), "anna")).await;
    drop(server);
    assert_eq!(harness.answers().await.welcome().await, name("rob"));
}

/// A newer server may send what is not known here: a type is ignored, a kind of message is shown.
#[tokio::test(start_paused = true)]
async fn events_of_unknown_types_are_ignored_and_messages_of_unknown_kinds_are_not() {
    const UNKNOWN: &str =
        r##"{"type":"of_tomorrow","room":"#lobby","user":{"id":3,"name":"ana"}}"##;
    let mut harness = Harness::new();
    let mut server = harness.answers().await;
    for _ in 0..20 {
        server.write_line(UNKNOWN).await;
    }
    server.welcome().await;
    harness.session().await;
    server.write_line(UNKNOWN).await;
    let Event::Message(message) = message(user(3, "ana"), "tea?", Timestamp::from_millis(0)) else {
        panic!("no message");
    };
    let poll = Message { kind: MessageKind::Unknown, ..message };
    let line = serde_json::to_string(&Event::Message(poll.clone())).unwrap();
    server.write_line(&line.replace("unknown", "poll")).await;
    assert_eq!(harness.next_event().await, LinkEvent::Event(Event::Message(poll)));
    server.write_line(r##"{"type":"message","room":"#lobby"}"##).await;
    assert!(matches!(harness.next_event().await, LinkEvent::Unreadable(_)));
}

#[tokio::test(start_paused = true)]
async fn a_pong_with_a_word_is_an_event() {
    let mut harness = Harness::new();
    let mut server = harness.answers().await;
    server.welcome().await;
    harness.session().await;
    let pong = Event::Pong { nonce: Nonce::Text(ShortString::new("mine").unwrap()) };
    server.send_event(&Event::Pong { nonce: Nonce::Number(1) }).await;
    server.send_event(&pong).await;
    assert_eq!(harness.next_event().await, LinkEvent::Event(pong));
}

#[tokio::test(start_paused = true)]
async fn a_screen_that_is_behind_stops_the_server_and_misses_nothing() {
    const SENT: usize = 4 * EVENTS_MAX;
    let mut harness = Harness::new();
    let mut server = harness.answers().await;
    server.welcome().await;
    harness.session().await;
    let flood = tokio::spawn(async move {
        for number in 0..SENT {
            let text = number.to_string();
            server.send_event(&message(user(3, "ana"), &text, Timestamp::from_millis(0))).await;
        }
        server
    });
    // Until nothing moves any more: the paused clock goes on only then.
    tokio::time::sleep(Duration::from_millis(1)).await;
    assert!(!flood.is_finished());
    for number in 0..SENT {
        let LinkEvent::Event(Event::Message(message)) = harness.next_event().await else {
            panic!("no message")
        };
        assert_eq!(message.text.as_str(), number.to_string());
    }
    within("all events sent", flood).await.unwrap();
}

#[tokio::test(start_paused = true)]
async fn a_link_that_is_closed_sends_bye() {
    let mut harness = Harness::new();
    let mut server = harness.answers().await;
    server.welcome().await;
    harness.session().await;
    let closing = async { tokio::join!(harness.link.close(|_| ()), server.receive()) };
    let ((), last) = within("closed", closing).await;
    assert_eq!(last, Command::Bye);
}

#[tokio::test(start_paused = true)]
async fn an_answer_during_the_farewell_is_received() {
    let mut harness = Harness::new();
    let mut server = harness.answers().await;
    server.welcome().await;
    let session = harness.session().await;
    harness.says(session, 1);
    harness.link.request(LinkRequest::Connect(name("bob"))).unwrap();
    assert_eq!(number(&server.receive().await), Some(1));
    assert_eq!(server.receive().await, Command::Bye);
    let answer = message(user(3, "ana"), "still received", Timestamp::from_millis(0));
    server.send_event(&answer).await;
    drop(server);
    assert_eq!(harness.next_event().await, LinkEvent::Event(answer));
    assert_eq!(harness.lost().await, LinkError::Asked);
}

#[tokio::test(start_paused = true)]
async fn too_many_requests_are_refused() {
    let harness = Harness::new();
    let request = || harness.link.request(LinkRequest::Connect(name("bob")));
    for _ in 0..REQUESTS_MAX {
        request().unwrap();
    }
    assert!(request().is_err());
}
