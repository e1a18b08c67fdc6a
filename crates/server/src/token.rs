//! Tokens: the secret by which a client that comes back is known as the same user.

use std::fmt::{self, Write};

use sha2::{Digest, Sha256};
use subtle::ConstantTimeEq;

/// Bytes of a token: 256 random bits, beyond guessing.
const TOKEN_BYTES: usize = 32;

/// A secret that is told to its user and kept nowhere here.
pub struct Token(String);

/// What is kept of a token. The token cannot be found from it, since it is random.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub struct TokenHash([u8; 32]);

impl Token {
    /// A new token.
    ///
    /// # Errors
    /// Where the system has no random numbers to give.
    pub fn new() -> Result<Self, getrandom::Error> {
        let mut secret = [0; TOKEN_BYTES];
        getrandom::fill(&mut secret)?;
        let mut written = String::with_capacity(2 * TOKEN_BYTES);
        for byte in secret {
            // Writing to a string cannot fail.
            let _ = write!(written, "{byte:02x}");
        }
        Ok(Self(written))
    }

    /// The token that the client of a new user has made: as many hexadecimal digits as [`Token::new`]
    /// makes, up to twice as many; `None` if it is something else. Whether they are random is the
    /// client's business: it is the client's own user who could be impersonated.
    #[must_use]
    pub fn proposed(written: &str) -> Option<Self> {
        let has_length = (2 * TOKEN_BYTES..=4 * TOKEN_BYTES).contains(&written.len());
        let is_hex = written.bytes().all(|byte| byte.is_ascii_hexdigit());
        (has_length && is_hex).then(|| Self(written.to_owned()))
    }

    /// The token as its user is told it, in hexadecimal digits.
    #[must_use]
    pub fn as_str(&self) -> &str {
        &self.0
    }
}

impl fmt::Debug for Token {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("Token(…)")
    }
}

impl TokenHash {
    /// What is kept of the token that is written like this.
    #[must_use]
    pub fn of(written: &str) -> Self {
        Self(Sha256::digest(written.as_bytes()).into())
    }

    /// The hash as it was kept.
    #[must_use]
    pub const fn from_bytes(bytes: [u8; 32]) -> Self {
        Self(bytes)
    }

    /// The hash as it is kept.
    #[must_use]
    pub const fn as_bytes(&self) -> &[u8; 32] {
        &self.0
    }

    /// Whether the two are the same, in a time that does not tell how much of them is.
    #[must_use]
    pub fn is(&self, other: &Self) -> bool {
        self.0.ct_eq(&other.0).into()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn each_token_is_another_and_its_hash_is_its_own() {
        let (one, other) = (Token::new().unwrap(), Token::new().unwrap());
        assert_eq!(one.as_str().len(), 64);
        assert_ne!(one.as_str(), other.as_str());
        assert!(TokenHash::of(one.as_str()).is(&TokenHash::of(one.as_str())));
        assert!(!TokenHash::of(one.as_str()).is(&TokenHash::of(other.as_str())));
        assert!(!format!("{one:?}").contains(one.as_str()));
    }

    #[test]
    fn a_proposed_token_has_at_least_as_many_digits_as_one_made_here() {
        let made = Token::new().unwrap();
        assert_eq!(Token::proposed(made.as_str()).unwrap().as_str(), made.as_str());
        assert!(Token::proposed(&"0".repeat(128)).is_some());
        for bad in ["", &made.as_str()[1..], &"0".repeat(129), &"x".repeat(64)] {
            assert!(Token::proposed(bad).is_none(), "{bad}");
        }
    }
}
