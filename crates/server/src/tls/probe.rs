//! TLS as a client, to ask what a server is. It trusts whatever key the server shows, so nothing that is sent may be
//! secret, and no answer is proved.

use std::io::{self, Read, Write};
use std::net::IpAddr;
use std::sync::Arc;

use chat_proto::NATIVE_ALPN;
use rustls::client::Resumption;
use rustls::client::danger::{HandshakeSignatureValid, ServerCertVerified, ServerCertVerifier};
use rustls::crypto::{WebPkiSupportedAlgorithms, verify_tls12_signature, verify_tls13_signature};
use rustls::pki_types::{CertificateDer, ServerName, UnixTime};
use rustls::version::{TLS12, TLS13};
use rustls::{
    ClientConfig, ClientConnection, DigitallySignedStruct, Error, SignatureScheme, StreamOwned,
};

use super::provider;

/// Puts TLS on `stream`, for the native protocol and with any server at `ip`. The handshake is made with the first
/// byte.
///
/// # Errors
/// Returns an error if the library cannot be used.
pub fn within_tls<S: Read + Write>(stream: S, ip: IpAddr) -> io::Result<impl Read + Write> {
    let name = ServerName::from(ip);
    let session = config()
        .and_then(|config| ClientConnection::new(Arc::new(config), name))
        .map_err(io::Error::other)?;
    Ok(StreamOwned::new(session, stream))
}

fn config() -> Result<ClientConfig, Error> {
    let provider = Arc::new(provider());
    let any = AnyKey(provider.signature_verification_algorithms);
    let mut config = ClientConfig::builder_with_provider(provider)
        .with_protocol_versions(&[&TLS13, &TLS12])?
        .dangerous()
        .with_custom_certificate_verifier(Arc::new(any))
        .with_no_client_auth();
    config.alpn_protocols = vec![NATIVE_ALPN.to_vec()];
    config.resumption = Resumption::disabled();
    Ok(config)
}

/// Accepts every certificate whose key has signed the handshake.
#[derive(Debug)]
struct AnyKey(WebPkiSupportedAlgorithms);

impl ServerCertVerifier for AnyKey {
    fn verify_server_cert(
        &self,
        _end_entity: &CertificateDer<'_>,
        _intermediates: &[CertificateDer<'_>],
        _server_name: &ServerName<'_>,
        _ocsp_response: &[u8],
        _now: UnixTime,
    ) -> Result<ServerCertVerified, Error> {
        Ok(ServerCertVerified::assertion())
    }

    fn verify_tls12_signature(
        &self,
        message: &[u8],
        certificate: &CertificateDer<'_>,
        signed: &DigitallySignedStruct,
    ) -> Result<HandshakeSignatureValid, Error> {
        verify_tls12_signature(message, certificate, signed, &self.0)
    }

    fn verify_tls13_signature(
        &self,
        message: &[u8],
        certificate: &CertificateDer<'_>,
        signed: &DigitallySignedStruct,
    ) -> Result<HandshakeSignatureValid, Error> {
        verify_tls13_signature(message, certificate, signed, &self.0)
    }

    fn supported_verify_schemes(&self) -> Vec<SignatureScheme> {
        self.0.supported_schemes()
    }
}
