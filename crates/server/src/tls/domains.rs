//! The certificates for clients that name a domain of the daemon: that of an authority, and the one that proves to the
//! authority that the domain leads here (TLS-ALPN-01, RFC 8737).

use std::collections::HashMap;
use std::sync::{Arc, Mutex, PoisonError, RwLock};

use rcgen::{CertificateParams, CustomExtension, DistinguishedName, KeyPair};
use rustls::ServerConfig;
use rustls::pki_types::PrivatePkcs8KeyDer;
use rustls::server::{ClientHello, ParsedCertificate};
use rustls::sign::{CertifiedKey, SingleCertAndKey};

use super::configs::{Configs, builder};
use super::identity::Identity;
use super::{TlsError, provider};
use crate::domain::Domain;

/// The protocol of an authority that looks for the proof (RFC 8737). Nothing follows the handshake.
pub(super) const ACME_ALPN: &[u8] = b"acme-tls/1";

/// The certificates for the domains. There are none before an authority has issued them.
#[derive(Default)]
pub(super) struct Domains {
    issued: RwLock<Option<IssuedCertificate>>,
    proofs: Mutex<HashMap<Domain, Arc<ServerConfig>>>,
}

/// A certificate that an authority has issued.
struct IssuedCertificate {
    domains: Vec<Domain>,
    configs: Configs,
}

impl Domains {
    /// Shows `identity` to new clients that name one of `domains`.
    ///
    /// # Errors
    /// Returns an error if it is not for all of them, or cannot be used.
    pub(super) fn set_issued(
        &self,
        identity: Identity,
        domains: &[Domain],
    ) -> Result<(), rustls::Error> {
        let first = identity.chain.first().ok_or(rustls::Error::NoCertificatesPresented)?;
        let certificate = ParsedCertificate::try_from(first)?;
        for domain in domains {
            rustls::client::verify_server_name(&certificate, &domain.server_name())?;
        }
        let issued =
            IssuedCertificate { domains: domains.to_vec(), configs: Configs::new(identity)? };
        *self.issued.write().unwrap_or_else(PoisonError::into_inner) = Some(issued);
        Ok(())
    }

    /// Shows the proof for `domain` to the authority: the SHA-256 `digest` of what the authority has asked for.
    ///
    /// # Errors
    /// Returns an error if the certificate that has it cannot be made.
    pub(super) fn set_proof(&self, domain: &Domain, digest: &[u8; 32]) -> Result<(), TlsError> {
        let certified = certify(domain, digest)?;
        let failed = |error: rustls::Error| TlsError::Make(error.to_string());
        // The library takes no certificate that has to be understood whole, as a proof has.
        let resolver = Arc::new(SingleCertAndKey::from(certified));
        let mut config = builder().map_err(failed)?.with_cert_resolver(resolver);
        config.alpn_protocols = vec![ACME_ALPN.to_vec()];
        self.proofs().insert(domain.clone(), Arc::new(config));
        Ok(())
    }

    /// Forgets all proofs.
    pub(super) fn clear_proofs(&self) {
        self.proofs().clear();
    }

    /// The proof that an authority looks for with this `ClientHello`; `None` if it is not an authority or there is no
    /// proof.
    pub(super) fn proof(&self, hello: &ClientHello<'_>) -> Option<Arc<ServerConfig>> {
        let mut protocols = hello.alpn()?;
        if protocols.next() != Some(ACME_ALPN) || protocols.next().is_some() {
            return None;
        }
        self.proofs().get(&hello.server_name()?.parse().ok()?).cloned()
    }

    /// The certificate for a client that names one of the domains; `None` if it names none, or there is no certificate.
    pub(super) fn issued(&self, hello: &ClientHello<'_>) -> Option<Configs> {
        let name = hello.server_name()?;
        let issued = self.issued.read().unwrap_or_else(PoisonError::into_inner);
        let issued = issued.as_ref()?;
        let is_named = |domain: &Domain| domain.as_str().eq_ignore_ascii_case(name);
        issued.domains.iter().any(is_named).then(|| issued.configs.clone())
    }

    /// Whether there is a certificate for `host`.
    pub(super) fn is_issued_for(&self, host: &str) -> bool {
        let issued = self.issued.read().unwrap_or_else(PoisonError::into_inner);
        let is_named = |domain: &Domain| domain.as_str().eq_ignore_ascii_case(host);
        issued.as_ref().is_some_and(|issued| issued.domains.iter().any(is_named))
    }

    fn proofs(&self) -> std::sync::MutexGuard<'_, HashMap<Domain, Arc<ServerConfig>>> {
        self.proofs.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

/// A certificate with the proof, and a key that is used for nothing else.
fn certify(domain: &Domain, digest: &[u8; 32]) -> Result<CertifiedKey, TlsError> {
    let failed = |error: rcgen::Error| TlsError::Make(error.to_string());
    let pair = KeyPair::generate().map_err(failed)?;
    let mut parameters = CertificateParams::new([domain.as_str().to_owned()]).map_err(failed)?;
    parameters.distinguished_name = DistinguishedName::new();
    parameters.custom_extensions.push(CustomExtension::new_acme_identifier(digest));
    let certificate = parameters.self_signed(&pair).map_err(failed)?;
    let key = PrivatePkcs8KeyDer::from(pair.serialize_der()).into();
    let key = provider().key_provider.load_private_key(key);
    let key = key.map_err(|error| TlsError::Make(error.to_string()))?;
    Ok(CertifiedKey::new(vec![certificate.der().clone()], key))
}
