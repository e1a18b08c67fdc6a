//! Users of a room of their own who edit, delete, react and reply, by lines of JSON: what the clients with a screen do
//! not do. At the end, the accepted messages are compared with the journal, and the state of each message with a plain
//! count of all stored ones.

use std::collections::{BTreeMap, BTreeSet, VecDeque};
use std::io;
use std::path::Path;
use std::sync::{Arc, Mutex};
use std::time::Duration;

use chat_proto::Seq;
use chat_server::journal::{Journal, Location, Page, Part, RoomKey, StoredMessage};
use serde_json::{Value, json};
use tokio::io::{AsyncBufReadExt, AsyncWriteExt, BufReader, Lines, ReadHalf, WriteHalf, split};
use tokio::time::{Instant, sleep, timeout_at};

use super::network::{self, connect};
use crate::findings::{EVENTS_ROOM, State, states};

/// Pause before a user reconnects, and before it sends, in milliseconds.
const PAUSE_MS: std::ops::Range<u64> = 50..700;

/// Time without a line after which a connection is given up: longer than the daemon is silent, since it pings.
const SILENT_MAX: Duration = Duration::from_secs(20);

/// Messages that wait for their answer at most.
const WINDOW: usize = 6;

/// Why an event is refused that comes too late, or changes nothing.
const TOO_LATE: [&str; 6] =
    ["no_such_message", "removed", "bad_target", "not_yours", "deleted", "no_change"];

/// A user of the room.
#[derive(Debug)]
pub(super) struct EventsUser {
    number: u32,
    random: fastrand::Rng,
    pub(super) is_sending: bool,
    /// Names whose `welcome`, with the token, was lost.
    lost_names: u32,
    token: Option<String>,
    epoch: Option<String>,
    last_n: u64,
    /// The fields of each `say` without an answer.
    outbox: VecDeque<(u64, Value)>,
    /// The `seq` of each `n` that was accepted in this epoch of the journal.
    accepted: BTreeMap<u64, u64>,
    /// Its own texts.
    own: Vec<u64>,
    last_seen: u64,
    /// The states of messages that it was sent last, by `seq`.
    states: BTreeMap<u64, State>,
}

/// The number of faults at the end, and of the messages that were compared.
#[derive(Debug, Default, Clone, Copy, PartialEq, Eq)]
pub struct EventFindings {
    /// Accepted messages and events.
    pub accepted: u64,
    /// States that were compared.
    pub states: u64,
    /// Those accepted that are not stored at their place, stored twice, gaps, and states that differ.
    pub wrong: u64,
}

type Stream = (Lines<BufReader<ReadHalf<network::Stream>>>, WriteHalf<network::Stream>);

impl EventsUser {
    pub(super) fn new(number: u32, random: fastrand::Rng) -> Self {
        Self {
            number,
            random,
            is_sending: false,
            lost_names: 0,
            token: None,
            epoch: None,
            last_n: 0,
            outbox: VecDeque::new(),
            accepted: BTreeMap::new(),
            own: Vec::new(),
            last_seen: 0,
            states: BTreeMap::new(),
        }
    }

    /// Whether everything that it has sent is answered.
    pub(super) fn is_done(&self) -> bool {
        self.outbox.is_empty()
    }

    fn device(&self) -> String {
        format!("torture-{}", 2_000 + self.number)
    }

    fn hello(&self) -> Value {
        let name = format!("events-{}-{}", self.number, self.lost_names);
        let mut hello = json!({"type": "hello", "version": 1, "name": name, "device": self.device(),
                               "features": ["events", "unknown_kinds"]});
        if let Some(token) = &self.token {
            hello["token"] = token.as_str().into();
        }
        hello
    }

    /// The next command: a message, or a question for the states once all are sent.
    fn next(&mut self) -> Option<Value> {
        if !self.is_sending {
            let history = json!({"type": "history", "room": EVENTS_ROOM});
            return self.outbox.is_empty().then_some(history);
        }
        if self.outbox.len() == WINDOW {
            return None;
        }
        self.last_n += 1;
        let fields = self.fields();
        self.outbox.push_back((self.last_n, fields));
        self.outbox.back().map(|(n, fields)| say(*n, fields))
    }

