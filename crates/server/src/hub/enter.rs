//! How a session of a user begins: with a token, as a new user, or as a guest.

use std::sync::Arc;

use chat_proto::{Secret, UserId, UserName};

use super::answer::Done;
use super::member::Member;
use super::request::Request;
use super::{Hub, HubError, IfTaken};
use crate::clock::before;
use crate::config::SEEN_STEP;
use crate::token::{self, TokenHash};

impl Hub {
    /// Lets the guest `user` in under the name it `wants`, or one like it. Nothing of a guest is stored.
    ///
    /// # Errors
    /// Returns an error if the daemon is going away.
    pub(crate) async fn enter_guest(
        &self,
        user: UserId,
        wants: &UserName,
    ) -> Result<Member, HubError> {
        Ok(self.done(Request::Guest { user, wants: wants.clone() }).await?.member())
    }

    /// Lets a new user in under the name it `wants`: `user` is its number if it has been sent one.
    /// Returns its member, and the token by which it is known when it comes back.
    ///
    /// # Errors
    /// Returns an error if the name is taken, the user cannot be stored, there are too many, or the daemon
    /// is going away.
    pub(crate) async fn enter_new(
        self: &Arc<Self>,
        user: Option<UserId>,
        wants: &UserName,
    ) -> Result<(Member, Secret), HubError> {
        let token = token::new().map_err(|error| HubError::NotKept(error.to_string()))?;
        let member = self.register(user, wants, &token).await?;
        Ok((member, token))
    }

    /// Lets a user in whose client has made the `token`: the user who has it, or a new one. So a client
    /// that lost the welcome, or was started twice at once, is one user.
    ///
    /// # Errors
    /// As [`Hub::enter_new`]; and if no user has the token and it could be guessed.
    pub(crate) async fn enter_proposed(
        self: &Arc<Self>,
        user: Option<UserId>,
        wants: &UserName,
        token: &Secret,
    ) -> Result<Member, HubError> {
        match self.enter_again(token, wants).await {
            Err(HubError::BadToken) if token::is_long_enough(token) => {
                self.register(user, wants, token).await
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
    ) -> Result<Member, HubError> {
        let token = TokenHash::of(token);
        let register = Request::Register { user, wants: wants.clone(), token };
        Ok(self.done(register).await?.member())
    }

    /// Lets the user in whose token this is. If it `wants` another name than it has, it gets it if that
    /// is free.
    ///
    /// # Errors
    /// Returns an error if nobody has this token, or the daemon is going away.
    pub(crate) async fn enter_again(
        self: &Arc<Self>,
        token: &Secret,
        wants: &UserName,
    ) -> Result<Member, HubError> {
        let user = self.accepting()?.by_token(&TokenHash::of(token)).ok_or(HubError::BadToken)?;
        let member = Member::begin(Arc::clone(self), user);
        self.see(user);
        if member.user().name.as_str() != wants.as_str() {
            // The user is let in under the old name rather than not at all.
            let _ = member.actor().rename(wants, IfTaken::Refuse).await;
        }
        Ok(member)
    }

    /// Updates when a user was connected, if the stored time is far off. If the queue is full, it is
    /// stored the next time.
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

    /// Sends a request, and waits for its commit.
    pub(super) async fn done(&self, request: Request) -> Result<Done, HubError> {
        self.queue.request(request).await?.done().await
    }
}
