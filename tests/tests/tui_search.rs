//! Searches of the terminal client in a server with an index.

#![allow(clippy::unwrap_used, reason = "a test ends where it fails")]

use chat_client::Tcp;
use chat_server::Config;
use crossterm::event::KeyCode;
use e2e::native::Native;
use e2e::server::Server;
use e2e::tui::{Tui, masked};
use e2e::within;
use serde_json::json;

/// Waits until the server finds a word: the index follows the messages a moment later.
async fn until_found(client: &mut Native, word: &str) {
    let asking = async {
        loop {
            client.send(&json!({"type": "search", "query": word})).await;
            let found = client.until("found").await;
            if found["hits"].as_array().is_some_and(|hits| !hits.is_empty()) {
                return;
            }
        }
    };
    within(format!("{word:?} found"), asking).await;
}

#[tokio::test(flavor = "multi_thread")]
async fn a_message_is_found_gone_to_and_left_again() {
    let server = Server::start(Config::default());
    let mut ana = Native::join(server.address, "ana").await;
    ana.say_accepted(1, "the old migration script is gone").await;
    for n in 2..=700 {
        ana.say_accepted(n, &format!("message {n} of many")).await;
    }
    ana.say_accepted(701, "the last one").await;
    until_found(&mut ana, "last").await;
    let mut bob = Tui::open_with(Tcp::new(server.address), "bob", (80, 20)).until_joined().await;
    bob.types("/join #quiet\n").await;
    bob.sees("#quiet ›").await;
    let before = bob.sees("You created #quiet").await;

    bob.presses_ctrl('f').await;
    bob.sees("What you can search for").await;
    bob.types("migration from:ana").await;
    bob.sees("ana  the old migration").await;
    bob.sees("1 of 1").await;
    bob.presses(KeyCode::Enter).await;
    let screen = bob.sees("▶ the old migration script is gone").await;
    assert!(screen.contains("#lobby ›") && screen.contains("message 2 of many"), "{screen}");
    assert!(!screen.contains("the last one"), "{screen}");
    bob.presses(KeyCode::Esc).await;
    bob.sees("Find › migration from:ana").await;
    bob.presses(KeyCode::Esc).await;
    bob.sees("#quiet ›").await;
    let after = bob.sees("You created #quiet").await;
    // The notices of the lobby, which are counted there, may change the list.
    assert_eq!(rooms_aside(&after), rooms_aside(&before));
    bob.quits().await;
}

/// The screen without the room list.
fn rooms_aside(screen: &str) -> String {
    let rows: Vec<String> =
        masked(screen).lines().map(|row| row.chars().skip(21).collect()).collect();
    rows.join("\n")
}

#[tokio::test(flavor = "multi_thread")]
async fn a_server_without_an_index_says_so() {
    let server = Server::start(Config { search: false, ..Config::default() });
    let mut bob = Tui::join(server.address, "bob").await;
    bob.types("/search migration\n").await;
    bob.sees("This server has no search").await;
    bob.presses(KeyCode::Esc).await;
    bob.sees("#lobby ›").await;
    bob.quits().await;
}
