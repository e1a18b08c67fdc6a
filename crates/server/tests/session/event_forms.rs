//! The form in which a client is sent an event: the one that it knows.

use serde_json::{Value, json};

use crate::events::{accepted, history, with};
use crate::peer::{Peer, daemon};

/// The fields of a message but those that every message has.
fn details(message: &Value) -> Value {
    let mut message = message.as_object().unwrap().clone();
    for field in ["type", "room", "seq", "from", "at", "kind", "text", "device", "n"] {
        message.remove(field);
    }
    Value::Object(message)
}

/// Says a text, and has each kind of event about it.
async fn all_kinds(ana: &mut Peer) {
    for fields in [
        json!({"text": "thanks both, I will look at it tomorrow"}),
        json!({"kind": "edit", "target": 1, "text": "thanks all"}),
        json!({"kind": "reaction", "target": 1, "emoji": "👍"}),
        json!({"kind": "reaction", "target": 1, "emoji": "👍", "on": false}),
        json!({"kind": "pin", "target": 1}),
        json!({"text": "bye", "reply_to": 1}),
        json!({"kind": "delete", "target": 6}),
        json!({"kind": "topic", "topic": "crabs"}),
    ] {
        accepted(ana, fields).await;
    }
}

/// The kinds and texts of eight messages.
async fn eight(peer: &mut Peer) -> Vec<(String, String)> {
    let mut found = Vec::new();
    for seq in 1..=8 {
        let message = peer.until("message").await;
        assert_eq!(message["seq"], seq, "no place is left out");
        let field = |name: &str| message[name].as_str().unwrap().to_owned();
        found.push((field("kind"), field("text")));
    }
    found
}

fn pairs(expected: [(&str, &str); 8]) -> Vec<(String, String)> {
    expected.map(|(kind, text)| (kind.to_owned(), text.to_owned())).to_vec()
}

#[tokio::test(start_paused = true)]
async fn each_client_gets_each_event_in_a_form_that_it_knows() {
    let daemon = daemon();
    let mut ana = with(&daemon, "ana", &["events"]).await;
    let mut new = with(&daemon, "new", &["events"]).await;
    let mut middle = with(&daemon, "middle", &["unknown_kinds"]).await;
    let mut old = with(&daemon, "old", &[]).await;
    all_kinds(&mut ana).await;
    let quoted = "\"thanks both, I will look at it…\"";
    let reacts = format!("reacts 👍 to {quoted}");
    let takes_back = format!("takes back 👍 from {quoted}");
    let pinned = format!("pinned {quoted}");
    assert_eq!(
        eight(&mut new).await,
        pairs([
            ("text", "thanks both, I will look at it tomorrow"),
            ("edit", "thanks all"),
            ("reaction", "reacts 👍"),
            ("reaction", "takes back 👍"),
            ("pin", "pinned a message"),
            ("text", "bye"),
            ("delete", "deleted a message"),
            ("topic", "set the topic: crabs"),
        ])
    );
    let described = |kinds: [&'static str; 8]| {
        let texts = [
            "thanks both, I will look at it tomorrow",
            "* thanks all",
            &reacts,
            &takes_back,
            &pinned,
            "bye",
            "deleted a message",
            "set the topic: crabs",
        ];
        let pair = |(kind, text): (&str, &str)| (kind.to_owned(), text.to_owned());
        kinds.into_iter().zip(texts).map(pair).collect::<Vec<_>>()
    };
    let kinds = ["text", "edit", "reaction", "reaction", "pin", "text", "delete", "topic"];
    assert_eq!(eight(&mut middle).await, described(kinds));
    let kinds = ["text", "text", "action", "action", "action", "text", "action", "action"];
    assert_eq!(eight(&mut old).await, described(kinds));
    // Also the missed messages.
    let page = history(&mut old).await;
    assert_eq!((&page[2]["kind"], &page[2]["text"]), (&json!("action"), &json!(reacts)));
    assert_eq!(page[5]["text"], "This message was deleted.");
    assert_eq!(details(&page[2]), json!({}));
}

