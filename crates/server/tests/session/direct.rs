//! Direct messages: their addresses and titles, and who is brought into one by a message.

use serde_json::json;

use crate::peer::{Peer, daemon, patient};
use crate::rooms::{MUCH, join};

#[tokio::test(start_paused = true)]
async fn a_direct_message_has_one_address_and_the_others_name_as_its_title() {
    let daemon = daemon();
    let (ana, token) = Peer::with_token(&daemon, "ana").await;
    let mut bob = Peer::native(&daemon, "bob").await;
    drop(ana);
    bob.expect("left").await;
    let refused =
        bob.ask(json!({"type": "say", "room": "@eva", "n": 1, "text": "hi"}), "refused").await;
    assert_eq!((&refused["code"], &refused["room"]), (&json!("no_such_user"), &json!("@eva")));

    bob.send(r#"{"type":"say","room":"@ana","n":2,"text":"are you there?"}"#).await;
    let room = bob.expect("room").await;
    assert_eq!((&room["room"], &room["title"]), (&json!("@1-2"), &json!("ana")));
    assert_eq!(bob.expect("accepted").await["room"], "@1-2");

    let mut ana = Peer::connect(&daemon);
    let hello = json!({"type": "hello", "version": 1, "name": "ana", "token": token});
    ana.ask(hello, "welcome").await;
    assert!(ana.expect("room").await.get("title").is_none(), "the lobby");
    let room = ana.expect("room").await;
    assert_eq!((&room["room"], &room["title"]), (&json!("@1-2"), &json!("bob")));
    assert_eq!((&room["last_seq"], &room["read"]), (&json!(1), &json!(0)));
    ana.ask(json!({"type": "join", "room": "@bob", "since": 0}), "room").await;
    assert_eq!(ana.expect("message").await["room"], "@1-2");
    let mut joined = [bob.expect("joined").await, bob.expect("joined").await];
    joined.sort_by_key(|joined| joined["room"].to_string());
    assert_eq!((&joined[0]["room"], &joined[1]["room"]), (&json!("#lobby"), &json!("@1-2")));
    ana.say("@1-2", "now I am").await;
    let message = bob.expect("message").await;
    assert_eq!((&message["room"], &message["text"]), (&json!("@1-2"), &json!("now I am")));
    ana.send(r#"{"type":"rename","name":"anna"}"#).await;
    bob.expect("renamed").await;
    for room in ["@1-2", "@anna"] {
        assert_eq!(bob.say(room, "so you are").await["room"], "@1-2");
    }
    ana.expect("renamed").await;
    assert_eq!(ana.expect("message").await["room"], "@1-2");
}

#[tokio::test(start_paused = true)]
async fn every_answer_has_the_address_that_a_command_reached_by_name() {
    let daemon = daemon();
    let mut ana = Peer::native(&daemon, "ana").await;
    let mut bob = Peer::native(&daemon, "bob").await;
    let mut eva = Peer::native(&daemon, "eva").await;
    bob.expect("joined").await;
    let refused = bob.ask(json!({"type": "history", "room": "@ana"}), "refused").await;
    assert_eq!((&refused["code"], &refused["room"]), (&json!("not_in_room"), &json!("@1-2")));
    bob.ask(join("@ana"), "room").await;
    bob.send(r#"{"type":"say","room":"@ana","text":"hi"}"#).await;
    let mut came = Vec::new();
    for _ in 0..2 {
        let event = bob.next().await.expect("an event");
        assert_eq!(event["room"], "@1-2", "{event}");
        came.push(event["type"].as_str().unwrap().to_owned());
    }
    came.sort(); // one commit has led to both, and they come by two ways
    assert_eq!(came, ["accepted", "joined"]);
    let asked = [
        (json!({"type": "history", "room": "@ana"}), "history"),
        (json!({"type": "who", "room": "@ana"}), "users"),
        (json!({"type": "topic", "room": "@ana", "topic": "us"}), "topic"),
        (json!({"type": "read", "room": "@ana", "seq": 1}), "read"),
        (json!({"type": "leave", "room": "@ana"}), "left"),
    ];
    for (command, answer) in asked {
        bob.send(&command.to_string()).await;
        assert_eq!(bob.until(answer).await["room"], "@1-2");
    }
    for kind in ["say", "join", "history", "who", "topic", "read", "leave"] {
        let command = json!({"type": kind, "room": "@1-2", "text": "x", "topic": "x", "seq": 1});
        let refused = eva.ask(command, "refused").await;
        assert_eq!((&refused["code"], &refused["room"]), (&json!("not_in_room"), &json!("@1-2")));
    }
    let refused = {
        ana.send(&join("@1-9").to_string()).await;
        ana.until("refused").await
    };
    assert_eq!((&refused["code"], &refused["room"]), (&json!("no_such_user"), &json!("@1-9")));
}

#[tokio::test(start_paused = true)]
async fn a_client_that_misses_a_new_name_is_sent_the_title_again_and_no_name_twice() {
    let daemon = patient();
    let mut eva = Peer::native(&daemon, "eva").await;
    let mut bob = Peer::native(&daemon, "bob").await;
    let mut ana = Peer::native(&daemon, "ana").await;
    bob.expect("joined").await;
    ana.ask(json!({"type": "join", "room": "@bob"}), "room").await;
    for (from, to) in [("bob", "rob"), ("rob", "robert")] {
        let rename = json!({"type": "rename", "name": to});
        if to == "robert" {
            // Behind more than the ring holds for a client that does not read.
            say_much(&mut eva).await;
            for _ in 0..MUCH {
                bob.expect("message").await;
            }
        }
        bob.send(&rename.to_string()).await;
        let renamed = bob.until("renamed").await;
        assert_eq!(
            renamed,
            json!({"type": "renamed", "user": {"id": 2, "name": from}, "name": to})
        );
        if to == "rob" {
            assert_eq!(ana.until("renamed").await, renamed);
        }
    }
    assert_eq!(ana.until("room").await["room"], "#lobby");
    let room = ana.expect("room").await;
    assert_eq!((&room["room"], &room["title"]), (&json!("@2-3"), &json!("robert")));
    say_much(&mut eva).await;
    let _carl = Peer::native(&daemon, "carl").await;
    eva.until("joined").await;
    assert_eq!(ana.until("room").await["count"], 4);
    eva.say("#lobby", "awake?").await;
    assert_eq!(ana.expect("message").await["text"], "awake?", "and no name once more");
}

/// Sends [`MUCH`] messages of 4,000 bytes to the lobby.
async fn say_much(peer: &mut Peer) {
    let say = json!({"type": "say", "room": "#lobby", "text": "x".repeat(4000)}).to_string();
    for _ in 0..MUCH {
        peer.send(&say).await;
        peer.until("accepted").await;
    }
}

#[tokio::test(start_paused = true)]
async fn a_user_who_is_brought_into_a_direct_message_receives_its_first_message() {
    let daemon = patient();
    let mut eva = Peer::native(&daemon, "eva").await;
    let mut ana = Peer::native(&daemon, "ana").await;
    // Ana does not read, so her session looks for new rooms only once the direct message is stored.
    say_much(&mut eva).await;
    eva.ask(json!({"type": "say", "room": "@ana", "text": "psst"}), "room").await;
    eva.expect("accepted").await;
    let mut room = ana.until("room").await;
    if room["room"] == "#lobby" {
        room = ana.until("room").await;
    }
    assert_eq!((&room["room"], &room["last_seq"]), (&json!("@1-2"), &json!(1)));
    let message = loop {
        let message = ana.until("message").await;
        if message["room"] == "@1-2" {
            break message;
        }
    };
    assert_eq!((&message["seq"], &message["text"]), (&json!(1), &json!("psst")));
}

#[tokio::test(start_paused = true)]
async fn the_sender_of_a_first_direct_message_is_sent_the_room_and_not_the_message() {
    let daemon = daemon();
    let _ana = Peer::native(&daemon, "ana").await;
    let mut bob = Peer::native(&daemon, "bob").await;
    // The answer to the second comes once the first is stored.
    let say = json!({"type": "say", "room": "@ana", "text": "hi"});
    let history = json!({"type": "history", "room": "#lobby"});
    bob.write(format!("{say}\n{history}\n{{\"type\":\"ping\"}}\n").as_bytes()).await;
    assert_eq!(bob.expect("room").await["room"], "@1-2");
    let mut told = Vec::new();
    while told.last() != Some(&json!("pong")) {
        told.push(bob.next().await.unwrap()["type"].clone());
    }
    assert!(!told.contains(&json!("message")), "{told:?}");
}

#[tokio::test(start_paused = true)]
async fn a_user_who_leaves_is_sent_left_even_if_a_message_brings_it_back_at_once() {
    let daemon = daemon();
    let mut ana = Peer::native(&daemon, "ana").await;
    let mut bob = Peer::native(&daemon, "bob").await;
    ana.expect("joined").await;
    bob.ask(json!({"type": "say", "room": "@ana", "text": "hi"}), "room").await;
    ana.expect("room").await;
    ana.expect("message").await;
    // Both at once, so that one commit stores them.
    let (leave, say) = (
        json!({"type": "leave", "room": "@bob"}).to_string(),
        json!({"type": "say", "room": "@ana", "text": "wait"}).to_string(),
    );
    tokio::join!(ana.send(&leave), bob.send(&say));
    assert_eq!(ana.until("left").await["user"]["name"], "ana");
    assert_eq!(ana.expect("room").await["room"], "@1-2");
    for text in ["hi", "wait"] {
        assert_eq!(ana.expect("message").await["text"], text, "what was not read");
    }
}
