//! A client of the torture: its state, and what it sends.

mod events;
mod kinds;

use std::collections::{HashMap, VecDeque};
use std::io;
use std::pin::Pin;
use std::sync::Arc;
use std::time::Duration;

use serde_json::{Value, json};
use tokio::sync::{Barrier, watch};
use tokio::time::sleep;

use self::events::READY;
use super::connection::{Connection, Target};
use super::users::Users;
use crate::findings::{Label, Position, Record, direct, other};

/// Most messages that wait for their `accepted`: enough that a kill interrupts some, few enough that they fit
/// into the socket's buffers.
const WINDOW: usize = 16;

/// Pause before a client reconnects.
const RECONNECT_PAUSE: Duration = Duration::from_millis(10);

/// The behaviour of a client.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Habit {
    /// Sends and reads as fast as possible.
    Fast,
    /// Pauses between reads.
    Slow,
    /// Disconnects at random times, and reconnects.
    Restless,
}

/// A message without an answer yet.
#[derive(Debug, Clone)]
struct PendingMessage {
    /// The device that numbered it.
    device: Arc<str>,
    label: Label,
    room: u32,
    /// Its content: the fields of its `say`.
    fields: Value,
}

/// The state that all clients of a torture share.
#[derive(Debug, Clone)]
pub(super) struct SharedState {
    pub(super) target: Target,
    pub(super) users: Arc<Users>,
    /// True while clients send.
    pub(super) is_sending: watch::Receiver<bool>,
    /// Reached by each client once all its messages are accepted.
    pub(super) settled: Arc<Barrier>,
}

/// A client, with the state that a real one has on its disk.
#[derive(Debug)]
pub(super) struct Client {
    number: u32,
    user: u32,
    device: Arc<str>,
    /// The number for the client on a copy of this one's disk, until the copy is made.
    copy: Option<u32>,
    habit: Habit,
    random: fastrand::Rng,
    rooms: Vec<u32>,
    /// Number of names that are lost, since their `welcome`, with the token, did not arrive.
    lost_names: u32,
    last_n: u64,
    outbox: VecDeque<PendingMessage>,
    /// The `seq` of the last message of others that it has read, by room.
    read: HashMap<u32, u64>,
    /// Texts of its own that are accepted, in public rooms.
    own: Vec<Position>,
    epoch: Option<String>,
    record: Record,
    common: SharedState,
}

/// The task of a client, which returns what it received.
type ClientTask = Pin<Box<dyn Future<Output = Vec<Record>> + Send>>;

