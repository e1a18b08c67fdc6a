//! A client that runs, in all rooms, and the actions on it.

use std::io;
use std::sync::atomic::{AtomicBool, Ordering};
use std::thread::park_timeout;
use std::time::{Duration, Instant};

use tempfile::TempDir;

use crate::client::{Client, Protocol, rooms};
use crate::terminal::Terminal;
use crate::{chat, irc, process};

/// How long the client has after a change before it is measured.
pub(crate) const SETTLE: Duration = Duration::from_secs(1);

/// The time between two messages: 50 in a second.
const MESSAGE_EVERY: Duration = Duration::from_millis(20);

/// The shortest time between two keys; each is up to [`KEY_JITTER`] later, so that keys and messages do not keep step.
const KEY_EVERY: Duration = Duration::from_millis(40);
const KEY_JITTER: Duration = Duration::from_millis(20);

/// The beginning of a line that nothing else on the screen contains.
const LINE: &str = "qjqj";

/// Removes the line from the input box.
const REMOVE_LINE: &str = "\x15";

/// Messages that are scrolled through.
const HISTORY: u32 = 100_000;

/// How long the client may take to show the last of them. One that has not is measured as it is.
const HISTORY_MAX: Duration = Duration::from_secs(20);

/// How long the way back through the messages may take.
const SCROLL_MAX: Duration = Duration::from_secs(12);

/// How long to wait after a page until the screen changes; it does not at the oldest message.
const PAGE_MAX: Duration = Duration::from_millis(500);

/// A client in all rooms, with the busy one on its screen, and its server.
pub(crate) struct RunningClient {
    pub(crate) program: Program,
    room: Room,
    /// Messages of [`RunningClient::beside_messages`] so far.
    sent: u32,
    _server: Option<chat::Server>,
    _home: TempDir,
}

/// The program of a client.
pub(crate) struct Program {
    terminal: Terminal,
    pid: u32,
}

/// The busy room, as another user speaks in it.
enum Room {
    Chat(chat::Room),
    Irc(irc::Room),
}

impl Room {
    fn say(&mut self, text: &str) -> io::Result<()> {
        match self {
            Self::Chat(room) => room.say(text),
            Self::Irc(room) => room.say(text),
        }
    }

    fn flush(&mut self) -> io::Result<()> {
        match self {
            Self::Chat(room) => room.flush(),
            Self::Irc(room) => room.flush(),
        }
    }
}

impl RunningClient {
    /// Starts a client and its server.
    pub(crate) fn start(client: &Client) -> io::Result<Self> {
        let home = TempDir::new()?;
        let (terminal, mut room, server) = enter(client, &home)?;
        room.say("the room is here")?;
        room.flush()?;
        terminal.sees("the room is here")?;
        let pid = terminal.pid()?;
        let program = Program { terminal, pid };
        Ok(Self { program, room, sent: 0, _server: server, _home: home })
    }

    /// Calls `measure` while another user sends 50 messages a second.
    pub(crate) fn beside_messages<T>(
        &mut self,
        measure: impl FnOnce(&Program) -> io::Result<T>,
    ) -> io::Result<T> {
        let Self { program, room, sent, .. } = self;
        let is_over = AtomicBool::new(false);
        let (measured, sending) = std::thread::scope(|scope| {
            let sender = scope.spawn(|| send_until(&is_over, room, sent));
            let measured = measure(program);
            is_over.store(true, Ordering::Relaxed);
            (measured, sender.join().unwrap_or(Ok(())))
        });
        sending.and(measured)
    }

