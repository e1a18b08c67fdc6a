//! Threads and pinned messages.

use serde_json::{Value, json};

use crate::peer::{Peer, daemon};

/// Sends a `say` in the lobby, and returns the answer.
async fn say(peer: &mut Peer, fields: Value) -> Value {
    let mut say = json!({"type": "say", "room": "#lobby"});
    say.as_object_mut().unwrap().extend(fields.as_object().unwrap().clone());
    peer.until_answer(say).await
}

fn seqs(event: &Value) -> Vec<u64> {
    let messages = event["messages"].as_array().unwrap();
    messages.iter().map(|message| message["seq"].as_u64().unwrap()).collect()
}

#[tokio::test(start_paused = true)]
async fn a_thread_and_the_pinned_messages_are_read_by_commands() {
    let daemon = daemon();
    let mut ana = Peer::native(&daemon, "ana").await;
    let mut bob = Peer::native(&daemon, "bob").await;
    for fields in [
        json!({"text": "when?"}),
        json!({"text": "on Friday", "thread": 1}),
        json!({"text": "elsewhere"}),
        json!({"text": "fine", "thread": 1}),
        json!({"kind": "pin", "target": 3}),
        json!({"kind": "pin", "target": 1}),
    ] {
        assert_eq!(say(&mut ana, fields).await["type"], "accepted");
    }
    let command = json!({"type": "read", "room": "#lobby", "seq": 2});
    bob.send(&command.to_string()).await;
    bob.until("read").await;
    bob.send(r##"{"type":"thread","room":"#lobby","seq":1}"##).await;
    let thread = bob.until("thread").await;
    assert_eq!((&thread["room"], &thread["seq"]), (&json!("#lobby"), &json!(1)));
    assert_eq!(
        (&thread["replies"]["count"], &thread["replies"]["last_seq"]),
        (&json!(2), &json!(4))
    );
    assert_eq!((seqs(&thread), &thread["unread"]), (vec![1, 2, 4], &json!(1)));
    bob.send(r##"{"type":"thread","room":"#lobby","seq":1,"before":4,"limit":1}"##).await;
    let page = bob.until("thread").await;
    assert_eq!((seqs(&page), &page["more"]), (vec![2], &json!(true)));
    bob.send(r##"{"type":"pins","room":"#lobby"}"##).await;
    let pins = bob.until("pins").await;
    assert_eq!(
        (seqs(&pins), &pins["count"], &pins["more"]),
        (vec![1, 3], &json!(2), &json!(false))
    );
    bob.send(r##"{"type":"pins","room":"#lobby","after":1}"##).await;
    assert_eq!(seqs(&bob.until("pins").await), [3]);
    bob.send(r##"{"type":"pins","room":"#rust"}"##).await;
    assert_eq!(bob.until("refused").await["code"], "not_in_room");
}

#[tokio::test(start_paused = true)]
async fn the_refusal_of_a_thread_and_of_versions_names_the_message() {
    let daemon = daemon();
    let mut ana = Peer::native(&daemon, "ana").await;
    say(&mut ana, json!({"text": "one"})).await;
    say(&mut ana, json!({"kind": "pin", "target": 1})).await;
    for (room, seq, code) in [
        ("#lobby", 99, "no_such_message"),
        ("#lobby", 2, "bad_target"),
        ("#rust", 1, "not_in_room"),
        ("@nobody", 1, "no_such_user"),
    ] {
        for command in ["thread", "versions"] {
            ana.send(&json!({"type": command, "room": room, "seq": seq}).to_string()).await;
            let refused = ana.until("refused").await;
            assert_eq!((&refused["code"], &refused["room"]), (&json!(code), &json!(room)));
            assert_eq!(refused["seq"], seq, "{refused}");
        }
    }
    assert_eq!(say(&mut ana, json!({"kind": "delete", "target": 1})).await["type"], "accepted");
    ana.send(r##"{"type":"versions","room":"#lobby","seq":1}"##).await;
    let refused = ana.until("refused").await;
    assert_eq!((&refused["code"], &refused["seq"]), (&json!("deleted"), &json!(1)));
}

#[tokio::test(start_paused = true)]
async fn a_room_with_too_many_pinned_messages_says_what_to_do() {
    let daemon = daemon();
    let mut ana = Peer::native(&daemon, "ana").await;
    for _ in 0..=100 {
        say(&mut ana, json!({"text": "x"})).await;
    }
    for target in 1..=100 {
        assert_eq!(
            say(&mut ana, json!({"kind": "pin", "target": target})).await["type"],
            "accepted"
        );
    }
    let refused = say(&mut ana, json!({"kind": "pin", "target": 101})).await;
    assert_eq!(refused["code"], "too_many_pins");
    assert_eq!(
        refused["text"],
        "this room has 100 pinned messages, the most it can have; unpin one first"
    );
}
