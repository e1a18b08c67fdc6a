//! What the daemon takes in at most, and that it takes others in afterwards.

#![allow(clippy::unwrap_used, reason = "a test ends where it fails")]

use std::net::SocketAddr;

use chat_server::Config;
use e2e::classic::Classic;
use e2e::native::Native;
use e2e::server::{ANY_PORT, Server};
use e2e::within;
use tokio::io::{AsyncReadExt, AsyncWriteExt};
use tokio::net::TcpStream;
use tokio::task::JoinSet;

const FULL: &str = "chat-server has too many connections; try again in a moment\n";
const HELLO: &[u8] = b"{\"type\":\"hello\",\"version\":1,\"name\":\"late\"}\n";

/// All that a caller is told that says hello at once, where it is turned away.
async fn knock(address: SocketAddr) -> Option<String> {
    let mut stream = TcpStream::connect(address).await.unwrap();
    let _ = stream.write_all(HELLO).await; // the daemon may have closed the connection already
    let mut told = vec![0; FULL.len()];
    let read = within("a word from the daemon", stream.read_exact(&mut told)).await;
    read.expect("a word before the end");
    let told = String::from_utf8(told).unwrap();
    if told.starts_with('{') {
        return None;
    }
    let mut more = String::new();
    let end = within("the end of the connection", stream.read_to_string(&mut more)).await;
    assert!(end.is_err() || more.is_empty(), "{told} is not all: {more}");
    Some(told)
}

/// Knocks until it is let in.
async fn until_let_in(address: SocketAddr) {
    within("a place", async {
        while let Some(told) = knock(address).await {
            assert_eq!(told, FULL);
        }
    })
    .await;
}

#[tokio::test(flavor = "multi_thread")]
async fn one_too_many_is_told_and_there_is_a_place_when_one_leaves() {
    let server = Server::start(Config { max_connections: 4, ..Config::default() });
    let mut ana = Native::join(server.address, "ana").await;
    let bob = Native::join(server.address, "bob").await;
    let eva = Classic::join(server.address, "eva").await;
    let silent = Classic::connect(server.address).await;
    for _ in 0..10 {
        assert_eq!(knock(server.address).await.as_deref(), Some(FULL));
    }
    eva.say("those who are in go on").await;
    assert_eq!(ana.hear().await.1, "those who are in go on");

    drop(silent);
    until_let_in(server.address).await;
    drop(bob);
    until_let_in(server.address).await;
}

#[tokio::test(flavor = "multi_thread")]
async fn strangers_of_one_address_have_so_many_places() {
    let config = Config { unidentified_per_address_max: 3, ..Config::default() };
    let server = Server::start(config);
    let _ana = Native::join(server.address, "ana").await;
    let _bob = Classic::join(server.address, "bob").await;
    // Those who are in take no such place; wait until theirs are free.
    let mut silent = Vec::new();
    while silent.len() < 3 {
        until_let_in(server.address).await;
        silent.push(Classic::connect(server.address).await);
    }
    for _ in 0..10 {
        assert_eq!(knock(server.address).await.as_deref(), Some(FULL));
    }
    silent[0].call_itself("eva").await;
    until_let_in(server.address).await;
    silent.push(Classic::connect(server.address).await);
    assert_eq!(knock(server.address).await.as_deref(), Some(FULL));
    silent.truncate(3);
    until_let_in(server.address).await;
}

#[tokio::test(flavor = "multi_thread")]
async fn peers_that_connect_and_reset_hurt_nobody() {
    let config = Config { max_connections: 40, ..Config::default() };
    let server = Server::start(config);
    let mut ana = Native::join(server.address, "ana").await;
    let mut bob = Classic::join(server.address, "bob").await;
    for n in 0..300 {
        let mut stream = TcpStream::connect(server.address).await.unwrap();
        if n % 3 > 0 {
            let hello = format!("{{\"type\":\"hello\",\"version\":1,\"name\":\"gone{n}\"}}\n");
            let said = &hello.as_bytes()[..hello.len() / (3 - n % 3)];
            let _ = stream.write_all(said).await;
        }
        stream.set_zero_linger().unwrap();
    }
    until_let_in(server.address).await;
    ana.tell_all(1, "nobody is hurt").await;
    bob.until_messages(1).await;
    bob.until("none of them", |seen| seen.lists_only(&["ana", "bob"])).await;
    let mut eva = Native::join(server.address, "eva").await;
    bob.say("come in").await;
    assert_eq!(eva.hear().await, ("bob".to_owned(), "come in".to_owned()));
}

#[tokio::test(flavor = "multi_thread")]
async fn a_crowd_that_comes_before_it_is_accepted_is_not_forgotten() {
    let listener = chat_server::bind(ANY_PORT).unwrap();
    let address = listener.local_addr().unwrap();
    let mut crowd = JoinSet::new();
    for _ in 0..300 {
        crowd.spawn(TcpStream::connect(address));
    }
    let crowd = within("all connected", crowd.join_all()).await;
    let _server = Server::start_on(listener, Config::default());
    for stream in crowd {
        let mut number = [0; 3];
        within("a number", stream.unwrap().read_exact(&mut number)).await.unwrap();
        assert_eq!(&number, b"ID:");
    }
}
