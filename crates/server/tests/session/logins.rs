//! Users log in on further devices, with a password or a code.

use std::cell::Cell;
use std::net::{IpAddr, Ipv4Addr, SocketAddr};
use std::time::Duration;

use chat_proto::{Role, Timestamp};
use chat_server::config::Plain;
use chat_server::limits::{Limits, Rate, SendRate};
use chat_server::{Config, Server};
use serde_json::{Value, json};
use tokio::io::duplex;

use crate::peer::{Peer, daemon, daemon_with};

const PASSWORD: &str = "correct horse";

thread_local! {
    static WALL_MS: Cell<i64> = const { Cell::new(1_795_356_127_123) };
}

/// The wall clock of a daemon, which stands still but for [`a_day_passes`].
fn wall() -> Timestamp {
    Timestamp::from_millis(WALL_MS.get())
}

fn a_day_passes() {
    WALL_MS.set(WALL_MS.get() + 24 * 60 * 60 * 1_000);
}

fn hello(name: &str, more: &Value) -> String {
    let mut hello = json!({"type": "hello", "version": 1, "name": name});
    let fields = more.as_object().unwrap().clone();
    hello.as_object_mut().unwrap().extend(fields);
    hello.to_string()
}

/// The answer to a `hello` on a new connection.
async fn enter(daemon: &Server, name: &str, more: Value) -> (Peer, Value) {
    let mut peer = Peer::connect(daemon);
    peer.send(&hello(name, &more)).await;
    let answer = peer.next().await.unwrap();
    (peer, answer)
}

/// The code with which a `hello` is refused.
async fn refused(daemon: &Server, name: &str, more: Value) -> Value {
    let (mut peer, answer) = enter(daemon, name, more).await;
    assert_eq!(answer["type"], "refused", "{answer}");
    assert_eq!(peer.next().await, None, "the connection closes");
    answer["code"].clone()
}

async fn set(peer: &mut Peer, password: &str, kind: &str) -> Value {
    peer.send(&json!({"type": "set_password", "password": password}).to_string()).await;
    peer.until(kind).await
}

#[tokio::test(start_paused = true)]
async fn a_user_logs_in_with_its_password_on_a_device_that_gets_a_token_of_its_own() {
    let daemon = daemon();
    let (mut ana, token) = Peer::with_token(&daemon, "ana").await;
    let account = set(&mut ana, PASSWORD, "account").await;
    assert_eq!((&account["name"], &account["has_password"]), (&json!("ana"), &json!(true)));
    let (_phone, welcome) = enter(&daemon, "ANA", json!({"password": PASSWORD})).await;
    assert_eq!((&welcome["id"], &welcome["name"]), (&json!(1), &json!("ana")), "{welcome}");
    assert_ne!(welcome["token"], token);
    for token in [&token, &welcome["token"]] {
        let (_, again) = enter(&daemon, "ana", json!({"token": token})).await;
        assert_eq!(again["id"], 1);
    }
    let wrong = json!({"password": "correct house"});
    assert_eq!(refused(&daemon, "ana", wrong).await, "bad_secret");
}

#[tokio::test(start_paused = true)]
async fn a_wrong_password_and_a_user_who_is_not_there_are_refused_alike() {
    let daemon = daemon();
    let mut ana = Peer::native(&daemon, "ana").await;
    let _bob = Peer::native(&daemon, "bob").await;
    set(&mut ana, PASSWORD, "account").await;
    let mut answers = Vec::new();
    for name in ["ana", "bob", "eva"] {
        let (_, answer) = enter(&daemon, name, json!({"password": "correct house"})).await;
        answers.push(answer);
    }
    assert_eq!(answers[0]["code"], "bad_secret");
    assert!(answers.iter().all(|answer| *answer == answers[0]), "{answers:?}");
    let long = "x".repeat(5_000);
    assert_eq!(refused(&daemon, "ana", json!({"password": long})).await, "bad_secret");
}

#[tokio::test(start_paused = true)]
async fn the_sixth_wrong_password_waits_and_a_token_does_not() {
    let daemon = daemon();
    let (mut ana, token) = Peer::with_token(&daemon, "ana").await;
    set(&mut ana, PASSWORD, "account").await;
    for _ in 0..5 {
        assert_eq!(refused(&daemon, "ana", json!({"password": "wrong one"})).await, "bad_secret");
    }
    let (_, answer) = enter(&daemon, "Ana", json!({"password": PASSWORD})).await;
    assert_eq!(answer["code"], "too_fast");
    assert!(answer["retry_ms"].as_u64().unwrap() > 14 * 60_000, "{answer}");
    let (_, welcome) = enter(&daemon, "ana", json!({"token": &token})).await;
    assert_eq!(welcome["id"], 1);
    tokio::time::sleep(Duration::from_secs(15 * 60)).await;
    let (_, welcome) = enter(&daemon, "ana", json!({"password": PASSWORD})).await;
    assert_eq!(welcome["type"], "welcome", "{welcome}");
}

