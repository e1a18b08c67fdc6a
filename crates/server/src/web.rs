//! The web: serves the page of the chat over HTTP on the port of the daemon, and opens the WebSocket on which the page,
//! or any other client, speaks the native protocol.
//!
//! `hyper` reads the requests; [`Site`] answers them. No request changes anything but a post to a hook.

mod form;
mod hook;
mod host;
mod metrics;
mod parts;
mod patient;
mod post;
mod reply;
mod site;
mod slack;
mod web_socket;

use std::io;
use std::time::Duration;

use bytes::Bytes;
use hyper::server::conn::http1;
use hyper_util::rt::{TokioIo, TokioTimer};
use tokio::io::{AsyncRead, AsyncReadExt, AsyncWrite, AsyncWriteExt};
use tokio::time::timeout;

pub(crate) use self::hook::Senders;
use self::patient::Patient;
pub(crate) use self::reply::FULL;
pub(crate) use self::site::{Site, Transport};
use crate::config::{LINGER, READ_BYTES};

/// Bytes of the head of a request: those of browsers have some 1,000.
const HEAD_BYTES_MAX: usize = 16 * 1024;

/// Header fields of a request: those of browsers have some 20.
const FIELDS_MAX: usize = 64;

/// How long a client may take for the head of a request, and be silent between two requests: browsers open connections
/// in advance, and open another one if it is closed.
const HEAD_TIMEOUT: Duration = Duration::from_secs(10);

/// A stream on which a WebSocket was opened.
pub(crate) struct Opened<S> {
    pub(crate) stream: S,
    /// What was received after the request.
    pub(crate) input: Bytes,
}

/// Answers the requests on `stream` until its client closes it, or opens a WebSocket; then returns the stream. Fails
/// with an error if the client breaks HTTP, or takes no bytes for `write_timeout`.
pub(crate) async fn serve<S>(
    stream: S,
    site: Site<'_>,
    write_timeout: Duration,
) -> io::Result<Option<Opened<S>>>
where
    S: AsyncRead + AsyncWrite + Unpin,
{
    let stream = TokioIo::new(Patient::new(stream, write_timeout));
    let connection = http1::Builder::new()
        .timer(TokioTimer::new())
        .header_read_timeout(HEAD_TIMEOUT)
        .max_buf_size(HEAD_BYTES_MAX)
        .max_headers(FIELDS_MAX)
        .serve_connection(stream, site);
    let parts = connection.without_shutdown().await.map_err(io::Error::other)?;
    let mut stream = parts.io.into_inner().into_inner();
    if parts.service.has_opened() {
        return Ok(Some(Opened { stream, input: parts.read_buf }));
    }
    stream.shutdown().await?;
    // The client may lose the answer if the socket is closed before all is read, such as a body that is too long.
    let mut unread = [0; READ_BYTES];
    let read = async { while let Ok(1..) = stream.read(&mut unread).await {} };
    let _ = timeout(LINGER, Box::pin(read)).await;
    Ok(None)
}
