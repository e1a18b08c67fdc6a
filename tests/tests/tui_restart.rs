//! The server goes away and comes back, and the terminal clients with it, by themselves.

#![allow(clippy::unwrap_used, reason = "a test ends where it fails")]

use e2e::native::Native;
use e2e::server::{ANY_PORT, Server};
use e2e::tui::{Network, Tui, masked};
use insta::assert_snapshot;
use serde_json::json;
use tempfile::TempDir;

#[tokio::test(flavor = "multi_thread")]
async fn what_is_said_while_the_server_is_away_goes_out_once_and_in_order() {
    let data = TempDir::new().unwrap();
    let server = Server::start_keeping(chat_server::bind(ANY_PORT).unwrap(), data.path());
    let address = server.address;
    let mut bob = Tui::join(address, "bob").await;
    // Ana comes back after bob, who is there then to hear her.
    let (network, switch) = Network::to(address, true);
    let mut ana = Tui::open_by(network, "ana", (80, 14)).is_in().await;
    ana.types("hi bob\n").await;
    bob.sees("@ ana: hi bob").await;
    ana.sees("› ana: hi bob").await;
    bob.types("half a sen").await;
    bob.sees("> half a sen").await;

    switch.send_replace(false);
    server.end().await;
    bob.sees("reconnecting").await;
    ana.sees("reconnecting").await;
    for text in ["one", "two", "three"] {
        ana.types(&format!("{text}\n")).await;
    }
    ana.sees("3 waiting").await;
    ana.types("and typ").await;
    ana.sees("> and typ").await;

    let _server = Server::start_keeping(chat_server::bind(address).unwrap(), data.path());
    bob.sees("bob (you)").await;
    switch.send_replace(true);
    assert_snapshot!(masked(&ana.sees("› ana: three").await), @r#"
                                                                 │ 2 users
                                                                 │ ana (you)      2
                                                                 │ bob            1
                                                                 │
                                                                 │
                                                                 │
    ── a day ─────────────────────────────────────────────────── │
    hh:mm · connected to chat-server 0.1.0 as ana                │
    hh:mm › ana: hi bob                                          │
    hh:mm › ana: one                                             │
    hh:mm › ana: two                                             │
    hh:mm › ana: three                                           │
    ── connected · ana in #lobby · 2 users · 127.0.0.1:12345 ──────────── F1 keys ──
    > and typ
    "#);
    assert_snapshot!(masked(&bob.sees("  ana: three").await), @r#"
                                                                 │ 2 users
                                                                 │ bob (you)      1
                                                                 │ ana            2
                                                                 │
    ── a day ─────────────────────────────────────────────────── │
    hh:mm · connected to chat-server 0.1.0 as bob                │
    hh:mm → ana is here                                          │
    hh:mm @ ana: hi bob                                          │
    hh:mm → ana is here                                          │
    hh:mm   ana: one                                             │
    hh:mm   ana: two                                             │
    hh:mm   ana: three                                           │
    ── connected · bob in #lobby · 2 users · 127.0.0.1:12345 ──────────── F1 keys ──
    > half a sen
    "#);
    bob.types("tence\n").await;
    ana.sees("  bob: half a sentence").await;
    // Nothing else was said.
    let mut witness = Native::connect(address).await;
    witness.send(&json!({"type": "hello", "version": 1, "name": "witness"})).await;
    assert_eq!(witness.until("room").await["last_seq"], 5);
}
