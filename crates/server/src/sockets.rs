//! Listens on all addresses of the command line, or says why that is impossible.

use std::io::{self, ErrorKind};
use std::net::SocketAddr;

use anyhow::{Context, ensure};
use chat_server::{bind_beside, is_loopback};
use tokio::net::TcpListener;
use tracing::warn;

use crate::address::Address;

/// Sockets that a daemon listens on at most: more than a machine has networks. Each is an open file.
pub(crate) const LISTENERS_MAX: usize = 16;

/// How often to try a name with several addresses if the system picks the port: the port that it picks for the
/// first address may be in use on another.
const PORT_TRIES: usize = 16;

/// The addresses of the command line, with the addresses of this machine that each of them means.
pub(crate) struct ListenAddresses<'a> {
    each: Vec<(&'a Address, Vec<SocketAddr>)>,
    all: Vec<SocketAddr>,
}

/// Looks the names among `addresses` up.
///
/// # Errors
/// Returns an error if a name has no address, or there are too many.
pub(crate) fn resolve(addresses: &[Address]) -> anyhow::Result<ListenAddresses<'_>> {
    let mut each = Vec::new();
    for address in addresses {
        let found = address
            .resolve()
            .with_context(|| format!("cannot listen on {address}: the name has no address"))?;
        each.push((address, found));
    }
    let all: Vec<SocketAddr> = each.iter().flat_map(|(_, found)| found).copied().collect();
    ensure!(
        all.len() <= LISTENERS_MAX,
        "cannot listen on {} addresses; {LISTENERS_MAX} are the most. Use 0.0.0.0 or [::] for all \
         addresses of this machine",
        all.len()
    );
    Ok(ListenAddresses { each, all })
}

impl ListenAddresses<'_> {
    /// Whether other machines may reach one of them.
    pub(crate) fn is_for_others(&self) -> bool {
        self.all.iter().any(|address| !is_loopback(address.ip()))
    }

    /// How many sockets it takes at most.
    pub(crate) const fn count(&self) -> usize {
        self.all.len()
    }

    /// The same addresses with another `port`, unless they are wanted already; together no more than [`LISTENERS_MAX`].
    pub(crate) fn also_on(&self, port: u16) -> Vec<SocketAddr> {
        let mut also: Vec<SocketAddr> = Vec::new();
        for address in &self.all {
            let other = SocketAddr::new(address.ip(), port);
            if !self.all.contains(&other) && !also.contains(&other) {
                also.push(other);
            }
        }
        also.truncate(LISTENERS_MAX - self.all.len());
        also
    }

    /// Listens on all of them. From then on clients connect: the rest of the daemon must be ready.
    ///
    /// # Errors
    /// Returns an error if one of them cannot be listened on.
    pub(crate) fn listen(self) -> anyhow::Result<Vec<TcpListener>> {
        let mut sockets: Vec<TcpListener> = Vec::new();
        for (address, mut found) in self.each {
            found.retain(|one| one.port() == 0 || !is_among(*one, &sockets));
            sockets.extend(listen_on(address, &found, &self.all)?);
        }
        Ok(sockets)
    }
}

/// Listens on `addresses`, where an authority looks for the daemon. If that is impossible, a warning is logged: another
/// machine or program may lead the authority to a port on which the daemon listens.
pub(crate) fn listen_for_authority(addresses: &[SocketAddr]) -> Vec<TcpListener> {
    let bound = addresses.iter().filter_map(|address| {
        let bound = bind_beside(*address, addresses);
        bound
            .inspect_err(|error| {
                warn!(
                    "cannot listen on {address}, where the authority looks: {error}. Forward its port {port} to one on \
                     which the daemon listens, or give the daemon the right (systemd: \
                     AmbientCapabilities=CAP_NET_BIND_SERVICE)",
                    port = address.port()
                );
            })
            .ok()
    });
    bound.collect()
}

fn is_among(address: SocketAddr, sockets: &[TcpListener]) -> bool {
    sockets.iter().any(|socket| socket.local_addr().is_ok_and(|bound| bound == address))
}

/// Listens on all addresses that `address` was resolved to. If the system picks the port, it is one
/// port for all of them.
fn listen_on(
    address: &Address,
    found: &[SocketAddr],
    all: &[SocketAddr],
) -> anyhow::Result<Vec<TcpListener>> {
    let is_any_port = found.len() > 1 && found.iter().all(|one| one.port() == 0);
    let mut tries = if is_any_port { PORT_TRIES } else { 1 };
    loop {
        tries -= 1;
        match listen_once(address, found, all, is_any_port) {
            Err(ListenError { error, .. }) if error.kind() == ErrorKind::AddrInUse && tries > 0 => {
            }
            Err(failed) => return Err(failed.explain(address)),
            Ok(sockets) => return Ok(sockets),
        }
    }
}

/// The error of an address that cannot be listened on.
struct ListenError {
    socket_address: SocketAddr,
    error: io::Error,
}

fn listen_once(
    address: &Address,
    found: &[SocketAddr],
    all: &[SocketAddr],
    is_any_port: bool,
) -> Result<Vec<TcpListener>, ListenError> {
    let mut sockets: Vec<TcpListener> = Vec::new();
    let mut missing = None;
    for one in found {
        let mut socket_address = *one;
        let picked = sockets.first().and_then(|socket| socket.local_addr().ok());
        if let Some(picked) = picked.filter(|_| is_any_port) {
            socket_address.set_port(picked.port());
        }
        match bind_beside(socket_address, all) {
            Ok(socket) => sockets.push(socket),
            // A name may have an IPv6 address on a machine without IPv6.
            Err(error) if address.is_name() && is_missing(&error) => {
                missing = Some(ListenError { socket_address, error });
            }
            Err(error) => return Err(ListenError { socket_address, error }),
        }
    }
    match missing {
        Some(failed) if sockets.is_empty() => Err(failed),
        Some(ListenError { socket_address, .. }) => {
            warn!(
                "not listening on {socket_address}, which {address} means as well: this machine does not have it"
            );
            Ok(sockets)
        }
        None => Ok(sockets),
    }
}

