//! The counts of unread messages, for clients that show them.

use chat_server::Server;
use serde_json::{Value, json};

use crate::peer::{Peer, daemon};

/// A session of the user with this token that shows unread counts; nothing of its answer is read.
async fn shows_unread(daemon: &Server, token: &Value, device: &str) -> Peer {
    let mut peer = Peer::connect(daemon);
    let hello = json!({"type": "hello", "version": 1, "name": "Ana María", "token": token,
                       "device": device, "features": ["unread"]});
    peer.send(&hello.to_string()).await;
    let features = peer.expect("welcome").await["features"].clone();
    assert!(features.as_array().unwrap().contains(&json!("unread")), "{features}");
    peer
}

/// The counts of a `room` or a `read`.
fn counts(event: &Value) -> (u64, u64, bool) {
    let number = |field: &str| event[field].as_u64().unwrap_or_else(|| panic!("{event}"));
    (number("unread"), number("mentions"), event["more"].as_bool().unwrap_or_default())
}

#[tokio::test(start_paused = true)]
async fn messages_of_others_after_the_read_position_are_counted() {
    let daemon = daemon();
    let (mut phone, token) = Peer::with_token(&daemon, "Ana María").await;
    let mut bob = Peer::native(&daemon, "bob").await;
    for text in ["one", "@ana_maría: two", "ana", "ANA MARÍA: hi"] {
        bob.say("#lobby", text).await;
    }
    phone.send(r##"{"type":"say","room":"#lobby","text":"Ana María, me"}"##).await;
    let answer = phone.until("accepted").await;
    assert_eq!(answer["seq"], 5);

    let mut ana = shows_unread(&daemon, &token, "tablet").await;
    let room = ana.expect("room").await;
    assert_eq!((&room["read"], &room["last_seq"]), (&json!(0), &json!(5)));
    assert_eq!(counts(&room), (4, 2, false), "her own is not counted");

    let read = json!({"type": "read", "room": "#lobby", "seq": 2});
    let read = ana.ask(read, "read").await;
    assert_eq!((&read["seq"], &read["last_seq"]), (&json!(2), &json!(5)));
    assert_eq!(counts(&read), (2, 1, false));
    // Her phone does not show it.
    let told = phone.until("read").await;
    assert_eq!(told, json!({"type": "read", "room": "#lobby", "seq": 2}));
    // What she reads there is counted here as well.
    phone.send(r##"{"type":"read","room":"#lobby","seq":3}"##).await;
    let read = ana.expect("read").await;
    assert_eq!((&read["seq"], counts(&read)), (&json!(3), (1, 1, false)));
    phone.send(r##"{"type":"read","room":"#lobby","seq":5}"##).await;
    assert_eq!(counts(&ana.expect("read").await), (0, 0, false));
}

#[tokio::test(start_paused = true)]
async fn the_count_has_a_bound_and_says_so() {
    let daemon = daemon();
    let (phone, token) = Peer::with_token(&daemon, "Ana María").await;
    drop(phone);
    let mut bob = Peer::native(&daemon, "bob").await;
    for _ in 0..500 {
        bob.until_answer(json!({"type": "say", "room": "#lobby", "text": "ana maría"})).await;
    }
    let mut ana = shows_unread(&daemon, &token, "one").await;
    assert_eq!(counts(&ana.expect("room").await), (500, 500, false));
    bob.until_answer(json!({"type": "say", "room": "#lobby", "text": "hi"})).await;
    let mut ana = shows_unread(&daemon, &token, "two").await;
    assert_eq!(counts(&ana.expect("room").await), (500, 500, true), "mentions have no bound");
}

#[tokio::test(start_paused = true)]
async fn all_rooms_are_sent_with_their_counts_before_anything_else_is_answered() {
    let daemon = daemon();
    let (mut phone, token) = Peer::with_token(&daemon, "Ana María").await;
    let mut bob = Peer::native(&daemon, "bob").await;
    for room in 0..30 {
        let join = json!({"type": "join", "room": format!("#r{room}")});
        phone.send(&join.to_string()).await;
        phone.until("room").await;
        bob.send(&join.to_string()).await;
        bob.until("room").await;
        // Some have nothing to count.
        for _ in 0..room % 3 {
            let say = json!({"type": "say", "room": format!("#r{room}"), "text": "ana maría"});
            bob.until_answer(say).await;
        }
    }
    let mut ana = shows_unread(&daemon, &token, "tablet").await;
    ana.send(r#"{"type":"ping","nonce":7}"#).await;
    let mut told = Vec::new();
    loop {
        let line = ana.next().await.unwrap();
        if line["type"] == "pong" {
            break;
        }
        assert_eq!(line["type"], "room", "{line}");
        let (unread, mentions, _) = counts(&line);
        assert_eq!(unread, mentions);
        told.push((line["room"].as_str().unwrap().to_owned(), unread));
    }
    assert_eq!(told.first(), Some(&("#lobby".to_owned(), 0)));
    told.remove(0);
    told.sort();
    let mut expected: Vec<_> = (0..30).map(|room| (format!("#r{room}"), room % 3)).collect();
    expected.sort();
    assert_eq!(told, expected);
}

#[tokio::test(start_paused = true)]
async fn messages_sent_meanwhile_come_after_the_count_once() {
    let daemon = daemon();
    let (phone, token) = Peer::with_token(&daemon, "Ana María").await;
    drop(phone);
    let mut bob = Peer::native(&daemon, "bob").await;
    bob.say("#lobby", "one").await;
    let mut ana = shows_unread(&daemon, &token, "tablet").await;
    for n in 2..30 {
        bob.send(&json!({"type": "say", "room": "#lobby", "n": n, "text": "x"}).to_string()).await;
    }
    let room = ana.expect("room").await;
    let last_seq = room["last_seq"].as_u64().unwrap();
    assert_eq!(counts(&room), (last_seq, 0, false));
    for seq in last_seq + 1..30 {
        assert_eq!(ana.expect("message").await["seq"], seq);
    }
    // Joining again is answered with a count, too.
    let join = json!({"type": "join", "room": "#lobby", "since": 28});
    assert_eq!(counts(&ana.ask(join, "room").await), (29, 0, false));
    assert_eq!(ana.expect("message").await["seq"], 29);
}
