//! The daemon's clocks: silence, idleness, slowness, the end. The clock is paused: it skips to the
//! next moment at which something is due.

use tokio::time::{Duration, Instant, sleep, timeout};

use crate::peer::{Peer, daemon, unlimited};

const SECOND: Duration = Duration::from_secs(1);

#[tokio::test(start_paused = true)]
async fn a_native_hello_that_comes_late_is_none_the_worse() {
    let daemon = daemon();
    let mut bob = Peer::connect(&daemon);
    assert_eq!(bob.recv().await, "ID:1");
    bob.send(r#"{"type":"hello","version":1,"name":"bob"}"#).await;
    assert_eq!(bob.expect("welcome").await["id"], 1);
}

#[tokio::test(start_paused = true)]
async fn a_caller_that_never_says_who_it_is_is_turned_away() {
    let daemon = daemon();
    let start = Instant::now();
    let mut silent = Peer::connect(&daemon);
    assert_eq!(silent.recv().await, "ID:1");
    let told = silent.recv().await;
    assert!(told.contains("Spoken here") && told.ends_with('\n'), "{told}");
    assert_eq!(silent.recv().await, "", "and closed");
    assert!(start.elapsed() >= 60 * SECOND);

    let mut half = Peer::connect(&daemon);
    half.write(br#"{"type":"#).await;
    assert_eq!(half.expect("goodbye").await["code"], "hello_timeout");
    assert_eq!(half.next().await, None);
}

#[tokio::test(start_paused = true)]
async fn a_stranger_is_told_what_is_spoken_here() {
    let daemon = daemon();
    let mut stranger = Peer::connect(&daemon);
    stranger.write(b"SSH-2.0-OpenSSH_10.0\r\n").await;
    let told = stranger.recv().await;
    assert!(told.contains("Spoken here") && told.lines().count() == 1, "{told}");
    assert_eq!(stranger.recv().await, "");
}

#[tokio::test(start_paused = true)]
async fn a_silent_session_is_pinged_then_ended() {
    let daemon = daemon();
    let mut ana = Peer::native(&daemon, "ana").await;
    let mut bob = Peer::native(&daemon, "bob").await;
    ana.expect("joined").await;
    let start = Instant::now();
    ana.expect("ping").await;
    assert_eq!(start.elapsed().as_secs(), 120);
    ana.send(r#"{"type":"pong","nonce":0}"#).await;

    bob.expect("ping").await;
    assert_eq!(bob.expect("goodbye").await["code"], "idle");
    assert_eq!(start.elapsed().as_secs(), 240);
    let mut told = [ana.next().await.unwrap(), ana.next().await.unwrap()];
    told.sort_by_key(|line| line["type"].to_string());
    assert_eq!((&told[0]["type"], &told[0]["reason"]), (&"left".into(), &"idle".into()));
    assert_eq!(told[1]["type"], "ping", "who answered is asked again, and not ended");
}

#[tokio::test(start_paused = true)]
async fn a_classic_client_may_be_silent_for_ever() {
    let daemon = daemon();
    let (mut ana, _) = Peer::classic(&daemon, "ana").await;
    sleep(3600 * SECOND).await;
    let bob = Peer::native(&daemon, "bob").await;
    assert_eq!(ana.recv().await, "USERS:1||ana&&2||bob");
    drop(bob);
}

#[tokio::test(start_paused = true)]
async fn a_client_that_does_not_read_is_told_and_closed_and_nobody_waits() {
    let daemon = unlimited();
    let mut ana = Peer::native(&daemon, "ana").await;
    let mut stuck = Peer::native(&daemon, "stuck").await;
    ana.expect("joined").await;
    let start = Instant::now();
    let text = "x".repeat(4000);
    let say = format!(r##"{{"type":"say","room":"#lobby","text":"{text}"}}"##);
    for _ in 0..100 {
        ana.send(&say).await;
        ana.expect("accepted").await;
    }
    assert!(start.elapsed() < SECOND, "the speaker did not wait");
    assert_eq!(ana.expect("left").await["reason"], "too_slow");
    assert_eq!(start.elapsed().as_secs(), 30);

    let mut read = 0;
    let goodbye = loop {
        let line = stuck.next().await.expect("the end without a goodbye");
        match line["type"].as_str() {
            Some("message") => read += 1,
            _ => break line,
        }
    };
    assert_eq!((&goodbye["type"], &goodbye["code"]), (&"goodbye".into(), &"too_slow".into()));
    assert!(read < 100, "what it could not take was not kept for it");
    assert_eq!(stuck.next().await, None);
}

#[tokio::test(start_paused = true)]
async fn at_the_end_all_get_what_was_accepted_and_a_goodbye() {
    let daemon = daemon();
    let mut ana = Peer::native(&daemon, "ana").await;
    let mut bob = Peer::native(&daemon, "bob").await;
    ana.expect("joined").await;
    let (mut eva, _) = Peer::classic(&daemon, "eva").await;
    ana.expect("joined").await;
    bob.expect("joined").await;
    for n in 1..=50 {
        bob.send(&format!(r##"{{"type":"say","room":"#lobby","n":{n},"text":"{n}"}}"##)).await;
    }
    for _ in 1..=50 {
        bob.expect("accepted").await;
    }
    daemon.close().await;
    for n in 1..=50 {
        assert_eq!(ana.expect("message").await["seq"], n);
        assert_eq!(eva.recv().await, format!("2||bob||{n}"));
    }
    for native in [&mut ana, &mut bob] {
        assert_eq!(native.expect("goodbye").await["code"], "shutdown");
        assert_eq!(native.next().await, None);
    }
    assert!(eva.recv().await.starts_with("0||chat-server||"));
    assert_eq!(eva.recv().await, "");
}

#[tokio::test(start_paused = true)]
async fn nobody_comes_in_while_the_daemon_goes_away() {
    let daemon = daemon();
    let mut waiting = Peer::connect(&daemon);
    assert_eq!(waiting.recv().await, "ID:1");
    daemon.close().await;
    let closed = timeout(SECOND, waiting.recv()).await;
    assert_eq!(closed.as_deref(), Ok(""));
}
