//! What a person sees when the daemon has started.

use std::fmt::Write;
use std::net::{Ipv4Addr, Ipv6Addr, SocketAddr};
use std::path::{Path, PathBuf};

use chat_proto::{AddressLine, Secret, ServerKey};
use chat_server::config::Plain;
use tracing::{info, warn};

use crate::address_line;

/// The address line with which others come: the first address that other machines reach, or else the first one.
pub(crate) fn address(addresses: &[SocketAddr], key: ServerKey) -> Option<AddressLine> {
    let is_elsewhere = |address: &&SocketAddr| !address.ip().to_canonical().is_loopback();
    let address = addresses.iter().find(is_elsewhere).or_else(|| addresses.first())?;
    let ip = Some(address.ip()).filter(|ip| !ip.is_unspecified());
    address_line::line(ip, address.port(), key).ok()
}

/// Prints where the daemon listens and how to join. Does not wait for standard output. `key` is that of the daemon, and
/// `owner` the line with which the first owner comes, which is printed and not logged.
pub(crate) fn announce(
    addresses: &[SocketAddr],
    key: ServerKey,
    plain: Plain,
    owner: Option<&Secret>,
) {
    let mut text = String::new();
    for address in addresses {
        let version = env!("CARGO_PKG_VERSION");
        let line = format!("chat-server {version} listens on {address}");
        info!("{line}");
        let _ = writeln!(text, "{line}");
    }
    if let Some(first) = addresses.first() {
        let (client, server) = (client_program(), reachable(*first));
        let _ = writeln!(text, "join with: {} --name YOU --server {server}", client.display());
    }
    for line in address_line::lines(addresses, key).unwrap_or_default() {
        info!("address line for other machines: {line}");
        let _ = writeln!(text, "from another machine: chat-tui {line}");
    }
    if let Some(owner) = owner {
        info!("nobody owns this server yet; the line for its owner is on standard output");
        let _ = writeln!(
            text,
            "nobody owns this server yet; the first person to open this line does, within 24 hours:\n  chat-tui {}",
            owner.reveal()
        );
    }
    chat_log::print_in_background(text, |error| {
        warn!(%error, "cannot print the addresses to standard output");
    });
    if address_line::reachable(addresses).next().is_some() && plain != Plain::Loopback {
        warn!("plain text is accepted from other machines: anybody on the way can read it");
    }
}

/// The client that was built beside this program, as it can be typed here; or its plain name.
fn client_program() -> PathBuf {
    let plain = Path::new("chat-tui").with_extension(std::env::consts::EXE_EXTENSION);
    let beside = std::env::current_exe().map(|daemon| daemon.with_file_name(&plain));
    match (beside, std::env::current_dir()) {
        (Ok(beside), Ok(here)) if beside.is_file() => typed(&beside, &here),
        _ => plain,
    }
}

/// `path`, as it can be typed in the directory `here`. A service runs in `/`, where nobody types anything.
fn typed(path: &Path, here: &Path) -> PathBuf {
    let is_root = here.parent().is_none();
    path.strip_prefix(here).ok().filter(|_| !is_root).unwrap_or(path).to_path_buf()
}

/// `address`, as a client on this machine connects to it.
pub(crate) fn reachable(address: SocketAddr) -> SocketAddr {
    let loopback = match address {
        SocketAddr::V4(_) => Ipv4Addr::LOCALHOST.into(),
        SocketAddr::V6(_) => Ipv6Addr::LOCALHOST.into(),
    };
    if address.ip().is_unspecified() { SocketAddr::new(loopback, address.port()) } else { address }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_path_is_relative_except_to_the_root() {
        let path = Path::new("/usr/local/bin/chat-tui");
        for (here, expected) in [
            ("/usr/local", "bin/chat-tui"),
            ("/srv", "/usr/local/bin/chat-tui"),
            ("/", "/usr/local/bin/chat-tui"),
        ] {
            assert_eq!(typed(path, Path::new(here)), Path::new(expected), "{here}");
        }
    }
}
