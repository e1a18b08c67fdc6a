//! The secret from which the client makes tokens of new users.
//!
//! It is stored before the first hello, and gives the same token at each start. So a client that is killed
//! before it could store the token of the welcome is the same user at the next start, and two clients that
//! start at once are one user.

use std::fmt::{self, Write};

use chat_proto::{Secret, ShortString, UserName};
use sha2::{Digest, Sha256};

/// 256 random bits, beyond guessing.
pub(crate) const SEED_BYTES: usize = 32;

/// The secret of one state directory.
#[derive(Clone, Copy, PartialEq, Eq)]
pub struct Seed([u8; SEED_BYTES]);

/// Hides the seed, which is a secret.
impl fmt::Debug for Seed {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("Seed(…)")
    }
}

impl Seed {
    /// A new seed.
    ///
    /// # Errors
    /// Returns an error if the system has no random numbers.
    pub fn new() -> Result<Self, getrandom::Error> {
        let mut bytes = [0; SEED_BYTES];
        getrandom::fill(&mut bytes)?;
        Ok(Self(bytes))
    }

    /// The seed as it is stored: hexadecimal digits.
    pub fn written(&self) -> String {
        hex(&self.0)
    }

    /// Parses what [`Seed::written`] returns; `None` if it is something else.
    pub(crate) fn read(written: &str) -> Option<Self> {
        let written = written.trim();
        if written.len() != 2 * SEED_BYTES || !written.bytes().all(|b| b.is_ascii_hexdigit()) {
            return None;
        }
        let mut bytes = [0; SEED_BYTES];
        for (index, byte) in bytes.iter_mut().enumerate() {
            *byte = u8::from_str_radix(&written[2 * index..2 * index + 2], 16).ok()?;
        }
        Some(Self(bytes))
    }

    /// The token of the user whose first name was `name` at the server with that journal. No server can
    /// compute the seed from it, or the token for another server.
    pub(crate) fn token(&self, journal: &ShortString, name: &UserName) -> Secret {
        // Three parts of 32 bytes: no two journals and names give the same bytes, and all inputs have one
        // length, so no hash extends another.
        let mut hash = Sha256::new();
        hash.update(self.0);
        hash.update(Sha256::digest(journal.as_str()));
        hash.update(Sha256::digest(name.key_with_spaces()));
        Secret::new(hex(&hash.finalize()))
    }
}

fn hex(bytes: &[u8]) -> String {
    let mut written = String::with_capacity(2 * bytes.len());
    for byte in bytes {
        // Writing to a string cannot fail.
        let _ = write!(written, "{byte:02x}");
    }
    written
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::testing::name;

    #[test]
    fn a_token_is_of_one_seed_one_server_and_one_name() {
        let word = |word: &str| ShortString::new(word).unwrap();
        let seed = Seed::new().unwrap();
        let stored = Seed::read(&seed.written()).unwrap();
        let token = seed.token(&word("journal"), &name("ana"));
        assert_eq!(token.reveal().len(), 64);
        assert_eq!(stored.token(&word("journal"), &name("Ana")), token, "one name in two cases");
        assert_ne!(seed.token(&word("other"), &name("ana")), token);
        assert_ne!(seed.token(&word("journal"), &name("bob")), token);
        assert_ne!(Seed::new().unwrap().token(&word("journal"), &name("ana")), token);
        assert!(!format!("{seed:?}").contains(&seed.written()));
        for bad in ["", "00", &"x".repeat(64), &"é".repeat(32), &"0".repeat(66)] {
            assert!(Seed::read(bad).is_none(), "{bad}");
        }
    }
}
