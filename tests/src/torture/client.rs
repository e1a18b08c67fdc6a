//! One client of the torture, and its user.

use std::collections::{HashMap, VecDeque};
use std::io;
use std::net::SocketAddr;
use std::pin::Pin;
use std::sync::Arc;
use std::time::Duration;

use serde_json::{Value, json};
use tokio::sync::{Barrier, watch};
use tokio::time::sleep;

use super::COPIED;
use super::findings::{Place, Record, Words, direct, other};
use super::line::Line;
use super::users::Users;

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

/// A message that has no answer yet.
#[derive(Debug, Clone)]
struct Waiting {
    /// The device that gave it its number.
    device: Arc<str>,
    words: Words,
    room: u32,
}

/// What all clients of a torture share.
#[derive(Debug, Clone)]
pub(super) struct Common {
    pub(super) address: SocketAddr,
    pub(super) users: Arc<Users>,
    /// Whether there is something to say.
    pub(super) talking: watch::Receiver<bool>,
    /// Whether all is accepted.
    pub(super) settled: Arc<Barrier>,
}

/// One client, with what it would store on its disk.
#[derive(Debug)]
pub(super) struct Client {
    number: u32,
    user: u32,
    device: Arc<str>,
    /// The number of the client that goes on with a copy of this one's disk, until there is one.
    copy: Option<u32>,
    habit: Habit,
    random: fastrand::Rng,
    rooms: Vec<u32>,
    /// How many names it has had: one whose welcome was lost is lost with it.
    names: u32,
    last_n: u64,
    outbox: VecDeque<Waiting>,
    /// The last message of others that it has, by room.
    read: HashMap<u32, u64>,
    epoch: Option<String>,
    record: Record,
    common: Common,
}

/// A client that runs.
type Running = Pin<Box<dyn Future<Output = Vec<Record>> + Send>>;

impl Client {
    /// The client `number` of `user`, in the lobby, most of the other `rooms`, and in private conversations
    /// with two others.
    pub(super) fn new(
        (number, user): (u32, u32),
        rooms: u32,
        common: Common,
        random: fastrand::Rng,
    ) -> Self {
        let habit = match number % 4 {
            0 => Habit::Slow,
            1 => Habit::Restless,
            _ => Habit::Fast,
        };
        let public = (0..rooms).filter(|room| *room == 0 || !(user + room).is_multiple_of(4));
        let users = common.users.count();
        let private = [1, users - 1].map(|apart| direct(user, (user + apart) % users));
        Self {
            number,
            user,
            device: format!("torture-{number}").into(),
            copy: None,
            habit,
            random,
            rooms: public.chain(private).collect(),
            names: 0,
            last_n: 0,
            outbox: VecDeque::new(),
            read: HashMap::new(),
            epoch: None,
            record: Record::new(number, user),
            common,
        }
    }

    /// Has its disk copied after a while: the client `number` goes on with the copy.
    pub(super) const fn copied_as(mut self, number: u32) -> Self {
        self.copy = Some(number);
        self
    }

    /// A client on a copy of this one's disk. It is a run of its own, with a device of its own.
    fn copy_of_disk(&mut self, number: u32) -> Self {
        Self {
            number,
            device: format!("torture-{number}").into(),
            outbox: self.outbox.clone(),
            rooms: self.rooms.clone(),
            read: self.read.clone(),
            epoch: self.epoch.clone(),
            record: Record::new(number, self.user),
            common: self.common.clone(),
            random: self.random.fork(),
            copy: None,
            last_n: 0,
            ..*self
        }
    }

    /// Says and reads while there is talk, then has all accepted, waits until everybody has, reads
    /// everything there is, and returns what it was told; also what the client on a copy of its disk was.
    pub(super) fn live(mut self) -> Running {
        Box::pin(async move {
            let mut copy = None;
            while *self.common.talking.borrow() || !self.outbox.is_empty() || self.copy.is_some() {
                // A line that is lost is what this is about; the next call goes on from there.
                let _ = self.talk().await;
                if let Some(number) = self.copy.take_if(|_| self.common.users.has(self.user)) {
                    copy = Some(tokio::spawn(self.copy_of_disk(number).live()));
                }
                sleep(CALL_AGAIN).await;
            }
            self.common.settled.wait().await;
            while self.catch_up().await.is_err() {
                sleep(CALL_AGAIN).await;
            }
            let mut records = vec![self.record];
            if let Some(copy) = copy {
                records.extend(copy.await.unwrap());
            }
            records
        })
    }

