//! Reads the `hello`, or the name of a classic client, and lets the user in or refuses it.

use std::num::NonZero;
use std::time::Duration;

use chat_proto::command::{Hello, VERSION};
use chat_proto::event::{Limits, SearchState, Server, Welcome};
use chat_proto::{
    Command, DeviceId, EndCode, Event, Features, Refusal, RefusalCode, Secret, ShortString, User,
    UserId, UserName, features, limits,
};
use tokio::io::{AsyncRead, AsyncWrite};
use tokio::time::{Instant, sleep_until};
use tracing::{Span, debug, info};

use super::Context;
use super::accounts::{put_client, put_guest};
use super::end::End;
use super::error_budget::ErrorBudget;
use super::live::ClientFeatures;
use super::login::{LoggedIn, Origin, log_in, prove_server_password, sends_server_password};
use crate::config::{PAGE_MESSAGES, ROOMS_PER_USER_MAX};
use crate::door::{Connection, Incoming};
use crate::hub::{Admission, HubError, Member, ReturningUser};
use crate::journal::CredentialId;
use crate::limits::Cost;
use crate::networks::{Busy, Kind, Slot};

/// When to try again if there are too many connections, in milliseconds: by then some have ended.
const BUSY_RETRY_MS: u64 = 60_000;

/// A client that was let in.
pub(super) struct Handshake {
    /// The session in the hub.
    pub(super) member: Member,
    /// The device that the client named; empty for a guest.
    pub(super) device: DeviceId,
    /// The features of the client.
    pub(super) shows: ClientFeatures,
    /// The password with which the user has logged in; `None` if it has a token, a code or neither.
    pub(super) password: Option<NonZero<CredentialId>>,
}

/// Reads until the client sends its name or its token, and lets the user in. `sent_id` is the number that the client
/// was sent, if any. There is no deadline: that is the caller's.
///
/// # Errors
/// Returns the end of the connection if nobody is let in; a refusal was sent already.
pub(super) async fn handshake<S: AsyncRead + AsyncWrite + Unpin>(
    connection: &mut Connection<S>,
    sent_id: Option<UserId>,
    origin: Origin,
    slot: &Slot,
    context: &Context,
) -> Result<Handshake, End> {
    let mut error_budget = ErrorBudget::default();
    loop {
        let refusal = match connection.next().await.map_err(End::Failed)? {
            None => return Err(End::Left),
            Some(Incoming::Command(Command::Hello(hello))) => {
                return answer(connection, sent_id, hello, origin, slot, context).await;
            }
            Some(Incoming::Command(Command::Rename { name }))
                if connection.capabilities().enters_as_guest =>
            {
                return enter_guest(connection, sent_id, &name, origin, slot, context).await;
            }
            Some(Incoming::Command(Command::About)) => {
                send_now(connection, &about(context, None)).await?;
                continue;
            }
            Some(Incoming::Command(Command::Bye)) => return Err(End::Code(EndCode::Bye)),
            Some(Incoming::Command(_)) => Refusal::new(
                RefusalCode::HelloFirst,
                r#"say hello first: {"type":"hello","version":1,"name":"you"}"#,
            ),
            Some(Incoming::Invalid(refusal)) => *refusal,
        };
        let code = refusal.code;
        send_now(connection, &Event::Refused(refusal)).await?;
        if code == RefusalCode::BadName {
            return Err(End::Refused(code));
        }
        if code.is_broken_line() && error_budget.charge(Instant::now()) {
            return Err(End::Code(EndCode::TooManyErrors));
        }
    }
}

