//! Clients of TLS that look at the certificate that a daemon shows.

use std::io;
use std::sync::Arc;
use std::time::Duration;

use rustls::client::danger::{HandshakeSignatureValid, ServerCertVerified, ServerCertVerifier};
use rustls::pki_types::{CertificateDer, ServerName, UnixTime};
use rustls::time_provider::TimeProvider;
use rustls::{ClientConfig, DigitallySignedStruct, Error, RootCertStore, SignatureScheme};
use tokio::io::duplex;
use tokio_rustls::TlsConnector;

use crate::tls::{Tls, provider};

/// The certificates and the protocol of a handshake with a daemon.
pub(super) struct Handshake {
    pub(super) chain: Vec<CertificateDer<'static>>,
    pub(super) alpn: Option<Vec<u8>>,
}

/// Makes the handshake with `tls`, naming `domain`.
pub(super) async fn show(tls: &Tls, config: ClientConfig, domain: &str) -> io::Result<Handshake> {
    let (ours, theirs) = duplex(64 * 1024);
    let name = ServerName::try_from(domain.to_owned()).unwrap();
    let connector = TlsConnector::from(Arc::new(config));
    let (stream, _) = tokio::join!(connector.connect(name, ours), tls.accept(theirs));
    let stream = stream?;
    let session = stream.get_ref().1;
    Ok(Handshake {
        chain: session.peer_certificates().unwrap().to_vec(),
        alpn: session.alpn_protocol().map(<[u8]>::to_vec),
    })
}

/// A client that takes any certificate.
pub(super) fn trusting_anybody(alpn: &[&[u8]]) -> ClientConfig {
    let mut config = ClientConfig::builder_with_provider(Arc::new(provider()))
        .with_safe_default_protocol_versions()
        .unwrap()
        .dangerous()
        .with_custom_certificate_verifier(Arc::new(Anybody))
        .with_no_client_auth();
    config.alpn_protocols = alpn.iter().map(|protocol| protocol.to_vec()).collect();
    config
}

/// A client as a browser, which trusts `root`.
pub(super) fn trusting(root: CertificateDer<'static>) -> ClientConfig {
    let mut roots = RootCertStore::empty();
    roots.add(root).unwrap();
    let mut config = ClientConfig::builder_with_provider(Arc::new(provider()))
        .with_safe_default_protocol_versions()
        .unwrap()
        .with_root_certificates(roots)
        .with_no_client_auth();
    config.time_provider = Arc::new(Today);
    config
}

/// The day of the tests.
#[derive(Debug)]
struct Today;

impl TimeProvider for Today {
    fn current_time(&self) -> Option<UnixTime> {
        let seconds = super::today().as_millis() / 1_000;
        Some(UnixTime::since_unix_epoch(Duration::from_secs(seconds.unsigned_abs())))
    }
}

/// Takes every certificate, also one that has to be understood whole and is not.
#[derive(Debug)]
struct Anybody;

impl ServerCertVerifier for Anybody {
    fn verify_server_cert(
        &self,
        _: &CertificateDer<'_>,
        _: &[CertificateDer<'_>],
        _: &ServerName<'_>,
        _: &[u8],
        _: UnixTime,
    ) -> Result<ServerCertVerified, Error> {
        Ok(ServerCertVerified::assertion())
    }

    fn verify_tls12_signature(
        &self,
        _: &[u8],
        _: &CertificateDer<'_>,
        _: &DigitallySignedStruct,
    ) -> Result<HandshakeSignatureValid, Error> {
        Ok(HandshakeSignatureValid::assertion())
    }

    fn verify_tls13_signature(
        &self,
        _: &[u8],
        _: &CertificateDer<'_>,
        _: &DigitallySignedStruct,
    ) -> Result<HandshakeSignatureValid, Error> {
        Ok(HandshakeSignatureValid::assertion())
    }

    fn supported_verify_schemes(&self) -> Vec<SignatureScheme> {
        provider().signature_verification_algorithms.supported_schemes()
    }
}
