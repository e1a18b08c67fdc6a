use std::time::Duration;

use chat_proto::limits::LINE_BYTES_MAX;
use futures_util::{SinkExt, StreamExt};
use proptest::prelude::*;
use tokio::io::{AsyncReadExt, AsyncWriteExt, DuplexStream, duplex};
use tokio::time::timeout;
use tokio_tungstenite::WebSocketStream;
use tungstenite::protocol::frame::Frame;
use tungstenite::protocol::frame::coding::{Data, OpCode};

use super::*;

/// Longer than anything here takes.
const DEADLINE: Duration = Duration::from_secs(60);

/// Bytes that a pipe holds.
const PIPE_BYTES: usize = 16 * 1024;

type Client = WebSocketStream<DuplexStream>;

/// A client with the WebSocket of another library, and the server's end.
async fn pair(pipe: usize) -> (Client, WebSocket<DuplexStream>) {
    let (client, server) = duplex(pipe);
    let client = WebSocketStream::from_raw_socket(client, Role::Client, None).await;
    (client, WebSocket::new(server, Bytes::new(), Arc::default()))
}

/// A client that sends frames as it likes, and the server's end.
fn raw(sent: &[u8]) -> (DuplexStream, WebSocket<DuplexStream>) {
    let (client, server) = duplex(PIPE_BYTES);
    (client, WebSocket::new(server, Bytes::copy_from_slice(sent), Arc::default()))
}

/// A masked frame; the mask is 0, so that the payload is sent as it is.
fn frame(first: u8, payload: &[u8]) -> Vec<u8> {
    let mut bytes = vec![first];
    match u16::try_from(payload.len()) {
        Ok(length @ 0..126) => bytes.push(0x80 | u8::try_from(length).unwrap()),
        Ok(length) => {
            bytes.push(0xfe);
            bytes.extend_from_slice(&length.to_be_bytes());
        }
        Err(_) => {
            bytes.push(0xff);
            bytes.extend_from_slice(&(payload.len() as u64).to_be_bytes());
        }
    }
    bytes.extend_from_slice(&[0; 4]);
    bytes.extend_from_slice(payload);
    bytes
}

/// All that a session reads of a client that sends `sent`, and all that the client receives until the server closes.
async fn exchange(sent: &[u8]) -> (Vec<u8>, Vec<u8>) {
    let (mut client, mut server) = raw(sent);
    let serve = async {
        let mut read = Vec::new();
        server.read_to_end(&mut read).await.unwrap();
        server.shutdown().await.unwrap();
        read
    };
    let receive = async {
        let mut received = Vec::new();
        client.read_to_end(&mut received).await.unwrap();
        client.shutdown().await.unwrap();
        received
    };
    timeout(DEADLINE, async { tokio::join!(serve, receive) }).await.expect("it ends")
}

/// The code of the close frame that is the last of `received`.
fn code(received: &[u8]) -> u16 {
    let close = received.windows(2).rposition(|bytes| bytes == [0x88, 2]).expect("a close");
    u16::from_be_bytes([received[close + 2], received[close + 3]])
}

#[tokio::test]
async fn a_message_is_lines_whatever_its_client_sends() {
    let (mut client, mut server) = pair(PIPE_BYTES).await;
    for sent in ["one", "two\n", "three\nfour", "", "five\n"] {
        client.send(Message::text(sent)).await.unwrap();
    }
    client.send(Message::binary(&b"six"[..])).await.unwrap();
    client.close(None).await.unwrap();
    let mut read = String::new();
    server.read_to_string(&mut read).await.unwrap();
    let bye = std::str::from_utf8(BYE).unwrap();
    assert_eq!(read, format!("one\ntwo\nthree\nfour\n\nfive\nsix\n{bye}"));
}

#[tokio::test]
async fn one_write_is_one_message_however_little_the_stream_takes() {
    for pipe in [1, 3, 64, PIPE_BYTES] {
        let (mut client, mut server) = pair(pipe).await;
        let long = format!("{}\n", "x".repeat(70_000));
        let write = async {
            for parts in [["one\n", "two\n"], ["three\n", long.as_str()]] {
                let all: usize = parts.iter().map(|part| part.len()).sum();
                let mut written = 0;
                while written < all {
                    let mut skipped = written;
                    let slices: Vec<_> = parts
                        .iter()
                        .map(|part| {
                            let from = skipped.min(part.len());
                            skipped -= from;
                            IoSlice::new(&part.as_bytes()[from..])
                        })
                        .collect();
                    written += server.write_vectored(&slices).await.unwrap();
                }
            }
        };
        let read = async {
            let mut texts = Vec::new();
            for _ in 0..2 {
                let message = client.next().await.unwrap().unwrap();
                texts.push(message.into_text().unwrap().to_string());
            }
            texts
        };
        let ((), texts) = tokio::join!(write, read);
        assert_eq!(texts, ["one\ntwo\n".to_owned(), format!("three\n{long}")], "{pipe}");
    }
}

