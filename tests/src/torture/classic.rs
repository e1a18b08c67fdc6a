//! The user of a classic client, who sends to the lobby at intervals and reads it. The client does not
//! number its messages, so those that are in flight when its connection is lost may be lost; but what it
//! reads is stored, once and in order, and all others receive it.

use std::io;
use std::ops::Range;
use std::sync::Mutex;
use std::time::Duration;

use tokio::io::{AsyncRead, AsyncReadExt, AsyncWrite, AsyncWriteExt};
use tokio::time::timeout;
use tracing::info;

use crate::findings::{Label, Record};

/// Argument of `recv` in the original.
const RECV_BYTES: usize = 1024;

/// The first number of classic clients.
const CLASSIC: u32 = 1_000;

/// The user of a classic client.
#[derive(Debug)]
pub(crate) struct ClassicUser {
    number: u32,
    random: fastrand::Rng,
    /// Pause before it reconnects, and before it sends, in milliseconds: longer than the gap after which the
    /// daemon reads its bytes as another message.
    pauses: Range<u64>,
    pub(crate) is_sending: bool,
    /// Number of the last message that it sent.
    last_n: u64,
    /// The messages that it has read, by connection.
    connections: Vec<Vec<Label>>,
    /// Number of connections that began before a backup was restored.
    before_restore: usize,
}

impl ClassicUser {
    pub(crate) const fn new(number: u32, pauses: Range<u64>, random: fastrand::Rng) -> Self {
        let number = CLASSIC + number;
        Self {
            number,
            random,
            pauses,
            is_sending: false,
            last_n: 0,
            connections: Vec::new(),
            before_restore: 0,
        }
    }

    /// Makes it send from the start.
    pub(crate) const fn sending(mut self) -> Self {
        self.is_sending = true;
        self
    }

    /// Returns what it received, as one record for each connection.
    pub(crate) fn records(&self) -> impl Iterator<Item = Record> {
        self.connections.iter().enumerate().map(|(connection, labels)| {
            let mut record = Record::new(self.number, self.number);
            record.connections = 1;
            for label in labels {
                record.add_classic_read(*label);
            }
            if connection < self.before_restore {
                record.set_restored();
            }
            record
        })
    }

    /// Records a new connection. Returns the first bytes to send.
    fn begin(&mut self) -> String {
        self.connections.push(Vec::new());
        format!("NAME:classic-{}", self.number)
    }

    /// Records that a backup was restored: messages that it has read may be undone.
    pub(crate) fn set_restored(&mut self) {
        self.before_restore = self.connections.len();
    }

    pub(crate) fn pause(&mut self) -> Duration {
        Duration::from_millis(self.random.u64(self.pauses.clone()))
    }

    /// Returns the bytes of its next message, or `None` if it does not send.
    fn next_message(&mut self, id: &str) -> Option<String> {
        self.is_sending.then(|| {
            self.last_n += 1;
            let label = Label { client: self.number, n: self.last_n, to: None };
            info!(%label, "sent, without a number");
            format!("{id}||classic-{}||{label}", self.number)
        })
    }

    /// Records the bytes of one `recv` if they are one message of another user. On a busy machine they may be
    /// two.
    fn receive(&mut self, read: &str) {
        if let [_, _, text] = read.split("||").collect::<Vec<_>>()[..]
            && let Ok(label) = text.parse::<Label>()
            && let Some(read) = self.connections.last_mut()
        {
            info!(%label, "read");
            read.push(label);
        }
    }
}

/// Sends and reads on one connection until it is closed.
///
/// # Errors
/// Returns an error if the connection is lost.
pub(crate) async fn run_connection<S>(mut stream: S, user: &Mutex<ClassicUser>) -> io::Result<()>
where
    S: AsyncRead + AsyncWrite + Unpin,
{
    let greeting = user.lock().unwrap().begin();
    stream.write_all(greeting.as_bytes()).await?;
    stream.flush().await?;
    let mut id = None;
    let mut bytes = [0; RECV_BYTES];
    loop {
        let pause = user.lock().unwrap().pause();
        let Ok(read) = timeout(pause, stream.read(&mut bytes)).await else {
            let next = id.as_deref().and_then(|id| user.lock().unwrap().next_message(id));
            if let Some(message) = next {
                stream.write_all(message.as_bytes()).await?;
                stream.flush().await?;
            }
            continue;
        };
        let read = read?;
        if read == 0 {
            return Ok(());
        }
        let read = String::from_utf8_lossy(&bytes[..read]);
        match read.strip_prefix("ID:") {
            // TLS may hand over what comes after the number with it.
            Some(begin) => {
                id = begin.split(|c: char| !c.is_ascii_digit()).next().map(str::to_owned);
            }
            None => user.lock().unwrap().receive(&read),
        }
    }
}
