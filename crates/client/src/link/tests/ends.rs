//! Sessions that end, or do not begin.

use super::*;

#[tokio::test(start_paused = true)]
async fn a_refused_name_waits_for_another() {
    let mut harness = Harness::new();
    let mut server = harness.answers().await;
    server.receive().await;
    let refusal = Refusal::new(RefusalCode::NameTaken, "taken");
    server.send_event(&Event::Refused(refusal.clone())).await;
    assert_eq!(harness.next_event().await, LinkEvent::Connecting);
    assert_eq!(harness.next_event().await, LinkEvent::Refused(Box::new(refusal)));
    harness.link.request(LinkRequest::Connect(name("rob"))).unwrap();
    assert_eq!(harness.answers().await.welcome().await, name("rob"));
}

#[tokio::test(start_paused = true)]
async fn a_client_that_cannot_be_let_in_now_connects_again() {
    for (refused, code) in
        [(RefusalCode::NotKept, EndCode::Unknown), (RefusalCode::Shutdown, EndCode::Shutdown)]
    {
        let mut harness = Harness::new();
        let mut server = harness.answers().await;
        server.receive().await;
        server.send_event(&Event::Refused(Refusal::new(refused, "later"))).await;
        assert_eq!(harness.next_event().await, LinkEvent::Connecting);
        let text = "later".to_owned();
        assert_eq!(harness.next_event().await, LinkEvent::Lost(LinkError::Goodbye { code, text }));
        assert_eq!(harness.answers().await.welcome().await, name("bob"));
    }
}

#[tokio::test(start_paused = true)]
async fn a_silent_server_is_given_up() {
    let mut harness = Harness::new();
    let mut server = harness.answers().await;
    server.welcome().await;
    harness.session().await;
    assert_eq!(harness.lost().await, LinkError::Silent);
}

#[tokio::test(start_paused = true)]
async fn a_server_that_never_welcomes_is_given_up() {
    let mut harness = Harness::new();
    let _server = harness.answers().await;
    assert_eq!(harness.lost().await, LinkError::Silent);
}

#[tokio::test(start_paused = true)]
async fn a_server_that_does_not_read_is_given_up() {
    let mut harness = Harness::new();
    let mut server = harness.answers().await;
    server.welcome().await;
    let session = harness.session().await;
    for n in 1..=100 {
        harness.says(session, n);
    }
    assert_eq!(harness.lost().await, LinkError::Silent);
}

#[tokio::test(start_paused = true)]
async fn a_goodbye_is_an_event_and_the_client_connects_again() {
    let mut harness = Harness::new();
    let mut server = harness.answers().await;
    server.welcome().await;
    harness.session().await;
    let (code, text) = (EndCode::Shutdown, "back soon".to_owned());
    server.send_event(&Event::Goodbye { code, text: text.clone() }).await;
    assert_eq!(harness.lost().await, LinkError::Goodbye { code, text });
    harness.answers().await.welcome().await;
}

#[tokio::test(start_paused = true)]
async fn a_user_who_is_kicked_or_banned_connects_again_only_by_a_request() {
    for code in [EndCode::Kicked, EndCode::Banned] {
        let mut harness = Harness::new();
        let mut server = harness.answers().await;
        server.welcome().await;
        harness.session().await;
        let text = "ana has kicked you".to_owned();
        server.send_event(&Event::Goodbye { code, text: text.clone() }).await;
        assert_eq!(harness.lost().await, LinkError::Goodbye { code, text });
        let event = timeout(DEADLINE, harness.link.next()).await;
        assert!(event.is_err(), "the link does nothing, but {event:?}");
        harness.link.request(LinkRequest::Connect(name("bob"))).unwrap();
        harness.answers().await.welcome().await;
    }
}

#[tokio::test(start_paused = true)]
async fn a_server_that_greets_in_another_protocol_first_is_understood() {
    let mut harness = Harness::new();
    let mut server = harness.answers().await;
    server.wire.get_mut().write_all(b"ID:7|").await.unwrap();
    server.welcome().await;
    assert_eq!(harness.session().await, 1);
}

#[tokio::test(start_paused = true)]
async fn a_connection_that_nobody_accepts_is_given_up() {
    let mut harness = Harness::new();
    let before = Instant::now();
    assert_eq!(harness.lost().await, LinkError::Unreachable("no answer".into()));
    assert_eq!(before.elapsed().as_secs(), DIAL_TIMEOUT.as_secs());
}

#[tokio::test(start_paused = true)]
async fn the_reason_of_a_rejection_is_an_event() {
    let another = |shown: &str| LinkError::Another(shown.to_owned());
    let full = "chat-server has too many connections; try again in a moment";
    for (sent, why) in [
        (format!("{full}\n"), LinkError::TurnedAway(full.to_owned())),
        ("HTTP/1.1 400 Bad Request\r\n\r\n{}".to_owned(), another("HTTP/1.1 400 Bad Request")),
        ("SSH-2.0-OpenSSH_9.2".to_owned(), another("SSH-2.0-OpenSSH_9.2")),
        ("\x15\x03\x01\0\x02\x02\x28".to_owned(), LinkError::Tls),
        ("{\"jsonrpc\":\"2.0\"}".to_owned(), another("{\"jsonrpc\":\"2.0\"}")),
        (String::new(), LinkError::ClosedAtOnce),
    ] {
        let mut harness = Harness::new();
        let server = harness.answers().await;
        // The hello may come when the server has closed its end already.
        let mut stream = server.wire.into_inner();
        stream.write_all(sent.as_bytes()).await.unwrap();
        drop(stream);
        assert_eq!(harness.lost().await, why, "{sent:?}");
    }
}

#[tokio::test(start_paused = true)]
async fn another_server_that_waits_for_more_is_named() {
    let mut harness = Harness::new();
    let mut server = harness.answers().await;
    server.wire.get_mut().write_all(b"login: ").await.unwrap();
    assert_eq!(harness.lost().await, LinkError::Another("login:".to_owned()));
    drop(server);
    let mut server = harness.answers().await;
    for _ in 0..100 {
        server.wire.get_mut().write_all(b"{\"what\":\"ever\"}\n").await.unwrap();
    }
    assert_eq!(harness.lost().await, LinkError::Another("{\"what\":\"ever\"}".to_owned()));
}

#[tokio::test(start_paused = true)]
async fn a_server_that_ends_each_session_at_once_has_the_pauses_of_one_that_is_not_there() {
    let mut harness = Harness::new();
    let mut pauses = Vec::new();
    for _ in 0..6 {
        let mut server = harness.answers().await;
        server.welcome().await;
        harness.session().await;
        drop(server);
        harness.lost().await;
        let since = Instant::now();
        let dialled = |events| matches!(events, LinkEvent::Connecting).then_some(());
        harness.next_event_that("another connection", dialled).await;
        pauses.push(since.elapsed().as_secs_f64());
    }
    for (pause, longest) in pauses.iter().zip([1.0, 2.0, 4.0, 8.0, 16.0, 30.0]) {
        assert!(*pause >= longest / 2.0 && *pause <= longest + 0.1, "{pauses:?}");
    }
    // A session that lasts counts as an answer.
    let mut server = harness.answers().await;
    server.welcome().await;
    harness.session().await;
    tokio::time::sleep(Duration::from_secs(5)).await;
    drop(server);
    harness.lost().await;
    let since = Instant::now();
    harness
        .next_event_that("another connection", |events| {
            matches!(events, LinkEvent::Connecting).then_some(())
        })
        .await;
    assert!(since.elapsed() <= Duration::from_millis(1100), "{:?}", since.elapsed());
}
