//! The user of a simulated client: types, looks at the screen, and remembers all it has ever seen
//! there, however often the client is killed.

use std::cell::RefCell;
use std::collections::{BTreeMap, BTreeSet, VecDeque};
use std::io;
use std::rc::Rc;
use std::time::Duration;

use chat_proto::command::Word;
use chat_proto::{NameError, RoomName, UserName};
use chat_tui::State;
use chat_tui::state::{Body, Connection, Delivery, How, WithServer};
use crossterm::event::{Event, KeyCode, KeyEvent, KeyModifiers};
use futures_util::Stream;
use futures_util::stream::unfold;
use tokio::time::sleep;
use tracing::{error, info};

use super::Plan;
use crate::torture::findings::{Label, Position, Record, direct};
use crate::torture::room_name;

/// How long a user thinks before it types again, in milliseconds.
const THINKS_MS: std::ops::Range<u64> = 20..700;

/// How much a user says into a line that does not answer, before it waits: less than the client holds.
const WAITING_MAX: usize = 60;

/// The time before or after a backup was restored.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
enum Epoch {
    First,
    Restored,
}

/// A message that the client has sent, or has in its outbox.
#[derive(Debug, Clone, Copy)]
struct Own {
    room: u32,
    /// Where it stands, once it is accepted.
    seq: Option<u64>,
    /// When it was accepted, or else first seen.
    epoch: Epoch,
}

/// One user.
#[derive(Debug)]
pub(super) struct User {
    /// The number of the client, and that of the user: a user may have several clients.
    number: u32,
    user: u32,
    plan: Plan,
    users: u32,
    /// How many users have two clients on one directory: the first ones.
    seconds: u32,
    rooms: u32,
    random: fastrand::Rng,
    /// Whether it has something to say.
    pub(super) talks: bool,
    /// How much it has said.
    said: u64,
    /// How often its client was started, and how often it was connected.
    lives: u64,
    calls: u64,
    /// What it sees now: whether there is a session, the rooms it is in, what waits.
    connected: bool,
    is_in: u32,
    waiting: usize,
    /// The room on the screen, and the one it is on the way to: what it types is for that one.
    shown: String,
    going_to: Option<String>,
    /// The user to whose direct message the screen goes as soon as the server has sent its address.
    awaits_direct: Option<u32>,
    /// The numbers that the server has given the users.
    directory: Rc<RefCell<BTreeMap<u64, u32>>>,
    /// The epoch of the journal in which all began, and whether this client is in a later one.
    first_epoch: Rc<RefCell<Option<Word>>>,
    epoch: Epoch,
    /// Its own label that were ever on the screen.
    own: BTreeMap<Label, Own>,
    /// The messages that were ever on the screen.
    read: BTreeMap<(Epoch, Position), Label>,
    /// What was on the screen in this life, and what is gone from it.
    on_screen: BTreeMap<u32, BTreeSet<Label>>,
    gone: BTreeSet<Label>,
    /// Whether something is in its input box.
    pub(super) has_typed: bool,
    /// What was there twice, and what stood in the wrong position.
    doubled: BTreeSet<Label>,
    out_of_order: BTreeSet<Label>,
    /// How often the screen showed something of all this that it had not shown before.
    pub(super) changes: u64,
}

impl User {
    /// The user of client `number`, which is one of `plan`.
    pub(super) fn new(
        number: u32,
        plan: &Plan,
        directory: Rc<RefCell<BTreeMap<u64, u32>>>,
        first_epoch: Rc<RefCell<Option<Word>>>,
        random: fastrand::Rng,
    ) -> Self {
        Self {
            number,
            user: plan.user_of(number),
            plan: *plan,
            users: plan.users,
            seconds: plan.seconds,
            rooms: plan.rooms,
            shown: String::new(),
            going_to: None,
            awaits_direct: None,
            directory,
            random,
            talks: false,
            said: 0,
            lives: 0,
            calls: 0,
            connected: false,
            is_in: 0,
            waiting: 0,
            first_epoch,
            epoch: Epoch::First,
            own: BTreeMap::new(),
            read: BTreeMap::new(),
            on_screen: BTreeMap::new(),
            gone: BTreeSet::new(),
            has_typed: false,
            doubled: BTreeSet::new(),
            out_of_order: BTreeSet::new(),
            changes: 0,
        }
    }

    pub(super) fn name(&self) -> Result<UserName, NameError> {
        UserName::new(&user_name(self.user))
    }

    /// Its client is started.
    pub(super) fn begins(&mut self) {
        self.lives += 1;
        self.connected = false;
        self.going_to = None;
        self.awaits_direct = None;
        self.on_screen.clear();
        self.has_typed = false;
        info!(life = self.lives, "begins");
    }

