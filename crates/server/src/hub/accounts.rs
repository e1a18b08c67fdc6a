//! The account of a user, as it is sent: its devices and its sessions; and the requests about them.

use chat_proto::event::{AccountInfo, AccountSummary, DeviceInfo, SessionInfo};
use chat_proto::limits::LINE_BYTES_MAX;
use chat_proto::{Event, Role, Secret, SessionId, ShortString, UserId, UserName};

use super::account::Account;
use super::member::Member;
use super::policy::{Action, Denial, Subject, may};
use super::request::{AccountOrder, Request};
use super::sessions::{Client, LiveSession};
use super::state::State;
use super::{AccountError, Hub, HubError};
use crate::config::DEVICES_PER_USER_MAX;
use crate::journal::{Credential, CredentialRecord};
use crate::token::{PasswordHash, TokenHash};

/// Entries of one `sessions` or `accounts` event, at most.
const PAGE_MAX: usize = 50;

/// Numbers that are looked at for one `accounts` event, at most: guests have had numbers, too, and are gone. To look at
/// one takes some 20 ns under the lock.
const NUMBERS_LOOKED_AT_MAX: usize = 10_000;

/// Sessions of one user in an `account` event, at most: as many as a user may have, unless the limits are switched off.
const SESSIONS_LISTED_MAX: usize = 64;

/// Longest entry for a device or a session in an `account`, in bytes: two numbers, two times, an address, and a name of
/// 64 bytes, each of which may be written as two.
const ENTRY_BYTES_MAX: usize = 300;

const _: () = assert!(
    (DEVICES_PER_USER_MAX + SESSIONS_LISTED_MAX + 1) * ENTRY_BYTES_MAX <= LINE_BYTES_MAX,
    "an account fits a line"
);

/// The user who asks about an account, or the operator.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Asker {
    /// The user, and its session; `None` for the operator, who may do everything.
    by: Option<(UserId, SessionId)>,
}

impl Asker {
    /// The operator.
    pub(crate) const OPERATOR: Self = Self { by: None };

    /// The user who asks; `None` for the operator.
    pub(super) fn user(self) -> Option<UserId> {
        self.by.map(|(user, _)| user)
    }

    fn session(self) -> Option<SessionId> {
        self.by.map(|(_, session)| session)
    }
}

impl Member {
    /// The session, as the one that asks.
    pub(crate) fn asker(&self) -> Asker {
        Asker { by: Some((self.id(), self.session())) }
    }

    /// Records what the client of the session is, and the device with that `token`. The name of the device is stored if
    /// the client `names` it, or if it has none.
    ///
    /// # Errors
    /// Returns an error if the token was dropped meanwhile.
    pub(crate) fn put_client(
        &self,
        client: Client,
        token: &Secret,
        names: bool,
    ) -> Result<(), HubError> {
        let hub = &self.actor().hub;
        let mut state = hub.state();
        let record = state.token_mut(self.id(), &TokenHash::of(token));
        let record = record.ok_or(HubError::BadToken)?;
        let credential = Some(record.id);
        let is_other = record.label != client.device && !client.device.is_empty();
        if is_other && (names || record.label.is_empty()) {
            record.label = client.device.clone();
            // If the queue is full, a later session stores it.
            hub.queue.try_request(Request::SeeCredential(record.clone()));
        }
        state.sessions.put_client(self.session(), client, credential);
        Ok(())
    }

    /// The same for a guest, who has no token.
    pub(crate) fn put_guest(&self, client: Client) {
        self.actor().hub.state().sessions.put_client(self.session(), client, None);
    }

    /// Takes the changes of the account that the client was not sent yet.
    pub(crate) fn take_notices(&self) -> Vec<Event> {
        self.actor().hub.state().sessions.take_notices(self.session())
    }
}

impl Hub {
    /// The account of a user, that of the asker if there is no name.
    ///
    /// # Errors
    /// Returns an error if there is no such user, or only owners may ask for it.
    pub(crate) fn account(
        &self,
        asker: Asker,
        user: Option<&UserName>,
    ) -> Result<Box<AccountInfo>, HubError> {
        let state = self.state();
        let holder = match user {
            Some(name) => state.names.holder(name),
            None => asker.user(),
        };
        if asker.user().is_none() || holder != asker.user() {
            may(state.subject_of(asker), Action::ManageUsers).map_err(Denial::on_server)?;
        }
        let missing = || {
            user.map_or(AccountError::NeedsUser.into(), |name| HubError::NoSuchUser(name.clone()))
        };
        state.account_info(holder.ok_or_else(missing)?, asker).ok_or_else(missing)
    }

