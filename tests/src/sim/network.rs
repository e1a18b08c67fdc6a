//! The daemon's and the clients' ends of the simulated network, and its time.

use std::cell::Cell;
use std::future::Future;
use std::io;
use std::net::{IpAddr, Ipv4Addr, SocketAddr};
use std::time::Duration;

use chat_client::link::Dial;
use chat_proto::Timestamp;
use chat_server::Listen;
use chat_server::config::PORT;
use turmoil::net::{TcpListener, TcpStream};

/// What the daemon's host is called.
pub(super) const SERVER: &str = "server";

/// What a client's host is called.
pub(super) fn client(number: u32) -> String {
    format!("client-{number}")
}

/// What a classic client's host is called.
pub(super) fn classic(number: u32) -> String {
    format!("classic-{number}")
}

/// When the simulation begins, in milliseconds since 1970: some day.
const BEGIN_MS: i64 = 1_800_000_000_000;

/// The time of the simulation, as it is on the host that asks.
pub(super) fn now() -> Timestamp {
    let elapsed = turmoil::sim_elapsed().unwrap_or(Duration::ZERO);
    Timestamp::from_millis(
        BEGIN_MS + i64::try_from(elapsed.as_millis()).unwrap_or(i64::MAX - BEGIN_MS),
    )
}

thread_local! {
    /// By how much the clock of the daemon's host is wrong, in milliseconds: a simulation is one thread.
    static WRONG_MS: Cell<i64> = const { Cell::new(0) };
}

/// Sets the clock of the daemon's host.
pub(super) fn set_server_clock(wrong_ms: i64) {
    WRONG_MS.set(wrong_ms);
}

/// The time by the clock of the daemon's host.
pub(super) fn server_clock() -> Timestamp {
    Timestamp::from_millis(now().as_millis() + WRONG_MS.get())
}

/// Where connections come from.
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

/// How a client gets a connection.
pub(super) struct Call;

impl Dial for Call {
    type Stream = TcpStream;

    async fn dial(&mut self) -> io::Result<TcpStream> {
        TcpStream::connect((SERVER, PORT)).await
    }
}
