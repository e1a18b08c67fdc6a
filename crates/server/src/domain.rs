//! Names by which other machines reach the daemon, and the authority that certifies them.

use std::fmt;
use std::net::IpAddr;
use std::str::FromStr;

use rustls::pki_types::{DnsName, ServerName};

/// The authority that certifies the domains of the daemon.
#[derive(Debug, Clone)]
pub struct Acme {
    /// The names by which other machines reach the daemon: at least one, and at most [`DOMAINS_MAX`].
    pub domains: Vec<Domain>,
    /// The URL of the directory of the authority (RFC 8555, section 7.1.1).
    pub directory_url: String,
}

/// Domains at most. All are in one certificate, and authorities certify 100 at once.
pub const DOMAINS_MAX: usize = 16;

/// The port at which an authority looks for the daemon (RFC 8737).
pub const ACME_PORT: u16 = 443;

/// The directory of Let's Encrypt.
pub const LETS_ENCRYPT: &str = "https://acme-v02.api.letsencrypt.org/directory";

/// A name of DNS, in small letters, such as `chat.example.org`.
#[derive(Debug, Clone, PartialEq, Eq, Hash)]
pub struct Domain(DnsName<'static>);

/// It is not a name that an authority certifies.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
#[error(
    "write a name as chat.example.org: no address, no port, no * and, if it has letters beyond ASCII, in its form \
     with xn--"
)]
pub struct NotADomain;

impl Domain {
    /// The name.
    #[must_use]
    pub fn as_str(&self) -> &str {
        self.0.as_ref()
    }

    /// The name as the library for TLS has it.
    pub(crate) fn server_name(&self) -> ServerName<'static> {
        self.0.clone().into()
    }
}

impl FromStr for Domain {
    type Err = NotADomain;

    fn from_str(written: &str) -> Result<Self, NotADomain> {
        let name = written.to_ascii_lowercase();
        if name.ends_with('.') || name.contains('_') || name.parse::<IpAddr>().is_ok() {
            return Err(NotADomain);
        }
        DnsName::try_from(name).map(Self).map_err(|_| NotADomain)
    }
}

impl fmt::Display for Domain {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.as_str())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_domain_is_a_name_that_can_be_certified() {
        for (written, name) in [
            ("Chat.Example.ORG", "chat.example.org"),
            ("localhost", "localhost"),
            ("xn--caf-dma.example", "xn--caf-dma.example"),
        ] {
            assert_eq!(written.parse::<Domain>().unwrap().as_str(), name);
        }
        for written in [
            "",
            ".",
            "a..b",
            "chat.example.org.",
            "*.example.org",
            "192.0.2.1",
            "::1",
            "a b",
            "a:443",
            "café.example",
            "a_b.example",
        ] {
            assert_eq!(written.parse::<Domain>(), Err(NotADomain), "{written}");
        }
    }
}
