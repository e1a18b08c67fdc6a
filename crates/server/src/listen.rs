//! The listener: accepts connections within bounds, and ends them all when the daemon goes away.

use std::future::Future;
use std::io;
use std::net::SocketAddr;
use std::sync::Arc;
use std::time::Duration;

use socket2::{SockRef, TcpKeepalive};
use tokio::io::{AsyncRead, AsyncWrite};
use tokio::net::{TcpListener, TcpStream};
use tokio::task::{JoinError, JoinSet};
use tokio::time::{interval, sleep, timeout};
use tracing::{error, info, warn};

use crate::config::{Config, EXPIRE_STEP, PRESENCE_STEP, SEEN_STEP, TRIM_STEP};
use crate::session::{Peer, Shared, serve};
use crate::socket::{self, Unacknowledged};
use crate::turn_away::TurnedAway;
use crate::unidentified::Unidentified;
use crate::watch::{DaemonError, watch};

/// How long to wait before the next try where the system has no more files or memory to give.
const ACCEPT_BACK_OFF: Duration = Duration::from_millis(100);

/// After how much silence the system asks a peer whether it is still there, and how often after
/// that: a classic client may be silent for days, and a vanished one should be gone in minutes.
const KEEP_ALIVE: TcpKeepalive =
    TcpKeepalive::new().with_time(Duration::from_secs(60)).with_interval(Duration::from_secs(20));

/// Something that connections come from. The real one is a [`TcpListener`]; tests have their own.
pub trait Listen {
    /// A connection.
    type Stream: AsyncRead + AsyncWrite + Unpin + Send + 'static;

    /// Waits for the next connection, and for who it is. Safe to cancel.
    ///
    /// # Errors
    /// Where none can be accepted.
    fn accept(&mut self) -> impl Future<Output = io::Result<(Self::Stream, SocketAddr)>>;

    /// Makes a connection ready to be served.
    ///
    /// # Errors
    /// Where it is gone already.
    fn prepare(stream: &Self::Stream) -> io::Result<()>;

    /// Returns how to ask which bytes of a connection its peer has yet to acknowledge; `None` if the
    /// system cannot be asked.
    fn unacknowledged(_stream: &Self::Stream) -> Option<Unacknowledged> {
        None
    }
}

impl Listen for TcpListener {
    type Stream = TcpStream;

    fn accept(&mut self) -> impl Future<Output = io::Result<(TcpStream, SocketAddr)>> {
        Self::accept(self)
    }

    /// What one says is to be with the others now, and a peer that vanishes is to be noticed.
    fn prepare(stream: &TcpStream) -> io::Result<()> {
        stream.set_nodelay(true)?;
        SockRef::from(stream).set_tcp_keepalive(&KEEP_ALIVE)
    }

    fn unacknowledged(stream: &TcpStream) -> Option<Unacknowledged> {
        socket::unacknowledged(stream)
    }
}

/// Runs the daemon on `listener` until `shutdown` completes; then says goodbye to all and returns
/// once they are gone, or after `config.drain_timeout`.
///
/// Keeps nothing but in memory, see [`run_shared`].
///
/// # Errors
/// As [`run_shared`] has them.
pub async fn run(
    listener: impl Listen,
    config: Config,
    shutdown: impl Future<Output = ()>,
) -> Result<(), DaemonError> {
    run_shared(listener, Shared::new(config), shutdown).await
}