    /// Up to `limit` sessions of all users with a number above `after`, and whether there are more.
    ///
    /// # Errors
    /// Returns an error if the asker is neither an owner nor the operator.
    pub(crate) fn sessions(
        &self,
        asker: Asker,
        after: Option<u64>,
        limit: Option<u32>,
    ) -> Result<Event, HubError> {
        let state = self.state();
        may(state.subject_of(asker), Action::ManageUsers).map_err(Denial::on_server)?;
        let limit = page(limit);
        let mut found = state.sessions.after(SessionId::of(after.unwrap_or(0)));
        let info = |session: &LiveSession| {
            let user = state.account(session.user).map(|account| account.user.clone());
            let this = asker.session() == Some(session.id);
            Some(SessionInfo { user, this, ..session.info()? })
        };
        let sessions = found.by_ref().take(limit).filter_map(info).collect();
        let more = found.next().is_some();
        Ok(Event::Sessions { sessions, more })
    }

    /// Up to `limit` accounts of users with a number above `after`, connected or not; without guests.
    ///
    /// # Errors
    /// Returns an error if the asker is neither an owner nor the operator.
    pub(crate) fn accounts(
        &self,
        asker: Asker,
        after: Option<u64>,
        limit: Option<u32>,
    ) -> Result<Event, HubError> {
        let state = self.state();
        may(state.subject_of(asker), Action::ManageUsers).map_err(Denial::on_server)?;
        let (limit, last) = (page(limit), state.last_user);
        let (mut at, mut accounts) = (UserId::new(after.unwrap_or(0)), Vec::new());
        for _ in 0..NUMBERS_LOOKED_AT_MAX {
            if at >= last || accounts.len() == limit {
                break;
            }
            at = at.next();
            accounts.extend(state.account_summary(at));
        }
        let next = (at < last).then_some(at.get());
        Ok(Event::Accounts { accounts, next })
    }

    /// Drops the token of a device of a user, that of the asker if there is no name, and ends its sessions.
    ///
    /// # Errors
    /// Returns an error if the asker may not do that, there is no such user or device, it cannot be stored, or the
    /// daemon is going away.
    pub(crate) async fn drop_device(
        &self,
        asker: Asker,
        user: Option<UserName>,
        id: u64,
    ) -> Result<Box<AccountInfo>, HubError> {
        self.order(asker, AccountOrder::Drop { user, id }).await
    }

    /// Ends a session.
    ///
    /// # Errors
    /// Returns an error if there is no such session that the asker may end, it cannot be stored, or the daemon is going
    /// away.
    pub(crate) async fn end_session(
        &self,
        asker: Asker,
        session: u64,
    ) -> Result<Box<AccountInfo>, HubError> {
        self.order(asker, AccountOrder::End(SessionId::of(session))).await
    }

    /// Gives another user a password, and drops the tokens of its devices if that is asked for.
    ///
    /// # Errors
    /// Returns an error if the asker is neither an owner nor the operator, there is no such user, it cannot be stored,
    /// or the daemon is going away.
    pub(crate) async fn hand_back(
        &self,
        asker: Asker,
        user: UserName,
        hash: PasswordHash,
        drop_devices: bool,
    ) -> Result<Box<AccountInfo>, HubError> {
        self.order(asker, AccountOrder::HandBack { user, hash, drop_devices }).await
    }

    /// Permits a code for a device of another user, whose account is returned. The caller makes the code.
    ///
    /// # Errors
    /// Returns an error if the asker is neither an owner nor the operator, there is no such user, it cannot be stored,
    /// or the daemon is going away.
    pub(crate) async fn permit_link(
        &self,
        asker: Asker,
        user: UserName,
    ) -> Result<Box<AccountInfo>, HubError> {
        self.order(asker, AccountOrder::Link(user)).await
    }

