//! The history of a room.

use std::ops::ControlFlow;

use chat_proto::{Event, RoomName, Seq, Timestamp};
use tokio::io::{AsyncRead, AsyncWrite};

use super::Session;
use super::end::End;
use super::pending::CommandResult;
use crate::config::PAGE_MESSAGES;
use crate::journal::{Journal, JournalError, Page, Part, RoomId, StoredMessage};

impl<S: AsyncRead + AsyncWrite + Unpin> Session<S> {
    pub(super) fn history(
        &mut self,
        name: RoomName,
        before: Option<Seq>,
        at: Option<Timestamp>,
        limit: Option<u32>,
    ) -> ControlFlow<End> {
        let room = match self.member.room(&name) {
            Ok(room) => room,
            Err(error) => return self.refuse_in(name, error),
        };
        let limit = limit.unwrap_or(PAGE_MESSAGES).min(PAGE_MESSAGES);
        let before = before.unwrap_or(Seq::MAX).min(room.last_seq().next());
        let journal = self.context.hub.journal().clone();
        let view = self.shows.view(self.member.id());
        self.pending.wait(async move {
            let page = match at {
                Some(at) => journal.read_at(room.id, at, limit, view).await,
                None => {
                    let page = Page { of: Part::Before(before), limit };
                    journal.read_as(room.id, page, view).await
                }
            };
            let page = with_more(&journal, room.id, page).await;
            CommandResult::History { name, page }
        });
        ControlFlow::Continue(())
    }

    pub(super) fn finish_history(
        &mut self,
        name: RoomName,
        page: Result<(Vec<StoredMessage>, bool), JournalError>,
    ) -> ControlFlow<End> {
        match page {
            Ok((stored, more)) => {
                let messages = self.to_wire(&name, &stored);
                self.send_event(&Event::History { room: name, messages, more })
            }
            Err(error) => self.refuse_unreadable(Some(name), &error),
        }
    }
}

/// A page of messages, and whether there are older ones.
async fn with_more(
    journal: &Journal,
    room: RoomId,
    page: Result<Vec<StoredMessage>, JournalError>,
) -> Result<(Vec<StoredMessage>, bool), JournalError> {
    let messages = page?;
    let Some(first) = messages.first() else { return Ok((messages, false)) };
    let older = Page { of: Part::Before(first.seq), limit: 1 };
    let is_more = !journal.read(room, older).await?.is_empty();
    Ok((messages, is_more))
}
