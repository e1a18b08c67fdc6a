//! The password of the server, which everybody who is new has to know.

use std::fmt;
use std::fs::File;
use std::io::{self, BufRead, BufReader, Read};
use std::ops::RangeInclusive;
use std::path::Path;

use chat_proto::Secret;
use sha2::{Digest, Sha256};
use subtle::ConstantTimeEq;
use thiserror::Error;
use unicode_normalization::UnicodeNormalization;

/// Length of the password in bytes: few enough tries are allowed that 8 bytes are not guessed.
const BYTES: RangeInclusive<usize> = 8..=1_024;

/// Bytes of the first line that are read, at most: more than a password may have.
const LINE_BYTES_MAX: u64 = 4_096;

/// The password of the server, in NFC. A client has the same one if its hash is the same, which is compared in constant
/// time; the file has the password itself, so there is nothing to gain from a slow hash. `Debug` hides it.
#[derive(Clone, PartialEq, Eq)]
pub struct ServerPassword([u8; 32]);

/// Why there is no password.
#[derive(Debug, Error)]
pub enum ServerPasswordError {
    /// The file cannot be read, or is not UTF-8.
    #[error("cannot read it")]
    Read(#[source] io::Error),
    /// It is too short.
    #[error("its first line is the password, and needs {} bytes at least, such as four words", BYTES.start())]
    TooShort,
    /// It is too long.
    #[error("its first line is the password, and has {} bytes at most", BYTES.end())]
    TooLong,
}

impl ServerPassword {
    /// Reads the first line of `file`, without its end.
    ///
    /// # Errors
    /// Returns an error if it cannot be read, or is too short or too long.
    pub fn read(file: &Path) -> Result<Self, ServerPasswordError> {
        let file = File::open(file).map_err(ServerPasswordError::Read)?;
        let mut line = String::new();
        let mut input = BufReader::new(file.take(LINE_BYTES_MAX));
        input.read_line(&mut line).map_err(ServerPasswordError::Read)?;
        Self::new(&Secret::new(line.trim_end_matches(['\r', '\n'])))
    }

    /// The password as it is written.
    ///
    /// # Errors
    /// Returns an error if it is too short or too long.
    pub fn new(written: &Secret) -> Result<Self, ServerPasswordError> {
        match written.reveal().len() {
            length if length < *BYTES.start() => Err(ServerPasswordError::TooShort),
            length if length > *BYTES.end() => Err(ServerPasswordError::TooLong),
            _ => Ok(Self(hash(written))),
        }
    }

    /// Whether a client has sent it.
    pub(crate) fn is(&self, sent: &Secret) -> bool {
        self.0.ct_eq(&hash(sent)).into()
    }
}

fn hash(written: &Secret) -> [u8; 32] {
    let normalized: String = written.reveal().nfc().collect();
    Sha256::digest(normalized.as_bytes()).into()
}

impl fmt::Debug for ServerPassword {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("ServerPassword(…)")
    }
}

#[cfg(test)]
mod tests {
    use std::fs;

    use super::*;

    #[test]
    fn it_is_the_first_line_of_its_file() {
        let directory = tempfile::tempdir().unwrap();
        let file = directory.path().join("password");
        let read = |content: &str| {
            fs::write(&file, content).unwrap();
            ServerPassword::read(&file)
        };
        let password = read("four little words here \r\nnot this\n").unwrap();
        assert!(password.is(&Secret::new("four little words here ")), "a space is a part of it");
        assert!(!password.is(&Secret::new("four little words here")));
        assert!(!format!("{password:?}").contains("four"));
        assert!(read("Zürich und Genf").unwrap().is(&Secret::new("Zu\u{308}rich und Genf")), "NFC");
        assert!(matches!(read("short\n"), Err(ServerPasswordError::TooShort)));
        assert!(matches!(read(""), Err(ServerPasswordError::TooShort)));
        assert!(matches!(read(&"x".repeat(5_000)), Err(ServerPasswordError::TooLong)));
        let missing = ServerPassword::read(&directory.path().join("none"));
        assert!(matches!(missing, Err(ServerPasswordError::Read(_))));
    }
}
