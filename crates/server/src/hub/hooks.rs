//! The hooks. By each of them a program writes in one room as a bot.

use std::collections::{BTreeMap, HashMap};
use std::sync::Arc;
use std::time::Duration;

use chat_proto::command::Body;
use chat_proto::event::HookInfo;
use chat_proto::{DeviceId, RoomName, Secret, SessionId, Text, UserId};
use tokio::sync::mpsc;
use tokio::time::Instant;

use super::answer::Outcome;
use super::changed::ChangeNotifier;
use super::policy::{Action, may};
use super::proposal::Proposal;
use super::request::{HookDraft, NewMessage, Request, Submission};
use super::state::State;
use super::{Hub, HubError};
use crate::journal::{HookRecord, RoomId};
use crate::limits::{Cost, Limits, SendBudget};
use crate::token::TokenHash;

/// Hooks at most, 150 bytes each: one for each service of a large company.
pub(super) const HOOKS_MAX: usize = 1_000;

/// Hooks of one room: more services than a reader can follow.
pub(super) const HOOKS_OF_ROOM_MAX: usize = 20;

/// Hooks that one user has made: 20 users fill the table.
pub(super) const HOOKS_OF_USER_MAX: usize = 50;

/// Hooks in one list: 20 KB on the wire.
pub(crate) const HOOKS_LISTED: usize = 50;

/// The device of all messages of hooks: a key is a number of it.
const DEVICE: &str = "hook";

/// The stored hooks.
#[derive(Debug, Default)]
pub(super) struct Hooks {
    by_id: BTreeMap<u64, HookRecord>,
    by_hash: HashMap<TokenHash, u64>,
}

impl Hooks {
    pub(super) fn put(&mut self, record: HookRecord) {
        self.by_hash.insert(record.hash, record.id);
        self.by_id.insert(record.id, record);
    }

    pub(super) fn remove(&mut self, id: u64) {
        if let Some(record) = self.by_id.remove(&id) {
            self.by_hash.remove(&record.hash);
        }
    }

    pub(super) fn get(&self, id: u64) -> Option<&HookRecord> {
        self.by_id.get(&id)
    }

    pub(super) fn all(&self) -> impl Iterator<Item = &HookRecord> {
        self.by_id.values()
    }

    pub(super) fn has_bot(&self, bot: UserId) -> bool {
        self.all().any(|record| record.bot == bot)
    }

    fn by_hash(&self, hash: &TokenHash) -> Option<&HookRecord> {
        self.by_hash.get(hash).and_then(|id| self.by_id.get(id))
    }

    /// Those before the number `before`, the newest first.
    fn newest(&self, before: Option<u64>) -> impl Iterator<Item = &HookRecord> {
        self.by_id.range(..before.unwrap_or(u64::MAX)).rev().map(|(_, record)| record)
    }
}

impl State {
    /// The newest hooks before the number `before`, and whether there are more: those of the rooms in which `by` may
    /// manage them, or all for the operator, `None`.
    fn list_hooks(
        &self,
        by: Option<UserId>,
        before: Option<u64>,
        is_banned: impl Fn(UserId, RoomId) -> bool,
    ) -> (Vec<HookInfo>, bool) {
        let sees = |record: &&HookRecord| {
            by.is_none_or(|by| self.manages(by, record) && !is_banned(by, record.room))
        };
        let mut found = self.hooks.newest(before).filter(sees);
        let hooks = found.by_ref().take(HOOKS_LISTED).filter_map(|record| self.hook_info(record));
        (hooks.collect(), found.next().is_some())
    }

    fn manages(&self, user: UserId, record: &HookRecord) -> bool {
        let Some((account, room)) = self.account(user).zip(self.rooms.get(record.room)) else {
            return false;
        };
        may(account.subject(), Action::ManageHooks(account.standing(room))).is_ok()
    }

    /// A hook as it is sent; `None` if damage has removed its room or its bot.
    pub(super) fn hook_info(&self, record: &HookRecord) -> Option<HookInfo> {
        Some(HookInfo {
            id: record.id,
            room: self.rooms.get(record.room)?.name().clone(),
            bot: self.account(record.bot)?.user.clone(),
            by: self.account(record.by).map(|account| account.user.clone()),
            made_at: record.created_at,
        })
    }
}

