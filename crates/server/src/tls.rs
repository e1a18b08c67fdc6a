//! TLS on the port of the daemon, with a key of its own that clients know by its [`ServerKey`].
//!
//! TLS 1.3 and 1.2 alone, and no early data: it could be replayed. The provider of the cryptography is chosen here
//! and nowhere else, see `docs/security.md`.

mod error;
mod files;
mod handshakes;
mod identity;
mod probe;

use std::fmt;
use std::io;
use std::net::IpAddr;
use std::path::{Path, PathBuf};
use std::sync::{Arc, PoisonError, RwLock};
use std::time::Duration;

use chat_proto::{NATIVE_ALPN, ServerKey};
use rustls::crypto::{CryptoProvider, aws_lc_rs};
use rustls::server::{Acceptor, ClientHello, NoServerSessionStorage};
use rustls::version::{TLS12, TLS13};
use rustls::{CipherSuite, ServerConfig};
use tokio::io::{AsyncRead, AsyncWrite};
use tokio::time::timeout;
use tokio_rustls::LazyConfigAcceptor;
use tokio_rustls::server::TlsStream;

pub use self::error::TlsError;
use self::handshakes::Handshakes;
use self::identity::{Identity, NewIdentity};
pub use self::probe::within_tls;
use crate::config::TlsFiles;
use crate::journal::Location;

/// The directory of the daemon's own key and certificate, in its data directory.
pub const TLS_DIRECTORY: &str = "tls";

/// The name of HTTP in ALPN (RFC 7301): this version alone.
const HTTP_ALPN: &[u8] = b"http/1.1";

/// Longest time of one handshake: several round trips on the slowest connection.
const HANDSHAKE_MAX: Duration = Duration::from_secs(10);

/// Bytes that TLS holds of what a session has written and the connection has not taken: as many as wait for a session
/// ([`crate::config::OUT_BYTES_MAX`]), so that all of them are one write to the system.
const BUFFER_BYTES_MAX: usize = crate::config::OUT_BYTES_MAX;

/// Tickets that a client is sent: it needs one to connect again without a signature. Each more costs a write.
const TICKETS: usize = 1;

/// The key of the daemon, and the handshakes that are made with it.
pub(crate) struct Tls {
    current: RwLock<Current>,
    files: Option<TlsFiles>,
    handshakes: Handshakes,
}

/// What a new handshake uses.
#[derive(Clone)]
struct Current {
    /// For a client that sends [`NATIVE_ALPN`].
    native: Arc<ServerConfig>,
    /// For a client that sends [`HTTP_ALPN`], and not the other.
    http: Arc<ServerConfig>,
    /// For any other client: whatever it sends in ALPN, its protocol is detected.
    detected: Arc<ServerConfig>,
    key: ServerKey,
}

/// A connection whose handshake is complete.
pub(crate) struct Accepted<S> {
    pub(crate) stream: TlsStream<S>,
    /// What the client has said that it speaks.
    pub(crate) alpn: Alpn,
}

/// The protocol that a client has named in the ALPN of TLS.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Alpn {
    /// The native one.
    Native,
    /// HTTP, as browsers do.
    Http,
    /// None that is spoken here.
    None,
}

impl Alpn {
    fn of(client: &ClientHello<'_>) -> Self {
        let offers = |protocol| {
            client.alpn().is_some_and(|mut offered| offered.any(|offer| offer == protocol))
        };
        if offers(NATIVE_ALPN) {
            Self::Native
        } else if offers(HTTP_ALPN) {
            Self::Http
        } else {
            Self::None
        }
    }
}

impl Tls {
    /// Opens the key of the daemon: that of `files`, or else its own one beside the journal, which is made if there
    /// is none yet.
    ///
    /// # Errors
    /// Returns an error if there is a key that cannot be used.
    pub(crate) fn open(location: &Location, files: Option<TlsFiles>) -> Result<Self, TlsError> {
        let (identity, path) = match (&files, location) {
            (Some(files), _) => {
                (Identity::read(&files.certificate, &files.key)?, files.certificate.clone())
            }
            (None, Location::Directory(data) | Location::DirectoryInTask(data)) => {
                (files::open(data)?, data.join(TLS_DIRECTORY))
            }
            (None, Location::Memory) => (NewIdentity::make()?.identity, PathBuf::new()),
        };
        let current = RwLock::new(Current::new(identity, &path)?);
        Ok(Self { current, files, handshakes: Handshakes::new() })
    }

