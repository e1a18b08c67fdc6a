//! The limits of connections, and that a place becomes free when a connection ends.

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

/// Connects and sends `hello`. Returns the whole reply if the connection is rejected.
async fn try_to_join(address: SocketAddr) -> Option<String> {
    let mut stream = TcpStream::connect(address).await.unwrap();
    let _ = stream.write_all(HELLO).await; // the daemon may have closed the connection already
    let mut reply = vec![0; FULL.len()];
    let read = within("a reply", stream.read_exact(&mut reply)).await;
    read.expect("a reply before the end");
    let reply = String::from_utf8(reply).unwrap();
    if reply.starts_with('{') {
        return None;
    }
    let mut more = String::new();
    let end = within("the end of the connection", stream.read_to_string(&mut more)).await;
    assert!(end.is_err() || more.is_empty(), "more than {reply}: {more}");
    Some(reply)
}

/// Tries to join until it succeeds.
async fn until_accepted(address: SocketAddr) {
    within("a place", async {
        while let Some(reply) = try_to_join(address).await {
            assert_eq!(reply, FULL);
        }
    })
    .await;
}

#[tokio::test(flavor = "multi_thread")]
async fn connections_above_the_limit_get_the_reason_until_one_ends() {
    let server = Server::start(Config { max_connections: 4, ..Config::default() });
    let mut ana = Native::join(server.address, "ana").await;
    let bob = Native::join(server.address, "bob").await;
    let eva = Classic::join(server.address, "eva").await;
    let silent = Classic::connect(server.address).await;
    for _ in 0..10 {
        assert_eq!(try_to_join(server.address).await.as_deref(), Some(FULL));
    }
    eva.say("joined clients are not affected").await;
    assert_eq!(ana.next_message().await.1, "joined clients are not affected");

    drop(silent);
    until_accepted(server.address).await;
    drop(bob);
    until_accepted(server.address).await;
}

#[tokio::test(flavor = "multi_thread")]
async fn unidentified_connections_of_one_address_are_limited() {
    let config = Config { unidentified_per_address_max: 3, ..Config::default() };
    let server = Server::start(config);
    let _ana = Native::join(server.address, "ana").await;
    let _bob = Classic::join(server.address, "bob").await;
    // Joined sessions do not count. Wait until the connections of `until_accepted` have ended.
    let mut silent = Vec::new();
    while silent.len() < 3 {
        until_accepted(server.address).await;
        silent.push(Classic::connect(server.address).await);
    }
    for _ in 0..10 {
        assert_eq!(try_to_join(server.address).await.as_deref(), Some(FULL));
    }
    silent[0].send_name("eva").await;
    until_accepted(server.address).await;
    silent.push(Classic::connect(server.address).await);
    assert_eq!(try_to_join(server.address).await.as_deref(), Some(FULL));
    silent.truncate(3);
    until_accepted(server.address).await;
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
    let listener = chat_server::bind(ANY_PORT).unwrap();
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
