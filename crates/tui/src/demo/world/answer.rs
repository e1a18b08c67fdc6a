//! Answers the commands of the client.

use std::time::Duration;

use chat_proto::command::{Hello, Say};
use chat_proto::event::{Accepted, InviteInfo, RoomInfo};
use chat_proto::{
    Command, EndCode, Event, LeaveReason, Refusal, RefusalCode, Role, RoomName, Secret, Seq,
    Timestamp, User,
};
use tokio::time::Instant;

use super::super::script::{AFTER, ANSWERS, JOINS, LEAVES};
use super::super::welcome::{journal, server, welcome};
use super::room::Room;
use super::{Step, StepAction, World, cast};

/// Why nothing is done that concerns other people, or the user's account.
const ALONE: &str =
    "this is a demo: nobody else can come, and nothing is stored; start chat-server for that";

/// The line of the invite of a picture: a key and a secret that nobody has.
const INVITE_LINE: &str = "chat://chat.example.org:12345/\
    #cVxnW5AYHhLnUtsU9qIWJbfVq1_7mxJXN_qMOckZbbY.iK7tXYHLyRmrTrKnNb8RIS";

/// How long such an invite is valid if nothing else is asked for, in seconds: a week, as that of a server.
const INVITE_S: u32 = 604_800;

/// How long another user takes to answer.
const ANSWER_AFTER: Duration = Duration::from_millis(2_500);

/// How long another user types: shorter than a client shows it.
const TYPING_FOR: Duration = Duration::from_millis(2_000);

impl World {
    pub(in crate::demo) fn answer(&mut self, command: Command) -> Vec<Event> {
        match command {
            Command::Hello(hello) => self.hello(*hello),
            Command::About => {
                vec![Event::About { server: server(), journal: journal(), key: None, search: None }]
            }
            Command::Versions { room, seq, .. } => self.about(room, seq, Room::versions),
            Command::Thread { room, seq, .. } => self.about(room, seq, Room::thread),
            Command::Pins { room, .. } => self.in_room(room, |room, me| vec![room.pins(me)]),
            Command::Mentions { .. } => vec![self.mentions()],
            Command::Search { query, order, .. } => vec![self.found(query, order)],
            Command::Say(say) => self.say(say),
            Command::Join { room, since } => self.join(room, since),
            Command::Leave { room } => self.leave(room),
            Command::History { room, before, at, limit } => {
                self.in_room(room, |room, _| vec![room.history(before, at, limit)])
            }
            Command::Who { room, .. } => self.in_room(room, |room, _| vec![room.listed()]),
            Command::Topic { room, topic } => self.in_room(room, |room, me| {
                room.topic = topic.clone();
                vec![Event::Topic { room: room.name.clone(), topic, user: me.clone() }]
            }),
            Command::Rooms { .. } => vec![self.rooms_listed()],
            Command::Read { room, seq } => self.in_room(room, |room, _| vec![room.read_to(seq)]),
            Command::Rename { name } => {
                let user = std::mem::replace(&mut self.me.name, name.clone());
                vec![Event::Renamed { user: User { id: self.me.id, name: user }, name }]
            }
            Command::Ping { nonce } => vec![Event::Pong { nonce }],
            Command::Away { text } => vec![Event::Away { user: self.me.clone(), text }],
            Command::Back => vec![Event::Back { user: self.me.clone() }],
            Command::Pong { .. } | Command::Typing { .. } => Vec::new(),
            Command::Invite { uses, valid_s, role, room, note } if self.invites => {
                let (uses, role) = (uses.unwrap_or(1), role.unwrap_or(Role::Member));
                let valid_ms = i64::from(valid_s.unwrap_or(INVITE_S)) * 1_000;
                let until = Timestamp::from_millis((self.clock)().as_millis() + valid_ms);
                let (by, note) = (Some(self.me.clone()), note.unwrap_or_default());
                let invite = InviteInfo { id: 1, by, role, uses, used: 0, room, until, note };
                vec![Event::Invite { line: Secret::new(INVITE_LINE), invite }]
            }
            Command::Invite { .. }
            | Command::Invites { .. }
            | Command::Revoke { .. }
            | Command::Hook { .. }
            | Command::Hooks { .. }
            | Command::RevokeHook { .. }
            | Command::Grant { .. }
            | Command::Rule { .. }
            | Command::AskIn { .. }
            | Command::Sanction(_)
            | Command::Pardon { .. }
            | Command::Sanctions { .. }
            | Command::Audit { .. }
            | Command::SetPassword { .. }
            | Command::Link { .. }
            | Command::Account { .. }
            | Command::Drop { .. }
            | Command::End { .. }
            | Command::Sessions { .. }
            | Command::Accounts { .. }
            | Command::Free { .. } => {
                vec![Event::Refused(Refusal::new(RefusalCode::NotAllowed, ALONE))]
            }
            Command::Bye => {
                vec![Event::Goodbye { code: EndCode::Bye, text: "The demo has ended".to_owned() }]
            }
        }
    }

    pub(in crate::demo) fn unreadable(&self, why: &Refusal) -> Event {
        Event::Refused(Refusal::new(why.code, why.text.clone()))
    }

    /// Lets the user in, and starts the script.
    fn hello(&mut self, hello: Hello) -> Vec<Event> {
        self.me.name = hello.name;
        let started = Instant::now();
        for line in AFTER {
            let due = started + Duration::from_secs(line.when.into());
            let room = cast::room(line.room, &self.me);
            let Some(from) = cast::user(line.from, &self.me) else { continue };
            match line.text {
                JOINS => self.plan(Step { due, room, from, does: StepAction::Join }),
                LEAVES => self.plan(Step { due, room, from, does: StepAction::Leave }),
                text => self.plan_message(due, room, from, &cast::written(text, &self.me)),
            }
        }
        let rooms = self.rooms.iter().filter(|room| room.is_joined).map(Room::state);
        [Event::Welcome(welcome(&self.me))].into_iter().chain(rooms).collect()
    }

