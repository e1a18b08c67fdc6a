//! The settings of the web server, and the host names that lead to the daemon.

use std::io;
use std::net::{Ipv4Addr, Ipv6Addr};
use std::path::{Path, PathBuf};

use chat_proto::Secret;
use thiserror::Error;

use crate::secret_file::{self, SecretHash};

/// The settings of the web server.
#[derive(Debug, Clone, Default)]
pub struct WebConfig {
    /// The host names that lead to the daemon.
    pub names: HostNames,
    /// A directory with the parts of the page, for a person who works on them; `None` for those in the program.
    pub directory: Option<PathBuf>,
    /// The token of a monitor on another machine.
    pub metrics_token: Option<MetricsToken>,
}

/// Bytes of a token of a monitor: one that cannot be guessed, and that fits a field of a request.
const TOKEN_BYTES: std::ops::RangeInclusive<usize> = 16..=256;

/// The token with which a monitor on another machine asks for the figures, as its hash.
#[derive(Debug, Clone)]
pub struct MetricsToken(SecretHash);

/// Why there is no token.
#[derive(Debug, Error)]
pub enum MetricsTokenError {
    /// The file cannot be read, or is not UTF-8.
    #[error("cannot read it")]
    Read(#[source] io::Error),
    /// It is too short or too long.
    #[error("its first line is the token, and needs {} to {} bytes", TOKEN_BYTES.start(), TOKEN_BYTES.end())]
    Length,
}

impl MetricsToken {
    /// Reads the first line of `file`, without its end.
    ///
    /// # Errors
    /// Returns an error if it cannot be read, or is too short or too long.
    pub fn read(file: &Path) -> Result<Self, MetricsTokenError> {
        Self::new(secret_file::read(file).map_err(MetricsTokenError::Read)?.reveal())
    }

    /// The token as it is written.
    ///
    /// # Errors
    /// Returns an error if it is too short or too long.
    pub fn new(written: &str) -> Result<Self, MetricsTokenError> {
        let has_length = TOKEN_BYTES.contains(&written.len());
        has_length.then(|| Self(SecretHash::of(written))).ok_or(MetricsTokenError::Length)
    }

    /// Whether a client has sent it.
    pub(crate) fn is(&self, token: &Secret) -> bool {
        self.0.is_of(token.reveal())
    }
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
