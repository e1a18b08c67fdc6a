//! The password of the server, which everybody who is new has to know.

use std::ops::RangeInclusive;
use std::path::Path;
use std::{fmt, io};

use chat_proto::Secret;
use thiserror::Error;
use unicode_normalization::UnicodeNormalization;

use crate::secret_file::{self, SecretHash};

/// Length of the password in bytes: few enough tries are allowed that 8 bytes are not guessed.
const BYTES: RangeInclusive<usize> = 8..=1_024;

/// The password of the server, as the hash of its NFC. `Debug` hides it.
#[derive(Clone, PartialEq, Eq)]
pub struct ServerPassword(SecretHash);

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
        Self::new(&secret_file::read(file).map_err(ServerPasswordError::Read)?)
    }

    /// The password as it is written.
    ///
    /// # Errors
    /// Returns an error if it is too short or too long.
    pub fn new(written: &Secret) -> Result<Self, ServerPasswordError> {
        match written.reveal().len() {
            length if length < *BYTES.start() => Err(ServerPasswordError::TooShort),
            length if length > *BYTES.end() => Err(ServerPasswordError::TooLong),
            _ => Ok(Self(SecretHash::of(&normalized(written)))),
        }
    }

    /// Whether a client has sent it.
    pub(crate) fn is(&self, sent: &Secret) -> bool {
        self.0.is_of(&normalized(sent))
    }
}

fn normalized(written: &Secret) -> String {
    written.reveal().nfc().collect()
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
