//! Rooms, and the several sessions of one user.

use chat_server::Config;
use serde_json::{Value, json};

use crate::peer::{Peer, daemon, daemon_with, patient};

/// Messages that are more than a pipe, a door and the ring of a room hold.
pub(crate) const MUCH: usize = 200;

pub(crate) fn join(room: &str) -> Value {
    json!({"type": "join", "room": room})
}

#[tokio::test(start_paused = true)]
async fn a_room_is_made_by_the_first_and_left_by_each() {
    let daemon = daemon();
    let mut ana = Peer::native(&daemon, "ana").await;
    let mut bob = Peer::native(&daemon, "bob").await;
    ana.expect("joined").await;
    let say = json!({"type": "say", "room": "#rust", "n": 1, "text": "hi"});
    let refused = ana.ask(say, "refused").await;
    assert_eq!((&refused["code"], &refused["n"]), (&json!("not_in_room"), &json!(1)));

    let room = ana.ask(join("#Rust"), "room").await;
    assert_eq!((&room["room"], &room["count"]), (&json!("#Rust"), &json!(1)));
    assert_eq!(bob.ask(join("#rust"), "room").await["count"], 2);
    let joined = ana.expect("joined").await;
    assert_eq!((&joined["room"], &joined["user"]["name"]), (&json!("#Rust"), &json!("bob")));
    bob.say("#rust", "crabs").await;
    assert_eq!(ana.expect("message").await["room"], "#Rust");

    let left = bob.ask(json!({"type": "leave", "room": "#rust"}), "left").await;
    assert_eq!(ana.expect("left").await, left);
    assert_eq!((&left["user"]["name"], &left["reason"]), (&json!("bob"), &json!("bye")));
    ana.say("#rust", "alone").await;
    bob.say("#lobby", "here").await;
    assert_eq!(ana.expect("message").await["room"], "#lobby");
    let refused = bob.ask(json!({"type": "leave", "room": "#lobby"}), "refused").await;
    assert_eq!(refused["code"], "cannot_leave");
}

#[tokio::test(start_paused = true)]
async fn a_topic_is_sent_to_all_and_listed() {
    let daemon = daemon();
    let mut ana = Peer::native(&daemon, "ana").await;
    let mut bob = Peer::native(&daemon, "bob").await;
    ana.expect("joined").await;
    let topic = json!({"type": "topic", "room": "#lobby", "topic": "all and sundry"});
    let told = ana.ask(topic, "topic").await;
    assert_eq!(told["user"]["name"], "ana");
    assert_eq!(bob.expect("room").await["topic"], "all and sundry");
    // The history has it, too.
    for peer in [&mut ana, &mut bob] {
        assert_eq!(peer.expect("message").await["text"], "set the topic: all and sundry");
    }
    bob.ask(join("#rust"), "room").await;
    let rooms = ana.ask(json!({"type": "rooms"}), "rooms").await;
    assert_eq!(
        rooms,
        json!({"type": "rooms", "more": false, "rooms": [
            {"room": "#lobby", "topic": "all and sundry", "count": 2},
            {"room": "#rust", "topic": "", "count": 1}]})
    );
    let who = ana.ask(json!({"type": "who", "room": "#lobby", "limit": 1}), "users").await;
    assert_eq!((&who["users"][0]["name"], &who["more"]), (&json!("ana"), &json!(true)));
    let who = ana.ask(json!({"type": "who", "room": "#lobby", "after": "ana"}), "users").await;
    assert_eq!((&who["users"][0]["name"], &who["more"]), (&json!("bob"), &json!(false)));
}

