//! The daemon opens the journal of an earlier version, and nothing of it is lost.
//!
//! Each `tests/fixtures/journal-N.sqlite` is a backup that a chat-server with version N of the schema made.
//! These files are never changed.
//!
//! `journal-0.1.0.sqlite` and `state-0.1.0` are of one run of the programs of 0.1.0, with names that are
//! invalid today, direct messages, and clients that were killed with unsent messages.

#![allow(clippy::unwrap_used, reason = "a test ends where it fails")]

use std::path::Path;

use chat_tui::testing::Client;
use e2e::native::Native;
use e2e::port::free_address;
use e2e::server::Server;
use serde_json::{Value, json};
use tempfile::TempDir;

/// Ana's token in the fixtures.
const ANAS_TOKEN: &str = "273d540c272f1eb17dea48de382f784089462a0201e16c8dcf4363b404aeec7d";

/// Starts a daemon on a copy of the journal of this version.
fn start_daemon(version: &str, data: &Path) -> Server {
    let fixtures = Path::new(env!("CARGO_MANIFEST_DIR")).join("fixtures");
    let fixture = fixtures.join(format!("journal-{version}.sqlite"));
    std::fs::copy(fixture, data.join("journal.sqlite")).unwrap();
    Server::start_in(chat_server::bind(free_address()).unwrap(), data)
}

/// Returns the only message in the history of `room`.
async fn only_message(client: &mut Native, room: &str) -> Value {
    client.send(&json!({"type": "history", "room": room})).await;
    let history = client.until("history").await;
    assert_eq!(history["messages"].as_array().map(Vec::len), Some(1), "{history}");
    history["messages"][0].clone()
}

#[tokio::test]
async fn a_journal_of_version_1_opens_complete() {
    opens_complete("1", "2026-11-22T18:27:03.097Z").await;
}

#[tokio::test]
async fn a_journal_of_version_4_opens_complete() {
    opens_complete("4", "2026-11-27T11:03:31.734Z").await;
}

#[tokio::test]
async fn a_journal_of_version_5_opens_complete() {
    opens_complete("5", "2026-11-27T17:32:04.780Z").await;
}

/// The journal of this version, whose first message was stored at `first_at`, opens with everything in it.
async fn opens_complete(version: &str, first_at: &str) {
    let data = TempDir::new().unwrap();
    let server = start_daemon(version, data.path());
    assert!(
        data.path().join("journal.sqlite-wal").exists(),
        "the opened journal has a write-ahead log"
    );
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

    let first = only_message(&mut ana, "#lobby").await;
    assert_eq!(first["text"], "the first message");
    assert_eq!(first["from"], json!({"id": 1, "name": "ana"}));
    assert_eq!(first["at"], first_at);
    assert_eq!((&first["device"], &first["n"]), (&json!("laptop"), &json!(1)));
    assert_eq!(only_message(&mut ana, "#rust").await["kind"], "action");
    assert_eq!(only_message(&mut ana, "@bob").await["text"], "between us");

    ana.say(4, "and on it goes").await;
    assert_eq!(ana.until("accepted").await["seq"], 2);
    ana.say(1, "the first message").await;
    let repeat = ana.until("accepted").await;
    assert_eq!((&repeat["repeat"], &repeat["seq"]), (&json!(true), &json!(1)), "{repeat}");
}

/// Users of the journal of 0.1.0 with names that are invalid today, or similar to such: name, number, token.
const USERS: [(&str, u64, &str); 5] = [
    ("bob", 1, "723fbb3c923407d1b06e1800d2b922cc3b9dfbd9e2bf500a779ed99a8a7033b2"),
    ("a:b", 2, "48d1bc182cb1a2236d5e1825bd2dd712bca64a9d46cb4599b31f44e8f50be63b"),
    ("a_b", 3, "efdb754aa8007f75b7ba5bfe47c4a763ce5fdff28746fa3e351b0e04c56247c8"),
    ("7-12", 4, "3ae7c6d04dbedcd8f7e3e443f17b9e8c2887d6f34a62a13efeb4567e0fa1b647"),
    ("zoe: hi", 5, "5a619f5849ce3c10e224250c190e0edf70e0a1dfaa988a89f5bb3dc086343787"),
];

#[tokio::test]
async fn invalid_names_of_0_1_0_are_corrected_and_stay_distinct() {
    let data = TempDir::new().unwrap();
    let server = start_daemon("0.1.0", data.path());
    let mut names = Vec::new();
    for (_, id, token) in USERS {
        let mut user = Native::connect(server.address).await;
        // It requests a reserved name, so it gets the name that is stored.
        let hello = json!({"type": "hello", "version": 1, "name": "chat-server", "token": token});
        user.send(&hello).await;
        let welcome = user.expect("welcome").await;
        assert_eq!(welcome["id"], id, "{welcome}");
        let name = welcome["name"].as_str().unwrap().to_owned();
        assert_eq!(
            chat_proto::UserName::new(&name).map_err(|error| error.to_string()),
            Ok(name.parse().unwrap())
        );
        names.push(name);
    }
    assert_eq!((&*names[0], &*names[3], &*names[4]), ("bob", "7_12", "zoe_ hi"));
    // Both correct to one name; the user who was connected last keeps it.
    let mut pair = names[1..3].to_vec();
    pair.sort();
    assert_eq!(pair, ["a_b", "a_b_2"]);
}

