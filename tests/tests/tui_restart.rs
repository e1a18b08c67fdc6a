//! Terminal clients reconnect automatically when the server is restarted.

#![allow(clippy::unwrap_used, reason = "a test ends where it fails")]

use std::path::Path;
use std::time::Duration;

use e2e::DEADLINE;
use e2e::binary::Daemon;
use e2e::native::Native;
use e2e::port::free_address;
use e2e::pty::Pty;
use e2e::server::Server;
use e2e::tui::{Network, Tui, masked};
use insta::assert_snapshot;
use serde_json::json;
use tempfile::TempDir;
use tokio::time::{sleep, timeout};

/// Pause before a file is read again: nothing reports that it has changed.
const POLL_PAUSE: Duration = Duration::from_millis(10);

#[tokio::test(flavor = "multi_thread")]
async fn messages_typed_while_the_server_is_down_are_sent_once_and_in_order() {
    let data = TempDir::new().unwrap();
    let server = Server::start_in(chat_server::bind(free_address()).unwrap(), data.path());
    let address = server.address;
    let mut bob = Tui::join(address, "bob").await;
    // Ana reconnects after bob, so that he receives her messages.
    let (network, switch) = Network::to(address, true);
    let mut ana = Tui::open_with(network, "ana", (80, 14)).until_joined().await;
    ana.types("hi @bob\n").await;
    bob.sees("ana ▌ hi @bob").await;
    ana.sees("ana   hi @bob").await;
    bob.types("half a sen").await;
    bob.sees("› half a sen").await;

    switch.send_replace(false);
    server.end().await;
    bob.sees("Offline").await;
    ana.sees("Offline").await;
    for text in ["one", "two", "three"] {
        ana.types(&format!("{text}\n")).await;
    }
    ana.sees("3 messages queued").await;
    ana.types("and typ").await;
    ana.sees("› and typ").await;

    let _server = Server::start_in(chat_server::bind(address).unwrap(), data.path());
    bob.sees(" online").await;
    switch.send_replace(true);
    assert_snapshot!(masked(&ana.sees("   three").await), @r#"
    #lobby                                                                  2 online
    ────────────────────────────────────────────────────────────────────────────────


                   Beginning of #lobby
    ──────────────────────────────────── a day ─────────────────────────────────────
                   · Welcome, ana. You're in #lobby.
             ana   hi @bob
                   one
                   two
                   offline hh:mm–hh:mm
             ana   three
                                              Ctrl-S select · Ctrl-G users · F1 keys
    #lobby › and typ
    "#);
    assert_snapshot!(masked(&bob.sees("   three").await), @r#"
    #lobby                                                                  2 online
    ────────────────────────────────────────────────────────────────────────────────

                   Beginning of #lobby
    ──────────────────────────────────── a day ─────────────────────────────────────
                   · Welcome, bob. You're in #lobby.
                   → ana joined
             ana ▌ hi @bob
                   offline hh:mm–hh:mm
             ana   one
                   two
                   three
                                              Ctrl-S select · Ctrl-G users · F1 keys
    #lobby › half a sen
    "#);
    bob.types("tence\n").await;
    ana.sees("bob   half a sentence").await;
    // No other message was stored.
    let mut witness = Native::connect(address).await;
    witness.send(&json!({"type": "hello", "version": 1, "name": "witness"})).await;
    assert_eq!(witness.until("room").await["last_seq"], 5);
}

/// Starts the client on a terminal, with `state` as its state directory.
fn client(daemon: &Daemon, name: &str, state: &TempDir) -> Pty {
    let (server, state) = (daemon.address.to_string(), state.path().to_str().unwrap());
    let args = ["--name", name, "--server", &server, "--state", state];
    Pty::start("chat-tui", &args, (80, 14))
}

/// Waits until a file of drafts under `directory` contains `text`.
async fn until_stored(directory: &Path, text: &str) {
    let search = async {
        while !drafts_in(directory).contains(text) {
            sleep(POLL_PAUSE).await;
        }
    };
    let stored = timeout(DEADLINE, search).await;
    stored.unwrap_or_else(|_| panic!("no {text:?} among the drafts: {:?}", drafts_in(directory)));
}

/// Returns the text of all files of drafts under a directory. Files may appear or disappear meanwhile.
fn drafts_in(directory: &Path) -> String {
    let Ok(entries) = std::fs::read_dir(directory) else {
        return std::fs::read_to_string(directory).unwrap_or_default();
    };
    let paths = entries.filter_map(|entry| Some(entry.ok()?.path()));
    let drafts = paths.filter(|path| path.is_dir() || path.ends_with("drafts-1"));
    drafts.map(|path| drafts_in(&path)).collect()
}

#[tokio::test(flavor = "multi_thread")]
async fn drafts_and_messages_survive_a_kill_of_client_and_daemon() {
    let [data, ana_state, bob_state] = [(); 3].map(|()| TempDir::new().unwrap());
    let on_disk = ["--data", data.path().to_str().unwrap()];
    let mut daemon = Daemon::start(&on_disk).await;
    let mut ana = client(&daemon, "ana", &ana_state);
    ana.sees("1 online").await;
    let mut bob = client(&daemon, "bob", &bob_state);
    bob.sees(" online").await;
    for room in ["rust", "go"] {
        bob.types(&format!("/join {room}\n"));
        bob.sees(&format!("#{room} › ")).await;
    }
    bob.types("for go");
    bob.sees("› for go").await;
    bob.types("\u{1b}1");
    bob.sees("#lobby › ").await;
    bob.types("one\n");
    ana.sees("bob   one").await;
    bob.sees("bob   one").await;
    bob.types("half a sen");
    until_stored(bob_state.path(), "half a sen").await;

    bob.signal("KILL");
    bob.exit_code().await;
    daemon.signal("KILL");
    daemon.exit_code().await;
    ana.sees("Offline").await;
    ana.types("two\n");
    ana.sees("1 message queued").await;
    let daemon = Daemon::start_on(daemon.address, &on_disk).await;
    let mut bob = client(&daemon, "bob", &bob_state);
    bob.sees("ana   two").await;
    bob.sees("› half a sen").await;
    bob.types("tence\n");
    ana.sees("bob   half a sentence").await;
    let once = ["bob   one", "ana   two", "bob   half a sentence"];
    let is_once = |screen: &str| {
        let texts = ["bob   one", "ana   two", "half a sen"];
        let times = texts.map(|text| screen.matches(text).count());
        times == [1; 3] && once.iter().all(|text| screen.contains(text))
    };
    bob.sees_that("each text once", is_once).await;
    // The second room that was joined is still the third one.
    bob.types("\u{1b}3");
    bob.sees("› for go").await;
}

#[tokio::test(flavor = "multi_thread")]
async fn the_messages_of_two_clients_of_a_user_that_are_killed_together_are_sent_by_the_next_one() {
    let [data, state] = [(); 2].map(|()| TempDir::new().unwrap());
    let on_disk = ["--data", data.path().to_str().unwrap()];
    let mut daemon = Daemon::start(&on_disk).await;
    let mut windows = [(); 2].map(|()| client(&daemon, "bob", &state));
    for window in &mut windows {
        window.sees("Welcome, bob.").await;
    }
    daemon.signal("KILL");
    daemon.exit_code().await;
    for (window, text) in windows.iter_mut().zip(["one", "two"]) {
        window.sees("Offline").await;
        window.types(&format!("{text}\n"));
        // The mark of a message that is stored here, and not sent yet.
        window.sees(&format!("bob … {text}")).await;
    }
    windows.iter().for_each(|window| window.signal("KILL"));
    for window in &mut windows {
        window.exit_code().await;
    }
    let daemon = Daemon::start_on(daemon.address, &on_disk).await;
    let mut next = client(&daemon, "bob", &state);
    let both_once = |screen: &str| {
        let times = ["bob   one\n", "   two\n"].map(|text| screen.matches(text).count());
        times == [1; 2] && !screen.contains('…')
    };
    next.sees_that("both messages, sent", both_once).await;
    let mut witness = Native::connect(daemon.address).await;
    witness.send(&json!({"type": "hello", "version": 1, "name": "witness"})).await;
    assert_eq!(witness.until("room").await["last_seq"], 2);
}

#[tokio::test(flavor = "multi_thread")]
async fn esc_goes_back_from_a_wrong_address_and_the_end_says_what_waits_there() {
    let (daemon, state) = (Daemon::start(&[]).await, TempDir::new().unwrap());
    let mut bob = client(&daemon, "bob", &state);
    bob.sees("Welcome, bob.").await;
    // Nobody listens on port 1.
    bob.types("/connect 127.0.0.1:1\n");
    bob.sees(&format!("Esc goes back to {}", daemon.address)).await;
    bob.types("hi\n");
    bob.sees("1 message queued").await;
    bob.types("\u{1b}");
    bob.sees("Welcome, bob.").await;
    bob.types("/quit\n");
    assert_eq!(bob.exit_code().await, 0);
    let notice = "1 message waits for 127.0.0.1:1: 1 to #lobby. It is sent when you connect there: \
                  chat-tui 127.0.0.1:1";
    // It takes two rows.
    bob.sees_that("the notice", |screen| screen.replace('\n', "").contains(notice)).await;
}

#[tokio::test(flavor = "multi_thread")]
async fn a_user_who_changed_the_name_joins_with_the_new_one_after_a_restart() {
    let [data, bob_state] = [(); 2].map(|()| TempDir::new().unwrap());
    let daemon = Daemon::start(&["--data", data.path().to_str().unwrap()]).await;
    let mut bob = client(&daemon, "bob", &bob_state);
    bob.sees(" online").await;
    bob.types("/name rob\n");
    bob.sees("You are now rob").await;
    bob.types("one\n");
    bob.sees("rob   one").await;
    bob.types("/quit\n");
    assert_eq!(bob.exit_code().await, 0);
    let mut rob = client(&daemon, "rob", &bob_state);
    rob.sees("Welcome, rob.").await;
    rob.sees("rob   one").await;
    // The second window is another device: its messages are not repeats.
    let mut second = client(&daemon, "rob", &bob_state);
    second.sees("Welcome, rob.").await;
    for (text, sender, receiver) in [("two", 0, 1), ("three", 1, 0)] {
        let windows = [&mut rob, &mut second];
        windows[sender].types(&format!("{text}\n"));
        windows[receiver].sees(&format!("   {text}")).await;
    }
}