    /// Sends [`HISTORY`] messages and reads back to the oldest. Returns the number of the oldest on the screen.
    pub(crate) fn scroll(&mut self) -> io::Result<Option<u32>> {
        let (room, terminal) = (&mut self.room, &self.program.terminal);
        let deadline = Instant::now() + HISTORY_MAX;
        for n in (1..=HISTORY).take_while(|_| Instant::now() < deadline) {
            room.say(&format!("old {n}: a message of some sixty bytes, as people write them"))?;
        }
        room.flush()?;
        let last = format!("old {HISTORY}:");
        let left = deadline.saturating_duration_since(Instant::now());
        terminal.waits(left, |screen| screen.contains(&last));
        let (start, mut reached) = (Instant::now(), None);
        while start.elapsed() < SCROLL_MAX && reached != Some(1) {
            let before = terminal.text();
            reached = reached.into_iter().chain(oldest(&before)).min();
            terminal.types("\x1b[5~")?;
            if !terminal.waits(PAGE_MAX, |screen| screen != before) {
                break;
            }
        }
        Ok(reached)
    }
}

/// Sends 50 messages a second until it is over.
fn send_until(is_over: &AtomicBool, room: &mut Room, sent: &mut u32) -> io::Result<()> {
    let start = Instant::now();
    for n in 1_u32.. {
        pause((start + MESSAGE_EVERY * n).saturating_duration_since(Instant::now()));
        if is_over.load(Ordering::Relaxed) {
            break;
        }
        *sent += 1;
        room.say(&format!("busy {sent}: a message of some sixty bytes, as people write them"))?;
        room.flush()?;
    }
    Ok(())
}

impl Program {
    /// Resident memory in bytes.
    pub(crate) fn memory(&self) -> io::Result<u64> {
        process::memory(self.pid)
    }

    /// Processor time since the start.
    pub(crate) fn cpu(&self) -> io::Result<Duration> {
        process::cpu(self.pid)
    }

    /// Types a line, and removes it again. Returns the time from each of `count` keys to the screen.
    pub(crate) fn keys(&self, count: usize) -> io::Result<Vec<Duration>> {
        let (mut typed, mut times) = (LINE.to_owned(), Vec::new());
        self.terminal.answers(LINE, LINE)?;
        for index in 0..count {
            pause(KEY_EVERY + KEY_JITTER.mul_f64((index * 7 % 10) as f64 / 10.0));
            let key = if index % 2 == 0 { "q" } else { "j" };
            typed += key;
            times.push(self.terminal.answers(key, &typed)?);
        }
        self.terminal.types(REMOVE_LINE)?;
        Ok(times)
    }
}

/// Starts the client, in all rooms, with the busy one on its screen.
fn enter(client: &Client, home: &TempDir) -> io::Result<(Terminal, Room, Option<chat::Server>)> {
    if client.protocol == Protocol::Irc {
        let server = irc::Irc::start()?;
        let terminal = Terminal::start(client.command(home.path(), server.address)?)?;
        let room = server.room()?;
        pause(SETTLE);
        terminal.types(client.go)?;
        return Ok((terminal, Room::Irc(room), None));
    }
    let server = chat::Server::start()?;
    let terminal = Terminal::start(client.command(home.path(), server.address)?)?;
    terminal.sees("#lobby")?;
    pause(SETTLE);
    for room in rooms() {
        terminal.types(&format!("/join {room}\r"))?;
        terminal.sees(&room)?;
    }
    Ok((terminal, Room::Chat(server.room()?), Some(server)))
}

pub(crate) fn pause(time: Duration) {
    let end = Instant::now() + time;
    while Instant::now() < end {
        park_timeout(end.saturating_duration_since(Instant::now()));
    }
}

/// The lowest number of the messages `old NUMBER: …` on a screen.
fn oldest(screen: &str) -> Option<u32> {
    let words = screen.split("old ").skip(1);
    words.filter_map(|rest| rest.split(':').next()?.parse().ok()).min()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_oldest_message_on_a_screen_is_the_one_with_the_lowest_number() {
        let screen =
            "17:02 speaker old 998: a message\nold 999: another\n  and its second row\nold 1000: …";
        assert_eq!(oldest(screen), Some(998));
        assert_eq!(oldest("old cut off\nold 12: whole"), Some(12));
        assert_eq!(oldest("no message, it is cold: 3"), None);
    }
}
