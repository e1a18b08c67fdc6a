//! The commands about events: the versions of a message, and the messages that mention the user.

use std::ops::ControlFlow;

use chat_proto::{Event, RoomName, Seq, ShortString};
use tokio::io::{AsyncRead, AsyncWrite};

use super::Session;
use super::end::End;
use super::pending::CommandResult;
use crate::config::PAGE_MESSAGES;
use crate::hub::HubError;
use crate::journal::{JournalError, MentionKey, MentionsPage, RoomId, Versions};

impl<S: AsyncRead + AsyncWrite + Unpin> Session<S> {
    pub(super) fn versions(
        &mut self,
        name: RoomName,
        seq: Seq,
        after: Option<Seq>,
    ) -> ControlFlow<End> {
        let room = match self.member.room(&name) {
            Ok(room) => room,
            Err(error) => return self.refuse_in(name, error),
        };
        let journal = self.context.hub.journal().clone();
        self.pending.wait(async move {
            let versions = journal.versions(room.id, seq, after.unwrap_or(Seq::NONE)).await;
            CommandResult::Versions { name, seq, versions }
        });
        ControlFlow::Continue(())
    }

    pub(super) fn has_versions(
        &mut self,
        room: RoomName,
        seq: Seq,
        versions: Result<Versions, JournalError>,
    ) -> ControlFlow<End> {
        match versions {
            Ok(Versions::Of(versions, more)) => {
                self.send_event(&Event::Versions { room, seq, versions, more })
            }
            Ok(Versions::None(rejection)) => self.refuse_in(room, HubError::Rejected(rejection)),
            Err(error) => self.refuse_unreadable(Some(room), &error),
        }
    }

    /// A `before` that no answer has named begins with the newest.
    pub(super) fn mentions(
        &mut self,
        before: Option<&ShortString>,
        limit: Option<u32>,
    ) -> ControlFlow<End> {
        let rooms: Vec<RoomId> =
            self.member.memberships().iter().map(|membership| membership.room.id).collect();
        let before = before.and_then(MentionKey::from_wire);
        let limit = limit.unwrap_or(PAGE_MESSAGES).min(PAGE_MESSAGES);
        let (journal, user) = (self.context.hub.journal().clone(), self.member.id());
        self.pending.wait(async move {
            CommandResult::Mentions(journal.mentions(user, rooms, before, limit).await)
        });
        ControlFlow::Continue(())
    }

    pub(super) fn has_mentions(
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
