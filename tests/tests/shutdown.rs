//! The daemon goes away: whatever it accepted, every reader gets, and then a goodbye.

#![allow(clippy::unwrap_used, reason = "a test ends where it fails")]

use chat_server::Config;
use e2e::DEADLINE;
use e2e::native::Native;
use e2e::server::Server;

const MESSAGES: u64 = 200;
const READERS: usize = 10;

/// A daemon that takes its time to say goodbye, and clients in it: a speaker and readers. The
/// sockets between them hold little.
async fn crowd() -> (Server, Native, Vec<Native>) {
    let config = Config { drain_timeout: DEADLINE, goodbye_timeout: DEADLINE, ..Config::default() };
    let server = Server::start_narrow(config);
    let speaker = Native::join(server.address, "speaker").await;
    let mut readers = Vec::new();
    for n in 0..READERS {
        let reader = Native::connect_narrow(server.address).await;
        readers.push(reader.hello(&format!("reader{n}")).await);
    }
    (server, speaker, readers)
}

/// Hears what is left to hear: messages, without a gap, then the goodbye and the end. Returns the
/// place of the last message.
async fn hear_to_the_end(mut reader: Native, mut last_seq: u64) -> u64 {
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
async fn what_is_on_its_way_arrives_before_the_goodbye() {
    let (server, mut speaker, readers) = crowd().await;
    let text = "x".repeat(4_000);
    for n in 1..=MESSAGES {
        speaker.tell_all(n, &text).await;
    }
    // None of the readers has read a message yet, and their sockets do not hold so much.
    let end = tokio::spawn(server.end());
    for reader in readers {
        assert_eq!(hear_to_the_end(reader, 0).await, MESSAGES);
    }
    assert_eq!(speaker.until("goodbye").await["code"], "shutdown");
    drop(speaker);
    end.await.unwrap();
}

#[tokio::test(flavor = "multi_thread")]
async fn what_is_accepted_to_the_last_is_heard_and_nothing_else() {
    let (server, mut speaker, mut readers) = crowd().await;
    let speaking = tokio::spawn(async move {
        let mut accepted = 0;
        loop {
            speaker.say(accepted + 1, "hi").await;
            let answer = loop {
                match speaker.next().await.expect("a goodbye") {
                    news if news["type"] == "left" || news["type"] == "joined" => {}
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
    let first = hear_to_the_end(readers.remove(0), MESSAGES);
    let mut heard = vec![tokio::spawn(first)];
    heard.extend(readers.into_iter().map(|reader| tokio::spawn(hear_to_the_end(reader, 0))));
    let accepted = speaking.await.unwrap();
    assert!(accepted >= MESSAGES, "{accepted}");
    for heard in heard {
        assert_eq!(heard.await.unwrap(), accepted);
    }
    end.await.unwrap();
}
