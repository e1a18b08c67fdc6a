//! Connections past the limit: each is sent the reason, and has a moment to read it.

use std::collections::VecDeque;
use std::io;
use std::time::Duration;

use tokio::io::{AsyncRead, AsyncReadExt, AsyncWrite, AsyncWriteExt};
use tokio::time::timeout;
use tokio_util::task::AbortOnDropHandle;

use crate::config::READ_BYTES;
use crate::door::detect::{Guess, guess};
use crate::transport::drain;
use crate::web;

/// Sent to rejected connections; plain text, unless they begin with HTTP.
const FULL: &[u8] = b"chat-server has too many connections; try again in a moment\n";

/// How long the first bytes of a rejected connection may take, which show whether it is a browser. If half of the
/// places for rejected connections are taken, the reason is sent at once.
const FIRST_BYTES: Duration = Duration::from_millis(100);

/// How long a write of the reason may take. A new socket has room for it.
const WRITE_TIMEOUT: Duration = Duration::from_millis(100);

/// Rejected connections that are still open.
#[derive(Debug)]
pub(crate) struct TurnedAway {
    open: VecDeque<AbortOnDropHandle<()>>,
    open_max: usize,
}

impl TurnedAway {
    /// At most `open_max` stay open at once; beyond that the oldest is closed.
    pub(crate) fn new(open_max: usize) -> Self {
        Self { open: VecDeque::new(), open_max }
    }

    /// Sends the reason, and closes the connection once the peer has closed its side, or after
    /// [`LINGER`](crate::config::LINGER).
    pub(crate) async fn reject(
        &mut self,
        mut stream: impl AsyncRead + AsyncWrite + Unpin + Send + 'static,
    ) {
        self.open.retain(|task| !task.is_finished());
        let is_crowded = self.open.len() >= self.open_max / 2;
        if is_crowded && send(&mut stream, FULL).await.is_err() {
            return;
        }
        if self.open.len() >= self.open_max {
            self.open.pop_front();
        }
        let rest = async move {
            if !is_crowded {
                let mut first = [0; READ_BYTES];
                let read = timeout(FIRST_BYTES, stream.read(&mut first)).await;
                let first = read.map_or(&[][..], |read| &first[..read.unwrap_or(0)]);
                let is_http = guess(first) == Guess::Http;
                let reason = if is_http { web::FULL.as_bytes() } else { FULL };
                send(&mut stream, reason).await?;
            }
            drain(&mut stream).await;
            io::Result::Ok(())
        };
        self.open.push_back(AbortOnDropHandle::new(tokio::spawn(async { drop(rest.await) })));
    }
}

/// Sends the reason to a rejected connection.
async fn send<S: AsyncWrite + Unpin>(stream: &mut S, reason: &[u8]) -> io::Result<()> {
    let write = async {
        stream.write_all(reason).await?;
        stream.shutdown().await
    };
    timeout(WRITE_TIMEOUT, write).await?
}

#[cfg(test)]
mod tests {
    use std::pin::Pin;
    use std::task::{Context, Poll};

    use tokio::io::{DuplexStream, ReadBuf, duplex};

    use super::*;
    use crate::config::LINGER;

    /// A socket whose readiness the runtime has not asked for yet: the first write waits.
    struct FreshSocket(DuplexStream, bool);

    impl AsyncRead for FreshSocket {
        fn poll_read(
            mut self: Pin<&mut Self>,
            cx: &mut Context<'_>,
            into: &mut ReadBuf<'_>,
        ) -> Poll<io::Result<()>> {
            Pin::new(&mut self.0).poll_read(cx, into)
        }
    }

    impl AsyncWrite for FreshSocket {
        fn poll_write(
            mut self: Pin<&mut Self>,
            cx: &mut Context<'_>,
            bytes: &[u8],
        ) -> Poll<io::Result<usize>> {
            if std::mem::take(&mut self.1) {
                cx.waker().wake_by_ref();
                return Poll::Pending;
            }
            Pin::new(&mut self.0).poll_write(cx, bytes)
        }

        fn poll_flush(mut self: Pin<&mut Self>, cx: &mut Context<'_>) -> Poll<io::Result<()>> {
            Pin::new(&mut self.0).poll_flush(cx)
        }

        fn poll_shutdown(mut self: Pin<&mut Self>, cx: &mut Context<'_>) -> Poll<io::Result<()>> {
            Pin::new(&mut self.0).poll_shutdown(cx)
        }
    }

    #[tokio::test(start_paused = true)]
    async fn each_is_sent_the_reason_and_a_bounded_number_stays_open() {
        let mut turned_away = TurnedAway::new(2);
        let mut clients = Vec::new();
        for _ in 0..3 {
            let (mut client, server) = duplex(1024);
            turned_away.reject(FreshSocket(server, true)).await;
            let mut reason = String::new();
            client.read_to_string(&mut reason).await.unwrap();
            assert_eq!(reason.as_bytes(), FULL);
            clients.push(client);
        }
        tokio::task::yield_now().await;
        let mut is_open = Vec::new();
        for client in &mut clients {
            is_open.push(client.write_all(b"hello\n").await.is_ok());
        }
        assert_eq!(is_open, [false, true, true], "the oldest is closed");
        tokio::time::sleep(2 * LINGER).await;
        assert!(clients[2].write_all(b"hello\n").await.is_err(), "it is closed after a moment");
    }

    #[tokio::test(start_paused = true)]
    async fn a_browser_is_sent_the_reason_as_http() {
        let mut turned_away = TurnedAway::new(4);
        let mut clients = Vec::new();
        for _ in 0..4 {
            let (mut client, server) = duplex(1024);
            client.write_all(b"GET / HTTP/1.1\r\n\r\n").await.unwrap();
            turned_away.reject(server).await;
            clients.push(client);
        }
        for (nth, client) in clients.iter_mut().enumerate() {
            let mut reason = String::new();
            client.read_to_string(&mut reason).await.unwrap();
            match nth < 2 {
                true => {
                    let (head, body) = reason.split_once("\r\n\r\n").unwrap();
                    assert!(head.starts_with("HTTP/1.1 503 ") && head.contains("retry-after: "));
                    assert!(head.contains(&format!("content-length: {}", body.len())), "{reason}");
                }
                false => assert_eq!(reason.as_bytes(), FULL, "with many, nobody is waited for"),
            }
        }
    }
}
