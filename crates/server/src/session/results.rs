//! The results of the commands that have waited for them.

use std::ops::ControlFlow;
use std::sync::Arc;

use chat_proto::command::Say;
use chat_proto::{Refusal, RoomName, Seq};
use tokio::io::{AsyncRead, AsyncWrite};
use tracing::info;

use super::Session;
use super::end::End;
use super::pending::CommandResult;
use super::rooms::read_event;
use super::unread::UnreadCount;
use crate::hub::{Answer, HubError};
use crate::room::Room;

impl<S: AsyncRead + AsyncWrite + Unpin> Session<S> {
    /// Answers the command that has waited.
    pub(super) fn finish_command(&mut self, result: CommandResult) -> ControlFlow<End> {
        match result {
            CommandResult::Joined { name, since, room } => match room {
                Ok(room) => self.finish_join(&room, since),
                Err(error) => self.refuse_in(name, error),
            },
            CommandResult::Left { name, room } => self.finish_leave(name, room),
            // The room sends the new topic to all its sessions, this one included.
            CommandResult::Topic { name, set } => match set {
                Ok(()) => ControlFlow::Continue(()),
                Err(error) => self.refuse_in(name, error),
            },
            CommandResult::Read { name, seq, count } => match seq {
                Ok(seq) => self.finish_read(name, seq, count),
                Err(error) => self.refuse_in(name, error),
            },
            CommandResult::Subscribed(subscription) => self.finish_subscribe(*subscription),
            CommandResult::Renamed(renamed) => self.finish_rename(renamed),
            CommandResult::PasswordSet(set) => self.finish_password(set),
            // The lobby sends it to all its sessions, this one included.
            CommandResult::Away(set) => match set {
                Ok(()) => ControlFlow::Continue(()),
                Err(error) => self.refuse(error.into()),
            },
            CommandResult::Answer(answer) => self.answer(*answer),
            CommandResult::Event { name, event } => match event {
                Ok(Some(event)) => self.send_event(&event),
                Ok(None) => ControlFlow::Continue(()),
                Err(error) => self.refuse(Refusal { room: name, ..error.into() }),
            },
            CommandResult::Audit(page) => self.finish_audit(page),
            CommandResult::Repeat { say, answer } => self.finish_repeat(say, answer),
            CommandResult::DirectOpened { say, opened } => match opened {
                // Subscribe before sending, or the session would receive its own message as another's.
                Ok(()) => {
                    self.sync_rooms()?;
                    let room = self.subscriptions.in_room(&say.room);
                    self.send_message(say, room)
                }
                Err(error) => self.refuse_say(&say, error),
            },
            CommandResult::Due(incoming) => {
                self.leave_lost_rooms()?;
                self.carry_out(incoming)
            }
            CommandResult::Queued(then) => match then {
                Some(command) => self.dispatch(command),
                None => ControlFlow::Continue(()),
            },
            CommandResult::Versions { name, seq, versions } => {
                self.finish_versions(name, seq, versions)
            }
            CommandResult::Thread { name, seq, thread } => self.finish_thread(name, seq, thread),
            CommandResult::Pins { name, pins } => self.finish_pins(name, pins),
            CommandResult::Mentions(page) => self.finish_mentions(page),
            CommandResult::Found { typed, order, page } => self.finish_search(typed, order, page),
            CommandResult::History { name, page } => self.finish_history(name, page),
        }
    }

    fn finish_leave(
        &mut self,
        name: RoomName,
        room: Result<Arc<Room>, HubError>,
    ) -> ControlFlow<End> {
        match room {
            Ok(room) => {
                // Sent also if a new direct message has made the user join again already.
                self.send_left(room.id);
                self.sync_rooms()
            }
            Err(error) => self.refuse_in(name, error),
        }
    }

    fn finish_rename(&mut self, renamed: Result<(), HubError>) -> ControlFlow<End> {
        match renamed {
            // The lobby sends the new name to all its sessions, this one included.
            Ok(()) => {
                self.log(|| info!("renamed"));
                ControlFlow::Continue(())
            }
            Err(error) => self.refuse(error.into()),
        }
    }

    fn finish_join(&mut self, room: &Arc<Room>, since: Option<Seq>) -> ControlFlow<End> {
        let since = since.unwrap_or_else(|| self.newest_after(room));
        let membership =
            self.member.memberships().into_iter().find(|membership| membership.room.id == room.id);
        match membership {
            Some(membership) => self.subscribe_counting(room, membership.read, since),
            // Another session of the user has just left it.
            None => self.sync_rooms(),
        }
    }

    fn finish_read(
        &mut self,
        name: RoomName,
        seq: Seq,
        count: Option<UnreadCount>,
    ) -> ControlFlow<End> {
        if let Ok(room) = self.member.room(&name)
            && let Some(subscription) = self.subscriptions.get_mut(room.id)
        {
            subscription.read = seq;
        }
        self.send_event(&read_event(name, seq, count))
    }

    fn finish_repeat(
        &mut self,
        say: Say,
        answer: Result<Option<Answer>, HubError>,
    ) -> ControlFlow<End> {
        match answer {
            Ok(Some(answer)) => {
                self.send_answer(&answer);
                ControlFlow::Continue(())
            }
            Ok(None) => {
                if let Err(refusal) = self.charge_conversation(&say.room) {
                    return self.refuse(Refusal { n: say.n, device: say.device, ..refusal });
                }
                let actor = self.member.actor().clone();
                self.pending.wait(async move {
                    let opened = actor.open_direct(&say.room).await.map(drop);
                    CommandResult::DirectOpened { say, opened }
                });
                ControlFlow::Continue(())
            }
            Err(error) => self.refuse_say(&say, error),
        }
    }
}
