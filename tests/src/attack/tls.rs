//! Handshakes of TLS that are begun and not completed.

use std::collections::VecDeque;

use chat_client::link::tls::Tls;
use tokio::io::{AsyncReadExt, AsyncWriteExt, duplex};

use super::enemy::Enemy;

/// Connections at once: as many as the open files of a test allow.
const CROWD: usize = 400;

/// Bytes of a `ClientHello` at most.
const HELLO_BYTES_MAX: usize = 16 * 1024;

/// A crowd of connections that begin a handshake, have the daemon compute its part of it, and send nothing more.
pub(super) async fn half_open(enemy: Enemy) {
    let (hello, mut crowd) = (client_hello().await, VecDeque::new());
    loop {
        enemy.next().await;
        let Ok(mut stream) = enemy.connect().await else { continue };
        let answered = async {
            stream.write_all(&hello).await?;
            stream.read_u8().await
        };
        // The daemon closes the oldest ones if there are too many.
        if answered.await.is_ok() {
            crowd.push_back(stream);
            enemy.hit();
        }
        if crowd.len() > CROWD {
            crowd.pop_front();
        }
    }
}

/// The first bytes of a client.
async fn client_hello() -> Vec<u8> {
    let (client, mut server) = duplex(HELLO_BYTES_MAX);
    let tls = Tls::new("localhost", None).expect("the cryptography of every client").without_alpn();
    let mut hello = vec![0; HELLO_BYTES_MAX];
    let read = tokio::select! {
        ended = tls.connect(client) => panic!("a handshake with nobody ended: {ended:?}"),
        read = server.read(&mut hello) => read,
    };
    hello.truncate(read.expect("a pipe does not fail"));
    hello
}
