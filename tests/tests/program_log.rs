//! The daemon's log: lines for a person or a program, and never what anybody says.

#![allow(clippy::unwrap_used, reason = "a test ends where it fails")]

use e2e::binary::{Daemon, program};
use e2e::classic::Classic;
use e2e::native::Native;
use serde_json::{Value, json};
use tokio::process::Command;

#[tokio::test(flavor = "multi_thread")]
async fn a_log_for_a_program_is_json_line_by_line() {
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
    let joined = joined.unwrap_or_else(|| panic!("nobody joined: {log:#?}"));
    assert_eq!(joined["span"]["user"], "ana", "{joined}");
    assert!(joined["span"]["peer"].as_str().unwrap().starts_with("127.0.0.1:"), "{joined}");
}

/// Ends of a daemon that are tried: one that does not wait for its log loses the last line in one of five.
const ENDS: usize = 10;

/// The program ends right after its last line: without waiting for the log, it would be lost.
#[tokio::test(flavor = "multi_thread")]
async fn the_log_has_the_end_of_a_daemon_that_was_asked_to_end() {
    let home = tempfile::TempDir::new().unwrap();
    for end in 0..ENDS {
        let file = home.path().join(format!("chat-{end}.log"));
        let to_file = ["--data", ":memory:", "--log-file", file.to_str().unwrap()];
        let args = if end % 2 == 0 { &to_file[..] } else { &to_file[..2] };
        let mut daemon = Daemon::start(args).await;
        let mut ana = Native::join(daemon.address, "ana").await;
        // The daemon waits for clients to take their goodbye.
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
async fn a_client_cannot_fill_the_log_with_what_it_is_refused() {
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
async fn what_is_said_is_never_logged() {
    const SECRET: &str = "the-secret-word";
    let mut command = Command::new(program("chat-server"));
    let mut daemon =
        Daemon::spawn(command.env("RUST_LOG", "chat_server=trace,chat_proto=trace")).await;
    let mut ana = Native::join(daemon.address, "ana").await;
    let mut eva = Classic::join(daemon.address, "eva").await;

    ana.tell_all(1, SECRET).await;
    eva.until_messages(1).await;
    eva.say(SECRET).await;
    assert_eq!(ana.hear().await.1, SECRET);
    eva.write(format!("9||x||{SECRET}").as_bytes()).await;
    assert_eq!(ana.hear().await.1, SECRET);
    // What is refused is nobody else's business either.
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
    stranger.write(format!("GET /{SECRET} HTTP/1.1\r\n\r\n").as_bytes()).await;
    daemon.until_logged("turned away").await;

    daemon.signal("TERM");
    drop((ana, eva, stranger));
    assert_eq!(daemon.exit_code().await, Some(0));
    let log = daemon.whole_log().await;
    for (what, times) in [("joined", 2), ("refused", 5), ("left", 2)] {
        let logged = log.iter().filter(|line| line.contains(what)).count();
        assert!(logged >= times, "{what} is logged {logged} times: {log:#?}");
    }
    let told: Vec<&String> = log.iter().filter(|line| line.contains(SECRET)).collect();
    assert!(told.is_empty(), "{told:#?}");
}
