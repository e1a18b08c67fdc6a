//! Why there is no TLS.

use std::io;
use std::path::{Path, PathBuf};

/// The key or the certificate of the daemon cannot be used.
#[derive(Debug, thiserror::Error)]
pub enum TlsError {
    /// A file or directory cannot be read or written.
    #[error("cannot use {}", path.display())]
    Io {
        /// The file or directory.
        path: PathBuf,
        /// The error of the system.
        source: io::Error,
    },
    /// One of the two files is missing.
    #[error(
        "{} is missing, but {} is there. Restore it from a copy; or remove both, and the next start makes a \
         new key: clients then need the new address line",
        missing.display(), present.display()
    )]
    Incomplete {
        /// The file that is missing.
        missing: PathBuf,
        /// The file that is there.
        present: PathBuf,
    },
    /// A file has no certificate, or no key.
    #[error("{} is not a {what} in PEM format: {reason}. Restore it from a copy", path.display())]
    Unreadable {
        /// The file.
        path: PathBuf,
        /// The expected value.
        what: &'static str,
        /// Why it is not.
        reason: String,
    },
    /// The certificate and the key do not work together.
    #[error("the certificate {} and its key cannot be used: {reason}", certificate.display())]
    Unusable {
        /// The file of the certificate.
        certificate: PathBuf,
        /// Why.
        reason: rustls::Error,
    },
    /// The answer of an authority has no certificate, or no key.
    #[error("there is no certificate with a key in it")]
    NotIssued,
    /// The certificate of an authority cannot be used.
    #[error("the certificate cannot be used for these domains: {0}")]
    Issued(rustls::Error),
    /// No key can be made.
    #[error("cannot make a key for TLS: {0}")]
    Make(String),
}

impl TlsError {
    /// An error of the system about `path`.
    pub(super) fn io(path: &Path) -> impl FnOnce(io::Error) -> Self {
        let path = path.to_owned();
        move |source| Self::Io { path, source }
    }
}
