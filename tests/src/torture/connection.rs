//! The connection of a client of the torture.

use std::collections::{HashMap, HashSet};
use std::io;
use std::net::SocketAddr;
use std::sync::Arc;

use chat_client::link::ServerStream;
use chat_proto::ServerKey;
use serde_json::Value;
use tokio::io::{AsyncBufReadExt, AsyncWriteExt, BufReader, Lines, ReadHalf, WriteHalf, split};
use tokio::net::TcpStream;

use crate::carrier::{CarrierStream, Webs, secure};
use crate::findings::{Position, Read};

/// A connection with its carrier.
pub(super) type Stream = CarrierStream<TcpStream>;

/// The daemon, and how it is connected to.
#[derive(Debug, Clone)]
pub(super) struct Target {
    pub(super) address: SocketAddr,
    /// The key of the daemon if the clients use TLS.
    pub(super) key: Option<ServerKey>,
    pub(super) webs: Arc<Webs>,
}

impl Target {
    /// Connects.
    pub(super) async fn connect(&self) -> io::Result<Stream> {
        self.webs.put_on(self.tcp().await?, self.key).await
    }

    /// Connects without a WebSocket, as a classic client and a program that posts do.
    pub(super) async fn connect_without_web(&self) -> io::Result<ServerStream<TcpStream>> {
        secure(self.tcp().await?, self.key).await
    }

    async fn tcp(&self) -> io::Result<TcpStream> {
        let stream = TcpStream::connect(self.address).await?;
        stream.set_nodelay(true)?;
        Ok(stream)
    }
}

/// A connection and its state.
pub(super) struct Connection {
    incoming: Lines<BufReader<ReadHalf<Stream>>>,
    outgoing: WriteHalf<Stream>,
    /// True once the client has received the `pong` after its `hello`: it has all that a `hello` brings.
    pub(super) is_ready: bool,
    /// Rooms whose own `join` is answered: the `pong` after it was received.
    pub(super) answered: HashSet<u32>,
    /// Rooms of which a `room` was received on this connection since the client is ready.
    pub(super) joined: HashSet<u32>,
    /// The last `seq` of each joined room that is not yet read up to there.
    pub(super) unread: HashMap<u32, u64>,
    /// Messages received before the own `join` of their room is answered. A `room` before that may be about the `join`
    /// of another session of the user: then the answer to its own `join`, and all messages since, follow. A `room`
    /// after it says that the session has fallen behind.
    pub(super) held: HashMap<u32, Vec<(Position, Read)>>,
}

impl Connection {
    pub(super) async fn connect(target: &Target) -> io::Result<Self> {
        let (incoming, outgoing) = split(target.connect().await?);
        Ok(Self {
            incoming: BufReader::new(incoming).lines(),
            outgoing,
            is_ready: false,
            answered: HashSet::new(),
            joined: HashSet::new(),
            unread: HashMap::new(),
            held: HashMap::new(),
        })
    }

    pub(super) async fn send(&mut self, command: &Value) -> io::Result<()> {
        self.outgoing.write_all(format!("{command}\n").as_bytes()).await?;
        self.outgoing.flush().await
    }

    pub(super) async fn next(&mut self) -> io::Result<Value> {
        let line = self.incoming.next_line().await?;
        let line = line.ok_or(io::ErrorKind::UnexpectedEof)?;
        // The first line begins with bytes for classic clients; the last one of a killed daemon may be
        // cut off.
        let start = line.find('{').unwrap_or(0);
        serde_json::from_str(&line[start..]).map_err(|_| io::ErrorKind::InvalidData.into())
    }
}
