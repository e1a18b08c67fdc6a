//! Logs a user in with the password of its name, or with the code of another of its devices; sets passwords, and makes
//! codes.

use std::net::IpAddr;
use std::num::NonZero;
use std::ops::ControlFlow;
use std::sync::Arc;

use chat_proto::command::Hello;
use chat_proto::{Refusal, RefusalCode, Secret, UserId};
use tokio::io::{AsyncRead, AsyncWrite};
use tokio::spawn;
use tokio::time::{Instant, sleep_until};
use tracing::info;

use super::end::End;
use super::handshake::{admission, busy, too_fast};
use super::pending::CommandResult;
use super::tried_secret::TriedSecret;
use super::{Context, Session};
use crate::hub::{Actor, HubError, Member, Proof, ReturningUser, StoredPassword, device_name};
use crate::journal::CredentialId;
use crate::limits::Cost;
use crate::networks::{Busy, Kind, Slot};
use crate::password::{HashError, Hasher, Password, PasswordError, Verdict};
use crate::plain::is_loopback;
use crate::server_password::ServerPassword;
use crate::token::PasswordHash;

/// When to try again if too many passwords are being verified, in milliseconds.
const BUSY_RETRY_MS: u64 = 1_000;

/// The cost of a check of a password for its network, be it right or wrong: a hash, which takes 30 ms of a processor.
/// An office of 250 people logs in at once, and then 4 in a second.
const CHECK: Cost = Cost::units(25);

/// The origin of a connection.
#[derive(Debug, Clone, Copy)]
pub(super) struct Origin {
    pub(super) address: IpAddr,
    /// Whether nobody on the way can read it: it is encrypted, or from this machine.
    pub(super) is_private: bool,
}

impl Origin {
    pub(super) fn new(address: IpAddr, is_encrypted: bool) -> Self {
        let is_private = is_encrypted || is_loopback(address);
        Self { address, is_private }
    }

    /// # Errors
    /// Returns a refusal if others can read what is sent.
    pub(super) fn check_private(&self) -> Result<(), Refusal> {
        let text = "a password, a code or an invite is sent with TLS only; connect with TLS";
        if self.is_private { Ok(()) } else { Err(Refusal::new(RefusalCode::TlsNeeded, text)) }
    }
}

/// A user who has logged in.
pub(super) struct LoggedIn {
    /// The session in the hub.
    pub(super) member: Member,
    /// The token of the new device.
    pub(super) token: Secret,
    /// The password with which it has logged in; `None` after a code.
    pub(super) password: Option<NonZero<CredentialId>>,
}

/// Lets in the user of the link or the password of a `hello` without a token; `None` if it has neither.
///
/// # Errors
/// Returns the refusal. Nothing in it says whether there is a user with that name.
pub(super) async fn log_in(
    hello: &Hello,
    origin: Origin,
    slot: &Slot,
    context: &Context,
) -> Result<Option<LoggedIn>, Refusal> {
    if hello.token.is_some() || hello.link.is_none() && hello.password.is_none() {
        return Ok(None);
    }
    // The password is that of the server if there is no user whose it could be.
    if hello.link.is_none() && context.config.password.is_some() && !has_holder(hello, context) {
        return Ok(None);
    }
    origin.check_private()?;
    let secret = match hello.link {
        Some(_) => TriedSecret::Code,
        None => TriedSecret::PasswordOf(hello.name.clone()),
    };
    let begun = secret.begin(context, origin.address)?;
    begun.end(identify(hello, slot, context).await, context).map(Some)
}

fn has_holder(hello: &Hello, context: &Context) -> bool {
    context.hub.holder(&hello.name).is_some()
}

/// Whether a client knows what everybody who is new has to know. Whether it may try is asked before.
pub(super) fn sends_server_password(hello: &Hello, context: &Context) -> bool {
    let is_sent =
        |server: &ServerPassword| hello.password.as_ref().is_some_and(|sent| server.is(sent));
    context.config.password.as_ref().is_none_or(is_sent)
}

