//! Shutdown: every reader receives all accepted messages, and then a goodbye.

#![allow(clippy::unwrap_used, reason = "a test ends where it fails")]

use chat_server::Config;
use e2e::DEADLINE;
use e2e::native::Native;
use e2e::server::Server;

const MESSAGES: u64 = 200;
const READERS: usize = 10;

/// Starts a daemon that waits for its clients at shutdown, a sender, and readers. Their sockets have small
/// buffers.
async fn start() -> (Server, Native, Vec<Native>) {
    let config = Config { drain_timeout: DEADLINE, goodbye_timeout: DEADLINE, ..Config::default() };
    let server = Server::start_narrow(config);
    let sender = Native::join(server.address, "sender").await;
    let mut readers = Vec::new();
    for n in 0..READERS {
        let reader = Native::connect_narrow(server.address).await;
        readers.push(reader.hello(&format!("reader{n}")).await);
    }
    (server, sender, readers)
}

/// Reads the remaining messages, which must have no gap, then the goodbye and the end. Returns the `seq`
/// of the last message.
async fn read_to_the_end(mut reader: Native, mut last_seq: u64) -> u64 {
    loop {
        let event = reader.next().await.expect("a goodbye");
        match event["type"].as_str().unwrap() {
            "message" => {
                last_seq += 1;
                assert_eq!(event["seq"], last_seq, "{event}");
            }
            "joined" | "left" => {}
            _ => {
                assert_eq!(
                    (&event["type"], &event["code"]),
                    (&"goodbye".into(), &"shutdown".into())
                );
                assert_eq!(reader.next().await, None);
                return last_seq;
            }
        }
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn queued_messages_arrive_before_the_goodbye() {
    let (server, mut sender, readers) = start().await;
    let text = "x".repeat(4_000);
    for n in 1..=MESSAGES {
        sender.say_accepted(n, &text).await;
    }
    // No reader has read a message yet, and their sockets do not hold all.
    let end = tokio::spawn(server.end());
    for reader in readers {
        assert_eq!(read_to_the_end(reader, 0).await, MESSAGES);
    }
    assert_eq!(sender.until("goodbye").await["code"], "shutdown");
    drop(sender);
    end.await.unwrap();
}

#[tokio::test(flavor = "multi_thread")]
async fn exactly_the_accepted_messages_arrive() {
    let (server, mut sender, mut readers) = start().await;
    let sending = tokio::spawn(async move {
        let mut accepted = 0;
        loop {
            sender.say(accepted + 1, "hi").await;
            let answer = loop {
                match sender.next().await.expect("a goodbye") {
                    event if event["type"] == "left" || event["type"] == "joined" => {}
                    answer => break answer,
                }
            };
            match answer["type"].as_str().unwrap() {
                "accepted" => accepted += 1,
                "refused" => assert_eq!(answer["code"], "shutdown", "{answer}"),
                _ => {
                    assert_eq!(answer["code"], "shutdown", "{answer}");
                    return accepted;
                }
            }
        }
    });
    for seq in 1..=MESSAGES {
        assert_eq!(readers[0].until("message").await["seq"], seq);
    }
    let end = tokio::spawn(server.end());
    let first = read_to_the_end(readers.remove(0), MESSAGES);
    let mut last_seqs = vec![tokio::spawn(first)];
    last_seqs.extend(readers.into_iter().map(|reader| tokio::spawn(read_to_the_end(reader, 0))));
    let accepted = sending.await.unwrap();
    assert!(accepted >= MESSAGES, "{accepted}");
    for last_seq in last_seqs {
        assert_eq!(last_seq.await.unwrap(), accepted);
    }
    end.await.unwrap();
}
