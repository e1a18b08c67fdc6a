//! TLS on the port of the daemon, with a key of its own that clients know by its [`ServerKey`], and with the
//! certificate of an authority, if there is one, for clients that know the daemon by its name.
//!
//! TLS 1.3 and 1.2 alone, and no early data: it could be replayed. The provider of the cryptography is chosen here
//! and nowhere else, see `docs/security.md`.

mod configs;
mod domains;
mod error;
mod files;
mod identity;
mod probe;
mod turns;

use std::fmt;
use std::io;
use std::path::{Path, PathBuf};
use std::sync::{Arc, PoisonError, RwLock};
use std::time::Duration;

use chat_proto::ServerKey;
use rustls::CipherSuite;
use rustls::crypto::{CryptoProvider, aws_lc_rs};
use rustls::server::Acceptor;
use tokio::io::{AsyncRead, AsyncWrite, AsyncWriteExt};
use tokio::time::timeout;
use tokio_rustls::LazyConfigAcceptor;
use tokio_rustls::server::TlsStream;

pub(crate) use self::configs::Alpn;
use self::configs::Configs;
use self::domains::Domains;
pub use self::error::TlsError;
use self::identity::{Identity, NewIdentity};
pub use self::probe::within_tls;
use self::turns::Turns;
use crate::config::TlsFiles;
use crate::domain::Domain;
use crate::journal::Location;

/// The directory of the daemon's own key and certificate, in its data directory.
pub const TLS_DIRECTORY: &str = "tls";

/// Longest time of one handshake: several round trips on the slowest connection.
const HANDSHAKE_MAX: Duration = Duration::from_secs(10);

/// Bytes that TLS holds of what a session has written and the connection has not taken: as many as wait for a session
/// ([`crate::config::OUT_BYTES_MAX`]), so that all of them are one write to the system.
const BUFFER_BYTES_MAX: usize = crate::config::OUT_BYTES_MAX;

/// The key of the daemon, and the handshakes that are made with it.
pub(crate) struct Tls {
    own: RwLock<OwnCertificate>,
    domains: Domains,
    files: Option<TlsFiles>,
    turns: Turns,
}

/// The certificate for new handshakes, and its key, by which clients know the daemon. Browsers that name a domain are
/// shown that of an authority instead, if there is one.
#[derive(Clone)]
struct OwnCertificate {
    configs: Configs,
    key: ServerKey,
}

/// A connection whose handshake is complete.
pub(crate) struct TlsConnection<S> {
    pub(crate) stream: TlsStream<S>,
    /// The protocol that the client has named in ALPN.
    pub(crate) alpn: Alpn,
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
        let own = RwLock::new(OwnCertificate::new(identity, &path)?);
        Ok(Self { own, domains: Domains::default(), files, turns: Turns::default() })
    }

    fn reload(&self) -> Result<bool, TlsError> {
        let Some(TlsFiles { certificate, key }) = &self.files else { return Ok(false) };
        let new = OwnCertificate::new(Identity::read(certificate, key)?, certificate)?;
        *self.own.write().unwrap_or_else(PoisonError::into_inner) = new;
        Ok(true)
    }

    /// The key, as clients know it.
    pub(crate) fn key(&self) -> ServerKey {
        self.own().key
    }

    fn own(&self) -> OwnCertificate {
        self.own.read().unwrap_or_else(PoisonError::into_inner).clone()
    }

    /// Shows the certificate in `pem`, which has its chain and its key, to new clients that name one of `domains`.
    /// Clients of the native protocol continue with the daemon's own key, by which they know it.
    ///
    /// # Errors
    /// Returns an error if it is not for all of them, or cannot be used. What was shown before is shown further on.
    pub(crate) fn set_issued(&self, pem: &[u8], domains: &[Domain]) -> Result<(), TlsError> {
        let identity = Identity::from_pem(pem)?;
        self.domains.set_issued(identity, domains).map_err(TlsError::Issued)
    }

    /// Whether clients that name `host` are shown a certificate that an authority has issued.
    pub(crate) fn is_issued_for(&self, host: &str) -> bool {
        self.domains.is_issued_for(host)
    }

    /// Shows an authority that `domain` leads here, by the SHA-256 `digest` of what it has asked for.
    ///
    /// # Errors
    /// Returns an error if the certificate that has it cannot be made.
    pub(crate) fn set_proof(&self, domain: &Domain, digest: &[u8; 32]) -> Result<(), TlsError> {
        self.domains.set_proof(domain, digest)
    }

    /// Shows no authority anything further.
    pub(crate) fn clear_proofs(&self) {
        self.domains.clear_proofs();
    }

    /// Makes the handshake with a client that begins with a `ClientHello`. Returns `None` if it was an authority, which
    /// goes after the handshake.
    ///
    /// # Errors
    /// Returns an error if the handshake fails, or takes longer than [`HANDSHAKE_MAX`].
    pub(crate) async fn accept<S>(&self, stream: S) -> io::Result<Option<TlsConnection<S>>>
    where
        S: AsyncRead + AsyncWrite + Unpin,
    {
        let handshake = async {
            let start = LazyConfigAcceptor::new(Acceptor::default(), stream).await?;
            let hello = start.client_hello();
            if let Some(proof) = self.domains.proof(&hello) {
                let accept = self.turns.compute(|| start.into_stream(proof)).await?;
                accept.await?.shutdown().await?;
                return Ok(None);
            }
            let alpn = Alpn::of(&hello);
            let issued = (alpn != Alpn::Native).then(|| self.domains.issued(&hello)).flatten();
            let config = match issued {
                Some(issued) => issued.of(alpn),
                None => self.own().configs.of(alpn),
            };
            let begin = || {
                start.into_stream_with(config, |connection| {
                    connection.set_buffer_limit(Some(BUFFER_BYTES_MAX));
                })
            };
            let accept = self.turns.compute(begin).await?;
            Ok(Some(TlsConnection { stream: accept.await?, alpn }))
        };
        timeout(HANDSHAKE_MAX, handshake).await?
    }
}

impl OwnCertificate {
    /// `path` is where the certificate is, for the error.
    fn new(identity: Identity, path: &Path) -> Result<Self, TlsError> {
        Self::build(identity)
            .map_err(|reason| TlsError::Unusable { certificate: path.into(), reason })
    }

    fn build(identity: Identity) -> Result<Self, rustls::Error> {
        let key = identity.server_key()?;
        Ok(Self { configs: Configs::new(identity)?, key })
    }
}

/// The cryptography.
pub(crate) fn provider() -> CryptoProvider {
    let mut provider = aws_lc_rs::default_provider();
    // Each delivery is encrypted for its reader. Keys of 128 bits are out of reach, too, and need less of the
    // processor.
    let preferred = CipherSuite::TLS13_AES_128_GCM_SHA256;
    provider.cipher_suites.sort_by_key(|suite| suite.suite() != preferred);
    provider
}

/// The certificate that a running daemon shows.
#[derive(Debug, Clone)]
pub struct Certificate(pub(crate) Arc<Tls>);

impl Certificate {
    /// Reads the files of [`TlsFiles`] again; connections from now on use the new ones. Returns whether there are
    /// such files.
    ///
    /// # Errors
    /// Returns an error if they cannot be used. The daemon continues with what it has.
    pub fn reload(&self) -> Result<bool, TlsError> {
        self.0.reload()
    }
}

/// The key of a daemon, as clients know it: that of `files`, or else its own one in the directory `data`. Returns
/// `None` if no daemon has made one there yet.
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
