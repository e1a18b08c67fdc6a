//! Kicks and bans of clients that send without a pause, or do not read.

use serde_json::{Value, json};

use crate::peer::{Peer, daemon};
use crate::sanctions::{ana_and_eva, sanction, say};

/// Units of a newcomer: as many short messages are carried out at once.
const UNITS: u64 = 3_000;

/// More messages than a client may have without an answer.
const MORE: u64 = 30;

/// Commands whose answers fill everything between the server and a client that does not read.
const PINGS: usize = 20_000;

/// Uses up the budget of a user in a room of its own, with `MORE` messages that wait after that.
async fn use_up(peer: &mut Peer) {
    let room = "#own";
    peer.answer(json!({"type": "join", "room": room}), "room").await;
    for n in 1..=UNITS {
        peer.send(&say(room, n).to_string()).await;
        peer.until("accepted").await;
    }
    for n in UNITS + 1..=UNITS + MORE {
        peer.send(&say(room, n).to_string()).await;
    }
}

/// The events up to one of that type.
async fn events_until(peer: &mut Peer, kind: &str) -> Vec<Value> {
    let mut events = Vec::new();
    loop {
        let event = peer.next().await.unwrap_or_else(|| panic!("the end instead of {kind}"));
        if event["type"] == kind {
            return events;
        }
        events.push(event);
    }
}

#[tokio::test(start_paused = true)]
async fn a_kick_ends_a_session_whose_commands_wait_for_its_budget() {
    let daemon = daemon();
    let (mut ana, mut eva, _) = ana_and_eva(&daemon).await;
    use_up(&mut eva).await;
    ana.answer(sanction("kick", "eva", None, None), "sanction").await;
    let before = events_until(&mut eva, "goodbye").await;
    let accepted = before.iter().filter(|event| event["type"] == "accepted").count();
    assert!(accepted <= 1, "{accepted} messages were accepted after the kick");
}

#[tokio::test(start_paused = true)]
async fn a_user_whose_commands_wait_receives_nothing_of_a_room_that_it_was_kicked_from() {
    let daemon = daemon();
    let (mut ana, mut eva, _) = ana_and_eva(&daemon).await;
    for peer in [&mut ana, &mut eva] {
        peer.answer(json!({"type": "join", "room": "#rust"}), "room").await;
    }
    use_up(&mut eva).await;
    ana.answer(sanction("kick", "eva", Some("#rust"), None), "sanction").await;
    ana.until_now().await;
    ana.answer(say("#rust", 1), "accepted").await;
    let secret = json!("#rust");
    let seen = eva.until_now().await;
    let heard = |event: &&Value| event["type"] == "message" && event["room"] == secret;
    assert!(seen.iter().any(|event| event["type"] == "left"), "{seen:?}");
    assert_eq!(seen.iter().find(heard), None);
}

#[tokio::test(start_paused = true)]
async fn a_ban_ends_the_session_of_a_client_that_floods_and_does_not_read() {
    let daemon = daemon();
    let (mut ana, eva, token) = ana_and_eva(&daemon).await;
    drop(eva);
    ana.until("left").await;
    let mut eva = Peer::connect_through(&daemon, 1024 * 1024);
    let hello = json!({"type": "hello", "version": 1, "name": "eva", "token": token});
    eva.answer(hello, "welcome").await;
    eva.write("{\"type\":\"rooms\"}\n{\"type\":\"ping\"}\n".repeat(PINGS).as_bytes()).await;
    ana.until_now().await;
    ana.answer(sanction("ban", "eva", None, None), "sanction").await;
    assert_eq!(ana.until("left").await["reason"], "banned");
}
