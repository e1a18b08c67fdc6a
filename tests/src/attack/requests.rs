//! Requests of HTTP that do not end, that pages of others make, or that hide another one.

use std::io;

use tokio::io::{AsyncReadExt, AsyncWriteExt};
use tokio::net::TcpStream;

use super::enemy::{AT_ONCE, Enemy};
use super::junk::{PIECE_BYTES, send};

/// Bytes of an answer at most: more than any has.
const ANSWER_BYTES_MAX: u64 = 256 * 1024;

/// How each answer begins.
const ANSWER: &str = "HTTP/1.1 ";

/// A request, and the status with which it is refused.
type RefusedRequest = (&'static str, &'static str);

/// The requests of a page of another site in a browser, and those of a scanner.
pub(super) const FOREIGN: [RefusedRequest; 6] = [
    ("GET / HTTP/1.1\r\nHost: evil.example\r\n\r\n", "421"),
    ("GET / HTTP/1.1\r\nHost: localhost\r\nHost: evil.example\r\n\r\n", "400"),
    ("GET http://evil.example/ HTTP/1.1\r\nHost: localhost\r\n\r\n", "400"),
    (
        "GET /ws HTTP/1.1\r\nHost: localhost\r\nOrigin: http://evil.example\r\nConnection: Upgrade\r\n\
         Upgrade: websocket\r\nSec-WebSocket-Version: 13\r\nSec-WebSocket-Key: ZXZpbCBlbmVteSBrZXkhIQ==\r\n\r\n",
        "403",
    ),
    ("GET /../../etc/passwd HTTP/1.1\r\nHost: localhost\r\n\r\n", "404"),
    ("DELETE / HTTP/1.1\r\nHost: localhost\r\n\r\n", "405"),
];

/// Requests whose length can be understood in two ways. Each hides another one, which asks for what is not refused.
pub(super) const SMUGGLED: [RefusedRequest; 5] = [
    (
        "POST / HTTP/1.1\r\nHost: localhost\r\nContent-Length: 5\r\nTransfer-Encoding: chunked\r\n\r\n\
         0\r\n\r\nGET /health HTTP/1.1\r\nHost: localhost\r\n\r\n",
        "413",
    ),
    (
        "POST / HTTP/1.1\r\nHost: localhost\r\nTransfer-Encoding: xchunked\r\n\r\n\
         GET /health HTTP/1.1\r\nHost: localhost\r\n\r\n",
        "400",
    ),
    (
        "POST / HTTP/1.1\r\nHost: localhost\r\nContent-Length: 0\r\nContent-Length: 50\r\n\r\n\
         GET /health HTTP/1.1\r\nHost: localhost\r\n\r\n",
        "400",
    ),
    (
        "POST / HTTP/1.1\r\nHost: localhost\r\nContent-Length : 50\r\n\r\n\
         GET /health HTTP/1.1\r\nHost: localhost\r\n\r\n",
        "400",
    ),
    (
        "POST / HTTP/1.1\r\nHost: localhost\r\nContent-Length: 60\r\n\r\n\
         {\"type\":\"hello\",\"version\":1,\"name\":\"smuggled\"}\n\
         GET /health HTTP/1.1\r\nHost: localhost\r\n\r\n",
        "413",
    ),
];

/// Heads of requests that do not end.
pub(super) async fn endless_heads(enemy: Enemy) {
    send(enemy, |number| match number {
        0 => b"GET / HTTP/1.1\r\nHost: localhost\r\nX-Long: ".to_vec(),
        _ => vec![b'x'; PIECE_BYTES],
    })
    .await;
}

/// Bodies of requests that do not end.
pub(super) async fn endless_bodies(enemy: Enemy) {
    send(enemy, |number| match number {
        0 => b"POST / HTTP/1.1\r\nHost: localhost\r\nTransfer-Encoding: chunked\r\n\r\n".to_vec(),
        _ => {
            let head = format!("{PIECE_BYTES:x}\r\n");
            [head.as_bytes(), &[b'x'; PIECE_BYTES], b"\r\n"].concat()
        }
    })
    .await;
}

/// Sends each of `requests` again and again, on a connection of its own.
///
/// # Panics
/// Panics if one of them is answered with another status, or twice.
pub(super) async fn refused(enemy: Enemy, requests: &'static [RefusedRequest]) {
    let ask = move |enemy: Enemy, number: u64| async move {
        let nth = usize::try_from(number).expect("a machine of 64 bits") % requests.len();
        let (request, status) = requests[nth];
        let Ok(stream) = enemy.connect().await else { return };
        // The daemon may close a connection of which it has not read all.
        let Ok(answer) = answer(stream, request).await else { return };
        let (count, expected) = (answer.matches(ANSWER).count(), format!("{ANSWER}{status}"));
        match count {
            0 => {}
            _ if answer.starts_with(&format!("{ANSWER}503")) => enemy.limited(),
            1 if answer.starts_with(&expected) => enemy.hit(),
            _ => panic!("{request} is answered by {answer}"),
        }
    };
    enemy.try_again(AT_ONCE, ask).await;
}

/// Sends a request, and says that no more follow. Returns all that the daemon answers.
async fn answer(mut stream: TcpStream, request: &str) -> io::Result<String> {
    stream.write_all(request.as_bytes()).await?;
    stream.shutdown().await?;
    let (mut answer, mut stream) = (Vec::new(), stream.take(ANSWER_BYTES_MAX));
    while let Ok(1..) = stream.read_buf(&mut answer).await {}
    Ok(String::from_utf8_lossy(&answer).into_owned())
}
