mod full_queue;

use std::net::Ipv4Addr;

use tokio::net::{TcpListener, TcpStream};

use super::Session;
use crate::transport::{Carrier, WebSocket};
use crate::{Config, Server};

/// Bytes of the task of a connection and of its session, at most: today's figures. What few sessions await is boxed, or
/// each idle session would hold memory for it. Tokio puts a task of up to 152 bytes into 256, and a longer one into
/// 384.
const TASK_BYTES_MAX: usize = 152;
const SESSION_BYTES_MAX: usize = 440;

/// Bytes of what a session on a WebSocket has besides, but for the buffers of the library: a pool of 256 bytes.
const WEB_SOCKET_BYTES_MAX: usize = 640;

#[tokio::test]
async fn an_idle_session_is_small() {
    let listener = TcpListener::bind((Ipv4Addr::LOCALHOST, 0)).await.unwrap();
    let stream = TcpStream::connect(listener.local_addr().unwrap()).await.unwrap();
    let peer = stream.peer_addr().unwrap();
    let task = size_of_val(&Server::in_memory(Config::default()).serve(stream, peer));
    let session = size_of::<Session<Carrier<TcpStream>>>();
    let is_small = task <= TASK_BYTES_MAX && session <= SESSION_BYTES_MAX;
    assert!(is_small, "the task has {task} bytes, the session {session}");
}

#[test]
fn an_idle_web_socket_is_small() {
    let bytes = size_of::<WebSocket<Carrier<TcpStream>>>();
    assert!(bytes <= WEB_SOCKET_BYTES_MAX, "it has {bytes} bytes");
}
