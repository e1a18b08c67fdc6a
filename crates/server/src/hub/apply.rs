//! Applies a commit: changes the directory, publishes messages to their rooms, and answers the sessions.
//!
//! A change applies to the messages after it in the queue, and not to those before it.

mod accounts;
mod roles;
mod sanctions;

use std::collections::BTreeMap;
use std::sync::Arc;
use std::sync::atomic::Ordering::Relaxed;

use chat_proto::event::MessageKind;
use chat_proto::{LeaveReason, Seq, SessionId, User, UserId, UserName};
use tokio::sync::oneshot;
use tracing::trace;

use super::HubError;
use super::account::Account;
use super::answer::{Answer, Outcome, Response};
use super::decide::{Decision, Grant};
use super::directory::Directory;
use super::member::Member;
use super::request::{Item, Submission};
use super::state::member_in;
use crate::batch::Publication;
use crate::config::{ROOMS_AT_ONCE, VISITORS_AT_ONCE};
use crate::journal::{
    Change, Commit, EntryResult, MembershipRecord, Repeat, RoomId, RoomRecord, UserRecord,
};
use crate::room::Room;

/// Messages of one commit that are not published yet, and the answers to their senders.
#[derive(Default)]
struct CommitOutput<'i> {
    /// Sorted, so that rooms are published in the same order in each run.
    rooms: BTreeMap<RoomId, (Arc<Room>, Vec<Publication>)>,
    answers: Vec<(&'i Submission, Outcome)>,
}

impl Directory {
    /// Applies a stored commit. The items, the decisions about them and their results are in the same order.
    pub(super) fn apply(
        self: &Arc<Self>,
        items: &mut [Item],
        decisions: impl Iterator<Item = Decision>,
        commit: &mut Commit,
    ) {
        trace!(position = commit.position, items = items.len(), "committed");
        let mut output = CommitOutput::default();
        for ((item, decision), result) in
            items.iter_mut().zip(decisions).zip(commit.items.drain(..))
        {
            match item {
                Item::Message(submission) => {
                    self.apply_message(&mut output, submission, decision, result);
                }
                Item::Request(_, reply) => {
                    self.publish(&mut output);
                    let done = self.apply_request(decision, result);
                    answer(reply, done);
                }
                Item::Task(task) => task.finish(Ok(())),
                Item::Close(closed) => {
                    self.publish(&mut output);
                    self.close();
                    answer(closed, ());
                }
            }
        }
        self.publish(&mut output);
    }

