//! Linux's `sock_diag`: asks the kernel over a netlink socket how much of a connection's data its peer
//! has not acknowledged. `TCP_INFO` and `SIOCOUTQ` say the same, but no maintained crate offers either
//! without `unsafe`. See `sock_diag(7)` and `linux/inet_diag.h`.

use std::io::{self, Read, Write};
use std::net::{IpAddr, SocketAddr};
use std::sync::Once;

use socket2::{Domain, Protocol, Socket, Type};
use tokio::net::TcpStream;
use tracing::warn;

const AF_NETLINK: i32 = 16;
const NETLINK_SOCK_DIAG: i32 = 4;
const SOCK_DIAG_BY_FAMILY: u16 = 20;
const NLM_F_REQUEST: u16 = 1;
const AF_INET: u8 = 2;
const AF_INET6: u8 = 10;
const IPPROTO_TCP: u8 = 6;

/// `struct nlmsghdr` and `struct inet_diag_req_v2`.
const REQUEST_BYTES: u32 = 16 + 56;

/// `struct nlmsghdr` and `struct inet_diag_msg`, up to `idiag_wqueue` and with it.
const ANSWER_BYTES: usize = 16 + 64;

/// Where `idiag_wqueue` is in the answer: behind `nlmsghdr`, four bytes of state, `inet_diag_sockid`,
/// `idiag_expires` and `idiag_rqueue`.
const WRITE_QUEUE_AT: usize = 16 + 4 + 48 + 4 + 4;

/// More than the kernel answers with.
const BUFFER_BYTES: usize = 512;

/// The two ends of a TCP connection, by which the kernel finds it.
#[derive(Debug, Clone, Copy)]
pub(super) struct Connection {
    local: SocketAddr,
    peer: SocketAddr,
}

impl Connection {
    pub(super) fn of(stream: &TcpStream) -> io::Result<Self> {
        Ok(Self { local: stream.local_addr()?, peer: stream.peer_addr()? })
    }

    /// Returns how many bytes the peer has not acknowledged; `None` if the kernel does not say.
    pub(super) fn unacknowledged(&self) -> Option<u32> {
        static WARNED: Once = Once::new();
        match self.ask() {
            Ok(bytes) => bytes,
            Err(error) => {
                WARNED.call_once(|| {
                    warn!(
                        %error,
                        "cannot ask the kernel what clients have acknowledged (AF_NETLINK is not \
                         allowed?); very slow clients may be ended as too slow"
                    );
                });
                None
            }
        }
    }

    /// The kernel answers before `write` returns, so nothing here waits.
    fn ask(&self) -> io::Result<Option<u32>> {
        let domain = Domain::from(AF_NETLINK);
        let mut socket = Socket::new(domain, Type::DGRAM, Some(Protocol::from(NETLINK_SOCK_DIAG)))?;
        socket.set_nonblocking(true)?;
        socket.write_all(&self.request())?;
        let mut answer = [0; BUFFER_BYTES];
        let bytes = socket.read(&mut answer)?;
        Ok(write_queue(&answer[..bytes]))
    }

    fn request(&self) -> Vec<u8> {
        let mut request = Vec::new();
        let [header, version] = [SOCK_DIAG_BY_FAMILY, NLM_F_REQUEST].map(u16::to_ne_bytes);
        request.extend(REQUEST_BYTES.to_ne_bytes());
        request.extend([header, version].concat());
        request.extend([0; 8]); // sequence and port: one request on a socket of its own
        let family = if self.local.is_ipv4() { AF_INET } else { AF_INET6 };
        request.extend([family, IPPROTO_TCP, 0, 0]);
        request.extend(u32::MAX.to_ne_bytes()); // in any state
        request.extend(self.local.port().to_be_bytes());
        request.extend(self.peer.port().to_be_bytes());
        request.extend(address(self.local.ip()));
        request.extend(address(self.peer.ip()));
        request.extend(scope(self.peer).to_ne_bytes());
        request.extend([u8::MAX; 8]); // INET_DIAG_NOCOOKIE
        request
    }
}

fn address(address: IpAddr) -> [u8; 16] {
    match address {
        IpAddr::V4(address) => {
            let mut bytes = [0; 16];
            bytes[..4].copy_from_slice(&address.octets());
            bytes
        }
        IpAddr::V6(address) => address.octets(),
    }
}

/// The interface of a link-local address.
fn scope(address: SocketAddr) -> u32 {
    match address {
        SocketAddr::V4(_) => 0,
        SocketAddr::V6(address) => address.scope_id(),
    }
}

/// Returns `None` if the answer is an error: the connection is gone.
fn write_queue(answer: &[u8]) -> Option<u32> {
    let kind = u16::from_ne_bytes(*answer.get(4..)?.first_chunk()?);
    if kind != SOCK_DIAG_BY_FAMILY || answer.len() < ANSWER_BYTES {
        return None;
    }
    Some(u32::from_ne_bytes(*answer.get(WRITE_QUEUE_AT..)?.first_chunk()?))
}
