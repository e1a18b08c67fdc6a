//! Searches of the terminal client in a server with an index.

#![allow(clippy::unwrap_used, reason = "a test ends where it fails")]

use chat_client::Tcp;
use chat_server::{Config, Limits};
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
    let server = Server::start(Config { limits: Limits::off(), ..Config::default() });
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
async fn a_day_is_gone_to_and_a_room_is_exported() {
    let server = Server::start(Config { limits: Limits::off(), ..Config::default() });
    let directory = tempfile::TempDir::new().unwrap();
    let file = directory.path().join("lobby.txt");
    let mut ana = Native::join(server.address, "ana").await;
    for n in 1..=450 {
        ana.say_accepted(n, &format!("message {n} of many")).await;
    }
    let mut bob = Tui::open_with(Tcp::new(server.address), "bob", (100, 20)).until_joined().await;
    bob.sees("message 450 of many").await;
    bob.types("/date 2020-01-01\n").await;
    let screen = bob.sees("message 1 of many").await;
    assert!(screen.contains("The first message since 1 January 2020"), "{screen}");
    bob.presses(KeyCode::Esc).await;
    bob.sees("message 450 of many").await;
    bob.types("/date someday\n").await;
    bob.sees("Not a day: someday").await;

    let command = format!("/export text {}\n", file.display());
    bob.types(&command).await;
    bob.sees("Exported 450 messages of #lobby").await;
    let text = std::fs::read_to_string(&file).unwrap();
    let sent: Vec<&str> = text.lines().map(|line| line.split_once(" ana: ").unwrap().1).collect();
    let expected: Vec<String> = (1..=450).map(|n| format!("message {n} of many")).collect();
    assert_eq!(sent, expected);
    bob.types(&command).await;
    bob.sees("#lobby is not exported").await;
    assert_eq!(std::fs::read_to_string(&file).unwrap(), text, "no file is replaced");
    assert_eq!(std::fs::read_dir(directory.path()).unwrap().count(), 1, "no part is left");
    bob.quits().await;
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
