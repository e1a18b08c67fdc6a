//! The user of a classic client, in the lobby: says something now and then, and reads what comes. It has no
//! numbers, so nothing is promised for what is on its way when its line is lost; what it does read is there,
//! in order, once, and for everybody.

use std::io;
use std::ops::Range;
use std::sync::Mutex;
use std::time::Duration;

use tokio::io::{AsyncRead, AsyncReadExt, AsyncWrite, AsyncWriteExt};
use tokio::time::timeout;
use tracing::info;

use super::findings::{Record, Words};

/// What the original asks `recv` for.
const RECV_BYTES: usize = 1024;

/// From which number on clients are classic ones.
const CLASSIC: u32 = 1_000;

/// One user of a classic client.
#[derive(Debug)]
pub(crate) struct ClassicUser {
    number: u32,
    random: fastrand::Rng,
    /// How long it waits before it calls again, and before it says something, in milliseconds: longer than
    /// the daemon needs to take two messages apart.
    pauses: Range<u64>,
    /// Whether it has something to say.
    pub(crate) talks: bool,
    /// How much it has said.
    said: u64,
    /// What it has read, one connection after the other.
    lives: Vec<Vec<Words>>,
    /// How many of these began before a backup was restored.
    before: usize,
}

impl ClassicUser {
    pub(crate) const fn new(number: u32, pauses: Range<u64>, random: fastrand::Rng) -> Self {
        let number = CLASSIC + number;
        Self { number, random, pauses, talks: false, said: 0, lives: Vec::new(), before: 0 }
    }

    /// The same, with something to say.
    pub(crate) const fn talking(mut self) -> Self {
        self.talks = true;
        self
    }

    /// What it was told, one record for each connection.
    pub(crate) fn records(&self) -> impl Iterator<Item = Record> {
        self.lives.iter().enumerate().map(|(life, heard)| {
            let mut record = Record::new(self.number, self.number);
            record.calls = 1;
            for words in heard {
                record.heard(*words);
            }
            if life < self.before {
                record.restored();
            }
            record
        })
    }

    /// A connection begins; returns what it says first.
    fn begins(&mut self) -> String {
        self.lives.push(Vec::new());
        format!("NAME:classic-{}", self.number)
    }

    /// A backup is restored: what it has read may be undone.
    pub(crate) fn restored(&mut self) {
        self.before = self.lives.len();
    }

    pub(crate) fn pause(&mut self) -> Duration {
        Duration::from_millis(self.random.u64(self.pauses.clone()))
    }

    /// What it says next, if it has something to say, as it stamps it.
    fn says(&mut self, id: &str) -> Option<String> {
        self.talks.then(|| {
            self.said += 1;
            let words = Words { client: self.number, n: self.said, to: None };
            info!(%words, "said, without a number");
            format!("{id}||classic-{}||{words}", self.number)
        })
    }

    /// Takes what one `recv` has returned, if it is one message of another: on a busy machine two may have
    /// come together.
    fn hears(&mut self, read: &str) {
        if let [_, _, text] = read.split("||").collect::<Vec<_>>()[..]
            && let Ok(words) = text.parse::<Words>()
            && let Some(heard) = self.lives.last_mut()
        {
            info!(%words, "heard");
            heard.push(words);
        }
    }
}

/// Talks on one connection until it is lost.
///
/// # Errors
/// Says how the connection was lost.
pub(crate) async fn talk<S>(mut stream: S, user: &Mutex<ClassicUser>) -> io::Result<()>
where
    S: AsyncRead + AsyncWrite + Unpin,
{
    let greeting = user.lock().unwrap().begins();
    stream.write_all(greeting.as_bytes()).await?;
    let mut id = None;
    let mut bytes = [0; RECV_BYTES];
    loop {
        let pause = user.lock().unwrap().pause();
        let Ok(read) = timeout(pause, stream.read(&mut bytes)).await else {
            let says = id.as_deref().and_then(|id| user.lock().unwrap().says(id));
            if let Some(message) = says {
                stream.write_all(message.as_bytes()).await?;
            }
            continue;
        };
        let read = read?;
        if read == 0 {
            return Ok(());
        }
        let read = String::from_utf8_lossy(&bytes[..read]);
        match read.strip_prefix("ID:") {
            Some(number) => id = Some(number.to_owned()),
            None => user.lock().unwrap().hears(&read),
        }
    }
}