/// Whether the error means that this machine does not have the address.
fn is_missing(error: &io::Error) -> bool {
    const EAFNOSUPPORT: i32 = 97;
    error.kind() == ErrorKind::AddrNotAvailable || error.raw_os_error() == Some(EAFNOSUPPORT)
}

impl ListenError {
    fn explain(self, address: &Address) -> anyhow::Error {
        let Self { socket_address, error } = self;
        let of_name = if address.is_name() { format!(" ({address})") } else { String::new() };
        let what = match error.kind() {
            ErrorKind::AddrInUse => {
                "another program listens there, perhaps a chat-server; end it, or use --listen with \
                 another port"
            }
            _ if is_missing(&error) => {
                "it is not an address of this machine; use --listen with one of its addresses, or \
                 with 0.0.0.0 for all of them"
            }
            ErrorKind::PermissionDenied => {
                "ports below 1024 are for the system administrator; use --listen with another port"
            }
            _ => "use --listen with another address",
        };
        anyhow::anyhow!("cannot listen on {socket_address}{of_name}: {error}; {what}")
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn listen(addresses: &[Address]) -> anyhow::Result<Vec<TcpListener>> {
        resolve(addresses)?.listen()
    }

    fn addresses(written: &[&str]) -> Vec<Address> {
        written.iter().map(|written| written.parse().unwrap()).collect()
    }

    fn bound(written: &[&str]) -> Vec<SocketAddr> {
        let sockets = listen(&addresses(written)).unwrap();
        sockets.iter().map(|socket| socket.local_addr().unwrap()).collect()
    }

    fn refused(written: &[&str]) -> String {
        listen(&addresses(written)).unwrap_err().to_string()
    }

    #[tokio::test]
    async fn each_address_is_listened_on_once() {
        let port = bound(&["127.0.0.1:0"])[0].port().to_string();
        let both = bound(&[&port, &format!("localhost:{port}"), "127.0.0.2:0"]);
        let here = format!("127.0.0.1:{port}").parse().unwrap();
        assert_eq!(both.iter().filter(|address| **address == here).count(), 1, "{both:?}");
        assert!(both.iter().any(|address| address.ip().to_string() == "127.0.0.2"), "{both:?}");
    }

    #[tokio::test]
    async fn a_name_of_several_addresses_has_one_port() {
        let ports: Vec<u16> = bound(&["localhost:0"]).iter().map(SocketAddr::port).collect();
        assert!(ports.iter().all(|port| *port == ports[0] && *port != 0), "{ports:?}");
        let found = ["127.0.0.1:0", "127.0.0.2:0"].map(|one| one.parse().unwrap());
        let name = "name:0".parse().unwrap();
        let sockets = listen_on(&name, &found, &found).ok().unwrap();
        let [one, other] = [0, 1].map(|nth: usize| sockets[nth].local_addr().unwrap());
        assert_eq!((one.port(), other.ip()), (other.port(), found[1].ip()));
    }

    #[tokio::test]
    async fn an_authority_is_listened_for_on_the_same_addresses_if_that_is_possible() {
        let written = ["127.0.0.1:4000", "127.0.0.2:4000", "127.0.0.2:443", "127.0.0.1:4001"];
        let written = addresses(&written);
        let also = resolve(&written).unwrap().also_on(443);
        assert_eq!(also, ["127.0.0.1:443".parse().unwrap()]);
        let many: Vec<String> = (1..=15).map(|n| format!("127.0.0.{n}:4000")).collect();
        let many = addresses(&many.iter().map(String::as_str).collect::<Vec<_>>());
        assert_eq!(resolve(&many).unwrap().also_on(443).len(), 1);
        let taken = listen(&addresses(&["127.0.0.1:0"])).unwrap();
        let free = "127.0.0.2:0".parse().unwrap();
        let bound = listen_for_authority(&[taken[0].local_addr().unwrap(), free]);
        assert_eq!(bound.len(), 1);
        assert_eq!(bound[0].local_addr().unwrap().ip(), free.ip());
    }

    #[tokio::test]
    async fn an_address_that_cannot_be_had_is_named_with_the_reason() {
        let taken = listen(&addresses(&["127.0.0.1:0"])).unwrap();
        let taken = taken[0].local_addr().unwrap().to_string();
        let error = refused(&["127.0.0.1:0", &taken]);
        assert!(error.starts_with(&format!("cannot listen on {taken}: ")), "{error}");
        assert!(error.contains("another program listens there"), "{error}");
        let error = refused(&["192.0.2.1:4000"]);
        assert!(error.starts_with("cannot listen on 192.0.2.1:4000: "), "{error}");
        assert!(error.contains("not an address of this machine"), "{error}");
        let error = refused(&["no..name:4000"]);
        assert!(error.starts_with("cannot listen on no..name:4000"), "{error}");
        let many: Vec<String> = (1..=17).map(|n| format!("127.0.0.{n}:0")).collect();
        let many: Vec<&str> = many.iter().map(String::as_str).collect();
        assert!(refused(&many).contains("17 addresses; 16 are the most"));
    }
}
