//! A client of the native protocol, which encodes and decodes lines of JSON without `chat-proto`'s codec.

use std::collections::VecDeque;
use std::net::SocketAddr;

use chat_client::link::ServerStream;
use chat_proto::ServerKey;
use serde_json::{Value, json};
use tokio::io::{AsyncBufReadExt, AsyncWriteExt, BufReader};
use tokio::net::{TcpSocket, TcpStream};
use tokio::time::timeout;
use tokio_util::either::Either;

use crate::DEADLINE;
use crate::carrier::secure;

/// Number of received lines that a failure shows.
const LINES_SHOWN: usize = 6;

/// Receive buffer of the socket of a [narrow](Native::connect_narrow) client. If it is much smaller, the
/// system is slow to report to the daemon that the buffer has space again.
const NARROW_BYTES: u32 = 16 * 1024;

/// A native client. Closes its connection on drop.
#[derive(Debug)]
pub struct Native {
    /// Its user's number.
    pub id: u64,
    /// Its user's name.
    pub name: String,
    stream: BufReader<ServerStream<TcpStream>>,
    /// True after the first line, in which the bytes before the first `{` are for classic clients.
    has_begun: bool,
    last_lines: VecDeque<String>,
}

impl Native {
    /// Connects, and sends nothing.
    pub async fn connect(address: SocketAddr) -> Self {
        Self::over(TcpStream::connect(address).await.unwrap())
    }

    /// Connects with a small receive buffer, and sends nothing.
    pub async fn connect_narrow(address: SocketAddr) -> Self {
        let socket = TcpSocket::new_v4().unwrap();
        socket.set_recv_buffer_size(NARROW_BYTES).unwrap();
        Self::over(socket.connect(address).await.unwrap())
    }

    /// Connects within TLS to the server with this key, and sends nothing.
    pub async fn connect_tls(address: SocketAddr, key: ServerKey) -> Self {
        let stream = TcpStream::connect(address).await.unwrap();
        stream.set_nodelay(true).unwrap();
        Self::carried(secure(stream, Some(key)).await.unwrap())
    }

    fn over(stream: TcpStream) -> Self {
        stream.set_nodelay(true).unwrap();
        Self::carried(Either::Left(stream))
    }

    fn carried(stream: ServerStream<TcpStream>) -> Self {
        let stream = BufReader::new(stream);
        Self { id: 0, name: String::new(), stream, has_begun: false, last_lines: VecDeque::new() }
    }

    /// Connects and joins, as [`hello`](Self::hello) does.
    pub async fn join(address: SocketAddr, name: &str) -> Self {
        Self::connect(address).await.hello(name).await
    }

    /// Sends `hello`, and reads the `welcome` and the `room` of the lobby.
    pub async fn hello(mut self, name: &str) -> Self {
        self.send(&json!({"type": "hello", "version": 1, "name": name})).await;
        let welcome = self.expect("welcome").await;
        self.id = welcome["id"].as_u64().unwrap();
        name.clone_into(&mut self.name);
        self.expect("room").await;
        self
    }

    /// Sends one line.
    pub async fn send(&mut self, command: &Value) {
        self.write(format!("{command}\n").as_bytes()).await;
    }

    /// Sends `text` to the lobby as message `n`. Does not wait for the answer.
    pub async fn say(&mut self, n: u64, text: &str) {
        self.send(&json!({"type": "say", "room": "#lobby", "n": n, "text": text})).await;
    }

    /// Sends `text` to the lobby as message `n`, and waits until it is accepted.
    pub async fn say_accepted(&mut self, n: u64, text: &str) {
        self.say(n, text).await;
        let accepted = self.until("accepted").await;
        assert_eq!(accepted["n"], n, "{accepted}");
    }

    /// Returns the texts of the newest messages of the lobby.
    pub async fn texts(&mut self) -> Vec<String> {
        self.send(&json!({"type": "history", "room": "#lobby"})).await;
        let history = self.until("history").await;
        let messages = history["messages"].as_array().unwrap();
        messages.iter().map(|message| message["text"].as_str().unwrap().to_owned()).collect()
    }

    /// Sends these bytes.
    pub async fn write(&mut self, bytes: &[u8]) {
        let write = async {
            self.stream.write_all(bytes).await?;
            self.stream.flush().await
        };
        let written = timeout(DEADLINE, write).await;
        written.unwrap_or_else(|_| panic!("cannot send; {}", self.state())).unwrap();
    }

    /// Reads the next event, or `None` at the end of the connection.
    pub async fn next(&mut self) -> Option<Value> {
        let mut line = Vec::new();
        let read = timeout(DEADLINE, self.stream.read_until(b'\n', &mut line)).await;
        read.unwrap_or_else(|_| panic!("received nothing; {}", self.state())).unwrap();
        if !self.has_begun {
            line.drain(..line.iter().position(|byte| *byte == b'{').unwrap_or(0));
            self.has_begun = true;
        }
        let line = String::from_utf8(line).unwrap();
        if self.last_lines.len() == LINES_SHOWN {
            self.last_lines.pop_front();
        }
        self.last_lines.push_back(line.clone());
        let line = line.strip_suffix('\n').or_else(|| {
            assert!(line.is_empty(), "the last line was cut; {}", self.state());
            None
        })?;
        Some(serde_json::from_str(line).unwrap_or_else(|e| panic!("{e}; {}", self.state())))
    }

    /// Reads the next event, which must have this type.
    pub async fn expect(&mut self, kind: &str) -> Value {
        let event = self.next().await.unwrap_or_else(|| panic!("no {kind}; {}", self.state()));
        assert_eq!(event["type"], kind, "{}", self.state());
        event
    }

    /// Reads until the next event of this type.
    pub async fn until(&mut self, kind: &str) -> Value {
        loop {
            match self.next().await {
                Some(event) if event["type"] == kind => return event,
                Some(_) => {}
                None => panic!("the connection ended before {kind}; {}", self.state()),
            }
        }
    }

    /// Reads until the next message. Returns its author's name and its text.
    pub async fn next_message(&mut self) -> (String, String) {
        let message = self.until("message").await;
        let string = |value: &Value| value.as_str().unwrap().to_owned();
        (string(&message["from"]["name"]), string(&message["text"]))
    }

    /// Resets the connection, which has no TLS, as the system does if a process is killed that has not read all.
    pub fn reset(self) {
        let Either::Left(stream) = self.stream.get_ref() else { panic!("it is within TLS") };
        stream.set_zero_linger().unwrap();
    }

    fn state(&self) -> String {
        format!("the last lines that {:?} received: {:#?}", self.name, self.last_lines)
    }
}
