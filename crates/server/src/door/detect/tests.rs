use tokio::io::{AsyncReadExt, AsyncWriteExt, DuplexStream, duplex};
use tokio::task::{JoinHandle, yield_now};
use tokio::time::{sleep, timeout};

use super::*;

const SILENCE: Duration = Duration::from_millis(300);
const HELLO: &[u8] = br#"{"type":"hello","version":1,"name":"bob"}"#;

/// What `detect` returns, and the stream that the door reads then.
type Outcome = (Result<Detection, DetectError>, PrefixedStream<DuplexStream>);

/// A client on the other end of a pipe, and what the daemon finds out about it.
fn connect() -> (DuplexStream, JoinHandle<Outcome>) {
    let (client, server) = duplex(1024);
    let found = tokio::spawn(async move {
        let mut server = PrefixedStream::new(server);
        let detected = detect(&mut server, || SILENCE, || UserId::new(7)).await;
        (detected, server)
    });
    (client, found)
}

/// The protocol that was detected, and the number that the client was sent.
fn spoken(detected: Result<Detection, DetectError>) -> (Protocol, Option<UserId>) {
    match detected.unwrap() {
        Detection::Protocol { protocol, sent_id } => (protocol, sent_id),
        other => panic!("{other:?} was detected"),
    }
}

#[test]
fn every_prefix_of_a_greeting_asks_for_more_and_no_more_than_needed() {
    for (greeting, door) in [(HELLO, Protocol::Native), (b"NAME:ana".as_slice(), Protocol::Classic)]
    {
        let known_at = greeting.iter().position(|b| b"{:".contains(b)).unwrap() + 1;
        for length in 0..=greeting.len() {
            let expected = if length < known_at { Guess::NeedMore } else { Guess::Protocol(door) };
            assert_eq!(guess(&greeting[..length]), expected, "{length} bytes for {door}");
        }
    }
}

#[test]
fn any_other_first_byte_is_of_no_protocol() {
    for byte in 0..=u8::MAX {
        let expected = match byte {
            b'{' => Guess::Protocol(Protocol::Native),
            b'N' | 0x16 => Guess::NeedMore,
            b'G' | b'H' | b'P' | b'D' | b'O' | b'T' | b'C' => Guess::NeedMore,
            _ => Guess::Unknown,
        };
        assert_eq!(guess(&[byte]), expected, "{byte:#x}");
    }
    for first in [
        "NAM ",
        "NICK bob",
        "GETS",
        "get / ",
        "CAP LS",
        "PASS x",
        "SSH-2.0",
        "\x16\x02",
        "\x16\x03\x01\0\0\x02",
    ] {
        assert_eq!(guess(first.as_bytes()), Guess::Unknown, "{first}");
    }
}

#[tokio::test(start_paused = true)]
async fn a_greeting_byte_by_byte_is_the_same_greeting() {
    let classic = (b"NAME:ana".as_slice(), Protocol::Classic, Some(7));
    for (greeting, expected, id) in [(HELLO, Protocol::Native, None), classic] {
        let (mut client, found) = connect();
        for byte in greeting {
            client.write_all(&[*byte]).await.unwrap();
            yield_now().await;
        }
        let (detected, mut stream) = found.await.unwrap();
        let (protocol, sent_id) = spoken(detected);
        assert_eq!((protocol, sent_id), (expected, id.map(UserId::new)));
        let mut replayed = vec![0; greeting.len()];
        stream.read_exact(&mut replayed).await.unwrap();
        assert_eq!(replayed, greeting, "the door reads all of it");
    }
}

#[tokio::test(start_paused = true)]
async fn a_native_client_is_sent_nothing_before_its_hello() {
    let (mut client, found) = connect();
    client.write_all(HELLO).await.unwrap();
    let (detected, _stream) = found.await.unwrap();
    assert_eq!(spoken(detected).0, Protocol::Native);
    let mut received = [0; 16];
    let read = timeout(SILENCE * 2, client.read(&mut received)).await;
    assert!(read.is_err(), "nothing was sent: {read:?}");
}

