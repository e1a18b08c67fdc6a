//! The user of a simulated client: types, reads the screen, and records everything that was ever on it,
//! over all runs of the client.

mod in_log;
mod keys;

use std::cell::RefCell;
use std::collections::{BTreeMap, BTreeSet};
use std::rc::Rc;

use chat_client::Connection;
use chat_client::log::Log;
use chat_client::rooms::JoinState;

use chat_proto::{NameError, RoomName, ShortString, UserId, UserName};
use chat_tui::State;
use chat_tui::viewport::ScrollPosition;
use tracing::{error, info};

use self::in_log::{LogSnapshot, lines};
pub(super) use self::keys::keys;
use super::Plan;
use crate::findings::{Label, Position, Record, direct, room_name};

/// The time before or after a backup was restored.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
enum Epoch {
    First,
    Restored,
}

/// A message that the client has sent, or that is in its outbox.
#[derive(Debug, Clone, Copy)]
struct SentMessage {
    room: u32,
    /// Its `seq`, once it is accepted.
    seq: Option<u64>,
    /// The epoch in which it was accepted, or else first seen.
    epoch: Epoch,
}

/// The texts that the user has not read yet.
#[derive(Debug, Clone, Copy, Default)]
struct UnreadState {
    /// The screen does not show the end of its room.
    has_more_below: bool,
    /// The room on the screen has unread messages.
    here: bool,
    /// Another room has unread messages.
    elsewhere: bool,
}

/// The user of one client.
#[derive(Debug)]
pub(super) struct User {
    /// The number of the client.
    number: u32,
    /// The number of the user, who may have several clients.
    user: u32,
    plan: Plan,
    random: fastrand::Rng,
    pub(super) is_sending: bool,
    /// Number of the last message that it sent.
    last_n: u64,
    /// Number of runs of its client.
    runs: u64,
    /// Number of connections of its client.
    connections: u64,
    connected: bool,
    /// Number of rooms that it has joined.
    joined: u32,
    /// Number of its pending messages.
    pending: usize,
    /// The room on the screen.
    shown: String,
    /// The room that the client is switching to. It types nothing until then.
    going_to: Option<String>,
    /// The user whose direct message the client shows once the server has sent the address.
    awaits_direct: Option<u32>,
    /// The users by their numbers in the daemon, for all users.
    directory: Rc<RefCell<BTreeMap<UserId, u32>>>,
    /// The first epoch of the journal, for all users.
    first_epoch: Rc<RefCell<Option<ShortString>>>,
    /// The epoch that this client knows.
    epoch: Epoch,
    /// Its own messages that were ever on the screen.
    own: BTreeMap<Label, SentMessage>,
    /// The messages that were ever on the screen.
    read: BTreeMap<(Epoch, Position), Label>,
    /// Messages in the log, by room.
    in_log: BTreeMap<u32, LogSnapshot>,
    /// Messages that disappeared from a log during a run, though they are within its window.
    gone: BTreeSet<Label>,
    unread: UnreadState,
    /// There is text in the prompt.
    pub(super) has_typed: bool,
    /// Messages that were on the screen twice at once.
    doubled: BTreeSet<Label>,
    /// Messages that were on the screen out of order.
    out_of_order: BTreeSet<Label>,
    /// Number of changes of the connection and of the recorded messages.
    pub(super) changes: u64,
}

impl User {
    /// Makes the user of client `number`.
    pub(super) fn new(
        number: u32,
        plan: &Plan,
        directory: Rc<RefCell<BTreeMap<UserId, u32>>>,
        first_epoch: Rc<RefCell<Option<ShortString>>>,
        random: fastrand::Rng,
    ) -> Self {
        Self {
            number,
            user: plan.user_of(number),
            plan: *plan,
            shown: String::new(),
            going_to: None,
            awaits_direct: None,
            directory,
            random,
            is_sending: false,
            last_n: 0,
            runs: 0,
            connections: 0,
            connected: false,
            joined: 0,
            pending: 0,
            first_epoch,
            epoch: Epoch::First,
            own: BTreeMap::new(),
            read: BTreeMap::new(),
            in_log: BTreeMap::new(),
            gone: BTreeSet::new(),
            unread: UnreadState::default(),
            has_typed: false,
            doubled: BTreeSet::new(),
            out_of_order: BTreeSet::new(),
            changes: 0,
        }
    }

    pub(super) fn name(&self) -> Result<UserName, NameError> {
        UserName::new(&user_name(self.user))
    }

    /// Records a start of the client.
    pub(super) fn begin(&mut self) {
        self.runs += 1;
        self.connected = false;
        self.going_to = None;
        self.awaits_direct = None;
        self.in_log.clear();
        self.unread = UnreadState::default();
        self.has_typed = false;
        info!(run = self.runs, "starts");
    }

    /// Returns true if it has joined all rooms, and has no pending messages.
    pub(super) fn is_done(&self) -> bool {
        self.connected && self.joined == self.plan.rooms && self.pending == 0
    }

    /// Returns true if it has read everything in all rooms.
    pub(super) const fn has_read_all(&self) -> bool {
        let UnreadState { has_more_below, here, elsewhere } = self.unread;
        !has_more_below && !here && !elsewhere
    }

    /// Returns the number of its pending messages.
    pub(super) const fn pending(&self) -> usize {
        self.pending
    }

    /// Returns the number of doubled messages, and of messages out of order.
    pub(super) fn faults(&self) -> (u64, u64) {
        (self.doubled.len() as u64, self.out_of_order.len() as u64)
    }

