//! TLS to a server that is known by its key: a connection to any other key ends before anything is sent on it.

mod first_bytes;
mod verifier;

use std::sync::Arc;

use chat_proto::{NATIVE_ALPN, ServerKey};
use rustls::crypto::{CryptoProvider, aws_lc_rs};
use rustls::pki_types::ServerName;
use rustls::version::{TLS12, TLS13};
use rustls::{ClientConfig, RootCertStore};
use tokio::io::{AsyncRead, AsyncWrite};
use tokio_rustls::TlsConnector;
use tokio_rustls::client::TlsStream;

use self::first_bytes::FirstBytes;
pub use self::first_bytes::Greeting;
use self::verifier::Verifier;
use super::DialError;

/// The name that is asked for if the host has none that TLS can send. The server does not look at it.
const ANY_NAME: &str = "chat-server";

/// A connection to the server whose key was checked.
pub type SecureStream<S> = TlsStream<FirstBytes<S>>;

/// The server has another key than expected. Nothing was sent to it but the beginning of a handshake.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
#[error("the server has the key {found}")]
pub struct WrongKey {
    /// The key that the server is known by; `None` if it is not known.
    pub expected: Option<ServerKey>,
    /// The key that it has shown.
    pub found: ServerKey,
}

/// Makes connections to one server. It has the tickets of earlier ones, with which the next is cheaper.
#[derive(Debug)]
pub struct Tls {
    config: Arc<ClientConfig>,
    verifier: Arc<Verifier>,
    name: ServerName<'static>,
}

impl Tls {
    /// For the server at `host` with the key `expected`. Without a key every connection fails, with the key that the
    /// server has shown.
    ///
    /// # Errors
    /// Returns an error if the library for cryptography cannot be used.
    pub fn new(host: &str, expected: Option<ServerKey>) -> Result<Self, rustls::Error> {
        let provider = Arc::new(aws_lc_rs::default_provider());
        let verifier = Arc::new(Verifier::new(&provider, expected));
        let mut tls = Self::verified_by(host, provider, verifier)?;
        Arc::make_mut(&mut tls.config).alpn_protocols = vec![NATIVE_ALPN.to_vec()];
        Ok(tls)
    }

    /// For the server that is called `host`, if one of the authorities `roots` vouches for that. The protocol is not in
    /// ALPN, since a server shows its own certificate to a client that names the native one. Without such an authority
    /// every connection fails.
    ///
    /// # Errors
    /// Returns an error if no certificate can be for that name, or the library for cryptography cannot be used.
    pub fn vouched(host: &str, roots: RootCertStore) -> Result<Self, rustls::Error> {
        let name = ServerName::try_from(host.to_owned());
        name.map_err(|_| rustls::Error::UnsupportedNameType)?;
        let provider = Arc::new(aws_lc_rs::default_provider());
        let verifier = Arc::new(Verifier::of_authorities(&provider, roots)?);
        Self::verified_by(host, provider, verifier)
    }

    fn verified_by(
        host: &str,
        provider: Arc<CryptoProvider>,
        verifier: Arc<Verifier>,
    ) -> Result<Self, rustls::Error> {
        let config = ClientConfig::builder_with_provider(provider)
            .with_protocol_versions(&[&TLS13, &TLS12])?
            .dangerous()
            .with_custom_certificate_verifier(Arc::clone(&verifier) as _)
            .with_no_client_auth();
        let any = ServerName::try_from(ANY_NAME).map_err(|_| rustls::Error::UnsupportedNameType);
        let name = ServerName::try_from(host.to_owned()).or(any)?;
        Ok(Self { config: Arc::new(config), verifier, name })
    }

    /// The same without a protocol in ALPN, as a client whose protocol the server has to detect.
    #[must_use]
    pub fn without_alpn(mut self) -> Self {
        Arc::make_mut(&mut self.config).alpn_protocols.clear();
        self
    }

    /// Makes the handshake on a new connection. The caller has the deadline.
    ///
    /// # Errors
    /// Returns an error if there is none, or if the server has another key.
    pub async fn connect<S>(&self, stream: S) -> Result<SecureStream<S>, DialError>
    where
        S: AsyncRead + AsyncWrite + Unpin,
    {
        let connector = TlsConnector::from(Arc::clone(&self.config));
        let connect = connector.connect(self.name.clone(), FirstBytes::new(stream));
        match connect.into_fallible().await {
            Ok(mut stream) => {
                stream.get_mut().0.forget();
                Ok(stream)
            }
            Err((error, stream)) => {
                let greeting = stream.into_greeting();
                Err(match self.verifier.take_wrong_key() {
                    Some(wrong) => wrong.into(),
                    None if is_other(greeting.as_bytes()) => DialError::NotTls(greeting),
                    None => error.into(),
                })
            }
        }
    }
}

/// Whether the first bytes of a server are not a record of TLS: a handshake or an alert.
fn is_other(first: &[u8]) -> bool {
    !first.is_empty() && !matches!(first, [0x15 | 0x16] | [0x15 | 0x16, 3, ..])
}

#[cfg(test)]
mod tests;