    /// Frees the name of a user who is not connected.
    ///
    /// # Errors
    /// Returns an error if the asker is neither an owner nor the operator, there is no such user, it is connected, it
    /// cannot be stored, or the daemon is going away.
    pub(crate) async fn free_name(
        &self,
        asker: Asker,
        user: UserName,
    ) -> Result<Box<AccountInfo>, HubError> {
        self.order(asker, AccountOrder::Free(user)).await
    }

    async fn order(&self, asker: Asker, order: AccountOrder) -> Result<Box<AccountInfo>, HubError> {
        let account = self.request(Request::Account { asker, order }).await?.account();
        // The account of a guest ends with its session.
        account.ok_or_else(|| AccountError::GuestLeft.into())
    }
}

impl State {
    /// The asker, as the subject of [`may`]; `None` for the operator.
    fn subject_of(&self, asker: Asker) -> Option<Subject> {
        asker.user().map(|user| self.existing(user).subject())
    }

    /// The account of a user for a list; `None` if none is stored.
    fn account_summary(&self, user: UserId) -> Option<AccountSummary> {
        let account = self.account(user).filter(|account| account.kind.is_stored())?;
        let passwords = account.credentials.iter().filter(|record| is_password(record)).count();
        let count = |count: usize| u32::try_from(count).unwrap_or(u32::MAX);
        Some(AccountSummary {
            id: user,
            name: account.user.name.clone(),
            role: role_of(account),
            has_password: passwords > 0,
            devices: count(account.credentials.len() - passwords),
            sessions: account.sessions,
            seen_at: account.seen_at,
        })
    }

    /// The account of a user as `asker` sees it; `None` if there is none.
    pub(super) fn account_info(&self, user: UserId, asker: Asker) -> Option<Box<AccountInfo>> {
        let account = self.account(user)?;
        let is_own = asker.user() == Some(user);
        let this = asker.session().filter(|_| is_own);
        let own_device = this.and_then(|session| self.sessions.credential(session));
        let session = |session: &LiveSession| {
            // Only the user itself is sent its networks: the server bans a network without showing it.
            let network = session.address().filter(|_| is_own);
            let is_this = this == Some(session.id);
            Some(SessionInfo { network, this: is_this, ..session.info()? })
        };
        Some(Box::new(AccountInfo {
            id: user,
            name: account.user.name.clone(),
            role: role_of(account),
            has_password: account.credentials.iter().any(is_password),
            devices: account
                .credentials
                .iter()
                .filter(|record| !is_password(record))
                .map(|record| device_info(record, own_device == Some(record.id)))
                .collect(),
            sessions: self
                .sessions
                .of(user)
                .filter_map(session)
                .take(SESSIONS_LISTED_MAX)
                .collect(),
        }))
    }
}

/// The number of entries to list if the client asks for up to `limit`.
fn page(limit: Option<u32>) -> usize {
    let limit = limit.and_then(|limit| usize::try_from(limit).ok());
    limit.unwrap_or(PAGE_MAX).min(PAGE_MAX)
}

fn is_password(record: &CredentialRecord) -> bool {
    matches!(record.credential, Credential::Password(_))
}

fn role_of(account: &Account) -> Role {
    if account.kind.is_stored() { account.role.to_wire() } else { Role::Guest }
}

fn device_info(record: &CredentialRecord, this: bool) -> DeviceInfo {
    DeviceInfo {
        id: record.id,
        device: record.label.cleaned(),
        // A journal of an earlier version had no such time.
        made_at: Some(record.created_at).filter(|at| at.as_millis() > 0),
        seen_at: record.seen_at,
        this,
    }
}

/// The name of a device in a record of the audit log.
pub(super) fn device_in_words(record: &CredentialRecord) -> String {
    let name = record.label.cleaned();
    let name = if name.is_empty() { "unnamed" } else { name.as_str() };
    format!("the token of the device {name}, number {}", record.id)
}

/// The name of the device of a client, cleaned, from its `hello`.
pub(crate) fn device_name(name: Option<&ShortString>, device: &str) -> ShortString {
    let name = name.map(ShortString::cleaned).filter(|name| !name.is_empty());
    name.unwrap_or_else(|| ShortString::new(device).unwrap_or_default().cleaned())
}
