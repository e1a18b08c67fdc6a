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

use std::future::poll_fn;
use std::io;
use std::time::Duration;

use bytes::Bytes;
use hyper::server::conn::http1;
use hyper_util::rt::{TokioIo, TokioTimer};
use tokio::io::{AsyncRead, AsyncWrite, AsyncWriteExt};
use tracing::info;

pub(crate) use self::hook::Senders;
use self::patient::Patient;
pub(crate) use self::reply::FULL;
pub(crate) use self::site::{Site, Transport};
use crate::transport::drain;

/// Bytes of the head of a request: those of browsers have some 1,000.
const HEAD_BYTES_MAX: usize = 16 * 1024;

/// Header fields of a request: those of browsers have some 20.
const FIELDS_MAX: usize = 64;

/// How long a client may take for the head of a request, and be silent between two requests: browsers open connections
/// in advance, and open another one if it is closed.
const HEAD_TIMEOUT: Duration = Duration::from_secs(10);

/// A stream that continues as a WebSocket.
pub(crate) struct Upgrade<S> {
    pub(crate) stream: S,
    /// The bytes that were received after the request.
    pub(crate) input: Bytes,
}

/// Answers the requests on `stream` until its client closes it, breaks the rules of HTTP, or opens a WebSocket; then
/// returns the stream. Fails with an error if the connection fails, or the client takes no bytes for `write_timeout`.
pub(crate) async fn serve<S>(
    stream: S,
    site: Site<'_>,
    write_timeout: Duration,
) -> io::Result<Option<Upgrade<S>>>
where
    S: AsyncRead + AsyncWrite + Unpin,
{
    let stream = TokioIo::new(Patient::new(stream, write_timeout));
    let mut connection = http1::Builder::new()
        .timer(TokioTimer::new())
        .header_read_timeout(HEAD_TIMEOUT)
        .max_buf_size(HEAD_BYTES_MAX)
        .max_headers(FIELDS_MAX)
        // A program may say that it sends nothing more before it has its answer.
        .half_close(true)
        .serve_connection(stream, site);
    let served = poll_fn(|cx| connection.poll_without_shutdown(cx)).await;
    let parts = connection.into_parts();
    let mut stream = parts.io.into_inner();
    match served {
        Ok(()) if parts.service.has_opened() => {
            return Ok(Some(Upgrade { stream: stream.into_inner(), input: parts.read_buf }));
        }
        Ok(()) => {}
        // `hyper` has answered it with 400 or 431.
        Err(error) if error.is_parse() => {
            parts.service.log_once(|| info!(%error, "closed: the client broke the rules of HTTP"));
        }
        Err(error) => return Err(io::Error::other(error)),
    }
    stream.shutdown().await?;
    // There may be more to read, such as a body that is too long.
    Box::pin(drain(&mut stream)).await;
    Ok(None)
}