#[tokio::test(start_paused = true)]
async fn a_password_is_changed_only_by_a_user_who_shows_the_present_one() {
    let daemon = daemon();
    let (mut ana, token) = Peer::with_token(&daemon, "ana").await;
    assert_eq!(set(&mut ana, "12345678", "refused").await["code"], "bad_password");
    set(&mut ana, PASSWORD, "account").await;
    let code = ana.ask(json!({"type": "link"}), "link").await["code"].clone();
    let (mut by_token, _) = enter(&daemon, "ana", json!({"token": token})).await;
    let (mut by_code, _) = enter(&daemon, "ana", json!({"link": code})).await;
    let (mut by_password, _) = enter(&daemon, "ana", json!({"password": PASSWORD})).await;
    for peer in [&mut ana, &mut by_token, &mut by_code] {
        assert_eq!(set(peer, "another horse", "refused").await["code"], "bad_secret");
    }
    let with = |old: &str| json!({"type": "set_password", "password": "third horse", "old": old});
    assert_eq!(ana.ask(with("another horse"), "refused").await["code"], "bad_secret");
    set(&mut by_password, "another horse", "account").await;
    assert_eq!(set(&mut by_password, PASSWORD, "refused").await["code"], "bad_secret");
    by_token.send(&with("another horse").to_string()).await;
    by_token.until("account").await;
    let (_, welcome) = enter(&daemon, "ana", json!({"password": "third horse"})).await;
    assert_eq!(welcome["type"], "welcome");
    let old = json!({"password": "another horse"});
    assert_eq!(refused(&daemon, "ana", old).await, "bad_secret");
}

