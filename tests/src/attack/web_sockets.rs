//! WebSockets: crowds of them, and frames that break the rules.

use std::io;

use tokio::io::{AsyncRead, AsyncReadExt, AsyncWriteExt};
use tokio::net::TcpStream;

use super::connections;
use super::enemy::{AT_ONCE, Enemy};
use super::junk::PIECE_BYTES;

/// Opens a WebSocket.
const REQUEST: &[u8] =
    b"GET /ws HTTP/1.1\r\nHost: localhost\r\nConnection: Upgrade\r\nUpgrade: websocket\r\n\
    Sec-WebSocket-Version: 13\r\nSec-WebSocket-Key: ZXZpbCBlbmVteSBrZXkhIQ==\r\n\r\n";

/// The mask of the frames: none.
const MASK: [u8; 4] = [0; 4];

/// Fragments in one piece.
const FRAGMENTS: usize = 1_000;

/// Pings in one piece.
const PINGS: usize = 20;

/// A crowd of WebSockets without a `hello`.
pub(super) async fn crowd(enemy: Enemy) {
    connections::crowd(enemy, |enemy, stream| async move {
        // It stays open until the daemon closes it, or the crowd has enough others.
        if let Ok(mut stream) = open(&enemy, stream).await {
            enemy.hit();
            let _ = stream.read(&mut [0]).await;
        }
    })
    .await;
}

/// Messages in one frame of 4 EiB.
pub(super) async fn huge(enemy: Enemy) {
    send(enemy, 1009, |number| match number {
        0 => [&[0x82, 0xff][..], &(1_u64 << 62).to_be_bytes(), &MASK].concat(),
        _ => vec![b'x'; PIECE_BYTES],
    })
    .await;
}

/// Messages in fragments without end, of a byte each.
pub(super) async fn fragments(enemy: Enemy) {
    send(enemy, 1009, |number| match number {
        0 => byte(0x01),
        _ => byte(0x00).repeat(FRAGMENTS),
    })
    .await;
}

/// Pings without end.
pub(super) async fn pings(enemy: Enemy) {
    send(enemy, 1008, |_| byte(0x89).repeat(PINGS)).await;
}

/// A frame of one byte that begins with `first`: whether it is the last one of its message, and what it is.
fn byte(first: u8) -> Vec<u8> {
    [&[first, 0x81][..], &MASK, b"x"].concat()
}

/// Opens a WebSocket. Fails if the daemon has too many connections.
///
/// # Panics
/// Panics if the daemon refuses it for another reason.
async fn open(enemy: &Enemy, mut stream: TcpStream) -> io::Result<TcpStream> {
    stream.write_all(REQUEST).await?;
    let mut head = Vec::new();
    while !head.ends_with(b"\r\n\r\n") {
        head.push(stream.read_u8().await?);
    }
    if head.starts_with(b"HTTP/1.1 503 ") {
        enemy.limited();
        return Err(io::ErrorKind::ConnectionRefused.into());
    }
    assert!(head.starts_with(b"HTTP/1.1 101 "), "{}", String::from_utf8_lossy(&head));
    Ok(stream)
}

/// Sends the pieces of each WebSocket, by their numbers, until the daemon closes it; then opens another one.
///
/// # Panics
/// Panics if the daemon closes it with another code.
async fn send(enemy: Enemy, code: u16, piece: fn(u64) -> Vec<u8>) {
    let send = move |enemy: Enemy, _| async move {
        let Ok(stream) = enemy.connect().await else { return };
        let Ok(stream) = open(&enemy, stream).await else { return };
        let (from, mut to) = stream.into_split();
        let pieces = async {
            for number in 0.. {
                if to.write_all(&piece(number)).await.is_err() {
                    break;
                }
                enemy.hit();
                enemy.next().await;
            }
        };
        tokio::select! {
            () = until_closed(from, code) => {}
            () = pieces => {}
        }
    };
    enemy.try_again(AT_ONCE, send).await;
}

/// Reads until the daemon closes the WebSocket, with this code, or the connection.
async fn until_closed(mut from: impl AsyncRead + Unpin, code: u16) {
    let close = |code: [u8; 2]| [[0x88, 2], code].concat();
    let mut received = Vec::new();
    while let Ok(1..) = from.read_buf(&mut received).await {
        if received.ends_with(&close(code.to_be_bytes())) {
            return;
        }
        let other = received.last_chunk::<4>().filter(|end| end.starts_with(&[0x88, 2]));
        assert!(other.is_none(), "closed otherwise than with {code}: {other:?}");
    }
}
