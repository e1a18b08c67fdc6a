//! How a session of a user begins: with a token, as a new user, or as a guest.

use std::sync::Arc;

use chat_proto::{Secret, UserId, UserName};
use tokio::time::Instant;

use super::answer::Response;
use super::member::Member;
use super::request::Request;
use super::{Admission, Hub, HubError, NameConflict};
use crate::clock::before;
use crate::config::SEEN_STEP;
use crate::limits::Limits;
use crate::token::{self, TokenHash};

/// A user who comes back.
#[derive(Debug)]
pub(crate) struct ReturningUser {
    /// Whether it is new.
    pub is_newcomer: bool,
    /// When its budget allows the session; `None` if it does now.
    pub enters_at: Option<Instant>,
}

impl Hub {
    /// Takes the cost of a session out of the budget of the user with that token; `None` if there is none.
    ///
    /// # Errors
    /// Returns an error if the user is banned, or has as many sessions as one can have.
    pub(crate) fn charge_entry(
        &self,
        token: &Secret,
        limits: &Limits,
        now: Instant,
    ) -> Result<Option<ReturningUser>, HubError> {
        let user = self.state().by_token(&TokenHash::of(token));
        user.map(|user| self.charge_login(user, limits, now)).transpose()
    }

    /// Begins a session of the guest `user`, whose name is the one it `wants` or a similar one. A guest is not
    /// stored.
    ///
    /// # Errors
    /// Returns an error if the server takes no guests, the network is banned, or the daemon is going away.
    pub(crate) async fn enter_guest(
        &self,
        user: UserId,
        wants: &UserName,
        admission: Admission,
    ) -> Result<Member, HubError> {
        let guest = Request::Guest { user, wants: wants.clone(), admission };
        Ok(self.request(guest).await?.member())
    }

    /// Begins a session of a new user with the name it `wants`; `user` is its number if it has been sent one.
    /// Returns its member, and the token with which it connects again.
    ///
    /// # Errors
    /// Returns an error if the name is taken, the user cannot be stored, there are too many users, or the daemon
    /// is going away.
    pub(crate) async fn enter_new(
        self: &Arc<Self>,
        user: Option<UserId>,
        wants: &UserName,
        admission: Admission,
    ) -> Result<(Member, Secret), HubError> {
        let token = token::new().map_err(|error| HubError::NotStored(error.to_string()))?;
        let member = self.register(user, wants, &token, admission).await?;
        Ok((member, token))
    }

    /// Begins a session with a `token` that the client has made: of the user who has it, or of a new one. So a
    /// client that did not receive `welcome`, or was started twice at once, is one user.
    ///
    /// # Errors
    /// Returns the errors of [`Hub::enter_new`]; and one if no user has the token and it is too short to be safe.
    pub(crate) async fn enter_proposed(
        self: &Arc<Self>,
        user: Option<UserId>,
        wants: &UserName,
        token: &Secret,
        admission: Admission,
    ) -> Result<Member, HubError> {
        match self.enter_again(token, wants, admission).await {
            Err(HubError::BadToken) if token::is_long_enough(token) => {
                self.register(user, wants, token, admission).await
            }
            Err(HubError::BadToken) => Err(HubError::BadNewToken),
            entered => entered,
        }
    }

    async fn register(
        &self,
        user: Option<UserId>,
        wants: &UserName,
        token: &Secret,
        admission: Admission,
    ) -> Result<Member, HubError> {
        let token = TokenHash::of(token);
        let register = Request::Register { user, wants: wants.clone(), token, admission };
        Ok(self.request(register).await?.member())
    }

    /// Begins a session of the user who has the `token`. A user who `wants` another name gets it if it is free. An
    /// invite may give the user a higher role.
    ///
    /// # Errors
    /// Returns an error if no user has the token, or the daemon is going away.
    pub(crate) async fn enter_again(
        self: &Arc<Self>,
        token: &Secret,
        wants: &UserName,
        admission: Admission,
    ) -> Result<Member, HubError> {
        let user = self.accepting()?.by_token(&TokenHash::of(token)).ok_or(HubError::BadToken)?;
        self.not_banned(user)?;
        let member = match admission.invite {
            Some(_) => self.register(None, wants, token, admission).await?,
            None => Member::begin(Arc::clone(self), user, admission.network),
        };
        // A ban between the two has not ended this session.
        self.not_banned(user)?;
        self.see(user);
        self.see_token(user, &TokenHash::of(token));
        if member.user().name.as_str() != wants.as_str() {
            // If the name is taken, the session begins under the old name.
            let _ = member.actor().rename(wants, NameConflict::Refuse).await;
        }
        Ok(member)
    }

    /// A session of a user that exists, without its token: for tests.
    #[doc(hidden)]
    pub(crate) fn session_of(self: &Arc<Self>, user: UserId) -> Option<Member> {
        self.state().account(user)?;
        Some(Member::begin(Arc::clone(self), user, None))
    }

    /// Updates the `seen_at` of a user, if the stored time is too old. If the queue is full, a later call
    /// stores it.
    pub(super) fn see(&self, user: UserId) {
        let at = self.time();
        let mut state = self.directory.state();
        let Some(account) = state.account_mut(user) else { return };
        if !account.kind.is_stored() || account.seen_at > before(at, SEEN_STEP) {
            return;
        }
        account.seen_at = at;
        self.queue.try_request(Request::See { users: vec![user], at });
    }

    /// Puts a request into the queue, and waits for its commit.
    pub(super) async fn request(&self, request: Request) -> Result<Response, HubError> {
        self.queue.request(request).await?.response().await
    }
}
