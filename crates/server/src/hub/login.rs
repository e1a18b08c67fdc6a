//! How a user logs in on a further device, with a password or the code of another one.

use std::sync::Arc;

use chat_proto::{Secret, ShortString, UserId, UserName};
use tokio::time::Instant;

use super::actor::Actor;
use super::enter::ReturningUser;
use super::member::Member;
use super::proposal::Proposal;
use super::request::Request;
use super::{Admission, Hub, HubError, NameConflict};
use crate::clock::before;
use crate::config::SEEN_STEP;
use crate::journal::{Credential, CredentialId};
use crate::limits::{Cost, Limits};
use crate::token::{self, PasswordHash, TokenHash};

/// The password of a user, as it is stored.
#[derive(Debug)]
pub(crate) struct StoredPassword {
    pub(crate) id: CredentialId,
    pub(crate) hash: PasswordHash,
}

/// How the user has identified itself.
#[derive(Debug)]
pub(crate) enum Proof {
    /// A code of another device.
    Link,
    /// The password, and its hash with other parameters if it is to be replaced.
    Password(CredentialId, Option<PasswordHash>),
}

impl Hub {
    /// The user who has a name.
    pub(crate) fn holder(&self, name: &UserName) -> Option<UserId> {
        self.state().names.holder(name)
    }

    /// Whether a new user can have a name.
    ///
    /// # Errors
    /// Returns an error if it is taken, or nobody may take it.
    pub(crate) fn check_name(&self, name: &UserName) -> Result<(), HubError> {
        let state = self.state();
        let proposal = Proposal::new(&state, self.directory.newcomers_after());
        proposal.names.choose(None, name, NameConflict::Refuse).map(drop)
    }

    /// The password of a user; `None` if it has none.
    pub(crate) fn password_of(&self, user: UserId) -> Option<StoredPassword> {
        let state = self.state();
        let credentials = &state.account(user)?.credentials;
        credentials.iter().find_map(|record| match &record.credential {
            Credential::Password(hash) => {
                Some(StoredPassword { id: record.id, hash: hash.clone() })
            }
            Credential::Token(_) => None,
        })
    }

    /// Takes the cost of a session out of the budget of a user.
    ///
    /// # Errors
    /// Returns an error if there is no such user, it is banned, or it has as many sessions as one can have.
    pub(crate) fn charge_login(
        &self,
        user: UserId,
        limits: &Limits,
        now: Instant,
    ) -> Result<ReturningUser, HubError> {
        self.not_banned(user)?;
        let newcomers_after = self.directory.newcomers_after();
        let state = self.state();
        let account = state.account(user).ok_or(HubError::BadSecret)?;
        if account.sessions as usize >= limits.sessions_per_user {
            return Err(HubError::TooManySessions(limits.sessions_per_user));
        }
        let is_newcomer = account.is_newcomer(newcomers_after);
        let enters_at = account.notifier.budget.charge(limits.of(is_newcomer), Cost::UNIT, now);
        Ok(ReturningUser { is_newcomer, enters_at })
    }

    /// Begins a session of a user who has shown who it is, on a new `device`. An invite may give the user a higher
    /// role. Returns its member, and the token of the device.
    ///
    /// # Errors
    /// Returns an error if the password is not that of the user any more, it cannot be stored, or the daemon is going
    /// away.
    pub(crate) async fn log_in(
        self: &Arc<Self>,
        user: UserId,
        proof: Proof,
        device: ShortString,
        admission: Admission,
    ) -> Result<(Member, Secret), HubError> {
        let secret = token::new().map_err(|error| HubError::NotStored(error.to_string()))?;
        let token = TokenHash::of(&secret);
        let log_in = Request::LogIn { user, proof, token, device, admission };
        let member = self.request(log_in).await?.member();
        self.see(user);
        Ok((member, secret))
    }

    /// Records that `what`, such as "5 wrong passwords", were tried from one network: those of `user`, if there is one.
    /// Nobody waits for it, so that the time of an answer does not say whether there is such a user. If the queue is
    /// full, nothing is recorded.
    pub(crate) fn record_tries(&self, user: Option<UserId>, what: String) {
        self.queue.try_request(Request::RecordTries { user, what });
    }

    /// Updates the `seen_at` of a token with which a session has begun, if the stored time is too old. If the queue is
    /// full, a later session stores it.
    pub(super) fn see_token(&self, user: UserId, token: &TokenHash) {
        let at = self.time();
        let mut state = self.directory.state();
        let Some(record) = state.token_mut(user, token) else { return };
        if record.seen_at > before(at, SEEN_STEP) {
            return;
        }
        record.seen_at = at;
        self.queue.try_request(Request::SeeCredential(record.clone()));
    }
}

impl Actor {
    /// The password of the user; `None` if it has none.
    pub(crate) fn password(&self) -> Option<StoredPassword> {
        self.hub.password_of(self.user)
    }

    /// Gives the user a password in place of `present`, which it has shown.
    ///
    /// # Errors
    /// Returns an error if the user has another password meanwhile, it cannot be stored, or the daemon is going away.
    pub(crate) async fn set_password(
        &self,
        hash: PasswordHash,
        present: Option<CredentialId>,
    ) -> Result<(), HubError> {
        let request = Request::SetPassword { user: self.user, hash, present };
        self.hub.request(request).await.map(drop)
    }
}
