//! The limits of users: a flood waits, and nobody else notices anything.

use std::time::Duration;

use serde_json::json;
use tokio::time::Instant;

use crate::peer::{Peer, daemon};

/// Units of a newcomer, and the time in which it gains one.
const UNITS: u32 = 400;
const UNIT_EVERY: Duration = Duration::from_millis(200);

fn say(n: u32, text: &str) -> String {
    json!({"type": "say", "room": "#lobby", "n": n, "text": text}).to_string()
}

/// Sends messages of this text without a pause, and returns after what time all are accepted.
async fn flood(peer: &mut Peer, count: u32, text: &str) -> Duration {
    let start = Instant::now();
    for n in 1..=count {
        peer.send(&say(n, text)).await;
    }
    for n in 1..=count {
        assert_eq!(peer.until("accepted").await["n"], n);
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
async fn a_long_text_costs_as_much_as_many_short_ones() {
    let daemon = daemon();
    let mut eve = Peer::native(&daemon, "eve").await;
    let long = "x".repeat(16 * 1024);
    let took = flood(&mut eve, 10, &long).await;
    let expected = UNIT_EVERY * (9 * 65 - UNITS);
    assert!(took >= expected && took < expected + 2 * UNIT_EVERY, "{took:?} {expected:?}");
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
    }
    for n in 0..UNITS + 20 {
        assert_eq!(ana.until("message").await["text"], n.to_string());
    }
    assert!(start.elapsed() >= UNIT_EVERY * 19, "{:?}", start.elapsed());
}
