//! The state that a client of version 0.1.0 has left is taken over by the client of today.

#![allow(clippy::unwrap_used, reason = "a test ends where it fails")]

use std::fs;
use std::path::Path;

use chat_tui::testing::Client;
use chat_tui::{Options, Tcp};
use crossterm::event::{KeyCode, KeyModifiers};
use e2e::server::{ANY_PORT, Server};
use e2e::{DEADLINE, within};
use tempfile::TempDir;
use tokio::time::timeout;

/// Copies a fixture, and gives it the locks that version 0.1.0 has left beside each outbox.
fn copy(from: &Path, to: &Path) {
    fs::create_dir_all(to).unwrap();
    for entry in fs::read_dir(from).unwrap() {
        let path = entry.unwrap().path();
        let name = path.file_name().unwrap().to_str().unwrap();
        fs::copy(&path, to.join(name)).unwrap();
        if let Some(number) = name.strip_prefix("outbox-") {
            fs::write(to.join(format!("lock-{number}")), "").unwrap();
        }
    }
}

/// Waits until the screen is as `wanted`, and fails with the screen if it never is.
async fn sees(client: &mut Client, what: &str, wanted: impl Fn(&str) -> bool) -> String {
    match timeout(DEADLINE, client.sees_that(wanted)).await {
        Ok(screen) => screen,
        Err(_) => panic!("no {what} on\n{}", client.screen()),
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn messages_of_0_1_0_are_sent_and_those_for_names_come_back() {
    let fixtures = Path::new(env!("CARGO_MANIFEST_DIR")).join("fixtures");
    let [data, state] = [(); 2].map(|()| TempDir::new().unwrap());
    fs::copy(fixtures.join("journal-0.1.0.sqlite"), data.path().join("journal.sqlite")).unwrap();
    let server = Server::start_keeping(chat_server::bind(ANY_PORT).unwrap(), data.path());
    let address = server.address.to_string();
    let old = fixtures.join("state-0.1.0");
    copy(&old.join("ana"), &state.path().join(&address).join("ana"));
    fs::copy(old.join("device"), state.path().join("device")).unwrap();

    let options = Options {
        state: Some(state.path().to_owned()),
        ..Options::new("ana".parse().unwrap(), address)
    };
    let mut ana = Client::start(options, Tcp::new(server.address), 120, 60);
    sees(&mut ana, "user of before", |screen| screen.contains("as ana")).await;
    // The room that was open, its draft, and the messages that were for names: not sent, with the reason.
    let is_back = |screen: &str| {
        let back = ["to bob", "to the colon", "to the address", "second"];
        let texts = ["› ana: unsent in rust", "> half a line in rust"];
        screen.matches("not sent to @").count() == back.len()
            && texts.iter().chain(&back).all(|text| screen.contains(text))
    };
    sees(&mut ana, "messages that came back", is_back).await;
    ana.presses(KeyCode::Char('1'), KeyModifiers::ALT).await;
    let is_sent = |screen: &str| {
        let texts = ["unsent in the lobby", "unsent from the second window"];
        texts.iter().all(|text| screen.contains(&format!("› ana: {text}")))
    };
    let screen = sees(&mut ana, "messages of the lobby", is_sent).await;
    assert!(!screen.contains("unsent to"), "{screen}");
    // What is typed for bob is where the user sees who has the name now.
    ana.presses(KeyCode::Char('5'), KeyModifiers::ALT).await;
    let is_typed =
        |screen: &str| screen.contains("▸5 @bob") && screen.contains("> half a line to bob");
    sees(&mut ana, "draft for bob", is_typed).await;
    within("the end", ana.quits()).await.unwrap();
}
