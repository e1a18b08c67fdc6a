//! The commands about events: the versions of a message, its thread, the pinned messages of a room, and the messages
//! that mention the user.

use std::ops::ControlFlow;

use chat_proto::{Event, Message, RoomName, Seq, ShortString};
use tokio::io::{AsyncRead, AsyncWrite};

use super::Session;
use super::end::End;
use super::pending::CommandResult;
use crate::config::PAGE_MESSAGES;
use crate::hub::HubError;
use crate::journal::{
    JournalError, MentionKey, MentionsPage, Pins, Rejection, RoomId, StoredMessage, Thread,
    Versions,
};

impl<S: AsyncRead + AsyncWrite + Unpin> Session<S> {
    pub(super) fn versions(
        &mut self,
        name: RoomName,
        seq: Seq,
        after: Option<Seq>,
    ) -> ControlFlow<End> {
        let room = match self.member.room(&name) {
            Ok(room) => room,
            Err(error) => return self.refuse_about(name, seq, error.into()),
        };
        let journal = self.context.hub.journal().clone();
        self.pending.wait(async move {
            let versions = journal.versions(room.id, seq, after.unwrap_or(Seq::NONE)).await;
            CommandResult::Versions { name, seq, versions }
        });
        ControlFlow::Continue(())
    }

    pub(super) fn finish_versions(
        &mut self,
        room: RoomName,
        seq: Seq,
        versions: Result<Versions, JournalError>,
    ) -> ControlFlow<End> {
        match versions {
            Ok(Versions::Of(versions, more)) => {
                self.send_event(&Event::Versions { room, seq, versions, more })
            }
            Ok(Versions::None(rejection)) => {
                self.refuse_about(room, seq, HubError::Rejected(rejection).into())
            }
            Err(error) => {
                let refusal = self.unreadable(&error);
                self.refuse_about(room, seq, refusal)
            }
        }
    }

    pub(super) fn thread(
        &mut self,
        name: RoomName,
        seq: Seq,
        before: Option<Seq>,
        limit: Option<u32>,
    ) -> ControlFlow<End> {
        let room = match self.member.room(&name) {
            Ok(room) => room,
            Err(error) => return self.refuse_about(name, seq, error.into()),
        };
        let read = self.subscriptions.get(room.id).map_or(Seq::NONE, |known| known.read);
        let (before, limit) = (before.unwrap_or(Seq::MAX), page_limit(limit));
        let (journal, user) = (self.context.hub.journal().clone(), self.member.id());
        self.pending.wait(async move {
            let thread = journal.thread((room.id, seq), before, limit, (user, read)).await;
            CommandResult::Thread { name, seq, thread }
        });
        ControlFlow::Continue(())
    }

    pub(super) fn finish_thread(
        &mut self,
        room: RoomName,
        seq: Seq,
        thread: Result<Result<Thread, Rejection>, JournalError>,
    ) -> ControlFlow<End> {
        match thread {
            Ok(Ok(Thread { replies, unread, messages, more })) => {
                let messages = self.to_wire(&room, &messages);
                self.send_event(&Event::Thread { room, seq, replies, unread, messages, more })
            }
            Ok(Err(rejection)) => {
                self.refuse_about(room, seq, HubError::Rejected(rejection).into())
            }
            Err(error) => {
                let refusal = self.unreadable(&error);
                self.refuse_about(room, seq, refusal)
            }
        }
    }

    pub(super) fn pins(&mut self, name: RoomName, after: Option<Seq>) -> ControlFlow<End> {
        let room = match self.member.room(&name) {
            Ok(room) => room,
            Err(error) => return self.refuse_in(name, error),
        };
        let (journal, user) = (self.context.hub.journal().clone(), self.member.id());
        self.pending.wait(async move {
            let pins = journal.pins(room.id, after.unwrap_or(Seq::NONE), user).await;
            CommandResult::Pins { name, pins }
        });
        ControlFlow::Continue(())
    }

    pub(super) fn finish_pins(
        &mut self,
        room: RoomName,
        pins: Result<Pins, JournalError>,
    ) -> ControlFlow<End> {
        match pins {
            Ok(Pins { count, messages, more }) => {
                let messages = self.to_wire(&room, &messages);
                self.send_event(&Event::Pins { room, count, messages, more })
            }
            Err(error) => self.refuse_unreadable(Some(room), &error),
        }
    }

    /// Messages of a room, for the client.
    pub(super) fn to_wire(&self, room: &RoomName, messages: &[StoredMessage]) -> Vec<Message> {
        let (user, kinds) = (self.member.id(), self.shows.kinds);
        messages.iter().map(|message| message.to_wire_for(room, user, kinds)).collect()
    }

    /// A `before` that no answer has named counts as none.
    pub(super) fn mentions(
        &mut self,
        before: Option<&ShortString>,
        limit: Option<u32>,
    ) -> ControlFlow<End> {
        let rooms: Vec<RoomId> =
            self.member.memberships().iter().map(|membership| membership.room.id).collect();
        let before = before.and_then(MentionKey::from_wire);
        let limit = page_limit(limit);
        let (journal, user) = (self.context.hub.journal().clone(), self.member.id());
        self.pending.wait(async move {
            CommandResult::Mentions(journal.mentions(user, rooms, before, limit).await)
        });
        ControlFlow::Continue(())
    }

    pub(super) fn finish_mentions(
        &mut self,
        page: Result<MentionsPage, JournalError>,
    ) -> ControlFlow<End> {
        let page = match page {
            Ok(page) => page,
            Err(error) => return self.refuse_unreadable(None, &error),
        };
        let (memberships, user) = (self.member.memberships(), self.member.id());
        // Without those of a room that the user has left meanwhile.
        let messages = page.messages.iter().filter_map(|(id, message)| {
            let room = &memberships.iter().find(|membership| membership.room.id == *id)?.room;
            Some(message.to_wire_for(room.name(), user, self.shows.kinds))
        });
        let messages = messages.collect();
        self.send_event(&Event::Mentions { messages, next: page.next.map(MentionKey::to_wire) })
    }
}

/// The number of messages of a page for a client that asks for `limit`.
pub(super) fn page_limit(limit: Option<u32>) -> u32 {
    limit.unwrap_or(PAGE_MESSAGES).min(PAGE_MESSAGES)
}
