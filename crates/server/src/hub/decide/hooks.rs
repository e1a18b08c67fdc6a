//! Decides about hooks: who makes and revokes them, and whether the bot of one may write.

use chat_proto::{AuditKind, LeaveReason, User, UserId, UserName};

use super::super::directory::Directory;
use super::super::hooks::{HOOKS_MAX, HOOKS_OF_ROOM_MAX, HOOKS_OF_USER_MAX};
use super::super::policy::{Action, may};
use super::super::proposal::Proposal;
use super::super::request::HookDraft;
use super::super::{HookError, HubError, NameConflict};
use super::{Grant, GrantResult};
use crate::journal::{
    AuditRecord, Change, HookRecord, MembershipRecord, RoomId, UserKind, UserRecord,
};

impl Directory {
    /// Makes a hook, and its bot.
    pub(super) fn make_hook(&self, proposal: &mut Proposal<'_>, draft: &HookDraft) -> GrantResult {
        let HookDraft { by, hash, room: name, name: wants } = draft;
        let (room, key) = proposal.named(name)?;
        let action = Action::ManageHooks(proposal.standing_of(*by, &key));
        proposal.permit_order(*by, (name, &key), action)?;
        if proposal.all_hooks().count() >= HOOKS_MAX {
            return Err(HubError::Hook(HookError::TooMany));
        }
        if proposal.all_hooks().filter(|hook| hook.room == room).count() >= HOOKS_OF_ROOM_MAX {
            return Err(HubError::Hook(HookError::TooManyInRoom(name.clone())));
        }
        let is_own = |hook: &&HookRecord| Some(hook.by) == *by;
        if proposal.all_hooks().filter(is_own).count() >= HOOKS_OF_USER_MAX {
            return Err(HubError::Hook(HookError::TooManyOfUser));
        }
        let (bot, mut changes) = self.bot(proposal, wants, room)?;
        let (id, created_at) = (proposal.next_record(), self.clock.now());
        let by_id = by.unwrap_or(UserId::SERVER);
        let hook = HookRecord { id, hash: *hash, bot: bot.id, room, by: by_id, created_at };
        proposal.add_hook(hook.clone());
        changes.push(Change::Hook(hook));
        let about = format!("hook {id}: {} in {name}", bot.name);
        changes.push(self.audit_hook(*by, AuditKind::Hook, &about, (bot.id, room)));
        Ok((changes, Grant::Hook(id)))
    }

    /// The bot with that name for a hook of a room, and the changes by which it comes in: a new one, or one whose hook
    /// of this room has ended, so that a hook gets another secret and stays the same user.
    fn bot(
        &self,
        proposal: &mut Proposal<'_>,
        wants: &UserName,
        room: RoomId,
    ) -> Result<(User, Vec<Change>), HubError> {
        let mut changes = Vec::new();
        let bot = match self.idle_bot(proposal, wants, room) {
            Some(bot) => bot,
            None => {
                if proposal.users_stored() >= self.users_max {
                    return Err(HubError::TooManyUsers(self.users_max));
                }
                let name = proposal.names.choose(None, wants, NameConflict::Refuse)?;
                let bot = User { id: proposal.next_user(), name };
                proposal.add_user(&bot, UserKind::Bot);
                let seen_at = self.clock.now().max(self.newest);
                let record = UserRecord::registered(bot.clone(), self.clock.now());
                changes.push(Change::User(UserRecord { kind: UserKind::Bot, seen_at, ..record }));
                bot
            }
        };
        for room in [RoomId::LOBBY, room] {
            let read = proposal.rooms.last_seq(room);
            let member = MembershipRecord::joined(bot.id, room, read);
            if changes.is_empty() && proposal.is_in(bot.id, room) {
                continue;
            }
            proposal.put_member(member, false);
            changes.push(Change::Member(member));
        }
        proposal.rooms.note_used(room);
        Ok((bot, changes))
    }

    /// The bot that has the name, if it has no hook and was in the room.
    fn idle_bot(&self, proposal: &Proposal<'_>, name: &UserName, room: RoomId) -> Option<User> {
        let id = proposal.names.holder(name)?;
        let is_idle = proposal.is_bot(id)
            && !proposal.has_hook(id)
            && proposal.membership(id, room).is_some();
        proposal.user(id).filter(|_| is_idle).cloned()
    }

    /// Ends a hook. Its bot leaves the room, and keeps its name and its messages.
    pub(super) fn revoke_hook(
        &self,
        proposal: &mut Proposal<'_>,
        by: Option<UserId>,
        id: u64,
    ) -> GrantResult {
        let HookRecord { bot, room, .. } =
            *proposal.hook(id).ok_or(HubError::Hook(HookError::NoSuchHook(id)))?;
        let action = Action::ManageHooks(proposal.standing_in(by, room));
        // Only those who may end it learn that it is there.
        may(proposal.subject_of(by), action)
            .map_err(|_| HubError::Hook(HookError::NoSuchHook(id)))?;
        if let Some(by) = by {
            self.not_banned(proposal, by, Some(room))?;
        }
        proposal.remove_hook(id);
        let mut changes = vec![Change::HookRemoved { id }];
        if room != RoomId::LOBBY && proposal.is_in(bot, room) {
            proposal.leave(bot, room, false);
            changes.push(Change::Left { user: bot, room, reason: LeaveReason::Bye });
        }
        let name = proposal.user(bot).map(|bot| bot.name.to_string()).unwrap_or_default();
        let about = format!("hook {id}: {name}");
        changes.push(self.audit_hook(by, AuditKind::RevokeHook, &about, (bot, room)));
        Ok((changes, Grant::Changed))
    }

    /// Whether the bot of a hook may write: a sanction that forbids its author to write in the room forbids it, too.
    pub(super) fn hook_may_write(
        &self,
        proposal: &Proposal<'_>,
        id: u64,
        room: RoomId,
    ) -> Result<(), HubError> {
        let by = proposal.hook(id).ok_or(HubError::Hook(HookError::Ended))?.by;
        if by == UserId::SERVER {
            return Ok(());
        }
        let banned = self.not_banned(proposal, by, Some(room));
        let muted = banned.and_then(|()| self.not_muted(proposal, by, Some(room)));
        muted.map_err(|_| HubError::Hook(HookError::Silenced))
    }

    fn audit_hook(
        &self,
        by: Option<UserId>,
        what: AuditKind,
        about: &str,
        (bot, room): (UserId, RoomId),
    ) -> Change {
        let record = self.record(by, what, about);
        self.audit(AuditRecord { user: Some(bot), room: Some(room), ..record })
    }
}
