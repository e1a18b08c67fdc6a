//! A client that stops reading: nobody waits for it, it costs little, and it is told.

#![allow(clippy::unwrap_used, reason = "a test ends where it fails")]

use std::time::Duration;

use chat_server::Config;
use chat_server::config::{BACKLOG_CONNECTIONS, OUT_BYTES_MAX, ROOM_RING_BATCHES};
use e2e::native::Native;
use e2e::server::{ANY_PORT, Server};
use tokio::net::TcpSocket;
use tokio::task::JoinSet;

/// What is said in all: far more than the daemon and the sockets hold for one client, and fewer
/// messages than the room does.
const MESSAGES: u64 = 600;
const TEXT_BYTES: usize = 2_000;

/// What waits for one client in the buffers of the two sockets, at the very most.
const IN_SOCKETS_BYTES_MAX: usize = 256 * 1024;

/// Longer than any of these tests may take.
const NEVER: Duration = Duration::from_secs(600);

async fn say_much(speaker: &mut Native) {
    let text = "x".repeat(TEXT_BYTES);
    for n in 1..=MESSAGES {
        speaker.tell_all(n, &text).await;
    }
}

/// Hears all that is said, in order.
async fn hear_all(mut reader: Native) -> Native {
    for seq in 1..=MESSAGES {
        assert_eq!(reader.until("message").await["seq"], seq);
    }
    reader
}

#[tokio::test(flavor = "multi_thread")]
async fn nobody_waits_for_one_that_does_not_read() {
    // It is never given up, so that the others hear all while it is stuck, or not at all.
    let server = Server::start_narrow(Config { write_timeout: NEVER, ..Config::default() });
    let mut speaker = Native::join(server.address, "speaker").await;
    let stuck = Native::connect_narrow(server.address).await.hello("stuck").await;
    let mut readers = JoinSet::new();
    for n in 1..50 {
        readers.spawn(hear_all(Native::join(server.address, &format!("reader{n}")).await));
    }
    say_much(&mut speaker).await;
    assert_eq!(readers.join_all().await.len(), 49);
    hear_all(stuck).await; // and who is only late misses nothing
}

#[tokio::test(flavor = "multi_thread")]
async fn who_does_not_read_is_given_up_and_told_so() {
    let write_timeout = Duration::from_secs(2);
    let config = Config { write_timeout, goodbye_timeout: NEVER, ..Config::default() };
    let server = Server::start_narrow(config);
    let mut speaker = Native::join(server.address, "speaker").await;
    let stuck = Native::connect_narrow(server.address).await.hello("stuck").await;
    let reader = Native::join(server.address, "reader").await;
    let reader = tokio::spawn(hear_all(reader));
    say_much(&mut speaker).await;
    let mut reader = reader.await.unwrap();
    for client in [&mut speaker, &mut reader] {
        let left = client.until("left").await;
        assert_eq!((&left["user"]["name"], &left["reason"]), (&"stuck".into(), &"too_slow".into()));
    }

    hear_until_given_up(stuck).await;
}

/// What a slow client reads: a message of 8,000 bytes each 125 ms, which is 64 kB/s.
const SLOW_TEXT_BYTES: usize = 8_000;
const SLOW_STEP: Duration = Duration::from_millis(125);

/// Messages that a slow client reads: 350 kB in 5.5 s, of 2 MiB that wait in its socket. The system
/// reports the socket writable only after a third of that.
const SLOW_MESSAGES: u64 = 44;

#[cfg(target_os = "linux")] // elsewhere the daemon cannot ask what a client has acknowledged
#[tokio::test(flavor = "multi_thread")]
async fn a_client_that_reads_slowly_is_not_given_up() {
    let socket = TcpSocket::new_v4().unwrap();
    socket.set_send_buffer_size(1024 * 1024).unwrap();
    socket.bind(ANY_PORT).unwrap();
    let listener = socket.listen(BACKLOG_CONNECTIONS).unwrap();
    let write_timeout = Duration::from_secs(3);
    let server = Server::start_on(listener, Config { write_timeout, ..Config::default() });
    let mut speaker = Native::join(server.address, "speaker").await;
    let mut slow = Native::connect_narrow(server.address).await.hello("slow").await;
    let text = "x".repeat(SLOW_TEXT_BYTES);
    for n in 1..=MESSAGES {
        speaker.tell_all(n, &text).await;
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
async fn who_falls_behind_what_a_room_holds_misses_nothing() {
    let server = Server::start_narrow(Config { write_timeout: NEVER, ..Config::default() });
    let mut speaker = Native::join(server.address, "speaker").await;
    let mut stuck = Native::connect_narrow(server.address).await.hello("stuck").await;
    let mut reader = Native::join(server.address, "reader").await;
    // Each is a batch of its own: far more than the room holds.
    let all = 40 * ROOM_RING_BATCHES as u64;
    let text = "x".repeat(500);
    for n in 1..=all {
        speaker.tell_all(n, &text).await;
        assert_eq!(reader.until("message").await["seq"], n);
    }
    for n in 1..=all {
        assert_eq!(stuck.until("message").await["seq"], n);
    }
    speaker.tell_all(all + 1, "awake?").await;
    assert_eq!(stuck.until("message").await["seq"], all + 1);
}

/// Hears what was kept for one that did not read, which is little, and why it is given up.
async fn hear_until_given_up(mut stuck: Native) {
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
    assert!(last_seq > 0 && bytes < bound, "{bytes} bytes were kept for it");
}