#[tokio::test(start_paused = true)]
async fn a_change_of_a_topic_is_shown_once_by_each_client() {
    let daemon = daemon();
    let mut ana = with(&daemon, "ana", &["events"]).await;
    let mut new = with(&daemon, "new", &["events"]).await;
    let mut middle = with(&daemon, "middle", &["unknown_kinds", "unread"]).await;
    let mut old = with(&daemon, "old", &[]).await;
    for topic in ["crabs", "lobsters"] {
        ana.send(&json!({"type": "topic", "room": "#lobby", "topic": topic}).to_string()).await;
        for peer in [&mut ana, &mut new] {
            assert_eq!(peer.until("topic").await["topic"], topic);
            let message = peer.expect("message").await;
            assert_eq!((&message["kind"], &message["topic"]), (&json!("topic"), &json!(topic)));
        }
        for peer in [&mut middle, &mut old] {
            while peer.until("room").await["topic"] != topic {}
            let message = peer.expect("message").await;
            assert_eq!(message["text"], format!("set the topic: {topic}"));
        }
    }
    // Its own: the answer of version 0.1.0 is the event.
    old.send(r##"{"type":"topic","room":"#lobby","topic":"none"}"##).await;
    assert_eq!(old.expect("topic").await["topic"], "none");
    assert_eq!(old.expect("message").await["seq"], 3);
    middle.send(r##"{"type":"topic","room":"#lobby","topic":"fish"}"##).await;
    let room = middle.until("room").await;
    assert_eq!((&room["topic"], &room["last_seq"]), (&json!("none"), &json!(2)));
    assert_eq!(middle.expect("message").await["seq"], 3);
    assert_eq!(middle.expect("room").await["topic"], "fish");
    assert_eq!(middle.expect("message").await["seq"], 4);
}

#[tokio::test(start_paused = true)]
async fn a_classic_client_is_sent_edits_and_reactions_as_texts() {
    let daemon = daemon();
    let mut ana = with(&daemon, "ana", &["events"]).await;
    let (mut bob, _) = Peer::classic(&daemon, "bob").await;
    all_kinds(&mut ana).await;
    for text in [
        "thanks both, I will look at it tomorrow",
        "* thanks all",
        "* ana reacts 👍 to \"thanks both, I will look at it…\"",
        "* ana takes back 👍 from \"thanks both, I will look at it…\"",
        "bye",
    ] {
        assert_eq!(bob.recv().await, format!("1||ana||{text}"));
    }
    accepted(&mut ana, json!({"text": "the end"})).await;
    assert_eq!(bob.recv().await, "1||ana||the end", "nothing of a pin, a deletion or a topic");
}

#[tokio::test(start_paused = true)]
async fn history_and_a_join_have_messages_as_they_are_now() {
    let daemon = daemon();
    let mut ana = with(&daemon, "ana", &["events"]).await;
    let mut bob = with(&daemon, "bob", &["events"]).await;
    all_kinds(&mut ana).await;
    accepted(&mut bob, json!({"kind": "reaction", "target": 1, "emoji": "🎉"})).await;
    let page = history(&mut bob).await;
    let edited = page[1]["at"].clone();
    let replied = page[5]["at"].clone();
    let reaction =
        json!({"emoji": "🎉", "count": 1, "own": true, "users": [{"id": 2, "name": "bob"}]});
    let now = json!({
        "edited": {"at": edited, "count": 1},
        "reactions": [reaction],
        "replies": {"count": 1, "last_seq": 6, "last_at": replied},
        "pinned": true,
        "as_of": 9,
    });
    assert_eq!((&page[0]["text"], details(&page[0])), (&json!("thanks all"), now.clone()));
    let deleted = json!({"reply_to": 1, "deleted": true, "as_of": 9});
    assert_eq!(details(&page[5]), deleted);
    assert_eq!(page[5]["text"], "This message was deleted.");
    assert_eq!(details(&page[2]), json!({"target": 1, "emoji": "👍", "on": true}));
    ana.send(r##"{"type":"join","room":"#lobby","since":0}"##).await;
    let message = loop {
        let message = ana.until("message").await;
        if message["seq"] == 1 {
            break message;
        }
    };
    let mut of_another = now;
    of_another["reactions"][0].as_object_mut().unwrap().remove("own");
    assert_eq!((&message["text"], details(&message)), (&json!("thanks all"), of_another));
}
