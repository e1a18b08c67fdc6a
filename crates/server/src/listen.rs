//! The listener: accepts connections, within bounds.

use std::future::Future;
use std::io;
use std::net::SocketAddr;
use std::sync::Arc;
use std::time::Duration;

use socket2::{SockRef, TcpKeepalive};
use tokio::io::{AsyncRead, AsyncWrite};
use tokio::net::{TcpListener, TcpStream};
use tokio::task::{JoinError, JoinSet};
use tokio::time::sleep;
use tracing::{error, info};

use crate::session::{Context, Peer, serve};
use crate::socket::{self, UnacknowledgedBytes};
use crate::turn_away::TurnedAway;

/// How long to wait before the next `accept` if the system has no free file or memory.
const ACCEPT_BACK_OFF: Duration = Duration::from_millis(100);

/// TCP keepalive: the silence after which the system probes a peer, and the time between probes. A classic
/// client may be silent for days, and one that has vanished should be noticed within minutes.
const KEEP_ALIVE: TcpKeepalive =
    TcpKeepalive::new().with_time(Duration::from_secs(60)).with_interval(Duration::from_secs(20));

/// Something that connections come from. The real one is a [`TcpListener`]; tests have their own.
pub trait Listen {
    /// A connection.
    type Stream: AsyncRead + AsyncWrite + Unpin + Send + 'static;

    /// Waits for the next connection; returns it with its peer. Cancel safe.
    ///
    /// # Errors
    /// Returns an error if none can be accepted.
    fn accept(&mut self) -> impl Future<Output = io::Result<(Self::Stream, SocketAddr)>>;

    /// Makes a connection ready to be served.
    ///
    /// # Errors
    /// Returns an error if it is closed already.
    fn prepare(stream: &Self::Stream) -> io::Result<()>;

    /// Returns the address of this machine that the peer has connected to; `None` if it is not known.
    fn local(_stream: &Self::Stream) -> Option<SocketAddr> {
        None
    }

    /// Returns how to ask which bytes of a connection its peer has yet to acknowledge; `None` if the
    /// system cannot be asked.
    fn unacknowledged(_stream: &Self::Stream) -> Option<UnacknowledgedBytes> {
        None
    }
}

impl Listen for TcpListener {
    type Stream = TcpStream;

    fn accept(&mut self) -> impl Future<Output = io::Result<(TcpStream, SocketAddr)>> {
        Self::accept(self)
    }

    /// Turns off Nagle's algorithm, so that messages are sent at once, and turns on keepalive.
    fn prepare(stream: &TcpStream) -> io::Result<()> {
        stream.set_nodelay(true)?;
        SockRef::from(stream).set_tcp_keepalive(&KEEP_ALIVE)
    }

    fn local(stream: &TcpStream) -> Option<SocketAddr> {
        stream.local_addr().ok()
    }

    fn unacknowledged(stream: &TcpStream) -> Option<UnacknowledgedBytes> {
        socket::unacknowledged(stream)
    }
}

/// Accepts connections without end, and runs a session in `sessions` for each.
pub(crate) async fn accept<L: Listen>(
    mut listener: L,
    context: &Arc<Context>,
    sessions: &mut JoinSet<()>,
) {
    let config = &context.config;
    let reserve = config.reserve();
    let mut turned_away = TurnedAway::new(config.turned_away_max - reserve);
    let mut errors = AcceptErrors::default();
    loop {
        // Sessions that have ended first: they make place for others.
        let accepted = tokio::select! {
            biased;
            Some(ended) = sessions.join_next() => {
                note_panic(ended);
                continue;
            }
            accepted = listener.accept() => accepted,
        };
        let Some((stream, peer)) = errors.check(accepted).await else { continue };
        if sessions.len() >= config.max_connections + reserve {
            context.strangers.log(|| info!(%peer, "turned away: too many connections"));
            context.networks.count_turned_away();
            turned_away.reject(stream).await;
            continue;
        }
        let is_crowded = sessions.len() >= config.max_connections;
        let slot = context.networks.connect(peer.ip(), is_crowded);
        if let Err(error) = L::prepare(&stream) {
            context.strangers.log(|| info!(%peer, %error, "lost at once"));
            continue;
        }
        let peer = Peer {
            address: peer,
            local: L::local(&stream),
            unacknowledged: L::unacknowledged(&stream),
        };
        sessions.spawn(serve(stream, peer, Arc::clone(context), slot));
    }
}

/// Logs the panic of a session, if it ended with one.
pub(crate) fn note_panic(ended: Result<(), JoinError>) {
    if let Err(error) = ended
        && error.is_panic()
    {
        error!(%error, "a session failed; its client was cut off, the others go on");
    }
}

/// Whether connections cannot be accepted, so that it is logged once and not ten times a second.
#[derive(Debug, Default)]
pub(crate) struct AcceptErrors {
    is_on: bool,
}

impl AcceptErrors {
    /// The connection that was accepted; `None` after an error, and after a wait if the next `accept` would fail, too.
    pub(crate) async fn check<T>(&mut self, accepted: io::Result<T>) -> Option<T> {
        match accepted {
            Ok(accepted) => {
                self.log_recovery();
                Some(accepted)
            }
            Err(error) => {
                if self.must_wait(&error) {
                    sleep(ACCEPT_BACK_OFF).await;
                }
                None
            }
        }
    }

    /// Records an `accept` that failed; returns whether the next should wait.
    fn must_wait(&mut self, error: &io::Error) -> bool {
        use io::ErrorKind::{ConnectionAborted, ConnectionReset, Interrupted};
        if matches!(error.kind(), ConnectionAborted | ConnectionReset | Interrupted) {
            return false; // an error of one peer, which is gone
        }
        if !std::mem::replace(&mut self.is_on, true) {
            error!(%error, "cannot accept connections; trying again (is the limit of open files low?)");
        }
        true
    }

    fn log_recovery(&mut self) {
        if std::mem::take(&mut self.is_on) {
            info!("connections are accepted again");
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_vanished_peer_is_not_a_fault() {
        let mut errors = AcceptErrors::default();
        assert!(!errors.must_wait(&io::ErrorKind::ConnectionAborted.into()));
        assert!(!errors.is_on);
    }

    #[test]
    fn too_many_open_files_make_the_listener_wait() {
        const EMFILE: i32 = 24;
        let mut errors = AcceptErrors::default();
        assert!(errors.must_wait(&io::Error::from_raw_os_error(EMFILE)));
        assert!(errors.is_on);
        errors.log_recovery();
        assert!(!errors.is_on);
    }
}
