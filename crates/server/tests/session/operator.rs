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
        assert_eq!(invited["invite"]["by"], Value::Null, "the operator is not a user");
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
async fn the_operator_is_told_that_there_is_no_such_room_and_not_to_join_it() {
    let mut operator = operator(&daemon());
    for command in [
        json!({"type": "hook", "room": "#ops", "name": "nightly"}),
        json!({"type": "invite", "room": "#ops"}),
        json!({"type": "rule", "room": "#ops", "privacy": "private"}),
        json!({"type": "sanctions", "room": "#ops"}),
    ] {
        let refused = operator.ask(command, "refused").await;
        assert_eq!((&refused["code"], &refused["room"]), (&json!("not_in_room"), &json!("#ops")));
        let text = "there is no room #ops; look for its name in the list of rooms";
        assert_eq!(refused["text"], text);
    }
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
            Some(line) if line["type"] == "refused" && refused < 20 => refused += 1,
            end => break end,
        }
    };
    assert_eq!(end.unwrap()["code"], "too_many_errors");
    assert!(refused > 0, "not one is refused");
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

#[tokio::test(start_paused = true)]
async fn the_operator_gives_roles_and_rules_without_being_in_the_room() {
    let daemon = daemon();
    let mut ana = Peer::native(&daemon, "ana").await;
    ana.ask(json!({"type": "join", "room": "#secret"}), "room").await;
    let mut operator = operator(&daemon);
    let rule = json!({"type": "rule", "room": "#secret", "privacy": "private"});
    operator.ask(rule, "rules").await;
    let rooms = operator.ask(json!({"type": "rooms"}), "rooms").await;
    assert_eq!(rooms["rooms"][1]["room"], "#secret", "{rooms}");
    let rest = json!({"type": "rooms", "after": "#lobby", "limit": 1});
    let rest = operator.ask(rest, "rooms").await;
    assert_eq!((&rest["rooms"][0]["room"], &rest["more"]), (&json!("#secret"), &json!(false)));
    let owner = json!({"type": "grant", "user": "ana", "role": "owner"});
    let told = operator.ask(owner.clone(), "role").await;
    assert_eq!((&told["role"], &told["by"]), (&json!("owner"), &Value::Null), "{told}");
    operator.ask(owner, "role").await; // the role that the user has already
    let step_down = json!({"type": "grant", "user": "ana", "role": "member"});
    assert_eq!(operator.ask(step_down, "refused").await["code"], "not_allowed", "the last owner");
    let voice = json!({"type": "grant", "user": "ana", "room": "#secret", "role": "voice"});
    operator.ask(voice, "role").await;
    let told = operator.ask(json!({"type": "rule", "room": "#secret", "slow_s": 5}), "rules").await;
    assert_eq!((&told["rules"]["slow_s"], &told["by"]), (&json!(5), &Value::Null), "{told}");
    let bad = json!({"type": "rule", "room": "#secret", "slow_s": 30_000});
    assert_eq!(operator.ask(bad, "refused").await["code"], "bad_field");
    for room in ["#none", "@1-2"] {
        let rule = json!({"type": "rule", "room": room, "privacy": "public"});
        let refused = operator.ask(rule, "refused").await;
        assert_eq!(refused["room"], room, "{refused}");
        assert!(!refused["text"].as_str().unwrap().contains("you are not in"), "{refused}");
    }
}