/// Runs the daemon as [`run`] does, on what [`Shared::open`] returned. Everything that was accepted
/// is kept when it returns, and unless sessions had to be cut off, the journal is free for others.
///
/// # Errors
/// Returns an error if a part that the daemon cannot do without has ended by itself: the journal's writer,
/// the listener, or a periodic job. The sessions are drained all the same.
pub async fn run_shared(
    listener: impl Listen,
    shared: Arc<Shared>,
    shutdown: impl Future<Output = ()>,
) -> Result<(), DaemonError> {
    let drain_timeout = shared.config.drain_timeout;
    let journal_ended = shared.hub.journal().ended();
    let mut sessions = JoinSet::new();
    let ended = tokio::select! {
        () = journal_ended.cancelled() => Err(DaemonError::Ended("the journal's writer")),
        error = watch("the listener", accept(listener, &shared, &mut sessions)) => Err(error),
        error = watch("the count of users", tell_presence(&shared)) => Err(error),
        error = watch("the removal of old messages", trim(&shared)) => Err(error),
        error = watch("the storing of last-seen times", see_all(&shared)) => Err(error),
        error = watch("the removal of unused rooms", expire_rooms(&shared)) => Err(error),
        () = shutdown => Ok(()),
    };
    if let Err(error) = &ended {
        error!("{error}");
    }
    info!(sessions = sessions.len(), "going away");
    shared.closing.cancel();
    let drain = async {
        shared.hub.close().await;
        while let Some(ended) = sessions.join_next().await {
            note_panic(ended);
        }
    };
    if timeout(drain_timeout, drain).await.is_err() {
        warn!(sessions = sessions.len(), "cut off: they did not take their goodbye in time");
        sessions.shutdown().await;
    }
    drop(shared);
    if timeout(drain_timeout, journal_ended.cancelled()).await.is_err() {
        warn!("the journal has not ended yet");
    } else {
        info!("ended; the journal is closed");
    }
    ended
}

/// Removes messages that are too old, and watches the clock by which they are, for ever.
async fn trim(shared: &Shared) {
    let mut step = interval(TRIM_STEP);
    loop {
        step.tick().await;
        if let Err(error) = shared.hub.trim(shared.config.keep).await {
            warn!(%error, "old messages are not removed; trying again in a minute");
        }
    }
}

/// Keeps who is here, for ever: a name belongs to one who has been seen.
async fn see_all(shared: &Shared) {
    let mut step = interval(SEEN_STEP);
    loop {
        step.tick().await;
        if let Err(error) = shared.hub.see_all().await {
            warn!(%error, "it is not kept who is here; trying again in an hour");
        }
    }
}

/// Removes the rooms that nobody uses and that could not be removed at once, for ever.
async fn expire_rooms(shared: &Shared) {
    let mut step = interval(EXPIRE_STEP);
    loop {
        step.tick().await;
        if let Err(error) = shared.hub.expire_rooms().await {
            warn!(%error, "unused rooms are not removed; trying again in a minute");
        }
    }
}

/// Tells in the large rooms how many are there, for ever.
async fn tell_presence(shared: &Shared) {
    let mut step = interval(PRESENCE_STEP);
    loop {
        step.tick().await;
        shared.hub.tell_presence();
    }
}

/// Takes in connections, for ever.
async fn accept<L: Listen>(mut listener: L, shared: &Arc<Shared>, sessions: &mut JoinSet<()>) {
    let config = &shared.config;
    let unidentified =
        Unidentified::new(config.unidentified_max, config.unidentified_per_address_max);
    let mut turned_away = TurnedAway::new(config.turned_away_max);
    let mut trouble = Trouble::default();
    loop {
        // Those that have ended first: there is room for others then.
        let accepted = tokio::select! {
            biased;
            Some(ended) = sessions.join_next() => {
                note_panic(ended);
                continue;
            }
            accepted = listener.accept() => accepted,
        };
        let (stream, peer) = match accepted {
            Ok(accepted) => accepted,
            Err(error) => {
                if trouble.must_wait(&error) {
                    sleep(ACCEPT_BACK_OFF).await;
                }
                continue;
            }
        };
        trouble.is_over();
        let slot = unidentified.slot(peer.ip());
        let Some(slot) = slot.filter(|_| sessions.len() < config.max_connections) else {
            info!(%peer, "turned away: too many connections");
            turned_away.reject(stream).await;
            continue;
        };
        if let Err(error) = L::prepare(&stream) {
            info!(%peer, %error, "lost at once");
            continue;
        }
        let peer = Peer { address: peer, unacknowledged: L::unacknowledged(&stream) };
        sessions.spawn(serve(stream, peer, Arc::clone(shared), slot));
    }
}