    fn reload(&self) -> Result<bool, TlsError> {
        let Some(TlsFiles { certificate, key }) = &self.files else { return Ok(false) };
        let new = Current::new(Identity::read(certificate, key)?, certificate)?;
        *self.current.write().unwrap_or_else(PoisonError::into_inner) = new;
        Ok(true)
    }

    /// The key, as clients know it.
    pub(crate) fn key(&self) -> ServerKey {
        self.current().key
    }

    fn current(&self) -> Current {
        self.current.read().unwrap_or_else(PoisonError::into_inner).clone()
    }

    /// Makes the handshake with a client at `address` that begins with a `ClientHello`. Waits if there are too many
    /// handshakes. The caller has the deadline.
    ///
    /// # Errors
    /// Returns an error if the handshake fails, or takes longer than [`HANDSHAKE_MAX`].
    pub(crate) async fn accept<S>(&self, stream: S, address: IpAddr) -> io::Result<Accepted<S>>
    where
        S: AsyncRead + AsyncWrite + Unpin,
    {
        let permit = self.handshakes.permit(address).await;
        let _permit = permit.ok_or(io::ErrorKind::ConnectionAborted)?;
        let handshake = async {
            let start = LazyConfigAcceptor::new(Acceptor::default(), stream).await?;
            let alpn = Alpn::of(&start.client_hello());
            let Current { native, http, detected, .. } = self.current();
            let config = match alpn {
                Alpn::Native => native,
                Alpn::Http => http,
                Alpn::None => detected,
            };
            let accept = start.into_stream_with(config, |connection| {
                connection.set_buffer_limit(Some(BUFFER_BYTES_MAX));
            });
            Ok(Accepted { stream: accept.await?, alpn })
        };
        timeout(HANDSHAKE_MAX, handshake).await?
    }
}

impl Current {
    /// `path` is where the certificate is, for the error.
    fn new(identity: Identity, path: &Path) -> Result<Self, TlsError> {
        Self::build(identity)
            .map_err(|reason| TlsError::Unusable { certificate: path.into(), reason })
    }

    fn build(identity: Identity) -> Result<Self, rustls::Error> {
        let key = identity.server_key()?;
        let mut detected = ServerConfig::builder_with_provider(Arc::new(provider()))
            .with_protocol_versions(&[&TLS13, &TLS12])?
            .with_no_client_auth()
            .with_single_cert(identity.chain, identity.key)?;
        detected.ignore_client_order = true;
        detected.ticketer = aws_lc_rs::Ticketer::new()?;
        detected.session_storage = Arc::new(NoServerSessionStorage {});
        detected.send_tls13_tickets = TICKETS;
        let mut native = detected.clone();
        native.alpn_protocols = vec![NATIVE_ALPN.to_vec()];
        let mut http = detected.clone();
        http.alpn_protocols = vec![HTTP_ALPN.to_vec()];
        let [native, http, detected] = [native, http, detected].map(Arc::new);
        Ok(Self { native, http, detected, key })
    }
}

/// The cryptography.
fn provider() -> CryptoProvider {
    let mut provider = aws_lc_rs::default_provider();
    // Each delivery is encrypted for its reader. Keys of 128 bits are out of reach, too, and need less of the processor.
    let preferred = CipherSuite::TLS13_AES_128_GCM_SHA256;
    provider.cipher_suites.sort_by_key(|suite| suite.suite() != preferred);
    provider
}

/// The certificate that a running daemon shows.
#[derive(Debug, Clone)]
pub struct Certificate(pub(crate) Arc<Tls>);

impl Certificate {
    /// Reads the files of [`TlsFiles`] again; connections from now on have what is in them. Returns whether there are
    /// such files.
    ///
    /// # Errors
    /// Returns an error if they cannot be used. The daemon goes on with what it has.
    pub fn reload(&self) -> Result<bool, TlsError> {
        self.0.reload()
    }
}

/// The key of a daemon, as clients know it: that of `files`, or else its own one in the directory `data`. Returns `None`
/// if no daemon has made one there yet.
///
/// # Errors
/// Returns an error if it cannot be read.
pub fn server_key(data: &Path, files: Option<&TlsFiles>) -> Result<Option<ServerKey>, TlsError> {
    let (identity, path) = match files {
        Some(TlsFiles { certificate, key }) => {
            (Identity::read(certificate, key)?, certificate.clone())
        }
        None => match files::read(data)? {
            Some(identity) => (identity, data.join(TLS_DIRECTORY)),
            None => return Ok(None),
        },
    };
    let unusable = |reason| TlsError::Unusable { certificate: path, reason };
    identity.server_key().map(Some).map_err(unusable)
}

impl fmt::Debug for Tls {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Tls").field("key", &self.key()).finish_non_exhaustive()
    }
}
