//! The client and the key of a server: asked about once, given by a line, and changed.
//!
//! The servers are on this machine under a name that the client does not take for it, so that it uses TLS.

#![allow(clippy::unwrap_used, reason = "a test ends where it fails")]

use std::path::Path;

use chat_client::link::DialError;
use chat_client::link::tls::Tls;
use chat_proto::{AddressLine, ServerKey};
use e2e::binary::Daemon;
use e2e::pty::Pty;
use e2e::within;
use tempfile::TempDir;
use tokio::net::TcpStream;

/// The loopback address as `inet_aton` reads it, and the client does not.
const HOST: &str = "127.1";

const JOINED: &str = "Type a message and press Enter to send it.";

/// A daemon with its data in `data`, on the port of `before` if there is one.
async fn daemon(data: &Path, before: Option<&Daemon>) -> Daemon {
    let args = ["--data", data.to_str().unwrap()];
    match before {
        None => Daemon::start(&args).await,
        Some(before) => Daemon::start_on(before.address, &args).await,
    }
}

async fn end(daemon: &mut Daemon) {
    daemon.signal("TERM");
    daemon.exit_code().await;
}

async fn key(daemon: &Daemon) -> ServerKey {
    let tls = Tls::new(HOST, None).unwrap();
    let connect = tls.connect(TcpStream::connect(daemon.address).await.unwrap());
    match within("the key", connect).await {
        Err(DialError::WrongKey(wrong)) => wrong.found,
        other => panic!("{other:?}"),
    }
}

fn client(state: &TempDir, server: &str) -> Pty {
    let state = [("XDG_STATE_HOME", state.path().to_str().unwrap())];
    Pty::start_in(&state, "chat-tui", &["--name", "ana", "--server", server], (80, 24))
}

async fn quit(client: &mut Pty) {
    client.types("/quit\r");
    assert_eq!(client.exit_code().await, 0);
}

#[tokio::test(flavor = "multi_thread")]
async fn a_new_server_is_asked_about_once_and_a_changed_key_ends_the_client() {
    let (data, state) = (TempDir::new().unwrap(), TempDir::new().unwrap());
    let mut first = daemon(&data.path().join("first"), None).await;
    let address = format!("{HOST}:{}", first.address.port());
    let mut ana = client(&state, &address);
    ana.sees("This server is new").await;
    ana.sees(&format!("SHA256:{}", key(&first).await)).await;
    ana.types("n");
    ana.sees("Your name").await;
    ana.types("\r\r");
    ana.sees("This server is new").await;
    ana.types("y");
    ana.sees(JOINED).await;
    quit(&mut ana).await;
    let mut again = client(&state, &address);
    again.sees("#lobby").await;
    again.types("hello\r");
    again.sees("ana   hello").await;

    // The connection breaks, and another server answers in its place.
    end(&mut first).await;
    again.types("secret\r");
    let other = daemon(&data.path().join("other"), Some(&first)).await;
    assert_eq!(again.exit_code().await, 1);
    let words = format!("The key of {address} has changed.");
    again.sees(&words).await;
    again.sees(&format!("key now:       SHA256:{}", key(&other).await)).await;
    let mut later = client(&state, &address);
    assert_eq!(later.exit_code().await, 1);
    later.sees(&words).await;
    drop(other);
}

#[tokio::test(flavor = "multi_thread")]
async fn a_line_is_trusted_unless_another_key_is_known() {
    let (data, state) = (TempDir::new().unwrap(), TempDir::new().unwrap());
    let mut first = daemon(&data.path().join("first"), None).await;
    let port = first.address.port();
    let line = |key| AddressLine::new(HOST, port, key).unwrap().to_string();
    let first_line = line(key(&first).await);
    let mut ana = client(&state, &first_line);
    ana.sees(JOINED).await;
    quit(&mut ana).await;
    // The key is known by now, also without the line.
    let mut again = client(&state, &format!("{HOST}:{port}"));
    again.sees("#lobby").await;
    quit(&mut again).await;

    end(&mut first).await;
    let other = daemon(&data.path().join("other"), Some(&first)).await;
    let elsewhere = TempDir::new().unwrap();
    let mut old_line = client(&elsewhere, &first_line);
    assert_eq!(old_line.exit_code().await, 1);
    old_line.sees("does not have the key of the address line").await;
    let mut new_line = client(&state, &line(key(&other).await));
    new_line.sees("is known for less than a day by the key").await;
    new_line.types("y");
    new_line.sees("Welcome, ana.").await;
    quit(&mut new_line).await;
}
