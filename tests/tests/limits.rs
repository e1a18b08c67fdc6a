//! The limits of connections, and that a place becomes free when a connection ends.

#![allow(clippy::unwrap_used, reason = "a test ends where it fails")]

use std::net::SocketAddr;

use chat_server::Config;
use e2e::classic::Classic;
use e2e::native::Native;
use e2e::port::free_address;
use e2e::server::Server;
use e2e::within;
use serde_json::json;
use tokio::io::{AsyncReadExt, AsyncWriteExt};
use tokio::net::{TcpSocket, TcpStream};
use tokio::task::JoinSet;

/// Connects and sends `hello`. Returns true if the client is in, and false if it is refused as the server is full.
async fn try_to_join(address: SocketAddr) -> bool {
    let mut late = Native::connect(address).await;
    late.send(&json!({"type": "hello", "version": 1, "name": "late"})).await;
    let answer = within("an answer", late.next()).await.expect("an answer");
    // If an earlier one has the name by now, there was a place.
    answer["code"] != "busy"
}

/// Tries to join until it succeeds.
async fn until_accepted(address: SocketAddr) {
    within("a place", async { while !try_to_join(address).await {} }).await;
}

#[tokio::test(flavor = "multi_thread")]
async fn connections_above_the_limit_get_the_reason_until_one_ends() {
    let server = Server::start(Config { max_connections: 4, ..Config::default() });
    let mut ana = Native::join(server.address, "ana").await;
    let bob = Native::join(server.address, "bob").await;
    let eva = Classic::join(server.address, "eva").await;
    let zoe = Classic::join(server.address, "zoe").await;
    for _ in 0..10 {
        assert!(!try_to_join(server.address).await);
    }
    eva.say("joined clients are not affected").await;
    assert_eq!(ana.next_message().await.1, "joined clients are not affected");

    drop(zoe);
    until_accepted(server.address).await;
    drop(bob);
    until_accepted(server.address).await;
}

#[tokio::test(flavor = "multi_thread")]
async fn unidentified_connections_of_one_address_are_limited() {
    let config = Config { unidentified_per_address_max: 3, ..Config::default() };
    let server = Server::start(config);
    let mut silent = Vec::new();
    for _ in 0..3 {
        silent.push(TcpStream::connect(server.address).await.unwrap());
    }
    for stream in &mut silent {
        within("a number", stream.read_exact(&mut [0; 3])).await.unwrap();
    }
    assert!(try_to_join(server.address).await, "in the place of the first");
    let mut rest = Vec::new();
    within("the end of the first", silent[0].read_to_end(&mut rest)).await.unwrap();
    let mut last = silent.pop().unwrap();
    last.write_all(b"NAME:eva").await.unwrap();
    let mut list = [0; 6];
    loop {
        within("a list", last.read_exact(&mut list[..1])).await.unwrap();
        if list[0] == b'U' {
            break;
        }
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn clients_that_connect_and_reset_do_not_affect_others() {
    let config = Config { max_connections: 40, ..Config::default() };
    let server = Server::start(config);
    let mut ana = Native::join(server.address, "ana").await;
    let mut bob = Classic::join(server.address, "bob").await;
    for n in 0..300 {
        let mut stream = TcpStream::connect(server.address).await.unwrap();
        if n % 3 > 0 {
            let hello = format!("{{\"type\":\"hello\",\"version\":1,\"name\":\"gone{n}\"}}\n");
            let part = &hello.as_bytes()[..hello.len() / (3 - n % 3)];
            let _ = stream.write_all(part).await;
        }
        stream.set_zero_linger().unwrap();
    }
    until_accepted(server.address).await;
    ana.say_accepted(1, "still here").await;
    bob.until_messages(1).await;
    bob.until("a list without them", |view| view.lists_only(&["ana", "bob"])).await;
    let mut eva = Native::join(server.address, "eva").await;
    bob.say("welcome").await;
    assert_eq!(eva.next_message().await, ("bob".to_owned(), "welcome".to_owned()));
}

#[tokio::test(flavor = "multi_thread")]
async fn connections_from_before_the_daemon_accepts_are_served() {
    let listener = chat_server::bind(free_address()).unwrap();
    let address = listener.local_addr().unwrap();
    let mut connecting = JoinSet::new();
    for _ in 0..300 {
        connecting.spawn(TcpStream::connect(address));
    }
    let streams = within("all connected", connecting.join_all()).await;
    let _server = Server::start_on(listener, Config::default());
    for stream in streams {
        let mut number = [0; 3];
        within("a number", stream.unwrap().read_exact(&mut number)).await.unwrap();
        assert_eq!(&number, b"ID:");
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn a_crowd_of_silent_guests_keeps_no_user_out() {
    let server = Server::start(Config { max_connections: 20, ..Config::default() });
    let mut crowd = Vec::new();
    for nth in 0..20 {
        crowd.push(Classic::join(server.address, &format!("c{nth}")).await);
    }
    // From another network: the oldest guest goes.
    let socket = TcpSocket::new_v4().unwrap();
    socket.bind("127.0.0.9:0".parse().unwrap()).unwrap();
    let mut stream = socket.connect(server.address).await.unwrap();
    stream.write_all(b"{\"type\":\"hello\",\"version\":1,\"name\":\"ana\"}\n").await.unwrap();
    let mut first = [0; 17];
    within("an answer", stream.read_exact(&mut first)).await.unwrap();
    assert_eq!(&first, b"{\"type\":\"welcome\"");
    crowd[0]
        .until("the reason", |view| {
            view.messages.iter().any(|message| message.text.contains("too many connections"))
        })
        .await;
    assert!(!try_to_join(server.address).await, "the crowd's own network is the largest");
}
