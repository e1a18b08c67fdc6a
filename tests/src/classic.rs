//! A client of the original chat, which reads and writes as its Python module does.
//!
//! It treats the result of each `recv(1024)` as one message. Its reader ends, silently and without
//! a restart, at a list entry that does not have two parts, and at an incomplete UTF-8 character. It
//! reads all the time, as the original does in a thread.

use std::io;
use std::net::SocketAddr;
use std::sync::Arc;

use tokio::net::TcpStream;
use tokio::sync::watch;
use tokio::task::JoinHandle;
use tokio::time::timeout;

use crate::{DEADLINE, within};

/// Argument of `recv` in the original.
const RECV_BYTES: usize = 1024;

/// Number of messages that a failure shows.
const MESSAGES_SHOWN: usize = 4;

/// Name for the author of a message that has neither two nor three parts.
const UNKNOWN: &str = "Desconocido";

/// A classic client. Closes its connection on drop.
#[derive(Debug)]
pub struct Classic {
    name: String,
    stream: Arc<TcpStream>,
    view: watch::Receiver<View>,
    reader: JoinHandle<()>,
}

/// Everything that a classic client has received.
#[derive(Debug, Default)]
pub struct View {
    /// Its number: everything after `ID:` in one read.
    pub id: Option<String>,
    /// The last list of users: numbers and names.
    pub users: Vec<(String, String)>,
    /// Number of lists.
    pub lists: usize,
    /// The messages, in the order of their arrival.
    pub messages: Vec<Message>,
    /// The reason why its reader has ended.
    pub crash: Option<String>,
    /// True if the server has closed the connection.
    pub ended: bool,
}

/// A message as a classic client displays it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Message {
    /// Its author's number, or empty.
    pub id: String,
    /// Its author's name.
    pub name: String,
    /// Its text.
    pub text: String,
}

impl Message {
    /// Makes a message of three parts.
    #[must_use]
    pub fn new(id: &str, name: &str, text: &str) -> Self {
        Self { id: id.to_owned(), name: name.to_owned(), text: text.to_owned() }
    }
}

impl View {
    /// Returns true if the list has exactly these names, in any order.
    #[must_use]
    pub fn lists_only(&self, names: &[&str]) -> bool {
        self.users.len() == names.len() && names.iter().all(|name| self.lists(name))
    }

    /// Returns true if the list has this name.
    #[must_use]
    pub fn lists(&self, name: &str) -> bool {
        self.users.iter().any(|(_, listed)| listed == name)
    }

    /// Returns the number of users in the list, with those that its last entry counts (`0||+37 more`).
    #[must_use]
    pub fn users_counted(&self) -> usize {
        let counted = self.users.split_last().and_then(|((id, name), listed)| {
            let more = name.strip_prefix('+')?.strip_suffix(" more")?;
            (id == "0").then(|| listed.len() + more.parse::<usize>().unwrap())
        });
        counted.unwrap_or(self.users.len())
    }

    /// Interprets the bytes of one `recv`.
    fn receive(&mut self, read: &[u8]) {
        let Ok(read) = std::str::from_utf8(read) else {
            self.crash =
                Some(format!("an incomplete character: {:?}", String::from_utf8_lossy(read)));
            return;
        };
        if let Some(id) = read.strip_prefix("ID:") {
            self.id = Some(id.to_owned());
        } else if let Some(list) = read.strip_prefix("USERS:") {
            self.receive_list(list);
        } else {
            self.messages.push(message(read));
        }
    }

    fn receive_list(&mut self, list: &str) {
        self.lists += 1;
        let mut users = Vec::new();
        for entry in list.split("&&").filter(|entry| !entry.is_empty()) {
            let [id, name] = entry.split("||").collect::<Vec<_>>()[..] else {
                self.crash = Some(format!("an entry that does not have two parts: {entry:?}"));
                return;
            };
            users.push((id.to_owned(), name.to_owned()));
        }
        self.users = users;
    }

    /// Formats it for a failure.
    fn state(&self) -> String {
        let Self { id, users, lists, messages, crash, ended } = self;
        let last = &messages[messages.len().saturating_sub(MESSAGES_SHOWN)..];
        format!(
            "id {id:?}, crash: {crash:?}, ended: {ended}, {lists} lists, the last of {} users: \
             {users:?}, {} messages, the last {last:#?}",
            users.len(),
            messages.len(),
        )
    }
}

fn message(read: &str) -> Message {
    match read.split("||").collect::<Vec<_>>()[..] {
        [id, name, text] => Message::new(id, name, text),
        [id, text] => Message::new(id, "", text),
        _ => Message::new("", UNKNOWN, read),
    }
}

impl Classic {
    /// Connects, and waits for its number. Sends nothing.
    pub async fn connect(address: SocketAddr) -> Self {
        let mut client = Self::over(TcpStream::connect(address).await.unwrap());
        client.until("its number", |view| view.id.is_some()).await;
        client
    }

