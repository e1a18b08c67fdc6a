//! Classic clients treat the bytes of one read as one message. Many of them receive fast messages once, in
//! order, each in a read of its own.
//!
//! A file of its own, so that no other test delays the reads of these clients.

#![allow(clippy::unwrap_used, reason = "a test ends where it fails")]

use std::time::Duration;

use chat_server::Config;
use e2e::classic::{Classic, Message};
use e2e::server::Server;
use tokio::task::JoinSet;
use tokio::time::interval;

const CLIENTS: usize = 20;
const MESSAGES: usize = 200;

/// Longer than a busy machine delays a client's read: if a client reads late, it receives two messages in one
/// read, and no daemon can prevent that.
const GAP: Duration = Duration::from_millis(60);

/// Attempts before a test fails. If the machine stalls for longer than [`GAP`], two messages arrive in one
/// read; that does not happen each time, but it would with a daemon that joins messages.
const TRIES: u32 = 3;

#[tokio::test(flavor = "multi_thread")]
async fn messages_20_ms_apart_arrive_in_a_read_each() {
    attempt(Duration::from_millis(20)).await;
}

#[tokio::test(flavor = "multi_thread")]
async fn messages_2_ms_apart_arrive_in_a_read_each() {
    attempt(Duration::from_millis(2)).await;
}

async fn attempt(pace: Duration) {
    for left in (0..TRIES).rev() {
        match send_and_receive(pace).await {
            Ok(()) => return,
            Err(joined) => assert!(left > 0, "in each of {TRIES} attempts: {joined:?}"),
        }
    }
}

/// Sends messages at this pace. Returns an error with the text of a read that was not one message.
async fn send_and_receive(pace: Duration) -> Result<(), Message> {
    let server = Server::start(Config { classic_gap: GAP, ..Config::default() });
    let mut joining = JoinSet::new();
    for n in 1..=CLIENTS {
        let address = server.address;
        joining.spawn(async move { Classic::join(address, &format!("user{n}")).await });
    }
    let mut clients = joining.join_all().await;
    for client in &mut clients {
        client.until("all the others", |view| view.users.len() == CLIENTS).await;
    }
    let sender = clients.pop().unwrap();
    let name = sender.view().users[0].1.clone();

    let mut pace = interval(pace);
    for n in 0..MESSAGES {
        pace.tick().await;
        sender.say(&format!("message {n}")).await;
    }
    let sent: Vec<Message> =
        (0..MESSAGES).map(|n| Message::new(&sender.id(), &name, &format!("message {n}"))).collect();
    let newest = &sent[MESSAGES - 1].text;
    for client in &mut clients {
        client
            .until("the newest", |view| {
                view.messages.last().is_some_and(|message| message.text.contains(newest))
            })
            .await;
        let view = client.view();
        if let Some(joined) = view.messages.iter().find(|message| !sent.contains(message)) {
            return Err(joined.clone());
        }
        assert_eq!(view.messages, sent);
    }
    // After this message of another client, no client receives anything more.
    let last = clients.pop().unwrap();
    last.say("the end").await;
    for client in clients.iter_mut().chain([&mut { sender }]) {
        client
            .until("the end", |view| view.messages.last().is_some_and(|m| m.text == "the end"))
            .await;
        let count = client.view().messages.len();
        let is_once = count == 1 || count == MESSAGES + 1;
        assert!(is_once, "a message arrived twice, or at its author: {count}");
    }
    Ok(())
}