    fn apply_message<'i>(
        self: &Arc<Self>,
        output: &mut CommitOutput<'i>,
        submission: &'i Submission,
        decision: Decision,
        result: EntryResult,
    ) {
        let outcome = match (decision, result) {
            (Decision::Refused(error), _)
            | (Decision::Message(Some(error)), EntryResult::NoRepeat) => Outcome::Refused(error),
            (_, EntryResult::Repeat(Repeat::Same { seq, at })) => Outcome::Repeat { seq, at },
            (_, EntryResult::Repeat(Repeat::Other)) => Outcome::NumberUsed,
            (_, EntryResult::Rejected(rejection)) => HubError::Rejected(rejection).into(),
            (_, EntryResult::Message { room, message, changes }) => {
                if !changes.is_empty() {
                    self.publish(output);
                    changes.into_iter().for_each(|change| self.apply_change(change));
                }
                if message.kind == MessageKind::Delete {
                    self.text_removed.notify_one();
                }
                let outcome = Outcome::Stored { seq: message.seq, at: message.at };
                let session = submission.session;
                let room = output.rooms.entry(room);
                let existing = |id: &RoomId| Arc::clone(self.state().rooms.existing(*id));
                let (_, messages) =
                    room.or_insert_with_key(|id| (existing(id), Vec::with_capacity(1)));
                messages.push(Publication { message, session });
                outcome
            }
            (decision, result) => unreachable!("{decision:?} led to {result:?}"),
        };
        output.answers.push((submission, outcome));
    }

    fn apply_request(
        self: &Arc<Self>,
        decision: Decision,
        result: EntryResult,
    ) -> Result<Response, HubError> {
        let grant = match decision {
            Decision::Granted(grant) => grant,
            Decision::Refused(error) => return Err(*error),
            other => unreachable!("{other:?} about a request"),
        };
        match result {
            EntryResult::Changes(changes) => {
                changes.into_iter().for_each(|change| self.apply_change(change));
            }
            // A topic. The session that has set it receives the message, too: it has no other answer.
            EntryResult::Message { room, message, changes } => {
                changes.into_iter().for_each(|change| self.apply_change(change));
                let room = Arc::clone(self.state().rooms.existing(room));
                room.publish_messages(vec![Publication { message, session: SessionId::NONE }]);
            }
            other => unreachable!("a request led to {other:?}"),
        }
        Ok(match grant {
            Grant::Changed => Response::Changed,
            Grant::Session(user, network) => {
                let hub = self.hub().ok_or(HubError::GoingAway)?;
                Response::Admitted(Member::begin(hub, user, network))
            }
            Grant::Room(id) => Response::Room(Arc::clone(self.state().rooms.existing(id))),
            Grant::Read(seq) => Response::Read(seq),
            Grant::Invite(id) => {
                let state = self.state();
                let invite = state.invites.get(id).expect("it was just made");
                Response::Invite(state.invite_info(invite, Some(invite.by)))
            }
            Grant::Hook(id) => {
                let state = self.state();
                let hook = state.hooks.get(id).and_then(|hook| state.hook_info(hook));
                Response::Hook(hook.expect("it was just made"))
            }
            Grant::Account(user, asker) => {
                Response::Account(self.state().account_info(user, asker))
            }
            Grant::Event(event) => Response::Event(event),
        })
    }

    /// Sends the messages to the readers of their rooms, and then the answers to their senders.
    fn publish(&self, output: &mut CommitOutput<'_>) {
        if output.answers.is_empty() {
            return;
        }
        for (room, messages) in std::mem::take(&mut output.rooms).into_values() {
            room.publish_messages(messages);
        }
        let stored = output.answers.iter().filter(|(_, outcome)| outcome.is_stored());
        self.end_away(stored.map(|(submission, _)| submission.user));
        let (mut accepted, mut refused) = (0, 0);
        for (submission, outcome) in output.answers.drain(..) {
            accepted += u64::from(outcome.is_stored());
            refused += u64::from(matches!(outcome, Outcome::NumberUsed | Outcome::Refused(_)));
            submission.answer(outcome);
        }
        self.counters.accepted.fetch_add(accepted, Relaxed);
        self.counters.refused.fetch_add(refused, Relaxed);
    }

    fn apply_change(self: &Arc<Self>, change: Change) {
        match change {
            Change::User(record) => self.apply_user(record),
            Change::Guest(user) => self.apply_guest(user),
            Change::GuestRenamed(user) => self.apply_name(&user),
            Change::Away { user, text } => self.state().set_away(user, text),
            Change::Credential(record) => self.state().add_credential(record),
            Change::Seen { user, at } => {
                if let Some(account) = self.state().account_mut(user) {
                    account.seen_at = account.seen_at.max(at);
                }
            }
            Change::Room { id, key } => {
                self.state().rooms.add(RoomRecord::new(id, key));
            }
            Change::RoomRemoved { id, visitors } => {
                let visitors: Vec<UserId> = visitors.iter().copied().collect();
                self.apply_removal(id, &visitors);
            }
            Change::Topic { room, topic, by } => {
                let room = Arc::clone(self.state().rooms.existing(room));
                room.set_topic(&by, &topic);
            }
            Change::Member(member) => self.apply_member(member),
            Change::Left { user, room, reason } => self.apply_left(user, room, reason),
            Change::Read { user, room, seq } => self.apply_read(user, room, seq),
            Change::UserRole { user, role, by } => self.apply_user_role(user, role, by.as_ref()),
            Change::CredentialSeen(record) => self.state().see_credential(&record),
            Change::CredentialDropped(record) => self.state().drop_credential(&record),
            Change::MemberRole { user, room, role, by } => {
                self.apply_member_role(user, room, role, by);
            }
            Change::Rules { room, rules, by } => self.apply_rules(room, rules, by),
            Change::AskedIn { user, room, read_seq, by } => {
                let joined = MembershipRecord::joined(user, room, read_seq);
                let asked_by = Some(by.id);
                self.apply_member(MembershipRecord { is_in: false, asked_by, ..joined });
            }
            Change::Invite(record) => self.state().invites.put(record),
            Change::InviteUsed { id, used } => self.state().invites.set_used(id, used),
            Change::InviteRemoved { id } => self.state().invites.remove(id),
            Change::Hook(record) => self.state().hooks.put(record),
            Change::HookRemoved { id } => self.state().hooks.remove(id),
            Change::Sanction(record) => self.apply_sanction(&record),
            Change::GuestSanctioned { id, guest } => self.apply_guest_sanction(id, guest),
            Change::SanctionEnded { id } => drop(self.state().sanctions.remove(id)),
            Change::Pardoned { id, by } => self.apply_pardon(id, by),
            Change::Kicked { user, room, by, reason } => self.apply_kick(user, room, by, reason),
            Change::SessionsEnded { user, sessions, by } => {
                self.apply_sessions_ended(user, sessions, by.as_ref());
            }
            Change::AccountChanged { user, what, by } => {
                self.apply_account_changed(user, what, by.as_ref());
            }
            Change::Wrote { user, room, at } => self.state().pauses.write(user, room, at),
            Change::Audit { .. } => {}
        }
    }

    /// A new user, or another name of one.
    fn apply_user(&self, record: UserRecord) {
        if self.state().account(record.user.id).is_some() {
            return self.apply_name(&record.user);
        }
        // The change with its membership has the read position of the lobby.
        self.state().put_account(Account::of(record));
    }

    fn apply_guest(&self, user: User) {
        let mut state = self.state();
        let (read, now) = (state.rooms.lobby().last_seq(), self.clock.now());
        state.put_account(Account::guest(user, now, read));
    }

    fn apply_read(&self, user: UserId, room: RoomId, seq: Seq) {
        let mut state = self.state();
        let Some(account) = state.account_mut(user) else { return };
        // The room may have been removed after the user left it.
        let Some(known) = account.rooms.get_or_former_mut(room) else { return };
        known.read = known.read.max(seq);
        state.notify(state.existing(user));
    }

    fn apply_member(&self, record: MembershipRecord) {
        let MembershipRecord { user, room, is_in, .. } = record;
        let mut state = self.state();
        let room = Arc::clone(state.rooms.existing(room));
        let Some(account) = state.account_mut(user) else { return };
        if room.id == RoomId::LOBBY {
            let lobby =
                account.rooms.get_or_former_mut(room.id).expect("everybody is in the lobby");
            lobby.read = lobby.read.max(record.read_seq);
            return;
        }
        let member = member_in(&room, &record);
        let is_new = is_in && account.rooms.join(room.id, member);
        account.rooms.add_former(room.id, member);
        account.rooms.set_asked(room.id, record.asked_by);
        let (user, is_here) = (account.user.clone(), account.sessions > 0);
        state.notify(state.existing(user.id));
        state.rooms.add_member(room.id, user.id, is_new);
        state.note_role(user.id, &room);
        if is_new && is_here {
            state.enter(&room, &user);
        }
    }

    fn apply_left(&self, user: UserId, room: RoomId, reason: LeaveReason) {
        let mut state = self.state();
        let room = Arc::clone(state.rooms.existing(room));
        let Some(account) = state.account(user) else { return };
        state.notify(account);
        let account = state.existing_mut(user);
        if account.rooms.leave(room.id, reason) {
            let user = account.user.clone();
            state.leave(&room, &user, reason);
            state.rooms.remove_member(room.id);
        }
    }

    fn apply_name(&self, User { id: user, name }: &User) {
        let mut state = self.state();
        let Some(account) = state.account(*user) else { return }; // a guest whose session has ended
        let was = account.user.clone();
        state.rename(*user, name);
        if state.existing(*user).sessions > 0 {
            return; // the lobby has sent it to everybody
        }
        let here = state.existing(*user).rooms.current().map(|(id, _)| id);
        let here: Vec<RoomId> = here.filter(|id| *id != RoomId::LOBBY).collect();
        for id in here {
            let room = state.rooms.existing(id);
            if room.other(*user).is_some() {
                room.publish_renamed(&was, name);
            }
        }
        drop(state);
        self.notify_left_partners(&was, name);
    }

    /// Notifies the other users of direct messages that the user has left. There may be many, so the lock is released
    /// after each [`ROOMS_AT_ONCE`].
    fn notify_left_partners(&self, was: &User, name: &UserName) {
        let mut after = RoomId::LOBBY;
        loop {
            let state = self.state();
            let left = state.existing(was.id).rooms.left_direct(after, ROOMS_AT_ONCE);
            let Some(last) = left.last() else { return };
            after = *last;
            for id in left {
                if let Some(room) = state.rooms.get(id) {
                    room.publish_renamed(was, name);
                }
            }
        }
    }

    fn apply_removal(&self, room: RoomId, visitors: &[UserId]) {
        self.state().rooms.remove(room);
        for visitors in visitors.chunks(VISITORS_AT_ONCE) {
            let mut state = self.state();
            for user in visitors {
                if let Some(account) = state.account_mut(*user) {
                    account.rooms.remove_former(room);
                }
            }
        }
    }

    /// Ends all rooms: every session receives what was sent so far, then the end.
    pub(super) fn close(&self) {
        let mut state = self.state();
        state.is_closed = true;
        state.rooms.all().for_each(|room| room.close());
    }
}

/// Sends the answer, if a caller waits for it; once.
pub(super) fn answer<T>(reply: &mut Option<oneshot::Sender<T>>, done: T) {
    if let Some(reply) = reply.take() {
        let _ = reply.send(done); // fails only if the caller has been dropped
    }
}

impl Submission {
    pub(super) fn answer(&self, outcome: Outcome) {
        let device = self.names_device.then(|| self.device.clone());
        let answer = Answer { room: self.name.clone(), n: self.n, device, outcome };
        // Fails only if the session has ended: it reserves capacity for each answer.
        let _ = self.answer.try_send(answer);
    }

    pub(super) fn refuse(&self, error: HubError) {
        self.answer(error.into());
    }
}
