//! The address lines of this daemon, as other machines can use them.

use std::io::{self, Write};
use std::net::{IpAddr, Ipv4Addr, SocketAddr, UdpSocket};
use std::path::Path;
use std::process::ExitCode;

use anyhow::Context;
use chat_proto::{AddressLine, ServerKey};
use chat_server::config::{PORT, TlsFiles};
use chat_server::{Addresses, is_loopback};

use crate::address::PublicAddress;

/// Stands for the host if this machine has no address that others reach.
const ANY_HOST: &str = "HOST";

/// An address that belongs to nobody (RFC 5737): the way there is that to most other machines.
const ELSEWHERE: (Ipv4Addr, u16) = (Ipv4Addr::new(192, 0, 2, 1), 9);

/// Prints the lines and the key of the daemon whose data is in `data`: that of `files`, or of those of its last start.
///
/// # Errors
/// Returns an error if there is no key yet, or it cannot be read.
pub(crate) fn print(
    data: &Path,
    files: Option<&TlsFiles>,
    address: Option<&PublicAddress>,
) -> anyhow::Result<ExitCode> {
    let stored = chat_server::stored_addresses(data)
        .with_context(|| format!("cannot read where the daemon of {} listens", data.display()))?;
    let Addresses { listens, public, tls_files } = stored;
    let key = chat_server::server_key(data, files.or(tls_files.as_ref()))?.with_context(|| {
        let data = data.display();
        format!("there is no key in {data} yet: the first start of chat-server makes it")
    })?;
    let public = public.and_then(|written| written.parse().ok());
    let address = address.or(public.as_ref());
    let mut out = io::stdout().lock();
    for line in wanted(&listens, address, key)? {
        writeln!(out, "{line}")?;
    }
    writeln!(out, "key: SHA256:{key}")?;
    if address.is_none()
        && reached_by_others(&listens).next().is_none()
        && let Some(listens) = listens.first()
    {
        chat_log::print_error(&format!(
            "chat-server listens for this machine alone; for others, start it with --listen 0.0.0.0:{}",
            listens.port()
        ));
    }
    Ok(ExitCode::SUCCESS)
}

/// The lines of a daemon with these addresses; if only this machine reaches it, one with another host and its port.
fn wanted(
    listens: &[SocketAddr],
    public: Option<&PublicAddress>,
    key: ServerKey,
) -> anyhow::Result<Vec<AddressLine>> {
    let found = lines(listens, public, key)?;
    if found.is_empty() { Ok(vec![line(None, port(listens), key)?]) } else { Ok(found) }
}

/// The address line with which others come to a daemon with these addresses: the first one that other machines can use,
/// or else one for this machine.
pub(crate) fn first(
    listens: &[SocketAddr],
    public: Option<&PublicAddress>,
    key: ServerKey,
) -> Option<AddressLine> {
    let for_others = lines(listens, public, key).ok()?.into_iter().next();
    let here = || listens.first().and_then(|one| line(Some(one.ip()), one.port(), key).ok());
    for_others.or_else(here)
}

/// The lines with which other machines come to a daemon that listens on these addresses: that of its `public` address,
/// or else one for each address that they may reach, perhaps none.
///
/// # Errors
/// Returns an error if no line can have a host or a port.
pub(crate) fn lines(
    listens: &[SocketAddr],
    public: Option<&PublicAddress>,
    key: ServerKey,
) -> anyhow::Result<Vec<AddressLine>> {
    if let Some(PublicAddress { host, port: written }) = public {
        return Ok(vec![AddressLine::new(host, written.unwrap_or(port(listens)), key)?]);
    }
    let mut lines = Vec::new();
    for address in reached_by_others(listens) {
        let ip = Some(address.ip().to_canonical()).filter(|ip| !ip.is_unspecified());
        let line = line(ip, address.port(), key)?;
        if !lines.contains(&line) {
            lines.push(line);
        }
    }
    Ok(lines)
}

/// Those that other machines reach.
pub(crate) fn reached_by_others(listens: &[SocketAddr]) -> impl Iterator<Item = SocketAddr> {
    listens.iter().copied().filter(|address| !is_loopback(address.ip()))
}

/// The port of a daemon that listens on these addresses, or would listen on its usual one.
fn port(listens: &[SocketAddr]) -> u16 {
    let first = reached_by_others(listens).next().or(listens.first().copied());
    first.map_or(PORT, |listens| listens.port())
}

/// The line of a daemon that listens on `ip`; `None` for all addresses of this machine.
fn line(ip: Option<IpAddr>, port: u16, key: ServerKey) -> anyhow::Result<AddressLine> {
    let host = ip.or_else(outward).map_or_else(|| ANY_HOST.to_owned(), |ip| ip.to_string());
    Ok(AddressLine::new(&host, port, key)?)
}

/// The address of this machine from which it reaches most others. Sends nothing.
fn outward() -> Option<IpAddr> {
    let socket = UdpSocket::bind((Ipv4Addr::UNSPECIFIED, 0)).ok()?;
    socket.connect(ELSEWHERE).ok()?;
    let ip = socket.local_addr().ok()?.ip();
    (!ip.is_unspecified() && !is_loopback(ip)).then_some(ip)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn key() -> ServerKey {
        ServerKey::from_sha256([7; 32])
    }

    fn listens(written: &[&str]) -> Vec<SocketAddr> {
        written.iter().map(|one| one.parse().unwrap()).collect()
    }

    #[test]
    fn a_line_has_the_address_or_one_that_others_may_reach() {
        let key = key();
        let here = "[::ffff:127.0.0.1]:2";
        let fixed =
            lines(&listens(&["127.0.0.1:1", here, "[2001:db8::7]:4000"]), None, key).unwrap();
        assert_eq!(fixed.len(), 1, "{fixed:?}");
        assert_eq!(fixed[0].to_string(), format!("chat://[2001:db8::7]:4000/#{key}"));
        let any = lines(&listens(&["0.0.0.0:4000", "[::]:4000"]), None, key).unwrap();
        assert_eq!(any.len(), 1, "{any:?}");
        assert!(any[0].host() == ANY_HOST || any[0].host().parse::<IpAddr>().is_ok(), "{any:?}");
    }

    #[test]
    fn a_line_has_the_port_on_which_the_daemon_listens() {
        for (written, port) in
            [(&["127.0.0.1:1", "0.0.0.0:4000"][..], 4000), (&["127.0.0.1:4001"], 4001), (&[], PORT)]
        {
            let listens = listens(written);
            let host = "chat.example.org".parse().unwrap();
            for address in [None, Some(&host)] {
                let lines = wanted(&listens, address, key()).unwrap();
                assert_eq!((lines.len(), lines[0].port()), (1, port), "{written:?}");
            }
            let fixed = "chat.example.org:443".parse().unwrap();
            assert_eq!(wanted(&listens, Some(&fixed), key()).unwrap()[0].port(), 443);
        }
    }
}