#[tokio::test(start_paused = true)]
async fn silence_is_answered_with_a_number_and_decides_nothing() {
    for (greeting, door) in [(HELLO, Protocol::Native), (b"NAME:ana".as_slice(), Protocol::Classic)]
    {
        let (mut client, found) = connect();
        let mut received = [0; 16];
        let read = client.read(&mut received).await.unwrap();
        assert_eq!(&received[..read], b"ID:7");
        sleep(SILENCE * 10).await;
        client.write_all(greeting).await.unwrap();
        let (protocol, sent_id) = spoken(found.await.unwrap().0);
        assert_eq!((protocol, sent_id), (door, Some(UserId::new(7))));
    }
}

#[tokio::test(start_paused = true)]
async fn a_client_in_the_middle_of_its_greeting_is_not_silent() {
    let (mut client, found) = connect();
    client.write_all(b"NA").await.unwrap();
    sleep(SILENCE * 3).await;
    client.write_all(b"ME:ana").await.unwrap();
    let mut received = [0; 16];
    let read = client.read(&mut received).await.unwrap();
    assert_eq!(&received[..read], b"ID:7");
    assert_eq!(spoken(found.await.unwrap().0).0, Protocol::Classic);
}

#[test]
fn six_bytes_decide_on_tls() {
    for version in [0, 1, 3, 4] {
        let hello = [0x16, 3, version, 2, 0, 1, 0, 1, 0xfc];
        for length in 1..=hello.len() {
            let expected = if length < 6 { Guess::NeedMore } else { Guess::Tls };
            assert_eq!(guess(&hello[..length]), expected, "{length} bytes");
        }
    }
}

#[tokio::test(start_paused = true)]
async fn tls_is_detected_unless_the_client_was_sent_a_number() {
    const CLIENT_HELLO: &[u8] = &[0x16, 3, 1, 2, 0, 1];
    for is_late in [false, true] {
        let (mut client, found) = connect();
        if is_late {
            sleep(SILENCE * 2).await;
        }
        client.write_all(CLIENT_HELLO).await.unwrap();
        let (detected, stream) = found.await.unwrap();
        match is_late {
            false => assert!(matches!(detected, Ok(Detection::Tls))),
            true => assert!(matches!(detected, Err(DetectError::LateTls))),
        }
        assert_eq!(stream.prefix(), CLIENT_HELLO);
    }
}

#[test]
fn every_method_of_http_is_http_and_never_another_protocol() {
    for method in
        ["GET", "HEAD", "POST", "PUT", "DELETE", "OPTIONS", "PATCH", "TRACE", "CONNECT", "PRI *"]
    {
        let request = format!("{method} / HTTP/1.1\r\n\r\n{{}}\nNAME:eve");
        for length in 0..=request.len() {
            let is_known = length > method.len();
            let expected = if is_known { Guess::Http } else { Guess::NeedMore };
            assert_eq!(guess(&request.as_bytes()[..length]), expected, "{length} of {method}");
        }
    }
}

#[tokio::test(start_paused = true)]
async fn a_request_is_detected_unless_the_client_was_sent_a_number() {
    for is_late in [false, true] {
        let (mut client, found) = connect();
        if is_late {
            sleep(SILENCE * 2).await;
        }
        client.write_all(b"GET / HTTP/1.1\r\n").await.unwrap();
        let (detected, stream) = found.await.unwrap();
        match is_late {
            false => assert!(matches!(detected, Ok(Detection::Http))),
            true => assert!(matches!(detected, Err(DetectError::LateHttp))),
        }
        assert!(stream.prefix().starts_with(b"GET "));
    }
}

#[tokio::test(start_paused = true)]
async fn a_client_that_leaves_or_speaks_another_protocol_is_for_no_door() {
    let (client, found) = connect();
    drop(client);
    assert!(matches!(found.await.unwrap().0, Err(DetectError::Closed)));

    let (mut client, found) = connect();
    client.write_all(b"SSH-2.0-OpenSSH\r\n").await.unwrap();
    assert!(matches!(found.await.unwrap().0, Err(DetectError::UnknownProtocol)));
}
