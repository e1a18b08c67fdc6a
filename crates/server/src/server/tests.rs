use std::future::pending;

use tempfile::TempDir;
use tokio::io::{AsyncReadExt, AsyncWriteExt};
use tokio::net::{TcpListener, TcpStream};

use super::*;

/// How long the daemon may take to notice, to drain and to end: more than any of it takes.
const DEADLINE: Duration = Duration::from_secs(60);

/// A listener with one connection, which then fails as its source does.
struct BrokenListener(Option<tokio::io::DuplexStream>);

impl Listen for BrokenListener {
    type Stream = tokio::io::DuplexStream;

    async fn accept(&mut self) -> io::Result<(Self::Stream, SocketAddr)> {
        let stream = self.0.take().expect("the listener is broken");
        Ok((stream, SocketAddr::from(([127, 0, 0, 1], 1))))
    }

    fn prepare(_: &Self::Stream) -> io::Result<()> {
        Ok(())
    }
}

/// Everything that a daemon on this listener sends to a native client that says hello.
async fn talk(mut client: impl AsyncRead + AsyncWrite + Unpin) -> String {
    let hello = b"{\"type\":\"hello\",\"version\":1,\"name\":\"ana\"}\n";
    client.write_all(hello).await.unwrap();
    let mut read = String::new();
    client.read_to_string(&mut read).await.unwrap();
    read
}

#[tokio::test]
async fn a_writer_that_panics_ends_the_daemon_with_an_error() {
    let directory = TempDir::new().unwrap();
    for place in [Location::Memory, Location::Directory(directory.path().to_path_buf())] {
        let server = Server::open(Config::default(), &place, Durability::Os).unwrap();
        let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
        let client = TcpStream::connect(listener.local_addr().unwrap()).await.unwrap();
        let hub = Arc::clone(&server.context.hub);
        let breaks = async move { assert!(hub.break_commits().await.is_err()) };
        let daemon = server.run(listener, pending());
        let all = async { tokio::join!(daemon, talk(client), breaks) };
        let (ended, read, ()) = timeout(DEADLINE, Box::pin(all)).await.expect("the daemon ends");
        assert_eq!(ended, Err(DaemonError::Ended("the journal's writer")));
        assert!(read.contains("\"shutdown\"") || read.is_empty(), "{read}");
    }
}

#[tokio::test]
async fn a_listener_that_panics_ends_the_daemon_with_an_error() {
    let (client, stream) = tokio::io::duplex(64 * 1024);
    let server = Server::in_memory(Config::default());
    let daemon = server.run(BrokenListener(Some(stream)), pending());
    let all = async { tokio::join!(daemon, talk(client)) };
    let (ended, _) = Box::pin(timeout(DEADLINE, all)).await.expect("the daemon ends");
    let reason = "the listener is broken".to_owned();
    assert_eq!(ended, Err(DaemonError::Failed { part: "the listener", reason }));
}
