//! The carriers of the clients of the torture and of the simulation: TLS, and a WebSocket.

mod web_socket;

use std::io;
use std::sync::atomic::{AtomicU64, Ordering};
use std::time::Duration;

use chat_client::link::tls::Tls;
use chat_client::link::{DialError, ServerStream};
use chat_proto::ServerKey;
use tokio::io::{AsyncRead, AsyncWrite};
use tokio::time::timeout;
use tokio_util::either::Either;

use self::web_socket::WebSocket;

/// Longest time of a handshake: a connection may be lost in it without a sign.
const HANDSHAKE_MAX: Duration = Duration::from_secs(10);

/// Of this many connections, one has a WebSocket: so the sessions of a client are now on one, and now on none.
const WEB_EVERY: u64 = 3;

/// A connection with its carrier.
pub(crate) type CarrierStream<S> = Either<ServerStream<S>, Box<WebSocket<ServerStream<S>>>>;

/// Decides which connections have a WebSocket, and counts these.
#[derive(Debug, Default)]
pub(crate) struct Webs {
    are_all: bool,
    begun: AtomicU64,
    opened: AtomicU64,
}

impl Webs {
    /// For all connections, or for one of [`WEB_EVERY`].
    pub(crate) fn new(are_all: bool) -> Self {
        Self { are_all, ..Self::default() }
    }

    /// Number of WebSockets that were opened.
    pub(crate) fn opened(&self) -> u64 {
        self.opened.load(Ordering::Relaxed)
    }

    /// Puts TLS on a connection if the server has a key, and a WebSocket if it is its turn.
    pub(crate) async fn put_on<S>(
        &self,
        stream: S,
        key: Option<ServerKey>,
    ) -> io::Result<CarrierStream<S>>
    where
        S: AsyncRead + AsyncWrite + Unpin,
    {
        let begun = self.begun.fetch_add(1, Ordering::Relaxed);
        let is_web = self.are_all || begun % WEB_EVERY == WEB_EVERY - 1;
        let stream = secure(stream, key).await?;
        if !is_web {
            return Ok(Either::Left(stream));
        }
        let socket = timeout(HANDSHAKE_MAX, WebSocket::open(stream)).await??;
        self.opened.fetch_add(1, Ordering::Relaxed);
        Ok(Either::Right(Box::new(socket)))
    }
}

/// Puts TLS on a connection if the server has a key.
pub(crate) async fn secure<S>(stream: S, key: Option<ServerKey>) -> io::Result<ServerStream<S>>
where
    S: AsyncRead + AsyncWrite + Unpin,
{
    if key.is_none() {
        return Ok(Either::Left(stream));
    }
    // The protocol is not named, so that the daemon detects it: some of them are classic clients.
    let tls = Tls::new("localhost", key).unwrap().without_alpn();
    match timeout(HANDSHAKE_MAX, tls.connect(stream)).await? {
        Ok(stream) => Ok(Either::Right(Box::new(stream))),
        Err(DialError::Io(error)) => Err(error),
        // What a daemon that ends, or a storm, leaves of an answer.
        Err(DialError::NotTls(_)) => Err(io::ErrorKind::InvalidData.into()),
        Err(DialError::WrongKey(wrong)) => panic!("the daemon has another key: {wrong:?}"),
    }
}
