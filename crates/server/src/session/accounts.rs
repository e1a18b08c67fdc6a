//! The account of the user, and of others for owners: its devices, its sessions, its credentials.

use std::ops::ControlFlow;

use chat_proto::command::Hello;
use chat_proto::event::AccountInfo;
use chat_proto::{Door, Event, Refusal, RefusalCode, Secret, ShortString, UserId, UserName};
use tokio::io::{AsyncRead, AsyncWrite};
use tokio::time::Instant;
use tracing::info;

use super::end::End;
use super::login::{Origin, bad_password, not_hashed};
use super::{Context, Session};
use crate::hub::{Asker, Client, HubError, Member, device_name};
use crate::links::VALID_FOR;
use crate::password::Password;

/// Records the client of a session that begins with a `hello`.
///
/// # Errors
/// Returns a refusal if the token was dropped meanwhile.
pub(super) fn put_client(
    member: &Member,
    hello: &Hello,
    token: &Secret,
    origin: Origin,
) -> Result<(), Refusal> {
    let device = device_name(hello.device_name.as_ref(), hello.device.as_str());
    let client = Client { door: Door::Native, device, address: origin.address };
    Ok(member.put_client(client, token, hello.device_name.is_some())?)
}

/// Records the client of a guest.
pub(super) fn put_guest(member: &Member, origin: Origin) {
    let (door, device) = (Door::Classic, ShortString::default());
    member.put_guest(Client { door, device, address: origin.address });
}

/// Gives another user a password; `drops` says whether its devices lose their tokens.
///
/// # Errors
/// Returns a refusal if the password breaks a rule, it cannot be hashed now, or the hub refuses.
pub(super) async fn hand_back(
    context: &Context,
    asker: Asker,
    user: UserName,
    password: &Secret,
    drops: bool,
) -> Result<Event, Refusal> {
    // Before the password is hashed, which costs more than anything else here.
    context.hub.account(asker, Some(&user))?;
    let password = Password::new(password, &user).map_err(bad_password)?;
    let hash = context.logins.hasher.hash(password).await.map_err(not_hashed)?;
    Ok(Event::Account(context.hub.hand_back(asker, user, hash, drops).await?))
}

/// Makes a code for a device of another user.
///
/// # Errors
/// Returns a refusal if the hub refuses, or there are no random numbers.
pub(super) async fn link(
    context: &Context,
    asker: Asker,
    user: UserName,
) -> Result<Event, Refusal> {
    let account = context.hub.permit_link(asker, user).await?;
    context.link(account.id)
}

impl Context {
    /// Makes a code for a device of a user.
    ///
    /// # Errors
    /// Returns a refusal if the system has no random numbers.
    pub(super) fn link(&self, user: UserId) -> Result<Event, Refusal> {
        let code = self.logins.links.make(user, Instant::now());
        let code = code.map_err(|error| Refusal::new(RefusalCode::NotKept, error.to_string()))?;
        let valid_ms = u64::try_from(VALID_FOR.as_millis()).unwrap_or(u64::MAX);
        Ok(Event::Link { code, valid_ms })
    }
}

impl<S: AsyncRead + AsyncWrite + Unpin> Session<S> {
    pub(super) fn account(&mut self, user: Option<&UserName>) -> ControlFlow<End> {
        match self.context.hub.account(self.member.asker(), user) {
            Ok(account) => self.send_event(&Event::Account(account)),
            Err(error) => self.refuse(error.into()),
        }
    }

    pub(super) fn drop_device(&mut self, user: Option<UserName>, id: u64) -> ControlFlow<End> {
        let (context, asker) = (self.context.clone(), self.member.asker());
        self.wait_for_account(async move { context.hub.drop_device(asker, user, id).await })
    }

    pub(super) fn end_session(&mut self, session: u64) -> ControlFlow<End> {
        let (context, asker) = (self.context.clone(), self.member.asker());
        self.wait_for_account(async move { context.hub.end_session(asker, session).await })
    }

    pub(super) fn free_name(&mut self, user: UserName) -> ControlFlow<End> {
        let (context, asker) = (self.context.clone(), self.member.asker());
        self.wait_for_account(async move { context.hub.free_name(asker, user).await })
    }

    pub(super) fn list_sessions(
        &mut self,
        after: Option<u64>,
        limit: Option<u32>,
    ) -> ControlFlow<End> {
        let sessions = self.context.hub.sessions(self.member.asker(), after, limit);
        self.answer(sessions.map_err(Refusal::from))
    }

    pub(super) fn list_accounts(
        &mut self,
        after: Option<u64>,
        limit: Option<u32>,
    ) -> ControlFlow<End> {
        let accounts = self.context.hub.accounts(self.member.asker(), after, limit);
        self.answer(accounts.map_err(Refusal::from))
    }

    /// Sets the password of another user, or of this one.
    pub(super) fn set_password_of(
        &mut self,
        user: Option<UserName>,
        password: &Secret,
        old: Option<Secret>,
        drops: bool,
    ) -> ControlFlow<End> {
        let user = user.filter(|user| self.context.hub.holder(user) != Some(self.member.id()));
        let Some(user) = user else {
            if drops {
                let text = "drop_devices is for another user, whom user names; drop your own devices one by one";
                return self.refuse(Refusal::new(RefusalCode::BadField, text));
            }
            return self.set_password(password, old);
        };
        if let Err(refusal) = self.origin().check_private() {
            return self.refuse(refusal);
        }
        self.log(|| info!("sets the password of another user"));
        let (context, asker, password) =
            (self.context.clone(), self.member.asker(), password.clone());
        self.pending
            .answer(async move { hand_back(&context, asker, user, &password, drops).await });
        ControlFlow::Continue(())
    }

    /// Makes a code for a device of another user, or of this one.
    pub(super) fn make_link_of(&mut self, user: Option<UserName>) -> ControlFlow<End> {
        let user = user.filter(|user| self.context.hub.holder(user) != Some(self.member.id()));
        let Some(user) = user else { return self.make_link() };
        if let Err(refusal) = self.origin().check_private() {
            return self.refuse(refusal);
        }
        self.log(|| info!("makes a code for a device of another user"));
        let (context, asker) = (self.context.clone(), self.member.asker());
        self.pending.answer(async move { link(&context, asker, user).await });
        ControlFlow::Continue(())
    }

    /// Tells the client what an owner has changed in the account of its user.
    pub(super) fn send_notices(&mut self) {
        for notice in self.member.take_notices() {
            if self.shows.accounts() {
                self.connection.send(&notice);
            }
        }
    }

    fn wait_for_account(
        &mut self,
        account: impl Future<Output = Result<Box<AccountInfo>, HubError>> + Send + 'static,
    ) -> ControlFlow<End> {
        self.pending
            .answer(async move { account.await.map(Event::Account).map_err(Refusal::from) });
        ControlFlow::Continue(())
    }
}
