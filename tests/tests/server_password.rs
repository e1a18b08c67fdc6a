//! A daemon with a password for everybody who is new.

#![allow(clippy::unwrap_used, reason = "a test ends where it fails")]

use std::fs;

use e2e::binary::{self, Daemon, program};
use e2e::native::Native;
use serde_json::json;
use tokio::process::Command;

const PASSWORD: &str = "four little words here";

#[tokio::test(flavor = "multi_thread")]
async fn the_password_of_a_file_lets_new_users_in_and_is_in_no_log() {
    let directory = tempfile::tempdir().unwrap();
    let file = directory.path().join("password");
    fs::write(&file, format!("{PASSWORD}\n")).unwrap();
    let daemon = Daemon::spawn(
        Command::new(program("chat-server"))
            .args(["--password-file", file.to_str().unwrap()])
            .env("RUST_LOG", "trace"),
    )
    .await;
    for (password, answer) in [("none of these words", "refused"), (PASSWORD, "welcome")] {
        let mut client = Native::connect(daemon.address).await;
        let hello = json!({"type": "hello", "version": 1, "name": "ana", "password": password});
        client.send(&hello).await;
        assert_eq!(client.next().await.unwrap()["type"], answer);
    }
    daemon.signal("TERM");
    let log = daemon.whole_log().await.join("\n");
    assert!(log.contains("bad_secret") && log.contains("joined"), "{log}");
    assert!(!log.contains(PASSWORD) && !log.contains("none of these words"), "{log}");
}

#[tokio::test(flavor = "multi_thread")]
async fn a_daemon_whose_password_cannot_be_read_does_not_start() {
    let directory = tempfile::tempdir().unwrap();
    let file = directory.path().join("password");
    let file = file.to_str().unwrap();
    let args = ["--data", ":memory:", "--listen", "0", "--password-file", file];
    let start = || async { binary::run(Command::new(program("chat-server")).args(args)).await };
    let (code, _, errors) = start().await;
    assert_eq!(code, Some(1), "{errors}");
    assert!(
        errors.contains(&format!(
            "cannot use the password file {file}: cannot read it: No such file"
        )),
        "{errors}"
    );
    fs::write(file, "short\n").unwrap();
    let (code, _, errors) = start().await;
    assert_eq!(code, Some(1), "{errors}");
    assert!(
        errors.contains("its first line is the password, and needs 8 bytes at least"),
        "{errors}"
    );
}