#[tokio::test(start_paused = true)]
async fn a_right_password_of_a_user_who_is_kept_out_for_another_reason_is_not_a_wrong_try() {
    let daemon = daemon();
    let mut ana = Peer::native(&daemon, "ana").await;
    set(&mut ana, PASSWORD, "account").await;
    daemon.refuse_to_store(true).await.unwrap();
    for _ in 0..6 {
        assert_eq!(refused(&daemon, "ana", json!({"password": PASSWORD})).await, "not_kept");
    }
    daemon.refuse_to_store(false).await.unwrap();
    let (mut bob, _) = enter(&daemon, "bob", json!({"features": ["roles"]})).await;
    daemon.appoint("bob".parse().unwrap(), Role::Owner).await.unwrap();
    bob.send(r#"{"type":"sanction","kind":"ban","user":"ana"}"#).await;
    bob.until("sanction").await;
    for _ in 0..6 {
        assert_eq!(refused(&daemon, "ana", json!({"password": PASSWORD})).await, "banned");
    }
    for _ in 0..5 {
        assert_eq!(refused(&daemon, "ana", json!({"password": "wrong one"})).await, "bad_secret");
    }
    assert_eq!(refused(&daemon, "ana", json!({"password": PASSWORD})).await, "too_fast");
}

#[tokio::test(start_paused = true)]
async fn a_code_lets_another_device_in_once() {
    let daemon = daemon();
    let mut ana = Peer::native(&daemon, "ana").await;
    let link = ana.ask(json!({"type": "link"}), "link").await;
    assert_eq!(link["valid_ms"], 300_000);
    let code = link["code"].as_str().unwrap().to_lowercase();
    let code = format!("{}-{}", &code[..4], &code[4..]);
    let (_phone, welcome) = enter(&daemon, "phone of ana", json!({"link": code})).await;
    assert_eq!((&welcome["id"], &welcome["name"]), (&json!(1), &json!("ana")), "{welcome}");
    let (_, again) = enter(&daemon, "ana", json!({"token": &welcome["token"]})).await;
    assert_eq!(again["id"], 1);
    assert_eq!(refused(&daemon, "ana", json!({"link": code})).await, "bad_secret");
    let late = ana.ask(json!({"type": "link"}), "link").await["code"].clone();
    tokio::time::sleep(Duration::from_secs(5 * 60)).await;
    assert_eq!(refused(&daemon, "ana", json!({"link": late})).await, "bad_secret");
}

#[tokio::test(start_paused = true)]
async fn the_first_secret_of_a_hello_counts() {
    let daemon = daemon();
    let (mut ana, token) = Peer::with_token(&daemon, "ana").await;
    set(&mut ana, PASSWORD, "account").await;
    let secrets = json!({"token": token, "link": "00000000", "password": "wrong one"});
    let (_, welcome) = enter(&daemon, "ana", secrets).await;
    assert_eq!(welcome["id"], 1);
    let secrets = json!({"link": "00000000", "password": PASSWORD});
    assert_eq!(refused(&daemon, "ana", secrets).await, "bad_secret");
}

#[tokio::test(start_paused = true)]
async fn the_hundred_and_first_device_takes_the_place_of_the_one_seen_longest_ago() {
    let daemon = daemon_with(Config { clock: wall, ..Config::default() });
    let (mut ana, laptop) = Peer::with_token(&daemon, "ana").await;
    set(&mut ana, PASSWORD, "account").await;
    let mut tokens = Vec::new();
    for _ in 0..100 {
        a_day_passes();
        let (_, welcome) = enter(&daemon, "ana", json!({"token": laptop})).await;
        assert_eq!(welcome["id"], 1, "it is used every day");
        let code = ana.ask(json!({"type": "link"}), "link").await["code"].clone();
        let (_, welcome) = enter(&daemon, "ana", json!({"link": code, "device": "phone"})).await;
        tokens.push(welcome["token"].clone());
    }
    assert_eq!(refused(&daemon, "ana", json!({"token": tokens[0]})).await, "bad_token");
    for token in [&laptop, &tokens[1], &tokens[99]] {
        let (_, welcome) = enter(&daemon, "ana", json!({"token": token})).await;
        assert_eq!(welcome["id"], 1);
    }
    let (_, welcome) = enter(&daemon, "ana", json!({"password": PASSWORD})).await;
    assert_eq!(welcome["id"], 1, "a password is not a device");
    daemon.appoint("ana".parse().unwrap(), Role::Moderator).await.unwrap();
    let records = ana.ask(json!({"type": "audit"}), "audit").await["records"].clone();
    let records = records.as_array().unwrap();
    let dropped: Vec<_> = records.iter().filter(|record| record["what"] == "drop").collect();
    assert_eq!(dropped.len(), 2, "{records:?}");
    let about = dropped[1]["about"].as_str().unwrap();
    assert!(about.starts_with("the token of the device phone, number "), "{about}");
}

#[tokio::test(start_paused = true)]
async fn no_password_and_no_code_is_taken_in_plain_text_from_elsewhere() {
    let daemon = daemon_with(Config { plain: Plain::Any, ..Config::default() });
    let far = SocketAddr::new(IpAddr::V4(Ipv4Addr::new(192, 0, 2, 1)), 1);
    let connect = || {
        let (client, stream) = duplex(16 * 1024);
        tokio::spawn(daemon.serve(stream, far));
        Peer::on(client)
    };
    let mut ana = connect();
    ana.send(&hello("ana", &json!({}))).await;
    ana.expect("welcome").await;
    ana.expect("room").await;
    assert_eq!(set(&mut ana, PASSWORD, "refused").await["code"], "tls_needed");
    for command in ["link", "invite"] {
        assert_eq!(ana.ask(json!({"type": command}), "refused").await["code"], "tls_needed");
    }
    for secret in [json!({"password": PASSWORD}), json!({"link": "7KQ2M9XT"})] {
        let mut peer = connect();
        peer.send(&hello("ana", &secret)).await;
        assert_eq!(peer.expect("refused").await["code"], "tls_needed");
    }
}

#[tokio::test(start_paused = true)]
async fn forty_logins_at_once_all_get_in_or_are_told_to_come_back_and_others_do_not_wait() {
    let daemon = daemon();
    let mut users = Vec::new();
    for nth in 0..4 {
        let mut user = Peer::native(&daemon, &format!("user{nth}")).await;
        set(&mut user, PASSWORD, "account").await;
        users.push(user);
    }
    let mut peers = Vec::new();
    for nth in 0..40 {
        let mut peer = Peer::connect(&daemon);
        peer.send(&hello(&format!("user{}", nth % 4), &json!({"password": PASSWORD}))).await;
        peers.push(peer);
    }
    users[0].send(&json!({"type": "say", "room": "#lobby", "text": "hi"}).to_string()).await;
    users[0].until("accepted").await;
    let mut entered = 0;
    for peer in &mut peers {
        let answer = peer.next().await.unwrap();
        match answer["type"].as_str().unwrap() {
            "welcome" => entered += 1,
            _ => assert_eq!(
                (&answer["code"], &answer["retry_ms"]),
                (&json!("too_fast"), &json!(1000))
            ),
        }
    }
    assert!(entered >= 20, "{entered}: nobody has failed, so only those at work are in the way");
}

#[tokio::test(start_paused = true)]
async fn each_password_that_is_checked_costs_its_network_twenty_five_units() {
    let every = Duration::from_secs(1);
    let mut limits = Limits::default();
    // One for the new user, 50 for its password, and two logins.
    let units = Rate { holds: 101, every };
    limits.network = SendRate { units, ..limits.network };
    let daemon = daemon_with(Config { limits, ..Config::default() });
    let mut ana = Peer::native(&daemon, "ana").await;
    set(&mut ana, PASSWORD, "account").await;
    let log_in = async || enter(&daemon, "ana", json!({"password": PASSWORD})).await.1;
    for _ in 0..2 {
        assert_eq!(log_in().await["type"], "welcome");
    }
    let refusal = log_in().await;
    assert_eq!((&refusal["code"], &refusal["retry_ms"]), (&json!("too_fast"), &json!(1_000)));
    tokio::time::sleep(every).await;
    assert_eq!(log_in().await["type"], "welcome");
    assert_eq!(log_in().await["code"], "too_fast");
}
