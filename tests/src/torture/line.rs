//! One connection of a client.

use std::collections::{HashMap, HashSet};
use std::io;
use std::net::SocketAddr;

use serde_json::Value;
use tokio::io::{AsyncBufReadExt, AsyncWriteExt, BufReader, Lines};
use tokio::net::TcpStream;
use tokio::net::tcp::{OwnedReadHalf, OwnedWriteHalf};

/// A connection, and how far it has come.
pub(super) struct Line {
    incoming: Lines<BufReader<OwnedReadHalf>>,
    outgoing: OwnedWriteHalf,
    /// Whether the server is done with what a hello brings.
    pub(super) is_greeted: bool,
    /// The rooms that were asked for and are told from where they were left.
    pub(super) joined: HashSet<u32>,
    /// What is still to be read of them, by room, when all is to be read.
    pub(super) wanted: HashMap<u32, u64>,
}

impl Line {
    pub(super) async fn connect(address: SocketAddr) -> io::Result<Self> {
        let stream = TcpStream::connect(address).await?;
        stream.set_nodelay(true)?;
        let (incoming, outgoing) = stream.into_split();
        Ok(Self {
            incoming: BufReader::new(incoming).lines(),
            outgoing,
            is_greeted: false,
            joined: HashSet::new(),
            wanted: HashMap::new(),
        })
    }

    pub(super) async fn send(&mut self, command: &Value) -> io::Result<()> {
        self.outgoing.write_all(format!("{command}\n").as_bytes()).await
    }

    pub(super) async fn next(&mut self) -> io::Result<Value> {
        let line = self.incoming.next_line().await?;
        let line = line.ok_or(io::ErrorKind::UnexpectedEof)?;
        // The last line of a daemon that was killed may be cut.
        let start = line.find('{').unwrap_or(0);
        serde_json::from_str(&line[start..]).map_err(|_| io::ErrorKind::InvalidData.into())
    }
}
