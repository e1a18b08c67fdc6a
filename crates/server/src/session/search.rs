//! The command `search`.

use std::ops::ControlFlow;
use std::sync::Arc;

use chat_proto::command::SearchOrder;
use chat_proto::limits::{LINE_BYTES_MAX, QUERY_BYTES_MAX};
use chat_proto::{Event, Refusal, RefusalCode, RoomName, Seq, ShortString, Text, UserName, event};
use tokio::io::{AsyncRead, AsyncWrite};
use tracing::error;

use super::end::End;
use super::pending::CommandResult;
use super::{Context, Session};
use crate::hub::Member;
use crate::journal::RoomId;
use crate::room::Room;
use crate::search::{
    Cursor, HITS_DEFAULT, HITS_MAX, Page, Query, Request, Scope, SearchError, TERMS_MAX,
};

/// Bytes of a hit on the wire without its names, its text and its marks.
const HIT_BYTES: usize = 200;

/// Bytes of a mark on the wire: two numbers of up to three digits.
const MARK_BYTES: usize = 10;

/// Bytes for the hits of an answer: a line, less what the rest of the event takes, the query twice its bytes.
const HITS_BYTES_MAX: usize = LINE_BYTES_MAX - 6 * QUERY_BYTES_MAX - 512;

impl<S: AsyncRead + AsyncWrite + Unpin> Session<S> {
    pub(super) fn search(
        &mut self,
        typed: String,
        order: SearchOrder,
        before: Option<&ShortString>,
        limit: Option<u32>,
    ) -> ControlFlow<End> {
        let query = match self.query(&typed) {
            Ok(query) => query,
            Err(error) => return self.refuse_search(&error),
        };
        let (scope, after) = (scope(&self.member, &query), before.and_then(Cursor::from_wire));
        let limit = limit.unwrap_or(HITS_DEFAULT);
        let context = Arc::clone(&self.context);
        self.pending.wait(async move {
            let request = Request { query, scope, order, after, limit };
            let page = match &context.search {
                Some(search) => search.find(request).await,
                None => Err(SearchError::Off),
            };
            CommandResult::Found { typed, order, page }
        });
        ControlFlow::Continue(())
    }

    pub(super) fn finish_search(
        &mut self,
        query: String,
        order: SearchOrder,
        page: Result<Page, SearchError>,
    ) -> ControlFlow<End> {
        let Page { hits, mut next, indexed } = match page {
            Ok(page) => page,
            Err(error) => return self.refuse_search(&error),
        };
        // Without those of a room that the user has left meanwhile.
        let rooms = self.member.readable_rooms();
        let (mut bytes, mut found, mut last) = (0, Vec::with_capacity(hits.len()), None);
        for hit in hits {
            let room = rooms.iter().find(|room| room.id == hit.room);
            let Some((room, text)) = room.zip(Text::from_lossy(&hit.excerpt.text)) else {
                continue;
            };
            let names = room.name().as_str().len() + hit.message.from.name.as_str().len();
            let marks = hit.excerpt.marks;
            bytes += HIT_BYTES + 2 * (names + text.as_str().len()) + MARK_BYTES * marks.len();
            if bytes > HITS_BYTES_MAX {
                next = last;
                break;
            }
            last = Some(hit.cursor);
            let (seq, at, kind) = (hit.message.seq, hit.message.at, hit.message.kind);
            let (room, from) = (room.name().clone(), hit.message.from);
            found.push(event::Hit { room, seq, from, at, kind, text, marks });
        }
        let next = next.map(Cursor::to_wire);
        self.send_event(&Event::Found { query, order, hits: found, next, indexed })
    }

    fn query(&self, typed: &str) -> Result<Query, SearchError> {
        if self.context.search.is_none() {
            return Err(SearchError::Off);
        }
        if typed.len() > QUERY_BYTES_MAX {
            return Err(SearchError::TooLong(typed.len()));
        }
        let query = Query::parse(typed);
        match query.terms() {
            terms if terms > TERMS_MAX => Err(SearchError::TooManyTerms(terms)),
            _ => Ok(query),
        }
    }

    fn refuse_search(&mut self, error: &SearchError) -> ControlFlow<End> {
        let code = match error {
            SearchError::TooLong(_) | SearchError::TooManyTerms(_) | SearchError::TooBroad => {
                RefusalCode::SearchTooBroad
            }
            SearchError::Off
            | SearchError::NotReady
            | SearchError::Unwritable(_)
            | SearchError::Busy => RefusalCode::SearchNotReady,
            SearchError::Index(_) => {
                self.log(|| error!("{error}"));
                RefusalCode::SearchNotReady
            }
            SearchError::Journal(cause) => {
                self.log(|| error!(error = %cause, "cannot read the messages that were found"));
                RefusalCode::NotReadable
            }
        };
        let text = match error {
            SearchError::Journal(cause) => format!("{error}: {cause}; try again later"),
            error => error.to_string(),
        };
        self.refuse(Refusal::new(code, text))
    }
}

/// The rooms that the user of `member` may read, and the users and rooms that it means by the names in `query`.
fn scope(member: &Member, query: &Query) -> Scope {
    let rooms = member.readable_rooms();
    let user = |name: &str| {
        let name = UserName::new(name.trim_start_matches('@')).ok()?;
        member.user_named(&name)
    };
    let mut scope = Scope {
        user: member.id(),
        users: query.users().map(user).collect(),
        named: query.rooms().map(|name| named(member, &rooms, name)).collect(),
        rooms: rooms.iter().map(|room| room.id).collect(),
    };
    scope.rooms.sort_unstable();
    scope
}

/// The room that the user calls `name`: with or without its `#`, or by the name of the other user.
fn named(member: &Member, rooms: &[Arc<Room>], name: &str) -> Option<RoomId> {
    let written = if name.starts_with(['#', '@']) { name.to_owned() } else { format!("#{name}") };
    let name = member.address(&RoomName::new(&written).ok()?).ok()?;
    rooms.iter().find(|room| *room.name() == name).map(|room| room.id)
}

/// All that the user of `member` finds; `None` while the index is not complete.
pub(crate) async fn find_all(
    context: &Context,
    member: &Member,
    typed: &str,
) -> Option<Vec<(RoomId, Seq)>> {
    let query = Query::parse(typed);
    let (mut found, mut after) = (Vec::new(), None);
    loop {
        let (query, scope) = (query.clone(), scope(member, &query));
        let order = SearchOrder::Newest;
        let request = Request { query, scope, order, after, limit: HITS_MAX };
        let page = context.search.as_ref()?.find(request).await.ok()?;
        if page.indexed.is_some() {
            return None;
        }
        found.extend(page.hits.iter().map(|hit| (hit.room, hit.message.seq)));
        after = page.next;
        if after.is_none() {
            return Some(found);
        }
    }
}
