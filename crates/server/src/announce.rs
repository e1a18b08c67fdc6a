//! The lines that a person sees when the daemon has started.

use std::fmt::Write;
use std::io::{self, IsTerminal};
use std::net::{IpAddr, Ipv4Addr, Ipv6Addr, SocketAddr};
use std::path::{Path, PathBuf};

use chat_proto::{AddressLine, Secret};
use chat_server::config::Plain;
use chat_server::{Server, remove_owner_line};
use tracing::{info, warn};

use crate::address_line;

/// The addresses and the line of the owner that are announced.
pub(crate) struct Announcement<'a> {
    /// The addresses on which it listens.
    pub(crate) listens: &'a [SocketAddr],
    /// The lines with which other machines come.
    pub(crate) lines: Vec<AddressLine>,
    /// From where it accepts plain text.
    pub(crate) plain: Plain,
    /// How the first owner comes; `None` if there is an owner.
    pub(crate) owner: Option<OwnerLine>,
}

/// The line with which the first owner comes.
pub(crate) enum OwnerLine {
    /// It is printed, and not logged.
    Shown(Secret),
    /// It is in this file.
    Stored(PathBuf),
}

impl OwnerLine {
    /// Makes a line if nobody owns the server. If standard output is not a terminal, it may be a log that others read:
    /// the line is stored in the data directory.
    pub(crate) async fn make(server: &mut Server, data: Option<&Path>) -> Option<Self> {
        if let Some(data) = data
            && let Err(error) = remove_owner_line(data)
        {
            warn!(%error, "cannot remove the line of the first owner of an earlier start; remove it");
        }
        let line = server.first_owner().await.unwrap_or_else(|refusal| {
            warn!("cannot make the invite of the first owner: {}", refusal.text);
            None
        })?;
        match data {
            Some(data) if !io::stdout().is_terminal() => {
                let stored = server.store_owner_line(data, &line);
                let stored = stored.map(Self::Stored).inspect_err(|error| {
                    warn!(%error, "cannot store the line of the first owner; chat-server admin owner-line makes another one");
                });
                stored.ok()
            }
            _ => Some(Self::Shown(line)),
        }
    }
}

/// Prints where the daemon listens and how to join. Does not wait for standard output.
pub(crate) fn announce(announcement: &Announcement<'_>) {
    let Announcement { listens: addresses, lines, plain, owner } = announcement;
    let mut text = String::new();
    for address in *addresses {
        let version = env!("CARGO_PKG_VERSION");
        let line = format!("chat-server {version} listens on {address}");
        info!("{line}");
        let _ = writeln!(text, "{line}");
    }
    if let Some(first) = addresses.first() {
        let (client, server) = (client_program(), reached_from_here(*first));
        let _ = writeln!(text, "join with: {} --name YOU --server {server}", client.display());
        // Without TLS, browsers show no warning of a certificate that they do not know.
        let scheme = if plain.allows(server.ip()) { "http" } else { "https" };
        let _ = writeln!(text, "or open {scheme}://{server} in a browser");
    }
    for line in lines {
        info!("address line for other machines: {line}");
        let _ = writeln!(text, "from another machine: chat-tui {line}");
    }
    match owner {
        Some(OwnerLine::Shown(line)) => {
            info!("nobody owns this server yet; the line for its owner is on standard output");
            let _ = writeln!(
                text,
                "nobody owns this server yet. The first person who opens this line within 24 hours becomes its owner:\n  \
                 chat-tui {}",
                line.reveal()
            );
        }
        Some(OwnerLine::Stored(file)) => {
            let file = file.display();
            info!("nobody owns this server yet; the line for its owner is in {file}");
            let _ = writeln!(
                text,
                "nobody owns this server yet. The first person who opens the line in this file with chat-tui within 24 \
                 hours becomes its owner:\n  {file}"
            );
        }
        None => {}
    }
    chat_log::print_in_background(text, |error| {
        warn!(%error, "cannot print the addresses to standard output");
    });
    if address_line::reached_by_others(addresses).next().is_some() && *plain != Plain::Loopback {
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
pub(crate) fn reached_from_here(address: SocketAddr) -> SocketAddr {
    let ip = match address.ip().to_canonical() {
        IpAddr::V4(Ipv4Addr::UNSPECIFIED) => Ipv4Addr::LOCALHOST.into(),
        IpAddr::V6(Ipv6Addr::UNSPECIFIED) => Ipv6Addr::LOCALHOST.into(),
        _ => address.ip(),
    };
    SocketAddr::new(ip, address.port())
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
