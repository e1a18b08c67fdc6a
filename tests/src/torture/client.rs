//! One user of the torture.

use std::collections::{HashMap, HashSet, VecDeque};
use std::io;
use std::net::SocketAddr;
use std::sync::Arc;
use std::time::Duration;

use serde_json::{Value, json};
use tokio::io::{AsyncBufReadExt, AsyncWriteExt, BufReader, Lines};
use tokio::net::TcpStream;
use tokio::net::tcp::{OwnedReadHalf, OwnedWriteHalf};
use tokio::sync::{Barrier, watch};
use tokio::time::sleep;

use super::findings::{Place, Record, Words};
use super::room_name;

/// Messages a client says before one of them is accepted: enough to be cut off in the middle of
/// some, few enough that they always fit the socket's buffers.
const WINDOW: usize = 16;

/// How long to wait before a daemon that is not there is called again.
const CALL_AGAIN: Duration = Duration::from_millis(10);

/// How a client goes about it.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Habit {
    /// Says and reads as fast as it can.
    Fast,
    /// Takes its time over what it reads.
    Slow,
    /// Hangs up in the middle of things, and comes back.
    Restless,
}

/// One user, with what it would keep on its disk.
#[derive(Debug)]
pub struct Client {
    number: u32,
    habit: Habit,
    random: fastrand::Rng,
    rooms: Vec<u32>,
    /// How many names it has had: one whose welcome was lost is lost with it.
    names: u32,
    token: Option<String>,
    last_n: u64,
    /// What it has said and has not heard of, oldest first.
    outbox: VecDeque<(u64, u32)>,
    /// The last message of others that it has, by room.
    read: HashMap<u32, u64>,
    record: Record,
}

/// One connection of a client.
struct Line {
    incoming: Lines<BufReader<OwnedReadHalf>>,
    outgoing: OwnedWriteHalf,
    /// Whether the server is done with what a hello brings.
    is_greeted: bool,
    /// The rooms that were asked for and are told from where they were left.
    joined: HashSet<u32>,
    /// What is still to be read of them, by room, when all is to be read.
    wanted: HashMap<u32, u64>,
}

impl Client {
    /// The user `number` of a torture with so many `rooms`: in the lobby and most of the others.
    pub fn new(number: u32, rooms: u32, random: fastrand::Rng) -> Self {
        let habit = match number % 4 {
            0 => Habit::Slow,
            1 => Habit::Restless,
            _ => Habit::Fast,
        };
        let rooms =
            (0..rooms).filter(|room| *room == 0 || !(number + room).is_multiple_of(4)).collect();
        Self {
            number,
            habit,
            random,
            rooms,
            names: 0,
            token: None,
            last_n: 0,
            outbox: VecDeque::new(),
            read: HashMap::new(),
            record: Record::new(number, number),
        }
    }

    /// Says and reads while `talking`, then has all accepted, waits until everybody has, reads
    /// everything there is, and returns what it was told.
    pub async fn live(
        mut self,
        address: SocketAddr,
        talking: watch::Receiver<bool>,
        settled: Arc<Barrier>,
    ) -> Record {
        while *talking.borrow() || !self.outbox.is_empty() {
            // A line that is lost is what this is about; the next call goes on from there.
            let _ = self.talk(address, &talking).await;
            sleep(CALL_AGAIN).await;
        }
        settled.wait().await;
        while self.catch_up(address).await.is_err() {
            sleep(CALL_AGAIN).await;
        }
        self.record
    }

    /// One connection on which it says and reads.
    async fn talk(
        &mut self,
        address: SocketAddr,
        talking: &watch::Receiver<bool>,
    ) -> io::Result<()> {
        let mut line = self.call(address).await?;
        let mut patience = match self.habit {
            Habit::Restless => self.random.u32(50..3000),
            Habit::Fast | Habit::Slow => u32::MAX,
        };
        while patience > 0 && (*talking.borrow() || !self.outbox.is_empty()) {
            if line.is_greeted && *talking.borrow() && self.outbox.len() < WINDOW {
                self.say_something(&mut line).await?;
            }
            let event = line.next().await?;
            self.hear(&mut line, &event).await?;
            patience -= 1;
            if self.habit == Habit::Slow && self.random.u8(..) < 8 {
                sleep(Duration::from_millis(self.random.u64(1..20))).await;
            }
        }
        Ok(())
    }

    /// One connection on which it reads all there is.
    async fn catch_up(&mut self, address: SocketAddr) -> io::Result<()> {
        let mut line = self.call(address).await?;
        while line.joined.len() < self.rooms.len() || !line.wanted.is_empty() {
            let event = line.next().await?;
            self.hear(&mut line, &event).await?;
        }
        Ok(())
    }

