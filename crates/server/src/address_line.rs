//! The address line of this daemon, as another machine can use it.

use std::io::{self, Write};
use std::net::{IpAddr, Ipv4Addr, UdpSocket};
use std::path::Path;
use std::process::ExitCode;

use anyhow::Context;
use chat_proto::{AddressLine, ServerKey};
use chat_server::config::{PORT, TlsFiles};

use crate::address::Address;

/// Stands for the host if this machine has no address that others reach.
const ANY_HOST: &str = "HOST";

/// An address that belongs to nobody (RFC 5737): the way there is that to most other machines.
const ELSEWHERE: (Ipv4Addr, u16) = (Ipv4Addr::new(192, 0, 2, 1), 9);

/// Prints the line and the key of the daemon whose data is in `data`.
///
/// # Errors
/// Returns an error if there is no key yet, or it cannot be read.
pub(crate) fn print(
    data: &Path,
    files: Option<&TlsFiles>,
    address: Option<&Address>,
) -> anyhow::Result<ExitCode> {
    let key = chat_server::server_key(data, files)?.with_context(|| {
        let data = data.display();
        format!("there is no key in {data} yet: the first start of chat-server makes it")
    })?;
    let line = match address {
        Some(address) => AddressLine::new(address.host(), address.port(), key)?,
        None => line(None, PORT, key)?,
    };
    writeln!(io::stdout(), "{line}\nkey: SHA256:{key}")?;
    Ok(ExitCode::SUCCESS)
}

/// The line of a daemon that listens on `ip`; `None` for all addresses of this machine.
///
/// # Errors
/// Returns an error if no line can have the port.
pub(crate) fn line(ip: Option<IpAddr>, port: u16, key: ServerKey) -> anyhow::Result<AddressLine> {
    let host = ip.or_else(outward).map_or_else(|| ANY_HOST.to_owned(), |ip| ip.to_string());
    Ok(AddressLine::new(&host, port, key)?)
}

/// The address of this machine from which it reaches most others. Sends nothing.
fn outward() -> Option<IpAddr> {
    let socket = UdpSocket::bind((Ipv4Addr::UNSPECIFIED, 0)).ok()?;
    socket.connect(ELSEWHERE).ok()?;
    let ip = socket.local_addr().ok()?.ip();
    (!ip.is_unspecified() && !ip.is_loopback()).then_some(ip)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_line_has_the_address_or_one_that_others_may_reach() {
        let key = ServerKey::from_sha256([7; 32]);
        let fixed = line(Some("2001:db8::7".parse().unwrap()), 4000, key).unwrap();
        assert_eq!(fixed.to_string(), format!("chat://[2001:db8::7]:4000/#{key}"));
        let any = line(None, 4000, key).unwrap();
        assert!(any.host() == ANY_HOST || any.host().parse::<IpAddr>().is_ok(), "{any}");
    }
}
