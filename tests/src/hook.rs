//! A program that posts to a hook, with no more HTTP than it needs.

use std::net::SocketAddr;
use std::time::Duration;

use tokio::io::{AsyncReadExt, AsyncWriteExt};
use tokio::net::TcpStream;
use tokio::time::sleep;

use crate::within;

/// Time between two posts of one text to a daemon that does not answer.
const RETRY: Duration = Duration::from_millis(5);

/// Posts `text` to the hook at `path`, with the text as its key. Returns the status of the answer; `None` if there is
/// none: the daemon may die meanwhile.
pub async fn post(address: SocketAddr, path: &str, text: &str) -> Option<u16> {
    let mut stream = TcpStream::connect(address).await.ok()?;
    let length = text.len();
    let request = format!(
        "POST {path} HTTP/1.1\r\nHost: {address}\r\nIdempotency-Key: {text}\r\nContent-Length: {length}\r\nConnection: close\r\n\r\n{text}"
    );
    stream.write_all(request.as_bytes()).await.ok()?;
    let mut answer = String::new();
    stream.read_to_string(&mut answer).await.ok()?;
    answer.get(9..12)?.parse().ok()
}

/// Posts `text` again and again, until it is answered with 200.
///
/// # Panics
/// Panics if the deadline of [`within`] passes.
pub async fn post_until_answered(address: SocketAddr, path: &str, text: &str) {
    let posts = async {
        while post(address, path, text).await != Some(200) {
            sleep(RETRY).await;
        }
    };
    within(format!("{text:?} is answered with 200"), posts).await;
}
