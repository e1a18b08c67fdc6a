//! A client on the other end of a pipe: sends lines for a test, and waits for the expected answers.

use std::net::{IpAddr, Ipv4Addr, SocketAddr};
use std::time::Duration;

use chat_server::{Config, Limits, Server};
use serde_json::{Value, json};
use tokio::io::{AsyncReadExt, AsyncWriteExt, DuplexStream, duplex};
use tokio::time::timeout;

use crate::{tls, web_socket};

/// How long to wait for what should come: longer than any bound of the daemon, in a clock that
/// skips the waiting.
const DEADLINE: Duration = Duration::from_secs(600);

/// Bytes that the pipe holds, as a socket's buffers would.
const PIPE_BYTES: usize = 16 * 1024;

/// Where the peers are.
pub(crate) const HERE: SocketAddr = SocketAddr::new(IpAddr::V4(Ipv4Addr::LOCALHOST), 1);

pub(crate) struct Peer {
    stream: DuplexStream,
    unread: Vec<u8>,
}

/// A daemon without a socket.
pub(crate) fn daemon() -> Server {
    daemon_with(Config::default())
}

/// The same without limits, for clients that flood it.
#[allow(dead_code, reason = "the tests on WebSockets have no such clients")]
pub(crate) fn unlimited() -> Server {
    daemon_with(Config { limits: Limits::off(), ..Config::default() })
}

/// The same, which waits an hour for a client that reads nothing, or sends nothing.
pub(crate) fn patient() -> Server {
    let hour = Duration::from_secs(3600);
    daemon_with(Config { write_timeout: hour, idle_timeout: hour, ..Config::default() })
}

/// The same, with these settings.
pub(crate) fn daemon_with(config: Config) -> Server {
    Server::in_memory(config)
}

impl Peer {
    /// A new connection.
    pub(crate) fn connect(daemon: &Server) -> Self {
        Self::connect_through(daemon, PIPE_BYTES)
    }

    /// The same on a connection that is served already.
    pub(crate) fn on(stream: DuplexStream) -> Self {
        Self { stream, unread: Vec::new() }
    }

    /// The same through a pipe that holds `bytes` each way.
    pub(crate) fn connect_through(daemon: &Server, bytes: usize) -> Self {
        let (client, stream) = duplex(bytes);
        tokio::spawn(daemon.serve(stream, HERE));
        let stream = match (crate::USES_TLS, crate::USES_WEB_SOCKETS) {
            (true, _) => tls::through(client, daemon.key()),
            (_, true) => web_socket::through(client),
            _ => client,
        };
        Self::on(stream)
    }

    /// A new connection on which nothing is put but TLS, if the others have it.
    pub(crate) fn connect_classic(daemon: &Server) -> Self {
        if !crate::USES_WEB_SOCKETS {
            return Self::connect(daemon);
        }
        let (client, stream) = duplex(PIPE_BYTES);
        tokio::spawn(daemon.serve(stream, HERE));
        Self::on(client)
    }

