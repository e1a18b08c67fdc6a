//! Decides about messages: where one goes, and whether its author may send it.

use chat_proto::command::Body;
use chat_proto::{AuditKind, DeviceId, RoomName, Topic, UserId};

use super::super::directory::Directory;
use super::super::mentions::mentioned;
use super::super::policy::{Action, Standing, may};
use super::super::proposal::Proposal;
use super::super::request::{DirectScope, Submission};
use super::super::{HookError, HubError};
use super::{is_direct, memberships};
use crate::journal::{AuditRecord, Change, DeletionRecord, MemberRole, Message, RoomId};

/// The message that sets the topic of a room.
pub(super) fn topic(
    directory: &Directory,
    proposal: &mut Proposal<'_>,
    user: UserId,
    (name, topic): (&RoomName, &Topic),
) -> Result<Message, HubError> {
    let room = proposal.permit(user, name, Action::SetTopic)?;
    directory.not_muted(proposal, user, Some(room))?;
    let from = proposal.author(user)?.clone();
    proposal.rooms.note_used(room);
    let set = Change::Topic { room, topic: topic.clone(), by: from.clone() };
    Ok(Message {
        room,
        from,
        device: DeviceId::default(),
        n: None,
        body: Body::Topic { topic: topic.clone() },
        named_at: None,
        mentions: Box::default(),
        deletes_others: None,
        is_repeat_only: false,
        changes: Box::new([set]),
    })
}

/// The action that an author of this content must be allowed.
const fn action(body: &Body) -> fn(Standing) -> Action {
    match body {
        Body::Message { .. } | Body::Edit { .. } => Action::Send,
        Body::Delete { .. } | Body::Reaction { .. } => Action::React,
        Body::Pin { .. } => Action::Pin,
        Body::Topic { .. } => Action::SetTopic,
    }
}

/// The message for the journal, and why it is not stored unless it is a repeat.
///
/// Whether the user is in the room does not matter for a repeat: its answer may have been lost, and the
/// user may have left meanwhile.
pub(super) fn message(
    directory: &Directory,
    proposal: &mut Proposal<'_>,
    submission: &Submission,
) -> Result<(Message, Option<HubError>), HubError> {
    let user = submission.user;
    if submission.hook.is_some_and(|hook| proposal.hook(hook).is_none()) {
        return Err(HubError::Hook(HookError::Ended));
    }
    let from = proposal.author(user)?.clone();
    let name = &submission.name;
    let (room, permitted) = match submission.room.filter(|room| proposal.is_in(user, *room)) {
        Some(room) if !name.is_private() => {
            let action = action(&submission.body)(proposal.standing_in(user, room));
            let permitted = may(proposal.subject(user), action).map(|()| Vec::new());
            (room, permitted.map_err(|denied| denied.in_room(name)))
        }
        _ => destination(proposal, user, name, action(&submission.body))?,
    };
    let permitted = permitted.and_then(|mut changes| {
        changes.extend(directory.may_write(proposal, submission, room)?);
        Ok(changes)
    });
    let (mut changes, refusal) = match permitted {
        Ok(changes) => (changes, None),
        Err(error) if submission.n.is_some() => (Vec::new(), Some(error)),
        Err(error) => return Err(error),
    };
    if refusal.is_none() {
        proposal.rooms.note_used(room);
    }
    let body = submission.body.clone();
    if let (Body::Topic { topic }, None) = (&body, &refusal) {
        changes.push(Change::Topic { room, topic: topic.clone(), by: from.clone() });
    }
    let message = Message {
        room,
        from,
        device: submission.device.clone(),
        n: submission.n,
        mentions: mentioned(proposal, room, user, &body),
        deletes_others: directory.deletes_others(proposal, submission, room).map(Box::new),
        body,
        named_at: submission.named_at,
        is_repeat_only: refusal.is_some(),
        changes: changes.into(),
    };
    Ok((message, refusal))
}