    fn fields(&mut self) -> Value {
        let text = format!("event {} of {}", self.last_n, self.number);
        let seen = self.last_seen.saturating_sub(self.random.u64(..8));
        let own = self.random.choice(self.own.iter().copied());
        let on = self.random.u8(..3) > 0;
        match (self.random.u8(..12), own) {
            (0..3, _) if seen > 0 => {
                json!({"kind": "reaction", "target": seen, "emoji": "👍", "on": on})
            }
            (3, _) if seen > 0 => json!({"text": text, "reply_to": seen}),
            (4, _) if seen > 0 => json!({"kind": "pin", "target": seen, "on": on}),
            (5, Some(own)) => json!({"kind": "edit", "target": own, "text": text}),
            (6, Some(own)) => json!({"kind": "delete", "target": own}),
            (7, _) if seen > 0 => json!({"text": text, "thread": seen}),
            (8, _) => json!({"kind": "topic", "topic": text}),
            _ => json!({"text": text}),
        }
    }

    /// Takes an event of the server. Returns what to send; an error if the connection is to be closed.
    fn take(&mut self, event: &Value) -> io::Result<Vec<Value>> {
        match event["type"].as_str().unwrap_or_default() {
            "welcome" => return Ok(self.welcomed(event)),
            "message" if event["room"] == EVENTS_ROOM => {
                self.last_seen = self.last_seen.max(event["seq"].as_u64().unwrap_or(0));
            }
            "accepted" => self.answered(event, event["seq"].as_u64()),
            "refused" => {
                let code = event["code"].as_str().unwrap_or_default();
                match code {
                    "name_taken" if self.token.is_none() => self.lost_names += 1,
                    // The server is ending, or a restore has set it back to before this user.
                    "bad_token" => (self.token, self.lost_names) = (None, self.lost_names + 1),
                    "shutdown" => {}
                    _ if TOO_LATE.contains(&code) => {
                        self.answered(event, None);
                        return Ok(Vec::new());
                    }
                    _ => panic!("events user {} was refused: {event}", self.number),
                }
                return Err(io::ErrorKind::ConnectionAborted.into());
            }
            "history" => {
                let messages = event["messages"].as_array().map(Vec::as_slice).unwrap_or_default();
                let state = |one: &Value| Some((one["seq"].as_u64()?, State::of(one)?));
                self.states = messages.iter().filter_map(state).collect();
            }
            "ping" => return Ok(vec![json!({"type": "pong", "nonce": event["nonce"]})]),
            "goodbye" => return Err(io::ErrorKind::ConnectionAborted.into()),
            _ => {}
        }
        Ok(Vec::new())
    }

    fn welcomed(&mut self, welcome: &Value) -> Vec<Value> {
        self.token = welcome["token"].as_str().map(str::to_owned);
        let epoch = welcome["journal"]["epoch"].as_str().map(str::to_owned);
        if self.epoch != epoch {
            (self.epoch, self.last_seen) = (epoch, 0);
            self.accepted.clear();
            self.own.clear();
        }
        let join = json!({"type": "join", "room": EVENTS_ROOM, "since": self.last_seen});
        let again = self.outbox.iter().map(|(n, fields)| say(*n, fields));
        [join].into_iter().chain(again).collect()
    }

    fn answered(&mut self, answer: &Value, seq: Option<u64>) {
        let Some(at) = self.outbox.iter().position(|(n, _)| answer["n"] == *n) else { return };
        let (n, fields) = self.outbox.remove(at).expect("it was found there");
        let Some(seq) = seq else { return };
        self.accepted.insert(n, seq);
        if fields.get("kind").is_none() {
            self.own.push(seq);
        }
    }

    fn pause(&mut self) -> Duration {
        Duration::from_millis(self.random.u64(PAUSE_MS))
    }
}

fn say(n: u64, fields: &Value) -> Value {
    let mut say = json!({"type": "say", "room": EVENTS_ROOM, "n": n});
    for (name, value) in fields.as_object().expect("the fields of a say") {
        say[name] = value.clone();
    }
    say
}