    /// Returns true if another client has the same directory.
    const fn shares_directory(&self, client: u32) -> bool {
        client % self.plan.users < self.plan.users_with_two_clients
            && client < self.plan.users + self.plan.users_with_two_clients
    }

    /// Returns the number of messages that disappeared from a log during a run.
    pub(super) fn gone(&self) -> u64 {
        self.gone.len() as u64
    }

    /// Returns what it received. `restored` is true if a backup was restored. A message that it saw
    /// pending counts as accepted, since at the end it must be.
    pub(super) fn record(&self, restored: bool) -> Record {
        let mut record = Record::new(self.number, self.user);
        // The outbox of a copy may send messages again, late, that the restore undid.
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
        record.connections = self.connections;
        record
    }

    /// Reads the screen.
    pub(super) fn read_screen(&mut self, state: &State) {
        let client = &state.client;
        let connected = matches!(client.connection(), Connection::Connected { .. });
        let is_refused = matches!(client.connection(), Connection::Refused { .. });
        assert!(!is_refused, "user {} was refused", self.number);
        if std::mem::replace(&mut self.connected, connected) != connected {
            info!(connected, "connection changed");
            self.connections += u64::from(connected);
            self.changes += 1;
        }
        if let Some(epoch) = client.epoch() {
            let mut first = self.first_epoch.borrow_mut();
            let is_first = first.get_or_insert_with(|| epoch.clone()) == epoch;
            self.epoch = if is_first { Epoch::First } else { Epoch::Restored };
        }
        self.has_typed = !state.prompt.editor.is_empty();
        if let Some(me) = client.me() {
            self.directory.borrow_mut().insert(me, self.user);
        }
        let public = (0..self.plan.rooms).map(room_name);
        let is_joined = |name: &String| {
            let mut rooms = client.rooms().list().iter();
            rooms.any(|room| room.name().as_str() == name && room.join_state() == JoinState::Joined)
        };
        self.joined = u32::try_from(public.filter(is_joined).count()).unwrap_or(u32::MAX);
        self.pending = client.outbox().messages().count();
        self.shown = client.room().name().as_str().to_owned();
        self.going_to.take_if(|name| *name == self.shown);
        let shown = self.number_of(client.room().name());
        let (user, is_returned) = (self.user, self.has_typed);
        self.awaits_direct.take_if(|to| is_returned || shown == Some(direct(user, *to)));
        let current = client.room();
        let is_back = state.viewport().position() != ScrollPosition::Newest;
        self.unread = UnreadState {
            has_more_below: is_back || current.log().is_cut(),
            here: current.unread() > 0,
            elsewhere: client.next_unread().is_some(),
        };
        for room in client.rooms().list() {
            if let Some(number) = self.number_of(room.name()) {
                self.read_room(number, room.log());
            }
        }
    }

    /// Returns the number of a room, or `None` for a direct message with a user whose number is not known
    /// yet.
    fn number_of(&self, name: &RoomName) -> Option<u32> {
        let Some(pair) = name.pair() else {
            return (0..self.plan.rooms).find(|room| room_name(*room) == name.as_str());
        };
        let directory = self.directory.borrow();
        let [one, other] = pair.map(|id| directory.get(&id).copied());
        Some(direct(one?, other?))
    }

    /// Checks and records the messages of a room, if they have changed.
    fn read_room(&mut self, room: u32, log: &Log) {
        if self.in_log.get(&room).is_some_and(|last| last.is_like(self, log)) {
            return;
        }
        let in_log = {
            let seqs = self.read_lines(room, log);
            LogSnapshot::new(self, log, seqs)
        };
        let Some(last) = self.in_log.insert(room, in_log) else { return };
        for label in last.gone_from(log, &self.in_log[&room]) {
            if self.gone.insert(label) {
                error!(room, %label, "gone from the screen");
            }
        }
    }

    /// Checks and records the messages of a room, in their order on the screen. Returns the `seq` of each.
    fn read_lines(&mut self, room: u32, log: &Log) -> BTreeMap<Label, Option<u64>> {
        let mut in_log = BTreeMap::new();
        let mut there = BTreeMap::new();
        let mut last_n = BTreeMap::new();
        for (seq, text) in lines(self, log) {
            let Some(text) = text else {
                // Messages of the backup are shown again below this line.
                in_log.append(&mut there);
                last_n.clear();
                continue;
            };
            let label: Label = text.parse().unwrap();
            if seq.is_none() && label.client != self.number {
                // It is from a copied outbox, and another client may have sent it. Until the answer
                // arrives, it may be shown twice.
                in_log.insert(label, seq);
                continue;
            }
            if there.insert(label, seq).is_some() && self.doubled.insert(label) {
                error!(room, %label, "doubled");
            }
            let last = last_n.insert(label.client, label.n);
            // Until it is accepted, a message is shown below those that the client on a copy has sent.
            let may_be_late = seq.is_none() || self.epoch == Epoch::Restored;
            if last.is_some_and(|last| last > label.n)
                && !self.shares_directory(label.client)
                && !(may_be_late && self.plan.is_copied(label.client))
                && self.out_of_order.insert(label)
            {
                error!(room, %label, seq, last, "out of order");
            }
            self.record_message(room, seq, label);
        }
        in_log.append(&mut there);
        in_log
    }

    fn record_message(&mut self, room: u32, seq: Option<u64>, label: Label) {
        if label.client == self.number {
            let epoch = self.epoch;
            let own = self.own.entry(label).or_insert_with(|| {
                info!(room, %label, "sent");
                SentMessage { room, seq: None, epoch }
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
}

/// Returns the name of a user.
fn user_name(user: u32) -> String {
    format!("user-{user}")
}
