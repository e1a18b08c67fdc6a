//! Rooms, direct messages, and the several sessions of one user.

use std::time::Duration;

use chat_server::Config;
use serde_json::{Value, json};

use crate::peer::{Peer, daemon, daemon_with};

fn join(room: &str) -> Value {
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
async fn a_topic_is_told_to_all_and_listed() {
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
async fn a_client_that_misses_a_new_name_is_sent_the_title_again_and_no_name_twice() {
    let hour = Duration::from_secs(3600);
    let daemon =
        daemon_with(Config { write_timeout: hour, idle_timeout: hour, ..Config::default() });
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

/// Messages that are more than a pipe, a door and the ring of a room hold.
const MUCH: usize = 200;

/// Says so much.
async fn say_much(peer: &mut Peer) {
    let say = json!({"type": "say", "room": "#lobby", "text": "x".repeat(4000)}).to_string();
    for _ in 0..MUCH {
        peer.send(&say).await;
        peer.until("accepted").await;
    }
}

#[tokio::test(start_paused = true)]
async fn who_is_called_into_a_conversation_gets_what_it_was_called_with() {
    let hour = Duration::from_secs(3600);
    let daemon =
        daemon_with(Config { write_timeout: hour, idle_timeout: hour, ..Config::default() });
    let mut eva = Peer::native(&daemon, "eva").await;
    let mut ana = Peer::native(&daemon, "ana").await;
    // So that it looks where its user is only when all of this is kept.
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
async fn whose_words_begin_a_conversation_is_told_of_it_and_not_of_them() {
    let daemon = daemon();
    let _ana = Peer::native(&daemon, "ana").await;
    let mut bob = Peer::native(&daemon, "bob").await;
    // The answer to the second comes once the first is kept.
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
async fn many_rooms_are_told_as_the_client_takes_them_and_before_anything_else() {
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
async fn who_leaves_is_told_so_even_where_it_is_called_back_at_once() {
    let daemon = daemon();
    let mut ana = Peer::native(&daemon, "ana").await;
    let mut bob = Peer::native(&daemon, "bob").await;
    ana.expect("joined").await;
    bob.ask(json!({"type": "say", "room": "@ana", "text": "hi"}), "room").await;
    ana.expect("room").await;
    ana.expect("message").await;
    // Both at once, so that one commit keeps them.
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

#[tokio::test(start_paused = true)]
async fn many_rooms_joined_elsewhere_are_all_told() {
    let hour = Duration::from_secs(3600);
    let daemon =
        daemon_with(Config { write_timeout: hour, idle_timeout: hour, ..Config::default() });
    let mut eva = Peer::native(&daemon, "eva").await;
    let rooms = make_rooms(&mut eva).await;
    let (mut laptop, token) = Peer::with_token(&daemon, "bob").await;
    let (mut phone, _) = Peer::again(&daemon, &token, "phone").await;
    // So that it looks where its user is only when that is in all of them.
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
