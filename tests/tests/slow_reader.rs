//! A client that stops reading: others do not wait for it, it costs little memory, and it is disconnected
//! with the reason.

#![allow(clippy::unwrap_used, reason = "a test ends where it fails")]

use std::time::Duration;

use chat_server::config::{BACKLOG_CONNECTIONS, OUT_BYTES_MAX, ROOM_RING_BATCHES};
use chat_server::{Config, Limits};
use e2e::native::Native;
use e2e::port::free_address;
use e2e::server::Server;
use tokio::net::TcpSocket;
use tokio::task::JoinSet;

/// Number of messages: far more bytes than the daemon and the sockets hold for one client, and fewer messages
/// than the room holds.
const MESSAGES: u64 = 600;
const TEXT_BYTES: usize = 2_000;

/// Upper bound of the bytes in the buffers of a connection's two sockets.
const IN_SOCKETS_BYTES_MAX: usize = 256 * 1024;

/// Longer than the longest possible run of these tests.
const NEVER: Duration = Duration::from_secs(600);

async fn send_all(sender: &mut Native) {
    let text = "x".repeat(TEXT_BYTES);
    for n in 1..=MESSAGES {
        sender.say_accepted(n, &text).await;
    }
}

/// Reads all messages, which must be in order.
async fn read_all(mut reader: Native) -> Native {
    for seq in 1..=MESSAGES {
        assert_eq!(reader.until("message").await["seq"], seq);
    }
    reader
}

#[tokio::test(flavor = "multi_thread")]
async fn no_client_waits_for_one_that_does_not_read() {
    // The stuck client is never disconnected: if the others waited for it, they would not receive all.
    let server = Server::start_narrow(Config {
        write_timeout: NEVER,
        limits: Limits::off(),
        ..Config::default()
    });
    let mut sender = Native::join(server.address, "sender").await;
    let stuck = Native::connect_narrow(server.address).await.hello("stuck").await;
    let mut readers = JoinSet::new();
    for n in 1..50 {
        readers.spawn(read_all(Native::join(server.address, &format!("reader{n}")).await));
    }
    send_all(&mut sender).await;
    assert_eq!(readers.join_all().await.len(), 49);
    read_all(stuck).await; // a late reader misses nothing
}

#[tokio::test(flavor = "multi_thread")]
async fn a_client_that_does_not_read_is_disconnected_with_the_reason() {
    let write_timeout = Duration::from_secs(2);
    let config = Config {
        write_timeout,
        goodbye_timeout: NEVER,
        limits: Limits::off(),
        ..Config::default()
    };
    let server = Server::start_narrow(config);
    let mut sender = Native::join(server.address, "sender").await;
    let stuck = Native::connect_narrow(server.address).await.hello("stuck").await;
    let reader = Native::join(server.address, "reader").await;
    let reader = tokio::spawn(read_all(reader));
    send_all(&mut sender).await;
    let mut reader = reader.await.unwrap();
    for client in [&mut sender, &mut reader] {
        let left = client.until("left").await;
        assert_eq!((&left["user"]["name"], &left["reason"]), (&"stuck".into(), &"too_slow".into()));
    }

    read_until_disconnected(stuck).await;
}

/// A slow client reads a message of 8,000 bytes each 125 ms, which is 64 kB/s.
const SLOW_TEXT_BYTES: usize = 8_000;
const SLOW_STEP: Duration = Duration::from_millis(125);

/// Messages that the slow client reads: 350 kB in 5.5 s, of 2 MiB that wait in the daemon's socket. The
/// system reports the socket writable only after a third of that.
const SLOW_MESSAGES: u64 = 44;

#[cfg(target_os = "linux")] // other systems do not report how many bytes a client has acknowledged
#[tokio::test(flavor = "multi_thread")]
async fn a_client_that_reads_slowly_stays_connected() {
    let socket = TcpSocket::new_v4().unwrap();
    socket.set_send_buffer_size(1024 * 1024).unwrap();
    socket.bind(free_address()).unwrap();
    let listener = socket.listen(BACKLOG_CONNECTIONS).unwrap();
    let write_timeout = Duration::from_secs(3);
    let server = Server::start_on(
        listener,
        Config { write_timeout, limits: Limits::off(), ..Config::default() },
    );
    let mut sender = Native::join(server.address, "sender").await;
    let mut slow = Native::connect_narrow(server.address).await.hello("slow").await;
    let text = "x".repeat(SLOW_TEXT_BYTES);
    for n in 1..=MESSAGES {
        sender.say_accepted(n, &text).await;
    }
    let mut step = tokio::time::interval(SLOW_STEP);
    for seq in 1..=MESSAGES {
        if seq <= SLOW_MESSAGES {
            step.tick().await;
        }
        assert_eq!(slow.until("message").await["seq"], seq);
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn a_client_that_lags_behind_the_ring_of_a_room_misses_nothing() {
    let server = Server::start_narrow(Config {
        write_timeout: NEVER,
        limits: Limits::off(),
        ..Config::default()
    });
    let mut sender = Native::join(server.address, "sender").await;
    let mut stuck = Native::connect_narrow(server.address).await.hello("stuck").await;
    let mut reader = Native::join(server.address, "reader").await;
    // Each message is a batch: far more than the ring of the room holds.
    let all = 40 * ROOM_RING_BATCHES as u64;
    let text = "x".repeat(500);
    for n in 1..=all {
        sender.say_accepted(n, &text).await;
        assert_eq!(reader.until("message").await["seq"], n);
    }
    for n in 1..=all {
        assert_eq!(stuck.until("message").await["seq"], n);
    }
    sender.say_accepted(all + 1, "awake?").await;
    assert_eq!(stuck.until("message").await["seq"], all + 1);
}

/// Reads the messages that were buffered for a client that did not read, which are few, and the goodbye.
async fn read_until_disconnected(mut stuck: Native) {
    let mut bytes = 0;
    let mut last_seq = 0;
    let goodbye = loop {
        let event = stuck.next().await.expect("a goodbye");
        match event["type"].as_str().unwrap() {
            "goodbye" => break event,
            "message" => {
                last_seq += 1;
                assert_eq!(event["seq"], last_seq, "{event}");
            }
            _ => {}
        }
        bytes += event.to_string().len();
    };
    assert_eq!(goodbye["code"], "too_slow", "{goodbye}");
    assert_eq!(stuck.next().await, None);
    let bound = OUT_BYTES_MAX + IN_SOCKETS_BYTES_MAX;
    assert!(last_seq > 0 && bytes < bound, "{bytes} bytes were buffered");
}
