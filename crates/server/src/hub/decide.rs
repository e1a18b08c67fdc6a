//! Decides about the items of one commit: refuses each, or turns it into changes.
//!
//! One step under the lock for all items. The directory does not change before the commit is applied.

mod accounts;
mod arrive;
mod hooks;
mod invites;
mod login;
mod messages;
mod roles;
mod sanctioned;
mod sanctions;

use std::net::IpAddr;

use chat_proto::{Event, LeaveReason, RoomName, Seq, UserId};

use self::login::see_credential;
use super::HubError;
use super::accounts::Asker;
use super::directory::Directory;
use super::memberships::MembershipKind;
use super::policy::Action;
use super::proposal::{Proposal, ProposedMembership};
use super::request::{DirectScope, Item, Request};
use super::rooms::UnusedRoom;
use crate::config::ROOMS_EXPIRED_AT_ONCE;
use crate::journal::{Change, Entry, MemberRole, MembershipRecord, RoomId, RoomKey};

/// The decision about one item, beside its entry for the journal.
#[derive(Debug)]
pub(super) enum Decision {
    /// The item is refused. Boxed, as in [`super::answer::Outcome`]: there is a decision about each message.
    Refused(Box<HubError>),
    /// The message goes to the journal. With an error it is only looked up, and refused if it is not a repeat.
    Message(Option<Box<HubError>>),
    /// The request is carried out, and answered so.
    Granted(Grant),
    /// A task.
    Task,
    /// The hub closes.
    Close,
}

/// The answer to a request once its changes are stored.
#[derive(Debug)]
pub(super) enum Grant {
    Changed,
    /// With this event, if the client receives no other one that says the same.
    Event(Option<Box<Event>>),
    /// A session of this user begins, from this network; `None` for this machine.
    Session(UserId, Option<IpAddr>),
    Room(RoomId),
    Read(Seq),
    Invite(u64),
    Hook(u64),
    /// The account of this user, as the asker sees it.
    Account(UserId, Asker),
}

/// Changes, and the answer to the request for them.
type GrantResult = Result<(Vec<Change>, Grant), HubError>;

