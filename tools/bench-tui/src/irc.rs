//! A server of IRC for one client, as far as weechat and irssi need one. It puts the client into the rooms; the other
//! users of the crowded room are names.

use std::io::{self, BufRead, BufReader, BufWriter, Write};
use std::net::{SocketAddr, TcpListener, TcpStream};
use std::sync::mpsc::{Receiver, sync_channel};
use std::time::Duration;

use crate::client::{BUSY, CROWDED, NAME, rooms, users};

/// How long a client may take to come and send its name.
const ARRIVAL_MAX: Duration = Duration::from_secs(15);

/// Clients that a server serves.
const CLIENTS: usize = 1;

/// Users in one line of the list of names: a line has at most 512 bytes.
const NAMES_PER_LINE: usize = 40;

/// A server that waits for its client.
pub(crate) struct Irc {
    pub(crate) address: SocketAddr,
    arrived: Receiver<TcpStream>,
}

/// The busy room, as another user speaks in it.
pub(crate) struct Room(BufWriter<TcpStream>);

impl Irc {
    pub(crate) fn start() -> io::Result<Self> {
        let listener = TcpListener::bind("127.0.0.1:0")?;
        let address = listener.local_addr()?;
        let (arrives, arrived) = sync_channel(CLIENTS);
        std::thread::spawn(move || {
            while let Ok((client, _)) = listener.accept() {
                let arrives = arrives.clone();
                std::thread::spawn(move || serve(client, |client| drop(arrives.send(client))));
            }
        });
        Ok(Self { address, arrived })
    }

    /// Waits until the client is in its rooms.
    pub(crate) fn room(self) -> io::Result<Room> {
        let arrived = self.arrived.recv_timeout(ARRIVAL_MAX);
        let client = arrived.map_err(|_| io::Error::other("the client has not connected"))?;
        Ok(Room(BufWriter::new(client)))
    }
}

impl Room {
    /// Another user sends a message, with those after it until [`Room::flush`].
    pub(crate) fn say(&mut self, text: &str) -> io::Result<()> {
        write!(self.0, ":speaker!speaker@bench PRIVMSG {BUSY} :{text}\r\n")
    }

    pub(crate) fn flush(&mut self) -> io::Result<()> {
        self.0.flush()
    }
}

/// Answers the client until it ends, and calls `arrive` once it is in its rooms.
fn serve(mut client: TcpStream, arrive: impl Fn(TcpStream)) -> io::Result<()> {
    let lines = BufReader::new(client.try_clone()?).lines();
    for line in lines {
        let line = line?;
        let (command, rest) = line.split_once(' ').unwrap_or((&line, ""));
        match command {
            "CAP" if rest.starts_with("LS") => client.write_all(b":bench CAP * LS :\r\n")?,
            "PING" => client.write_all(format!(":bench PONG bench {rest}\r\n").as_bytes())?,
            "USER" => {
                client.write_all(welcome().as_bytes())?;
                arrive(client.try_clone()?);
            }
            _ => {}
        }
    }
    Ok(())
}

/// The lines that a client is sent once it has a name.
fn welcome() -> String {
    let mut lines =
        format!(":bench 001 {NAME} :Welcome\r\n:bench 422 {NAME} :No message of the day\r\n");
    for room in rooms() {
        lines += &format!(":{NAME}!{NAME}@bench JOIN {room}\r\n");
        let here: Vec<String> = if room == CROWDED { users().collect() } else { Vec::new() };
        for names in here.chunks(NAMES_PER_LINE) {
            lines += &format!(":bench 353 {NAME} = {room} :{}\r\n", names.join(" "));
        }
        lines +=
            &format!(":bench 353 {NAME} = {room} :{NAME}\r\n:bench 366 {NAME} {room} :End\r\n");
    }
    lines
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_client_with_a_name_is_in_all_rooms_and_receives_their_messages() {
        let server = Irc::start().unwrap();
        let mut client = TcpStream::connect(server.address).unwrap();
        client.write_all(b"CAP LS 302\r\nNICK ana\r\nUSER ana 0 * :ana\r\nPING x\r\n").unwrap();
        let mut room = server.room().unwrap();
        let mut lines = BufReader::new(client).lines().map(Result::unwrap);
        let welcome: Vec<String> =
            lines.by_ref().take_while(|line| line != ":bench PONG bench x").collect();
        assert!(welcome.iter().all(|line| line.len() <= 510), "{welcome:?}");
        let begins = |start: &str| welcome.iter().filter(|line| line.starts_with(start)).count();
        assert_eq!(begins(":ana!ana@bench JOIN #"), rooms().count());
        let names = welcome.iter().filter(|line| line.contains(&format!(" {CROWDED} :user")));
        let names: usize = names.map(|line| line.matches("user").count()).sum();
        assert_eq!(names, users().count());
        room.say("hello").unwrap();
        room.flush().unwrap();
        assert_eq!(lines.next().unwrap(), ":speaker!speaker@bench PRIVMSG #busy :hello");
    }
}