fn note_panic(ended: Result<(), JoinError>) {
    if let Err(error) = ended
        && error.is_panic()
    {
        error!(%error, "a session failed; its client was cut off, the others go on");
    }
}

/// Whether connections cannot be accepted, so that it is logged once and not ten times a second.
#[derive(Debug, Default)]
struct Trouble {
    is_on: bool,
}

impl Trouble {
    /// Takes note of an `accept` that failed; true where the next should wait.
    fn must_wait(&mut self, error: &io::Error) -> bool {
        use io::ErrorKind::{ConnectionAborted, ConnectionReset, Interrupted};
        if matches!(error.kind(), ConnectionAborted | ConnectionReset | Interrupted) {
            return false; // the trouble of one peer, which is gone
        }
        if !std::mem::replace(&mut self.is_on, true) {
            error!(%error, "cannot accept connections; trying on (is the limit of open files low?)");
        }
        true
    }

    fn is_over(&mut self) {
        if std::mem::take(&mut self.is_on) {
            info!("connections are accepted again");
        }
    }
}

#[cfg(test)]
mod tests {
    use std::future::pending;

    use tempfile::TempDir;
    use tokio::io::{AsyncReadExt, AsyncWriteExt};

    use super::*;
    use crate::journal::{Durability, Place};

    /// How long the daemon may take to notice, to drain and to end: more than any of it takes.
    const DEADLINE: Duration = Duration::from_secs(60);

    /// A listener with one connection, which then fails as its source does.
    struct Failing(Option<tokio::io::DuplexStream>);

    impl Listen for Failing {
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
        for place in [Place::Memory, Place::Directory(directory.path().to_path_buf())] {
            let shared = Shared::open(Config::default(), &place, Durability::Os).unwrap();
            let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
            let client = TcpStream::connect(listener.local_addr().unwrap()).await.unwrap();
            let journal = shared.hub.journal().clone();
            let breaks = async move {
                let place = journal.place().await.unwrap();
                let settled =
                    place.change(|_| Ok(()), |_| panic!("a change that cannot be applied"));
                assert!(settled.await.is_err());
            };
            let daemon = run_shared(listener, shared, pending());
            let all = async { tokio::join!(daemon, talk(client), breaks) };
            let (ended, read, ()) = timeout(DEADLINE, all).await.expect("the daemon ends");
            assert_eq!(ended, Err(DaemonError::Ended("the journal's writer")));
            assert!(read.contains("\"shutdown\"") || read.is_empty(), "{read}");
        }
    }

    #[tokio::test]
    async fn a_listener_that_panics_ends_the_daemon_with_an_error() {
        let (client, server) = tokio::io::duplex(64 * 1024);
        let shared = Shared::new(Config::default());
        let daemon = run_shared(Failing(Some(server)), shared, pending());
        let all = async { tokio::join!(daemon, talk(client)) };
        let (ended, _) = timeout(DEADLINE, all).await.expect("the daemon ends");
        let reason = "the listener is broken".to_owned();
        assert_eq!(ended, Err(DaemonError::Failed { part: "the listener", reason }));
    }

    #[test]
    fn a_vanished_peer_is_no_trouble() {
        let mut trouble = Trouble::default();
        assert!(!trouble.must_wait(&io::ErrorKind::ConnectionAborted.into()));
        assert!(!trouble.is_on);
    }

    #[test]
    fn too_many_open_files_make_the_listener_wait() {
        const EMFILE: i32 = 24;
        let mut trouble = Trouble::default();
        assert!(trouble.must_wait(&io::Error::from_raw_os_error(EMFILE)));
        assert!(trouble.is_on);
        trouble.is_over();
        assert!(!trouble.is_on);
    }
}
