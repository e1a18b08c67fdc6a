//! A group, and the orders that it gives to its users, one or two at a time.

use std::io;
use std::sync::{Arc, Mutex};

use futures_util::future::join_all;
use serde_json::{Value, json};
use tokio::sync::{mpsc, oneshot};
use tokio::time::{sleep, timeout};

use super::board::Board;
use super::client::{self, Command, Connection, Reply};
use super::order::{Order, User, password};
use super::state::{Answer, State};
use super::worlds::Outcome;
use super::{
    Connect, ROOMS, SILENCE_MAX, Settings, USERS, device_name, newcomer_name, room_name, user_name,
};

/// Records of the audit log in one page.
const PAGE: u64 = 50;

/// Number of orders after which the audit log is compared.
const COMPARED_EVERY: u64 = 40;

/// Why a command is not carried out whatever the rights are.
const NOT_TAKEN: [&str; 3] = ["shutdown", "busy", "too_fast"];

/// A secret that lets somebody in.
#[derive(Debug, Clone)]
pub(super) struct Secret {
    pub(super) label: u64,
    pub(super) id: u64,
    secret: String,
    /// Whose device it is.
    pub(super) user: User,
}

/// The secrets of a group, by what they are for.
#[derive(Debug, Default)]
pub(super) struct Secrets {
    pub(super) invites: Vec<Secret>,
    pub(super) devices: Vec<Secret>,
    pub(super) newcomers: u64,
}

/// A group. Its clients can be killed and run again.
#[derive(Debug, Clone)]
pub(crate) struct Group {
    pub(super) board: Arc<Mutex<Board>>,
    pub(super) secrets: Arc<Mutex<Secrets>>,
}

