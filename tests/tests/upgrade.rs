//! A journal of an earlier version is opened as it is, and nothing of it is lost.
//!
//! Each `tests/fixtures/journal-N.sqlite` was made by the chat-server that first had version N of
//! the schema, with `chat-server backup`. None is ever changed.

#![allow(clippy::unwrap_used, reason = "a test ends where it fails")]

use std::path::Path;

use e2e::native::Native;
use e2e::server::{ANY_PORT, Server};
use serde_json::{Value, json};
use tempfile::TempDir;

/// The token that ana was given when the fixtures were made.
const ANAS_TOKEN: &str = "273d540c272f1eb17dea48de382f784089462a0201e16c8dcf4363b404aeec7d";

/// A daemon that goes on with a copy of the journal of this version.
fn daemon_with(version: u32, data: &Path) -> Server {
    let fixtures = Path::new(env!("CARGO_MANIFEST_DIR")).join("fixtures");
    let fixture = fixtures.join(format!("journal-{version}.sqlite"));
    std::fs::copy(fixture, data.join("journal.sqlite")).unwrap();
    Server::start_keeping(chat_server::bind(ANY_PORT).unwrap(), data)
}

/// The only message of `room`, as its history has it.
async fn message_of(client: &mut Native, room: &str) -> Value {
    client.send(&json!({"type": "history", "room": room})).await;
    let history = client.until("history").await;
    assert_eq!(history["messages"].as_array().map(Vec::len), Some(1), "{history}");
    history["messages"][0].clone()
}

#[tokio::test]
async fn version_1_opens_with_all_that_was_kept() {
    let data = TempDir::new().unwrap();
    let server = daemon_with(1, data.path());
    assert!(data.path().join("journal.sqlite-wal").exists(), "a backup goes on with a log");
    let mut ana = Native::connect(server.address).await;
    let hello = json!({"type": "hello", "version": 1, "name": "ana", "device": "laptop",
                       "token": ANAS_TOKEN});
    ana.send(&hello).await;

    let welcome = ana.expect("welcome").await;
    assert_eq!((&welcome["id"], &welcome["last"]), (&json!(1), &json!(3)), "{welcome}");
    let mut rooms = Vec::new();
    for _ in 0..3 {
        let room = ana.expect("room").await;
        let [name, topic] = ["room", "topic"].map(|field| room[field].as_str().unwrap().to_owned());
        rooms.push((name, topic, room["last_seq"].as_u64(), room["read"].as_u64()));
    }
    rooms.sort();
    let room = |name: &str, topic: &str, read| (name.to_owned(), topic.to_owned(), Some(1), read);
    assert_eq!(rooms[0], room("#lobby", "", Some(1)));
    assert_eq!((&rooms[1].0, &rooms[1].1), (&"#rust".to_owned(), &"crabs".to_owned()));
    assert_eq!(rooms[2].0, "@1-2");

    let first = message_of(&mut ana, "#lobby").await;
    assert_eq!(first["text"], "the first message");
    assert_eq!(first["from"], json!({"id": 1, "name": "ana"}));
    assert_eq!(first["at"], "2026-11-22T18:27:03.097Z");
    assert_eq!((&first["device"], &first["n"]), (&json!("laptop"), &json!(1)));
    assert_eq!(message_of(&mut ana, "#rust").await["kind"], "action");
    assert_eq!(message_of(&mut ana, "@bob").await["text"], "between us");

    ana.say(4, "and on it goes").await;
    assert_eq!(ana.until("accepted").await["seq"], 2);
    ana.say(1, "the first message").await;
    let repeat = ana.until("accepted").await;
    assert_eq!((&repeat["repeat"], &repeat["seq"]), (&json!(true), &json!(1)), "{repeat}");
}