    /// Connects, sends its name, and waits for its first list.
    pub async fn join(address: SocketAddr, name: &str) -> Self {
        let mut client = Self::connect(address).await;
        client.send_name(name).await;
        client.until("its first list", |view| view.lists > 0).await;
        client
    }

    fn over(stream: TcpStream) -> Self {
        let stream = Arc::new(stream);
        let (updates, view) = watch::channel(View::default());
        let reader = tokio::spawn(read(Arc::clone(&stream), updates));
        Self { name: String::new(), stream, view, reader }
    }

    /// Sends its name, which it also puts into its further messages.
    pub async fn send_name(&mut self, name: &str) {
        name.clone_into(&mut self.name);
        self.write(format!("NAME:{name}").as_bytes()).await;
    }

    /// Sends a message with its number and name.
    pub async fn say(&self, text: &str) {
        self.write(format!("{}||{}||{text}", self.id(), self.name).as_bytes()).await;
    }

    /// Sends these bytes, with one write if the socket takes them.
    pub async fn write(&self, bytes: &[u8]) {
        let mut rest = bytes;
        while !rest.is_empty() {
            within("space in the socket", self.stream.writable()).await.unwrap();
            match self.stream.try_write(rest) {
                Ok(written) => rest = &rest[written..],
                Err(error) if error.kind() == io::ErrorKind::WouldBlock => {}
                Err(error) => panic!("{error}; {}", self.view().state()),
            }
        }
    }

    /// Its number, or empty.
    #[must_use]
    pub fn id(&self) -> String {
        self.view().id.clone().unwrap_or_default()
    }

    /// The text that it has received so far.
    #[must_use]
    pub fn view(&self) -> watch::Ref<'_, View> {
        self.view.borrow()
    }

    /// Waits until `is_there`. Panics with `what` at the deadline, or if the reader ends before.
    pub async fn until(&mut self, what: &str, mut is_there: impl FnMut(&View) -> bool) {
        let search = self.view.wait_for(|view| view.crash.is_some() || is_there(view));
        let found = timeout(DEADLINE, search).await.is_ok_and(|found| found.is_ok());
        let view = self.view.borrow();
        let is_done = found && view.crash.is_none();
        assert!(is_done, "{} did not receive {what}: {}", self.name, view.state());
    }

    /// Waits until it has `count` messages.
    pub async fn until_messages(&mut self, count: usize) {
        let what = format!("{count} messages");
        self.until(&what, |view| view.messages.len() >= count).await;
    }

    /// Resets the connection, as the system does if a process is killed that has not read all.
    pub fn reset(self) {
        self.stream.set_zero_linger().unwrap();
    }
}

impl Drop for Classic {
    fn drop(&mut self) {
        self.reader.abort();
    }
}

/// Reads until the connection is closed or the reader crashes. Then the connection stays open.
async fn read(stream: Arc<TcpStream>, updates: watch::Sender<View>) {
    let mut bytes = [0; RECV_BYTES];
    while updates.borrow().crash.is_none() && !updates.borrow().ended {
        if stream.readable().await.is_err() {
            return;
        }
        match stream.try_read(&mut bytes) {
            Err(error) if error.kind() == io::ErrorKind::WouldBlock => {}
            Ok(0) | Err(_) => updates.send_modify(|view| view.ended = true),
            Ok(read) => updates.send_modify(|view| view.receive(&bytes[..read])),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn after(reads: &[&[u8]]) -> View {
        let mut view = View::default();
        for read in reads {
            view.receive(read);
        }
        view
    }

    #[test]
    fn the_bytes_of_one_read_are_one_message() {
        let view = after(&[b"ID:5USERS:5||ana"]);
        assert_eq!(view.id.as_deref(), Some("5USERS:5||ana"));
        let view = after(&[b"5||ana||hi", b"5||hi", b"5||ana||hi5||ana||there"]);
        let glued = "5||ana||hi5||ana||there";
        assert_eq!(
            view.messages,
            [
                Message::new("5", "ana", "hi"),
                Message::new("5", "", "hi"),
                Message::new("", UNKNOWN, glued)
            ]
        );
    }

    #[test]
    fn an_entry_without_two_parts_crashes_the_reader() {
        for list in ["USERS:5||anaUSERS:5||ana", "USERS:5||ana5||ana||hi", "USERS:5||a||b"] {
            assert!(after(&[list.as_bytes()]).crash.is_some(), "{list}");
        }
        for list in ["USERS:", "USERS:5||ana&&", "USERS:5||"] {
            assert!(after(&[list.as_bytes()]).crash.is_none(), "{list}");
        }
    }

    #[test]
    fn an_incomplete_character_crashes_the_reader() {
        assert!(after(&[b"5||ana||a\xC3"]).crash.is_some());
    }
}
