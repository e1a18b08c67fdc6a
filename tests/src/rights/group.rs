//! A group, and the orders that it gives to its users, one or two at a time.

use std::sync::{Arc, Mutex};

use futures_util::future::join_all;
use serde_json::{Value, json};
use tokio::sync::{mpsc, oneshot};
use tokio::time::sleep;

use super::board::{Board, Peer};
use super::client::{self, Command, Reply};
use super::entry::{NOT_TAKEN, Secrets};
use super::order::{Order, Room, User};
use super::state::Answer;
use super::worlds::Outcome;
use super::{Connect, ROOMS, Settings, USERS, device_name, room_name, user_name};

/// Records of the audit log in one page.
const PAGE: u64 = 50;

/// Number of orders after which the audit log is compared.
const COMPARED_EVERY: u64 = 40;

/// A group. Its clients can be killed and run again.
#[derive(Debug, Clone)]
pub(crate) struct Group {
    pub(super) board: Arc<Mutex<Board>>,
    pub(super) secrets: Arc<Mutex<Secrets>>,
}

/// The tasks that carry out the orders of a group.
pub(super) struct Run<'a, C> {
    pub(super) group: &'a Group,
    pub(super) connect: &'a C,
    commands: Vec<mpsc::Sender<Command>>,
}

impl Group {
    pub(crate) fn new(settings: Settings, random: fastrand::Rng) -> Self {
        let board = Arc::new(Mutex::new(Board::new(settings, random)));
        Self { board, secrets: Arc::default() }
    }

    /// The user who has to become an owner of the server, so that the group begins.
    pub(crate) fn owner(&self) -> String {
        user_name(self.board.lock().unwrap().settings.group, 0)
    }

    pub(crate) fn has_begun(&self) -> bool {
        self.board.lock().unwrap().has_begun
    }

    /// Whether it has carried out an order and said something, or has ended with a fault.
    pub(crate) fn has_worked(&self) -> bool {
        let findings = &self.board.lock().unwrap().findings;
        !findings.is_clean() || (findings.done > 0 && findings.accepted > 0)
    }

    /// Ends what the users say and do. [`Group::run`] returns once all is answered and compared.
    pub(crate) fn stop(&self) {
        self.board.lock().unwrap().is_sending = false;
    }

    /// Whether there is nothing left to do.
    pub(crate) fn is_done(&self) -> bool {
        self.board.lock().unwrap().is_done
    }

    /// The users who have been in, by their numbers on the server.
    pub(super) fn user_ids(&self) -> Vec<(User, u64)> {
        let board = self.board.lock().unwrap();
        let ids = board.users.iter().enumerate();
        ids.filter_map(|(user, peer)| Some((user, peer.id?))).collect()
    }

    /// Runs the clients of the group until it is stopped, and all is compared. It may be dropped at any time, as by a
    /// kill, and run again.
    pub(crate) async fn run<C: Connect>(&self, connect: &C) {
        self.board.lock().unwrap().abandon();
        let (commands, receivers): (Vec<_>, Vec<_>) = (0..USERS).map(|_| mpsc::channel(1)).unzip();
        let clients = receivers
            .into_iter()
            .enumerate()
            .map(|(user, commands)| client::run(connect, &self.board, user, commands));
        let run = Run { group: self, connect, commands };
        tokio::select! {
            biased;
            () = run.all() => {}
            _ = join_all(clients) => {}
        }
    }
}

