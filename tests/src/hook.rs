//! Programs that post to hooks, with no more HTTP than they need.
//!
//! * [`post`], [`post_until_answered`]: one post.
//! * `poster`: a program that posts through kills, to a hook that is revoked and made again.
//! * `operator`: makes and revokes its hooks.

mod operator;
mod poster;

use std::io;
use std::net::SocketAddr;
use std::time::Duration;

use tokio::io::{AsyncRead, AsyncReadExt, AsyncWrite, AsyncWriteExt};
use tokio::net::TcpStream;
use tokio::time::sleep;

pub(crate) use self::operator::operate;
pub(crate) use self::poster::{Poster, Settings};
use crate::within;

/// Time between two posts of one text to a daemon that does not answer.
const RETRY: Duration = Duration::from_millis(5);

/// Posts `text` to the hook at `path`, with the text as its key. Returns the status of the answer; `None` if there is
/// none: the daemon may die meanwhile.
pub async fn post(address: SocketAddr, path: &str, text: &str) -> Option<u16> {
    let mut stream = TcpStream::connect(address).await.ok()?;
    send(&mut stream, path, text).await.ok()?;
    status(&mut stream).await.ok()
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

/// Sends a post, the only request on `stream`, with its text as the key.
async fn send<S: AsyncWrite + Unpin>(stream: &mut S, path: &str, text: &str) -> io::Result<()> {
    let length = text.len();
    let request = format!(
        "POST {path} HTTP/1.1\r\nHost: 127.0.0.1\r\nIdempotency-Key: {text}\r\nContent-Length: {length}\r\nConnection: close\r\n\r\n{text}"
    );
    stream.write_all(request.as_bytes()).await?;
    stream.flush().await
}

/// Reads the answer. Returns its status.
async fn status<S: AsyncRead + Unpin>(stream: &mut S) -> io::Result<u16> {
    let mut answer = String::new();
    stream.read_to_string(&mut answer).await?;
    let status = answer.strip_prefix("HTTP/1.1 ").and_then(|rest| rest.get(..3)?.parse().ok());
    status.ok_or_else(|| io::ErrorKind::UnexpectedEof.into())
}
