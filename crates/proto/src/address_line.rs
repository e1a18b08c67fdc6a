//! The address line of a server: all that a client needs to connect to it and no other, `chat://HOST:PORT/#KEY`.
//!
//! No program sends what follows `#` to a server, and no character of it means something to a shell.

use std::fmt;
use std::net::Ipv6Addr;
use std::str::FromStr;

use crate::server_key::{BadServerKey, ServerKey};

/// How a line begins.
pub const SCHEME: &str = "chat://";

/// Longest host, in bytes: that of the DNS, and some for the zone of an IPv6 address.
const HOST_BYTES_MAX: usize = 300;

/// Where a server is, and the key that it has.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct AddressLine {
    host: String,
    port: u16,
    key: ServerKey,
}

/// The text is no [`AddressLine`].
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
pub enum BadAddressLine {
    /// It is something else, or a part is missing.
    #[error("expected chat://HOST:PORT/#KEY; copy the whole line that chat-server address prints")]
    Form,
    /// The line has no whole key.
    #[error("the key of the line is not complete; copy the whole line")]
    Key(#[from] BadServerKey),
    /// The line has an invite or a link to a device.
    #[error("the line has an invite after its key, which this version cannot use; update it")]
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
        Ok(Self { host: host.to_owned(), port, key })
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
        if key.contains('.') {
            return Err(BadAddressLine::Secret);
        }
        Self::new(host, port, key.parse()?)
    }
}

impl fmt::Display for AddressLine {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let Self { host, port, key } = self;
        match host.contains(':') {
            true => write!(f, "{SCHEME}[{host}]:{port}/#{key}"),
            false => write!(f, "{SCHEME}{host}:{port}/#{key}"),
        }
    }
}
