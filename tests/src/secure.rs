//! TLS for the clients of the torture and of the simulation.

use std::io;
use std::time::Duration;

use chat_client::link::tls::Tls;
use chat_client::link::{DialError, ServerStream};
use chat_proto::ServerKey;
use tokio::io::{AsyncRead, AsyncWrite};
use tokio::time::timeout;
use tokio_util::either::Either;

/// Longest time of a handshake: a connection may be lost in it without a sign.
const HANDSHAKE_MAX: Duration = Duration::from_secs(10);

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