impl<C: Connect> Run<'_, C> {
    pub(super) fn board(&self) -> std::sync::MutexGuard<'_, Board> {
        self.group.board.lock().unwrap()
    }

    async fn pause(&self) {
        let pause = self.board().pause();
        sleep(pause).await;
    }

    /// Begins, gives orders while the group is sending, and ends.
    async fn all(&self) {
        while !self.board().has_begun {
            let _ = self.begin().await;
            self.pause().await;
        }
        let mut given = 0_u64;
        while self.board().is_sending && self.board().findings.is_clean() {
            if self.come_back().await.is_none() {
                self.pause().await;
                continue;
            }
            given += 1;
            if given.is_multiple_of(COMPARED_EVERY) {
                let _ = self.compare_records().await;
            }
            let orders = self.choose().await;
            self.give(orders).await;
        }
        while self.board().findings.is_clean() && self.end().await.is_none() {
            self.pause().await;
        }
        self.board().is_done = true;
    }

    /// The owner makes the rooms, once it is one, and writes in each, so that they stay. May be repeated.
    async fn begin(&self) -> Option<()> {
        let account = self.ask(0, json!({"type": "account"})).await?;
        let is_owner = account.events.iter().any(|event| event["role"] == "owner");
        let are_here = self.board().users.iter().all(|user| user.is_online);
        if !is_owner || !are_here {
            return None;
        }
        let group = self.board().settings.group;
        for room in 0..ROOMS {
            let name = room_name(group, room);
            self.ask(0, json!({"type": "join", "room": name})).await?;
            let say = json!({"type": "say", "room": name, "text": "this room stays"});
            self.ask(0, say).await?;
        }
        self.board().begin();
        Some(())
    }

    /// After a reconnect: the earlier connections have ended, the states are those of the backup if one was restored,
    /// and what is there is compared.
    async fn come_back(&self) -> Option<()> {
        if self.board().is_restored {
            self.compare_records().await?;
        }
        let users = |is_it: fn(&Peer) -> bool| -> Vec<User> {
            let board = self.board();
            let found = (0..USERS).filter(|user| is_it(&board.users[*user]));
            found.collect()
        };
        let to_settle = users(|peer| peer.is_online && peer.may_have_ghosts);
        join_all(to_settle.into_iter().map(|user| self.settle(user))).await;
        let new = users(|peer| peer.is_online && peer.is_new);
        if new.is_empty() { Some(()) } else { self.look(&new).await }
    }

    /// Finds out whether the earlier connections of a user have ended.
    async fn settle(&self, user: User) -> Option<()> {
        let account = self.ask(user, json!({"type": "account"})).await?;
        let sessions = account.events.iter().find_map(|event| event["sessions"].as_array());
        if sessions.is_some_and(|sessions| sessions.len() == 1) {
            // What they have queued is decided before this.
            self.ask(user, json!({"type": "read", "room": "#lobby", "seq": 0})).await?;
            self.board().forget_ghosts(user);
        }
        Some(())
    }

    /// Compares what users find after a reconnect.
    async fn look(&self, users: &[User]) -> Option<()> {
        let at_all = || users.iter().flat_map(|by| (0..ROOMS).map(|room| (*by, room)));
        self.give(at_all().map(|(by, room)| Order::Read { by, room }).collect()).await;
        let joins: Vec<Order> = {
            let board = self.board();
            let is_in = |(by, room): &(User, Room)| board.is_in(*by, *room) == Answer::Yes;
            at_all().filter(is_in).map(|(by, room)| Order::Join { by, room }).collect()
        };
        if !joins.is_empty() {
            self.give(joins).await;
        }
        if users.contains(&0) {
            for room in [None].into_iter().chain((0..ROOMS).map(Some)) {
                self.sanctions(room).await?;
            }
            self.compare_records().await?;
        }
        let mut board = self.board();
        if board.is_restored {
            return None; // they look again
        }
        users.iter().for_each(|user| board.users[*user].is_new = false);
        Some(())
    }

    /// The owner asks for the sanctions, which are compared. Returns the list.
    async fn sanctions(&self, room: Option<usize>) -> Option<Value> {
        let group = self.board().settings.group;
        let mut command = json!({"type": "sanctions", "limit": 50});
        if let Some(room) = room {
            command["room"] = room_name(group, room).into();
        }
        let reply = self.ask(0, command).await?;
        let list = reply.events.into_iter().find(|event| event["type"] == "sanctions")?;
        self.board().sanctions(room, &list);
        Some(list)
    }

    /// The owner asks for the records of the group that were not compared yet, which are compared.
    async fn compare_records(&self) -> Option<()> {
        let (group, is_restored) = {
            let board = self.board();
            (board.settings.group, board.is_restored)
        };
        let last = if is_restored { 0 } else { self.board().last_record };
        let (mut new, mut before, mut newest) = (Vec::new(), None, last);
        loop {
            let mut command = json!({"type": "audit", "limit": PAGE});
            if let Some(before) = before {
                command["before"] = Value::from(before);
            }
            let reply = self.ask(0, command).await?;
            let page = reply.events.into_iter().find(|event| event["type"] == "audit")?;
            let records = page["records"].as_array()?.clone();
            let is_over = page["more"] != true
                || records.last().and_then(|record| record["id"].as_u64()) <= Some(last);
            before = records.last().and_then(|record| record["id"].as_u64());
            newest =
                newest.max(records.first().and_then(|record| record["id"].as_u64()).unwrap_or(0));
            let is_ours = |record: &Value| {
                let by = &record["by"]["name"];
                let is_of_group = (0..USERS).any(|user| *by == user_name(group, user));
                is_of_group && record["id"].as_u64() > Some(last)
            };
            new.extend(records.into_iter().filter(is_ours));
            if is_over {
                break;
            }
        }
        new.reverse();
        self.board().records(&new, newest, is_restored);
        Some(())
    }

    /// Chooses the next orders: mostly one order, sometimes two at the same time.
    async fn choose(&self) -> Vec<Order> {
        let one = self.next_order().await;
        let is_pair = self.board().random.u8(..3) == 0;
        let other = if is_pair { self.next_order().await } else { None };
        let other = other.filter(|other| other.by() != one.as_ref().and_then(Order::by));
        one.into_iter().chain(other).collect()
    }

    async fn next_order(&self) -> Option<Order> {
        let drafted = self.board().draft(&mut self.group.secrets.lock().unwrap())?;
        if let Order::Drop { by, user, label, .. } = drafted {
            let id = self.number_of_device(user, label).await?;
            return Some(Order::Drop { by, user, label, id });
        }
        if let Order::End { by, user, .. } = drafted {
            let id = self.number_of_session(user).await?;
            return Some(Order::End { by, user, id });
        }
        let Order::Pardon { label, by, .. } = drafted else { return Some(drafted) };
        let room = self.board().room_of_sanction(label)?;
        let list = self.sanctions(room).await?;
        let is_it = |one: &&Value| super::order::label_of(&one["reason"]) == Some(label);
        let id = list["sanctions"].as_array()?.iter().find(is_it)?["id"].as_u64()?;
        Some(Order::Pardon { by, label, id })
    }

    /// The owner looks up the number of a session of a user; `None` if there is none.
    async fn number_of_session(&self, user: User) -> Option<u64> {
        let name = user_name(self.board().settings.group, user);
        let account = self.ask(0, json!({"type": "account", "user": name})).await?;
        let sessions = account.events.iter().find_map(|event| event["sessions"].as_array())?;
        sessions.last()?["id"].as_u64()
    }

    /// The owner looks up the number of a device. One that is not there has none.
    async fn number_of_device(&self, user: User, label: u64) -> Option<u64> {
        let name = user_name(self.board().settings.group, user);
        let account = self.ask(0, json!({"type": "account", "user": name})).await?;
        let devices = account.events.iter().find_map(|event| event["devices"].as_array())?;
        let device = devices.iter().find(|one| one["device"] == device_name(label));
        Some(device.and_then(|device| device["id"].as_u64()).unwrap_or(0))
    }

    /// Gives the orders at the same time, and records the answers.
    async fn give(&self, orders: Vec<Order>) {
        if orders.is_empty() {
            return self.pause().await;
        }
        self.board().send(&orders);
        let answers = join_all(orders.iter().map(|order| self.carry_out(order))).await;
        let (outcomes, events): (Vec<_>, Vec<_>) = answers.into_iter().unzip();
        self.board().answer(&outcomes, &events);
    }

    async fn carry_out(&self, order: &Order) -> (Outcome, Vec<Value>) {
        // It was chosen for the states before a restore, and nobody would know what it has done.
        if self.board().is_restored {
            return (Outcome::NotTaken, Vec::new());
        }
        let group = self.board().settings.group;
        let Some(by) = order.by() else { return self.come_in(order).await };
        if !self.board().users[by].is_online {
            return (Outcome::NotTaken, Vec::new());
        }
        match self.ask(by, order.command(group)).await {
            None => (Outcome::Unanswered, Vec::new()),
            Some(Reply { refused: Some(code), .. }) if NOT_TAKEN.contains(&&*code) => {
                (Outcome::NotTaken, Vec::new())
            }
            Some(Reply { refused: Some(_), events }) => (Outcome::Refused, events),
            Some(Reply { refused: None, events }) => {
                self.group.secrets.lock().unwrap().note(order, &events);
                (Outcome::Done, events)
            }
        }
    }

    /// Sends a command of a user and returns the answer; `None` if the connection was lost.
    pub(super) async fn ask(&self, user: User, command: Value) -> Option<Reply> {
        if !self.board().users[user].is_online {
            return None;
        }
        let (reply, answer) = oneshot::channel();
        self.commands[user].send(Command { command, reply }).await.ok()?;
        answer.await.ok()
    }

    /// Once nothing is sent any more: all who are banned are pardoned, come back and look, and the rest is compared.
    async fn end(&self) -> Option<()> {
        self.come_back().await?;
        let list = self.sanctions(None).await?;
        for sanction in list["sanctions"].as_array()? {
            let Some(label) = super::order::label_of(&sanction["reason"]) else { continue };
            let id = sanction["id"].as_u64()?;
            if self.board().room_of_sanction(label).is_some() {
                self.give(vec![Order::Pardon { by: 0, label, id }]).await;
            }
        }
        self.compare_records().await?;
        let board = self.board();
        let is_settled = |user: &Peer| {
            user.is_online && !user.is_new && !user.may_have_ghosts && user.outbox.is_empty()
        };
        board.users.iter().all(is_settled).then_some(())
    }
}
