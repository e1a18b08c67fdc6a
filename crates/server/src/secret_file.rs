//! A secret that the operator has put into the first line of a file.

use std::fs::File;
use std::io::{self, BufRead, BufReader, Read};
use std::path::Path;

use chat_proto::Secret;
use sha2::{Digest, Sha256};
use subtle::ConstantTimeEq;

/// Bytes of the first line that are read, at most: more than any of the secrets may have.
const LINE_BYTES_MAX: u64 = 4_096;

/// The first line of `file`, without its end.
///
/// # Errors
/// Returns an error if it cannot be read, or is not UTF-8.
pub(crate) fn read(file: &Path) -> io::Result<Secret> {
    let mut line = String::new();
    BufReader::new(File::open(file)?.take(LINE_BYTES_MAX)).read_line(&mut line)?;
    Ok(Secret::new(line.trim_end_matches(['\r', '\n'])))
}

/// The SHA-256 of a secret: the file has the secret itself, so there is nothing to gain from a slow hash.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct SecretHash([u8; 32]);

impl SecretHash {
    pub(crate) fn of(secret: &str) -> Self {
        Self(Sha256::digest(secret.as_bytes()).into())
    }

    /// Compares in constant time.
    pub(crate) fn is_of(&self, secret: &str) -> bool {
        self.0.ct_eq(&Self::of(secret).0).into()
    }
}
