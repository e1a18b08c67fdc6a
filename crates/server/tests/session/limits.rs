//! The limits of users: a flood waits, and nobody else notices anything.

use std::time::Duration;

use serde_json::json;
use tokio::time::Instant;

use crate::peer::{Peer, daemon};

/// Units of a newcomer, and the time in which it gains one.
const UNITS: u32 = 3_000;
const UNIT_EVERY: Duration = Duration::from_millis(100);

/// KiB of its texts, and the time in which it gains one.
const KIB: u32 = 1024;
const KIB_EVERY: Duration = Duration::from_nanos(1_953_125);

fn say(n: u32, text: &str) -> String {
    json!({"type": "say", "room": "#lobby", "n": n, "text": text}).to_string()
}

/// Messages that are sent before their answers are read: the buffers of a connection hold both.
const IN_FLIGHT: usize = 64;

/// Sends messages of this text without a pause, and returns after what time all are accepted.
async fn flood(peer: &mut Peer, count: u32, text: &str) -> Duration {
    let start = Instant::now();
    let numbers: Vec<u32> = (1..=count).collect();
    for numbers in numbers.chunks(IN_FLIGHT) {
        for n in numbers {
            peer.send(&say(*n, text)).await;
        }
        for n in numbers {
            assert_eq!(peer.until("accepted").await["n"], *n);
        }
    }
    start.elapsed()
}

#[tokio::test(start_paused = true)]
async fn fifty_joins_and_a_paste_of_200_lines_go_through_at_once() {
    let daemon = daemon();
    let mut ana = Peer::native(&daemon, "ana").await;
    let start = Instant::now();
    for room in 1..=50 {
        ana.ask(json!({"type": "join", "room": format!("#room{room}")}), "room").await;
    }
    assert_eq!(flood(&mut ana, 200, "a line of a paste").await, Duration::ZERO);
    assert_eq!(start.elapsed(), Duration::ZERO);
}

#[tokio::test(start_paused = true)]
async fn a_flood_waits_and_loses_nothing() {
    let daemon = daemon();
    let mut eve = Peer::native(&daemon, "eve").await;
    let took = flood(&mut eve, UNITS + 100, "x").await;
    let expected = UNIT_EVERY * 100;
    assert!(took >= expected && took < expected + UNIT_EVERY, "{took:?}");
    let mut bob = Peer::native(&daemon, "bob").await;
    assert_eq!(flood(&mut bob, 1, "hi").await, Duration::ZERO, "another user is not slowed down");
}

#[tokio::test(start_paused = true)]
async fn a_network_makes_many_users_at_once_and_then_few_and_those_who_are_known_come_in() {
    let daemon = daemon();
    let (_, token) = Peer::with_token(&daemon, "ana").await;
    let start = Instant::now();
    for user in 1..250 {
        Peer::with_token(&daemon, &format!("user{user}")).await;
    }
    let hello = json!({"type": "hello", "version": 1, "name": "bob"});
    let refused = Peer::connect(&daemon).ask(hello.clone(), "refused").await;
    assert_eq!((&refused["code"], &refused["retry_ms"]), (&json!("too_fast"), &json!(5_000)));
    Peer::again(&daemon, &token, "phone").await;
    assert_eq!(start.elapsed(), Duration::ZERO);
    tokio::time::sleep(Duration::from_secs(5)).await;
    Peer::connect(&daemon).ask(hello, "welcome").await;
}

#[tokio::test(start_paused = true)]
async fn one_user_has_a_bounded_number_of_sessions() {
    let daemon = daemon();
    let (ana, token) = Peer::with_token(&daemon, "ana").await;
    let mut sessions = vec![ana];
    for nth in 1..64 {
        sessions.push(Peer::again(&daemon, &token, &format!("d{nth}")).await.0);
    }
    let hello = json!({"type": "hello", "version": 1, "name": "ana", "token": token});
    let refused = Peer::connect(&daemon).ask(hello, "refused").await;
    assert_eq!(refused["code"], "busy");
    sessions.pop();
    tokio::time::sleep(Duration::from_secs(1)).await;
    Peer::again(&daemon, &token, "d64").await;
}

