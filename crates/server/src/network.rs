//! A network: the addresses that count as one if connections of one origin are bounded, or banned, together.

use std::net::IpAddr;

use chat_proto::Network;

/// The leading bits that all addresses of an IPv6 host share: it has a whole /64 to itself (RFC 7421).
const HOST_BITS: u8 = 64;

/// The first address of the network of an address.
pub(crate) fn network(address: IpAddr) -> IpAddr {
    of_host(address).address()
}

/// The network of the host with an address.
pub(crate) fn of_host(address: IpAddr) -> Network {
    let address = address.to_canonical();
    let bits = if address.is_ipv4() { 32 } else { HOST_BITS };
    Network::new(address, bits).expect("a network of one host is narrow enough")
}

/// The same network, and at least that of one host.
pub(crate) fn at_least_host(network: Network) -> Network {
    let host = of_host(network.address());
    if network.bits() > host.bits() { host } else { network }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_network_is_at_least_that_of_one_host() {
        for (written, whole) in [
            ("2001:db8::7", "2001:db8::/64"),
            ("2001:db8::/96", "2001:db8::/64"),
            ("2001:db8::/48", "2001:db8::/48"),
            ("203.0.113.7", "203.0.113.7"),
            ("203.0.113.0/24", "203.0.113.0/24"),
        ] {
            let whole: Network = whole.parse().unwrap();
            assert_eq!(at_least_host(written.parse().unwrap()), whole);
        }
        let mapped = "::ffff:203.0.113.7".parse().unwrap();
        assert_eq!(network(mapped), "203.0.113.7".parse::<IpAddr>().unwrap());
        assert_eq!(
            network("2001:db8::7".parse().unwrap()),
            network("2001:db8::8".parse().unwrap())
        );
    }
}
