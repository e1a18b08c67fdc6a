//! The sockets that a daemon listens on: several addresses, one room.

use std::future::{Future, poll_fn};
use std::io;
use std::net::{IpAddr, SocketAddr};
use std::task::Poll;

use socket2::{Domain, Protocol, SockAddr, Socket, Type};
use tokio::net::{TcpListener, TcpStream};

use crate::config::BACKLOG_CONNECTIONS;
use crate::listen::Listen;
use crate::socket::{UnacknowledgedBytes, bound_buffers};

/// Sockets that take turns to accept.
#[derive(Debug)]
pub struct Listeners {
    sockets: Vec<TcpListener>,
    /// Which of them is asked first: the one after the last that had a connection.
    first: usize,
}

impl Listeners {
    #[must_use]
    /// Accepts from all of `sockets`.
    pub const fn new(sockets: Vec<TcpListener>) -> Self {
        Self { sockets, first: 0 }
    }
}

impl Listen for Listeners {
    type Stream = TcpStream;

    fn accept(&mut self) -> impl Future<Output = io::Result<(TcpStream, SocketAddr)>> {
        poll_fn(|cx| {
            let count = self.sockets.len();
            for nth in (0..count).map(|turn| (self.first + turn) % count) {
                if let Poll::Ready(accepted) = self.sockets[nth].poll_accept(cx) {
                    self.first = (nth + 1) % count;
                    return Poll::Ready(accepted);
                }
            }
            Poll::Pending
        })
    }

    fn prepare(stream: &TcpStream) -> io::Result<()> {
        <TcpListener as Listen>::prepare(stream)
    }

    fn local(stream: &TcpStream) -> Option<SocketAddr> {
        <TcpListener as Listen>::local(stream)
    }

    fn unacknowledged(stream: &TcpStream) -> Option<UnacknowledgedBytes> {
        <TcpListener as Listen>::unacknowledged(stream)
    }
}

/// Listens on `address`, with a backlog for clients that connect faster than they are accepted.
///
/// # Errors
/// Returns an error if the system refuses it.
pub fn bind(address: SocketAddr) -> io::Result<TcpListener> {
    bind_beside(address, &[])
}

/// The same, for a daemon that listens on `others`, too: `[::]` takes IPv4 connections as well, unless
/// an IPv4 address of the same port is among them.
///
/// # Errors
/// Returns an error if the system refuses it.
pub fn bind_beside(address: SocketAddr, others: &[SocketAddr]) -> io::Result<TcpListener> {
    let socket = Socket::new(Domain::for_address(address), Type::STREAM, Some(Protocol::TCP))?;
    let is_v4_beside = |other: &SocketAddr| other.is_ipv4() && other.port() == address.port();
    if address.is_ipv6() && others.iter().any(is_v4_beside) {
        socket.set_only_v6(true)?;
    }
    // A daemon may start again at once.
    socket.set_reuse_address(true)?;
    socket.set_nonblocking(true)?;
    bound_buffers(&socket)?;
    socket.bind(&SockAddr::from(address))?;
    socket.listen(i32::try_from(BACKLOG_CONNECTIONS).unwrap_or(i32::MAX))?;
    TcpListener::from_std(socket.into())
}

/// Whether this machine has the address.
#[must_use]
pub fn is_of_this_machine(address: IpAddr) -> bool {
    std::net::UdpSocket::bind((address, 0)).is_ok()
}

#[cfg(test)]
mod tests {
    use std::net::Ipv4Addr;

    use super::*;

    #[tokio::test]
    async fn no_socket_is_passed_over_while_another_is_busy() {
        let any = SocketAddr::from((Ipv4Addr::LOCALHOST, 0));
        let sockets: Vec<_> = (0..3).map(|_| bind(any).unwrap()).collect();
        let addresses: Vec<_> = sockets.iter().map(|socket| socket.local_addr().unwrap()).collect();
        let mut listeners = Listeners::new(sockets);
        let mut clients = Vec::new();
        for address in [addresses[0], addresses[0], addresses[0], addresses[2]] {
            clients.push(TcpStream::connect(address).await.unwrap());
        }
        let mut accepted = Vec::new();
        for _ in 0..4 {
            accepted.push(listeners.accept().await.unwrap().0.local_addr().unwrap());
        }
        assert!(accepted[..2].contains(&addresses[2]), "{accepted:?}");
    }

    #[test]
    fn an_address_of_another_machine_is_known() {
        assert!(is_of_this_machine(Ipv4Addr::LOCALHOST.into()));
        assert!(!is_of_this_machine(Ipv4Addr::new(192, 0, 2, 1).into()));
    }
}