/// Lets in a client whose protocol has no accounts.
async fn enter_guest<S: AsyncRead + AsyncWrite + Unpin>(
    connection: &mut Connection<S>,
    sent_id: Option<UserId>,
    name: &UserName,
    origin: Origin,
    slot: &Slot,
    context: &Context,
) -> Result<Handshake, End> {
    let admission = Admission::new(None, context.config.join, slot.origin())
        .lacking_password(context.config.password.is_some());
    let mut refuse = |error: HubError| {
        let end = End::of_hub(&error);
        if let End::Refused(_) = end {
            connection.send(&Event::Refused(error.into()));
        }
        end
    };
    // Before the session takes a place and units of its network.
    context.hub.check_guest(admission).map_err(&mut refuse)?;
    wait_for_units(slot, context).await;
    slot.identify(Kind::Guest).map_err(|Busy| End::Code(EndCode::Busy))?;
    let id = sent_id.unwrap_or_else(|| context.hub.next_user());
    let member = context.hub.enter_guest(id, name, admission).await.map_err(&mut refuse)?;
    put_guest(&member, origin);
    log_entry(&member);
    let (device, shows) = (DeviceId::default(), ClientFeatures::default());
    Ok(Handshake { member, device, shows, password: None })
}

/// Sends and writes an event: there is no session yet that writes it.
pub(super) async fn send_now<S: AsyncRead + AsyncWrite + Unpin>(
    connection: &mut Connection<S>,
    event: &Event,
) -> Result<(), End> {
    connection.send(event);
    while connection.wants_write() {
        connection.write().await.map_err(End::of_write)?;
    }
    Ok(())
}

/// The answer to `about`.
pub(super) fn about(context: &Context, search: Option<SearchState>) -> Event {
    let journal = context.hub.journal().identity().clone();
    Event::About { server: server(), journal, key: written_key(context), search }
}

/// The key of the daemon, as an address line has it.
pub(super) fn written_key(context: &Context) -> Option<ShortString> {
    ShortString::new(context.tls.key().to_string()).ok()
}

fn server() -> Server {
    let (name, version) = (env!("CARGO_PKG_NAME"), env!("CARGO_PKG_VERSION"));
    Server { name: name.to_owned(), version: version.to_owned() }
}

/// Answers a `hello`.
async fn answer<S: AsyncRead + AsyncWrite + Unpin>(
    connection: &mut Connection<S>,
    sent_id: Option<UserId>,
    hello: Box<Hello>,
    origin: Origin,
    slot: &Slot,
    context: &Context,
) -> Result<Handshake, End> {
    let entered = enter(sent_id, &hello, origin, slot, context).await;
    // The token may have been dropped meanwhile.
    let entered = entered.and_then(|entered| {
        put_client(&entered.member, &hello, &entered.token, origin).map(|()| entered)
    });
    match entered {
        Ok(NewSession { member, token, last, password }) => {
            let role = hello.features.has(features::ROLES).then(|| member.role());
            let welcome = Welcome { role, ..welcome(&member, token, last, context) };
            connection.send(&Event::Welcome(welcome));
            log_entry(&member);
            debug!(features = ?hello.features, "the client has these features");
            let shows = ClientFeatures::of(&hello.features);
            Ok(Handshake { member, device: hello.device, shows, password })
        }
        Err(refusal) => {
            let code = refusal.code;
            connection.send(&Event::Refused(refusal));
            Err(End::Refused(code))
        }
    }
}

/// A session that begins.
struct NewSession {
    /// The session in the hub.
    member: Member,
    token: Secret,
    /// The last `n` accepted from its device.
    last: u64,
    /// The password with which it has logged in.
    password: Option<NonZero<CredentialId>>,
}

/// Lets the user in.
async fn enter(
    sent_id: Option<UserId>,
    hello: &Hello,
    origin: Origin,
    slot: &Slot,
    context: &Context,
) -> Result<NewSession, Refusal> {
    if hello.version != VERSION {
        let text = format!("this server speaks version {VERSION} of the protocol");
        return Err(Refusal::new(RefusalCode::BadVersion, text));
    }
    if let Some(LoggedIn { member, token, password }) = log_in(hello, origin, slot, context).await?
    {
        let last = member.actor().last_n(&hello.device).await?;
        return Ok(NewSession { member, token, last, password });
    }
    if hello.invite.is_some() {
        origin.check_private()?;
    }
    let kind = permit(hello, origin, slot, context).await?;
    slot.identify(kind).map_err(|Busy| busy())?;
    let (hub, admission) = (&context.hub, admission(hello, slot, context));
    let (member, token) = match &hello.token {
        Some(token) if hello.new => {
            (hub.enter_proposed(sent_id, &hello.name, token, admission).await?, token.clone())
        }
        Some(token) => (hub.enter_again(token, &hello.name, admission).await?, token.clone()),
        None => hub.enter_new(sent_id, &hello.name, admission).await?,
    };
    let last = member.actor().last_n(&hello.device).await?;
    Ok(NewSession { member, token, last, password: None })
}

