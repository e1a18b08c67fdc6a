//! The requests of moderators and owners, or the operator: roles, rules, sanctions; and the audit log. `by` is the
//! author of a request, `None` for the operator. Each waits for its commit.

use chat_proto::event::{AuditEntry, RoomInfo, SanctionInfo};
use chat_proto::{Event, Reason, Role, RoomName, Timestamp, UserId, UserName};

use super::request::{Request, RulesPatch, SanctionOrder};
use super::state::State;
use super::{Hub, HubError, infos};
use crate::journal::{AuditRecord, JournalError, RoomId, RoomKey, SanctionRecord};

impl State {
    /// Up to `limit` mutes and bans of a room, or of the server, after the number `after`, and whether there are more.
    pub(super) fn list_sanctions(
        &self,
        room: Option<RoomId>,
        after: u64,
        limit: usize,
        now: Timestamp,
    ) -> (Vec<SanctionInfo>, bool) {
        let of_place = |record: &&SanctionRecord| record.room == room && !record.is_over(now);
        let mut found = self.sanctions.after(after).filter(of_place);
        let sanctions = found.by_ref().take(limit);
        let sanctions = sanctions.map(|record| self.info_for_moderators(record)).collect();
        (sanctions, found.next().is_some())
    }
}

impl Hub {
    /// Up to `limit` of all rooms with a name, by name, after the room `after`, and whether there are more: for the
    /// operator. [`Member::rooms`](super::Member::rooms) is for users.
    pub(crate) fn all_rooms(
        &self,
        after: Option<&RoomName>,
        limit: usize,
    ) -> (Vec<RoomInfo>, bool) {
        let rooms = self.state().rooms.named_after(after.map_or("", RoomName::key), limit + 1);
        infos(&rooms, limit)
    }

    /// Up to `limit` mutes and bans of a room, or of the server, after the number `after`, and whether there are more:
    /// for the operator. [`Member::all_sanctions`](super::Member::all_sanctions) is for users.
    ///
    /// # Errors
    /// Returns an error if there is no such room.
    pub(crate) fn sanctions(
        &self,
        room: Option<&RoomName>,
        after: u64,
        limit: usize,
    ) -> Result<(Vec<SanctionInfo>, bool), HubError> {
        let (state, now) = (self.state(), self.time());
        let find = |name: &RoomName| match state.rooms.by_key(&RoomKey::Named(name.clone())) {
            Some(room) => Ok(room.id),
            None => Err(HubError::NotInRoom(name.clone())),
        };
        Ok(state.list_sanctions(room.map(find).transpose()?, after, limit, now))
    }

    /// Gives a user another role, on the server or in a room. Returns the event that says so, unless the author
    /// receives it in the room.
    ///
    /// # Errors
    /// Returns an error if the author may not do that, there is no such user or room, the server would have no owner,
    /// it cannot be stored, or the daemon is going away.
    pub(crate) async fn grant(
        &self,
        by: Option<UserId>,
        user: UserName,
        room: Option<RoomName>,
        role: Role,
    ) -> Result<Option<Box<Event>>, HubError> {
        Ok(self.request(Request::SetRole { by, user, role, room }).await?.event())
    }

    /// Gives a room other rules. Returns the event that says so, unless the author receives it in the room.
    ///
    /// # Errors
    /// Returns an error if the author may not do that, there is no such room, it cannot be stored, or the daemon is
    /// going away.
    pub(crate) async fn rule(
        &self,
        by: Option<UserId>,
        room: RoomName,
        rules: RulesPatch,
    ) -> Result<Option<Box<Event>>, HubError> {
        Ok(self.request(Request::SetRules { by, room, rules }).await?.event())
    }

    /// Mutes, kicks or bans. Returns the event that says so, unless the author receives it in the room.
    ///
    /// # Errors
    /// Returns an error if the author may not do that, there is no such user or room, there are too many sanctions, it
    /// cannot be stored, or the daemon is going away.
    pub(crate) async fn sanction(
        &self,
        by: Option<UserId>,
        order: SanctionOrder,
    ) -> Result<Option<Box<Event>>, HubError> {
        Ok(self.request(Request::Sanction { by, order }).await?.event())
    }

    /// Ends a mute or a ban before its time. Returns the event that says so, unless the author receives it in the room.
    ///
    /// # Errors
    /// Returns an error if the author may not do that, there is no such sanction, it cannot be stored, or the daemon is
    /// going away.
    pub(crate) async fn pardon(
        &self,
        by: Option<UserId>,
        id: u64,
    ) -> Result<Option<Box<Event>>, HubError> {
        Ok(self.request(Request::Pardon { by, id }).await?.event())
    }

    /// Up to `limit` records of the audit log before the number `before`, newest first, and whether there are older
    /// ones; of the user `of` if there is one.
    ///
    /// # Errors
    /// Returns an error if they cannot be read.
    pub(crate) async fn audit(
        &self,
        of: Option<UserId>,
        before: Option<u64>,
        limit: usize,
    ) -> Result<(Vec<AuditEntry>, bool), JournalError> {
        let one_more = u32::try_from(limit).unwrap_or(u32::MAX).saturating_add(1);
        let mut records = self.journal().audit(of, before, one_more).await?;
        let more = records.len() > limit;
        records.truncate(limit);
        let state = self.state();
        let entry = |(id, record): (u64, AuditRecord)| AuditEntry {
            id,
            at: record.at,
            by: state.account(record.by).map(|account| account.user.clone()),
            what: record.what,
            about: record.about,
            reason: Reason::from_lossy(&record.reason),
        };
        Ok((records.into_iter().map(entry).collect(), more))
    }
}
