//! The arguments `--domain` and `--acme`.

use chat_server::Domain;
use chat_server::config::{Acme, LETS_ENCRYPT};
use clap::Args;

use crate::address::PublicAddress;

/// The domains of the daemon, and the authority that certifies them.
#[derive(Debug, Args)]
pub(super) struct DomainArgs {
    /// Name by which others reach this machine, as chat.example.org; may be given several times. The daemon gets a
    /// certificate for it from an authority, whose terms you accept, and renews it. The authority connects to port 443,
    /// so the daemon listens there, too. Needs a data directory.
    #[arg(long, value_name = "HOST", conflicts_with = "tls_cert")]
    domain: Vec<Domain>,

    /// The authority, by the URL of its directory of ACME (RFC 8555).
    #[arg(long, value_name = "URL", default_value = LETS_ENCRYPT, value_parser = directory, requires = "domain")]
    acme: String,
}

impl DomainArgs {
    /// The authority and the domains, if there are any.
    pub(super) fn acme(&self) -> Option<Acme> {
        let Self { domain, acme } = self;
        let acme = Acme { domains: domain.clone(), directory_url: acme.clone() };
        (!domain.is_empty()).then_some(acme)
    }

    /// The domains.
    pub(super) fn names(&self) -> impl Iterator<Item = &str> {
        self.domain.iter().map(Domain::as_str)
    }

    /// How many they are.
    pub(super) const fn count(&self) -> usize {
        self.domain.len()
    }

    /// The first domain, as what others call this machine.
    pub(super) fn public_address(&self) -> Option<PublicAddress> {
        let first = self.domain.first()?;
        Some(PublicAddress { host: first.to_string(), port: None })
    }
}

/// Reads the URL of a directory.
fn directory(written: &str) -> Result<String, String> {
    let host = written.strip_prefix("https://").unwrap_or_default();
    if host.is_empty()
        || host.starts_with('/')
        || !written.bytes().all(|byte| byte.is_ascii_graphic())
    {
        return Err(format!("write the URL of its directory, as {LETS_ENCRYPT}"));
    }
    Ok(written.to_owned())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_authority_is_named_by_a_url_of_https() {
        for written in [LETS_ENCRYPT, "https://localhost:14000/dir"] {
            assert_eq!(directory(written).as_deref(), Ok(written));
        }
        for written in
            ["", "http://localhost/dir", "https://", "https:///dir", "https://a b", "localhost"]
        {
            assert!(directory(written).is_err(), "{written}");
        }
    }
}
