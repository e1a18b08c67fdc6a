//! The board that the users of a group share: the states that the group may be in, its messages, and the faults.

mod lists;
mod sessions;

use std::collections::{BTreeMap, VecDeque};
use std::time::Duration;

use serde_json::Value;

use super::certain::{Certain, Ticket};
use super::order::{Order, Room, User};
use super::record::Record;
use super::state::{Answer, RoomState, State};
use super::worlds::{Outcome, Worlds};
use super::{Backup, Findings, ROOMS, Settings, USERS, room_name, user_name};

/// Labels of a group, at most: no other group has one of them.
const LABELS: u64 = 1_000_000;

/// A message of a user.
#[derive(Debug, Clone, Copy)]
pub(super) struct SentMessage {
    pub(super) room: Room,
    /// When it was first sent.
    pub(super) sent: Ticket,
    /// Number of times that it was sent, and the last connection.
    pub(super) times: u32,
    pub(super) connection: u64,
    pub(super) answer: Option<SayAnswer>,
}

/// The answer to a message.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum SayAnswer {
    /// It is stored at that place; in this life of the journal, or also in the backup.
    Accepted { seq: u64, life: u32, is_saved: bool },
    /// It is not stored, unless another copy of it is on its way.
    Refused { is_sure: bool },
}

/// A user of the group.
#[derive(Debug, Default)]
pub(super) struct Peer {
    pub(super) id: Option<u64>,
    pub(super) is_online: bool,
    /// Whether it has connected, and has not listed its rooms yet.
    pub(super) is_new: bool,
    /// Whether an earlier connection of it may still be served.
    pub(super) may_have_ghosts: bool,
    /// When it last sent a `hello`.
    hello: Ticket,
    pub(super) connection: u64,
    pub(super) outbox: VecDeque<u64>,
    pub(super) last_n: u64,
    /// The last accepted message by room, with its connection.
    pub(super) last: [Option<(Ticket, u64)>; ROOMS],
}

/// The part that the users of a group share.
#[derive(Debug)]
pub(super) struct Board {
    pub(super) settings: Settings,
    pub(super) random: fastrand::Rng,
    pub(super) worlds: Worlds,
    /// The states that a backup may have.
    saved: Worlds,
    pub(super) is_saved: bool,
    in_flight: Vec<Order>,
    now: Ticket,
    pub(super) certain: Certain,
    epoch: Option<String>,
    pub(super) life: u32,
    /// Whether a backup was restored, and the states are not known yet.
    pub(super) is_restored: bool,
    pub(super) has_begun: bool,
    pub(super) is_sending: bool,
    pub(super) is_done: bool,
    pub(super) users: [Peer; USERS],
    pub(super) said: BTreeMap<(User, u64), SentMessage>,
    /// Texts in this life of the journal that others can delete.
    pub(super) texts: Vec<(Room, u64, User)>,
    pub(super) verified: Vec<Record>,
    /// The number of the last record that was compared.
    pub(super) last_record: u64,
    last_label: u64,
    pub(super) findings: Findings,
}

impl Board {
    pub(super) fn new(settings: Settings, random: fastrand::Rng) -> Self {
        let group = settings.group;
        Self {
            settings,
            random,
            worlds: Worlds::new(State { group, ..State::default() }),
            saved: Worlds::default(),
            is_saved: false,
            in_flight: Vec::new(),
            now: 0,
            certain: Certain::default(),
            epoch: None,
            life: 0,
            is_restored: false,
            has_begun: false,
            is_sending: true,
            is_done: false,
            users: Default::default(),
            said: BTreeMap::new(),
            texts: Vec::new(),
            verified: Vec::new(),
            last_record: 0,
            last_label: 0,
            findings: Findings::default(),
        }
    }

    pub(super) fn next_label(&mut self) -> u64 {
        self.last_label += 1;
        u64::from(self.settings.group) * LABELS + self.last_label
    }

    pub(super) fn tick(&mut self) -> Ticket {
        self.now += 1;
        self.now
    }

    /// Records a fault, the first with its description. The group ends, since nothing is known any more.
    pub(super) fn fault(
        &mut self,
        count: fn(&mut Findings) -> &mut u64,
        what: impl FnOnce() -> String,
    ) {
        *count(&mut self.findings) += 1;
        if self.findings.first.is_none() {
            self.findings.first = Some(format!("group {}: {}", self.settings.group, what()));
        }
    }

    /// Everything in the group is in the state of its begin: all rooms are there, made by the owner. There is no backup
    /// yet; one that is made before the next command has this state.
    pub(super) fn begin(&mut self) {
        let mut state = State { group: self.settings.group, ..State::default() };
        state.roles[0] = super::order::Role::Owner;
        for room in &mut state.rooms {
            *room = RoomState::default();
            (room.members[0], room.known[0]) = (true, true);
            room.roles[0] = super::order::Role::Owner;
        }
        self.worlds = Worlds::new(state);
        self.saved = self.worlds.clone();
        self.has_begun = true;
        self.set_certain();
    }

