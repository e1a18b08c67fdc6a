//! The daemon in the test's process.

use std::net::SocketAddr;
use std::path::Path;

use chat_server::config::BACKLOG_CONNECTIONS;
use chat_server::journal::{Durability, Location};
use chat_server::{Config, DaemonError};
use tokio::net::{TcpListener, TcpSocket};
use tokio::sync::oneshot;
use tokio::task::JoinHandle;

use crate::port::free_address;
use crate::within;

/// Send buffer of the sockets of a [narrow](Server::start_narrow) daemon.
const NARROW_SEND_BYTES: u32 = 16 * 1024;

/// A running daemon. It ends with the test's runtime, or before with [`end`](Server::end).
#[derive(Debug)]
pub struct Server {
    /// The address that it listens on.
    pub address: SocketAddr,
    shutdown: oneshot::Sender<()>,
    daemon: JoinHandle<Result<(), DaemonError>>,
}

impl Server {
    /// Starts a daemon with these settings.
    pub fn start(config: Config) -> Self {
        Self::start_on(chat_server::bind(free_address()).unwrap(), config)
    }

    /// Starts a daemon with small send buffers, so that it soon notices a client that does not read.
    pub fn start_narrow(config: Config) -> Self {
        let socket = TcpSocket::new_v4().unwrap();
        socket.set_send_buffer_size(NARROW_SEND_BYTES).unwrap();
        socket.bind(free_address()).unwrap();
        Self::start_on(socket.listen(BACKLOG_CONNECTIONS).unwrap(), config)
    }

    /// Starts a daemon on a socket that already listens.
    pub fn start_on(listener: TcpListener, config: Config) -> Self {
        Self::start_daemon(listener, chat_server::Server::in_memory(config))
    }

    /// Starts a daemon with its journal in `data`, new or existing.
    pub fn start_in(listener: TcpListener, data: &Path) -> Self {
        let location = Location::Directory(data.to_owned());
        let daemon =
            chat_server::Server::open(Config::default(), &location, Durability::Os).unwrap();
        Self::start_daemon(listener, daemon)
    }

    fn start_daemon(listener: TcpListener, daemon: chat_server::Server) -> Self {
        let address = listener.local_addr().unwrap();
        let (shutdown, is_shut_down) = oneshot::channel();
        let daemon = tokio::spawn(daemon.run(listener, async {
            let _ = is_shut_down.await;
        }));
        Self { address, shutdown, daemon }
    }

    /// Shuts the daemon down, and waits for its end.
    pub async fn end(self) {
        self.shutdown.send(()).expect("the daemon ended by itself");
        let ended =
            within("the daemon's end", self.daemon).await.expect("the daemon does not panic");
        ended.expect("the daemon ends without an error");
    }
}
