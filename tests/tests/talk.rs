//! Clients of each protocol in one room list each other and exchange messages; lost ones leave the list.

#![allow(clippy::unwrap_used, reason = "a test ends where it fails")]

use chat_server::Config;
use e2e::classic::{Classic, Message};
use e2e::native::Native;
use e2e::server::Server;
use e2e::within;
use serde_json::{Value, json};
use tokio::io::{AsyncReadExt, AsyncWriteExt};
use tokio::net::TcpStream;

#[tokio::test(flavor = "multi_thread")]
async fn clients_of_each_protocol_share_one_list_and_exchange_messages() {
    let server = Server::start(Config::default());
    let mut ana = Native::join(server.address, "ana").await;
    let mut bob = Native::join(server.address, "bob").await;
    let mut eva = Classic::join(server.address, "eva").await;
    // A line in two packets, as a simple client may send it.
    let mut raw = Native::connect(server.address).await;
    raw.write(br#"{"type":"hello","version":1,"#).await;
    bob.until("joined").await;
    raw.write(b"\"name\":\"raw\"}\r\n").await;
    raw.expect("welcome").await;
    let room = raw.expect("room").await;
    let names: Vec<&Value> = room["users"].as_array().unwrap().iter().map(|u| &u["name"]).collect();
    assert_eq!(names, ["ana", "bob", "eva", "raw"]);
    eva.until("all four", |view| view.lists_only(&["ana", "bob", "eva", "raw"])).await;

    ana.say_accepted(1, "hi from ana").await;
    for client in [&mut bob, &mut raw] {
        assert_eq!(client.next_message().await, ("ana".to_owned(), "hi from ana".to_owned()));
    }
    eva.until_messages(1).await;
    eva.say("hi from eva").await;
    for client in [&mut ana, &mut bob, &mut raw] {
        assert_eq!(client.next_message().await, ("eva".to_owned(), "hi from eva".to_owned()));
    }
    // Two commands in one packet.
    raw.write(
        b"{\"type\":\"say\",\"room\":\"#lobby\",\"text\":\"one\"}\n\
          {\"type\":\"say\",\"room\":\"#lobby\",\"text\":\"two\"}\n",
    )
    .await;
    for text in ["one", "two"] {
        for client in [&mut ana, &mut bob] {
            assert_eq!(client.next_message().await, ("raw".to_owned(), text.to_owned()));
        }
    }
    eva.until_messages(3).await;
    let raw_id = room["users"][3]["id"].to_string();
    assert_eq!(
        eva.view().messages,
        [
            Message::new(&ana.id.to_string(), "ana", "hi from ana"),
            Message::new(&raw_id, "raw", "one"),
            Message::new(&raw_id, "raw", "two"),
        ],
        "and not its own message"
    );
}

#[tokio::test(flavor = "multi_thread")]
async fn a_lost_client_leaves_the_lists_of_all_others() {
    let server = Server::start(Config::default());
    let mut ana = Native::join(server.address, "ana").await;
    let mut eva = Classic::join(server.address, "eva").await;

    let closed = Native::join(server.address, "closed").await;
    let reset = Native::join(server.address, "reset").await;
    let classic_closed = Classic::join(server.address, "classic_closed").await;
    let classic_reset = Classic::join(server.address, "classic_reset").await;
    let all = ["ana", "eva", "closed", "reset", "classic_closed", "classic_reset"];
    eva.until("all six", |view| view.lists_only(&all)).await;
    // A classic client leaves by closing; if it has not read all, the system resets the connection instead.
    for (name, reasons, disconnect) in [
        ("closed", &["lost"][..], Box::new(move || drop(closed)) as Box<dyn FnOnce()>),
        ("reset", &["lost"], Box::new(move || reset.reset())),
        ("classic_closed", &["bye", "lost"], Box::new(move || drop(classic_closed))),
        ("classic_reset", &["lost"], Box::new(move || classic_reset.reset())),
    ] {
        disconnect();
        let left = ana.until("left").await;
        assert_eq!(left["user"]["name"], name, "{left}");
        assert!(reasons.contains(&left["reason"].as_str().unwrap()), "{left}");
        eva.until("a list without it", |view| !view.lists(name)).await;
    }
    assert!(eva.view().lists_only(&["ana", "eva"]), "{:?}", eva.view().users);
}

#[tokio::test(flavor = "multi_thread")]
async fn all_lines_of_a_pipe_are_answered() {
    let server = Server::start(Config::default());
    let mut ana = Native::join(server.address, "ana").await;
    for n in 1..=10 {
        let name = format!("pipe{n}");
        // As `printf … | nc` sends it: all at once, without a line end at the end, then the end of the
        // stream.
        let lines = format!(
            "{}\n{}",
            json!({"type": "hello", "version": 1, "name": name}),
            json!({"type": "say", "room": "#lobby", "n": 1, "text": "from a pipe"}),
        );
        let mut pipe = TcpStream::connect(server.address).await.unwrap();
        pipe.write_all(lines.as_bytes()).await.unwrap();
        pipe.shutdown().await.unwrap();
        let mut answers = String::new();
        within("the end of the answers", pipe.read_to_string(&mut answers)).await.unwrap();
        let types: Vec<Value> = answers
            .lines()
            .map(|line| serde_json::from_str::<Value>(line).unwrap()["type"].clone())
            .collect();
        assert_eq!(types, ["welcome", "room", "accepted"], "{answers}");
        assert_eq!(ana.next_message().await, (name.clone(), "from a pipe".to_owned()));
        assert_eq!(ana.expect("left").await["user"]["name"], *name);
    }
}
