//! What counts as one address where connections of one origin are bounded together.

use std::net::{IpAddr, Ipv6Addr};

/// The network of an address: an IPv6 host has a whole /64 to itself (RFC 7421).
pub(crate) fn network(address: IpAddr) -> IpAddr {
    match address.to_canonical() {
        IpAddr::V6(v6) => IpAddr::V6(Ipv6Addr::from_bits(v6.to_bits() >> 64 << 64)),
        v4 @ IpAddr::V4(_) => v4,
    }
}
