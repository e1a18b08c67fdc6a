//! A client of version 0.1.0: it sends the lines of that version's protocol page, and is answered with events
//! that have the fields of that page.

use std::mem::discriminant;

use serde_json::Value;

use crate::peer::{Peer, daemon};

/// The examples of the page: the first line of a session with `nc`, then one of each command.
const COMMANDS: &str = include_str!("../../../../tests/fixtures/protocol-0.1.0/commands.jsonl");

/// One example of each event.
const EVENTS: &str = include_str!("../../../../tests/fixtures/protocol-0.1.0/events.jsonl");

/// The fields that version 0.1.0 leaves out if they have no value.
const OPTIONAL: [&str; 3] = ["n", "suggestion", "messages"];

/// The first line of that type.
fn line(lines: &'static str, kind: &str) -> &'static str {
    let start = format!(r#"{{"type":"{kind}""#);
    lines.lines().find(|line| line.starts_with(&start)).expect(kind)
}

/// Sends the command of that type and returns the answer, which has all fields of the old event.
async fn answer(peer: &mut Peer, command: &str, event: &str) -> Value {
    peer.send(line(COMMANDS, command)).await;
    let answer = peer.expect(event).await;
    let old: Value = serde_json::from_str(line(EVENTS, event)).unwrap();
    assert_has_fields(&answer, &old);
    answer
}

fn assert_has_fields(new: &Value, old: &Value) {
    for (field, old) in old.as_object().unwrap() {
        let new = new.get(field).unwrap_or(&Value::Null);
        let is_left_out = new.is_null() && OPTIONAL.contains(&field.as_str());
        assert!(is_left_out || discriminant(new) == discriminant(old), "{field}: {new}");
        if old.is_object() {
            assert_has_fields(new, old);
        }
    }
}

#[tokio::test(start_paused = true)]
async fn a_client_of_version_0_1_0_is_served_as_before() {
    let daemon = daemon();
    let mut bob = Peer::connect(&daemon);
    answer(&mut bob, "hello", "welcome").await;
    bob.expect("room").await;
    assert_eq!(answer(&mut bob, "say", "accepted").await["n"], 1);
    assert_eq!(answer(&mut bob, "join", "room").await["room"], "#rust");
    let history = answer(&mut bob, "history", "history").await;
    let message: Value = serde_json::from_str(line(EVENTS, "message")).unwrap();
    let mut stored = history["messages"][0].clone();
    stored["type"] = "message".into();
    assert_has_fields(&stored, &message);
    assert_eq!(stored["text"], "hello, everybody");
    answer(&mut bob, "who", "users").await;
    assert_eq!(answer(&mut bob, "topic", "topic").await["topic"], "crabs, mostly");
    let topic = bob.expect("message").await;
    assert_has_fields(&topic, &message);
    assert_eq!(
        (&topic["kind"], &topic["seq"]),
        (&"action".into(), &1.into()),
        "a kind that it knows"
    );
    assert_eq!(answer(&mut bob, "rooms", "rooms").await["rooms"][0]["room"], "#rust");
    assert_eq!(answer(&mut bob, "read", "read").await["seq"], 1);
    assert_eq!(answer(&mut bob, "rename", "renamed").await["name"], "robert");
    assert_eq!(answer(&mut bob, "leave", "left").await["reason"], "bye");
    assert_eq!(answer(&mut bob, "ping", "pong").await["nonce"], 17);
    bob.send(line(COMMANDS, "pong")).await;
    assert_eq!(answer(&mut bob, "bye", "goodbye").await["code"], "bye");
}

/// The `hello` of the page has a token, which is nobody's here.
#[tokio::test(start_paused = true)]
async fn the_whole_hello_of_version_0_1_0_is_understood() {
    let daemon = daemon();
    let hello = COMMANDS.lines().find(|line| line.contains("token")).unwrap();
    let mut bob = Peer::connect(&daemon);
    bob.send(hello).await;
    assert_eq!(bob.expect("refused").await["code"], "bad_token");
    let (_, token) = Peer::with_token(&daemon, "bob").await;
    let mut bob = Peer::connect(&daemon);
    bob.send(&hello.replace(r#""5f0c1e9a""#, &token.to_string())).await;
    assert_eq!(bob.expect("welcome").await["name"], "bob");
}
