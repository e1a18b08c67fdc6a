//! Addresses as they are written on the command line.

use std::fmt;
use std::io;
use std::net::{Ipv6Addr, SocketAddr, ToSocketAddrs};
use std::str::FromStr;

use chat_server::config::PORT;

/// The host of an address that is a port alone: this machine, and no other can reach it.
const THIS_MACHINE: &str = "127.0.0.1";

const EXAMPLES: &str = "write HOST:PORT, HOST or PORT, for example 127.0.0.1:12345, \
    localhost:12345, [::1]:12345, or 0.0.0.0:12345 for other machines too";

/// A host, by name or by number, and a port.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Address {
    /// An IPv6 address has no brackets here.
    host: String,
    port: u16,
}

impl Address {
    /// All socket addresses of the host. May wait for the name server.
    ///
    /// # Errors
    /// Returns an error if the name is unknown, or no name server answers.
    pub(crate) fn resolve(&self) -> io::Result<Vec<SocketAddr>> {
        let mut found: Vec<SocketAddr> = Vec::new();
        for address in (self.host.as_str(), self.port).to_socket_addrs()? {
            if !found.contains(&address) {
                found.push(address);
            }
        }
        if found.is_empty() { Err(io::ErrorKind::NotFound.into()) } else { Ok(found) }
    }

    pub(crate) fn host(&self) -> &str {
        &self.host
    }

    /// Whether the host is a name, and not an address.
    pub(crate) fn is_name(&self) -> bool {
        self.host.parse::<std::net::IpAddr>().is_err()
    }
}

impl Default for Address {
    fn default() -> Self {
        Self { host: THIS_MACHINE.to_owned(), port: PORT }
    }
}

impl FromStr for Address {
    type Err = String;

    fn from_str(written: &str) -> Result<Self, String> {
        let (host, port) = parse(written).ok_or(EXAMPLES)?;
        Ok(Self { host: host.to_owned(), port: port.unwrap_or(PORT) })
    }
}

/// What other machines call this one: a host, and a port if another one than the daemon's leads to it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct PublicAddress {
    /// An IPv6 address has no brackets here.
    pub(crate) host: String,
    pub(crate) port: Option<u16>,
}

impl fmt::Display for PublicAddress {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let host = &self.host;
        if host.contains(':') { write!(f, "[{host}]") } else { write!(f, "{host}") }?;
        self.port.map_or(Ok(()), |port| write!(f, ":{port}"))
    }
}

impl FromStr for PublicAddress {
    type Err = String;

    fn from_str(written: &str) -> Result<Self, String> {
        let (host, port) = parse(written).ok_or(EXAMPLES)?;
        Ok(Self { host: host.to_owned(), port })
    }
}

/// The host, without brackets, and the port if it is written.
fn parse(written: &str) -> Option<(&str, Option<u16>)> {
    let only_port = written.strip_prefix(':').unwrap_or(written);
    if !only_port.is_empty() && only_port.bytes().all(|byte| byte.is_ascii_digit()) {
        return Some((THIS_MACHINE, Some(only_port.parse().ok()?)));
    }
    if let Some(rest) = written.strip_prefix('[') {
        let (host, port) = rest.split_once(']')?;
        let port = match port {
            "" => None,
            port => Some(port.strip_prefix(':')?.parse().ok()?),
        };
        return is_v6(host).then_some((host, port));
    }
    if is_v6(written) {
        return Some((written, None));
    }
    let (host, port) = match written.split_once(':') {
        Some((host, port)) => (host, Some(port.parse().ok()?)),
        None => (written, None),
    };
    let is_plain = |byte: u8| byte.is_ascii_alphanumeric() || b".-_".contains(&byte);
    (!host.is_empty() && host.bytes().all(is_plain)).then_some((host, port))
}

/// Whether it is an IPv6 address, perhaps with a zone: `fe80::1%eth0`.
fn is_v6(host: &str) -> bool {
    host.split('%').next().is_some_and(|address| address.parse::<Ipv6Addr>().is_ok())
}

impl fmt::Display for Address {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let Self { host, port } = self;
        if host.contains(':') { write!(f, "[{host}]:{port}") } else { write!(f, "{host}:{port}") }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_address_is_a_host_a_port_or_both() {
        for (written, meant) in [
            ("127.0.0.1:4000", "127.0.0.1:4000"),
            ("localhost:4000", "localhost:4000"),
            ("localhost", "localhost:12345"),
            ("my-host.example.org", "my-host.example.org:12345"),
            ("0.0.0.0", "0.0.0.0:12345"),
            ("4000", "127.0.0.1:4000"),
            (":4000", "127.0.0.1:4000"),
            ("[::1]:4000", "[::1]:4000"),
            ("[::1]", "[::1]:12345"),
            ("::1", "[::1]:12345"),
            ("::", "[::]:12345"),
            ("fe80::1%lo", "[fe80::1%lo]:12345"),
        ] {
            let address: Address = written.parse().unwrap();
            assert_eq!(address.to_string(), meant, "{written}");
            assert_eq!(meant.parse::<Address>().unwrap(), address, "{written}");
        }
    }

    #[test]
    fn a_public_address_has_a_port_only_if_it_is_written() {
        for (written, host, port) in [
            ("chat.example.org", "chat.example.org", None),
            ("chat.example.org:443", "chat.example.org", Some(443)),
            ("[2001:db8::7]", "2001:db8::7", None),
        ] {
            let expected = PublicAddress { host: host.to_owned(), port };
            assert_eq!(expected.to_string(), written);
            assert_eq!(written.parse(), Ok(expected));
        }
        assert!("a b".parse::<PublicAddress>().is_err());
    }

    #[test]
    fn a_text_that_is_not_an_address_is_refused_with_examples() {
        for written in [
            "",
            ":",
            "a:",
            "a:b",
            "a:70000",
            "70000",
            "[::1]4000",
            "[a]:1",
            "::1:12345",
            "a b",
            "http://a",
        ] {
            let error = written.parse::<Address>().unwrap_err();
            assert!(error.contains("localhost:12345, [::1]:12345"), "{written}: {error}");
        }
    }

    #[test]
    fn a_name_has_each_of_its_addresses_once() {
        let found = "localhost:4000".parse::<Address>().unwrap().resolve().unwrap();
        assert!(
            found
                .iter()
                .all(|address| chat_server::is_loopback(address.ip()) && address.port() == 4000)
        );
        let mut once = found.clone();
        once.dedup();
        assert_eq!(once, found);
    }
}
