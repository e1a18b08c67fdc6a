//! The key of a server, as clients know it: a fingerprint of its public key.

use std::fmt;
use std::str::FromStr;

/// Bytes of a fingerprint: those of SHA-256.
const BYTES: usize = 32;

/// Characters of a written fingerprint: base64url without padding.
pub const SERVER_KEY_CHARS: usize = 43;

/// The digits of base64url (RFC 4648): none of them means something to a shell or in a URL.
pub const DIGITS: &[u8; 64] = b"ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-_";

/// The SHA-256 of the `SubjectPublicKeyInfo` of a server's certificate. It is public.
#[derive(Clone, Copy, PartialEq, Eq, Hash)]
pub struct ServerKey([u8; BYTES]);

/// The text is not a [`ServerKey`].
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
#[error("the key of a server has {SERVER_KEY_CHARS} letters, digits, - and _")]
pub struct BadServerKey;

impl ServerKey {
    /// The key with this SHA-256.
    #[must_use]
    pub const fn from_sha256(digest: [u8; BYTES]) -> Self {
        Self(digest)
    }

    /// The key as `curl --pinnedpubkey` takes it: base64 (RFC 4648) with padding, after the name of the digest. It
    /// needs no quotes in a shell.
    #[must_use]
    pub fn for_curl(&self) -> String {
        format!("sha256//{self}=").replace('-', "+").replace('_', "/")
    }
}

impl fmt::Display for ServerKey {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let mut written = String::with_capacity(SERVER_KEY_CHARS);
        for bytes in self.0.chunks(3) {
            let bits = bytes.iter().fold(0, |bits, byte| bits << 8 | usize::from(*byte));
            let bits = bits << (8 * (3 - bytes.len()));
            for digit in 0..=bytes.len() {
                written.push(DIGITS[bits >> (18 - 6 * digit) & 63].into());
            }
        }
        f.write_str(&written)
    }
}

impl fmt::Debug for ServerKey {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "ServerKey({self})")
    }
}

impl FromStr for ServerKey {
    type Err = BadServerKey;

    fn from_str(written: &str) -> Result<Self, BadServerKey> {
        if written.len() != SERVER_KEY_CHARS {
            return Err(BadServerKey);
        }
        let (mut bytes, mut len, mut bits) = ([0; BYTES], 0, 0_u32);
        for (index, written) in written.bytes().enumerate() {
            let digit = DIGITS.iter().position(|digit| *digit == written).ok_or(BadServerKey)?;
            bits = bits << 6 | u32::try_from(digit).map_err(|_| BadServerKey)?;
            let unread_bits = 6 * (index + 1) - 8 * len;
            if unread_bits >= 8 {
                bytes[len] =
                    u8::try_from(bits >> (unread_bits - 8) & 0xff).map_err(|_| BadServerKey)?;
                len += 1;
            }
        }
        // Two bits are left over. If they were ignored, one key could be written in several ways.
        if bits & 3 == 0 { Ok(Self(bytes)) } else { Err(BadServerKey) }
    }
}
