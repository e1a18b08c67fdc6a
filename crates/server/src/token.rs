//! Tokens: the secret that identifies a user who connects again; and the hashes of secrets that are stored.

use std::fmt::{self, Write};
use std::sync::Arc;

use chat_proto::Secret;
use chat_proto::address_line::SECRET_DIGITS;
use chat_proto::server_key::DIGITS;
use sha2::{Digest, Sha256};
use subtle::ConstantTimeEq;

/// Bytes of a token: 256 random bits, beyond guessing.
const TOKEN_BYTES: usize = 32;

/// Makes a new token, in hexadecimal digits. It is sent to its user and stored nowhere here.
///
/// # Errors
/// Returns an error if the system has no random numbers.
pub(crate) fn new() -> Result<Secret, getrandom::Error> {
    let mut bytes = [0; TOKEN_BYTES];
    getrandom::fill(&mut bytes)?;
    let mut written = String::with_capacity(2 * TOKEN_BYTES);
    for byte in bytes {
        // Writing to a string cannot fail.
        let _ = write!(written, "{byte:02x}");
    }
    Ok(Secret::new(written))
}

/// Makes the secret of an invite: `i`, and 128 random bits in base64url, see [`chat_proto::address_line`].
///
/// # Errors
/// Returns an error if the system has no random numbers.
pub(crate) fn invite() -> Result<Secret, getrandom::Error> {
    with_digits('i')
}

/// Makes the secret of a hook: `h`, and 128 random bits in base64url.
///
/// # Errors
/// Returns an error if the system has no random numbers.
pub(crate) fn hook() -> Result<Secret, getrandom::Error> {
    with_digits('h')
}

fn with_digits(kind: char) -> Result<Secret, getrandom::Error> {
    let mut bytes = [0; SECRET_DIGITS];
    getrandom::fill(&mut bytes)?;
    // 6 bits of each byte: a digit.
    let digits = bytes.iter().map(|byte| char::from(DIGITS[usize::from(byte & 63)]));
    Ok(Secret::new(std::iter::once(kind).chain(digits).collect::<String>()))
}

/// Whether a token that a client has made for a new user has as many hexadecimal digits as one of [`new`],
/// and at most twice as many. That they are random is up to the client.
pub(crate) fn is_long_enough(token: &Secret) -> bool {
    let digits = token.reveal().as_bytes();
    let has_length = (2 * TOKEN_BYTES..=4 * TOKEN_BYTES).contains(&digits.len());
    has_length && digits.iter().all(u8::is_ascii_hexdigit)
}

/// The stored hash of a token, from which the token cannot be found, since it is random.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub(crate) struct TokenHash([u8; 32]);

impl TokenHash {
    /// The hash of a token.
    #[must_use]
    pub(crate) fn of(token: &Secret) -> Self {
        Self(Sha256::digest(token.reveal().as_bytes()).into())
    }

    /// The hash as it was stored.
    #[must_use]
    pub(crate) const fn from_bytes(bytes: [u8; 32]) -> Self {
        Self(bytes)
    }

    /// The hash as it is stored.
    #[must_use]
    pub(crate) const fn as_bytes(&self) -> &[u8; 32] {
        &self.0
    }

    /// Its first bytes. A client that makes many tokens finds two with one prefix.
    #[must_use]
    pub(crate) fn prefix(&self) -> u64 {
        let (prefix, _) = self.0.split_first_chunk().expect("a hash has more bytes");
        u64::from_be_bytes(*prefix)
    }

    /// Compares in constant time.
    #[must_use]
    pub(crate) fn is(&self, other: &Self) -> bool {
        self.0.ct_eq(&other.0).into()
    }
}

/// The stored hash of a password: a PHC string, with the salt and the parameters of its hash.
#[derive(Clone, PartialEq, Eq)]
pub(crate) struct PasswordHash(Arc<str>);

impl PasswordHash {
    /// The hash as it is written.
    #[must_use]
    pub(crate) fn new(written: impl Into<Arc<str>>) -> Self {
        Self(written.into())
    }

    /// The hash as it is stored.
    #[must_use]
    pub(crate) fn as_str(&self) -> &str {
        &self.0
    }
}

/// Unlike the hash of a token, that of a password can be guessed from.
impl fmt::Debug for PasswordHash {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("PasswordHash(…)")
    }
}

#[cfg(test)]
mod tests {
    use chat_proto::address_line::is_line_secret;

    use super::*;

    #[test]
    fn each_token_is_another_and_its_hash_is_its_own() {
        let (one, other) = (new().unwrap(), new().unwrap());
        assert_eq!(one.reveal().len(), 64);
        assert_ne!(one, other);
        let (invite, other) = (invite().unwrap(), invite().unwrap());
        assert!(is_line_secret(&invite) && invite.reveal().starts_with('i') && invite != other);
        assert!(TokenHash::of(&one).is(&TokenHash::of(&one)));
        assert!(!TokenHash::of(&one).is(&TokenHash::of(&other)));
        let shown = format!("{one:?} {:?}", TokenHash::of(&one));
        assert!(!shown.contains(one.reveal()), "{shown}");
    }

    #[test]
    fn a_token_of_a_client_has_at_least_as_many_digits_as_one_made_here() {
        let made = new().unwrap();
        assert!(is_long_enough(&made));
        assert!(is_long_enough(&Secret::new("0".repeat(128))));
        for bad in ["", &made.reveal()[1..], &"0".repeat(129), &"x".repeat(64)] {
            assert!(!is_long_enough(&Secret::new(bad)), "{bad}");
        }
    }
}
