//! The daemon within the test, on a port the system picks.

use std::net::{IpAddr, Ipv4Addr, SocketAddr};
use std::path::Path;

use chat_server::config::BACKLOG_CONNECTIONS;
use chat_server::journal::{Durability, Location};
use chat_server::{Config, DaemonError};
use tokio::net::{TcpListener, TcpSocket};
use tokio::sync::oneshot;
use tokio::task::JoinHandle;

use crate::within;

/// Where to listen on a port the system picks.
pub const ANY_PORT: SocketAddr = SocketAddr::new(IpAddr::V4(Ipv4Addr::LOCALHOST), 0);

/// What a [narrow](Server::start_narrow) daemon's sockets are asked to hold.
const NARROW_SEND_BYTES: u32 = 16 * 1024;

/// A running daemon; cut off with the test's runtime where it is not [ended](Server::end) before.
#[derive(Debug)]
pub struct Server {
    /// Where it listens.
    pub address: SocketAddr,
    going_away: oneshot::Sender<()>,
    daemon: JoinHandle<Result<(), DaemonError>>,
}

impl Server {
    /// Starts a daemon with these settings.
    pub fn start(config: Config) -> Self {
        Self::start_on(chat_server::bind(ANY_PORT).unwrap(), config)
    }

    /// Starts a daemon whose sockets hold little of what it sends, so that a client that does not
    /// read is soon seen not to.
    pub fn start_narrow(config: Config) -> Self {
        let socket = TcpSocket::new_v4().unwrap();
        socket.set_send_buffer_size(NARROW_SEND_BYTES).unwrap();
        socket.bind(ANY_PORT).unwrap();
        Self::start_on(socket.listen(BACKLOG_CONNECTIONS).unwrap(), config)
    }

    /// Starts a daemon on a socket that listens already.
    pub fn start_on(listener: TcpListener, config: Config) -> Self {
        Self::start_daemon(listener, chat_server::Server::in_memory(config))
    }

    /// Starts a daemon that keeps what is said in `data`, or goes on with what is there.
    pub fn start_keeping(listener: TcpListener, data: &Path) -> Self {
        let place = Location::Directory(data.to_owned());
        let daemon = chat_server::Server::open(Config::default(), &place, Durability::Os).unwrap();
        Self::start_daemon(listener, daemon)
    }

    fn start_daemon(listener: TcpListener, daemon: chat_server::Server) -> Self {
        let address = listener.local_addr().unwrap();
        let (going_away, shutdown) = oneshot::channel();
        let daemon = tokio::spawn(daemon.run(listener, async {
            let _ = shutdown.await;
        }));
        Self { address, going_away, daemon }
    }

    /// Tells the daemon to go away, and waits until it has.
    pub async fn end(self) {
        self.going_away.send(()).expect("the daemon ended by itself");
        let ended =
            within("the daemon's end", self.daemon).await.expect("the daemon does not panic");
        ended.expect("all its parts work");
    }
}