/// A hook whose secret a sender has.
#[derive(Debug)]
pub(crate) struct Hook {
    id: u64,
    bot: UserId,
    room: RoomId,
    name: RoomName,
    /// Whether the bot is a newcomer.
    is_newcomer: bool,
    /// Has the budget of the bot.
    notifier: Arc<ChangeNotifier>,
    /// The budget that all hooks of its author share; `None` for one of the operator.
    of_author: Option<OfAuthor>,
}

/// The budget of all hooks of a user.
#[derive(Debug)]
struct OfAuthor {
    budget: Arc<SendBudget>,
    /// Whether the user is a newcomer.
    is_newcomer: bool,
}

impl Hook {
    /// Takes `cost` out of the budget of the bot, and then out of the one that all hooks of its author share. So a user
    /// with many hooks posts no more than one user sends.
    ///
    /// # Errors
    /// If one of them has nothing left, returns the time until it has some. If that is the shared one, the cost was
    /// taken out of the budget of the bot all the same.
    pub(crate) fn try_charge(
        &self,
        limits: &Limits,
        cost: Cost,
        now: Instant,
    ) -> Result<(), Duration> {
        self.notifier.budget.try_charge(limits.of(self.is_newcomer), cost, now)?;
        let Some(OfAuthor { budget, is_newcomer }) = &self.of_author else { return Ok(()) };
        budget.try_charge(limits.of(*is_newcomer), cost, now)
    }
}

impl Hub {
    /// Makes a hook.
    ///
    /// # Errors
    /// Returns an error if its author may not make it, the name is not free, there are too many, it cannot be stored,
    /// or the daemon is going away.
    pub(crate) async fn make_hook(&self, draft: HookDraft) -> Result<HookInfo, HubError> {
        Ok(self.request(Request::MakeHook(draft)).await?.hook())
    }

    /// Ends a hook; `by` is who wants that, `None` for the operator.
    ///
    /// # Errors
    /// Returns an error if the user may not do that or there is no such hook, it cannot be stored, or the daemon is
    /// going away.
    pub(crate) async fn revoke_hook(&self, by: Option<UserId>, id: u64) -> Result<(), HubError> {
        self.request(Request::RevokeHook { by, id }).await.map(drop)
    }

    /// The newest hooks before the number `before` that `by` may see, and whether there are more; all for the operator.
    pub(crate) fn hooks(&self, by: Option<UserId>, before: Option<u64>) -> (Vec<HookInfo>, bool) {
        let newcomers_after = self.directory.newcomers_after();
        let state = self.state();
        let proposal = Proposal::new(&state, newcomers_after);
        let is_banned = |by, room| self.directory.not_banned(&proposal, by, Some(room)).is_err();
        state.list_hooks(by, before, is_banned)
    }

    /// The hook with that secret.
    pub(crate) fn hook(&self, secret: &Secret) -> Option<Hook> {
        let newcomers_after = self.directory.newcomers_after();
        let mut state = self.state();
        let HookRecord { id, bot, room, by, .. } = *state.hooks.by_hash(&TokenHash::of(secret))?;
        let of_author = state.account_mut(by).map(|author| OfAuthor {
            budget: Arc::clone(author.posted.get_or_insert_default()),
            is_newcomer: author.is_newcomer(newcomers_after),
        });
        let account = state.account(bot)?;
        Some(Hook {
            id,
            bot,
            room,
            name: state.rooms.get(room)?.name().clone(),
            is_newcomer: account.is_newcomer(newcomers_after),
            notifier: Arc::clone(&account.notifier),
            of_author,
        })
    }

    /// Says `text` by a hook, once under the number `n`, if there is one. Returns when it is stored or refused.
    pub(crate) async fn say_by_hook(&self, hook: &Hook, text: Text, n: Option<u64>) -> Outcome {
        let (answer, mut answers) = mpsc::channel(1);
        let submission = Submission {
            user: hook.bot,
            session: SessionId::NONE,
            hook: Some(hook.id),
            name: hook.name.clone(),
            room: Some(hook.room),
            device: DeviceId::new(DEVICE).expect("it is short"),
            names_device: false,
            n,
            body: Body::text(text),
            named_at: None,
            answer,
        };
        self.queue.send_all(vec![NewMessage(Box::new(submission))]).await;
        match answers.recv().await {
            Some(answer) => answer.outcome,
            None => HubError::GoingAway.into(),
        }
    }
}