    /// One connection on which it says and reads.
    async fn talk(&mut self) -> io::Result<()> {
        let mut line = self.call().await?;
        let mut patience = match self.habit {
            Habit::Restless => self.random.u32(50..3000),
            Habit::Fast | Habit::Slow => u32::MAX,
        };
        let talking = self.common.talking.clone();
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
    async fn catch_up(&mut self) -> io::Result<()> {
        let mut line = self.call().await?;
        while line.joined.len() < self.rooms.len() || !line.wanted.is_empty() {
            let event = line.next().await?;
            self.hear(&mut line, &event).await?;
        }
        Ok(())
    }

    /// Connects and says hello; what is said then comes after the `pong`.
    async fn call(&mut self) -> io::Result<Line> {
        let known = self.common.users.token(self.user);
        if known.is_none() && self.number != self.user {
            // A second client of a user who has no token yet would be another user.
            return Err(io::ErrorKind::NotConnected.into());
        }
        let mut line = Line::connect(self.common.address).await?;
        let mut hello = json!({"type": "hello", "version": 1, "device": *self.device});
        match known {
            Some((name, token)) => {
                hello["name"] = name.into();
                hello["token"] = token.into();
            }
            None => hello["name"] = format!("client-{}-{}", self.user, self.names).into(),
        }
        line.send(&hello).await?;
        line.send(&json!({"type": "ping", "nonce": 1})).await?;
        self.record.calls += 1;
        Ok(line)
    }

    async fn say_something(&mut self, line: &mut Line) -> io::Result<()> {
        let room = self.rooms[self.random.usize(..self.rooms.len())];
        if self.common.users.room_name(room).is_none() {
            return Ok(());
        }
        self.last_n += 1;
        let to = other(room, self.user);
        let words = Words { client: self.number, n: self.last_n, to };
        let waiting = Waiting { device: Arc::clone(&self.device), words, room };
        self.outbox.push_back(waiting.clone());
        self.say(line, &waiting).await
    }

    async fn say(&self, line: &mut Line, waiting: &Waiting) -> io::Result<()> {
        let Waiting { device, words, room } = waiting;
        let room = self.common.users.room_name(*room);
        let mut say = json!({"type": "say", "room": room, "n": words.n, "text": words.to_string()});
        if *device != self.device {
            say["device"] = (**device).into();
        }
        line.send(&say).await
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
        self.common.users.welcomed(self.user, welcome);
        let epoch = welcome["journal"]["epoch"].as_str().map(str::to_owned);
        if self.epoch.is_some() && self.epoch != epoch {
            // A backup was restored: the places of the messages are others now.
            self.read.clear();
            self.record.restored();
            if self.number == COPIED {
                // What the restore took away may come again, late, from the outbox of the copy.
                self.record.comes_late();
            }
        }
        self.epoch = epoch;
    }

    /// Asks for what was missed, and says again what is not known to be kept.
    async fn greeted(&mut self, line: &mut Line) -> io::Result<()> {
        line.is_greeted = true;
        for room in &self.rooms {
            let since = self.read.get(room).copied().unwrap_or(0);
            if let Some(name) = self.common.users.room_name(*room) {
                line.send(&json!({"type": "join", "room": name, "since": since})).await?;
            }
        }
        for waiting in self.outbox.clone() {
            self.say(line, &waiting).await?;
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
        let words = message["text"].as_str().unwrap().parse::<Words>();
        let words = words.unwrap_or_else(|error| panic!("{error}: {message}"));
        if line.wanted.get(&room).is_some_and(|last| place.seq >= *last) {
            line.wanted.remove(&room);
        }
        if words.client != self.number {
            self.read.insert(room, place.seq);
        }
        self.record.read(place, words);
    }

    /// A message is stored: at that place, also if it is a repeat.
    fn accepted(&mut self, event: &Value) {
        let n = event["n"].as_u64().unwrap();
        let device = event["device"].as_str().unwrap_or(&self.device);
        let is_it = |waiting: &Waiting| waiting.words.n == n && *waiting.device == *device;
        if let Some(at) = self.outbox.iter().position(is_it) {
            let Waiting { words, room, .. } = self.outbox.remove(at).unwrap();
            self.record.accepted(words, room, event["seq"].as_u64());
        }
    }

    fn refused(&mut self, event: &Value) -> io::Result<()> {
        match event["code"].as_str().unwrap() {
            // Its welcome was lost with the token: it is nobody yet, and takes another name.
            "name_taken" if !self.common.users.has(self.user) => {
                self.names += 1;
                Err(io::ErrorKind::ConnectionRefused.into())
            }
            _ => panic!("client {} was refused: {event}", self.number),
        }
    }

    fn room_of(&self, event: &Value) -> u32 {
        let name = event["room"].as_str().unwrap();
        let is_it = |room: &&u32| self.common.users.room_name(**room).as_deref() == Some(name);
        *self
            .rooms
            .iter()
            .find(is_it)
            .unwrap_or_else(|| panic!("client {} is not in {name}", self.number))
    }
}
