//! The address line of a server: all that a client needs to connect to it and no other, `chat://HOST:PORT/#KEY`; and to
//! be let in, `chat://HOST:PORT/#KEY.SECRET`.
//!
//! No program sends what follows `#` to a server, and no character of it means something to a shell.

use std::fmt;
use std::net::Ipv6Addr;
use std::str::FromStr;

use crate::Secret;
use crate::server_key::{BadServerKey, DIGITS, ServerKey};

/// How a line begins.
pub const SCHEME: &str = "chat://";

/// Longest host, in bytes: that of the DNS, and some for the zone of an IPv6 address.
const HOST_BYTES_MAX: usize = 300;

/// Digits of a secret: 128 random bits in base64url, beyond guessing.
pub const SECRET_DIGITS: usize = 22;

/// The letters with which a secret begins: an invite, or a link to another device of a user.
const SECRET_LETTERS: [char; 2] = ['i', 'l'];

/// The address of a server, its key, and the secret by which a user comes in, if there is one. `Debug` hides the
/// secret.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct AddressLine {
    host: String,
    port: u16,
    key: ServerKey,
    secret: Option<Secret>,
}

/// The text is not an [`AddressLine`].
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
pub enum BadAddressLine {
    /// It is something else, or a part is missing.
    #[error("expected chat://HOST:PORT/#KEY; copy the whole line that chat-server address prints")]
    Form,
    /// The line has no whole key.
    #[error("the key of the line is not complete; copy the whole line")]
    Key(#[from] BadServerKey),
    /// What follows the key of the line is not a whole secret.
    #[error("the end of the line is not complete; copy the whole line")]
    Secret,
}

impl AddressLine {
    /// The line of the server at `host`, without brackets.
    ///
    /// # Errors
    /// Returns an error if no line can have that host.
    pub fn new(host: &str, port: u16, key: ServerKey) -> Result<Self, BadAddressLine> {
        let is_host = !host.is_empty()
            && host.len() <= HOST_BYTES_MAX
            && !host
                .contains(|c: char| c.is_whitespace() || c.is_control() || "/@[]#?".contains(c))
            && (!host.contains(':') || is_v6(host));
        if !is_host || port == 0 {
            return Err(BadAddressLine::Form);
        }
        Ok(Self { host: host.to_owned(), port, key, secret: None })
    }

    /// The line with an invite, or a link to another device.
    ///
    /// # Errors
    /// Returns an error if it is not the secret of a line, see [`is_line_secret`].
    pub fn with_secret(self, secret: Secret) -> Result<Self, BadAddressLine> {
        if !is_line_secret(&secret) {
            return Err(BadAddressLine::Secret);
        }
        Ok(Self { secret: Some(secret), ..self })
    }

    /// A name or an IP address, without brackets.
    #[must_use]
    pub fn host(&self) -> &str {
        &self.host
    }

    /// From 1.
    #[must_use]
    pub const fn port(&self) -> u16 {
        self.port
    }

    /// The key of the server.
    #[must_use]
    pub const fn key(&self) -> ServerKey {
        self.key
    }

    /// What lets a user in: an invite, whose first letter is `i`, or a link, whose first letter is `l`.
    #[must_use]
    pub const fn secret(&self) -> Option<&Secret> {
        self.secret.as_ref()
    }
}

/// Whether it has the form of a secret of a line: a letter that says what it is, and [`SECRET_DIGITS`] digits of
/// base64url.
#[must_use]
pub fn is_line_secret(secret: &Secret) -> bool {
    let digits = secret.reveal().strip_prefix(SECRET_LETTERS);
    digits.is_some_and(|digits| {
        digits.len() == SECRET_DIGITS && digits.bytes().all(|digit| DIGITS.contains(&digit))
    })
}

/// Whether it is an IPv6 address, with or without a zone.
fn is_v6(host: &str) -> bool {
    host.split('%').next().is_some_and(|address| address.parse::<Ipv6Addr>().is_ok())
}

impl FromStr for AddressLine {
    type Err = BadAddressLine;

    fn from_str(written: &str) -> Result<Self, BadAddressLine> {
        let rest = written.strip_prefix(SCHEME).ok_or(BadAddressLine::Form)?;
        let (address, key) = rest.split_once("/#").ok_or(BadAddressLine::Form)?;
        let (host, port) = address.rsplit_once(':').ok_or(BadAddressLine::Form)?;
        let host = match host.strip_prefix('[') {
            Some(bracketed) => bracketed.strip_suffix(']').filter(|host| is_v6(host)),
            None => Some(host).filter(|host| !host.contains(':')),
        };
        let host = host.ok_or(BadAddressLine::Form)?;
        // `parse` takes a sign, too.
        let is_number = port.bytes().all(|byte| byte.is_ascii_digit());
        let port = port.parse().ok().filter(|_| is_number).ok_or(BadAddressLine::Form)?;
        let (key, secret) = match key.split_once('.') {
            Some((key, secret)) => (key, Some(Secret::new(secret))),
            None => (key, None),
        };
        let line = Self::new(host, port, key.parse()?)?;
        match secret {
            Some(secret) => line.with_secret(secret),
            None => Ok(line),
        }
    }
}

/// The whole line, with its secret: for a person, never for a log.
impl fmt::Display for AddressLine {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let Self { host, port, key, secret } = self;
        match host.contains(':') {
            true => write!(f, "{SCHEME}[{host}]:{port}/#{key}")?,
            false => write!(f, "{SCHEME}{host}:{port}/#{key}")?,
        }
        secret.as_ref().map_or(Ok(()), |secret| write!(f, ".{}", secret.reveal()))
    }
}
