//! Events about messages, between clients that know them and clients that do not.

use chat_server::Server;
use serde_json::{Value, json};

use crate::peer::{Peer, daemon};

/// A session of a new user whose client has these features.
pub(crate) async fn with(daemon: &Server, name: &str, features: &[&str]) -> Peer {
    let mut peer = Peer::connect(daemon);
    let hello = json!({"type": "hello", "version": 1, "name": name, "features": features});
    peer.send(&hello.to_string()).await;
    peer.expect("welcome").await;
    peer.expect("room").await;
    peer
}

/// A `say` in the lobby with these fields.
fn say(fields: &Value) -> Value {
    let mut say = json!({"type": "say", "room": "#lobby"});
    say.as_object_mut().unwrap().extend(fields.as_object().unwrap().clone());
    say
}

/// Sends a `say` that is accepted, and returns its `seq`.
pub(crate) async fn accepted(peer: &mut Peer, fields: Value) -> u64 {
    let answer = peer.until_answer(say(&fields)).await;
    answer["seq"].as_u64().unwrap_or_else(|| panic!("{answer}"))
}

/// Sends a `say` that is refused, and returns the code.
async fn refused(peer: &mut Peer, fields: Value) -> String {
    let answer = peer.until_answer(say(&fields)).await;
    answer["code"].as_str().unwrap_or_else(|| panic!("{answer}")).to_owned()
}

