//! A client of the original chat, as its Python module reads and writes.
//!
//! It takes what one `recv(1024)` returns for one message, and its reader dies, for good and
//! silently, of a list entry that has not two parts and of a character that was cut. It reads all
//! the time, as the original does in a thread of its own, whatever the test is waiting for.

use std::io;
use std::net::SocketAddr;
use std::sync::Arc;

use tokio::net::TcpStream;
use tokio::sync::watch;
use tokio::task::JoinHandle;
use tokio::time::timeout;

use crate::{DEADLINE, within};

/// What the original asks `recv` for.
const RECV_BYTES: usize = 1024;

/// How many of the last messages a failure shows.
const MESSAGES_SHOWN: usize = 4;

/// Whom a message is from that has neither two parts nor three.
const UNKNOWN: &str = "Desconocido";

/// One classic client. Dropped, its connection closes.
#[derive(Debug)]
pub struct Classic {
    name: String,
    stream: Arc<TcpStream>,
    seen: watch::Receiver<Seen>,
    reader: JoinHandle<()>,
}

/// All that a classic client has seen.
#[derive(Debug, Default)]
pub struct Seen {
    /// What it takes for its number: all that stood behind `ID:`.
    pub id: Option<String>,
    /// The list of users, as it last came: numbers and names.
    pub users: Vec<(String, String)>,
    /// How many lists came.
    pub lists: usize,
    /// The messages, in order.
    pub messages: Vec<Shown>,
    /// What its reader died of.
    pub dead: Option<String>,
    /// Whether the connection is closed.
    pub ended: bool,
}

/// A message as a classic client shows it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Shown {
    /// The number it is from; empty where there was none.
    pub id: String,
    /// The name it is from.
    pub name: String,
    /// What it says.
    pub text: String,
}

impl Shown {
    /// A message of three parts.
    #[must_use]
    pub fn new(id: &str, name: &str, text: &str) -> Self {
        Self { id: id.to_owned(), name: name.to_owned(), text: text.to_owned() }
    }
}

impl Seen {
    /// Whether the list has exactly these names, in any order.
    #[must_use]
    pub fn lists_only(&self, names: &[&str]) -> bool {
        self.users.len() == names.len() && names.iter().all(|name| self.lists(name))
    }

    /// Whether the list has this name.
    #[must_use]
    pub fn lists(&self, name: &str) -> bool {
        self.users.iter().any(|(_, listed)| listed == name)
    }

    /// How many users the list stands for, with those that it only counts: `0||+37 more`, at its
    /// end.
    #[must_use]
    pub fn users_counted(&self) -> usize {
        let counted = self.users.split_last().and_then(|((id, name), listed)| {
            let more = name.strip_prefix('+')?.strip_suffix(" more")?;
            (id == "0").then(|| listed.len() + more.parse::<usize>().unwrap())
        });
        counted.unwrap_or(self.users.len())
    }

    /// Takes what one `recv` returned.
    fn take(&mut self, read: &[u8]) {
        let Ok(read) = std::str::from_utf8(read) else {
            self.dead = Some(format!("a cut character: {:?}", String::from_utf8_lossy(read)));
            return;
        };
        if let Some(id) = read.strip_prefix("ID:") {
            self.id = Some(id.to_owned());
        } else if let Some(list) = read.strip_prefix("USERS:") {
            self.take_list(list);
        } else {
            self.messages.push(shown(read));
        }
    }

    fn take_list(&mut self, list: &str) {
        self.lists += 1;
        let mut users = Vec::new();
        for entry in list.split("&&").filter(|entry| !entry.is_empty()) {
            let [id, name] = entry.split("||").collect::<Vec<_>>()[..] else {
                self.dead = Some(format!("an entry that has not two parts: {entry:?}"));
                return;
            };
            users.push((id.to_owned(), name.to_owned()));
        }
        self.users = users;
    }

    /// What a failure shows.
    fn state(&self) -> String {
        let Self { id, users, lists, messages, dead, ended } = self;
        let last = &messages[messages.len().saturating_sub(MESSAGES_SHOWN)..];
        format!(
            "id {id:?}, dead: {dead:?}, ended: {ended}, {lists} lists, the last of {} users: \
             {users:?}, {} messages, the last {last:#?}",
            users.len(),
            messages.len(),
        )
    }
}

fn shown(read: &str) -> Shown {
    match read.split("||").collect::<Vec<_>>()[..] {
        [id, name, text] => Shown::new(id, name, text),
        [id, text] => Shown::new(id, "", text),
        _ => Shown::new("", UNKNOWN, read),
    }
}

impl Classic {
    /// A client that has its number and has yet to say its name.
    pub async fn connect(address: SocketAddr) -> Self {
        let mut client = Self::over(TcpStream::connect(address).await.unwrap());
        client.until("its number", |seen| seen.id.is_some()).await;
        client
    }