    /// Whether it is in all rooms, and nothing waits.
    pub(super) fn is_settled(&self) -> bool {
        self.connected && self.is_in == self.rooms && self.waiting == 0
    }

    /// What waits still.
    pub(super) const fn waiting(&self) -> usize {
        self.waiting
    }

    /// What was there twice, and what stood in the wrong position.
    pub(super) fn faults(&self) -> (u64, u64) {
        (self.doubled.len() as u64, self.out_of_order.len() as u64)
    }

    /// Whether another client has the directory of that one.
    const fn shares_directory(&self, client: u32) -> bool {
        client % self.users < self.seconds && client < self.users + self.seconds
    }

    /// What was on the screen, and is gone though the client went on.
    pub(super) fn gone(&self) -> u64 {
        self.gone.len() as u64
    }

    /// All it was told, in a simulation in which a backup was restored or not. What it saw waiting counts as
    /// accepted: in the end it must be.
    pub(super) fn record(&self, restored: bool) -> Record {
        let mut record = Record::new(self.number, self.user);
        // What a restore took away may come again, late, from the outbox of a copy.
        if self.shares_directory(self.number) || restored && self.plan.is_copied(self.number) {
            record.set_unordered();
        }
        for (label, own) in &self.own {
            match restored && own.epoch == Epoch::First {
                true => record.add_accepted_before(*label, own.room, own.seq),
                false => record.add_accepted(*label, own.room, own.seq),
            }
        }
        for ((epoch, position), label) in &self.read {
            match restored && *epoch == Epoch::First {
                true => record.add_read_before(*position, *label),
                false => record.add_read(*position, *label),
            }
        }
        record.connections = self.calls;
        record
    }

    /// Looks at the screen.
    pub(super) fn sees(&mut self, state: &State) {
        let connected = matches!(state.connection, Connection::Connected { .. });
        let is_refused = matches!(state.connection, Connection::Refused { .. });
        assert!(!is_refused, "user {} is not let in", self.number);
        if std::mem::replace(&mut self.connected, connected) != connected {
            info!(connected, "sees");
            self.calls += u64::from(connected);
            self.changes += 1;
        }
        if let Some(epoch) = &state.epoch {
            let mut first = self.first_epoch.borrow_mut();
            let is_first = first.get_or_insert_with(|| epoch.clone()) == epoch;
            self.epoch = if is_first { Epoch::First } else { Epoch::Restored };
        }
        self.has_typed = !state.prompt.editor.is_empty();
        if state.me != 0 {
            self.directory.borrow_mut().insert(state.me, self.user);
        }
        let public = (0..self.rooms).map(room_name);
        let is_in = |name: &String| {
            let mut rooms = state.rooms.list().iter();
            rooms.any(|room| room.name.as_str() == name && room.with_server == WithServer::In)
        };
        self.is_in = u32::try_from(public.filter(is_in).count()).unwrap_or(u32::MAX);
        self.waiting = state.outbox.messages().count();
        self.shown = state.room().name.as_str().to_owned();
        self.going_to.take_if(|name| *name == self.shown);
        let shown = self.number_of(&state.room().name);
        let (user, comes_back) = (self.user, self.has_typed);
        self.awaits_direct.take_if(|to| comes_back || shown == Some(direct(user, *to)));
        for room in state.rooms.list() {
            if let Some(number) = self.number_of(&room.name) {
                self.reads(number, room.log.said());
            }
        }
    }

    /// The number of a room; `None` for a conversation with a user whose number nobody knows yet.
    fn number_of(&self, name: &RoomName) -> Option<u32> {
        let Some(pair) = name.pair() else {
            return (0..self.rooms).find(|room| room_name(*room) == name.as_str());
        };
        let directory = self.directory.borrow();
        let [one, other] = pair.map(|id| directory.get(&id).copied());
        Some(direct(one?, other?))
    }

