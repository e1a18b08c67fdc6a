//! What a client asks, and what comes of it.

use std::ops::ControlFlow;

use chat_proto::command::Say;
use chat_proto::{Command, EndCode, Event, Refusal, RefusalCode, RoomName, Topic, UserName};
use tokio::io::{AsyncRead, AsyncWrite};
use tracing::{error, info};

use super::Session;
use super::end::End;
use super::greet::about;
use super::lists::{fitting_rooms, fitting_users, limit};
use crate::config::PAGE_MESSAGES;
use crate::hub::{HubError, IfTaken};
use crate::journal::{Journal, JournalError, Page, Part, RoomId};

impl<R: AsyncRead + Unpin, W: AsyncWrite + Unpin> Session<R, W> {
    pub(super) async fn obey(&mut self, mut command: Command) -> ControlFlow<End> {
        if let Some(room) = room_of(&mut command) {
            match self.member.address(room) {
                Ok(address) => *room = address,
                Err(error) => {
                    let room = room.clone();
                    return self.refuse_in(room, error);
                }
            }
        }
        match command {
            Command::Say(say) => self.say(say).await,
            Command::About => self.tell(&about(&self.context)),
            Command::Join { room, since } => self.join(room, since).await,
            Command::Leave { room } => self.leave(room).await,
            Command::History { room, before, limit } => self.history(room, before, limit).await,
            Command::Who { room, after, limit } => self.who(room, after.as_ref(), limit),
            Command::Topic { room, topic } => self.topic(room, topic).await,
            Command::Rooms { after, limit } => self.list_rooms(after.as_ref(), limit),
            Command::Read { room, seq } => self.read(room, seq).await,
            Command::Rename { name } => self.rename(&name).await,
            Command::Ping { nonce } => self.tell(&Event::Pong { nonce }),
            Command::Pong { .. } => ControlFlow::Continue(()),
            Command::Bye => ControlFlow::Break(End::Code(EndCode::Bye)),
            Command::Hello(_) => self.refuse(Refusal::new(
                RefusalCode::HelloAgain,
                "you have said hello already; use rename for another name",
            )),
        }
    }

    /// The answer comes once it is kept.
    pub(super) async fn say(&mut self, mut say: Say) -> ControlFlow<End> {
        let (n, device) = (say.n, say.device.clone());
        let room = match self.member.address(&say.room) {
            Ok(address) => address,
            Err(error) => {
                return self.refuse(Refusal { n, device, room: Some(say.room), ..error.into() });
            }
        };
        say.room = room.clone();
        let mut seat = self.seats.in_room(&room);
        if seat.is_none() && room.is_private() {
            // A repeat brings nobody back into the conversation.
            match Box::pin(self.member.sent_before(&say, &self.device)).await {
                Ok(Some(sent)) => {
                    self.tell_answer(&sent);
                    return ControlFlow::Continue(());
                }
                Ok(None) => {}
                Err(error) => {
                    let refusal = Refusal { n, device, room: Some(room), ..error.into() };
                    return self.refuse(refusal);
                }
            }
            // Subscribe before sending, or the session would receive its own message as another's.
            match Box::pin(self.member.call(&room)).await {
                Ok(_) => self.follow()?,
                Err(error) => {
                    let refusal = Refusal { n, device, room: Some(room), ..error.into() };
                    return self.refuse(refusal);
                }
            }
            seat = self.seats.in_room(&room);
        }
        match self.member.say(say, seat, &self.device, self.answers.sender()).await {
            Ok(()) => {
                self.answers.expect_one();
                ControlFlow::Continue(())
            }
            Err(error) => self.refuse(Refusal { n, device, room: Some(room), ..error.into() }),
        }
    }

    async fn join(&mut self, name: RoomName, since: Option<u64>) -> ControlFlow<End> {
        let room = match self.member.join(&name).await {
            Ok(room) => room,
            Err(error) => return self.refuse_in(name, error),
        };
        let since = since.unwrap_or_else(|| self.newest_after(&room));
        let place = self.member.places().into_iter().find(|place| place.room.id == room.id);
        match place {
            Some(place) => self.take_seat(&room, place.read, since),
            // Another session of the user has left it just now.
            None => self.follow(),
        }
    }

    async fn leave(&mut self, name: RoomName) -> ControlFlow<End> {
        match self.member.leave_room(&name).await {
            Ok(room) => {
                // Also where the user has been called back at once.
                self.tell_left(room.id);
                self.follow()
            }
            Err(error) => self.refuse_in(name, error),
        }
    }

