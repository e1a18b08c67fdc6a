//! Other servers than the one that was asked for first.

use crossterm::event::KeyCode;

use crate::fixture::Harness;
use crate::state::Back;
use crate::update::Effect;
use chat_client::link::{LinkError, LinkEvent};

fn first_start() -> Harness {
    let mut harness = Harness::new(80, 20);
    harness.state.may_ask_server = true;
    harness.link_event(LinkEvent::Lost(LinkError::Unreachable("Connection refused".to_owned())));
    harness
}

#[test]
fn esc_changes_an_address_where_nobody_has_answered() {
    let mut harness = first_start();
    let screen = harness.screen();
    assert!(screen.contains("Esc change the address"), "{screen}");
    let why = Some("connection refused".to_owned());
    assert_eq!(harness.press(KeyCode::Esc), [Effect::AskServer(why)]);
}

#[test]
fn esc_stays_with_a_server_that_has_answered() {
    let mut harness = first_start();
    harness.connect(1);
    harness.lose();
    assert!(!harness.screen().contains("change the address"));
    assert_eq!(harness.press(KeyCode::Esc), []);
}

/// A client that has left a server for another one, where nobody answers.
fn gone_elsewhere(waiting: usize) -> Harness {
    let mut harness = first_start();
    let server = "chat.example.org:4000".parse().unwrap();
    harness.state.back = Some(Back { server, waiting });
    harness
}

#[test]
fn esc_goes_back_to_the_server_that_worked_and_not_to_the_first_screen() {
    let mut harness = gone_elsewhere(2);
    let screen = harness.screen();
    let hint = "Esc goes back to chat.example.org:4000, 2 messages wait there";
    assert!(screen.contains(hint), "{screen}");
    assert!(!screen.contains("change the address"), "{screen}");
    let server = "chat.example.org:4000".parse().unwrap();
    assert_eq!(harness.press(KeyCode::Esc), [Effect::Connect(server)]);
}

#[test]
fn esc_does_not_go_back_from_a_server_that_has_answered() {
    let mut harness = gone_elsewhere(0);
    assert!(harness.screen().contains("Esc goes back to chat.example.org:4000 "));
    harness.connect(1);
    harness.lose();
    assert!(!harness.screen().contains("goes back"));
    assert_eq!(harness.press(KeyCode::Esc), []);
}

#[test]
fn the_command_that_starts_a_server_is_on_a_row_of_its_own() {
    let harness = first_start();
    let screen = harness.screen();
    let command = "chat-server --listen 127.0.0.1:12345";
    assert!(screen.lines().any(|row| row.trim() == command), "{screen}");
}

#[test]
fn connect_goes_on_with_another_server() {
    let mut harness = Harness::connected(80, 20);
    let server = "chat.example.org:4000".parse().unwrap();
    assert_eq!(harness.type_text("/connect chat.example.org:4000\n"), [Effect::Connect(server)]);
    assert_eq!(harness.type_text("/connect http://x\n"), []);
    let screen = harness.screen();
    assert!(screen.contains("http://x is not an address: expected HOST or HOST:PORT"), "{screen}");
    harness.state.is_demo = true;
    assert_eq!(harness.type_text("/connect localhost\n"), []);
    assert!(harness.screen().contains("This is a demo."), "{}", harness.screen());
}
