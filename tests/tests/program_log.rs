//! The daemon's log: text or JSON, and no texts of messages.

#![allow(clippy::unwrap_used, reason = "a test ends where it fails")]

use e2e::binary::{Daemon, program};
use e2e::classic::Classic;
use e2e::native::Native;
use serde_json::{Value, json};
use tokio::io::{AsyncReadExt, AsyncWriteExt};
use tokio::net::TcpStream;
use tokio::process::Command;

#[tokio::test(flavor = "multi_thread")]
async fn each_line_of_a_json_log_is_json() {
    let mut daemon = Daemon::start(&["--log-format", "json"]).await;
    drop(Native::join(daemon.address, "ana").await);
    daemon.until_logged("\"left\"").await;
    daemon.signal("TERM");
    assert_eq!(daemon.exit_code().await, Some(0));
    let log: Vec<Value> = daemon
        .whole_log()
        .await
        .iter()
        .map(|line| serde_json::from_str(line).unwrap_or_else(|e| panic!("{e}: {line}")))
        .collect();
    let joined = log.iter().find(|line| line["fields"]["message"] == "joined");
    let joined = joined.unwrap_or_else(|| panic!("no session joined: {log:#?}"));
    assert_eq!(joined["span"]["user"], "ana", "{joined}");
    assert!(joined["span"]["peer"].as_str().unwrap().starts_with("127.0.0.1:"), "{joined}");
}

/// Number of attempts: a daemon that does not flush its log loses the last line in about one of five.
const ENDS: usize = 10;