    async fn history(
        &mut self,
        name: RoomName,
        before: Option<u64>,
        limit: Option<u32>,
    ) -> ControlFlow<End> {
        let room = match self.member.room(&name) {
            Ok(room) => room,
            Err(error) => return self.refuse_in(name, error),
        };
        let limit = limit.unwrap_or(PAGE_MESSAGES).min(PAGE_MESSAGES);
        let page =
            Page { of: Part::Before(before.unwrap_or(u64::MAX).min(room.last_seq() + 1)), limit };
        let kept = match self.context.hub.journal().read(room.id, page).await {
            Ok(kept) => kept,
            Err(error) => return self.refuse_unreadable(name, &error),
        };
        let user = self.member.id();
        let messages = kept.iter().map(|kept| kept.told(&name, user)).collect();
        let first = kept.first().map(|first| first.seq);
        let more = match first {
            Some(first) => match has_older(self.context.hub.journal(), room.id, first).await {
                Ok(more) => more,
                Err(error) => return self.refuse_unreadable(name, &error),
            },
            None => false,
        };
        self.tell(&Event::History { room: name, messages, more })
    }

    fn who(
        &mut self,
        name: RoomName,
        after: Option<&UserName>,
        asked: Option<u32>,
    ) -> ControlFlow<End> {
        let room = match self.member.room(&name) {
            Ok(room) => room,
            Err(error) => return self.refuse_in(name, error),
        };
        let (users, is_more) = room.users(after, limit(asked));
        let (users, is_cut) = fitting_users(users);
        self.tell(&Event::Users { room: name, users, more: is_more || is_cut })
    }

    fn list_rooms(&mut self, after: Option<&RoomName>, asked: Option<u32>) -> ControlFlow<End> {
        let (rooms, is_more) = self.context.hub.rooms(after, limit(asked));
        let (rooms, is_cut) = fitting_rooms(rooms);
        self.tell(&Event::Rooms { rooms, more: is_more || is_cut })
    }

    /// Where it goes well, the room tells everybody, this client as well.
    async fn topic(&mut self, name: RoomName, topic: Topic) -> ControlFlow<End> {
        match self.member.set_topic(&name, topic).await {
            Ok(()) => ControlFlow::Continue(()),
            Err(error) => self.refuse_in(name, error),
        }
    }

    async fn read(&mut self, name: RoomName, seq: u64) -> ControlFlow<End> {
        let read = match self.member.read(&name, seq).await {
            Ok(read) => read,
            Err(error) => return self.refuse_in(name, error),
        };
        if let Ok(room) = self.member.room(&name)
            && let Some(seat) = self.seats.get_mut(room.id)
        {
            seat.read = read;
        }
        self.tell(&Event::Read { room: name, seq: read })
    }

    /// Where it goes well, the lobby tells everybody, this client as well.
    async fn rename(&mut self, wants: &UserName) -> ControlFlow<End> {
        let if_taken = if self.is_native() { IfTaken::Refuse } else { IfTaken::Number };
        match self.member.rename(wants, if_taken).await {
            Ok(()) => {
                self.log(|| info!("renamed"));
                ControlFlow::Continue(())
            }
            Err(error) => self.refuse(error.into()),
        }
    }

    fn tell(&mut self, event: &Event) -> ControlFlow<End> {
        self.writer.tell(event);
        ControlFlow::Continue(())
    }

    fn refuse_in(&mut self, room: RoomName, error: HubError) -> ControlFlow<End> {
        self.refuse(Refusal { room: Some(room), ..error.into() })
    }

    fn refuse_unreadable(&mut self, room: RoomName, error: &JournalError) -> ControlFlow<End> {
        self.log(|| error!(%error, "the journal cannot be read"));
        let text = format!("older messages cannot be read: {error}");
        let refusal = Refusal::new(RefusalCode::NotReadable, text);
        self.refuse(Refusal { room: Some(room), ..refusal })
    }
}

/// The room that a command is about; `None` for a `say`, which resolves its room itself.
const fn room_of(command: &mut Command) -> Option<&mut RoomName> {
    match command {
        Command::Join { room, .. }
        | Command::Leave { room }
        | Command::History { room, .. }
        | Command::Who { room, .. }
        | Command::Topic { room, .. }
        | Command::Read { room, .. } => Some(room),
        _ => None,
    }
}

/// Whether the room has messages before that `seq`: not where older ones are not kept.
async fn has_older(journal: &Journal, room: RoomId, seq: u64) -> Result<bool, JournalError> {
    let page = Page { of: Part::Before(seq), limit: 1 };
    Ok(!journal.read(room, page).await?.is_empty())
}