    /// A client that has its number, its name and its first list.
    pub async fn join(address: SocketAddr, name: &str) -> Self {
        let mut client = Self::connect(address).await;
        client.call_itself(name).await;
        client.until("its first list", |seen| seen.lists > 0).await;
        client
    }

    fn over(stream: TcpStream) -> Self {
        let stream = Arc::new(stream);
        let (sees, seen) = watch::channel(Seen::default());
        let reader = tokio::spawn(read(Arc::clone(&stream), sees));
        Self { name: String::new(), stream, seen, reader }
    }

    /// Says what it is called; `name` is what it stamps its messages with from now on.
    pub async fn call_itself(&mut self, name: &str) {
        name.clone_into(&mut self.name);
        self.write(format!("NAME:{name}").as_bytes()).await;
    }

    /// Says `text`, stamped with its own number and name, as it knows them.
    pub async fn say(&self, text: &str) {
        self.write(format!("{}||{}||{text}", self.id(), self.name).as_bytes()).await;
    }

    /// Sends these bytes with one write.
    pub async fn write(&self, bytes: &[u8]) {
        let mut rest = bytes;
        while !rest.is_empty() {
            within("its bytes taken", self.stream.writable()).await.unwrap();
            match self.stream.try_write(rest) {
                Ok(written) => rest = &rest[written..],
                Err(error) if error.kind() == io::ErrorKind::WouldBlock => {}
                Err(error) => panic!("{error}; {}", self.seen().state()),
            }
        }
    }

    /// What it takes for its number.
    #[must_use]
    pub fn id(&self) -> String {
        self.seen().id.clone().unwrap_or_default()
    }

    /// What it has seen so far.
    #[must_use]
    pub fn seen(&self) -> watch::Ref<'_, Seen> {
        self.seen.borrow()
    }

    /// Waits until it has seen `what`, as `is_there` tells; a client whose reader dies before sees
    /// nothing more, and the test fails.
    pub async fn until(&mut self, what: &str, mut is_there: impl FnMut(&Seen) -> bool) {
        let looking = self.seen.wait_for(|seen| seen.dead.is_some() || is_there(seen));
        let found = timeout(DEADLINE, looking).await.is_ok_and(|found| found.is_ok());
        let seen = self.seen.borrow();
        assert!(found && seen.dead.is_none(), "{} saw no {what}: {}", self.name, seen.state());
    }

    /// Waits until it has `count` messages.
    pub async fn until_messages(&mut self, count: usize) {
        let what = format!("{count} messages");
        self.until(&what, |seen| seen.messages.len() >= count).await;
    }

    /// Vanishes as a process does that is killed with words unread: the connection is reset.
    pub fn reset(self) {
        self.stream.set_zero_linger().unwrap();
    }
}

impl Drop for Classic {
    fn drop(&mut self) {
        self.reader.abort();
    }
}

/// Reads until the connection is closed or the reader dies. A dead reader reads no more, and its
/// connection stays open.
async fn read(stream: Arc<TcpStream>, sees: watch::Sender<Seen>) {
    let mut bytes = [0; RECV_BYTES];
    while sees.borrow().dead.is_none() && !sees.borrow().ended {
        if stream.readable().await.is_err() {
            return;
        }
        match stream.try_read(&mut bytes) {
            Err(error) if error.kind() == io::ErrorKind::WouldBlock => {}
            Ok(0) | Err(_) => sees.send_modify(|seen| seen.ended = true),
            Ok(read) => sees.send_modify(|seen| seen.take(&bytes[..read])),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn after(reads: &[&[u8]]) -> Seen {
        let mut seen = Seen::default();
        for read in reads {
            seen.take(read);
        }
        seen
    }

    #[test]
    fn what_one_read_brings_is_one_message() {
        let seen = after(&[b"ID:5USERS:5||ana"]);
        assert_eq!(seen.id.as_deref(), Some("5USERS:5||ana"));
        let seen = after(&[b"5||ana||hi", b"5||hi", b"5||ana||hi5||ana||there"]);
        let glued = "5||ana||hi5||ana||there";
        assert_eq!(
            seen.messages,
            [
                Shown::new("5", "ana", "hi"),
                Shown::new("5", "", "hi"),
                Shown::new("", UNKNOWN, glued)
            ]
        );
    }

    #[test]
    fn an_entry_that_has_not_two_parts_is_its_death() {
        for list in ["USERS:5||anaUSERS:5||ana", "USERS:5||ana5||ana||hi", "USERS:5||a||b"] {
            assert!(after(&[list.as_bytes()]).dead.is_some(), "{list}");
        }
        for list in ["USERS:", "USERS:5||ana&&", "USERS:5||"] {
            assert!(after(&[list.as_bytes()]).dead.is_none(), "{list}");
        }
    }

    #[test]
    fn a_cut_character_is_its_death() {
        assert!(after(&[b"5||ana||a\xC3"]).dead.is_some());
    }
}
