//! The first start of the client: the screen that asks for a name and a server, and the next start without it.

#![allow(clippy::unwrap_used, reason = "a test ends where it fails")]

use e2e::binary::Daemon;
use e2e::pty::Pty;
use tempfile::TempDir;

/// Starts the client without arguments.
fn client(state: &TempDir) -> Pty {
    let state = state.path().to_str().unwrap();
    Pty::start_in(&[("XDG_STATE_HOME", state)], "chat-tui", &[], (80, 24))
}

#[tokio::test(flavor = "multi_thread")]
async fn a_first_start_asks_and_the_next_one_goes_to_the_same_server_under_the_same_name() {
    let daemon = Daemon::start(&[]).await;
    let state = TempDir::new().unwrap();
    let mut ana = client(&state);
    ana.sees("Your name").await;
    // Ctrl-U empties a field, Tab goes to the other one.
    ana.types("\x15Ana\t\x15nowhere:0\r");
    ana.sees("Expected HOST or HOST:PORT").await;
    ana.types(&format!("\x15{}\r", daemon.address));
    ana.sees("Type a message and press Enter to send it.").await;
    ana.types("hello\r");
    ana.sees("Ana   hello").await;
    ana.types("/quit\r");
    assert_eq!(ana.exit_code().await, 0);
    let mut again = client(&state);
    again.sees("Ana   hello").await;
    again.types("/quit\r");
    assert_eq!(again.exit_code().await, 0);
}

#[tokio::test(flavor = "multi_thread")]
async fn an_address_where_nobody_answers_can_be_changed() {
    let daemon = Daemon::start(&[]).await;
    let state = TempDir::new().unwrap();
    let mut ana = client(&state);
    ana.sees("Your name").await;
    // Nobody listens on port 1.
    ana.types("\x15Ana\t\x15127.0.0.1:1\r");
    ana.sees("chat-server --listen 127.0.0.1:1").await;
    ana.sees("Esc change the address").await;
    ana.types("/quit\r");
    assert_eq!(ana.exit_code().await, 0);
    let mut again = client(&state);
    again.sees("Your name").await;
    again.types("\x15Ana\t\x15127.0.0.1:1\r");
    again.sees("Esc change the address").await;
    again.types("\x1b");
    again.sees("127.0.0.1:1").await;
    again.sees("Your name").await;
    again.types(&format!("\x15{}\r", daemon.address));
    again.sees("Type a message and press Enter to send it.").await;
    again.types("/quit\r");
    assert_eq!(again.exit_code().await, 0);
}

#[tokio::test(flavor = "multi_thread")]
async fn the_first_screen_and_the_demo_store_nothing() {
    let state = TempDir::new().unwrap();
    let mut ana = client(&state);
    ana.sees("chat-tui --demo").await;
    ana.types("\x03");
    assert_eq!(ana.exit_code().await, 0);
    let environment = [("XDG_STATE_HOME", state.path().to_str().unwrap())];
    let mut demo = Pty::start_in(&environment, "chat-tui", &["--demo"], (80, 24));
    demo.sees("#incidents").await;
    demo.types("/quit\r");
    assert_eq!(demo.exit_code().await, 0);
    assert_eq!(state.path().read_dir().unwrap().count(), 0);
}
