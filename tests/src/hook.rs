//! Programs that post to hooks, with no more HTTP than they need.
//!
//! * [`post`], [`post_until_answered`]: one post.
//! * `poster`: a program that posts through kills, to a hook that is revoked and made again.
//! * `operator`: makes and revokes its hooks.

mod operator;
mod poster;

use std::fmt;
use std::io;
use std::net::SocketAddr;
use std::time::Duration;

use tokio::io::{AsyncRead, AsyncReadExt, AsyncWrite, AsyncWriteExt};
use tokio::net::TcpStream;
use tokio::time::sleep;

pub(crate) use self::operator::operate;
pub(crate) use self::poster::{Poster, Settings};
use crate::{within, write_rows};

/// Time between two posts of one text to a daemon that does not answer.
const RETRY: Duration = Duration::from_millis(5);

/// Counts of actions with hooks, and of faults.
#[derive(Debug, Default, Clone, PartialEq, Eq)]
pub struct Findings {
    /// Hooks that were made.
    pub made: u64,
    /// Hooks that were revoked.
    pub revoked: u64,
    /// Posts that were accepted.
    pub accepted: u64,
    /// Faults: hooks that were made and are lost, hooks that were revoked and are there, and messages that are stored
    /// though they were posted to a revoked hook.
    pub wrong: u64,
    /// The first of these.
    pub first: Option<String>,
}

impl Findings {
    /// Counts a fault.
    pub(crate) fn add_wrong(&mut self, what: impl FnOnce() -> String) {
        self.wrong += 1;
        self.first.get_or_insert_with(what);
    }

    /// Adds what another program has found.
    pub(crate) fn add(&mut self, other: Self) {
        self.made += other.made;
        self.revoked += other.revoked;
        self.accepted += other.accepted;
        self.wrong += other.wrong;
        self.first = self.first.take().or(other.first);
    }
}

impl fmt::Display for Findings {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let rows = [
            ("hooks made", self.made),
            ("hooks revoked", self.revoked),
            ("posts accepted", self.accepted),
            ("hooks used wrongly", self.wrong),
        ];
        write_rows(f, &rows)?;
        self.first.as_ref().map_or(Ok(()), |first| writeln!(f, "{first}"))
    }
}

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
