//! Logs a user in with the password of its name, or with the code of another of its devices; sets passwords, and makes
//! codes.

use std::net::IpAddr;
use std::ops::ControlFlow;
use std::time::Duration;

use chat_proto::command::Hello;
use chat_proto::{Event, Refusal, RefusalCode, Secret, ShortString, UserId};
use tokio::io::{AsyncRead, AsyncWrite};
use tokio::time::{Instant, sleep_until};
use tracing::info;

use super::end::End;
use super::pending::CommandResult;
use super::{Context, Session};
use crate::hub::{Actor, HubError, Member, Proof, Returning, StoredPassword};
use crate::links::VALID_FOR;
use crate::networks::{Busy, Kind, Slot};
use crate::password::{HashError, Password, PasswordError, Verdict};
use crate::tries::BegunTry;

/// Age of a session from which on a password is changed only by somebody who knows it: the device may be in other hands.
const OLD_SESSION: Duration = Duration::from_secs(10 * 60);

/// When to try again if too many passwords are being verified, in milliseconds.
const BUSY_RETRY_MS: u64 = 1_000;

/// What a code is counted as, where tries are counted: no name has a space at its start.
const LINK: &str = " link";

/// Where a connection comes from.
#[derive(Debug, Clone, Copy)]
pub(super) struct Origin {
    pub(super) address: IpAddr,
    /// Whether nobody on the way can read it: it is encrypted, or from this machine.
    pub(super) is_private: bool,
}

impl Origin {
    pub(super) fn new(address: IpAddr, is_encrypted: bool) -> Self {
        let is_private = is_encrypted || address.to_canonical().is_loopback();
        Self { address, is_private }
    }

    /// # Errors
    /// Returns a refusal if others can read what is sent.
    fn check_private(&self) -> Result<(), Refusal> {
        let text = "a password or a code is sent with TLS only; connect with TLS";
        if self.is_private { Ok(()) } else { Err(Refusal::new(RefusalCode::TlsNeeded, text)) }
    }
}

/// Lets in the user of the link or the password of a `hello` without a token; `None` if it has neither. Returns the
/// session in the hub, and the token of the new device.
///
/// # Errors
/// Returns the refusal. Nothing in it says whether there is a user with that name.
pub(super) async fn log_in(
    hello: &Hello,
    origin: Origin,
    slot: &Slot,
    context: &Context,
) -> Result<Option<(Member, Secret)>, Refusal> {
    if hello.token.is_some() || hello.link.is_none() && hello.password.is_none() {
        return Ok(None);
    }
    origin.check_private()?;
    let (user, proof, begun) = match (&hello.link, &hello.password) {
        (Some(code), _) => {
            let begun = begin_try(context, origin, LINK)?;
            let user = context.logins.links.user(code, Instant::now());
            (user.ok_or(HubError::BadSecret)?, Proof::Link, begun)
        }
        (None, Some(password)) => {
            let begun = begin_try(context, origin, hello.name.key())?;
            let (user, proof) = verify(hello, password, context).await?;
            (user, proof, begun)
        }
        (None, None) => return Ok(None),
    };
    let limits = &context.config.limits;
    let Returning { is_newcomer, enters_at } =
        context.hub.charge_login(user, limits, Instant::now())?;
    if let Some(at) = enters_at {
        sleep_until(at).await;
    }
    let kind = if is_newcomer { Kind::Newcomer } else { Kind::Known };
    slot.identify(kind).map_err(|Busy| super::handshake::busy())?;
    // Another connection may have used the code meanwhile.
    if let Some(code) = &hello.link
        && context.logins.links.take(code, Instant::now()) != Some(user)
    {
        return Err(HubError::BadSecret.into());
    }
    let device = ShortString::new(hello.device.as_str()).unwrap_or_default();
    let entered = context.hub.log_in(user, proof, device).await?;
    begun.right();
    Ok(Some(entered))
}

/// Verifies the password of a `hello`. Takes the same time whether there is a user with the name or not.
async fn verify(
    hello: &Hello,
    password: &Secret,
    context: &Context,
) -> Result<(UserId, Proof), Refusal> {
    let user = context.hub.holder(&hello.name);
    let stored = user.and_then(|user| context.hub.password_of(user));
    let (id, hash) = stored.map(|StoredPassword { id, hash }| (id, hash)).unzip();
    let password = Password::sent(password).map_err(|_| HubError::BadSecret)?;
    let verdict = context.logins.hasher.verify(password, hash).await.map_err(not_hashed)?;
    match (verdict, user, id) {
        (Verdict::Right(replacement), Some(user), Some(id)) => {
            Ok((user, Proof::Password(id, replacement)))
        }
        _ => Err(HubError::BadSecret.into()),
    }
}

