//! What is served to browsers, and the host names that lead to the daemon.

use std::net::{Ipv4Addr, Ipv6Addr};
use std::path::PathBuf;

/// What is served to browsers.
#[derive(Debug, Clone, Default)]
pub struct WebConfig {
    /// The host names that lead to the daemon.
    pub names: HostNames,
    /// A directory with the parts of the page, for a person who works on them; `None` for those in the program.
    pub directory: Option<PathBuf>,
}

/// The name of this machine for itself (RFC 6761).
const LOCALHOST: &str = "localhost";

/// The host names that lead to this server, besides its addresses and `localhost`.
#[derive(Debug, Clone, Default)]
pub struct HostNames(Vec<String>);

impl HostNames {
    /// The names of hosts, without a port. An address among them does no harm.
    #[must_use]
    pub fn new(names: impl IntoIterator<Item = String>) -> Self {
        Self(names.into_iter().map(|name| plain(&name).to_ascii_lowercase()).collect())
    }

    /// Whether `host` leads to this server: a name of it, or an address.
    pub(crate) fn has(&self, host: &str) -> bool {
        let host = plain(host).to_ascii_lowercase();
        let address = host.strip_prefix('[').and_then(|host| host.strip_suffix(']'));
        host.parse::<Ipv4Addr>().is_ok()
            || address.is_some_and(|address| address.parse::<Ipv6Addr>().is_ok())
            || host == LOCALHOST
            || host.strip_suffix(LOCALHOST).is_some_and(|before| before.ends_with('.'))
            || self.0.contains(&host)
    }
}

/// `name` without the dot that ends a name in full.
fn plain(name: &str) -> &str {
    name.strip_suffix('.').unwrap_or(name)
}