/// Lets a client that is new go on if it knows the password of the server, or if there is none. Each password is a try.
///
/// # Errors
/// Returns the refusal. For a client that may be a known user's, it is that of [`log_in`], and takes as long.
pub(super) async fn prove_server_password(
    hello: &Hello,
    origin: Origin,
    slot: &Slot,
    context: &Context,
) -> Result<(), Refusal> {
    if context.config.password.is_none() {
        return Ok(());
    }
    let Some(sent) = &hello.password else { return Err(HubError::PasswordNeeded.into()) };
    origin.check_private()?;
    let secret = match hello.new {
        true => TriedSecret::PasswordOfServer,
        false => TriedSecret::PasswordOf(hello.name.clone()),
    };
    let begun = secret.begin(context, origin.address)?;
    let checked = match (sends_server_password(hello, context), hello.new) {
        (true, _) => Ok(()),
        (false, true) => Err(HubError::NotThePassword.into()),
        (false, false) => verify(hello, sent, slot, context).await.map(drop),
    };
    begun.end(checked, context)
}

/// Verifies the link or the password of a `hello`, and begins the session of its user.
async fn identify(hello: &Hello, slot: &Slot, context: &Context) -> Result<LoggedIn, Refusal> {
    let (user, proof) = match (&hello.link, &hello.password) {
        (Some(code), _) => {
            let user = context.logins.links.user(code, Instant::now());
            (user.ok_or(HubError::BadSecret)?, Proof::Link)
        }
        (None, Some(password)) => verify(hello, password, slot, context).await?,
        (None, None) => return Err(HubError::BadSecret.into()),
    };
    let limits = &context.config.limits;
    let ReturningUser { is_newcomer, enters_at } =
        context.hub.charge_login(user, limits, Instant::now())?;
    if let Some(at) = enters_at {
        sleep_until(at).await;
    }
    let kind = if is_newcomer { Kind::Newcomer } else { Kind::Known };
    slot.identify(kind).map_err(|Busy| busy())?;
    // Another connection may have used the code meanwhile.
    if let Some(code) = &hello.link
        && context.logins.links.take(code, Instant::now()) != Some(user)
    {
        return Err(HubError::BadSecret.into());
    }
    let password = match &proof {
        // It was replaced by another hash of the same password, with a number that is not known here.
        Proof::Link | Proof::Password(_, Some(_)) => None,
        Proof::Password(id, None) => NonZero::new(*id),
    };
    let device = device_name(hello.device_name.as_ref(), hello.device.as_str());
    let admission = admission(hello, slot, context);
    let (member, token) = context.hub.log_in(user, proof, device, admission).await?;
    Ok(LoggedIn { member, token, password })
}

/// Verifies the password of a `hello`. Takes the same time whether there is a user with the name or not.
async fn verify(
    hello: &Hello,
    password: &Secret,
    slot: &Slot,
    context: &Context,
) -> Result<(UserId, Proof), Refusal> {
    charge_check(slot, context)?;
    let user = context.hub.holder(&hello.name);
    let stored = user.and_then(|user| context.hub.password_of(user));
    let (id, hash) = stored.map(|StoredPassword { id, hash }| (id, hash)).unzip();
    let password = Password::sent(password).map_err(|_| HubError::BadSecret)?;
    let verdict = context.logins.hasher.verify(password, hash).await.map_err(not_hashed)?;
    match (verdict, user, id) {
        (Verdict::Right(replacement), Some(user), Some(id)) => {
            Ok((user, Proof::Password(id, replacement)))
        }
        // A new user who wants a name that is taken.
        (_, Some(_), _)
            if context.config.password.is_some() && sends_server_password(hello, context) =>
        {
            Err(context.hub.check_name(&hello.name).err().unwrap_or(HubError::BadSecret).into())
        }
        _ => Err(HubError::BadSecret.into()),
    }
}

fn charge_check(slot: &Slot, context: &Context) -> Result<(), Refusal> {
    let rate = context.config.limits.network;
    slot.network().sent.try_charge(rate, CHECK, Instant::now()).map_err(|wait| {
        let text = format!(
            "many passwords have been sent from your network; try again in {} s",
            wait.as_secs() + 1
        );
        too_fast(text, wait)
    })
}

