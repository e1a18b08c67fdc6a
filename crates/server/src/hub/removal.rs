//! Removes what somebody has written lately, for a moderator who mutes, kicks or bans it: each message is deleted as if
//! the moderator had deleted it, so that clients, the journal and the audit log have it like any other deletion.

use std::ops::ControlFlow;
use std::sync::Arc;

use chat_proto::command::Body;
use chat_proto::event::MessageKind;
use chat_proto::{DeviceId, Seq, SessionId, Timestamp, UserId};
use tokio::sync::mpsc;

use super::actor::Actor;
use super::member::Member;
use super::policy::{Action, may};
use super::request::{NewMessage, SanctionOrder, SanctionTarget, Submission};
use super::{Hub, HubError};
use crate::config::PAGE_MESSAGES;
use crate::journal::{Page, Part, StoredMessage};
use crate::room::Room;

/// Messages that one order removes, at most: a raid of a minute by ten users who write as fast as they may.
pub(super) const REMOVED_MAX: usize = 2_400;

/// Pages of a room that are read for one order, at most: 10,000 messages.
const PAGES_READ_MAX: usize = 50;

/// Deletions that wait for one commit: others commit in between.
const AT_ONCE: usize = 64;

/// The messages that are to be removed.
#[derive(Debug)]
pub(crate) struct Removal {
    actor: Actor,
    authors: Vec<UserId>,
    rooms: Vec<Arc<Room>>,
    since: Timestamp,
}

impl Member {
    /// The messages of the last `seconds` of those whom `order` is about: in the room of the order, or in all rooms of
    /// this user in which it may delete messages of others.
    ///
    /// # Errors
    /// Returns an error if the user may not delete messages of others in the room of the order, or there is no such
    /// user or room.
    pub(crate) fn removal(&self, order: &SanctionOrder, seconds: u32) -> Result<Removal, HubError> {
        let hub = &self.actor().hub;
        let state = hub.state();
        let authors = match &order.target {
            SanctionTarget::User(name) => {
                let holder = state.names.holder(name);
                vec![holder.ok_or_else(|| HubError::NoSuchUser(name.clone()))?]
            }
            SanctionTarget::Invite(id) => state.invited(*id).to_vec(),
            // The network from which a message was sent is not stored.
            SanctionTarget::Network(_) => Vec::new(),
        };
        let rooms = match &order.room {
            Some(name) => vec![state.permit(self.id(), name, Action::DeleteOthers).cloned()?],
            None => {
                let account = state.existing(self.id());
                let rooms = account.rooms.current().map(|(id, _)| state.rooms.existing(id));
                let may_delete = |room: &&Arc<Room>| {
                    let action = Action::DeleteOthers(account.standing(room));
                    may(account.subject(), action).is_ok()
                };
                rooms.filter(may_delete).cloned().collect()
            }
        };
        let since = i64::from(seconds).saturating_mul(1_000);
        let since = Timestamp::from_millis(hub.time().as_millis().saturating_sub(since));
        Ok(Removal { actor: self.actor().clone(), authors, rooms, since })
    }
}

impl Removal {
    /// Removes the messages, the newest ones first. What cannot be read or deleted stays.
    pub(crate) async fn carry_out(self, hub: &Hub) {
        let mut left = REMOVED_MAX;
        for room in &self.rooms {
            let mut before = room.last_seq().next();
            for _ in 0..PAGES_READ_MAX {
                let page = Page { of: Part::Before(before), limit: PAGE_MESSAGES };
                let Ok(messages) = hub.journal().read(room.id, page).await else { break };
                let Some(first) = messages.first() else { break };
                before = first.seq;
                let is_last = messages.iter().all(|message| message.at < self.since);
                let is_meant = |message: &&StoredMessage| self.is_meant(message);
                let found = messages.iter().rev().filter(is_meant).map(|message| message.seq);
                let found: Vec<Seq> = found.take(left).collect();
                left -= found.len();
                if self.delete(room, &found).await.is_break() {
                    return;
                }
                if is_last || left == 0 {
                    break;
                }
            }
        }
    }

    fn is_meant(&self, message: &StoredMessage) -> bool {
        matches!(message.kind, MessageKind::Text | MessageKind::Action)
            // An earlier order may have deleted as many as one order can.
            && !message.is_deleted()
            && message.at >= self.since
            && self.authors.contains(&message.from.id)
    }

    /// Deletes messages. Breaks if the daemon is going away.
    async fn delete(&self, room: &Room, found: &[Seq]) -> ControlFlow<()> {
        for part in found.chunks(AT_ONCE) {
            let (answer, mut answers) = mpsc::channel(AT_ONCE);
            let delete = |target: &Seq| {
                NewMessage(Box::new(Submission {
                    user: self.actor.id(),
                    // The session of the moderator is to receive it, too.
                    session: SessionId::NONE,
                    hook: None,
                    name: room.name().clone(),
                    room: Some(room.id),
                    device: DeviceId::default(),
                    names_device: false,
                    n: None,
                    body: Body::Delete { target: *target },
                    named_at: None,
                    answer: answer.clone(),
                }))
            };
            self.actor.send_all(part.iter().map(delete).collect()).await;
            drop(answer);
            for _ in part {
                // If a message was deleted meanwhile, the order is refused, and the message is gone all the same.
                let outcome = answers.recv().await.map(|answer| answer.outcome);
                if outcome.is_none_or(|outcome| outcome == HubError::GoingAway.into()) {
                    return ControlFlow::Break(());
                }
            }
        }
        ControlFlow::Continue(())
    }
}
