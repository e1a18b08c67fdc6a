use std::net::{IpAddr, Ipv4Addr, Ipv6Addr, SocketAddr};

use tokio::io::AsyncReadExt;
use tokio::net::TcpSocket;
use tokio::time::{Duration, timeout};

use super::*;
use crate::bind;

/// Longer than any of these tests may take.
const DEADLINE: Duration = Duration::from_secs(20);

/// A connection of the daemon, and its peer, which has a small receive buffer.
async fn pair(address: IpAddr) -> (TcpStream, TcpStream) {
    let listener = bind(SocketAddr::new(address, 0)).unwrap();
    let peer = if address.is_ipv4() { TcpSocket::new_v4() } else { TcpSocket::new_v6() }.unwrap();
    peer.set_recv_buffer_size(4096).unwrap();
    let (peer, accepted) =
        tokio::join!(peer.connect(listener.local_addr().unwrap()), listener.accept());
    (accepted.unwrap().0, peer.unwrap())
}

/// Writes until the socket takes no more; returns how many bytes that were.
fn fill(stream: &TcpStream) -> usize {
    let mut bytes = 0;
    while let Ok(written) = stream.try_write(&[b'x'; 64 * 1024]) {
        bytes += written;
    }
    bytes
}

#[tokio::test]
async fn a_reader_that_does_not_read_holds_a_bounded_amount() {
    let (stream, _peer) = pair(Ipv4Addr::LOCALHOST.into()).await;
    stream.writable().await.unwrap();
    let bytes = fill(&stream);
    assert!((1..=2 * SEND_BUFFER_BYTES).contains(&bytes), "{bytes} bytes");
    let accepted = SockRef::from(&stream);
    assert!(accepted.send_buffer_size().unwrap() <= 2 * SEND_BUFFER_BYTES);
    assert!(accepted.recv_buffer_size().unwrap() <= 2 * RECEIVE_BUFFER_BYTES);
}

#[cfg(target_os = "linux")]
#[tokio::test]
async fn bytes_are_unacknowledged_until_the_peer_takes_them() {
    for address in [IpAddr::from(Ipv4Addr::LOCALHOST), Ipv6Addr::LOCALHOST.into()] {
        let (stream, mut peer) = pair(address).await;
        let unacknowledged = unacknowledged(&stream).unwrap();
        assert_eq!(unacknowledged(), Some(0));
        stream.writable().await.unwrap();
        let written = fill(&stream);
        assert!(unacknowledged().unwrap() > 0);
        let taken = async {
            peer.read_exact(&mut vec![0; written]).await.unwrap();
            while unacknowledged() != Some(0) {
                tokio::task::yield_now().await;
            }
        };
        timeout(DEADLINE, taken).await.expect("the peer has taken all");
    }
}

#[cfg(target_os = "linux")]
#[tokio::test]
async fn a_connection_that_is_gone_has_no_unacknowledged_bytes() {
    let (stream, peer) = pair(Ipv4Addr::LOCALHOST.into()).await;
    let unacknowledged = unacknowledged(&stream).unwrap();
    peer.set_zero_linger().unwrap(); // a reset: the kernel does not wait for late segments
    drop((peer, stream));
    let gone = async {
        while unacknowledged().is_some() {
            tokio::task::yield_now().await;
        }
    };
    timeout(DEADLINE, gone).await.expect("the kernel forgets the connection");
}
