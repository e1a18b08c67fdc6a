//! Mutes, kicks, bans and pardons; and the audit log.

use std::collections::BTreeMap;
use std::ops::ControlFlow;
use std::sync::Arc;

use chat_proto::event::{AuditEntry, SanctionInfo};
use chat_proto::limits::{LINE_BYTES_MAX, REMOVE_S_MAX};
use chat_proto::{Event, Refusal, RefusalCode, RoomName, SanctionKind, UserId, command};
use tokio::io::{AsyncRead, AsyncWrite};
use tokio::spawn;
use tokio::task::JoinError;

use super::Session;
use super::end::End;
use super::pending::CommandResult;
use crate::hub::{HubError, SanctionOrder, SanctionTarget};
use crate::journal::JournalError;

/// Entries of one `sanctions` or `audit` event at most: each has some 300 bytes, or 1,200 if its texts are quotes, so
/// all fit a line of the protocol.
const PAGE_MAX: usize = 50;

const _: () = assert!(PAGE_MAX * 1_300 <= LINE_BYTES_MAX, "a page fits a line");

impl<S: AsyncRead + AsyncWrite + Unpin> Session<S> {
    pub(super) fn sanction(&mut self, sanction: command::Sanction) -> ControlFlow<End> {
        let (name, remove_since_s) = (sanction.room.clone(), sanction.remove_since_s);
        let order = match order(sanction) {
            Ok(order) => order,
            Err(refusal) => return self.refuse(refusal),
        };
        // Before the sanction ends the session of a guest, whose user is removed with it.
        let removal = remove_since_s.map(|seconds| self.member.removal(&order, seconds));
        let removal = match removal.transpose() {
            Ok(removal) => removal,
            Err(error) => return self.refuse(Refusal { room: name, ..error.into() }),
        };
        let (hub, by) = (Arc::clone(&self.context.hub), Some(self.member.id()));
        self.pending.wait(async move {
            // A task, so that it is completed if the session ends: its user may leave at once.
            let done = spawn(async move {
                let event = hub.sanction(by, order).await;
                if let (Ok(_), Some(removal)) = (&event, removal) {
                    removal.carry_out(&hub).await;
                }
                event
            });
            let failed = |error: JoinError| Err(HubError::Failed(error.to_string()));
            CommandResult::Event { name, event: done.await.unwrap_or_else(failed) }
        });
        ControlFlow::Continue(())
    }

    pub(super) fn pardon(&mut self, id: u64) -> ControlFlow<End> {
        let (hub, by) = (Arc::clone(&self.context.hub), Some(self.member.id()));
        self.pending.wait(async move {
            CommandResult::Event { name: None, event: hub.pardon(by, id).await }
        });
        ControlFlow::Continue(())
    }

    pub(super) fn sanctions(
        &mut self,
        room: Option<RoomName>,
        after: Option<u64>,
        limit: Option<u32>,
    ) -> ControlFlow<End> {
        let found = self.member.all_sanctions(room.as_ref(), after.unwrap_or(0), page(limit));
        match found {
            Ok((sanctions, more)) => self.send_event(&Event::Sanctions { room, sanctions, more }),
            Err(error) => self.refuse(Refusal { room, ..error.into() }),
        }
    }

    pub(super) fn audit(&mut self, before: Option<u64>, limit: Option<u32>) -> ControlFlow<End> {
        let of = match self.member.audited() {
            Ok(of) => of,
            Err(error) => return self.refuse(error.into()),
        };
        let (hub, limit) = (Arc::clone(&self.context.hub), page(limit));
        self.pending.wait(async move { CommandResult::Audit(hub.audit(of, before, limit).await) });
        ControlFlow::Continue(())
    }

    pub(super) fn finish_audit(
        &mut self,
        page: Result<(Vec<AuditEntry>, bool), JournalError>,
    ) -> ControlFlow<End> {
        match page {
            Ok((records, more)) => self.send_event(&Event::Audit { records, more }),
            Err(error) => self.refuse_unreadable(None, &error),
        }
    }

    /// Sends the mutes and bans that apply to the user, except those that the client was sent, and
    /// `pardoned` for each of these that was ended before its time.
    pub(super) fn send_sanctions(&mut self) {
        if !self.shows.roles() {
            return;
        }
        let now = self.member.sanctions();
        if now.is_empty() && !self.live.knows_sanctions() {
            return;
        }
        let now: BTreeMap<u64, SanctionInfo> =
            now.into_iter().filter_map(|sanction| Some((sanction.id?, sanction))).collect();
        let sent = std::mem::replace(self.live.sent_sanctions(), now.clone());
        let at = self.context.hub.time();
        for (id, sanction) in &sent {
            let is_over = sanction.until.is_some_and(|until| until <= at);
            if !now.contains_key(id) && !is_over {
                let sanction = Box::new(sanction.clone());
                self.connection.send(&Event::Pardoned { sanction, by: None });
            }
        }
        for (id, sanction) in now {
            if !sent.contains_key(&id) {
                self.connection.send(&Event::Sanction(Box::new(sanction)));
            }
        }
    }
}

/// Whether a sanction is about that user.
pub(super) fn is_about(sanction: &SanctionInfo, user: UserId) -> bool {
    sanction.user.as_ref().is_some_and(|about| about.id == user)
}

/// The order of a client.
///
/// # Errors
/// Returns a refusal that says what a field can be.
pub(super) fn order(sanction: command::Sanction) -> Result<SanctionOrder, Refusal> {
    let command::Sanction { kind, user, network, invite, room, for_s, remove_since_s, reason } =
        sanction;
    let bad = |room, text: &str| Refusal { room, ..Refusal::new(RefusalCode::BadField, text) };
    let target = match (user, network, invite) {
        (Some(user), None, None) => SanctionTarget::User(user),
        (None, Some(network), None) => SanctionTarget::Network(network),
        (None, None, Some(invite)) => SanctionTarget::Invite(invite),
        _ => return Err(bad(room, "a `sanction` has one of `user`, `network` and `invite`")),
    };
    if kind == SanctionKind::Unknown {
        return Err(bad(room, "`kind` is mute, kick or ban"));
    }
    if for_s == Some(0) {
        return Err(bad(room, "`for_s` has one second at least"));
    }
    match remove_since_s {
        Some(_) if network.is_some() => Err(bad(
            room,
            "the messages of a network are not removed: it is not stored where they came from",
        )),
        Some(seconds) if !(1..=REMOVE_S_MAX).contains(&seconds) => {
            Err(bad(room, &format!("`remove_since_s` is from 1 to {REMOVE_S_MAX}, which is a day")))
        }
        _ => Ok(SanctionOrder { kind, target, room, for_s, reason }),
    }
}

pub(super) fn page(limit: Option<u32>) -> usize {
    limit.map_or(PAGE_MAX, |limit| usize::try_from(limit).unwrap_or(PAGE_MAX).min(PAGE_MAX))
}