#[tokio::test]
async fn all_messages_of_0_1_0_are_readable() {
    let data = TempDir::new().unwrap();
    let server = start_daemon("0.1.0", data.path());
    let mut bob = Native::connect(server.address).await;
    bob.send(&json!({"type": "hello", "version": 1, "name": "bob", "token": USERS[0].2})).await;
    bob.expect("welcome").await;
    for (room, texts) in [
        (
            "#lobby",
            &[
                "the first message",
                "from a colon",
                "from an address",
                "from a sentence",
                "hello from the colon",
                "read by nobody",
            ][..],
        ),
        ("#rust", &["in rust", "hello from ana"]),
        ("@1-6", &["between us", "and back"]),
    ] {
        bob.send(&json!({"type": "history", "room": room})).await;
        let history = bob.until("history").await;
        let read: Vec<_> = history["messages"]
            .as_array()
            .unwrap()
            .iter()
            .map(|message| {
                chat_proto::UserName::new(message["from"]["name"].as_str().unwrap()).unwrap();
                message["text"].as_str().unwrap()
            })
            .collect();
        assert_eq!(read, texts, "{room}");
    }
}

/// The server's address in the state of the clients of 0.1.0.
const SERVER: &str = "127.0.0.1:47123";

/// Copies the state directory of 0.1.0.
fn state_of_0_1_0() -> TempDir {
    let fixture = Path::new(env!("CARGO_MANIFEST_DIR")).join("fixtures/state-0.1.0");
    let state = TempDir::new().unwrap();
    std::fs::copy(fixture.join("device"), state.path().join("device")).unwrap();
    // With the names that the directories had.
    for (name, directory) in [("ana", "ana"), ("colon", "colon:%20me")] {
        let to = state.path().join(SERVER).join(directory);
        std::fs::create_dir_all(&to).unwrap();
        for entry in std::fs::read_dir(fixture.join(name)).unwrap() {
            let entry = entry.unwrap();
            std::fs::copy(entry.path(), to.join(entry.file_name())).unwrap();
        }
        for number in 1..=2 {
            std::fs::write(to.join(format!("lock-{number}")), "").unwrap();
        }
    }
    state
}

/// Starts the current client on this directory.
fn client(server: &Server, state: &TempDir, name: &str) -> Client {
    let options = chat_tui::Options {
        state: Some(state.path().to_owned()),
        ..chat_tui::Options::new(name.parse().unwrap(), SERVER)
    };
    Client::start(options, chat_client::Tcp::new(server.address), 120, 40)
}

async fn sees(client: &mut Client, text: &str) {
    let found = tokio::time::timeout(e2e::DEADLINE, client.sees(text)).await;
    assert!(found.is_ok(), "no {text:?} on\n{}", client.screen());
}

#[tokio::test]
async fn pending_messages_of_0_1_0_are_sent_to_rooms_and_returned_for_names() {
    let (data, state) = (TempDir::new().unwrap(), state_of_0_1_0());
    let server = start_daemon("0.1.0", data.path());
    let mut ana = client(&server, &state, "ana");
    sees(&mut ana, "half a line in rust").await;
    sees(&mut ana, "ana   unsent in rust").await;
    // Not sent, since these names may belong to other users now.
    for text in [
        "@bob: second window to bob",
        "@bob: unsent to bob",
        "@a_b: unsent to the colon",
        "@7_12: unsent to the address",
    ] {
        let (name, text) = text.split_once(": ").unwrap();
        let is_returned = |screen: &str| {
            let words = |text: &str| {
                text.replace('│', " ").split_whitespace().collect::<Vec<_>>().join(" ")
            };
            let screen = words(screen);
            screen.contains(&format!("Not sent to {name}:")) && screen.contains(text)
        };
        let returned = tokio::time::timeout(e2e::DEADLINE, ana.wait_until(is_returned)).await;
        assert!(returned.is_ok(), "no {text:?} on\n{}", ana.screen());
    }
    let mut bob = Native::connect(server.address).await;
    bob.send(&json!({"type": "hello", "version": 1, "name": "bob", "token": USERS[0].2})).await;
    bob.expect("welcome").await;
    bob.send(&json!({"type": "history", "room": "#lobby", "limit": 3})).await;
    let history = bob.until("history").await;
    let texts: Vec<_> = history["messages"]
        .as_array()
        .unwrap()
        .iter()
        .map(|m| m["text"].as_str().unwrap())
        .collect();
    assert!(texts.contains(&"unsent in the lobby"), "{texts:?}");
}

#[tokio::test]
async fn a_client_of_0_1_0_with_an_invalid_name_is_the_same_user() {
    let (data, state) = (TempDir::new().unwrap(), state_of_0_1_0());
    let server = start_daemon("0.1.0", data.path());
    let mut colon = client(&server, &state, "colon_ me");
    sees(&mut colon, "colon_ me   unsent from the colon").await;
    sees(&mut colon, "half from the colon").await;
    sees(&mut colon, "colon_ me   hello from the colon").await;
}
