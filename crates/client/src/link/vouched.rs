//! Asks the authorities that this machine trusts whether a server has the name by which the user calls it, and the
//! server for its key. The key is what the client knows the server by from then on: an authority is believed once.

use bytes::BytesMut;
use chat_proto::native::write_line;
use chat_proto::{Command, Event, NativeCodec, ServerKey};
use futures_util::StreamExt;
use rustls::RootCertStore;
use tokio::io::{AsyncRead, AsyncReadExt, AsyncWrite, AsyncWriteExt};
use tokio::time::timeout;
use tokio_util::codec::{Framed, FramedParts};

use super::tls::Tls;
use super::{DIAL_TIMEOUT, Dial, ServerAddress, Tcp};

/// Bytes before the first `{` of a chat-server, at most: the number of a classic client.
const PREAMBLE_BYTES_MAX: usize = 64;

/// The authorities that this machine trusts; none if it has no list of them.
#[must_use]
pub fn trusted_authorities() -> RootCertStore {
    let mut roots = RootCertStore::empty();
    roots.add_parsable_certificates(rustls_native_certs::load_native_certs().certs);
    roots
}

/// The key of the server at `address`, if one of the authorities that this machine trusts vouches for its name; `None`
/// if none does, or the server does not answer within [`DIAL_TIMEOUT`].
pub async fn vouched_key(address: &ServerAddress) -> Option<ServerKey> {
    let host = address.host.clone();
    // The list is read from files.
    let roots = tokio::task::spawn_blocking(trusted_authorities).await.ok()?;
    let asked = ask(Tcp::new(address.clone()), &host, roots);
    timeout(DIAL_TIMEOUT, asked).await.ok().flatten()
}

/// The same of the server that `dial` connects to. The caller has the deadline.
pub async fn ask(mut dial: impl Dial, host: &str, roots: RootCertStore) -> Option<ServerKey> {
    if roots.is_empty() {
        return None;
    }
    let tls = Tls::vouched(host, roots).ok()?;
    // Nothing was sent to a server for which nobody vouches but the beginning of a handshake.
    let stream = tls.connect(dial.dial().await.ok()?).await.ok()?;
    about(stream).await
}

/// Asks the server for its key.
async fn about<S: AsyncRead + AsyncWrite + Unpin>(mut stream: S) -> Option<ServerKey> {
    let mut line = BytesMut::new();
    write_line(&Command::About, &mut line);
    stream.write_all(&line).await.ok()?;
    stream.flush().await.ok()?;
    let mut first = BytesMut::new();
    while !first.contains(&b'{') && first.len() <= PREAMBLE_BYTES_MAX {
        if stream.read_buf(&mut first).await.ok()? == 0 {
            return None;
        }
    }
    let mut parts = FramedParts::new::<&Command>(stream, NativeCodec::default());
    parts.read_buf = first;
    let mut wire = Framed::from_parts(parts);
    loop {
        match super::session::read(wire.next().await).ok()?.ok()? {
            Event::About { key, .. } => return key?.as_str().parse().ok(),
            Event::Refused(_) | Event::Goodbye { .. } => return None,
            _ => {}
        }
    }
}