    fn set_certain(&mut self) {
        let now = self.tick();
        let unknown = Worlds::default();
        let in_flight: Vec<_> =
            self.in_flight.iter().map(|order| (order.clone(), Outcome::Unanswered)).collect();
        let possible = self.worlds.after(&in_flight);
        let is_known = self.has_begun && !self.is_restored;
        self.certain.set(now, if is_known { &possible } else { &unknown });
    }

    /// Orders are sent.
    pub(super) fn send(&mut self, orders: &[Order]) {
        self.in_flight = orders.to_vec();
        self.set_certain();
    }

    /// The orders that were sent have these outcomes. `sent` is what their clients were sent.
    pub(super) fn answer(&mut self, outcomes: &[Outcome], sent: &[Vec<Value>]) {
        let orders: Vec<_> =
            std::mem::take(&mut self.in_flight).into_iter().zip(outcomes.iter().copied()).collect();
        if self.is_restored {
            return;
        }
        let before = self.worlds.clone();
        let mut after = self.worlds.after(&orders);
        let is_alone =
            orders.len() == 1 || orders.iter().all(|(order, _)| self.changes_nothing(order));
        for ((order, outcome), events) in orders.iter().zip(sent).filter(|_| is_alone) {
            let (Order::Join { room, .. }, Outcome::Done) = (order, outcome) else { continue };
            let name = room_name(self.settings.group, *room);
            let is_it = |event: &&Value| event["type"] == "room" && event["room"] == name;
            if let Some(event) = events.iter().rev().find(is_it) {
                after = after.that(|state| is_room(state, *room, event));
            }
        }
        for (_, outcome) in &orders {
            match outcome {
                Outcome::Done => self.findings.done += 1,
                Outcome::Refused => self.findings.refused += 1,
                Outcome::Unanswered | Outcome::NotTaken => {}
            }
        }
        self.narrow(
            after,
            |findings| &mut findings.wrong_orders,
            || format!("{orders:?} with {sent:?} after {:?}", before.iter().next()),
        );
        self.save(&before, &orders);
    }

    /// Whether the user is in the room.
    pub(super) fn is_in(&self, user: User, room: Room) -> Answer {
        self.worlds.agree(|state| Answer::of(state.rooms[room].members[user]))
    }

    fn changes_nothing(&self, order: &Order) -> bool {
        match order {
            Order::Read { .. } => true,
            Order::Join { by, room } => self.is_in(*by, *room) == Answer::Yes,
            _ => false,
        }
    }

    /// The states that are left. If there is none, the server was wrong.
    pub(super) fn narrow(
        &mut self,
        left: Worlds,
        count: fn(&mut Findings) -> &mut u64,
        what: impl FnOnce() -> String,
    ) {
        if left.is_empty() {
            self.fault(count, what);
        } else {
            self.worlds = left;
        }
        self.set_certain();
    }

    /// Keeps the states that a backup may have, which is made from one moment on to another: those before and after
    /// each of the orders.
    fn save(&mut self, before: &Worlds, orders: &[(Order, Outcome)]) {
        let backup = self.settings.backup.get();
        if backup == Backup::None {
            self.saved = self.worlds.clone();
        } else if !self.is_saved {
            let one_by_one: Vec<_> =
                orders.iter().map(|(order, _)| (order.clone(), Outcome::Unanswered)).collect();
            self.saved.extend(&before.after(&one_by_one));
            self.saved.extend(&self.worlds);
            self.is_saved = backup == Backup::Made;
        }
    }

    pub(super) fn pause(&mut self) -> Duration {
        Duration::from_millis(self.random.u64(self.settings.pauses_ms.clone()))
    }
}

/// Whether a `room` event is what a state says.
fn is_room(state: &State, room: Room, event: &Value) -> bool {
    let at = &state.rooms[room];
    let topic = at.topic.map(super::order::topic).unwrap_or_default();
    let list = |field: &str| event[field].as_array().cloned().unwrap_or_default();
    let roles = list("roles");
    let is_like = |user: &Value| {
        let of_group = (0..USERS).find(|one| user["name"] == user_name(state.group, *one));
        let role = roles.iter().find(|holder| holder["id"] == user["id"]);
        let role = role.and_then(|holder| holder["role"].as_str()).unwrap_or_default();
        of_group.is_none_or(|one| {
            at.members[one] && state.rank(one, room) == super::order::Role::of(role)
        })
    };
    at.rules.are(&event["rules"]) && event["topic"] == topic && list("users").iter().all(is_like)
}