    /// Reads all that was said in a room, as it stands on the screen.
    fn reads<'a>(&mut self, room: u32, said: impl Iterator<Item = (Option<u64>, &'a Body)>) {
        let mut on_screen = BTreeSet::new();
        let mut there = BTreeSet::new();
        let mut last_n = BTreeMap::new();
        for (seq, body) in said {
            if matches!(body, Body::Restored) {
                // What is above the rule comes again below it, if the backup had it.
                on_screen.append(&mut there);
                last_n.clear();
            }
            let Body::Said { text, how, .. } = body else { continue };
            if matches!(how, How::Own(Delivery::Storing(_))) {
                // Nobody is promised that.
                continue;
            }
            let label: Label = text.parse().unwrap();
            if seq.is_none() && label.client != self.number {
                // From a copied outbox, and perhaps sent by another client by now: until the answer
                // comes, it may be here a second time.
                on_screen.insert(label);
                continue;
            }
            if !there.insert(label) && self.doubled.insert(label) {
                error!(room, %label, "doubled");
            }
            let last = last_n.insert(label.client, label.n);
            // What waits stands below what the client on a copy has sent, until its own answer comes.
            let may_be_late = seq.is_none() || self.epoch == Epoch::Restored;
            if last.is_some_and(|last| last > label.n)
                && !self.shares_directory(label.client)
                && !(may_be_late && self.plan.is_copied(label.client))
                && self.out_of_order.insert(label)
            {
                error!(room, %label, seq, last, "out of order");
            }
            if let How::Own(Delivery::Refused(why)) = how {
                panic!("user {} was refused {label}: {why}", self.number);
            }
            self.takes_in(room, seq, label);
        }
        on_screen.append(&mut there);
        for label in self.on_screen.insert(room, on_screen).unwrap_or_default() {
            if !self.on_screen[&room].contains(&label) && self.gone.insert(label) {
                error!(room, %label, "gone from the screen");
            }
        }
    }

    fn takes_in(&mut self, room: u32, seq: Option<u64>, label: Label) {
        if label.client == self.number {
            let epoch = self.epoch;
            let own = self.own.entry(label).or_insert_with(|| {
                info!(room, %label, "said");
                Own { room, seq: None, epoch }
            });
            if seq.is_some() && (own.seq.is_none() || own.epoch < epoch) {
                (own.seq, own.epoch) = (seq, epoch);
                info!(room, %label, seq, "accepted");
                self.changes += 1;
            }
        }
        if let Some(seq) = seq
            && self.read.insert((self.epoch, Position { room, seq }), label).is_none()
        {
            info!(room, %label, seq, "read");
            self.changes += 1;
        }
    }

    /// What it does next: goes to a room that it sees itself in, says something in the one that is shown
    /// or to another user in private; now and then it calls the server again. Nothing while it is on the way
    /// to a room, as what it types would be said in another.
    fn does(&mut self) -> Option<String> {
        if self.going_to.is_some() || self.awaits_direct.is_some() {
            return None;
        }
        let lobby = || Some(room_name(0));
        match self.random.u32(..60) {
            0 => Some("/reconnect".to_owned()),
            1..15 if self.is_in == self.rooms => {
                let room = room_name(self.random.u32(..self.rooms));
                self.going_to = Some(room.clone()).filter(|room| *room != self.shown);
                Some(format!("/join {room}"))
            }
            15..25 => {
                let to = (self.user + self.random.u32(1..self.users)) % self.users;
                let label = self.next_label(Some(to));
                self.awaits_direct = Some(to);
                Some(format!("/msg {} {label}", user_name(to)))
            }
            _ if self.shown.starts_with('@') => {
                self.going_to = lobby();
                lobby().map(|lobby| format!("/join {lobby}"))
            }
            _ => Some(self.next_label(None).to_string()),
        }
    }

    fn next_label(&mut self, to: Option<u32>) -> Label {
        self.said += 1;
        Label { client: self.number, n: self.said, to }
    }
}

/// What a user is called.
pub(super) fn user_name(user: u32) -> String {
    format!("user-{user}")
}

/// What a user types on its keyboard, for as long as its client lives: first into all the rooms, and
/// then whatever comes to its mind.
pub(super) fn keys(user: &Rc<RefCell<User>>) -> impl Stream<Item = io::Result<Event>> + use<> {
    let first_life = user.borrow().lives == 1;
    let rooms = if first_life { user.borrow().rooms } else { 0 };
    let typed: VecDeque<String> =
        (1..rooms).map(|room| format!("/join {}", room_name(room))).collect();
    let begin = (Rc::clone(user), typed, VecDeque::new());
    unfold(begin, |(user, mut typed, mut keys)| async move {
        if let Some(key) = keys.pop_front() {
            return Some((Ok(key), (user, typed, keys)));
        }
        let line = loop {
            let thinks = user.borrow_mut().random.u64(THINKS_MS);
            sleep(Duration::from_millis(thinks)).await;
            if let Some(line) = typed.pop_front() {
                break line;
            }
            if user.borrow().talks
                && user.borrow().waiting < WAITING_MAX
                && let Some(line) = user.borrow_mut().does()
            {
                break line;
            }
        };
        let key = |code, modifiers| Event::Key(KeyEvent::new(code, modifiers));
        if user.borrow().has_typed {
            // What could not be sent has come back: this user says something else now.
            keys.push_back(key(KeyCode::Char('c'), KeyModifiers::CONTROL));
        }
        keys.push_back(Event::Paste(line));
        keys.push_back(key(KeyCode::Enter, KeyModifiers::NONE));
        let first = keys.pop_front()?;
        Some((Ok(first), (user, typed, keys)))
    })
}