impl Directory {
    /// Decides about the items of one commit, in their order. Adds one decision for each, and returns one entry.
    pub(super) fn decide<'i>(
        &self,
        items: &'i mut [Item],
        decisions: &mut Vec<Decision>,
    ) -> Vec<Entry<'i>> {
        let mut state = self.state();
        let mut proposal = Proposal::new(&state, self.newcomers_after());
        decisions.clear();
        let entries = items.iter_mut().map(|item| {
            let (decision, entry) = self.decide_one(&mut proposal, item);
            decisions.push(decision);
            entry
        });
        let entries = entries.collect();
        // If the commit fails, a number that it gave is not used again.
        let (last_user, last_record) = (proposal.last_user(), proposal.last_record());
        (state.last_user, state.last_record) = (last_user, last_record);
        entries
    }

    fn decide_one<'i>(
        &self,
        proposal: &mut Proposal<'_>,
        item: &'i mut Item,
    ) -> (Decision, Entry<'i>) {
        let refused = |error| (Decision::Refused(Box::new(error)), Entry::Changes(Vec::new()));
        match item {
            Item::Task(task) => (Decision::Task, Entry::Task(task)),
            Item::Close(_) => {
                proposal.is_closed = true;
                (Decision::Close, Entry::Changes(Vec::new()))
            }
            _ if proposal.is_closed => refused(HubError::GoingAway),
            Item::Message(submission) => match messages::message(self, proposal, submission) {
                Ok((message, refusal)) => {
                    (Decision::Message(refusal.map(Box::new)), Entry::Message(message))
                }
                Err(error) => refused(error),
            },
            Item::Request(request, _) => match self.request(proposal, request) {
                Ok((entry, grant)) => (Decision::Granted(grant), entry),
                Err(error) => refused(error),
            },
        }
    }

    /// Decides about a request. Refuses every request of a banned user, and those about a room from which it is banned.
    fn request(
        &self,
        proposal: &mut Proposal<'_>,
        request: &Request,
    ) -> Result<(Entry<'static>, Grant), HubError> {
        if let Some(author) = request.author() {
            let key = request.room().and_then(|name| proposal.room_key(author, name).ok());
            self.not_banned(proposal, author, key.and_then(|key| proposal.rooms.find(&key)))?;
        }
        if let Request::SetTopic { user, name, topic } = request {
            let message = messages::topic(self, proposal, *user, (name, topic))?;
            return Ok((Entry::Message(message), Grant::Changed));
        }
        let (changes, grant) = self.change(proposal, request)?;
        Ok((Entry::Changes(changes), grant))
    }

    fn change(&self, proposal: &mut Proposal<'_>, request: &Request) -> GrantResult {
        match request {
            Request::Register { user, wants, token, admission } => {
                self.register(proposal, *user, wants, *token, *admission)
            }
            Request::Invite(draft) => self.invite(proposal, draft),
            Request::Revoke { by, id } => self.revoke(proposal, *by, *id),
            Request::MakeHook(draft) => self.make_hook(proposal, draft),
            Request::RevokeHook { by, id } => self.revoke_hook(proposal, *by, *id),
            Request::LogIn { user, proof, token, device, admission } => {
                self.log_in(proposal, *user, proof, (*token, device), *admission)
            }
            Request::Account { asker, order } => self.account_order(proposal, *asker, order),
            Request::SetPassword { user, hash, present } => {
                self.set_password(proposal, *user, hash, *present)
            }
            Request::Guest { user, wants, admission } => {
                self.guest(proposal, *user, wants, *admission)
            }
            Request::Rename { user, wants, if_taken } => {
                self.not_muted(proposal, *user, None)?;
                self.rename(proposal, *user, wants, *if_taken)
            }
            Request::Join { user, name, scope } => self.join(proposal, *user, name, *scope),
            Request::Leave { user, name } => leave(proposal, *user, name),
            Request::SetTopic { .. } => unreachable!("a topic is a message"),
            Request::SetRole { by, user, role, room: None } => {
                self.set_role(proposal, *by, user, *role)
            }
            Request::SetRole { by, user, role, room: Some(room) } => {
                self.set_role_in_room(proposal, *by, (user, room), *role)
            }
            Request::SetRules { by, room, rules } => self.set_rules(proposal, *by, room, *rules),
            Request::AskIn { by, room, user } => self.ask_in(proposal, *by, room, user),
            Request::Read { user, name, seq } => read(proposal, *user, name, *seq),
            Request::Sanction { by, order } => self.sanction(proposal, *by, order),
            Request::Pardon { by, id } => self.pardon(proposal, *by, *id),
            Request::SweepSanctions => Ok((self.sweep_sanctions(proposal), Grant::Changed)),
            Request::SetAway { user, text } => {
                if text.is_some() {
                    self.not_muted(proposal, *user, None)?;
                }
                let away = Change::Away { user: *user, text: text.clone() };
                Ok((vec![away], Grant::Changed))
            }
            Request::See { users, at } => {
                let seen = |user: &UserId| Change::Seen { user: *user, at: *at };
                Ok((users.iter().map(seen).collect(), Grant::Changed))
            }
            Request::RecordTries { user, what } => {
                Ok((vec![self.tries(proposal, *user, what)], Grant::Changed))
            }
            Request::SeeCredential(record) => {
                Ok((see_credential(proposal, record), Grant::Changed))
            }
            Request::ExpireRooms => Ok((expire(proposal), Grant::Changed)),
        }
    }

    fn join(
        &self,
        proposal: &mut Proposal<'_>,
        user: UserId,
        name: &RoomName,
        scope: DirectScope,
    ) -> GrantResult {
        let key = proposal.room_key(user, name)?;
        proposal.permit_key(user, name, &key, Action::Join)?;
        if is_direct(&key) && scope == DirectScope::Both {
            self.not_muted(proposal, user, None)?;
        }
        let (room, changes) = memberships(proposal, user, &key, scope)?;
        proposal.rooms.add(&key);
        for change in &changes {
            if let Change::Member(member) = change {
                proposal.put_member(*member, is_direct(&key));
            }
        }
        proposal.rooms.note_used(room);
        Ok((changes, Grant::Room(room)))
    }
}

