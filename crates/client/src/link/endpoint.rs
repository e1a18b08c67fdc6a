//! A server as a user names it: by its address, or by an address line, which has its key.

use std::fmt;
use std::str::FromStr;

use chat_proto::address_line::SCHEME;
use chat_proto::{AddressLine, BadAddressLine, Secret, ServerKey};

use super::tls::Tls;
use super::{BadAddress, Secure, ServerAddress, Tcp};

/// The address of a server, and its key if that is given.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Endpoint {
    /// Its address.
    pub address: ServerAddress,
    /// The key that it must have.
    pub key: Option<ServerKey>,
    /// The secret of an invite, if the line has one.
    pub secret: Option<Secret>,
}

/// The text names no server.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum BadEndpoint {
    /// It is not an address.
    #[error(transparent)]
    Address(#[from] BadAddress),
    /// It begins like an address line, but is not one.
    #[error(transparent)]
    Line(#[from] BadAddressLine),
}

impl Endpoint {
    /// How a client connects that asks nobody: in plain text to a server on this machine, else by TLS to the key that
    /// is given. Without a key, every connection to another machine fails.
    ///
    /// # Errors
    /// Returns an error if the library for cryptography cannot be used.
    pub fn dial(&self) -> Result<Secure<Tcp>, rustls::Error> {
        let tcp = Tcp::new(self.address.clone());
        if self.address.is_local() && self.key.is_none() {
            return Ok(Secure::plain(tcp));
        }
        Ok(Secure::tls(tcp, Tls::new(&self.address.host, self.key)?))
    }
}

impl From<ServerAddress> for Endpoint {
    fn from(address: ServerAddress) -> Self {
        Self { address, key: None, secret: None }
    }
}

impl From<AddressLine> for Endpoint {
    fn from(line: AddressLine) -> Self {
        let address = ServerAddress { host: line.host().to_owned(), port: line.port() };
        Self { address, key: Some(line.key()), secret: line.secret().cloned() }
    }
}

impl FromStr for Endpoint {
    type Err = BadEndpoint;

    fn from_str(written: &str) -> Result<Self, BadEndpoint> {
        if written.starts_with(SCHEME) {
            return Ok(written.parse::<AddressLine>()?.into());
        }
        Ok(written.parse::<ServerAddress>()?.into())
    }
}

/// The address alone: a user does not read the key.
impl fmt::Display for Endpoint {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        self.address.fmt(f)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_server_is_named_by_an_address_or_a_line() {
        let bare: Endpoint = "chat.example.org".parse().unwrap();
        assert_eq!((bare.to_string().as_str(), bare.key), ("chat.example.org:12345", None));
        let key = ServerKey::from_sha256([3; 32]);
        let line: Endpoint = format!("chat://[2001:db8::7]:4000/#{key}").parse().unwrap();
        assert_eq!((line.to_string().as_str(), line.key), ("[2001:db8::7]:4000", Some(key)));
        assert_eq!(line.secret, None);
        let secret = format!("i{}", "x".repeat(22));
        let invite: Endpoint = format!("chat://localhost:1/#{key}.{secret}").parse().unwrap();
        assert_eq!(invite.secret, Some(Secret::new(secret.as_str())));
        assert!(!format!("{invite} {invite:?}").contains(&secret));
        let error = "chat://chat.example.org:1/#short".parse::<Endpoint>().unwrap_err();
        assert!(error.to_string().contains("copy the whole line"), "{error}");
        assert!("http://a".parse::<Endpoint>().is_err());
    }
}
