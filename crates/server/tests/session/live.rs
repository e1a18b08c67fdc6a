//! Who is writing, who is away, and when a user was last connected: live only, for clients with the features.

use std::time::Duration;

use chat_server::Server;
use serde_json::{Value, json};

use crate::peer::{Peer, daemon};

/// A client that shows all of it. The events of its entry are read.
async fn live(daemon: &Server, name: &str) -> Peer {
    let mut peer = Peer::connect(daemon);
    peer.send(&hello(name, None).to_string()).await;
    peer.expect("welcome").await;
    peer.expect("room").await;
    peer
}

fn hello(name: &str, token: Option<&Value>) -> Value {
    let mut hello = json!({"type": "hello", "version": 1, "name": name, "device": name,
                           "features": ["away", "last_seen", "typing"]});
    if let Some(token) = token {
        hello["token"] = token.clone();
    }
    hello
}

fn typing(room: &str) -> String {
    json!({"type": "typing", "room": room}).to_string()
}

/// The types of the events up to the `pong` of a ping that is sent now.
async fn types_until_now(peer: &mut Peer) -> Vec<String> {
    peer.send(r#"{"type":"ping"}"#).await;
    let mut types = Vec::new();
    loop {
        let kind = peer.next().await.unwrap()["type"].as_str().unwrap().to_owned();
        if kind == "pong" {
            return types;
        }
        types.push(kind);
    }
}

#[tokio::test(start_paused = true)]
async fn typing_goes_to_the_other_users_of_the_room_who_have_the_feature() {
    let daemon = daemon();
    let mut ana = live(&daemon, "ana").await;
    let mut bob = live(&daemon, "bob").await;
    let mut old = Peer::native(&daemon, "old").await;
    let (mut classic, _) = Peer::classic(&daemon, "classic").await;
    types_until_now(&mut ana).await;
    types_until_now(&mut bob).await;
    bob.send(&typing("#lobby")).await;
    let event = ana.expect("typing").await;
    let expected = json!({"type": "typing", "room": "#lobby", "user": {"id": 2, "name": "bob"}});
    assert_eq!(event, expected);
    assert!(!types_until_now(&mut bob).await.contains(&"typing".to_owned()), "it is bob's own");
    assert!(!types_until_now(&mut old).await.contains(&"typing".to_owned()), "it has no feature");
    bob.send(r##"{"type":"say","room":"#lobby","text":"hi"}"##).await;
    assert_eq!(classic.recv().await, "2||bob||hi", "and nothing before");
    bob.send(&typing("#rust")).await;
    let refused = bob.until("refused").await;
    assert_eq!((&refused["code"], &refused["room"]), (&json!("not_in_room"), &json!("#rust")));
}

#[tokio::test(start_paused = true)]
async fn typing_has_a_limit_in_time_for_each_room() {
    let daemon = daemon();
    let mut ana = live(&daemon, "ana").await;
    let mut bob = live(&daemon, "bob").await;
    ana.expect("joined").await;
    for peer in [&mut ana, &mut bob] {
        peer.send(r##"{"type":"join","room":"#rust"}"##).await;
        peer.until("room").await;
    }
    types_until_now(&mut ana).await;
    for _ in 0..5 {
        bob.send(&typing("#lobby")).await;
        bob.send(&typing("#rust")).await;
    }
    types_until_now(&mut bob).await;
    assert_eq!(types_until_now(&mut ana).await, ["typing", "typing"], "one for each room");
    tokio::time::sleep(Duration::from_secs(3)).await;
    bob.send(&typing("#lobby")).await;
    assert_eq!(ana.expect("typing").await["room"], "#lobby");
}

#[tokio::test(start_paused = true)]
async fn a_user_is_away_until_it_sends_a_message() {
    let daemon = daemon();
    let mut ana = live(&daemon, "ana").await;
    let mut bob = live(&daemon, "bob").await;
    ana.expect("joined").await;
    let mut old = Peer::native(&daemon, "old").await;
    ana.expect("joined").await;
    bob.expect("joined").await;
    let away = bob.ask(json!({"type": "away", "text": "lunch"}), "away").await;
    let user = json!({"id": 2, "name": "bob"});
    assert_eq!(away, json!({"type": "away", "user": user, "text": "lunch"}));
    assert_eq!(ana.expect("away").await, away);
    // A user who comes later is sent the list.
    let mut eva = Peer::connect(&daemon);
    eva.send(&hello("eva", None).to_string()).await;
    eva.expect("welcome").await;
    let list = json!([{"id": 2, "text": "lunch"}]);
    assert_eq!(eva.expect("room").await["away"], list);
    assert_eq!(eva.ask(json!({"type": "who", "room": "#lobby"}), "users").await["away"], list);
    old.expect("joined").await; // that is eva, and nothing came before
    let users = old.ask(json!({"type": "who", "room": "#lobby"}), "users").await;
    assert_eq!(users["away"], Value::Null, "it has no feature");
    bob.send(r##"{"type":"say","room":"#lobby","text":"hi"}"##).await;
    assert_eq!(eva.until("back").await, json!({"type": "back", "user": user}));
    bob.until("back").await;
}

#[tokio::test(start_paused = true)]
async fn away_ends_with_back_and_with_the_last_session() {
    let daemon = daemon();
    let mut ana = live(&daemon, "ana").await;
    let mut bob = live(&daemon, "bob").await;
    ana.expect("joined").await;
    let away = json!({"type": "away"});
    assert_eq!(bob.ask(away.clone(), "away").await["text"], "");
    assert_eq!(bob.ask(json!({"type": "back"}), "back").await["user"]["name"], "bob");
    bob.ask(away, "away").await;
    for kind in ["away", "back", "away"] {
        ana.expect(kind).await;
    }
    drop(bob);
    ana.expect("back").await;
    ana.expect("left").await;
    let too_long = json!({"type": "away", "text": "x".repeat(65)});
    let refused = ana.ask(too_long, "refused").await;
    assert_eq!(refused["code"], "bad_text", "{refused}");
}

#[tokio::test(start_paused = true)]
async fn a_direct_message_shows_when_its_other_user_was_last_connected() {
    let daemon = daemon();
    let mut ana = live(&daemon, "ana").await;
    let mut bob = Peer::connect(&daemon);
    bob.send(&hello("bob", None).to_string()).await;
    bob.expect("welcome").await;
    bob.expect("room").await;
    ana.expect("joined").await;
    let room = ana.ask(json!({"type": "join", "room": "@bob"}), "room").await;
    assert_eq!(room["seen_at"], Value::Null, "bob is connected");
    bob.send(r#"{"type":"bye"}"#).await;
    ana.until("left").await;
    let room = ana.ask(json!({"type": "join", "room": "@bob"}), "room").await;
    assert!(room["seen_at"].as_str().is_some_and(|at| at.ends_with('Z')), "{room}");
    let mut old = Peer::native(&daemon, "old").await;
    let room = old.ask(json!({"type": "join", "room": "@bob"}), "room").await;
    assert_eq!(room["seen_at"], Value::Null, "it has no feature");
}