/// The program ends right after its last line, which is lost if the log is not flushed.
#[tokio::test(flavor = "multi_thread")]
async fn the_log_is_complete_after_a_regular_end() {
    let home = tempfile::TempDir::new().unwrap();
    for end in 0..ENDS {
        let file = home.path().join(format!("chat-{end}.log"));
        let to_file = ["--data", ":memory:", "--log-file", file.to_str().unwrap()];
        let args = if end % 2 == 0 { &to_file[..] } else { &to_file[..2] };
        let mut daemon = Daemon::start(args).await;
        let mut ana = Native::join(daemon.address, "ana").await;
        // Reads on, since the daemon waits until its clients have read the goodbye.
        tokio::spawn(async move { while ana.next().await.is_some() {} });
        daemon.signal("TERM");
        assert_eq!(daemon.exit_code().await, Some(0));
        let mut log = daemon.whole_log().await;
        if end % 2 == 0 {
            log = std::fs::read_to_string(&file).unwrap().lines().map(str::to_owned).collect();
        }
        let [.., left, last] = &log[..] else { panic!("{log:#?}") };
        assert!(left.contains("left"), "{log:#?}");
        assert!(last.ends_with("ended; the journal is closed"), "{log:#?}");
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn refused_requests_are_logged_once_for_each_connection() {
    let mut daemon = Daemon::start(&[]).await;
    for _ in 0..2 {
        let mut stream = TcpStream::connect(daemon.address).await.unwrap();
        let refused = "GET / HTTP/1.1\r\nHost: evil.example\r\n";
        let last = format!("{refused}\r\n{refused}\r\n{refused}Connection: close\r\n\r\n");
        stream.write_all(last.as_bytes()).await.unwrap();
        let mut answers = String::new();
        stream.read_to_string(&mut answers).await.unwrap();
        assert_eq!(answers.matches("HTTP/1.1 421").count(), 3, "{answers}");
    }
    daemon.signal("TERM");
    daemon.exit_code().await;
    let log = daemon.whole_log().await;
    let lines = log.iter().filter(|line| line.contains("refused a request for a host name"));
    assert_eq!(lines.count(), 2, "{log:#?}");
}

#[tokio::test(flavor = "multi_thread")]
async fn refusals_are_not_logged_except_for_an_unreadable_line() {
    let mut daemon = Daemon::start(&[]).await;
    let mut ana = Native::join(daemon.address, "ana").await;
    for _ in 0..100 {
        ana.send(&json!({"type": "say", "room": "#nowhere", "text": "hi"})).await;
        ana.until("refused").await;
    }
    ana.write(b"nonsense\n").await;
    ana.until("refused").await;
    drop(ana);
    daemon.until_logged("left").await;
    daemon.signal("TERM");
    assert_eq!(daemon.exit_code().await, Some(0));
    let log = daemon.whole_log().await;
    let refused: Vec<&String> = log.iter().filter(|line| line.contains("refused")).collect();
    assert!(refused.len() == 1 && refused[0].contains("bad_json"), "{refused:#?}");
}

#[tokio::test(flavor = "multi_thread")]
async fn texts_of_messages_are_never_logged() {
    const SECRET: &str = "the-secret-word";
    let mut command = Command::new(program("chat-server"));
    let mut daemon =
        Daemon::spawn(command.env("RUST_LOG", "chat_server=trace,chat_proto=trace")).await;
    let mut ana = Native::join(daemon.address, "ana").await;
    let mut eva = Classic::join(daemon.address, "eva").await;

    ana.say_accepted(1, SECRET).await;
    eva.until_messages(1).await;
    eva.say(SECRET).await;
    assert_eq!(ana.next_message().await.1, SECRET);
    eva.write(format!("9||x||{SECRET}").as_bytes()).await;
    assert_eq!(ana.next_message().await.1, SECRET);
    // Nor the texts of refused messages.
    for line in [
        json!({"type": "say", "room": "#lobby", "text": format!("{SECRET}\u{1b}")}),
        json!({"type": "say", "room": "#elsewhere", "text": SECRET}),
        json!({"type": "say", "text": SECRET}),
        json!(SECRET),
    ] {
        ana.send(&line).await;
        ana.until("refused").await;
    }
    ana.write(format!("{{\"text\":\"{SECRET}\n").as_bytes()).await;
    ana.until("refused").await;
    let mut stranger = Native::connect(daemon.address).await;
    stranger.write(format!("SSH-2.0-{SECRET}\r\n").as_bytes()).await;
    daemon.until_logged("turned away").await;
    let mut browser = Native::connect(daemon.address).await;
    let request = format!("GET /{SECRET} HTTP/1.1\r\nHost: {SECRET}\r\n\r\n");
    browser.write(request.as_bytes()).await;
    daemon.until_logged("refused a request").await;

    daemon.signal("TERM");
    drop((ana, eva, stranger, browser));
    assert_eq!(daemon.exit_code().await, Some(0));
    let log = daemon.whole_log().await;
    for (what, times) in [("joined", 2), ("refused", 5), ("left", 2)] {
        let logged = log.iter().filter(|line| line.contains(what)).count();
        assert!(logged >= times, "{what} is logged {logged} times: {log:#?}");
    }
    let leaks: Vec<&String> = log.iter().filter(|line| line.contains(SECRET)).collect();
    assert!(leaks.is_empty(), "{leaks:#?}");
}

#[tokio::test(flavor = "multi_thread")]
async fn passwords_codes_and_tokens_are_never_logged() {
    const WORDS: [&str; 4] = ["correct horse", "wrong horse", "4815162342", "7KQ2M9XT"];
    let mut command = Command::new(program("chat-server"));
    let mut daemon =
        Daemon::spawn(command.env("RUST_LOG", "chat_server=trace,chat_proto=trace")).await;
    let mut secrets: Vec<String> = WORDS.map(str::to_owned).into();
    let mut ana = Native::connect(daemon.address).await;
    ana.send(&json!({"type": "hello", "version": 1, "name": "ana"})).await;
    let secret = |event: &Value, field: &str| event[field].as_str().unwrap().to_owned();
    secrets.push(secret(&ana.until("welcome").await, "token"));
    for (password, answer) in [
        (json!(WORDS[0]), "account"),
        (json!("44444444"), "refused"),
        (json!(4_815_162_342_u64), "refused"),
        (json!([WORDS[1]]), "refused"),
    ] {
        ana.send(&json!({"type": "set_password", "password": password})).await;
        ana.until(answer).await;
    }
    ana.send(&json!({"type": "link"})).await;
    let code = secret(&ana.until("link").await, "code");
    secrets.push(code.clone());
    for (field, value, answer) in [
        ("password", json!(WORDS[0]), "welcome"),
        ("password", json!(WORDS[1]), "refused"),
        ("link", json!(code), "welcome"),
        ("link", json!(WORDS[3]), "refused"),
        ("token", json!(WORDS[1]), "refused"),
        ("password", json!(4_815_162_342_u64), "refused"),
    ] {
        let mut device = Native::connect(daemon.address).await;
        let mut hello = json!({"type": "hello", "version": 1, "name": "ana"});
        hello[field] = value;
        device.send(&hello).await;
        let event = device.until(answer).await;
        if answer == "welcome" {
            secrets.push(secret(&event, "token"));
        }
    }
    daemon.signal("TERM");
    drop(ana);
    assert_eq!(daemon.exit_code().await, Some(0));
    let log = daemon.whole_log().await;
    for what in ["has set a password", "has made a code", "joined"] {
        assert!(log.iter().any(|line| line.contains(what)), "{what}: {log:#?}");
    }
    let is_leak = |line: &&String| secrets.iter().any(|secret| line.contains(secret.as_str()));
    let leaks: Vec<&String> = log.iter().filter(is_leak).collect();
    assert!(leaks.is_empty(), "{leaks:#?}");
}

/// A text in a frame of a WebSocket, with a mask that changes nothing.
fn frame(text: &str) -> Vec<u8> {
    let length = u16::try_from(text.len()).unwrap().to_be_bytes();
    [&[0x81, 0xfe][..], &length, &[0; 4], text.as_bytes()].concat()
}

#[tokio::test(flavor = "multi_thread")]
async fn invites_addresses_of_hooks_and_tokens_within_http_or_tls_are_never_logged() {
    const WRONG: &str = "0123456789abcdefghijkl";
    let directory = tempfile::tempdir().unwrap();
    let file = directory.path().join("token");
    std::fs::write(&file, format!("{WRONG}-of-monitor\n")).unwrap();
    let mut command = Command::new(program("chat-server"));
    command.args(["--metrics-token-file", file.to_str().unwrap()]).env("RUST_LOG", "trace");
    let mut daemon = Daemon::spawn(&mut command).await;
    let mut secrets = vec![WRONG.to_owned()];
    let mut ana = Native::connect(daemon.address).await;
    ana.send(&json!({"type": "hello", "version": 1, "name": "ana"})).await;
    let secret = |event: &Value, field: &str| event[field].as_str().unwrap().to_owned();
    secrets.push(secret(&ana.until("welcome").await, "token"));
    ana.send(&json!({"type": "invite"})).await;
    let line = secret(&ana.until("invite").await, "line");
    let invite = line.rsplit('.').next().unwrap().to_owned();
    ana.send(&json!({"type": "join", "room": "#ops"})).await;
    ana.until("room").await;
    ana.send(&json!({"type": "hook", "room": "#ops", "name": "nightly"})).await;
    let made = ana.until("hook").await;
    let hook = secret(&made, "url").rsplit('/').next().unwrap().to_owned();
    ana.send(&json!({"type": "about"})).await;
    let key = ana.until("about").await["key"].as_str().unwrap().parse().unwrap();

    // Right ones and wrong ones, as commands, in the head of a request, within a WebSocket and within TLS.
    let hello = |field: &str, value: &str| json!({"type": "hello", "version": 1, "name": "bob", field: value});
    for (invite, answer) in [(&*invite, "welcome"), (&format!("i{WRONG}")[..], "refused")] {
        let mut bob = Native::connect(daemon.address).await;
        bob.send(&hello("invite", invite)).await;
        let event = bob.until(answer).await;
        secrets.extend(event["token"].as_str().map(str::to_owned));
    }
    let post = |path: &str, head: &str| {
        format!(
            "POST {path} HTTP/1.1\r\nHost: 127.0.0.1\r\n{head}Content-Length: 22\r\n\r\n{WRONG}"
        )
    };
    let get =
        |path: &str, head: &str| format!("GET {path} HTTP/1.1\r\nHost: 127.0.0.1\r\n{head}\r\n");
    let revoke = json!({"type": "revoke_hook", "id": made["hook"]["id"]});
    for revokes in [false, true] {
        if revokes {
            ana.send(&revoke).await;
            ana.until("hooks").await;
        }
        for request in [
            post(&format!("/hook/{hook}"), ""),
            post(&format!("/hook/{hook}"), "Origin: https://evil.example\r\n"),
            post(&format!("/hook/h{WRONG}"), ""),
            post(&format!("/hook/{hook}/more"), "Content-Length: 1\r\n"),
            get(&format!("/{WRONG}?token={WRONG}"), &format!("Cookie: {WRONG}\r\n")),
            get("/metrics", &format!("Authorization: Bearer {WRONG}\r\n")),
            get("/metrics", &format!("Authorization: Bearer {WRONG}-of-monitor\r\n")),
        ] {
            let mut browser = TcpStream::connect(daemon.address).await.unwrap();
            browser.write_all(request.as_bytes()).await.unwrap();
            browser.shutdown().await.unwrap();
            let mut answer = String::new();
            browser.read_to_string(&mut answer).await.unwrap();
            assert!(answer.starts_with("HTTP/1.1 "), "{answer}");
        }
    }
    let upgrade = "Connection: Upgrade\r\nUpgrade: websocket\r\nSec-WebSocket-Version: 13\r\n\
                   Sec-WebSocket-Key: ZXZpbCBlbmVteSBrZXkhIQ==\r\n";
    for sent in [frame(&hello("token", WRONG).to_string()), frame(WRONG), vec![0x82, 0xff, 0xff]] {
        let mut page = TcpStream::connect(daemon.address).await.unwrap();
        page.write_all(get("/ws", upgrade).as_bytes()).await.unwrap();
        page.write_all(&sent).await.unwrap();
        page.shutdown().await.unwrap();
        page.read_to_end(&mut Vec::new()).await.unwrap();
    }
    let mut within_tls = Native::connect_tls(daemon.address, key).await;
    within_tls.send(&hello("token", WRONG)).await;
    within_tls.until("refused").await;

    daemon.signal("TERM");
    drop(ana);
    assert_eq!(daemon.exit_code().await, Some(0));
    secrets.extend([invite, hook]);
    let log = daemon.whole_log().await;
    for what in ["there is no such hook", "bad_token", "bad_secret", "left"] {
        assert!(log.iter().any(|line| line.contains(what)), "{what}: {log:#?}");
    }
    let is_leak = |line: &&String| secrets.iter().any(|secret| line.contains(secret.as_str()));
    let leaks: Vec<&String> = log.iter().filter(is_leak).collect();
    assert!(leaks.is_empty(), "{leaks:#?}");
}
