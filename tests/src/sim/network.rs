//! The simulated network and clock, for the daemon and the clients.

use std::cell::{Cell, RefCell};
use std::future::Future;
use std::io;
use std::net::{IpAddr, Ipv4Addr, SocketAddr};
use std::path::PathBuf;
use std::sync::Arc;
use std::time::Duration;

use chat_client::link::{Dial, DialError, ServerStream};
use chat_proto::{ServerKey, Timestamp};
use chat_server::Listen;
use chat_server::config::PORT;
use turmoil::net::{TcpListener, TcpStream};

use crate::carrier::{CarrierStream, Webs, secure};

/// Name of the daemon's host.
pub(super) const SERVER: &str = "server";

/// Returns the name of a client's host.
pub(super) fn client(number: u32) -> String {
    format!("client-{number}")
}

/// Returns the name of a classic client's host.
pub(super) fn classic(number: u32) -> String {
    format!("classic-{number}")
}

/// Returns the name of the host of a user who edits and reacts.
pub(super) fn events(number: u32) -> String {
    format!("events-{number}")
}

/// Returns the name of the host of a group of users who give and take rights.
pub(super) fn rights(number: u32) -> String {
    format!("rights-{number}")
}

/// Returns the name of the host of a program that posts to hooks.
pub(super) fn poster(number: u32) -> String {
    format!("poster-{number}")
}

/// Begin of the simulation, in milliseconds since 1970: an arbitrary time.
const BEGIN_MS: i64 = 1_800_000_000_000;

/// Returns the simulated time of the running host.
pub(super) fn now() -> Timestamp {
    let elapsed = turmoil::sim_elapsed().unwrap_or(Duration::ZERO);
    Timestamp::from_millis(
        BEGIN_MS + i64::try_from(elapsed.as_millis()).unwrap_or(i64::MAX - BEGIN_MS),
    )
}

thread_local! {
    /// Error of the daemon's clock, in milliseconds. Thread-local, since a simulation runs on one thread.
    static ERROR_MS: Cell<i64> = const { Cell::new(0) };
}

/// Sets the error of the daemon's clock.
pub(super) fn set_server_clock(error_ms: i64) {
    ERROR_MS.set(error_ms);
}

/// Returns the time of the daemon's clock.
pub(super) fn server_clock() -> Timestamp {
    Timestamp::from_millis(now().as_millis() + ERROR_MS.get())
}

/// The daemon's listener.
pub(super) struct Listener(TcpListener);

impl Listener {
    pub(super) async fn bind() -> io::Result<Self> {
        let any = IpAddr::V4(Ipv4Addr::UNSPECIFIED);
        Ok(Self(TcpListener::bind((any, PORT)).await?))
    }
}

impl Listen for Listener {
    type Stream = TcpStream;

    fn accept(&mut self) -> impl Future<Output = io::Result<(TcpStream, SocketAddr)>> {
        self.0.accept()
    }

    fn prepare(_: &TcpStream) -> io::Result<()> {
        Ok(())
    }
}

thread_local! {
    /// The directory with the daemon's key if the clients use TLS.
    static KEY_DIRECTORY: RefCell<Option<PathBuf>> = const { RefCell::new(None) };
    /// The WebSockets of the clients.
    static WEBS: RefCell<Arc<Webs>> = RefCell::default();
}

/// Lets the clients use TLS, with the key of the daemon in this directory, or not; and WebSockets, on all connections
/// or on some. Returns their counter.
pub(super) fn set_carriers(key_directory: Option<PathBuf>, are_all_web: bool) -> Arc<Webs> {
    KEY_DIRECTORY.set(key_directory);
    let webs = Arc::new(Webs::new(are_all_web));
    WEBS.set(Arc::clone(&webs));
    webs
}

/// A connection to the daemon.
pub(super) type Stream = CarrierStream<TcpStream>;

/// Connects to the daemon.
pub(super) async fn connect() -> io::Result<Stream> {
    let stream = TcpStream::connect((SERVER, PORT)).await?;
    let webs = WEBS.with_borrow(Arc::clone);
    webs.put_on(stream, key()).await
}

/// Connects to the daemon without a WebSocket, as a classic client and a program that posts do.
pub(super) async fn connect_without_web() -> io::Result<ServerStream<TcpStream>> {
    let stream = TcpStream::connect((SERVER, PORT)).await?;
    secure(stream, key()).await
}

fn key() -> Option<ServerKey> {
    let directory = KEY_DIRECTORY.with_borrow(Clone::clone);
    directory.map(|directory| chat_server::server_key(&directory, None).unwrap().unwrap())
}

/// Connects a client to the daemon.
pub(super) struct Dialer;

impl Dial for Dialer {
    type Stream = Stream;

    async fn dial(&mut self) -> Result<Stream, DialError> {
        Ok(connect().await?)
    }
}