/// The messages of the lobby as they are now for this client.
pub(crate) async fn history(peer: &mut Peer) -> Vec<Value> {
    peer.send(r##"{"type":"history","room":"#lobby"}"##).await;
    peer.until("history").await["messages"].as_array().unwrap().clone()
}

#[tokio::test(start_paused = true)]
async fn each_refusal_has_a_code_of_its_own() {
    let daemon = daemon();
    let mut ana = with(&daemon, "ana", &["events"]).await;
    let mut bob = with(&daemon, "bob", &["events"]).await;
    accepted(&mut ana, json!({"text": "one"})).await;
    accepted(&mut ana, json!({"text": "two", "thread": 1})).await;
    accepted(&mut ana, json!({"kind": "pin", "target": 1})).await;
    let heart = |on| json!({"kind": "reaction", "target": 2, "emoji": "❤️", "on": on});
    accepted(&mut bob, heart(true)).await;
    for (fields, code) in [
        (heart(true), "no_change"),
        (json!({"kind": "reaction", "target": 2, "emoji": "🎉", "on": false}), "no_change"),
        (json!({"kind": "pin", "target": 1}), "no_change"),
        (json!({"kind": "pin", "target": 2, "on": false}), "no_change"),
        (json!({"kind": "edit", "target": 1, "text": "x"}), "not_yours"),
        (json!({"kind": "delete", "target": 1}), "not_yours"),
        (json!({"kind": "reaction", "target": 9, "emoji": "👍"}), "no_such_message"),
        (json!({"kind": "reaction", "target": 0, "emoji": "👍"}), "no_such_message"),
        (json!({"kind": "reaction", "target": 3, "emoji": "👍"}), "bad_target"),
        (json!({"kind": "reaction", "target": 1, "emoji": "two"}), "bad_text"),
        (json!({"kind": "reaction", "target": 1, "emoji": "\u{fe0f}"}), "bad_text"),
        (json!({"kind": "reaction", "target": 1}), "bad_field"),
        (json!({"text": "x", "thread": 2}), "bad_target"),
        (json!({"text": "x", "reply_to": 7}), "no_such_message"),
    ] {
        assert_eq!(refused(&mut bob, fields.clone()).await, code, "{fields}");
    }
    for nth in 0..20 {
        let emoji = char::from_u32(0x1F600 + nth).unwrap();
        accepted(&mut bob, json!({"kind": "reaction", "target": 1, "emoji": emoji})).await;
    }
    let one_more = json!({"kind": "reaction", "target": 1, "emoji": "👍"});
    assert_eq!(refused(&mut bob, one_more.clone()).await, "too_many_reactions");
    let known = json!({"kind": "reaction", "target": 1, "emoji": "😀"});
    accepted(&mut ana, known.clone()).await;
    for peer in [&mut ana, &mut bob] {
        accepted(peer, json!({"kind": "reaction", "target": 1, "emoji": "😀", "on": false})).await;
    }
    accepted(&mut ana, one_more).await;
    for _ in 0..100 {
        accepted(&mut ana, json!({"kind": "edit", "target": 1, "text": "x"})).await;
    }
    let edit = json!({"kind": "edit", "target": 1, "text": "x"});
    assert_eq!(refused(&mut ana, edit.clone()).await, "too_many_edits");
    accepted(&mut ana, json!({"kind": "delete", "target": 1})).await;
    assert_eq!(refused(&mut ana, edit).await, "deleted");
    assert_eq!(refused(&mut ana, json!({"kind": "delete", "target": 1})).await, "deleted");
    accepted(&mut ana, json!({"text": "the thread goes on", "thread": 1})).await;
}

#[tokio::test(start_paused = true)]
async fn an_event_is_stored_once_under_its_number() {
    let daemon = daemon();
    let mut ana = with(&daemon, "ana", &["events"]).await;
    let text = json!({"n": 1, "text": "one"});
    accepted(&mut ana, text.clone()).await;
    let edit = json!({"n": 2, "kind": "edit", "target": 1, "text": "two"});
    let reaction = json!({"n": 3, "kind": "reaction", "target": 1, "emoji": "👍"});
    for (seq, event) in [(2, &edit), (3, &reaction)] {
        accepted(&mut ana, event.clone()).await;
        let repeat = ana.until_answer(say(event)).await;
        assert_eq!((&repeat["seq"], &repeat["repeat"]), (&json!(seq), &json!(true)));
    }
    let mut other = reaction;
    other["on"] = json!(false);
    assert_eq!(refused(&mut ana, other).await, "number_used");
    // What was deleted meanwhile was stored all the same.
    accepted(&mut ana, json!({"n": 4, "kind": "delete", "target": 1})).await;
    for (seq, event) in [(1, text), (2, edit)] {
        let repeat = ana.until_answer(say(&event)).await;
        assert_eq!((&repeat["seq"], &repeat["repeat"]), (&json!(seq), &json!(true)));
    }
    assert_eq!(history(&mut ana).await.len(), 4);
}

#[tokio::test(start_paused = true)]
async fn the_versions_of_a_message_are_there_until_it_is_deleted() {
    let daemon = daemon();
    let mut ana = with(&daemon, "ana", &["events"]).await;
    for text in ["one", "two"] {
        accepted(&mut ana, json!({"text": text})).await;
    }
    for text in ["uno", "un"] {
        accepted(&mut ana, json!({"kind": "edit", "target": 1, "text": text})).await;
    }
    let texts = |event: Value| {
        let versions = event["versions"].as_array().unwrap().clone();
        versions.iter().map(|one| (one["seq"].clone(), one["text"].clone())).collect::<Vec<_>>()
    };
    let asked = json!({"type": "versions", "room": "#lobby", "seq": 1});
    let found = texts(ana.ask(asked.clone(), "versions").await);
    assert_eq!(
        found,
        [(json!(1), json!("one")), (json!(3), json!("uno")), (json!(4), json!("un"))]
    );
    let rest = json!({"type": "versions", "room": "#lobby", "seq": 1, "after": 3});
    assert_eq!(texts(ana.ask(rest, "versions").await), [(json!(4), json!("un"))]);
    accepted(&mut ana, json!({"kind": "delete", "target": 1})).await;
    assert_eq!(ana.ask(asked, "refused").await["code"], "deleted");
}

#[tokio::test(start_paused = true)]
async fn mentions_are_counted_and_listed_and_events_are_not_unread() {
    let daemon = daemon();
    let (mut ana, token) = Peer::with_token(&daemon, "Ana María").await;
    let mut bob = with(&daemon, "bob", &["events"]).await;
    ana.send(r##"{"type":"join","room":"#rust"}"##).await;
    ana.until("room").await;
    bob.send(r##"{"type":"join","room":"#rust"}"##).await;
    bob.until("room").await;
    for fields in [
        json!({"text": "hi @ana_maría"}),
        json!({"text": "nobody"}),
        json!({"kind": "reaction", "target": 2, "emoji": "👍"}),
        json!({"kind": "edit", "target": 2, "text": "@ana_maría, too late"}),
        json!({"text": "@here"}),
        json!({"text": "ana maría: gone"}),
        json!({"kind": "delete", "target": 6}),
        json!({"room": "#rust", "text": "Ana María"}),
    ] {
        accepted(&mut bob, fields).await;
    }
    let mut tablet = Peer::connect(&daemon);
    let hello = json!({"type": "hello", "version": 1, "name": "Ana María", "token": token,
                       "features": ["unread", "events"]});
    tablet.send(&hello.to_string()).await;
    tablet.expect("welcome").await;
    let lobby = tablet.expect("room").await;
    assert_eq!((&lobby["unread"], &lobby["mentions"]), (&json!(3), &json!(2)));
    let rust = tablet.expect("room").await;
    assert_eq!((&rust["unread"], &rust["mentions"]), (&json!(1), &json!(1)));
    let places = |event: &Value| {
        let messages = event["messages"].as_array().unwrap();
        let place = |message: &Value| (message["room"].clone(), message["seq"].clone());
        messages.iter().map(place).collect::<Vec<_>>()
    };
    let page = tablet.ask(json!({"type": "mentions", "limit": 2}), "mentions").await;
    assert_eq!(places(&page), [(json!("#rust"), json!(1)), (json!("#lobby"), json!(5))]);
    let older = json!({"type": "mentions", "before": page["next"]});
    let page = tablet.ask(older, "mentions").await;
    assert_eq!((places(&page), &page["next"]), (vec![(json!("#lobby"), json!(1))], &Value::Null));
    tablet.send(r##"{"type":"leave","room":"#rust"}"##).await;
    tablet.until("left").await;
    let page = tablet.ask(json!({"type": "mentions"}), "mentions").await;
    assert_eq!(places(&page), [(json!("#lobby"), json!(5)), (json!("#lobby"), json!(1))]);
}

#[tokio::test(start_paused = true)]
async fn an_event_that_is_refused_opens_no_direct_message() {
    let daemon = daemon();
    let mut ana = with(&daemon, "ana", &["events"]).await;
    let mut bob = with(&daemon, "bob", &["events"]).await;
    for (fields, code) in [
        (json!({"kind": "delete", "target": 1}), "no_such_message"),
        (json!({"kind": "reaction", "target": 1, "emoji": "👍", "n": 1}), "no_such_message"),
        (json!({"text": "yes", "reply_to": 1}), "no_such_message"),
        (json!({"kind": "pin", "target": 1}), "not_in_room"),
        (json!({"kind": "topic", "topic": "crabs"}), "not_in_room"),
    ] {
        let mut fields = fields;
        fields["room"] = json!("@bob");
        assert_eq!(refused(&mut ana, fields.clone()).await, code, "{fields}");
    }
    bob.send(r#"{"type":"ping","nonce":1}"#).await;
    bob.expect("pong").await;
    // One that is stored brings back a user who has left.
    accepted(&mut ana, json!({"room": "@bob", "text": "hi"})).await;
    bob.until("message").await;
    bob.send(r#"{"type":"leave","room":"@ana"}"#).await;
    bob.until("left").await;
    let reaction = json!({"room": "@ana", "kind": "reaction", "target": 1, "emoji": "👍"});
    assert_eq!(accepted(&mut bob, reaction).await, 2);
    bob.send(r#"{"type":"history","room":"@ana"}"#).await;
    assert_eq!(bob.until("history").await["messages"].as_array().unwrap().len(), 2);
}