    /// Connects and says hello; what is said then comes after the `pong`.
    async fn call(&mut self, address: SocketAddr) -> io::Result<Line> {
        let stream = TcpStream::connect(address).await?;
        stream.set_nodelay(true)?;
        let (incoming, outgoing) = stream.into_split();
        let mut line = Line {
            incoming: BufReader::new(incoming).lines(),
            outgoing,
            is_greeted: false,
            joined: HashSet::new(),
            wanted: HashMap::new(),
        };
        let name = format!("client-{}-{}", self.number, self.names);
        let mut hello = json!({"type": "hello", "version": 1, "name": name, "device": "torture"});
        if let Some(token) = &self.token {
            hello["token"] = token.as_str().into();
        }
        line.send(&hello).await?;
        line.send(&json!({"type": "ping", "nonce": 1})).await?;
        self.record.calls += 1;
        Ok(line)
    }

    async fn say_something(&mut self, line: &mut Line) -> io::Result<()> {
        let room = self.rooms[self.random.usize(..self.rooms.len())];
        self.last_n += 1;
        self.outbox.push_back((self.last_n, room));
        self.say(line, self.last_n, room).await
    }

    async fn say(&self, line: &mut Line, n: u64, room: u32) -> io::Result<()> {
        let words = self.words(n);
        let room = room_name(room);
        line.send(&json!({"type": "say", "room": room, "n": n, "text": words.to_string()})).await
    }

    const fn words(&self, n: u64) -> Words {
        Words { client: self.number, n, to: None }
    }

    async fn hear(&mut self, line: &mut Line, event: &Value) -> io::Result<()> {
        match event["type"].as_str().unwrap_or_default() {
            "welcome" => self.welcomed(event),
            "pong" => self.greeted(line).await?,
            "room" if line.is_greeted => self.joined(line, event),
            "message" => self.read(line, event),
            "accepted" => self.accepted(event),
            "refused" => return self.refused(event),
            "goodbye" => return Err(io::ErrorKind::ConnectionAborted.into()),
            _ => {}
        }
        Ok(())
    }

    fn welcomed(&mut self, welcome: &Value) {
        self.token = welcome["token"].as_str().map(str::to_owned);
        let last = welcome["last"].as_u64().unwrap();
        while let Some((n, room)) = self.outbox.pop_front_if(|(n, _)| *n <= last) {
            self.record.accepted(self.words(n), room, None);
        }
    }

    /// Asks for what was missed, and says again what is not known to be kept.
    async fn greeted(&mut self, line: &mut Line) -> io::Result<()> {
        line.is_greeted = true;
        for room in &self.rooms {
            let since = self.read.get(room).copied().unwrap_or(0);
            line.send(&json!({"type": "join", "room": room_name(*room), "since": since})).await?;
        }
        for (n, room) in self.outbox.clone() {
            self.say(line, n, room).await?;
        }
        Ok(())
    }

    fn joined(&mut self, line: &mut Line, event: &Value) {
        let room = self.room_of(event);
        let last = event["last_seq"].as_u64().unwrap();
        if line.joined.insert(room) && last > self.read.get(&room).copied().unwrap_or(0) {
            line.wanted.insert(room, last);
        }
    }

    /// What comes before the room was asked for comes again after; so it is left.
    fn read(&mut self, line: &mut Line, message: &Value) {
        let room = self.room_of(message);
        if !line.joined.contains(&room) {
            return;
        }
        let place = Place { room, seq: message["seq"].as_u64().unwrap() };
        let words: Words = message["text"].as_str().unwrap().parse().unwrap();
        if line.wanted.get(&room).is_some_and(|last| place.seq >= *last) {
            line.wanted.remove(&room);
        }
        if words.client != self.number {
            self.read.insert(room, place.seq);
        }
        self.record.read(place, words);
    }

    fn accepted(&mut self, event: &Value) {
        let n = event["n"].as_u64().unwrap();
        if let Some(at) = self.outbox.iter().position(|(waiting, _)| *waiting == n) {
            let (_, room) = self.outbox.remove(at).unwrap();
            self.record.accepted(self.words(n), room, event["seq"].as_u64());
        }
    }

    fn refused(&mut self, event: &Value) -> io::Result<()> {
        match event["code"].as_str().unwrap() {
            // Its welcome was lost with the token: it is nobody yet, and takes another name.
            "name_taken" if self.token.is_none() => {
                self.names += 1;
                Err(io::ErrorKind::ConnectionRefused.into())
            }
            _ => panic!("client {} was refused: {event}", self.number),
        }
    }

    fn room_of(&self, event: &Value) -> u32 {
        let name = event["room"].as_str().unwrap();
        let room = self.rooms.iter().find(|room| room_name(**room) == name);
        *room.unwrap_or_else(|| panic!("client {} is not in {name}", self.number))
    }
}

impl Line {
    async fn send(&mut self, command: &Value) -> io::Result<()> {
        self.outgoing.write_all(format!("{command}\n").as_bytes()).await
    }

    async fn next(&mut self) -> io::Result<Value> {
        let line = self.incoming.next_line().await?;
        let line = line.ok_or(io::ErrorKind::UnexpectedEof)?;
        // The last line of a daemon that was killed may be cut.
        let start = line.find('{').unwrap_or(0);
        serde_json::from_str(&line[start..]).map_err(|_| io::ErrorKind::InvalidData.into())
    }
}
