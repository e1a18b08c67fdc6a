//! `chat-server`, and its other users.

use std::io::{self, BufRead, BufReader, BufWriter, Write};
use std::net::{SocketAddr, TcpStream};
use std::process::{Child, Command, Stdio};

use crate::client::{BUSY, CROWDED, programs, users};

/// The user who speaks.
const SPEAKER: &str = "speaker";

/// Messages that may wait for their answers, fewer than the server allows.
const IN_FLIGHT: u64 = 32;

/// A running server; killed when it is dropped.
pub(crate) struct Server {
    pub(crate) address: SocketAddr,
    child: Child,
    /// The other users, who read nothing: in their room, nobody speaks.
    others: Vec<TcpStream>,
}

/// The room, as another user speaks in it.
pub(crate) struct Room {
    answers: BufReader<TcpStream>,
    messages: BufWriter<TcpStream>,
    sent: u64,
    accepted: u64,
}

impl Server {
    /// Starts it, with the other users in the crowded room. It stores nothing.
    pub(crate) fn start() -> io::Result<Self> {
        let mut child = Command::new(programs()?.join("chat-server"))
            .args(["--listen", "127.0.0.1:0", "--data", ":memory:", "--limits", "off"])
            .env("RUST_LOG", "warn")
            // As the IRC server here has one thread.
            .env("TOKIO_WORKER_THREADS", "1")
            .stdin(Stdio::null())
            .stdout(Stdio::piped())
            .stderr(Stdio::null())
            .spawn()?;
        let mut line = String::new();
        if let Some(output) = child.stdout.take() {
            BufReader::new(output).read_line(&mut line)?;
        }
        let address = line.trim().rsplit(' ').next().and_then(|word| word.parse().ok());
        let Some(address) = address else {
            let _ = child.kill();
            return Err(io::Error::other(format!("chat-server printed no address, but {line:?}")));
        };
        let mut server = Self { address, child, others: Vec::new() };
        for name in users() {
            server.others.push(enter(address, &name, CROWDED)?);
        }
        Ok(server)
    }

    /// The busy room, as another user speaks in it.
    pub(crate) fn room(&self) -> io::Result<Room> {
        let user = enter(self.address, SPEAKER, BUSY)?;
        let messages = BufWriter::new(user.try_clone()?);
        Ok(Room { answers: BufReader::new(user), messages, sent: 0, accepted: 0 })
    }
}

impl Drop for Server {
    fn drop(&mut self) {
        let _ = self.child.kill();
        let _ = self.child.wait();
    }
}

/// Connects a user, who joins the room.
fn enter(address: SocketAddr, name: &str, room: &str) -> io::Result<TcpStream> {
    let mut user = TcpStream::connect(address)?;
    user.set_nodelay(true)?;
    let hello = format!(r#"{{"type":"hello","version":1,"name":"{name}"}}"#);
    user.write_all(format!("{hello}\n{{\"type\":\"join\",\"room\":\"{room}\"}}\n").as_bytes())?;
    Ok(user)
}

impl Room {
    /// Sends a message, once few wait for their answers, with those after it until [`Room::flush`].
    pub(crate) fn say(&mut self, text: &str) -> io::Result<()> {
        if self.sent - self.accepted >= IN_FLIGHT {
            self.flush()?;
            self.take_answer()?;
        }
        self.sent += 1;
        let n = self.sent;
        let message = format!(r#"{{"type":"say","room":"{BUSY}","n":{n},"text":"{text}"}}"#);
        writeln!(self.messages, "{message}")
    }

    pub(crate) fn flush(&mut self) -> io::Result<()> {
        self.messages.flush()
    }

    /// Reads events up to the next answer.
    fn take_answer(&mut self) -> io::Result<()> {
        loop {
            let mut line = String::new();
            if self.answers.read_line(&mut line)? == 0 {
                return Err(io::Error::other("the server has ended the session of a sender"));
            }
            if line.starts_with(r#"{"type":"accepted""#) {
                self.accepted += 1;
                return Ok(());
            }
            if line.starts_with(r#"{"type":"refused""#) {
                return Err(io::Error::other(format!("the server refuses a message: {line}")));
            }
        }
    }
}