#[tokio::test(start_paused = true)]
async fn the_operator_keeps_order_even_over_an_owner() {
    let daemon = daemon();
    let mut ana = Peer::native(&daemon, "ana").await;
    let mut operator = operator(&daemon);
    operator.ask(json!({"type": "grant", "user": "ana", "role": "owner"}), "role").await;
    let mute = json!({"type": "sanction", "kind": "mute", "user": "ana", "room": "#lobby",
                      "for_s": 60, "reason": "cool down"});
    let muted = operator.ask(mute, "sanction").await;
    assert_eq!((&muted["kind"], &muted["by"]), (&json!("mute"), &Value::Null), "{muted}");
    let say = json!({"type": "say", "room": "#lobby", "text": "hi"});
    assert_eq!(ana.until_answer(say.clone()).await["code"], "muted");
    let listed = operator.ask(json!({"type": "sanctions", "room": "#lobby"}), "sanctions").await;
    assert_eq!(listed["sanctions"][0]["id"], muted["id"], "{listed}");
    let none = operator.ask(json!({"type": "sanctions"}), "sanctions").await;
    assert_eq!(none["sanctions"], json!([]), "{none}");
    operator.ask(json!({"type": "pardon", "id": muted["id"]}), "pardoned").await;
    assert_eq!(ana.until_answer(say).await["type"], "accepted");
    let network = json!({"type": "sanction", "kind": "ban", "network": "203.0.113.0/24"});
    operator.ask(network, "sanction").await;
    let both =
        json!({"type": "sanction", "kind": "ban", "network": "203.0.113.0/24", "user": "ana"});
    assert_eq!(operator.ask(both, "refused").await["code"], "bad_field");
    let kick =
        json!({"type": "sanction", "kind": "kick", "user": "ana", "reason": "see the rules"});
    operator.ask(kick, "sanction").await;
    let end = ana.until("goodbye").await;
    assert_eq!(end["code"], "kicked", "{end}");
    let log = operator.ask(json!({"type": "audit"}), "audit").await;
    let records = log["records"].as_array().unwrap();
    let what: Vec<_> = records.iter().map(|record| record["what"].as_str().unwrap()).collect();
    assert_eq!(what, ["sanction", "sanction", "pardon", "sanction", "role"], "{log}");
    assert!(records.iter().all(|record| record["by"] == Value::Null), "{log}");
}

#[tokio::test(start_paused = true)]
async fn the_operator_gives_back_an_account_that_was_lost() {
    let daemon = daemon();
    let mut bob = Peer::native(&daemon, "bob").await;
    let mut operator = operator(&daemon);
    let account = operator.ask(json!({"type": "account", "user": "bob"}), "account").await;
    let (device, session) = (&account["devices"][0]["id"], &account["sessions"][0]["id"]);
    assert_eq!(account["sessions"][0]["network"], Value::Null, "{account}");
    let sessions = operator.ask(json!({"type": "sessions"}), "sessions").await;
    assert_eq!(&sessions["sessions"][0]["id"], session, "{sessions}");
    operator.ask(json!({"type": "link", "user": "bob"}), "link").await;
    operator.ask(json!({"type": "drop", "user": "bob", "id": device}), "account").await;
    assert_eq!(bob.until("goodbye").await["code"], "kicked");
    let password = json!({"type": "set_password", "user": "bob", "password": "correct horse"});
    let account = operator.ask(password, "account").await;
    assert_eq!(account["has_password"], true, "{account}");
    assert_eq!(
        operator.ask(json!({"type": "free", "user": "bob"}), "account").await["id"],
        account["id"]
    );
    for (command, code) in [
        (json!({"type": "end", "session": session}), "no_such_session"),
        (json!({"type": "account", "user": "bob"}), "no_such_user"),
        (json!({"type": "account"}), "bad_field"),
        (json!({"type": "link"}), "bad_field"),
        (json!({"type": "set_password", "password": "correct horse"}), "bad_field"),
    ] {
        let refused = operator.ask(command.clone(), "refused").await;
        assert_eq!(refused["code"], code, "{command}: {refused}");
    }
    let log = operator.ask(json!({"type": "audit"}), "audit").await;
    let what = |nth: usize| log["records"][nth]["what"].clone();
    assert_eq!([0, 1, 2, 3].map(what), ["free", "password", "drop", "link"], "{log}");
    assert!(!log.to_string().contains("correct horse"), "{log}");
}
