//! The attacker: connections from an address of its own.

use std::io;
use std::net::SocketAddr;
use std::sync::Arc;
use std::sync::atomic::{AtomicU64, Ordering};
use std::time::Duration;

use tokio::net::{TcpSocket, TcpStream};
use tokio::time::sleep;

/// Its address, so that the limits of a network are not those of the users.
const FROM: [u8; 4] = [127, 0, 0, 66];

/// Time between two tries of one connection: an attacker that uses a whole processor of this machine would only show
/// that.
const PAUSE: Duration = Duration::from_millis(1);

/// The attacker.
#[derive(Debug, Clone)]
pub(super) struct Enemy {
    address: SocketAddr,
    tries: Arc<AtomicU64>,
}

impl Enemy {
    pub(super) fn new(address: SocketAddr) -> Self {
        Self { address, tries: Arc::default() }
    }

    /// Connects.
    pub(super) async fn connect(&self) -> io::Result<TcpStream> {
        let socket = TcpSocket::new_v4()?;
        if cfg!(target_os = "linux") {
            socket.bind((FROM, 0).into())?;
        }
        socket.connect(self.address).await
    }

    /// Counts a try, and waits a moment. Returns how many there were before.
    pub(super) async fn try_again(&self) -> u64 {
        sleep(PAUSE).await;
        self.tries.fetch_add(1, Ordering::Relaxed)
    }

    pub(super) fn tries(&self) -> u64 {
        self.tries.load(Ordering::Relaxed)
    }

    /// Waits until it has tried that often.
    pub(super) async fn has_tried(&self, tries: u64) {
        while self.tries() < tries {
            sleep(PAUSE).await;
        }
    }
}