pub(super) fn not_hashed(error: HashError) -> Refusal {
    match error {
        HashError::Busy => {
            let refusal = Refusal::new(RefusalCode::Busy, error.to_string());
            Refusal { retry_ms: Some(BUSY_RETRY_MS), ..refusal }
        }
        error => Refusal::new(RefusalCode::NotKept, error.to_string()),
    }
}

fn old_needed() -> Refusal {
    let text = "the present password is needed to set another one; send it as old, or log in with it again";
    Refusal::new(RefusalCode::BadSecret, text)
}

pub(super) fn bad_password(error: PasswordError) -> Refusal {
    Refusal::new(RefusalCode::BadPassword, error.to_string())
}

impl<S: AsyncRead + AsyncWrite + Unpin> Session<S> {
    pub(super) fn origin(&self) -> Origin {
        Origin { address: self.peer.0, is_private: self.is_private }
    }

    /// Sets the password of the user. Somebody with only a token or a code may have found the device: the present
    /// password is needed, unless the session has begun with it.
    pub(super) fn set_password(&mut self, new: &Secret, old: Option<Secret>) -> ControlFlow<End> {
        let origin = self.origin();
        let new = match origin
            .check_private()
            .and_then(|()| Password::new(new, &self.member.user().name).map_err(bad_password))
        {
            Ok(new) => new,
            Err(refusal) => return self.refuse(refusal),
        };
        let actor = self.member.actor().clone();
        let context = self.context.clone();
        let shown = self.password.filter(|_| old.is_none());
        let change = change(actor, new, old, shown, origin, context);
        self.pending.wait(async move {
            // A task, so that the turn of the change does not end before its hashes if the session does.
            let set = spawn(change).await.map_err(HashError::Ended);
            CommandResult::PasswordSet(set.unwrap_or_else(|error| Err(not_hashed(error))))
        });
        ControlFlow::Continue(())
    }

    pub(super) fn finish_password(&mut self, set: Result<(), Refusal>) -> ControlFlow<End> {
        match set {
            Ok(()) => {
                self.log(|| info!("has set a password"));
                self.account(None)
            }
            Err(refusal) => self.refuse(refusal),
        }
    }

    /// Makes a code for another device of the user.
    pub(super) fn make_link(&mut self) -> ControlFlow<End> {
        if let Err(refusal) = self.origin().check_private() {
            return self.refuse(refusal);
        }
        if !self.member.is_stored() {
            return self.refuse(HubError::BadSecret.into());
        }
        match self.context.link(self.member.id()) {
            Ok(link) => {
                self.log(|| info!("has made a code for another device"));
                self.send_event(&link)
            }
            Err(refusal) => self.refuse(refusal),
        }
    }
}

/// Changes the password of a user who knows the present one: by `old`, or if it is the one that was `shown` when the
/// session began.
async fn change(
    actor: Actor,
    new: Password,
    old: Option<Secret>,
    shown: Option<NonZero<CredentialId>>,
    origin: Origin,
    context: Arc<Context>,
) -> Result<(), Refusal> {
    let hasher = &context.logins.hasher;
    let _turn = hasher.begin_change().await.map_err(not_hashed)?;
    let present = actor.password();
    let id = present.as_ref().map(|present| present.id);
    if let Some(StoredPassword { hash, .. }) =
        present.filter(|one| shown.map(NonZero::get) != Some(one.id))
    {
        let old = old.ok_or_else(old_needed)?;
        let begun = TriedSecret::PresentPassword(actor.id()).begin(&context, origin.address)?;
        begun.end(verify_old(&old, hash, hasher).await, &context)?;
    }
    let hash = hasher.hash(new).await.map_err(not_hashed)?;
    Ok(actor.set_password(hash, id).await?)
}

async fn verify_old(old: &Secret, hash: PasswordHash, hasher: &Hasher) -> Result<(), Refusal> {
    let old = Password::sent(old).map_err(|_| HubError::BadSecret)?;
    match hasher.verify(old, Some(hash)).await.map_err(not_hashed)? {
        Verdict::Right(_) => Ok(()),
        Verdict::Wrong => Err(HubError::BadSecret.into()),
    }
}
