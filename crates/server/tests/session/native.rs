//! The native door: commands of a client, and their answers.

use serde_json::json;
use tokio::time::{Duration, sleep};

use crate::peer::{Peer, daemon};

#[tokio::test(start_paused = true)]
async fn a_hello_is_welcomed_with_the_room() {
    let daemon = daemon();
    let mut bob = Peer::connect(&daemon);
    bob.send(r#"{"type":"hello","version":1,"name":"bob","device":"laptop"}"#).await;
    let welcome = bob.expect("welcome").await;
    assert_eq!(welcome["id"], 1);
    assert_eq!(welcome["name"], "bob");
    assert_eq!(welcome["last"], 0);
    assert_eq!(welcome["server"]["name"], "chat-server");
    assert_eq!(welcome["limits"]["line_bytes"], 65_536);
    let room = bob.expect("room").await;
    assert_eq!(
        room,
        json!({"type":"room","room":"#lobby","topic":"","count":1,
               "users":[{"id":1,"name":"bob"}],"last_seq":0,"read":0})
    );
}

/// The protocol is detected from the first bytes, which the door must read as well.
#[tokio::test(start_paused = true)]
async fn a_hello_and_the_command_after_it_are_read_wherever_they_are_cut() {
    const SENT: &[u8] =
        b"{\"type\":\"hello\",\"version\":1,\"name\":\"bob\"}\n{\"type\":\"ping\"}\n";
    for cut in 0..=SENT.len() {
        let daemon = daemon();
        let mut bob = Peer::connect(&daemon);
        bob.write(&SENT[..cut]).await;
        sleep(Duration::from_millis(1)).await; // the daemon takes what is there
        bob.write(&SENT[cut..]).await;
        for kind in ["welcome", "room", "pong"] {
            bob.expect(kind).await;
        }
    }
}

#[tokio::test(start_paused = true)]
async fn the_others_receive_a_message_and_its_sender_the_place() {
    let daemon = daemon();
    let mut ana = Peer::native(&daemon, "ana").await;
    let mut bob = Peer::native(&daemon, "bob").await;
    assert_eq!(ana.expect("joined").await["user"], json!({"id":2,"name":"bob"}));

    bob.send(r##"{"type":"say","room":"#lobby","n":1,"text":"hi"}"##).await;
    bob.send(r##"{"type":"say","room":"#LOBBY","n":2,"kind":"action","text":"waves"}"##).await;
    for (n, kind, text) in [(1, "text", "hi"), (2, "action", "waves")] {
        let accepted = bob.expect("accepted").await;
        let message = ana.expect("message").await;
        assert_eq!((&accepted["n"], &accepted["seq"]), (&json!(n), &json!(n)));
        assert_eq!(message["from"], json!({"id":2,"name":"bob"}));
        assert_eq!((&message["kind"], &message["text"]), (&json!(kind), &json!(text)));
        assert_eq!((&message["seq"], &message["at"]), (&json!(n), &accepted["at"]));
    }
}

#[tokio::test(start_paused = true)]
async fn without_a_number_it_is_accepted_without_one() {
    let daemon = daemon();
    let mut bob = Peer::native(&daemon, "bob").await;
    bob.send(r##"{"type":"say","room":"#lobby","text":"hi"}"##).await;
    assert!(bob.expect("accepted").await.get("n").is_none());
}

#[tokio::test(start_paused = true)]
async fn a_taken_name_is_refused_with_a_free_one_and_the_connection_closes() {
    let daemon = daemon();
    let _bob = Peer::native(&daemon, "Bob").await;
    let mut late = Peer::connect(&daemon);
    late.send(r#"{"type":"hello","version":1,"name":"ｂｏｂ"}"#).await;
    let refused = late.expect("refused").await;
    assert_eq!(refused["code"], "name_taken");
    assert!(refused["text"].as_str().unwrap().contains("ｂｏｂ_2"), "{refused}");
    assert_eq!(late.next().await, None);
}

#[tokio::test(start_paused = true)]
async fn a_name_with_a_space_and_one_with_an_underscore_are_one() {
    let daemon = daemon();
    let mut ana = Peer::native(&daemon, "Ana María").await;
    let mut late = Peer::connect(&daemon);
    late.send(r#"{"type":"hello","version":1,"name":"ana_maría"}"#).await;
    assert_eq!(late.expect("refused").await["code"], "name_taken");
    let mut bob = Peer::native(&daemon, "bob").await;
    ana.expect("joined").await;
    bob.send(r#"{"type":"say","room":"@Ana_María","n":1,"text":"hi"}"#).await;
    assert_eq!(bob.until("accepted").await["room"], "@1-2");
    let message = ana.until("message").await;
    assert_eq!((&message["room"], &message["text"]), (&json!("@1-2"), &json!("hi")));
    // Its own name in another spelling is free to its user.
    ana.send(r#"{"type":"rename","name":"Ana_María"}"#).await;
    assert_eq!(ana.until("renamed").await["name"], "Ana_María");
}

#[tokio::test(start_paused = true)]
async fn a_hello_that_cannot_be_answered_is_refused_and_the_connection_closes() {
    let daemon = daemon();
    for (hello, code) in [
        (r#"{"type":"hello","version":2,"name":"bob"}"#, "bad_version"),
        (r#"{"type":"hello","version":1,"name":"b|b"}"#, "bad_name"),
        (r#"{"type":"hello","version":1,"name":"bob","token":"secret"}"#, "bad_token"),
        (r#"{"type":"hello","version":1,"name":"bob","token":"secret","new":true}"#, "bad_token"),
    ] {
        let mut bob = Peer::connect(&daemon);
        bob.send(hello).await;
        assert_eq!(bob.expect("refused").await["code"], code, "{hello}");
        assert_eq!(bob.next().await, None, "{hello}");
    }
}

#[tokio::test(start_paused = true)]
async fn hello_comes_first_and_once() {
    let daemon = daemon();
    let mut bob = Peer::connect(&daemon);
    bob.send(r#"{"type":"ping","nonce":1}"#).await;
    assert_eq!(bob.expect("refused").await["code"], "hello_first");
    bob.send(r#"{"type":"hello","version":1,"name":"bob"}"#).await;
    bob.expect("welcome").await;
    bob.expect("room").await;
    bob.send(r#"{"type":"hello","version":1,"name":"bob"}"#).await;
    assert_eq!(bob.expect("refused").await["code"], "hello_again");
}

#[tokio::test(start_paused = true)]
async fn a_new_name_is_sent_to_all() {
    let daemon = daemon();
    let mut ana = Peer::native(&daemon, "ana").await;
    let mut bob = Peer::native(&daemon, "bob").await;
    ana.expect("joined").await;
    bob.send(r#"{"type":"rename","name":"ana"}"#).await;
    assert_eq!(bob.expect("refused").await["code"], "name_taken");
    bob.send(r#"{"type":"rename","name":"eva"}"#).await;
    let renamed = json!({"type":"renamed","user":{"id":2,"name":"bob"},"name":"eva"});
    assert_eq!(bob.expect("renamed").await, renamed);
    assert_eq!(ana.expect("renamed").await, renamed);
    bob.send(r##"{"type":"say","room":"#lobby","text":"it is me"}"##).await;
    assert_eq!(ana.expect("message").await["from"], json!({"id":2,"name":"eva"}));
}

#[tokio::test(start_paused = true)]
async fn a_ping_is_answered_with_its_nonce() {
    let daemon = daemon();
    let mut bob = Peer::native(&daemon, "bob").await;
    for nonce in [json!("a word"), json!(18_446_744_073_709_551_615_u64)] {
        bob.send(&json!({"type":"ping","nonce":nonce}).to_string()).await;
        assert_eq!(bob.expect("pong").await["nonce"], nonce);
    }
}

#[tokio::test(start_paused = true)]
async fn bye_and_a_lost_connection_are_told_apart() {
    let daemon = daemon();
    let mut ana = Peer::native(&daemon, "ana").await;
    let mut bob = Peer::native(&daemon, "bob").await;
    ana.expect("joined").await;
    bob.send(r#"{"type":"bye"}"#).await;
    assert_eq!(bob.expect("goodbye").await["code"], "bye");
    assert_eq!(bob.next().await, None);
    assert_eq!(ana.expect("left").await["reason"], "bye");

    let eva = Peer::native(&daemon, "eva").await;
    ana.expect("joined").await;
    drop(eva);
    assert_eq!(ana.expect("left").await["reason"], "lost");
}

#[tokio::test(start_paused = true)]
async fn bad_lines_are_refused_each_for_its_fault_and_the_session_lives() {
    if crate::USES_WEB_SOCKETS {
        return; // a line that is too long closes a WebSocket: `web` has that
    }
    let daemon = daemon();
    let mut bob = Peer::native(&daemon, "bob").await;
    let long =
        format!(r##"{{"type":"say","room":"#lobby","n":5,"text":"{}"}}"##, "x".repeat(20_000));
    let very_long = "x".repeat(200_000);
    let cases: [(&[u8], &str); 9] = [
        (b"nonsense", "bad_json"),
        (b"[1,2]", "bad_json"),
        (b"{\"type\":\"say\xFF\"}", "bad_utf8"),
        (br#"{"type":"dance"}"#, "unknown_type"),
        (br#"{"text":"hi"}"#, "unknown_type"),
        (br#"{"type":"say","text":"hi"}"#, "bad_field"),
        (br#"{"type":"say","room":"lobby","text":"hi"}"#, "bad_room"),
        (long.as_bytes(), "bad_text"),
        (very_long.as_bytes(), "line_too_long"),
    ];
    for (line, code) in cases {
        bob.write(line).await;
        bob.write(b"\r\n\n").await;
        let refused = bob.expect("refused").await;
        assert_eq!(refused["code"], code, "{refused}");
    }
    bob.send(r#"{"type":"ping","nonce":1}"#).await;
    bob.expect("pong").await;
}

#[tokio::test(start_paused = true)]
async fn a_refused_say_names_its_number() {
    let daemon = daemon();
    let mut bob = Peer::native(&daemon, "bob").await;
    bob.send(r##"{"type":"say","room":"#lobby","n":7,"text":"\u001b[2J"}"##).await;
    let refused = bob.expect("refused").await;
    assert_eq!((&refused["code"], &refused["n"]), (&json!("bad_text"), &json!(7)));
}

#[tokio::test(start_paused = true)]
async fn too_many_broken_lines_end_the_session() {
    let daemon = daemon();
    let mut ana = Peer::native(&daemon, "ana").await;
    let mut bob = Peer::native(&daemon, "bob").await;
    ana.expect("joined").await;
    for _ in 0..21 {
        bob.send("nonsense").await;
    }
    for _ in 0..21 {
        bob.expect("refused").await;
    }
    assert_eq!(bob.expect("goodbye").await["code"], "too_many_errors");
    assert_eq!(bob.next().await, None);
    assert_eq!(ana.expect("left").await["reason"], "too_many_errors");
}

/// A newer client may send what this server does not know.
#[tokio::test(start_paused = true)]
async fn commands_of_unknown_types_are_refused_and_cost_no_connection() {
    let daemon = daemon();
    let mut bob = Peer::native(&daemon, "bob").await;
    for _ in 0..50 {
        bob.send(r##"{"type":"react","room":"#lobby","n":1}"##).await;
        let refused = bob.expect("refused").await;
        assert_eq!((&refused["code"], &refused["n"]), (&json!("unknown_type"), &json!(1)));
    }
    let poll = json!({"type": "say", "room": "#lobby", "n": 2, "kind": "poll", "text": "tea?"});
    assert_eq!(bob.ask(poll, "refused").await["code"], "bad_field");
    assert_eq!(bob.say("#lobby", "hi").await["seq"], 1, "nothing of that was stored");
}

#[tokio::test(start_paused = true)]
async fn a_last_line_without_an_end_counts() {
    if crate::USES_WEB_SOCKETS {
        return; // the end of a message ends a line there: `web` has that
    }
    let daemon = daemon();
    let mut ana = Peer::native(&daemon, "ana").await;
    let mut bob = Peer::native(&daemon, "bob").await;
    ana.expect("joined").await;
    bob.write(br##"{"type":"say","room":"#lobby","text":"last words"}"##).await;
    drop(bob);
    assert_eq!(ana.expect("message").await["text"], "last words");
    ana.expect("left").await;
}
