//! The key of the daemon and the certificate that it shows.

use std::fmt;
use std::path::Path;

use chat_proto::ServerKey;
use rcgen::{CertificateParams, DnType, KeyPair, PKCS_ECDSA_P256_SHA256, date_time_ymd};
use rustls::pki_types::pem::{self, PemObject};
use rustls::pki_types::{CertificateDer, PrivateKeyDer, PrivatePkcs8KeyDer};
use rustls::server::ParsedCertificate;
use sha2::{Digest, Sha256};

use super::TlsError;

/// The name in a certificate that the daemon makes. Clients know the daemon by its key, not by a name.
const NAME: &str = "chat-server";

/// The year in which such a certificate ends: clients may know a daemon by its whole certificate, so it is not made
/// again.
const LAST_YEAR: i32 = 4096;

/// A certificate with the chain that vouches for it, and its key.
pub(super) struct Identity {
    pub(super) chain: Vec<CertificateDer<'static>>,
    pub(super) key: PrivateKeyDer<'static>,
}

/// An identity that was just made, and its two files.
pub(super) struct NewIdentity {
    pub(super) identity: Identity,
    pub(super) certificate_pem: String,
    pub(super) key_pem: String,
}

impl NewIdentity {
    /// Makes a key and a certificate for it. The key is of ECDSA P-256, since some clients take no Ed25519.
    ///
    /// # Errors
    /// Returns an error if the system has no random numbers.
    pub(super) fn make() -> Result<Self, TlsError> {
        let failed = |error: rcgen::Error| TlsError::Make(error.to_string());
        let key = KeyPair::generate_for(&PKCS_ECDSA_P256_SHA256).map_err(failed)?;
        let mut parameters = CertificateParams::new([NAME.to_owned()]).map_err(failed)?;
        parameters.distinguished_name.push(DnType::CommonName, NAME);
        parameters.not_after = date_time_ymd(LAST_YEAR, 1, 1);
        let certificate = parameters.self_signed(&key).map_err(failed)?;
        let identity = Identity {
            chain: vec![certificate.der().clone()],
            key: PrivatePkcs8KeyDer::from(key.serialize_der()).into(),
        };
        let (certificate_pem, key_pem) = (certificate.pem(), key.serialize_pem());
        Ok(Self { identity, certificate_pem, key_pem })
    }
}

impl Identity {
    /// Reads the files of a certificate, with its chain, and of its key.
    ///
    /// # Errors
    /// Returns an error if one of them cannot be read or is broken.
    pub(super) fn read(certificate: &Path, key: &Path) -> Result<Self, TlsError> {
        let no_certificate = |error| unreadable(certificate, "certificate", error);
        let chain = CertificateDer::pem_file_iter(certificate).map_err(no_certificate)?;
        let chain: Vec<_> = chain.collect::<Result<_, _>>().map_err(no_certificate)?;
        if chain.is_empty() {
            return Err(no_certificate(pem::Error::NoItemsFound));
        }
        let key = PrivateKeyDer::from_pem_file(key)
            .map_err(|error| unreadable(key, "private key", error))?;
        Ok(Self { chain, key })
    }

    /// Reads a certificate, with its chain, and its key from one text.
    ///
    /// # Errors
    /// Returns an error if it has no certificate or no key.
    pub(super) fn from_pem(pem: &[u8]) -> Result<Self, TlsError> {
        let broken = |_| TlsError::NotIssued;
        let chain = CertificateDer::pem_slice_iter(pem).collect::<Result<Vec<_>, _>>();
        let key = PrivateKeyDer::from_pem_slice(pem).map_err(broken)?;
        Ok(Self { chain: chain.map_err(broken)?, key })
    }

    /// The key as clients know it.
    ///
    /// # Errors
    /// Returns an error if it is not a certificate.
    pub(super) fn server_key(&self) -> Result<ServerKey, rustls::Error> {
        let certificate = self.chain.first().ok_or(rustls::Error::NoCertificatesPresented)?;
        let certificate = ParsedCertificate::try_from(certificate)?;
        let digest = Sha256::digest(certificate.subject_public_key_info());
        Ok(ServerKey::from_sha256(digest.into()))
    }
}

/// The error of a PEM file. Its text has nothing of the file.
fn unreadable(path: &Path, what: &'static str, error: pem::Error) -> TlsError {
    match error {
        pem::Error::Io(source) => TlsError::Io { path: path.to_owned(), source },
        pem::Error::NoItemsFound => TlsError::Unreadable {
            path: path.to_owned(),
            what,
            reason: format!("it has no {what}"),
        },
        _ => {
            let reason = "it is damaged".to_owned();
            TlsError::Unreadable { path: path.to_owned(), what, reason }
        }
    }
}

/// Shows nothing of the key.
impl fmt::Debug for Identity {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Identity").field("key", &self.server_key().ok()).finish_non_exhaustive()
    }
}

#[cfg(test)]
mod tests {
    use rcgen::PublicKeyData;

    use super::*;

    #[test]
    fn a_key_is_known_by_the_hash_of_its_public_key() {
        let NewIdentity { identity, key_pem, .. } = NewIdentity::make().unwrap();
        let public = KeyPair::from_pem(&key_pem).unwrap().subject_public_key_info();
        let expected = ServerKey::from_sha256(Sha256::digest(public).into());
        assert_eq!(identity.server_key().unwrap(), expected);
        let other = NewIdentity::make().unwrap().identity;
        assert_ne!(other.server_key().unwrap(), expected);
    }

    #[test]
    fn no_private_key_is_in_a_debug_output() {
        let NewIdentity { identity, key_pem, .. } = NewIdentity::make().unwrap();
        let secret = key_pem.lines().nth(1).unwrap();
        let shown = format!("{identity:?}");
        assert!(shown.starts_with("Identity { key: Some(ServerKey("), "{shown}");
        assert!(!shown.contains(secret));
    }
}