impl Client {
    /// Makes client `number` of `user`, which joins the lobby and most of the other `rooms`, and sends direct
    /// messages to two users.
    pub(super) fn new(
        (number, user): (u32, u32),
        rooms: u32,
        common: SharedState,
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
            lost_names: 0,
            last_n: 0,
            outbox: VecDeque::new(),
            read: HashMap::new(),
            own: Vec::new(),
            epoch: None,
            record: Record::new(number, user),
            common,
        }
    }

    /// Has its disk copied once the user is known. The copy is the disk of client `number`.
    pub(super) const fn copied_as(mut self, number: u32) -> Self {
        self.copy = Some(number);
        self
    }

    /// Makes a client on a copy of this one's disk. It is another run, with its own device.
    fn copy_of_disk(&mut self, number: u32) -> Self {
        Self {
            number,
            device: format!("torture-{number}").into(),
            outbox: self.outbox.clone(),
            rooms: self.rooms.clone(),
            read: self.read.clone(),
            own: Vec::new(),
            epoch: self.epoch.clone(),
            record: Record::new(number, self.user),
            common: self.common.clone(),
            random: self.random.fork(),
            copy: None,
            last_n: 0,
            ..*self
        }
    }

    /// Sends and reads while clients send, until all its messages are accepted. Waits for the other clients,
    /// then reads all messages. Returns what it received, and what the client on a copy of its disk did.
    pub(super) fn run(mut self) -> ClientTask {
        Box::pin(async move {
            let mut copy = None;
            while *self.common.is_sending.borrow() || !self.outbox.is_empty() || self.copy.is_some()
            {
                // The connection is lost when the daemon is killed.
                let _ = self.send_and_read().await;
                if let Some(number) = self.copy.take_if(|_| self.common.users.has(self.user)) {
                    copy = Some(tokio::spawn(self.copy_of_disk(number).run()));
                }
                sleep(RECONNECT_PAUSE).await;
            }
            self.common.settled.wait().await;
            while self.catch_up().await.is_err() {
                sleep(RECONNECT_PAUSE).await;
            }
            let mut records = vec![self.record];
            if let Some(copy) = copy {
                records.extend(copy.await.unwrap());
            }
            records
        })
    }

    /// Sends and reads on one connection.
    async fn send_and_read(&mut self) -> io::Result<()> {
        let mut connection = self.connect().await?;
        let mut events_left = match self.habit {
            Habit::Restless => self.random.u32(50..3000),
            Habit::Fast | Habit::Slow => u32::MAX,
        };
        let is_sending = self.common.is_sending.clone();
        while events_left > 0 && (*is_sending.borrow() || !self.outbox.is_empty()) {
            if connection.is_ready && *is_sending.borrow() && self.outbox.len() < WINDOW {
                self.say_next(&mut connection).await?;
            }
            let event = connection.next().await?;
            self.handle(&mut connection, &event).await?;
            events_left -= 1;
            if self.habit == Habit::Slow && self.random.u8(..) < 8 {
                sleep(Duration::from_millis(self.random.u64(1..20))).await;
            }
        }
        Ok(())
    }

    /// Reads all messages on one connection.
    async fn catch_up(&mut self) -> io::Result<()> {
        let mut connection = self.connect().await?;
        while connection.answered.len() < self.rooms.len() || !connection.unread.is_empty() {
            let event = connection.next().await?;
            self.handle(&mut connection, &event).await?;
        }
        self.read_states(&mut connection).await
    }

    /// Connects, and sends `hello` and a `ping`. It joins and sends after the `pong`.
    async fn connect(&mut self) -> io::Result<Connection> {
        let known = self.common.users.credentials(self.user);
        if known.is_none() && self.number != self.user {
            // Without the user's token it would be another user.
            return Err(io::ErrorKind::NotConnected.into());
        }
        let mut connection = Connection::connect(&self.common.target).await?;
        let mut hello = json!({"type": "hello", "version": 1, "device": *self.device});
        if self.knows_events() {
            hello["features"] = json!(["events", "unknown_kinds"]);
        }
        match known {
            Some((name, token)) => {
                hello["name"] = name.into();
                hello["token"] = token.into();
            }
            None => hello["name"] = format!("client-{}-{}", self.user, self.lost_names).into(),
        }
        connection.send(&hello).await?;
        connection.send(&json!({"type": "ping", "nonce": READY})).await?;
        self.record.connections += 1;
        Ok(connection)
    }

    async fn say_next(&mut self, connection: &mut Connection) -> io::Result<()> {
        let room = self.rooms[self.random.usize(..self.rooms.len())];
        if self.common.users.room_name(room).is_none() {
            return Ok(());
        }
        self.last_n += 1;
        let to = other(room, self.user);
        let label = Label { client: self.number, n: self.last_n, to };
        let fields = self.next_fields(label, room);
        let pending = PendingMessage { device: Arc::clone(&self.device), label, room, fields };
        self.outbox.push_back(pending.clone());
        self.say(connection, &pending).await
    }

    async fn say(&self, connection: &mut Connection, pending: &PendingMessage) -> io::Result<()> {
        let PendingMessage { device, label, room, fields } = pending;
        let room = self.common.users.room_name(*room);
        let mut say = json!({"type": "say", "room": room, "n": label.n});
        let fields = fields.as_object().unwrap().clone();
        say.as_object_mut().unwrap().extend(fields);
        if *device != self.device {
            say["device"] = (**device).into();
        }
        connection.send(&say).await
    }
}