/// Runs the client, which reconnects for as long as the simulation lasts.
pub(super) async fn chat(user: Arc<Mutex<EventsUser>>) -> turmoil::Result {
    loop {
        if let Ok(stream) = connect().await {
            let (read, write) = split(stream);
            // An error is a lost connection, as the storm causes.
            let _ = run((BufReader::new(read).lines(), write), &user).await;
        }
        let pause = user.lock().unwrap().pause();
        sleep(pause).await;
    }
}

async fn run((mut lines, mut write): Stream, user: &Mutex<EventsUser>) -> io::Result<()> {
    let hello = user.lock().unwrap().hello();
    write.write_all(format!("{hello}\n").as_bytes()).await?;
    write.flush().await?;
    let mut is_in = false;
    let mut last_line = Instant::now();
    // A line does not put this off: lines of the lobby come more often.
    let mut next_send = last_line + user.lock().unwrap().pause();
    while last_line.elapsed() < SILENT_MAX {
        let commands = match timeout_at(next_send, lines.next_line()).await {
            Err(_) => {
                let mut user = user.lock().unwrap();
                next_send = Instant::now() + user.pause();
                if is_in { user.next().into_iter().collect() } else { Vec::new() }
            }
            Ok(line) => {
                last_line = Instant::now();
                let line = line?.ok_or(io::ErrorKind::UnexpectedEof)?;
                let start = line.find('{').unwrap_or(0);
                let event = serde_json::from_str(&line[start..])?;
                let commands = user.lock().unwrap().take(&event)?;
                is_in |= event["type"] == "welcome";
                commands
            }
        };
        for command in commands {
            write.write_all(format!("{command}\n").as_bytes()).await?;
        }
        write.flush().await?;
    }
    Ok(())
}

/// Compares the answers and states that the users received with the journal in `directory`, which no daemon uses.
pub(super) async fn compare(directory: &Path, users: &[Arc<Mutex<EventsUser>>]) -> EventFindings {
    let stored = read_all(directory).await;
    let mut findings = EventFindings::default();
    let first = stored.first().map_or(0, |message| message.seq.get());
    let gaps = stored.windows(2).filter(|pair| pair[0].seq.next() != pair[1].seq).count();
    let mut numbers = BTreeSet::new();
    let is_twice = |message: &&StoredMessage| {
        message.n.is_some() && !numbers.insert((message.device.as_str().to_owned(), message.n))
    };
    let twice = stored.iter().filter(is_twice).count();
    findings.wrong += (gaps + twice) as u64;
    let by_seq: BTreeMap<u64, &StoredMessage> =
        stored.iter().map(|message| (message.seq.get(), message)).collect();
    let counted = states(&stored);
    for user in users {
        let user = user.lock().unwrap();
        for (n, seq) in user.accepted.iter().filter(|(_, seq)| **seq >= first) {
            findings.accepted += 1;
            let is_it = |message: &&StoredMessage| {
                message.device.as_str() == user.device() && message.n == Some(*n)
            };
            findings.wrong += u64::from(!by_seq.get(seq).is_some_and(is_it));
        }
        for (seq, state) in user.states.iter().filter(|(seq, _)| **seq >= first) {
            findings.states += 1;
            findings.wrong += u64::from(counted.get(seq) != Some(state));
        }
    }
    findings
}

/// All messages of the room.
async fn read_all(directory: &Path) -> Vec<StoredMessage> {
    let location = Location::DirectoryInTask(directory.to_owned());
    let (journal, restored) = Journal::open_to_read(&location).unwrap();
    let is_it = |key: &RoomKey| matches!(key, RoomKey::Named(name) if name.as_str() == EVENTS_ROOM);
    let Some(room) = restored.rooms.iter().find(|room| is_it(&room.key)) else { return Vec::new() };
    let mut messages: Vec<StoredMessage> = Vec::new();
    loop {
        let after = messages.last().map_or(Seq::NONE, |last| last.seq);
        let page = Page { of: Part::After(after), limit: 500 };
        let page = journal.read(room.id, page).await.unwrap();
        if page.is_empty() {
            return messages;
        }
        messages.extend(page);
    }
}
