use std::net::Ipv4Addr;

use tokio::net::{TcpListener, TcpStream};

use super::*;
use crate::unidentified::Unidentified;

/// Bytes of the task of a session, at most: the 624 of today, rounded up. Whatever few sessions wait for is
/// boxed, or each idle session would hold the memory for it.
const SESSION_BYTES_MAX: usize = 640;

#[tokio::test]
async fn an_idle_session_is_small() {
    let listener = TcpListener::bind((Ipv4Addr::LOCALHOST, 0)).await.unwrap();
    let stream = TcpStream::connect(listener.local_addr().unwrap()).await.unwrap();
    let peer = stream.peer_addr().unwrap();
    let unidentified = Unidentified::new(1, 1);
    let slot = unidentified.slot(peer.ip()).unwrap();
    let session = serve(stream, peer, Shared::new(Config::default()), slot);
    let bytes = size_of_val(&session);
    assert!(bytes <= SESSION_BYTES_MAX, "the future of a session has {bytes} bytes");
}