/// The facts that decide whether the client of a `hello` may come in.
pub(super) fn admission(hello: &Hello, slot: &Slot, context: &Context) -> Admission {
    Admission::new(hello.invite.as_ref(), context.config.join, slot.origin())
        .lacking_password(!sends_server_password(hello, context))
}

/// Waits until the budgets of the user, or of a new user's network, allow the session. Returns what kind it is.
async fn permit(
    hello: &Hello,
    origin: Origin,
    slot: &Slot,
    context: &Context,
) -> Result<Kind, Refusal> {
    let (limits, now) = (&context.config.limits, Instant::now());
    let known = match &hello.token {
        Some(token) => context.hub.charge_entry(token, limits, now)?,
        None => None,
    };
    let Some(ReturningUser { is_newcomer, enters_at }) = known else {
        // Before it takes a place or units, so that users who are refused do not use up those of others.
        if hello.token.is_some() && !hello.new {
            return Err(HubError::BadToken.into());
        }
        // A client that needs an invite and has none cannot try passwords.
        let admission = admission(hello, slot, context).lacking_password(false);
        context.hub.check_admission(admission)?;
        prove_server_password(hello, origin, slot, context).await?;
        let charged = slot.network().new_users.try_charge(limits.new_users, now);
        charged.map_err(too_many_new_users)?;
        wait_for_units(slot, context).await;
        return Ok(Kind::Newcomer);
    };
    if let Some(at) = enters_at {
        sleep_until(at).await;
    }
    Ok(if is_newcomer { Kind::Newcomer } else { Kind::Known })
}

/// Waits until the budget of the network allows another session of a guest or a new user.
async fn wait_for_units(slot: &Slot, context: &Context) {
    let rate = context.config.limits.network;
    if let Some(at) = slot.network().sent.charge(rate, Cost::UNIT, Instant::now()) {
        sleep_until(at).await;
    }
}

fn too_many_new_users(wait: Duration) -> Refusal {
    let text = format!(
        "many new users have come from your network; another one can in {} s. A user who was here before can \
         come in with its token",
        wait.as_secs() + 1
    );
    too_fast(text, wait)
}

/// The refusal of a command that may be sent again after `wait`.
pub(super) fn too_fast(text: String, wait: Duration) -> Refusal {
    let retry_ms = u64::try_from(wait.as_millis()).ok();
    Refusal { retry_ms, ..Refusal::new(RefusalCode::TooFast, text) }
}

pub(super) fn busy() -> Refusal {
    let text = "the server has too many connections, and yours cannot take the place of another; \
                try again in a minute";
    Refusal { retry_ms: Some(BUSY_RETRY_MS), ..Refusal::new(RefusalCode::Busy, text) }
}

fn welcome(member: &Member, token: Secret, last: u64, context: &Context) -> Welcome {
    let config = &context.config;
    let User { id, name } = member.user();
    Welcome {
        version: VERSION,
        id,
        name,
        role: None,
        token: Some(token),
        last,
        journal: Some(context.hub.journal().identity().clone()),
        server: server(),
        features: match context.search {
            Some(_) => Features::all(),
            None => Features::all().without(features::SEARCH),
        },
        limits: Limits {
            line_bytes: limits::LINE_BYTES_MAX,
            text_bytes: limits::TEXT_BYTES_MAX,
            name_chars: limits::NAME_CHARS_MAX,
            topic_bytes: limits::TOPIC_BYTES_MAX,
            users_listed: config.users_listed,
            presence_users: config.presence_users,
            rooms: ROOMS_PER_USER_MAX,
            history_messages: PAGE_MESSAGES,
            idle_timeout_ms: u64::try_from(config.idle_timeout.as_millis()).unwrap_or(u64::MAX),
        },
    }
}

fn log_entry(member: &Member) {
    let user = member.user();
    Span::current().record("user", tracing::field::display(&user.name));
    info!(id = %user.id, "joined");
}
