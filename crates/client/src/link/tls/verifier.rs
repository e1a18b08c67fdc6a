//! Checks the key of a server, in place of a chain of certificates.

use std::sync::{Arc, Mutex, PoisonError};

use chat_proto::ServerKey;
use rustls::client::WebPkiServerVerifier;
use rustls::client::danger::{HandshakeSignatureValid, ServerCertVerified, ServerCertVerifier};
use rustls::crypto::{
    CryptoProvider, WebPkiSupportedAlgorithms, verify_tls12_signature, verify_tls13_signature,
};
use rustls::pki_types::{CertificateDer, ServerName, UnixTime};
use rustls::server::ParsedCertificate;
use rustls::{CertificateError, DigitallySignedStruct, Error, RootCertStore, SignatureScheme};
use sha2::{Digest, Sha256};

use super::WrongKey;

/// Accepts one key, whatever else the certificate says; or, if it has authorities, any key for which one of them
/// vouches. The signature, which shows that the server has the key, is verified as usual.
#[derive(Debug)]
pub(super) struct Verifier {
    expected: Option<ServerKey>,
    /// If there are any, they decide, and no key is expected.
    authorities: Option<Arc<WebPkiServerVerifier>>,
    algorithms: WebPkiSupportedAlgorithms,
    /// The key that was not accepted.
    wrong: Mutex<Option<WrongKey>>,
}

impl Verifier {
    pub(super) fn new(provider: &CryptoProvider, expected: Option<ServerKey>) -> Self {
        let algorithms = provider.signature_verification_algorithms;
        Self { expected, authorities: None, algorithms, wrong: Mutex::default() }
    }

    /// Accepts the keys of the servers for which one of these authorities vouches.
    ///
    /// # Errors
    /// Returns an error if there is none.
    pub(super) fn of_authorities(
        provider: &Arc<CryptoProvider>,
        roots: RootCertStore,
    ) -> Result<Self, Error> {
        let builder =
            WebPkiServerVerifier::builder_with_provider(Arc::new(roots), Arc::clone(provider));
        let authorities = builder.build().map_err(|error| Error::General(error.to_string()))?;
        Ok(Self { authorities: Some(authorities), ..Self::new(provider, None) })
    }

    /// Returns the key that was not accepted in the last handshake, if that is why it failed.
    pub(super) fn take_wrong_key(&self) -> Option<WrongKey> {
        self.wrong.lock().unwrap_or_else(PoisonError::into_inner).take()
    }
}

impl ServerCertVerifier for Verifier {
    fn verify_server_cert(
        &self,
        certificate: &CertificateDer<'_>,
        chain: &[CertificateDer<'_>],
        name: &ServerName<'_>,
        ocsp: &[u8],
        now: UnixTime,
    ) -> Result<ServerCertVerified, Error> {
        if let Some(authorities) = &self.authorities {
            return authorities.verify_server_cert(certificate, chain, name, ocsp, now);
        }
        let certificate = ParsedCertificate::try_from(certificate)?;
        let digest = Sha256::digest(certificate.subject_public_key_info());
        let found = ServerKey::from_sha256(digest.into());
        if self.expected == Some(found) {
            return Ok(ServerCertVerified::assertion());
        }
        let wrong = WrongKey { expected: self.expected, found };
        *self.wrong.lock().unwrap_or_else(PoisonError::into_inner) = Some(wrong);
        Err(CertificateError::ApplicationVerificationFailure.into())
    }

    fn verify_tls12_signature(
        &self,
        message: &[u8],
        certificate: &CertificateDer<'_>,
        signed: &DigitallySignedStruct,
    ) -> Result<HandshakeSignatureValid, Error> {
        verify_tls12_signature(message, certificate, signed, &self.algorithms)
    }

    fn verify_tls13_signature(
        &self,
        message: &[u8],
        certificate: &CertificateDer<'_>,
        signed: &DigitallySignedStruct,
    ) -> Result<HandshakeSignatureValid, Error> {
        verify_tls13_signature(message, certificate, signed, &self.algorithms)
    }

    fn supported_verify_schemes(&self) -> Vec<SignatureScheme> {
        self.algorithms.supported_schemes()
    }
}
