//! The configurations of handshakes: one certificate, and one protocol in ALPN each.

use std::sync::Arc;

use chat_proto::NATIVE_ALPN;
use rustls::crypto::aws_lc_rs;
use rustls::server::{ClientHello, NoServerSessionStorage, WantsServerCert};
use rustls::version::{TLS12, TLS13};
use rustls::{ConfigBuilder, Error, ServerConfig};

use super::identity::Identity;
use super::provider;

/// The name of HTTP in ALPN (RFC 7301): this version alone.
const HTTP_ALPN: &[u8] = b"http/1.1";

/// Tickets that a client is sent: it needs one to connect again without a signature. Each more costs a write.
const TICKETS: usize = 1;

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
    pub(super) fn of(client: &ClientHello<'_>) -> Self {
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

/// How handshakes with one certificate are made.
#[derive(Clone)]
pub(super) struct Configs {
    /// For a client that sends [`NATIVE_ALPN`].
    native: Arc<ServerConfig>,
    /// For a client that sends [`HTTP_ALPN`], and not the other.
    http: Arc<ServerConfig>,
    /// For any other client: whatever it sends in ALPN, its protocol is detected.
    detected: Arc<ServerConfig>,
}

impl Configs {
    /// # Errors
    /// Returns an error if the certificate and the key do not work together.
    pub(super) fn new(identity: Identity) -> Result<Self, Error> {
        let mut detected = builder()?.with_single_cert(identity.chain, identity.key)?;
        detected.ignore_client_order = true;
        detected.ticketer = aws_lc_rs::Ticketer::new()?;
        detected.session_storage = Arc::new(NoServerSessionStorage {});
        detected.send_tls13_tickets = TICKETS;
        let mut native = detected.clone();
        native.alpn_protocols = vec![NATIVE_ALPN.to_vec()];
        let mut http = detected.clone();
        http.alpn_protocols = vec![HTTP_ALPN.to_vec()];
        let [native, http, detected] = [native, http, detected].map(Arc::new);
        Ok(Self { native, http, detected })
    }

    /// The one for a client with this ALPN.
    pub(super) fn of(&self, alpn: Alpn) -> Arc<ServerConfig> {
        let config = match alpn {
            Alpn::Native => &self.native,
            Alpn::Http => &self.http,
            Alpn::None => &self.detected,
        };
        Arc::clone(config)
    }
}

/// The settings that each configuration begins with.
pub(super) fn builder() -> Result<ConfigBuilder<ServerConfig, WantsServerCert>, Error> {
    let builder = ServerConfig::builder_with_provider(Arc::new(provider()));
    Ok(builder.with_protocol_versions(&[&TLS13, &TLS12])?.with_no_client_auth())
}