#[tokio::test(start_paused = true)]
async fn a_ping_in_the_middle_of_a_frame_is_answered_after_it() {
    const SHORT: usize = 8; // takes a ping
    let (mut client, mut server) = pair(SHORT).await;
    let long = "y".repeat(1_000) + "\n";
    let mut written = server.write(long.as_bytes()).await.unwrap();
    client.send(Message::Ping(Bytes::from_static(b"hi"))).await.unwrap();
    let serve = async {
        // A session reads and writes by turns.
        let mut line = [0; 4];
        loop {
            let read = timeout(Duration::from_millis(1), server.read(&mut line)).await;
            assert!(read.is_err(), "nothing but a ping was sent");
            if written < long.len() {
                written += server.write(&long.as_bytes()[written..]).await.unwrap();
            }
        }
    };
    let receive = async {
        let text = client.next().await.unwrap().unwrap();
        (text, client.next().await.unwrap().unwrap())
    };
    tokio::select! {
        () = serve => {}
        received = timeout(DEADLINE, receive) => {
            let (text, pong) = received.expect("no pong");
            assert_eq!(text, Message::text(long));
            assert_eq!(pong, Message::Pong(Bytes::from_static(b"hi")));
        }
    }
}

#[tokio::test]
async fn a_client_that_breaks_the_rules_is_sent_the_code() {
    let unmasked = [0x81, 1, b'x'].to_vec();
    let too_long = frame(0x81, &vec![b'x'; LINE_BYTES_MAX + 3]);
    let fragments = [frame(0x01, &vec![b'x'; LINE_BYTES_MAX]), frame(0x80, b"more")].concat();
    let twice = [frame(0x01, b"one"), frame(0x81, b"two")].concat();
    for (what, sent, expected) in [
        ("not masked", unmasked, 1002),
        ("a reserved bit", frame(0xc1, b"x"), 1002),
        ("an unknown opcode", frame(0x83, b"x"), 1002),
        ("an unknown control frame", frame(0x8b, b""), 1002),
        ("a ping in fragments", frame(0x09, b""), 1002),
        ("a long ping", frame(0x89, &[b'x'; 126]), 1002),
        ("a continuation of nothing", frame(0x80, b"x"), 1002),
        ("a message within another", twice, 1002),
        ("no UTF-8", frame(0x81, b"\xff"), 1007),
        ("a long message", too_long, 1009),
        ("a length of 2^63", [vec![0x81, 0xff], vec![0x7f; 8], vec![0; 4]].concat(), 1009),
        ("a long message in fragments", fragments, 1009),
    ] {
        let (read, received) = exchange(&sent).await;
        assert_eq!((read.as_slice(), code(&received)), (&b""[..], expected), "{what}");
    }
}

#[tokio::test]
async fn endless_fragments_and_pings_end_the_web_socket() {
    let empty = frame(0x00, b"");
    let fragments: Vec<u8> = [frame(0x01, b"x"), empty.repeat(40_000)].concat();
    let (read, received) = exchange(&fragments).await;
    assert_eq!((read.len(), code(&received)), (0, 1009));

    let pings = frame(0x89, b"").repeat(11);
    let (read, received) = exchange(&pings).await;
    assert_eq!((read.len(), code(&received)), (0, 1008));

    let (read, received) =
        exchange(&[frame(0x89, b"").repeat(10), frame(0x88, b"")].concat()).await;
    assert_eq!(read, BYE);
    assert_eq!(received.iter().filter(|byte| **byte == 0x8a).count(), 10, "each is answered");
}

#[tokio::test]
async fn a_client_that_is_gone_has_not_said_goodbye() {
    let (client, mut server) = raw(&frame(0x81, b"one"));
    drop(client);
    let mut read = String::new();
    server.read_to_string(&mut read).await.unwrap();
    assert_eq!(read, "one\n");
    assert!(server.write(b"x\n").await.is_err());
}

#[tokio::test]
async fn the_server_closes_with_a_code() {
    let (mut client, mut server) = pair(PIPE_BYTES).await;
    server.write_all(b"goodbye\n").await.unwrap();
    server.shutdown().await.unwrap();
    assert_eq!(client.next().await.unwrap().unwrap(), Message::text("goodbye\n"));
    let close = client.next().await.unwrap().unwrap();
    let Message::Close(Some(CloseFrame { code, .. })) = close else { panic!("{close:?}") };
    assert_eq!(code, CloseCode::Normal);
    client.flush().await.ok();
    let mut read = Vec::new();
    server.read_to_end(&mut read).await.unwrap();
    assert_eq!(read, b"", "the answer to a close is not a goodbye");
}

#[tokio::test]
async fn fragments_are_one_message() {
    let (mut client, mut server) = pair(PIPE_BYTES).await;
    let text = "ä€𝄞 and more".as_bytes();
    for (at, byte) in text.iter().enumerate() {
        let opcode = if at == 0 { Data::Text } else { Data::Continue };
        let part = Frame::message(vec![*byte], OpCode::Data(opcode), at + 1 == text.len());
        client.send(Message::Frame(part)).await.unwrap();
    }
    let mut read = vec![0; text.len() + 1];
    server.read_exact(&mut read).await.unwrap();
    assert_eq!(read, [text, b"\n"].concat());
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 64, ..ProptestConfig::default() })]

    #[test]
    fn bytes_of_strangers_end_a_web_socket_and_nothing_else(
        sent in proptest::collection::vec(any::<u8>(), 0..600),
    ) {
        let runtime = tokio::runtime::Builder::new_current_thread().enable_time().build().unwrap();
        runtime.block_on(async {
            let (client, mut server) = raw(&sent);
            drop(client);
            let mut read = Vec::new();
            let _ = timeout(DEADLINE, server.read_to_end(&mut read)).await.expect("it ends");
        });
    }
}
