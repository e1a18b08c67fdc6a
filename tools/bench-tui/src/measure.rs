//! Measures one client.

use std::io;
use std::sync::atomic::{AtomicBool, Ordering};
use std::sync::{Mutex, PoisonError};
use std::thread::park_timeout;
use std::time::{Duration, Instant};

use tempfile::TempDir;

use crate::client::{Client, Protocol, rooms};
use crate::terminal::Terminal;
use crate::{chat, irc, process};

/// Starts of which the median counts.
const STARTS: usize = 5;

/// How long the client has after a change before it is measured.
const SETTLE: Duration = Duration::from_secs(1);

/// How long the processor time is counted.
const COUNTED: Duration = Duration::from_secs(5);

/// The time between two messages: 50 in a second.
const MESSAGE_EVERY: Duration = Duration::from_millis(20);

/// Keys of which the median and the 95th percentile count.
const KEYS: usize = 40;

/// The shortest time between two keys; each is up to [`KEY_JITTER`] later, so that keys and messages do not keep step.
const KEY_EVERY: Duration = Duration::from_millis(40);
const KEY_JITTER: Duration = Duration::from_millis(20);

/// Messages that are scrolled through.
const HISTORY: u32 = 100_000;

/// How long the client may take to show the last of them. One that has not is measured as it is.
const HISTORY_MAX: Duration = Duration::from_secs(20);

/// How long the way back through the messages may take.
const SCROLL_MAX: Duration = Duration::from_secs(12);

/// How long to wait after a page until the screen changes; it does not at the oldest message.
const PAGE_MAX: Duration = Duration::from_millis(500);

/// What was measured.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Figures {
    pub(crate) first_frame: Duration,
    pub(crate) memory: u64,
    /// Processor time of a minute without messages.
    pub(crate) idle: Duration,
    /// Share of a processor at 50 messages a second.
    pub(crate) busy: f64,
    /// From a key to the screen: the median and the 95th percentile.
    pub(crate) key: [Duration; 2],
    /// The same at 50 messages a second.
    pub(crate) key_busy: [Duration; 2],
    /// Memory after the way back through the messages.
    pub(crate) memory_scrolled: u64,
    /// The number of the oldest message that was reached; 1 is the first.
    pub(crate) oldest: Option<u32>,
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

pub(crate) fn measure(client: &Client) -> io::Result<Figures> {
    let first_frame = first_frame(client)?;
    let home = TempDir::new()?;
    let (terminal, mut room, _server) = enter(client, &home)?;
    room.say("the room is here")?;
    room.flush()?;
    terminal.sees("the room is here")?;
    pause(SETTLE);
    let pid = terminal.pid()?;
    let memory = process::memory(pid)?;
    let idle = spent(pid)?.mul_f64(60.0 / COUNTED.as_secs_f64());
    let key = keys(&terminal)?;
    let (busy, key_busy) = beside_messages(&mut room, || {
        let busy = spent(pid)?.as_secs_f64() / COUNTED.as_secs_f64();
        Ok((busy, keys(&terminal)?))
    })?;
    let oldest = scroll(&terminal, &mut room)?;
    let memory_scrolled = process::memory(pid)?;
    Ok(Figures { first_frame, memory, idle, busy, key, key_busy, memory_scrolled, oldest })
}

/// The median time from the start of the program to its first useful frame.
fn first_frame(client: &Client) -> io::Result<Duration> {
    let mut times = Vec::new();
    for _ in 0..STARTS {
        let home = TempDir::new()?;
        let server = irc::Irc::start()?;
        let command = client.command(home.path(), server.address)?;
        let start = Instant::now();
        let terminal = Terminal::start(command)?;
        terminal.sees(client.first)?;
        times.push(start.elapsed());
    }
    Ok(percentiles(times)[0])
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

fn pause(time: Duration) {
    let end = Instant::now() + time;
    while Instant::now() < end {
        park_timeout(end.saturating_duration_since(Instant::now()));
    }
}

/// Processor time that the program takes in [`COUNTED`].
fn spent(pid: u32) -> io::Result<Duration> {
    let before = process::cpu(pid)?;
    pause(COUNTED);
    Ok(process::cpu(pid)?.saturating_sub(before))
}

/// Runs `measure` while another user sends 50 messages a second.
fn beside_messages<T>(room: &mut Room, measure: impl FnOnce() -> io::Result<T>) -> io::Result<T> {
    let is_over = AtomicBool::new(false);
    let failure = Mutex::new(None);
    let measured = std::thread::scope(|scope| {
        scope.spawn(|| {
            let start = Instant::now();
            for n in 1_u32.. {
                pause((start + MESSAGE_EVERY * n).saturating_duration_since(Instant::now()));
                if is_over.load(Ordering::Relaxed) {
                    break;
                }
                let text = format!("busy {n}: a message of some sixty bytes, as people write them");
                if let Err(error) = room.say(&text).and_then(|()| room.flush()) {
                    *failure.lock().unwrap_or_else(PoisonError::into_inner) = Some(error);
                    break;
                }
            }
        });
        let measured = measure();
        is_over.store(true, Ordering::Relaxed);
        measured
    });
    match failure.into_inner().unwrap_or_else(PoisonError::into_inner) {
        Some(error) => Err(error),
        None => measured,
    }
}

/// Types a line that nothing else on the screen contains, and removes it again.
fn keys(terminal: &Terminal) -> io::Result<[Duration; 2]> {
    let (mut typed, mut times) = (String::new(), Vec::new());
    for index in 0..KEYS {
        pause(KEY_EVERY + KEY_JITTER.mul_f64((index * 7 % 10) as f64 / 10.0));
        let key = if index % 2 == 0 { "q" } else { "j" };
        typed += key;
        terminal.types(key)?;
        times.push(terminal.sees(&typed)?);
    }
    terminal.types("\x15")?;
    pause(SETTLE);
    Ok(percentiles(times))
}

/// Sends [`HISTORY`] messages and reads back to the oldest. Returns the number of the oldest on the screen.
fn scroll(terminal: &Terminal, room: &mut Room) -> io::Result<Option<u32>> {
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

/// The lowest number of the messages `old NUMBER: …` on a screen.
fn oldest(screen: &str) -> Option<u32> {
    let words = screen.split("old ").skip(1);
    words.filter_map(|rest| rest.split(':').next()?.parse().ok()).min()
}

/// The median and the 95th percentile.
fn percentiles(mut times: Vec<Duration>) -> [Duration; 2] {
    times.sort();
    [50, 95].map(|percent| times.get(times.len() * percent / 100).copied().unwrap_or_default())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_oldest_message_on_a_screen_is_the_one_with_the_lowest_number() {
        let screen =
            "17:02 user1 old 998: a message\nold 999: another\n  and its second row\nold 1000: …";
        assert_eq!(oldest(screen), Some(998));
        assert_eq!(oldest("old cut off\nold 12: whole"), Some(12));
        assert_eq!(oldest("no message, it is cold: 3"), None);
    }

    #[test]
    fn the_median_and_the_95th_percentile_are_of_the_sorted_times() {
        let times = (1..=40).rev().map(Duration::from_millis).collect();
        assert_eq!(percentiles(times), [21, 39].map(Duration::from_millis));
        assert_eq!(percentiles(vec![Duration::from_millis(7)]), [7, 7].map(Duration::from_millis));
    }
}
