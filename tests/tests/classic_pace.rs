//! Classic clients take what one read brings for one message: what many of them are told, however
//! fast it was said, comes to each once, in order, one message a read.
//!
//! A file of its own, so that no other test keeps these clients from reading in time.

#![allow(clippy::unwrap_used, reason = "a test ends where it fails")]

use std::time::Duration;

use chat_server::Config;
use e2e::classic::{Classic, Shown};
use e2e::server::Server;
use tokio::task::JoinSet;
use tokio::time::interval;

const CLIENTS: usize = 20;
const MESSAGES: usize = 200;

/// More than a busy machine keeps a client from reading, since one that reads late finds two writes
/// as one whatever the daemon does.
const GAP: Duration = Duration::from_millis(60);

/// How often it is tried: a machine that stands still for longer than [`GAP`] makes one read of two
/// writes. It does not every time; a daemon that glues messages together does.
const TRIES: u32 = 3;

#[tokio::test(flavor = "multi_thread")]
async fn what_is_said_20_ms_apart_comes_one_by_one() {
    try_to_hear(Duration::from_millis(20)).await;
}

#[tokio::test(flavor = "multi_thread")]
async fn what_is_said_2_ms_apart_comes_one_by_one() {
    try_to_hear(Duration::from_millis(2)).await;
}

async fn try_to_hear(pace: Duration) {
    for left in (0..TRIES).rev() {
        match say_and_hear(pace).await {
            Ok(()) => return,
            Err(glued) => assert!(left > 0, "in each of {TRIES} tries: {glued:?}"),
        }
    }
}

/// Says much at that pace. Fails with what one client took for one message, where that was not one.
async fn say_and_hear(pace: Duration) -> Result<(), Shown> {
    let server = Server::start(Config { classic_gap: GAP, ..Config::default() });
    let mut joining = JoinSet::new();
    for n in 1..=CLIENTS {
        let address = server.address;
        joining.spawn(async move { Classic::join(address, &format!("user{n}")).await });
    }
    let mut clients = joining.join_all().await;
    for client in &mut clients {
        client.until("all the others", |seen| seen.users.len() == CLIENTS).await;
    }
    let speaker = clients.pop().unwrap();
    let name = speaker.seen().users[0].1.clone();

    let mut pace = interval(pace);
    for n in 0..MESSAGES {
        pace.tick().await;
        speaker.say(&format!("message {n}")).await;
    }
    let told: Vec<Shown> =
        (0..MESSAGES).map(|n| Shown::new(&speaker.id(), &name, &format!("message {n}"))).collect();
    let newest = &told[MESSAGES - 1].text;
    for client in &mut clients {
        client
            .until("the newest", |seen| {
                seen.messages.last().is_some_and(|shown| shown.text.contains(newest))
            })
            .await;
        let seen = client.seen();
        if let Some(glued) = seen.messages.iter().find(|shown| !told.contains(shown)) {
            return Err(glued.clone());
        }
        assert_eq!(seen.messages, told);
    }
    // A last word of another is the end of what there is to hear, for the speaker and for the rest.
    let last = clients.pop().unwrap();
    last.say("the end").await;
    for client in clients.iter_mut().chain([&mut { speaker }]) {
        client
            .until("the end", |seen| seen.messages.last().is_some_and(|m| m.text == "the end"))
            .await;
        let heard = client.seen().messages.len();
        assert!(heard == 1 || heard == MESSAGES + 1, "a message came twice, or back: {heard}");
    }
    Ok(())
}
