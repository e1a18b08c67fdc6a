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
    /// Messages that are not recorded yet, by room.
    pub(super) held: HashMap<u32, HeldMessages>,
}

/// Messages of a room that a client has received before its own `join` is answered. A `room` before that may be about
/// the `join` of another session of the user: then the answer to its own `join`, and all messages since, follow. Or the
/// topic has changed, or the session has fallen behind: then later messages follow. The next message tells which.
#[derive(Default)]
pub(super) struct HeldMessages {
    messages: Vec<(Position, Read)>,
    is_after_room: bool,
}

impl HeldMessages {
    /// A `room` was received.
    pub(super) const fn opened(&mut self) {
        self.is_after_room = true;
    }

    /// Whether no message has followed the last `room`.
    pub(super) const fn is_after_room(&self) -> bool {
        self.is_after_room
    }

    pub(super) fn add(&mut self, position: Position, read: Read) {
        let is_after_room = std::mem::take(&mut self.is_after_room);
        let last = self.messages.last().map(|(last, _)| last.seq);
        if is_after_room && last.is_some_and(|last| position.seq <= last) {
            // All messages since arrive again, other than those that were deleted meanwhile.
            self.messages.clear();
        }
        self.messages.push((position, read));
    }

    pub(super) fn into_messages(self) -> Vec<(Position, Read)> {
        self.messages
    }
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

#[cfg(test)]
mod tests {
    use super::*;

    /// Receives these messages, a `room` for each `None`. Returns those that are held at the end.
    fn held(seqs: &[Option<u64>]) -> Vec<u64> {
        let mut held = HeldMessages::default();
        for seq in seqs {
            match seq {
                Some(seq) => held.add(Position { room: 0, seq: *seq }, Read::Unlabelled),
                None => held.opened(),
            }
        }
        held.into_messages().iter().map(|(position, _)| position.seq).collect()
    }

    #[test]
    fn messages_are_held_over_a_room_unless_they_arrive_again() {
        let (room, message) = (None, Some);
        assert_eq!(held(&[room, message(1), message(2), room, message(3)]), [1, 2, 3], "a topic");
        let again = [room, message(5), room, message(3), message(4), message(5)];
        assert_eq!(held(&again), [3, 4, 5], "the answer to the own `join`");
        let deleted = [room, message(5), message(6), room, message(6), message(7)];
        assert_eq!(held(&deleted), [6, 7], "the same, without a deleted message");
        assert_eq!(held(&[message(1), message(1)]), [1, 1], "a fault of the daemon");
    }
}
