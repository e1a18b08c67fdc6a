//! Backups, restores and a removed lock, with the programs as they are shipped.

#![allow(clippy::unwrap_used, reason = "a test ends where it fails")]

use std::fs;
use std::path::Path;

use e2e::binary::{self, Daemon, program};
use e2e::native::Native;
use serde_json::{Value, json};
use tempfile::TempDir;
use tokio::process::Command;

/// Runs `chat-server` with these arguments on this data directory. Returns its exit code and its output.
async fn run(args: &[&str], data: &Path) -> (Option<i32>, String) {
    let mut command = Command::new(program("chat-server"));
    let (code, out, log) = binary::run(command.args(args).arg("--data").arg(data)).await;
    (code, out + &log)
}

async fn start(data: &Path) -> Daemon {
    Daemon::start(&["--data", data.to_str().unwrap()]).await
}

/// Joins as `name`. Returns the client, and the journal of its `welcome`.
async fn join(daemon: &Daemon, name: &str) -> (Native, Value) {
    let mut client = Native::connect(daemon.address).await;
    client.send(&json!({"type": "hello", "version": 1, "name": name})).await;
    let journal = client.expect("welcome").await["journal"].clone();
    client.expect("room").await;
    (client, journal)
}

#[tokio::test(flavor = "multi_thread")]
async fn a_backup_is_restored_but_a_copy_by_hand_is_refused() {
    let (home, data) = (TempDir::new().unwrap(), TempDir::new().unwrap());
    let (data, backup) = (data.path(), home.path().join("backup.sqlite"));
    let mut daemon = start(data).await;
    let (mut ana, before) = join(&daemon, "ana").await;
    ana.say(1, "before").await;
    ana.until("accepted").await;
    let (code, printed) = run(&["backup", backup.to_str().unwrap()], data).await;
    assert_eq!(code, Some(0), "{printed}");
    ana.say(2, "after").await;
    ana.until("accepted").await;
    let (code, printed) = run(&["restore", backup.to_str().unwrap()], data).await;
    assert_eq!(code, Some(1), "{printed}");
    assert!(printed.contains("is in use by another chat-server"), "{printed}");
    daemon.signal("KILL");
    daemon.exit_code().await;

    fs::copy(&backup, data.join("journal.sqlite")).unwrap();
    for args in [&["--listen", "127.0.0.1:0"][..], &["check"]] {
        let (code, printed) = run(args, data).await;
        assert_eq!(code, Some(1), "{printed}");
        assert!(printed.contains("beside it belongs to another file"), "{printed}");
    }
    let (code, printed) = run(&["restore", backup.to_str().unwrap()], data).await;
    assert_eq!(code, Some(0), "{printed}");
    assert!(
        printed.contains("1 room, 1 message") && printed.contains("journal-before-"),
        "{printed}"
    );
    assert_eq!(run(&["check"], data).await.0, Some(0));

    let daemon = start(data).await;
    let (mut eva, after) = join(&daemon, "eva").await;
    assert_eq!(eva.texts().await, ["before"]);
    assert_eq!(after["id"], before["id"]);
    assert_ne!(after["epoch"], before["epoch"]);
}

#[tokio::test(flavor = "multi_thread")]
async fn a_check_reports_a_daemon_whose_lock_was_removed() {
    let data = TempDir::new().unwrap();
    let daemon = start(data.path()).await;
    let (mut ana, _) = join(&daemon, "ana").await;
    ana.say(1, "hi").await;
    ana.until("accepted").await;
    let (code, printed) = run(&["check"], data.path()).await;
    assert_eq!(code, Some(0), "{printed}");
    fs::remove_file(data.path().join("lock")).unwrap();
    for lock in ["removed", "replaced"] {
        let (code, printed) = run(&["check"], data.path()).await;
        assert_eq!(code, Some(1), "{lock}: {printed}");
        assert!(printed.contains("uses the journal without its lock"), "{lock}: {printed}");
        fs::write(data.path().join("lock"), "").unwrap();
    }
    ana.say(2, "still here").await;
    ana.until("accepted").await;
}
