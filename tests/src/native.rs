//! A native client: lines of JSON, put together and taken apart by hand.

use std::collections::VecDeque;
use std::net::SocketAddr;

use serde_json::{Value, json};
use tokio::io::{AsyncBufReadExt, AsyncWriteExt, BufReader};
use tokio::net::{TcpSocket, TcpStream};
use tokio::time::timeout;

use crate::DEADLINE;

/// How many of the last lines a failure shows.
const LINES_SHOWN: usize = 6;

/// What the socket of a [narrow](Native::connect_narrow) client is asked to hold. With much less
/// the system is slow to tell the daemon that there is room again.
const NARROW_BYTES: u32 = 16 * 1024;

/// One native client. Dropped, its connection closes.
#[derive(Debug)]
pub struct Native {
    /// The number the daemon gave it.
    pub id: u64,
    /// What it is called, as the others see it.
    pub name: String,
    stream: BufReader<TcpStream>,
    /// Whether anything was heard; what comes before the first `{` is not meant for it.
    begun: bool,
    last_lines: VecDeque<String>,
}

impl Native {
    /// A connection that has yet to say hello.
    pub async fn connect(address: SocketAddr) -> Self {
        Self::over(TcpStream::connect(address).await.unwrap())
    }

    /// A connection that takes hardly anything it is not reading just now.
    pub async fn connect_narrow(address: SocketAddr) -> Self {
        let socket = TcpSocket::new_v4().unwrap();
        socket.set_recv_buffer_size(NARROW_BYTES).unwrap();
        Self::over(socket.connect(address).await.unwrap())
    }

    fn over(stream: TcpStream) -> Self {
        stream.set_nodelay(true).unwrap();
        let stream = BufReader::new(stream);
        Self { id: 0, name: String::new(), stream, begun: false, last_lines: VecDeque::new() }
    }

    /// A client that is in, and has read what it was told on entering.
    pub async fn join(address: SocketAddr, name: &str) -> Self {
        Self::connect(address).await.hello(name).await
    }

    /// Says hello, and comes in.
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

    /// Says `text` as the `n`th thing it says, and does not wait for an answer.
    pub async fn say(&mut self, n: u64, text: &str) {
        self.send(&json!({"type": "say", "room": "#lobby", "n": n, "text": text})).await;
    }

    /// Says `text` as the `n`th thing it says, and waits until it is accepted.
    pub async fn tell_all(&mut self, n: u64, text: &str) {
        self.say(n, text).await;
        let accepted = self.until("accepted").await;
        assert_eq!(accepted["n"], n, "{accepted}");
    }

    /// Sends these bytes.
    pub async fn write(&mut self, bytes: &[u8]) {
        let written = timeout(DEADLINE, self.stream.write_all(bytes)).await;
        written.unwrap_or_else(|_| panic!("took no bytes; {}", self.state())).unwrap();
    }

    /// The next line; `None` at the end of the connection.
    pub async fn next(&mut self) -> Option<Value> {
        let mut line = Vec::new();
        let read = timeout(DEADLINE, self.stream.read_until(b'\n', &mut line)).await;
        read.unwrap_or_else(|_| panic!("nothing came; {}", self.state())).unwrap();
        if !self.begun {
            line.drain(..line.iter().position(|byte| *byte == b'{').unwrap_or(0));
            self.begun = true;
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

    /// The next line, which must be of this type.
    pub async fn expect(&mut self, kind: &str) -> Value {
        let event = self.next().await.unwrap_or_else(|| panic!("no {kind}; {}", self.state()));
        assert_eq!(event["type"], kind, "{}", self.state());
        event
    }

    /// The next line of this type, whatever comes before.
    pub async fn until(&mut self, kind: &str) -> Value {
        loop {
            match self.next().await {
                Some(event) if event["type"] == kind => return event,
                Some(_) => {}
                None => panic!("the end instead of {kind}; {}", self.state()),
            }
        }
    }

    /// The text of the next message, whatever comes before, and who said it.
    pub async fn hear(&mut self) -> (String, String) {
        let message = self.until("message").await;
        let word = |value: &Value| value.as_str().unwrap().to_owned();
        (word(&message["from"]["name"]), word(&message["text"]))
    }

    /// Vanishes as a process does that is killed with words unread: the connection is reset.
    pub fn reset(self) {
        self.stream.get_ref().set_zero_linger().unwrap();
    }

    fn state(&self) -> String {
        format!("{:?} has heard, last of all: {:#?}", self.name, self.last_lines)
    }
}
