//! Carries out the commands of a client, and answers them.
//!
//! A message is answered after its commit, see `answers`. Any other command that is stored or reads the journal
//! waits in `pending`, and `finish_command` in `results` answers it.

use std::ops::ControlFlow;
use std::sync::Arc;

use chat_proto::command::{Body, Say};
use chat_proto::{Command, EndCode, Event, Refusal, RefusalCode, RoomName, Seq, Topic, UserName};
use tokio::io::{AsyncRead, AsyncWrite};

use super::Session;
use super::end::End;
use super::handshake::about;
use super::invites::InviteTerms;
use super::lists::{fitting_rooms, fitting_users, limit};
use super::pending::CommandResult;
use crate::hub::{NameConflict, RulesPatch};
use crate::room::Room;

impl<S: AsyncRead + AsyncWrite + Unpin> Session<S> {
    pub(super) fn dispatch(&mut self, mut command: Command) -> ControlFlow<End> {
        if self.pending.has_messages() {
            self.pending.wait_for_messages(command);
            return ControlFlow::Continue(());
        }
        let seq = seq_of(&command);
        if let Some(room) = room_of(&mut command) {
            match self.member.address(room) {
                Ok(address) => *room = address,
                Err(error) => {
                    let room = Some(room.clone());
                    return self.refuse(Refusal { room, seq, ..error.into() });
                }
            }
        }
        match command {
            Command::Say(say) => self.say(say),
            Command::About => self.send_event(&about(&self.context, None)),
            Command::Join { room, since } => self.join(room, since),
            Command::Leave { room } => self.leave(room),
            Command::History { room, before, at, limit } => self.history(room, before, at, limit),
            Command::Search { query, order, before, limit } => {
                self.search(query, order, before.as_ref(), limit)
            }
            Command::Versions { room, seq, after } => self.versions(room, seq, after),
            Command::Thread { room, seq, before, limit } => self.thread(room, seq, before, limit),
            Command::Pins { room, after } => self.pins(room, after),
            Command::Mentions { before, limit } => self.mentions(before.as_ref(), limit),
            Command::Who { room, after, limit } => self.who(room, after.as_ref(), limit),
            Command::Topic { room, topic } => self.topic(room, topic),
            Command::Rooms { after, limit } => self.list_rooms(after.as_ref(), limit),
            Command::Read { room, seq } => self.read(room, seq),
            Command::Typing { room } => self.type_in(room),
            Command::Away { text } => self.set_away(Some(text)),
            Command::Back => self.set_away(None),
            Command::Invite { uses, valid_s, role, room, note } => {
                self.invite(InviteTerms { uses, valid_s, role, room, note })
            }
            Command::Invites { before } => self.list_invites(before),
            Command::Revoke { id } => self.revoke(id),
            Command::Hook { room, name } => self.make_hook(room, name),
            Command::Hooks { before } => self.list_hooks(before),
            Command::RevokeHook { id } => self.revoke_hook(id),
            Command::Grant { user, room, role } => self.grant(user, room, role),
            Command::Rule { room, privacy, slow_s, topic_by } => {
                self.rule(room, RulesPatch { privacy, slow_s, topic_by })
            }
            Command::AskIn { room, user } => self.ask_in(room, user),
            Command::Sanction(sanction) => self.sanction(*sanction),
            Command::Pardon { id } => self.pardon(id),
            Command::Sanctions { room, after, limit } => self.sanctions(room, after, limit),
            Command::Audit { before, limit } => self.audit(before, limit),
            Command::Rename { name } => self.rename(name),
            Command::SetPassword { password, old, user, drop_devices } => {
                self.set_password_of(user, &password, old, drop_devices)
            }
            Command::Link { user } => self.make_link_of(user),
            Command::Account { user } => self.account(user.as_ref()),
            Command::Drop { id, user } => self.drop_device(user, id),
            Command::End { session } => self.end_session(session),
            Command::Sessions { after, limit } => self.list_sessions(after, limit),
            Command::Accounts { after, limit } => self.list_accounts(after, limit),
            Command::Free { user } => self.free_name(user),
            Command::Ping { nonce } => self.send_event(&Event::Pong { nonce }),
            Command::Pong { .. } => ControlFlow::Continue(()),
            Command::Bye => ControlFlow::Break(End::Code(EndCode::Bye)),
            Command::Hello(_) => self.refuse(Refusal::new(
                RefusalCode::HelloAgain,
                "you have said hello already; use rename for another name",
            )),
        }
    }

    /// Queues a message. The answer follows after the commit.
    pub(super) fn say(&mut self, mut say: Say) -> ControlFlow<End> {
        say.room = match self.member.address(&say.room) {
            Ok(address) => address,
            Err(error) => return self.refuse_say(&say, error),
        };
        let room = self.subscriptions.in_room(&say.room);
        // Anything else is about a message of a conversation that exists: the hub opens it only if that is stored.
        let is_plain = matches!(say.body, Body::Message { links: None, .. });
        if room.is_none() && say.room.is_private() && is_plain {
            if self.pending.has_messages() {
                self.pending.wait_for_messages(Command::Say(say));
                return ControlFlow::Continue(());
            }
            // A repeat does not make the users join the conversation again.
            let (actor, device) = (self.member.actor().clone(), self.device.clone());
            self.pending.wait(async move {
                let answer = actor.find_repeat(&say, &device).await;
                CommandResult::Repeat { say, answer }
            });
            return ControlFlow::Continue(());
        }
        self.send_message(say, room)
    }

