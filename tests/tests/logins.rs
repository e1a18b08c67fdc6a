//! Passwords and codes of the real daemon: a kill, and a storm of logins.

#![allow(clippy::unwrap_used, reason = "a test ends where it fails")]

use std::net::SocketAddr;
use std::path::Path;

use e2e::binary::{Daemon, program};
use e2e::native::Native;
use serde_json::{Value, json};
use tempfile::TempDir;
use tokio::process::Command;

const PASSWORD: &str = "correct horse";

async fn start(data: &Path) -> Daemon {
    Daemon::spawn(Command::new(program("chat-server")).arg("--data").arg(data)).await
}

/// The answer to a `hello` with this password.
async fn log_in(address: SocketAddr, name: &str, password: &str) -> Value {
    let mut device = Native::connect(address).await;
    let hello = json!({"type": "hello", "version": 1, "name": name, "password": password});
    device.send(&hello).await;
    device.next().await.unwrap()
}

async fn set_password(user: &mut Native, old: Option<&str>, password: &str) {
    user.send(&json!({"type": "set_password", "password": password, "old": old})).await;
    user.until("account").await;
}

#[tokio::test(flavor = "multi_thread")]
async fn a_password_that_was_answered_survives_a_kill_and_the_one_before_is_gone() {
    let data = TempDir::new().unwrap();
    let mut daemon = start(data.path()).await;
    let mut ana = Native::join(daemon.address, "ana").await;
    set_password(&mut ana, None, "the first horse").await;
    let first = log_in(daemon.address, "ana", "the first horse").await;
    set_password(&mut ana, Some("the first horse"), PASSWORD).await;
    daemon.signal("KILL");
    daemon.exit_code().await;
    let daemon = start(data.path()).await;
    let welcome = log_in(daemon.address, "ana", PASSWORD).await;
    assert_eq!(welcome["type"], "welcome", "{welcome}");
    assert_eq!(log_in(daemon.address, "ana", "the first horse").await["code"], "bad_secret");
    let mut device = Native::connect(daemon.address).await;
    let token = &first["token"];
    device.send(&json!({"type": "hello", "version": 1, "name": "ana", "token": token})).await;
    assert_eq!(device.until("welcome").await["id"], welcome["id"], "of the device before the kill");
}

#[tokio::test(flavor = "multi_thread")]
async fn in_a_storm_of_logins_each_is_answered_and_messages_go_on() {
    let daemon = Daemon::start(&["--limits", "off"]).await;
    let mut users = Vec::new();
    for nth in 0..4 {
        let mut user = Native::join(daemon.address, &format!("user{nth}")).await;
        set_password(&mut user, None, PASSWORD).await;
        users.push(user);
    }
    let address = daemon.address;
    let logins = (0..200).map(|nth| {
        let password = if nth % 2 == 0 { PASSWORD } else { "wrong horse" };
        let name = format!("user{}", nth % 4);
        (password, tokio::spawn(async move { log_in(address, &name, password).await }))
    });
    let logins: Vec<_> = logins.collect();
    for n in 1..=20 {
        users[0].say_accepted(n, "hi").await;
    }
    let mut entered = 0;
    for (password, login) in logins {
        let answer = login.await.unwrap();
        let is_right = password == PASSWORD;
        match (answer["type"].as_str(), answer["code"].as_str()) {
            (Some("welcome"), _) if is_right => entered += 1,
            (_, Some("bad_secret")) if !is_right => {}
            // Tries at once have a bound, and wrong ones keep others of the network out.
            (_, Some("too_fast" | "busy")) => {}
            _ => panic!("{password}: {answer}"),
        }
    }
    assert!(entered > 0, "nobody with the right password came in");
}