#[tokio::test(start_paused = true)]
async fn one_user_in_two_sessions_stands_in_the_list_once() {
    let daemon = daemon();
    let mut ana = Peer::native(&daemon, "ana").await;
    let (mut laptop, token) = Peer::with_token(&daemon, "bob").await;
    ana.expect("joined").await;
    let (mut phone, welcome) = Peer::again(&daemon, &token, "phone").await;
    assert_eq!((&welcome["name"], &welcome["id"]), (&json!("again"), &json!(2)));
    for others in [&mut ana, &mut laptop] {
        others.expect("renamed").await;
    }

    let say = json!({"type": "say", "room": "#lobby", "n": 1, "text": "from the laptop"});
    laptop.ask(say, "accepted").await;
    let own = phone.expect("message").await;
    assert_eq!((&own["device"], &own["n"]), (&json!("laptop"), &json!(1)));
    let other = ana.expect("message").await;
    assert!(other.get("device").is_none() && other.get("n").is_none(), "{other}");

    let room = laptop.ask(join("#rust"), "room").await;
    assert_eq!(phone.expect("room").await, room, "the others come with it");
    ana.say("#lobby", "hi").await;
    laptop.expect("message").await;
    phone.expect("message").await;
    phone.send(r##"{"type":"read","room":"#lobby","seq":2}"##).await;
    for session in [&mut phone, &mut laptop] {
        assert_eq!(session.expect("read").await["seq"], 2);
    }
    phone.send(r##"{"type":"leave","room":"#rust"}"##).await;
    for session in [&mut phone, &mut laptop] {
        assert_eq!(session.expect("left").await["room"], "#rust");
    }

    drop(laptop);
    phone.say("#lobby", "still here").await;
    assert_eq!(ana.expect("message").await["text"], "still here", "and nobody has left");
    drop(phone);
    assert_eq!(ana.expect("left").await["user"]["id"], 2);
    let (mut phone, _) = Peer::again(&daemon, &token, "phone").await;
    assert_eq!(ana.expect("joined").await["user"]["id"], 2);
    let refused = phone.ask(json!({"type": "history", "room": "#rust"}), "refused").await;
    assert_eq!(refused["code"], "not_in_room");
}

#[tokio::test(start_paused = true)]
async fn in_a_large_room_presence_is_a_number() {
    let daemon = daemon_with(Config { presence_users: 2, ..Config::default() });
    let mut ana = Peer::native(&daemon, "ana").await;
    let _bob = Peer::native(&daemon, "bob").await;
    ana.expect("joined").await;
    let mut others = Vec::new();
    for name in ["carl", "dora", "emil"] {
        others.push(Peer::native(&daemon, name).await);
    }
    daemon.publish_presence();
    daemon.publish_presence();
    assert_eq!(ana.expect("presence").await["count"], 5);
    others[0].expect("presence").await;
    others[0].say("#lobby", "hi").await;
    assert_eq!(ana.expect("message").await["text"], "hi", "and no second number");
}

#[tokio::test(start_paused = true)]
async fn many_rooms_are_sent_as_the_client_takes_them_and_before_anything_else() {
    if crate::USES_WEB_SOCKETS || crate::USES_TLS {
        return; // their buffers hold all rooms, and the pipe does not
    }
    let daemon = daemon();
    let mut eva = Peer::native(&daemon, "eva").await;
    let (mut bob, token) = Peer::with_token(&daemon, "bob").await;
    eva.expect("joined").await;
    let rooms = make_rooms(&mut eva).await;
    for room in &rooms {
        bob.send(&join(room).to_string()).await;
        bob.until("room").await;
    }
    drop(bob);
    eva.until("left").await;

    let mut bob = Peer::connect(&daemon);
    let hello = json!({"type": "hello", "version": 1, "name": "bob", "token": token});
    bob.send(&hello.to_string()).await;
    bob.send(r#"{"type":"ping","nonce":1}"#).await;
    eva.until("joined").await;
    eva.send(&topic("#room99", "news").to_string()).await;
    while eva.until("topic").await["topic"] != "news" {}
    bob.expect("welcome").await;
    for room in ["#lobby".to_owned()].iter().chain(&rooms) {
        let told = bob.expect("room").await;
        assert_eq!(told["room"], *room);
        assert_eq!(told["topic"] == "news", room == "#room99", "as it is when there is room");
    }
    bob.expect("pong").await;
}

#[tokio::test(start_paused = true)]
async fn many_rooms_that_another_session_joins_are_all_sent() {
    let daemon = patient();
    let mut eva = Peer::native(&daemon, "eva").await;
    let rooms = make_rooms(&mut eva).await;
    let (mut laptop, token) = Peer::with_token(&daemon, "bob").await;
    let (mut phone, _) = Peer::again(&daemon, &token, "phone").await;
    // The phone does not read, so its session looks for new rooms only once its user is in all of them.
    for _ in 0..MUCH {
        eva.send(&json!({"type": "say", "room": "#lobby", "text": "x".repeat(4000)}).to_string())
            .await;
        laptop.until("message").await;
    }
    for room in &rooms {
        laptop.send(&join(room).to_string()).await;
        laptop.until("room").await;
    }
    for room in &rooms {
        assert_eq!(phone.until("room").await["room"], *room);
    }
}

/// Makes rooms with the longest topics, as many as one may be in: more than a door holds.
async fn make_rooms(peer: &mut Peer) -> Vec<String> {
    let rooms: Vec<String> = (1..100).map(|n| format!("#room{n}")).collect();
    for room in &rooms {
        peer.send(&join(room).to_string()).await;
        peer.send(&topic(room, &"\"".repeat(512)).to_string()).await;
        peer.until("topic").await;
    }
    rooms
}

fn topic(room: &str, topic: &str) -> Value {
    json!({"type": "topic", "room": room, "topic": topic})
}
