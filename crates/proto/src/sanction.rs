//! Sanctions: mutes, kicks and bans.

use std::fmt;
use std::net::{IpAddr, Ipv4Addr, Ipv6Addr};
use std::str::FromStr;

use serde::{Deserialize, Serialize, Serializer};

use crate::code::words;

words! {
    /// The kind of a sanction.
    SanctionKind {
        /// The user may read, and not write or react.
        Mute = "mute",
        /// The user leaves the room, or its sessions end. It may come back.
        Kick = "kick",
        /// The user leaves the room, or its sessions end, and it does not come in again.
        Ban = "ban",
    }
}

/// A network: an address and the number of its leading bits, such as `203.0.113.0/24`.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord, Deserialize)]
#[serde(try_from = "String")]
pub struct Network {
    address: IpAddr,
    bits: u8,
}

/// A string is not a network, or a wider one than is accepted.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error(
    "a network is an address, or an address and a number of bits, such as 203.0.113.0/24; at the widest /8, and /32 \
     for IPv6"
)]
pub struct NetworkError;

impl Network {
    /// The network of the first `bits` of an address.
    ///
    /// # Errors
    /// Returns an error if an address has fewer bits, or so few are a wider network than is accepted.
    pub fn new(address: IpAddr, bits: u8) -> Result<Self, NetworkError> {
        let address = address.to_canonical();
        let (widest, all) = if address.is_ipv4() { (8, 32) } else { (32, 128) };
        if (widest..=all).contains(&bits) {
            Ok(Self { address: leading(address, bits), bits })
        } else {
            Err(NetworkError)
        }
    }

    /// Number of leading bits that all its addresses share.
    #[must_use]
    pub const fn bits(self) -> u8 {
        self.bits
    }

    /// Its first address.
    #[must_use]
    pub const fn address(self) -> IpAddr {
        self.address
    }

    /// Whether an address is one of the network.
    #[must_use]
    pub fn contains(self, address: IpAddr) -> bool {
        let address = address.to_canonical();
        address.is_ipv4() == self.address.is_ipv4() && leading(address, self.bits) == self.address
    }
}

/// An address with its first `bits` only.
fn leading(address: IpAddr, bits: u8) -> IpAddr {
    match address {
        IpAddr::V4(v4) => {
            let mask = u32::MAX.checked_shl(32 - u32::from(bits)).unwrap_or(0);
            IpAddr::V4(Ipv4Addr::from_bits(v4.to_bits() & mask))
        }
        IpAddr::V6(v6) => {
            let mask = u128::MAX.checked_shl(128 - u32::from(bits)).unwrap_or(0);
            IpAddr::V6(Ipv6Addr::from_bits(v6.to_bits() & mask))
        }
    }
}

impl FromStr for Network {
    type Err = NetworkError;
    fn from_str(written: &str) -> Result<Self, NetworkError> {
        let (address, bits) = match written.split_once('/') {
            Some((address, bits)) => (address, Some(bits)),
            None => (written, None),
        };
        let address: IpAddr = address.parse().map_err(|_| NetworkError)?;
        let address = address.to_canonical();
        let bits = match bits {
            Some(bits) => bits.parse().map_err(|_| NetworkError)?,
            None if address.is_ipv4() => 32,
            None => 128,
        };
        Self::new(address, bits)
    }
}

impl TryFrom<String> for Network {
    type Error = NetworkError;
    fn try_from(written: String) -> Result<Self, NetworkError> {
        written.parse()
    }
}

impl fmt::Display for Network {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let all = if self.address.is_ipv4() { 32 } else { 128 };
        match self.bits {
            bits if bits == all => write!(f, "{}", self.address),
            bits => write!(f, "{}/{bits}", self.address),
        }
    }
}

impl Serialize for Network {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        serializer.collect_str(self)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_network_contains_the_addresses_with_its_bits() {
        let network = |written: &str| written.parse::<Network>();
        let has = |written: &str, address: &str| {
            network(written).unwrap().contains(address.parse().unwrap())
        };
        assert!(has("203.0.113.77/24", "203.0.113.1") && !has("203.0.113.0/24", "203.0.114.1"));
        assert!(has("203.0.113.7", "::ffff:203.0.113.7") && !has("203.0.113.7", "203.0.113.8"));
        assert!(has("2001:db8::/32", "2001:db8:1::1") && !has("2001:db8::/32", "2001:db9::1"));
        assert!(has("10.0.0.0/8", "10.255.255.255") && !has("::/32", "0.0.0.1"));
        for (written, shown) in [
            ("203.0.113.77/24", "203.0.113.0/24"),
            ("203.0.113.7/32", "203.0.113.7"),
            ("2001:db8::1", "2001:db8::1"),
        ] {
            assert_eq!(network(written).unwrap().to_string(), shown);
        }
        for wrong in ["", "a", "1.2.3", "1.2.3.4/7", "1.2.3.4/33", "::1/31", "::1/129", "1.2.3.4/"]
        {
            assert_eq!(network(wrong), Err(NetworkError), "{wrong}");
        }
    }
}