    /// A native client that is in; the events after its `hello` are read.
    pub(crate) async fn native(daemon: &Server, name: &str) -> Self {
        let mut peer = Self::connect(daemon);
        peer.send(&format!(r#"{{"type":"hello","version":1,"name":"{name}"}}"#)).await;
        peer.expect("welcome").await;
        peer.expect("room").await;
        peer
    }

    /// Another session of the user with this token, on this device; and its welcome.
    pub(crate) async fn again(daemon: &Server, token: &Value, device: &str) -> (Self, Value) {
        let mut peer = Self::connect(daemon);
        let hello = json!({"type": "hello", "version": 1, "name": "again", "token": token,
                           "device": device});
        peer.send(&hello.to_string()).await;
        let welcome = peer.expect("welcome").await;
        peer.expect("room").await;
        (peer, welcome)
    }

    /// A native client that is in, and its token.
    pub(crate) async fn with_token(daemon: &Server, name: &str) -> (Self, Value) {
        let mut peer = Self::connect(daemon);
        let hello = json!({"type": "hello", "version": 1, "name": name, "device": "laptop"});
        peer.send(&hello.to_string()).await;
        let token = peer.expect("welcome").await["token"].clone();
        peer.expect("room").await;
        (peer, token)
    }

    /// A user whose client knows roles and events, and the `welcome`.
    pub(crate) async fn with_roles(daemon: &Server, name: &str) -> (Self, Value) {
        let mut peer = Self::connect(daemon);
        let features = ["events", "roles"];
        let hello = json!({"type": "hello", "version": 1, "name": name, "features": features});
        peer.send(&hello.to_string()).await;
        let welcome = peer.expect("welcome").await;
        peer.expect("room").await;
        (peer, welcome)
    }

    /// The events up to the `pong` of a ping that is sent now.
    pub(crate) async fn until_now(&mut self) -> Vec<Value> {
        self.send(r#"{"type":"ping"}"#).await;
        let mut events = Vec::new();
        loop {
            let event = self.next().await.unwrap();
            if event["type"] == "pong" {
                return events;
            }
            events.push(event);
        }
    }

    /// Asks for something and returns the answer, which must be of this type.
    pub(crate) async fn ask(&mut self, command: Value, kind: &str) -> Value {
        self.send(&command.to_string()).await;
        self.expect(kind).await
    }

    /// Sends a command and returns the next event of this type.
    pub(crate) async fn answer(&mut self, command: Value, kind: &str) -> Value {
        self.send(&command.to_string()).await;
        self.until(kind).await
    }

    /// Says something in a room, and waits until it is accepted.
    pub(crate) async fn say(&mut self, room: &str, text: &str) -> Value {
        self.ask(json!({"type": "say", "room": room, "text": text}), "accepted").await
    }

    /// A classic client that is in, and its number.
    pub(crate) async fn classic(daemon: &Server, name: &str) -> (Self, u64) {
        let mut peer = Self::connect_classic(daemon);
        let told = peer.recv().await;
        let id = told.strip_prefix("ID:").unwrap_or_else(|| panic!("no number: {told}"));
        let id = id.parse().unwrap();
        peer.write(format!("NAME:{name}").as_bytes()).await;
        let list = peer.recv().await;
        assert!(list.starts_with(&format!("USERS:{id}||")), "{list}");
        (peer, id)
    }

    pub(crate) async fn write(&mut self, bytes: &[u8]) {
        timeout(DEADLINE, self.stream.write_all(bytes)).await.expect("took no bytes").unwrap();
    }

    /// Sends a line.
    pub(crate) async fn send(&mut self, line: &str) {
        self.write(format!("{line}\n").as_bytes()).await;
    }

    /// The next line, as JSON; `None` at the end of the connection.
    pub(crate) async fn next(&mut self) -> Option<Value> {
        loop {
            if let Some(end) = self.unread.iter().position(|b| *b == b'\n') {
                let line: Vec<u8> = self.unread.drain(..=end).collect();
                return Some(serde_json::from_slice(&line).unwrap());
            }
            if self.read().await == 0 {
                let rest = String::from_utf8_lossy(&self.unread);
                assert!(rest.is_empty(), "the last line was cut: {rest}");
                return None;
            }
        }
    }

    /// The next line, which must be of this type.
    pub(crate) async fn expect(&mut self, kind: &str) -> Value {
        let line = self.next().await.unwrap_or_else(|| panic!("the end instead of {kind}"));
        assert_eq!(line["type"], kind, "{line}");
        line
    }

    /// The next line of this type, whatever comes before it.
    pub(crate) async fn until(&mut self, kind: &str) -> Value {
        loop {
            let line = self.next().await.unwrap_or_else(|| panic!("the end instead of {kind}"));
            if line["type"] == kind {
                return line;
            }
        }
    }

    /// Sends a command; the next line that accepts or refuses something.
    pub(crate) async fn until_answer(&mut self, command: Value) -> Value {
        self.send(&command.to_string()).await;
        loop {
            let line = self.next().await.expect("the end instead of an answer");
            if line["type"] == "accepted" || line["type"] == "refused" {
                return line;
            }
        }
    }

    /// The result of one `recv` of a classic client.
    pub(crate) async fn recv(&mut self) -> String {
        if self.unread.is_empty() {
            self.read().await;
        }
        String::from_utf8(std::mem::take(&mut self.unread)).unwrap()
    }

    /// Reads once, as much as a classic client would; 0 bytes at the end of the connection.
    async fn read(&mut self) -> usize {
        let mut bytes = [0; 1024];
        let read = timeout(DEADLINE, self.stream.read(&mut bytes)).await;
        let unread = String::from_utf8_lossy(&self.unread);
        let read = read.unwrap_or_else(|_| panic!("nothing came after {unread:?}")).unwrap_or(0);
        self.unread.extend_from_slice(&bytes[..read]);
        read
    }
}