/// The changes by which `user` joins a room, and by scope the other user of a direct message; none if they are in
/// it.
fn memberships(
    proposal: &mut Proposal<'_>,
    user: UserId,
    key: &RoomKey,
    scope: DirectScope,
) -> Result<(RoomId, Vec<Change>), HubError> {
    let users = match key {
        RoomKey::Named(_) => vec![user],
        RoomKey::Direct(pair) => pair.ids().to_vec(),
    };
    let joins = |id: UserId| id == user || scope == DirectScope::Both;
    // A message makes the conversation its author's own.
    let is_more = |known: Option<ProposedMembership>, id: UserId| {
        let is_answer = id == user && scope == DirectScope::Both && is_direct(key);
        known.is_none_or(|known| !known.is_in || is_answer && !known.is_own)
    };
    let stored = proposal.rooms.find(key);
    for id in users.iter().copied().filter(|id| joins(*id)) {
        let known = stored.and_then(|room| proposal.membership(id, room));
        let kind = MembershipKind::of(is_direct(key), id == user);
        if is_more(known, id) && !proposal.may_join_more(id, kind, user) {
            return Err(too_many(proposal, user, id, key));
        }
    }
    let users_stored = proposal.users_stored();
    let made = proposal.rooms.find_or_make(key, users_stored);
    let (room, is_new) = made.map_err(|error| proposal.without_hidden_room(user, error))?;
    if users.iter().all(|id| !joins(*id) || !is_more(proposal.membership(*id, room), *id)) {
        return Ok((room, Vec::new()));
    }
    let last_seq = proposal.rooms.last_seq(room);
    let mut changes = Vec::new();
    if is_new {
        changes.push(Change::Room { id: room, key: key.clone() });
    }
    for id in users {
        let known = proposal.membership(id, room);
        // For a user who joins, the earlier messages count as read.
        let read_seq = known.map_or(last_seq, |known| known.read);
        if joins(id) || known.is_none() {
            changes.push(Change::Member(MembershipRecord {
                is_in: joins(id),
                is_own: id == user,
                // The user who makes a room owns it.
                role: if is_new && !is_direct(key) {
                    MemberRole::Owner
                } else {
                    MemberRole::Member
                },
                ..MembershipRecord::joined(id, room, read_seq)
            }));
        }
    }
    Ok((room, changes))
}

/// The error for `user` if `joins` cannot be in one more room.
fn too_many(proposal: &Proposal<'_>, user: UserId, joins: UserId, key: &RoomKey) -> HubError {
    match (key, proposal.user(joins)) {
        (RoomKey::Direct(_), Some(other)) if joins != user => {
            HubError::IsInTooManyConversations(other.name.clone())
        }
        (RoomKey::Direct(_), _) => HubError::InTooManyConversations,
        (RoomKey::Named(_), _) => HubError::InTooManyRooms,
    }
}

const fn is_direct(key: &RoomKey) -> bool {
    matches!(key, RoomKey::Direct(_))
}

fn leave(proposal: &mut Proposal<'_>, user: UserId, name: &RoomName) -> GrantResult {
    let key = proposal.room_key(user, name)?;
    let room = proposal.permit(user, name, Action::Leave)?;
    proposal.leave(user, room, is_direct(&key));
    Ok((vec![Change::Left { user, room, reason: LeaveReason::Bye }], Grant::Room(room)))
}

fn read(proposal: &mut Proposal<'_>, user: UserId, name: &RoomName, seq: Seq) -> GrantResult {
    let room = proposal.permit(user, name, Action::MarkRead)?;
    let seq = seq.min(proposal.rooms.last_seq(room));
    let known = proposal.membership(user, room).map_or(Seq::NONE, |known| known.read);
    if known >= seq {
        return Ok((Vec::new(), Grant::Read(known)));
    }
    proposal.read(user, room, seq);
    Ok((vec![Change::Read { user, room, seq }], Grant::Read(seq)))
}

/// The removal of unused rooms, a few at a time, so that messages do not wait for it.
fn expire(proposal: &mut Proposal<'_>) -> Vec<Change> {
    let mut changes = Vec::new();
    for UnusedRoom { id, visitors } in proposal.state.rooms.unused(ROOMS_EXPIRED_AT_ONCE) {
        if !proposal.rooms.is_used(id) {
            // Else they would count against the bounds, and nobody would see them.
            let hooks: Vec<u64> =
                proposal.all_hooks().filter(|hook| hook.room == id).map(|hook| hook.id).collect();
            for id in hooks {
                proposal.remove_hook(id);
                changes.push(Change::HookRemoved { id });
            }
            proposal.rooms.remove(id);
            changes.push(Change::RoomRemoved { id, visitors });
        }
    }
    changes
}
