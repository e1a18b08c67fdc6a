//! The password that `chat-server admin` asks for on a terminal: typed, unseen, and given up.

#![allow(clippy::unwrap_used, reason = "a test ends where it fails")]

use e2e::binary::Daemon;
use e2e::native::Native;
use e2e::pty::Pty;
use serde_json::{Value, json};
use tempfile::TempDir;

const PASSWORD: &str = "correct horse";

/// A data directory, which outlives its daemon, and a daemon with the user bob.
async fn daemon() -> (TempDir, Daemon) {
    let data = TempDir::new().unwrap();
    let daemon = Daemon::start(&["--data", data.path().to_str().unwrap()]).await;
    drop(Native::join(daemon.address, "bob").await);
    (data, daemon)
}

/// Asks for a password for bob.
fn asks(data: &TempDir) -> Pty {
    let data = data.path().to_str().unwrap();
    let args = ["admin", "user", "password", "bob", "--data", data];
    Pty::start_in(&[("RUST_LOG", "off")], "chat-server", &args, (80, 10))
}

/// The answer of the daemon to a login with the password.
async fn log_in(daemon: &Daemon) -> Value {
    let mut device = Native::connect(daemon.address).await;
    device.send(&json!({"type": "hello", "version": 1, "name": "bob", "password": PASSWORD})).await;
    device.next().await.unwrap()["type"].clone()
}

#[tokio::test(flavor = "multi_thread")]
async fn a_password_is_typed_twice_and_not_shown() {
    let (data, daemon) = daemon().await;
    let mut terminal = asks(&data);
    for prompt in ["Password of bob:", "Once more:"] {
        terminal.sees(prompt).await;
        terminal.types(&format!("{PASSWORD}\n"));
    }
    let screen = terminal.sees("bob has the new password.").await;
    assert!(!screen.contains("horse"), "{screen}");
    assert_eq!(terminal.exit_code().await, 0);
    terminal.until_modes_are_restored().await;
    assert_eq!(log_in(&daemon).await, "welcome");
}

#[tokio::test(flavor = "multi_thread")]
async fn a_password_that_is_mistyped_or_given_up_changes_nothing() {
    let (data, daemon) = daemon().await;
    let mistyped = ["correct horse\n", "correct house\n"];
    for (typed, said) in [
        (&mistyped[..], "chat-server: the two passwords differ; nothing was changed"),
        (&["corr\u{3}"], "chat-server: no password was given; nothing was changed"),
        (&["\u{4}"], "chat-server: no password was given; nothing was changed"),
        (&["\n"], "chat-server: no password was given; nothing was changed"),
    ] {
        let mut terminal = asks(&data);
        for (prompt, typed) in ["Password of bob:", "Once more:"].iter().zip(typed) {
            terminal.sees(prompt).await;
            terminal.types(typed);
        }
        terminal.sees(said).await;
        assert_eq!(terminal.exit_code().await, 1);
        terminal.until_modes_are_restored().await;
    }
    assert_eq!(log_in(&daemon).await, "refused");
}
