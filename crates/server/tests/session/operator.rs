//! The operator on the control socket: the same commands, without a user.

use std::time::Duration;

use chat_proto::AddressLine;
use chat_server::config::Join;
use chat_server::{Config, Server};
use serde_json::{Value, json};
use tokio::io::duplex;

use crate::peer::{Peer, daemon, daemon_with};

/// A connection to the control socket.
fn operator(daemon: &Server) -> Peer {
    let (client, stream) = duplex(64 * 1024);
    tokio::spawn(daemon.operate(stream));
    Peer::on(client)
}

/// The `hello` of a new user who has opened the line of an invite.
fn hello(name: &str, invited: &Value) -> Value {
    let line: AddressLine = invited["line"].as_str().unwrap().parse().unwrap();
    let invite = line.secret().unwrap().reveal();
    json!({"type": "hello", "version": 1, "name": name, "invite": invite, "features": ["roles"]})
}

#[tokio::test(start_paused = true)]
async fn the_operator_makes_a_further_owner_while_the_server_is_closed() {
    let daemon = daemon_with(Config { join: Join::Closed, ..Config::default() });
    let mut operator = operator(&daemon);
    let order = json!({"type": "invite", "role": "owner", "uses": 1, "valid_s": 86_400});
    let mut owners = Vec::new();
    for name in ["ana", "bob"] {
        let invited = operator.ask(order.clone(), "invite").await;
        assert_eq!(invited["invite"]["by"], Value::Null, "the operator is no user");
        let mut owner = Peer::connect(&daemon);
        let welcome = owner.ask(hello(name, &invited), "welcome").await;
        assert_eq!(welcome["role"], "owner", "{welcome}");
        owners.push(owner);
        let mut late = Peer::connect(&daemon);
        assert_eq!(late.ask(hello("eva", &invited), "refused").await["code"], "bad_secret");
    }
    owners[0].send(r#"{"type":"audit"}"#).await;
    let records = owners[0].until("audit").await["records"].clone();
    let made: Vec<_> =
        records.as_array().unwrap().iter().filter(|one| one["what"] == "invite").collect();
    assert_eq!(made.len(), 2, "{records}");
    assert!(made.iter().all(|one| one["by"] == Value::Null), "{records}");
}

#[tokio::test(start_paused = true)]
async fn the_operator_lists_and_ends_the_invites_of_all_users() {
    let daemon = daemon();
    let mut ana = Peer::native(&daemon, "ana").await;
    let made = ana.ask(json!({"type": "invite"}), "invite").await;
    let mut operator = operator(&daemon);
    let listed = operator.ask(json!({"type": "invites"}), "invites").await;
    assert_eq!(listed["invites"][0]["by"]["name"], "ana", "{listed}");
    let revoke = json!({"type": "revoke", "id": made["invite"]["id"]});
    assert_eq!(operator.ask(revoke.clone(), "invites").await["invites"], json!([]));
    assert_eq!(operator.ask(revoke, "refused").await["code"], "no_such_invite");
    let bad = json!({"type": "invite", "uses": 0});
    assert_eq!(operator.ask(bad, "refused").await["code"], "bad_field");
}

#[tokio::test(start_paused = true)]
async fn the_operator_is_in_no_room_and_cannot_write() {
    let daemon = daemon();
    let mut ana = Peer::native(&daemon, "ana").await;
    let mut operator = operator(&daemon);
    for command in [
        json!({"type": "say", "room": "#lobby", "text": "hi"}),
        json!({"type": "join", "room": "#rust"}),
        json!({"type": "history", "room": "#lobby"}),
        json!({"type": "rename", "name": "root"}),
    ] {
        let refused = operator.ask(command, "refused").await;
        assert_eq!(refused["code"], "not_allowed", "{refused}");
    }
    let hello = json!({"type": "hello", "version": 1, "name": "eva"});
    assert_eq!(operator.ask(hello, "refused").await["code"], "hello_again");
    operator.ask(json!({"type": "about"}), "about").await;
    let here = ana.ask(json!({"type": "who", "room": "#lobby"}), "users").await;
    assert_eq!(here["users"].as_array().unwrap().len(), 1, "{here}");
    ana.say("#lobby", "nothing came before").await;
}

#[tokio::test(start_paused = true)]
async fn junk_is_refused_line_by_line_and_too_much_of_it_ends_the_connection() {
    let mut operator = operator(&daemon());
    operator.write(&[b'x'; 70_000]).await;
    assert_eq!(operator.expect("refused").await["code"], "line_too_long");
    operator.send("").await;
    operator.ask(json!({"type": "about"}), "about").await;
    let mut refused = 0;
    let end = loop {
        operator.send("{junk").await;
        match operator.next().await {
            Some(line) if line["type"] == "refused" => refused += 1,
            end => break end,
        }
    };
    assert_eq!(end.unwrap()["code"], "too_many_errors");
    assert!((1..=20).contains(&refused), "{refused}");
    assert_eq!(operator.next().await, None);
}

#[tokio::test(start_paused = true)]
async fn a_silent_operator_is_pinged_and_disconnected() {
    let idle_timeout = Duration::from_secs(60);
    let daemon = daemon_with(Config { idle_timeout, ..Config::default() });
    let mut operator = operator(&daemon);
    operator.expect("ping").await;
    operator.send(r#"{"type":"pong"}"#).await;
    operator.expect("ping").await;
    assert_eq!(operator.expect("goodbye").await["code"], "idle");
    assert_eq!(operator.next().await, None);
}

#[tokio::test(start_paused = true)]
async fn a_shutdown_says_goodbye_to_the_operator() {
    let daemon = daemon();
    let mut operator = operator(&daemon);
    operator.ask(json!({"type": "ping", "nonce": 7}), "pong").await;
    daemon.close().await;
    assert_eq!(operator.expect("goodbye").await["code"], "shutdown");
    assert_eq!(operator.next().await, None);
}
