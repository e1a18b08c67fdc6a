//! Hooks: posts over HTTP, and the messages that the room is sent.

use std::time::Duration;

use chat_server::limits::{Rate, SendRate};
use chat_server::{Config, Limits, Server};
use serde_json::{Value, json};

use crate::peer::{HERE, Peer, daemon, daemon_with};
use crate::web::{FAR, answers, answers_to_last, statuses};

/// Ana, who owns #ops, and the path of a hook of it.
async fn with_hook(daemon: &Server) -> (Peer, String) {
    let mut ana = Peer::native(daemon, "ana").await;
    ana.send(r##"{"type":"join","room":"#ops"}"##).await;
    ana.until("room").await;
    let hook = json!({"type": "hook", "room": "#ops", "name": "nightly"});
    let made = ana.ask(hook, "hook").await;
    assert_eq!(
        (&made["hook"]["room"], &made["hook"]["bot"]["name"]),
        (&json!("#ops"), &json!("nightly"))
    );
    let url = made["url"].as_str().unwrap();
    let path = url.strip_prefix("http://127.0.0.1:12345").unwrap().to_owned();
    assert!(path.starts_with("/hook/h") && path.len() == "/hook/h".len() + 22, "{path}");
    (ana, path)
}

fn request(path: &str, fields: &str, body: &str) -> String {
    let length = body.len();
    format!(
        "POST {path} HTTP/1.1\r\nHost: 127.0.0.1\r\nContent-Length: {length}\r\nConnection: close\r\n{fields}\r\n{body}"
    )
}

/// Posts, and returns the status and the answer.
async fn post(daemon: &Server, path: &str, fields: &str, body: &str) -> (u16, String) {
    let answer = answers(daemon, HERE, &request(path, fields, body)).await;
    (statuses(&answer)[0], answer)
}

async fn said(ana: &mut Peer) -> Value {
    let message = ana.until("message").await;
    assert_eq!((&message["from"]["name"], &message["room"]), (&json!("nightly"), &json!("#ops")));
    message["text"].clone()
}

#[tokio::test(start_paused = true)]
async fn a_post_is_stored_once_for_each_key() {
    let daemon = daemon();
    let (mut ana, path) = with_hook(&daemon).await;
    let (status, answer) = post(&daemon, &path, "", "plain\r\n").await;
    assert!(status == 200 && answer.ends_with("\r\n\r\nok"), "{answer}");
    assert_eq!(said(&mut ana).await, "plain");
    let json = "Content-Type: application/json\r\n";
    let first = post(&daemon, &path, json, r#"{"text":"once","key":"job 7"}"#).await;
    assert_eq!(first.0, 200);
    let again = post(&daemon, &path, "Idempotency-Key: \"job 7\"\r\n", "once").await;
    assert_eq!((again.0, again.1.ends_with("\r\n\r\nok")), (200, true), "answered as the first");
    assert_eq!(post(&daemon, &path, "Idempotency-Key: job 7\r\n", "twice").await.0, 422);
    let form = "Content-Type: application/x-www-form-urlencoded\r\n";
    let slack = "payload=%7B%22text%22%3A%22deployed%22%2C%22username%22%3A%22ci%22%7D";
    assert_eq!(post(&daemon, &path, form, slack).await.0, 200);
    assert_eq!([said(&mut ana).await, said(&mut ana).await], ["once", "[ci] deployed"]);
}

#[tokio::test(start_paused = true)]
async fn a_sender_that_closes_its_side_after_a_post_gets_its_answer() {
    let daemon = daemon();
    let (mut ana, path) = with_hook(&daemon).await;
    let answer = answers_to_last(&daemon, &request(&path, "", "and nothing more")).await;
    assert_eq!(statuses(&answer), [200]);
    assert_eq!(said(&mut ana).await, "and nothing more");
}

#[tokio::test(start_paused = true)]
async fn a_post_that_may_not_be_made_is_refused_with_the_reason() {
    let daemon = daemon();
    let (mut ana, path) = with_hook(&daemon).await;
    for (target, fields, body, expected) in [
        (&*path, "", "", 400),
        (&path, "Content-Type: image/png\r\n", "x", 415),
        (&path, "Content-Type: application/json\r\n", "no", 400),
        (&path, "Origin: https://evil.example\r\n", "x", 403),
        (&path, "Origin: https://127.0.0.1\r\n", &"x".repeat(16 * 1024 + 1), 413),
        (&path, "", &"x".repeat(64 * 1024 + 1), 413),
    ] {
        let (status, answer) = post(&daemon, target, fields, body).await;
        assert_eq!(status, expected, "{fields}: {answer}");
    }
    let get = format!("GET {path} HTTP/1.1\r\nHost: 127.0.0.1\r\nConnection: close\r\n\r\n");
    let answer = answers(&daemon, HERE, &get).await;
    assert!(statuses(&answer) == [405] && answer.contains("allow: POST\r\n"), "{answer}");
    let foreign = request(&path, "", "x").replace("Host: 127.0.0.1", "Host: evil.example");
    assert_eq!(statuses(&answers(&daemon, HERE, &foreign).await), [421]);
    let slow = format!("POST {path} HTTP/1.1\r\nHost: 127.0.0.1\r\nContent-Length: 9\r\n\r\nslow");
    assert_eq!(statuses(&answers(&daemon, HERE, &slow).await), [408]);
    if !crate::USES_TLS {
        let plain = answers(&daemon, FAR, &request(&path, "", "x")).await;
        assert!(statuses(&plain) == [403] && plain.contains("https://"), "no redirect: {plain}");
    }
    ana.send(r#"{"type":"hooks"}"#).await;
    let id = ana.until("hooks").await["hooks"][0]["id"].clone();
    let left = ana.ask(json!({"type": "revoke_hook", "id": id}), "hooks").await;
    assert_eq!(left["hooks"], json!([]));
    assert_eq!(post(&daemon, &path, "", "x").await.0, 404);
    let refused = ana.ask(json!({"type": "revoke_hook", "id": id}), "refused").await;
    assert_eq!(refused["code"], "no_such_hook");
}

#[tokio::test(start_paused = true)]
async fn wrong_secrets_are_counted_and_a_right_one_is_taken_all_the_same() {
    let daemon = daemon();
    let (_ana, path) = with_hook(&daemon).await;
    let mut last = (0, String::new());
    for nth in 0..6 {
        last = post(&daemon, &format!("/hook/h{nth}"), "", "x").await;
        assert_eq!(last.0, if nth < 5 { 404 } else { 429 }, "{nth}");
    }
    assert!(last.1.contains("retry-after: 901\r\n"), "{}", last.1);
    assert_eq!(post(&daemon, &path, "", "x").await.0, 200);
}

#[tokio::test(start_paused = true)]
async fn a_sender_that_is_too_fast_is_told_when_to_post_again() {
    let rate = Rate { holds: 2, every: Duration::from_secs(30) };
    let newcomer = SendRate { units: rate, kib: rate };
    let limits = Limits { newcomer, ..Limits::default() };
    let daemon = daemon_with(Config { limits, ..Config::default() });
    let (_ana, path) = with_hook(&daemon).await;
    for _ in 0..2 {
        assert_eq!(post(&daemon, &path, "", "x").await.0, 200);
    }
    let (status, answer) = post(&daemon, &path, "", "x").await;
    assert!(status == 429 && answer.contains("retry-after: "), "{answer}");
    tokio::time::sleep(Duration::from_secs(31)).await;
    assert_eq!(post(&daemon, &path, "", "x").await.0, 200, "the refused one has cost nothing");
}