fn begin_try(context: &Context, origin: Origin, secret: &str) -> Result<BegunTry, Refusal> {
    context.logins.tries.begin(origin.address, secret, Instant::now()).map_err(|wait| {
        let text = format!(
            "too many wrong tries from your network; another one is allowed in {} s",
            wait.as_secs().max(1)
        );
        let retry_ms = u64::try_from(wait.as_millis()).ok();
        Refusal { retry_ms, ..Refusal::new(RefusalCode::TooFast, text) }
    })
}

fn not_hashed(error: HashError) -> Refusal {
    match error {
        HashError::Busy => {
            let refusal = Refusal::new(RefusalCode::Busy, error.to_string());
            Refusal { retry_ms: Some(BUSY_RETRY_MS), ..refusal }
        }
        error => Refusal::new(RefusalCode::NotKept, error.to_string()),
    }
}

fn bad_password(error: PasswordError) -> Refusal {
    Refusal::new(RefusalCode::BadPassword, error.to_string())
}

impl<S: AsyncRead + AsyncWrite + Unpin> Session<S> {
    /// Sets the password of the user. A session that is not new has to send the present one, if there is one.
    pub(super) fn set_password(&mut self, new: &Secret, old: Option<Secret>) -> ControlFlow<End> {
        let origin = self.origin;
        let new = match origin
            .check_private()
            .and_then(|()| Password::new(new, &self.member.user().name).map_err(bad_password))
        {
            Ok(new) => new,
            Err(refusal) => return self.refuse(refusal),
        };
        let actor = self.member.actor().clone();
        let context = self.context.clone();
        let is_old = self.began_at.elapsed() >= OLD_SESSION;
        self.pending.wait(async move {
            let needs_old = is_old || old.is_some();
            let set = change(&actor, new, old, needs_old, origin, &context).await;
            CommandResult::PasswordSet(set)
        });
        ControlFlow::Continue(())
    }

    pub(super) fn has_set_password(&mut self, set: Result<(), Refusal>) -> ControlFlow<End> {
        match set {
            Ok(()) => {
                self.log(|| info!("has set a password"));
                let name = self.member.user().name;
                self.send_event(&Event::Account { name, has_password: true })
            }
            Err(refusal) => self.refuse(refusal),
        }
    }

    /// Makes a code for another device of the user.
    pub(super) fn make_link(&mut self) -> ControlFlow<End> {
        if let Err(refusal) = self.origin.check_private() {
            return self.refuse(refusal);
        }
        if !self.member.is_stored() {
            return self.refuse(HubError::BadSecret.into());
        }
        match self.context.logins.links.make(self.member.id(), Instant::now()) {
            Ok(code) => {
                self.log(|| info!("has made a code for another device"));
                let valid_ms = u64::try_from(VALID_FOR.as_millis()).unwrap_or(u64::MAX);
                self.send_event(&Event::Link { code, valid_ms })
            }
            Err(error) => self.refuse(Refusal::new(RefusalCode::NotKept, error.to_string())),
        }
    }
}

/// Changes the password of a user who knows the present one, where that is needed.
async fn change(
    actor: &Actor,
    new: Password,
    old: Option<Secret>,
    needs_old: bool,
    origin: Origin,
    context: &Context,
) -> Result<(), Refusal> {
    let hasher = &context.logins.hasher;
    let present = actor.password();
    let id = present.as_ref().map(|present| present.id);
    if let Some(StoredPassword { hash, .. }) = present.filter(|_| needs_old) {
        let begun = begin_try(context, origin, &format!(" {}", actor.id()))?;
        let old = old.as_ref().map(Password::sent).transpose();
        let old = old.ok().flatten().ok_or(HubError::BadSecret)?;
        match hasher.verify(old, Some(hash)).await.map_err(not_hashed)? {
            Verdict::Right(_) => begun.right(),
            Verdict::Wrong => return Err(HubError::BadSecret.into()),
        }
    }
    let hash = hasher.hash(new).await.map_err(not_hashed)?;
    Ok(actor.set_password(hash, id).await?)
}