#[tokio::test(start_paused = true)]
async fn long_texts_have_a_budget_of_their_own() {
    let daemon = daemon();
    let mut eve = Peer::native(&daemon, "eve").await;
    let long = "x".repeat(16 * 1024);
    assert_eq!(flood(&mut eve, KIB / 16, &long).await, Duration::ZERO);
    let took = flood(&mut eve, 20, &long).await;
    let expected = KIB_EVERY * (19 * 16 + 1);
    assert!(took >= expected && took < expected + KIB_EVERY * 16, "{took:?} {expected:?}");
}

#[tokio::test(start_paused = true)]
async fn a_client_that_did_not_read_during_a_flood_can_still_send_at_once() {
    let daemon = daemon();
    let (mut bob, mut ana) =
        (Peer::native(&daemon, "bob").await, Peer::native(&daemon, "ana").await);
    let mut eve = Peer::native(&daemon, "eve").await;
    // More than ana's connection and session hold together.
    let long = "x".repeat(16 * 1024);
    for n in 1..=KIB / 16 {
        eve.send(&say(n, &long)).await;
        assert_eq!(eve.until("accepted").await["n"], n);
        assert_eq!(bob.until("message").await["text"], long);
    }
    let start = Instant::now();
    for n in 1..=16 {
        ana.send(&say(n, "hi")).await;
        assert_eq!(bob.until("message").await["text"], "hi");
    }
    assert_eq!(start.elapsed(), Duration::ZERO);
    for n in 1..=16 {
        assert_eq!(ana.until("accepted").await["n"], n);
    }
}

#[tokio::test(start_paused = true)]
async fn a_session_without_units_answers_pings_and_shares_its_budget_with_the_others_of_its_user() {
    let daemon = daemon();
    let (mut eve, token) = Peer::with_token(&daemon, "eve").await;
    let (mut other, _) = Peer::again(&daemon, &token, "phone").await;
    flood(&mut eve, UNITS, "x").await;
    let start = Instant::now();
    other.send(r#"{"type":"ping","nonce":7}"#).await;
    assert_eq!(other.until("pong").await["nonce"], 7);
    assert_eq!(start.elapsed(), Duration::ZERO);
    other.send(&say(1, "x")).await;
    other.until("accepted").await;
    assert_eq!(start.elapsed(), UNIT_EVERY);
}

#[tokio::test(start_paused = true)]
async fn a_classic_client_that_floods_waits_too_and_others_read_all_of_it() {
    let daemon = daemon();
    let mut ana = Peer::native(&daemon, "ana").await;
    let (mut eve, id) = Peer::classic(&daemon, "eve").await;
    let start = Instant::now();
    for n in 0..UNITS + 20 {
        eve.write(format!("{id}||eve||{n}").as_bytes()).await;
        assert_eq!(ana.until("message").await["text"], n.to_string());
    }
    assert!(start.elapsed() >= UNIT_EVERY * 19, "{:?}", start.elapsed());
}

#[tokio::test(start_paused = true)]
async fn a_password_costs_fifty_units_and_what_leaves_a_record_five() {
    for (command, answer, units) in [
        (json!({"type": "set_password", "password": "short"}), "refused", 50),
        (json!({"type": "revoke", "id": 7}), "refused", 5),
        (json!({"type": "link"}), "link", 5),
    ] {
        let daemon = daemon();
        let mut eve = Peer::native(&daemon, "eve").await;
        let start = Instant::now();
        // The last one waits until there is a unit again, and the one before it, too.
        for _ in 0..UNITS / units + 2 {
            eve.ask(command.clone(), answer).await;
        }
        let took = start.elapsed();
        assert!(took > UNIT_EVERY * units && took <= UNIT_EVERY * (units + 2), "{took:?}");
    }
}
