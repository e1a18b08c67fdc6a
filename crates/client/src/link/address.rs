//! The address of a server: a host, and a port that has a default.

use std::fmt;
use std::net::{IpAddr, Ipv6Addr, SocketAddr};
use std::str::FromStr;

/// The port of a chat-server, unless another one is given.
pub const DEFAULT_PORT: u16 = 12345;

/// Longest name of a host, in bytes: that of the DNS, and some for the zone of an IPv6 address.
const HOST_BYTES_MAX: usize = 300;

/// A host and a port. Written as `HOST`, `HOST:PORT`, `[::1]`, `[::1]:PORT` or `::1`.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct ServerAddress {
    /// A name or an IP address, without brackets.
    pub host: String,
    /// From 1.
    pub port: u16,
}

/// The text is not an address of a server.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error("expected HOST or HOST:PORT, e.g. chat.example.org:12345")]
pub struct BadAddress;

impl ServerAddress {
    /// Whether the host is this machine, as far as its name says so.
    #[must_use]
    #[allow(clippy::disallowed_methods, reason = "the address is canonical")]
    pub fn is_local(&self) -> bool {
        match self.host.parse::<IpAddr>() {
            Ok(ip) => ip.to_canonical().is_loopback(),
            Err(_) => self.host.eq_ignore_ascii_case("localhost"),
        }
    }
}

impl FromStr for ServerAddress {
    type Err = BadAddress;

    fn from_str(written: &str) -> Result<Self, BadAddress> {
        let (host, port) = split(written).ok_or(BadAddress)?;
        let port = match port.map(str::parse) {
            None => DEFAULT_PORT,
            Some(Ok(port @ 1..)) => port,
            Some(_) => return Err(BadAddress),
        };
        let is_host = !host.is_empty()
            && host.len() <= HOST_BYTES_MAX
            && !host.contains(|c: char| c.is_whitespace() || c.is_control() || "/@[]".contains(c));
        if is_host { Ok(Self { host: host.to_owned(), port }) } else { Err(BadAddress) }
    }
}

/// The host, without brackets, and the port if one is given.
fn split(written: &str) -> Option<(&str, Option<&str>)> {
    if let Some(bracketed) = written.strip_prefix('[') {
        let (host, rest) = bracketed.split_once(']')?;
        let port = if rest.is_empty() { None } else { Some(rest.strip_prefix(':')?) };
        return is_v6(host).then_some((host, port));
    }
    if is_v6(written) {
        return Some((written, None));
    }
    match written.rsplit_once(':') {
        None => Some((written, None)),
        Some((host, port)) => (!host.contains(':')).then_some((host, Some(port))),
    }
}

/// Whether it is an IPv6 address, with or without a zone.
fn is_v6(host: &str) -> bool {
    host.split('%').next().is_some_and(|address| address.parse::<Ipv6Addr>().is_ok())
}

impl From<SocketAddr> for ServerAddress {
    fn from(address: SocketAddr) -> Self {
        Self { host: address.ip().to_string(), port: address.port() }
    }
}

/// With the port, so that two ways to write one address are one text.
impl fmt::Display for ServerAddress {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self.host.contains(':') {
            true => write!(f, "[{}]:{}", self.host, self.port),
            false => write!(f, "{}:{}", self.host, self.port),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_port_has_a_default() {
        for (written, address) in [
            ("localhost", "localhost:12345"),
            ("localhost:1", "localhost:1"),
            ("127.0.0.1", "127.0.0.1:12345"),
            ("chat.example.org:4000", "chat.example.org:4000"),
            ("[::1]", "[::1]:12345"),
            ("::1", "[::1]:12345"),
            ("[::1]:4000", "[::1]:4000"),
            ("fe80::1%eth0", "[fe80::1%eth0]:12345"),
        ] {
            assert_eq!(written.parse::<ServerAddress>().unwrap().to_string(), address, "{written}");
        }
    }

    #[test]
    fn an_invalid_address_is_refused() {
        for bad in [
            "", ":", ":1", "a:", "a:0", "a:x", "a:70000", "a:1:2", "a b", "http://a", "[a]",
            "[::1", "[::1]x", "[::1]:", "a/b", "a@b", "::1]:1",
        ] {
            assert!(bad.parse::<ServerAddress>().is_err(), "{bad}");
        }
    }

    #[test]
    fn this_machine_is_known_by_its_names() {
        for (written, local) in [
            ("localhost", true),
            ("127.0.0.1:1", true),
            ("[::1]", true),
            ("[::ffff:127.0.0.1]", true),
            ("example.org", false),
        ] {
            assert_eq!(written.parse::<ServerAddress>().unwrap().is_local(), local, "{written}");
        }
    }
}