    /// Runs something for a room that the user is in; a direct message may be named by its user.
    fn in_room(
        &mut self,
        name: RoomName,
        does: impl FnOnce(&mut Room, &User) -> Vec<Event>,
    ) -> Vec<Event> {
        let name = self.address(name);
        match self.rooms.iter_mut().find(|room| room.name == name && room.is_joined) {
            Some(room) => does(room, &self.me),
            None => vec![refused(RefusalCode::NotInRoom, &format!("you are not in {name}"), name)],
        }
    }

    /// Answers a question about a message of a room.
    fn about(
        &mut self,
        name: RoomName,
        seq: Seq,
        answers: impl FnOnce(&Room, Seq, &User) -> Option<Event>,
    ) -> Vec<Event> {
        self.in_room(name, |room, me| {
            let none = || {
                let refusal = Refusal::new(RefusalCode::NoSuchMessage, "there is no such message");
                Event::Refused(Refusal { room: Some(room.name.clone()), seq: Some(seq), ..refusal })
            };
            vec![answers(room, seq, me).unwrap_or_else(none)]
        })
    }

    /// The address of a room: that of a direct message, if a user is named.
    fn address(&self, name: RoomName) -> RoomName {
        let other = name.other().and_then(|other| cast::called(&other, &self.me));
        other.map_or(name, |other| RoomName::direct(self.me.id, other.id))
    }

    fn say(&mut self, say: Say) -> Vec<Event> {
        let Say { room: name, n, device, body, .. } = say;
        let is_message = body.target().is_none();
        let name = self.address(name);
        let mut events = Vec::new();
        if name.is_private() && !self.rooms.iter().any(|room| room.name == name && room.is_joined) {
            events.extend(self.join(name.clone(), None));
        }
        let at = (self.clock)();
        let said = self.in_room(name.clone(), |room, me| {
            let seq = room.add(me.clone(), body, at).seq;
            vec![Event::Accepted(Accepted {
                n,
                device,
                room: room.name.clone(),
                seq,
                at,
                repeat: false,
            })]
        });
        if is_message {
            self.plan_answer(&name);
        }
        events.into_iter().chain(said).collect()
    }

    /// Another user of the room answers in a moment.
    fn plan_answer(&mut self, name: &RoomName) {
        let room = self.rooms.iter().find(|room| room.name == *name);
        let others = |room: &Room| {
            let others = room.users.iter().filter(|user| user.id != self.me.id);
            others.cloned().collect::<Vec<User>>()
        };
        let others = room.map(others).unwrap_or_default();
        if others.is_empty() {
            return;
        }
        let from = others[self.answers % others.len()].clone();
        let text = cast::written(ANSWERS[self.answers % ANSWERS.len()], &self.me);
        self.answers += 1;
        self.plan_message(Instant::now() + ANSWER_AFTER, name.clone(), from, &text);
    }

    /// Another user types a message, and sends it when it is due.
    fn plan_message(&mut self, due: Instant, room: RoomName, from: User, text: &str) {
        let typing = due.checked_sub(TYPING_FOR).unwrap_or(due);
        self.plan(Step {
            due: typing,
            room: room.clone(),
            from: from.clone(),
            does: StepAction::Type,
        });
        self.plan(Step { due, room, from, does: StepAction::Say(text.to_owned()) });
    }

    fn plan(&mut self, step: Step) {
        let at = self.steps.partition_point(|planned| planned.due <= step.due);
        self.steps.insert(at, step);
    }

    fn join(&mut self, name: RoomName, since: Option<Seq>) -> Vec<Event> {
        let name = self.address(name);
        if !self.rooms.iter().any(|room| room.name == name) {
            let other = name.pair().and_then(|pair| cast::other_of(pair, &self.me));
            if other.is_none() && name.is_private() {
                return vec![refused(RefusalCode::NoSuchUser, "no user has that name", name)];
            }
            let is_online = |user: &User| self.rooms[0].users.iter().any(|one| one.id == user.id);
            let mut room = Room::new(name.clone(), other.as_ref().map(|other| other.name.clone()));
            room.users.extend(other.filter(is_online));
            self.rooms.push(room);
        }
        let me = self.me.clone();
        let room = self.rooms.iter_mut().find(|room| room.name == name);
        room.map(|room| room.join(&me, since)).unwrap_or_default()
    }

    fn leave(&mut self, name: RoomName) -> Vec<Event> {
        if name == RoomName::lobby() {
            return vec![refused(RefusalCode::CannotLeave, "nobody can leave #lobby", name)];
        }
        self.in_room(name, |room, me| {
            room.is_joined = false;
            room.users.retain(|user| user.id != me.id);
            let (room, user) = (room.name.clone(), me.clone());
            vec![Event::Left { room, user, reason: LeaveReason::Bye }]
        })
    }

    fn rooms_listed(&self) -> Event {
        let rooms = self.rooms.iter().filter(|room| !room.name.is_private());
        let mut rooms: Vec<RoomInfo> = rooms.map(Room::info).collect();
        rooms.sort_by(|one, other| one.room.key().cmp(other.room.key()));
        Event::Rooms { rooms, more: false }
    }
}

fn refused(code: RefusalCode, text: &str, room: RoomName) -> Event {
    Event::Refused(Refusal { room: Some(room), ..Refusal::new(code, text) })
}
