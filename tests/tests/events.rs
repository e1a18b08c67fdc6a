//! Events about messages over real sockets: after a kill of the daemon, and beside classic clients.

#![allow(clippy::unwrap_used, reason = "a test ends where it fails")]

use std::time::Duration;

use chat_server::Config;
use e2e::binary::Daemon;
use e2e::classic::Classic;
use e2e::native::Native;
use e2e::server::Server;
use serde_json::{Value, json};
use tempfile::TempDir;

/// Longer than a busy machine delays a client's read, which would get two messages.
const GAP: Duration = Duration::from_millis(60);

/// Connects with the feature `events`, as a new user or as the one with that token. Returns its token as well.
async fn with_events(
    address: std::net::SocketAddr,
    name: &str,
    token: Option<&Value>,
) -> (Native, Value) {
    let mut client = Native::connect(address).await;
    let mut hello = json!({"type": "hello", "version": 1, "name": name, "device": "laptop",
                           "features": ["events", "unknown_kinds"]});
    if let Some(token) = token {
        hello["token"] = token.clone();
    }
    client.send(&hello).await;
    let token = client.expect("welcome").await["token"].clone();
    client.expect("room").await;
    (client, token)
}

/// Sends a `say` in the lobby with these fields, and returns the answer.
async fn say(client: &mut Native, n: u64, fields: &Value) -> Value {
    let mut say = json!({"type": "say", "room": "#lobby", "n": n});
    say.as_object_mut().unwrap().extend(fields.as_object().unwrap().clone());
    client.send(&say).await;
    let answer = client.until("accepted").await;
    assert_eq!(answer["n"], n, "{answer}");
    answer
}

#[tokio::test(flavor = "multi_thread")]
async fn what_was_accepted_of_a_message_is_there_once_after_a_kill() {
    let data = TempDir::new().unwrap();
    let args = ["--data", data.path().to_str().unwrap()];
    let mut daemon = Daemon::start(&args).await;
    let (mut ana, token) = with_events(daemon.address, "ana", None).await;
    let events = [
        json!({"text": "the first"}),
        json!({"kind": "edit", "target": 1, "text": "the second"}),
        json!({"kind": "reaction", "target": 1, "emoji": "👍"}),
        json!({"text": "a reply", "reply_to": 1}),
        json!({"kind": "delete", "target": 4}),
    ];
    for (n, event) in (1..).zip(&events) {
        say(&mut ana, n, event).await;
    }
    daemon.signal("KILL");
    daemon.exit_code().await;

    let daemon = Daemon::start_on(daemon.address, &args).await;
    let (mut ana, _) = with_events(daemon.address, "ana", Some(&token)).await;
    for (n, event) in (1..).zip(&events) {
        let answer = say(&mut ana, n, event).await;
        assert_eq!((&answer["seq"], &answer["repeat"]), (&json!(n), &json!(true)));
    }
    ana.send(&json!({"type": "history", "room": "#lobby"})).await;
    let history = ana.until("history").await;
    let messages = history["messages"].as_array().unwrap();
    assert_eq!(messages.len(), events.len());
    assert_eq!(messages[0]["text"], "the second");
    assert_eq!(messages[0]["edited"]["count"], 1);
    assert_eq!(messages[0]["reactions"][0]["count"], 1);
    assert_eq!(messages[0]["replies"]["count"], 1);
    assert_eq!(messages[3]["deleted"], true);
    for message in messages {
        assert!(!message["text"].as_str().unwrap().contains("a reply"), "{message}");
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn classic_clients_read_whole_messages_through_a_storm_of_events() {
    /// Events of the storm.
    const COUNT: u64 = 60;
    let server = Server::start(Config { classic_gap: GAP, ..Config::default() });
    let mut bob = Classic::join(server.address, "bob").await;
    let mut eva = Classic::join(server.address, "eva").await;
    let (mut ana, _) = with_events(server.address, "ana", None).await;
    say(&mut ana, 1, &json!({"text": "USERS:9||eve&&8"})).await;
    let mut random = fastrand::Rng::with_seed(7);
    for n in 2..COUNT {
        let on = random.bool();
        let event = match random.u8(..6) {
            0 => json!({"kind": "edit", "target": 1, "text": "a||b\n||c"}),
            1 => json!({"kind": "reaction", "target": 1, "emoji": "|", "on": on}),
            2 => json!({"kind": "reaction", "target": 1, "emoji": "👍", "on": on}),
            3 => json!({"kind": "pin", "target": 1, "on": on}),
            4 => json!({"kind": "topic", "topic": "a||b"}),
            _ => json!({"text": "&&||", "reply_to": 1}),
        };
        say(&mut ana, n, &event).await;
    }
    say(&mut ana, COUNT, &json!({"kind": "delete", "target": 1})).await;
    bob.say("hi").await;
    say(&mut ana, COUNT + 1, &json!({"text": "the end"})).await;
    let is_end = |text: &str| text == "the end";
    for client in [&mut bob, &mut eva] {
        client
            .until("the end", |view| view.messages.iter().any(|message| is_end(&message.text)))
            .await;
        let view = client.view();
        assert_eq!(view.crash, None);
        for message in &view.messages {
            assert!(["ana", "bob"].contains(&message.name.as_str()), "{message:?}");
            assert!(!message.id.is_empty(), "{message:?}");
            assert!(!message.text.contains("pinned") && !message.text.contains("topic"));
        }
    }
}