/// What carries out the orders of a group.
struct Run<'a, C> {
    group: &'a Group,
    connect: &'a C,
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

    /// Runs the clients of the group until it is stopped, and all is compared. It may be dropped at any time, as by a kill,
    /// and run again.
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
    fn board(&self) -> std::sync::MutexGuard<'_, Board> {
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
        while self.board().is_sending && self.board().found.is_clean() {
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
        while self.board().found.is_clean() && self.end().await.is_none() {
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

    /// After a reconnect: the earlier connections have ended, the states are those of the backup if one was restored, and
    /// what is there is compared.
    async fn come_back(&self) -> Option<()> {
        if self.board().is_restored {
            self.compare_records().await?;
        }
        for user in 0..USERS {
            let (is_online, is_new, has_ghosts) = {
                let board = self.board();
                let peer = &board.users[user];
                (peer.is_online, peer.is_new, peer.may_have_ghosts)
            };
            if is_online && has_ghosts {
                self.settle(user).await?;
            }
            if is_online && is_new {
                self.look(user).await?;
            }
        }
        Some(())
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

    /// Compares what a user finds after a reconnect.
    async fn look(&self, user: User) -> Option<()> {
        for room in 0..ROOMS {
            self.give(vec![Order::Read { by: user, room }]).await;
            let is_in = |state: &State| Answer::of(state.rooms[room].members[user]);
            if self.board().worlds.agree(is_in) == Answer::Yes {
                self.give(vec![Order::Join { by: user, room }]).await;
            }
        }
        if user == 0 {
            for room in [None].into_iter().chain((0..ROOMS).map(Some)) {
                self.sanctions(room).await?;
            }
            self.compare_records().await?;
        }
        self.board().users[user].is_new = false;
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

    /// Chooses what is done next: mostly one order, sometimes two at the same time.
    async fn choose(&self) -> Vec<Order> {
        let one = self.next_order().await;
        let is_pair = self.board().random.u8(..5) == 0;
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
        let Order::Pardon { label, by, .. } = drafted else { return Some(drafted) };
        let room = self.board().room_of_sanction(label)?;
        let list = self.sanctions(room).await?;
        let is_it = |one: &&Value| super::order::label_of(&one["reason"]) == Some(label);
        let id = list["sanctions"].as_array()?.iter().find(is_it)?["id"].as_u64()?;
        Some(Order::Pardon { by, label, id })
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
    async fn ask(&self, user: User, command: Value) -> Option<Reply> {
        if !self.board().users[user].is_online {
            return None;
        }
        let (reply, answer) = oneshot::channel();
        self.commands[user].send(Command { command, reply }).await.ok()?;
        answer.await.ok()
    }

    /// A connection of its own begins with a secret, and ends.
    async fn come_in(&self, order: &Order) -> (Outcome, Vec<Value>) {
        let not_taken = (Outcome::NotTaken, Vec::new());
        let group = self.board().settings.group;
        let mut hello = json!({"type": "hello", "version": 1});
        match order {
            Order::Admit { newcomer, label, .. } => {
                let secrets = self.group.secrets.lock().unwrap();
                let Some(invite) = secrets.invites.iter().find(|one| one.label == *label) else {
                    return not_taken;
                };
                hello["invite"] = invite.secret.as_str().into();
                hello["name"] = newcomer_name(group, *newcomer).into();
                hello["token"] = self.board().settings.token(1_000_000 + *newcomer as usize).into();
                hello["new"] = true.into();
            }
            Order::AddDevice { user, label } => {
                let Some(reply) = self.ask(*user, json!({"type": "link"})).await else {
                    return not_taken;
                };
                let code = reply.events.iter().find_map(|event| event["code"].as_str());
                let Some(code) = code.filter(|_| reply.refused.is_none()) else { return not_taken };
                hello["link"] = code.into();
                hello["name"] = user_name(group, *user).into();
                hello["device_name"] = device_name(*label).into();
            }
            Order::UseDevice { user, label } => {
                let secrets = self.group.secrets.lock().unwrap();
                let Some(device) = secrets.devices.iter().find(|one| one.label == *label) else {
                    return not_taken;
                };
                hello["token"] = device.secret.as_str().into();
                hello["name"] = user_name(group, *user).into();
            }
            Order::LogIn { user, label } => {
                hello["password"] = password(*label).into();
                hello["name"] = user_name(group, *user).into();
            }
            _ => return not_taken,
        }
        match timeout(SILENCE_MAX, self.enter(&hello)).await {
            Ok(Ok(event)) if event["type"] == "welcome" => {
                self.group.secrets.lock().unwrap().note(order, &[event]);
                (Outcome::Done, Vec::new())
            }
            Ok(Ok(event)) if NOT_TAKEN.contains(&event["code"].as_str().unwrap_or_default()) => {
                (Outcome::NotTaken, Vec::new())
            }
            Ok(Ok(event)) => (Outcome::Refused, vec![event]),
            Ok(Err(_)) | Err(_) => (Outcome::Unanswered, Vec::new()),
        }
    }

    async fn enter(&self, hello: &Value) -> io::Result<Value> {
        let mut connection = Connection::new(self.connect.connect().await?);
        connection.send(std::slice::from_ref(hello)).await?;
        loop {
            let event = connection.next().await?;
            if event["type"] == "welcome" || event["type"] == "refused" {
                return Ok(event);
            }
        }
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
        let is_settled = |user: &super::board::Peer| {
            user.is_online && !user.is_new && !user.may_have_ghosts && user.outbox.is_empty()
        };
        board.users.iter().all(is_settled).then_some(())
    }
}

impl Secrets {
    /// Keeps what an answer says.
    fn note(&mut self, order: &Order, events: &[Value]) {
        let find = |kind: &str| events.iter().find(|event| event["type"] == kind);
        match order {
            Order::Invite { label, .. } => {
                let Some(event) = find("invite") else { return };
                let secret = event["line"].as_str().and_then(|line| line.rsplit('.').next());
                let (secret, id) = (secret.unwrap_or_default().to_owned(), &event["invite"]["id"]);
                let id = id.as_u64().unwrap_or(0);
                self.invites.push(Secret { label: *label, id, secret, user: 0 });
            }
            Order::AddDevice { user, label } => {
                let Some(event) = find("welcome") else { return };
                let secret = event["token"].as_str().unwrap_or_default().to_owned();
                self.devices.push(Secret { label: *label, id: 0, secret, user: *user });
            }
            _ => {}
        }
    }
}