    /// Queues a message; `room` is its room if the session is subscribed to it.
    pub(super) fn send_message(&mut self, say: Say, room: Option<Arc<Room>>) -> ControlFlow<End> {
        let room = room.map(|room| room.id);
        let message = self.member.message(say, room, &self.device, self.answers.sender());
        self.answers.add();
        self.pending.send(message, self.member.actor());
        ControlFlow::Continue(())
    }

    fn join(&mut self, name: RoomName, since: Option<Seq>) -> ControlFlow<End> {
        if let Err(refusal) = self.charge_conversation(&name) {
            return self.refuse(refusal);
        }
        let actor = self.member.actor().clone();
        self.pending.wait(async move {
            let room = actor.join(&name).await;
            CommandResult::Joined { name, since, room }
        });
        ControlFlow::Continue(())
    }

    fn leave(&mut self, name: RoomName) -> ControlFlow<End> {
        let actor = self.member.actor().clone();
        self.pending.wait(async move {
            let room = actor.leave_room(&name).await;
            CommandResult::Left { name, room }
        });
        ControlFlow::Continue(())
    }

    fn who(
        &mut self,
        name: RoomName,
        after: Option<&UserName>,
        asked: Option<u32>,
    ) -> ControlFlow<End> {
        let (room, users, is_more) = match self.member.users(&name, after, limit(asked)) {
            Ok(users) => users,
            Err(error) => return self.refuse_in(name, error),
        };
        let away = if self.shows.away() { self.member.away_among(&users) } else { Vec::new() };
        let roles = self.roles_among(&room, &users);
        let (users, is_cut) = fitting_users(users, &away, &roles);
        let more = is_more || is_cut;
        self.send_event(&Event::Users { room: name, users, away, roles, more })
    }

    fn list_rooms(&mut self, after: Option<&RoomName>, asked: Option<u32>) -> ControlFlow<End> {
        let (rooms, is_more) = match self.member.rooms(after, limit(asked)) {
            Ok(rooms) => rooms,
            Err(error) => return self.refuse(error.into()),
        };
        let (rooms, is_cut) = fitting_rooms(rooms);
        self.send_event(&Event::Rooms { rooms, more: is_more || is_cut })
    }

    fn topic(&mut self, name: RoomName, topic: Topic) -> ControlFlow<End> {
        let actor = self.member.actor().clone();
        self.pending.wait(async move {
            let set = actor.set_topic(&name, topic).await;
            CommandResult::Topic { name, set }
        });
        ControlFlow::Continue(())
    }

    fn read(&mut self, name: RoomName, seq: Seq) -> ControlFlow<End> {
        let room = match self.member.room(&name) {
            Ok(room) => room,
            Err(error) => return self.refuse_in(name, error),
        };
        let (actor, asked) = (self.member.actor().clone(), name.clone());
        self.count_after(room, name, async move { actor.read(&asked, seq).await });
        ControlFlow::Continue(())
    }

    fn rename(&mut self, wants: UserName) -> ControlFlow<End> {
        let if_taken = match self.connection.capabilities().can_be_refused_a_name {
            true => NameConflict::Refuse,
            false => NameConflict::Number,
        };
        let actor = self.member.actor().clone();
        self.pending
            .wait(async move { CommandResult::Renamed(actor.rename(&wants, if_taken).await) });
        ControlFlow::Continue(())
    }

    /// Answers a command with an event, or refuses it.
    pub(super) fn answer(&mut self, answer: Result<Event, Refusal>) -> ControlFlow<End> {
        match answer {
            Ok(event) => self.send_event(&event),
            Err(refusal) => self.refuse(refusal),
        }
    }

    pub(super) fn send_event(&mut self, event: &Event) -> ControlFlow<End> {
        self.connection.send(event);
        ControlFlow::Continue(())
    }
}

/// The message that a refusal of a command names.
const fn seq_of(command: &Command) -> Option<Seq> {
    match command {
        Command::Versions { seq, .. } | Command::Thread { seq, .. } => Some(*seq),
        _ => None,
    }
}

/// The room that a command is about; `None` for a `say`, which resolves its room itself.
const fn room_of(command: &mut Command) -> Option<&mut RoomName> {
    match command {
        Command::Join { room, .. }
        | Command::Leave { room }
        | Command::History { room, .. }
        | Command::Versions { room, .. }
        | Command::Thread { room, .. }
        | Command::Pins { room, .. }
        | Command::Who { room, .. }
        | Command::Topic { room, .. }
        | Command::Read { room, .. }
        | Command::Rule { room, .. }
        | Command::AskIn { room, .. }
        | Command::Hook { room, .. }
        | Command::Typing { room } => Some(room),
        Command::Grant { room, .. } | Command::Sanctions { room, .. } => room.as_mut(),
        Command::Sanction(sanction) => sanction.room.as_mut(),
        _ => None,
    }
}