impl Directory {
    /// The record of a deletion, if the author may delete messages of others in the room.
    fn deletes_others(
        &self,
        proposal: &Proposal<'_>,
        submission: &Submission,
        room: RoomId,
    ) -> Option<DeletionRecord> {
        let (user, name) = (submission.user, &submission.name);
        if !matches!(submission.body, Body::Delete { .. }) || name.is_private() {
            return None;
        }
        let others = Action::DeleteOthers(proposal.standing_in(user, room));
        may(proposal.subject(user), others).ok()?;
        self.not_muted(proposal, user, Some(room)).ok()?;
        let record = self.record(Some(user), AuditKind::Delete, name.as_str());
        let record = AuditRecord { room: Some(room), ..record };
        Some(DeletionRecord { record, kept_since: self.audit_kept_since() })
    }

    /// Whether sanctions and the pause of the room let the author write. Returns the change that begins the next pause.
    fn may_write(
        &self,
        proposal: &mut Proposal<'_>,
        submission: &Submission,
        room: RoomId,
    ) -> Result<Option<Change>, HubError> {
        if let Some(hook) = submission.hook {
            self.hook_may_write(proposal, hook, room)?;
        }
        // A muted user may delete its own messages.
        if matches!(submission.body, Body::Delete { .. }) {
            return self.not_banned(proposal, submission.user, None).map(|()| None);
        }
        self.not_muted(proposal, submission.user, Some(room))?;
        let rules = proposal.rooms.rules(room);
        if rules.slow_s == 0 || !matches!(submission.body, Body::Message { .. }) {
            return Ok(None);
        }
        self.after_pause(proposal, submission, room, rules.slow_s)
    }

    /// Whether the pause after the last message of the author is over.
    fn after_pause(
        &self,
        proposal: &mut Proposal<'_>,
        Submission { user, name, .. }: &Submission,
        room: RoomId,
        pause_s: u32,
    ) -> Result<Option<Change>, HubError> {
        let (user, at) = (*user, self.clock.now());
        if proposal.standing_in(user, room).rank(proposal.subject(user)) >= MemberRole::Moderator {
            return Ok(None);
        }
        let pause_ms = i64::from(pause_s) * 1000;
        if let Some(last) = proposal.wrote_at(user, room) {
            // If the clock was set back, nobody waits longer than the pause.
            let passed = at.as_millis() - last.as_millis();
            if (0..pause_ms).contains(&passed) {
                let wait_ms = (pause_ms - passed).unsigned_abs();
                return Err(HubError::Slow {
                    room: name.clone(),
                    pause_s: pause_s.into(),
                    wait_ms,
                });
            }
        }
        proposal.write(user, room, at);
        Ok(Some(Change::Wrote { user, room, at }))
    }
}

/// The room that a message goes to, and the changes it comes with; or why a new message may not go there.
fn destination(
    proposal: &mut Proposal<'_>,
    user: UserId,
    name: &RoomName,
    action: fn(Standing) -> Action,
) -> Result<(RoomId, Result<Vec<Change>, HubError>), HubError> {
    let key = proposal.room_key(user, name)?;
    let room = proposal.rooms.find(&key);
    if !is_direct(&key) {
        let permitted = proposal.permit_key(user, name, &key, action);
        let room = room.ok_or_else(|| HubError::NotInRoom(name.clone()))?;
        return Ok((room, permitted.map(|()| Vec::new())));
    }
    let permitted = proposal.permit_key(user, name, &key, action);
    match permitted.and_then(|()| memberships(proposal, user, &key, DirectScope::Both)) {
        Ok((room, changes)) => {
            for change in &changes {
                if let Change::Member(member) = change {
                    proposal.put_with_message(*member, true);
                }
            }
            Ok((room, Ok(changes)))
        }
        Err(error) => match room {
            Some(room) => Ok((room, Err(error))),
            None => Err(error),
        },
    }
}
