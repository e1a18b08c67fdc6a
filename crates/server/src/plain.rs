//! From which addresses plain text is accepted, besides TLS.

use std::net::IpAddr;

/// The addresses from which plain text is accepted.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Plain {
    /// Those of this machine.
    Loopback,
    /// Those of this machine and of private networks: RFC 1918, `fc00::/7`, link-local.
    Private,
    /// All.
    Any,
}

impl Plain {
    /// Whether plain text from `address` is accepted.
    #[must_use]
    pub fn allows(self, address: IpAddr) -> bool {
        match self {
            Self::Loopback => is_loopback(address),
            Self::Private => is_loopback(address) || is_private(address.to_canonical()),
            Self::Any => true,
        }
    }
}

/// Whether it is a loopback address, which only this machine reaches, also if IPv6 maps it: `::ffff:127.0.0.1`.
#[must_use]
#[allow(clippy::disallowed_methods, reason = "this is the function to call instead")]
pub fn is_loopback(address: IpAddr) -> bool {
    address.to_canonical().is_loopback()
}

fn is_private(address: IpAddr) -> bool {
    match address {
        IpAddr::V4(v4) => v4.is_private() || v4.is_link_local(),
        IpAddr::V6(v6) => v6.is_unique_local() || v6.is_unicast_link_local(),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn each_choice_allows_more_than_the_one_before() {
        for (addresses, allowed) in [
            (["127.0.0.1", "::1", "::ffff:127.0.0.1", "127.9.9.9"], [true, true, true]),
            (["10.1.2.3", "192.168.0.1", "::ffff:172.16.0.1", "169.254.1.1"], [false, true, true]),
            (["fd00::1", "fe80::1", "fc12::1", "172.31.255.255"], [false, true, true]),
            (["192.0.2.1", "172.32.0.1", "2001:db8::1", "::"], [false, false, true]),
        ] {
            for address in addresses {
                let ip = address.parse().unwrap();
                let found = [Plain::Loopback, Plain::Private, Plain::Any].map(|it| it.allows(ip));
                assert_eq!(found, allowed, "{address}");
            }
        }
    }
}
