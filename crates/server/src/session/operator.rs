//! The session of the operator, on the control socket: the commands of the native protocol without a user. There is no
//! `hello`, since a client that opens the socket is the operator; and no room, so it is sent answers only.

use std::sync::Arc;

use chat_proto::command::Nonce;
use chat_proto::{Command, EndCode, Event, Refusal, RefusalCode, RoomName};
use tokio::io::{AsyncRead, AsyncWrite};
use tokio::time::{Instant, timeout};
use tracing::{error, info_span};

use super::Context;
use super::accounts::{hand_back, link};
use super::end::{ClosingConnection, End};
use super::error_budget::ErrorBudget;
use super::handshake::{about, busy, send_now};
use super::hooks;
use super::invites::{InviteTerms, invite, revoke};
use super::lists::{self, fitting_rooms};
use super::roles::check_rules;
use super::sanctions::{order, page};
use crate::config::{Config, LINGER};
use crate::door::{Connection, Door, Incoming, Native, WriteTimeout};
use crate::hub::{AccountError, Asker, HubError, RulesPatch};
use crate::search::Search;

/// Serves a connection of the operator to its end.
pub(crate) async fn operate<S: AsyncRead + AsyncWrite + Unpin>(stream: S, context: Arc<Context>) {
    let mut connection = connection(stream, &context.config);
    let end = converse(&mut connection, &context).await;
    let span = info_span!("operator");
    Box::new(ClosingConnection { connection, end, context, span }).close().await;
}

/// Refuses a connection of the operator: there are too many.
pub(crate) async fn turn_operator_away<S: AsyncRead + AsyncWrite + Unpin>(
    stream: S,
    context: Arc<Context>,
) {
    let config = &context.config;
    let (mut connection, refused) = (connection(stream, config), Event::Refused(busy()));
    let write = async {
        send_now(&mut connection, &refused).await?;
        connection.shutdown().await.map_err(End::Failed)
    };
    if let Ok(Ok(())) = timeout(config.goodbye_timeout, write).await {
        // The system drops what was written if the socket is closed before all is read.
        let read = async { while let Ok(Some(_)) = connection.next().await {} };
        let _ = timeout(LINGER, read).await;
    }
}

fn connection<S: AsyncRead + AsyncWrite + Unpin>(stream: S, config: &Config) -> Connection<S> {
    let write_timeout = WriteTimeout::new(config.write_timeout, None);
    Connection::new(stream, Door::Native(Native::default()), write_timeout)
}

/// Answers one command after the other. Returns the reason for the end.
async fn converse<S: AsyncRead + AsyncWrite + Unpin>(
    connection: &mut Connection<S>,
    context: &Arc<Context>,
) -> End {
    let mut error_budget = ErrorBudget::default();
    let mut pinged = false;
    loop {
        let incoming = tokio::select! {
            biased;
            () = context.closing.cancelled() => return End::Code(EndCode::Shutdown),
            incoming = timeout(context.config.idle_timeout, connection.next()) => incoming,
        };
        let event = match incoming {
            Err(_silent) if pinged => return End::Code(EndCode::Idle),
            Err(_silent) => Event::Ping { nonce: Nonce::default() },
            Ok(Err(error)) => return End::Failed(error),
            Ok(Ok(None)) => return End::Left,
            Ok(Ok(Some(Incoming::Command(Command::Bye)))) => return End::Code(EndCode::Bye),
            Ok(Ok(Some(Incoming::Command(command)))) => match answer(context, command).await {
                Ok(Some(event)) => event,
                Ok(None) => {
                    pinged = false;
                    continue;
                }
                Err(refusal) => Event::Refused(for_operator(refusal)),
            },
            Ok(Ok(Some(Incoming::Invalid(refusal)))) => {
                if refusal.code.is_broken_line() && error_budget.charge(Instant::now()) {
                    return End::Code(EndCode::TooManyErrors);
                }
                Event::Refused(*refusal)
            }
        };
        pinged = matches!(event, Event::Ping { .. });
        if let Err(end) = send_now(connection, &event).await {
            return end;
        }
    }
}

/// Carries out a command of the operator. Returns the answer, if it has one.
async fn answer(context: &Context, command: Command) -> Result<Option<Event>, Refusal> {
    let hub = &context.hub;
    let event = match command {
        Command::About => about(context, context.search.as_ref().map(Search::state)),
        Command::Invite { uses, valid_s, role, room, note } => {
            invite(context, None, InviteTerms { uses, valid_s, role, room, note }, false).await?
        }
        Command::Invites { before } => context.invites(None, before),
        Command::Revoke { id } => revoke(context, None, id).await?,
        Command::Hook { room, name } => hooks::make(context, None, room, name).await?,
        Command::Hooks { before } => context.hooks(None, before),
        Command::RevokeHook { id } => hooks::revoke(context, None, id).await?,
        Command::Rooms { after, limit } => {
            let (rooms, is_more) = hub.all_rooms(after.as_ref(), lists::limit(limit));
            let (rooms, is_cut) = fitting_rooms(rooms);
            Event::Rooms { rooms, more: is_more || is_cut }
        }
        Command::Grant { user, room, role } => {
            let granted = hub.grant(None, user, room.clone(), role).await;
            done(granted, room)?
        }
        Command::Rule { room, privacy, slow_s, topic_by } => {
            let rules = RulesPatch { privacy, slow_s, topic_by };
            check_rules(rules)?;
            done(hub.rule(None, room.clone(), rules).await, Some(room))?
        }
        Command::Sanction(sanction) if sanction.remove_since_s.is_some() => {
            let text = "a deletion has an author, and the operator is none: let a moderator remove messages";
            return Err(Refusal::new(RefusalCode::NotAllowed, text));
        }
        Command::Sanction(sanction) => {
            let room = sanction.room.clone();
            done(hub.sanction(None, order(*sanction)?).await, room)?
        }
        Command::Pardon { id } => done(hub.pardon(None, id).await, None)?,
        Command::Sanctions { room, after, limit } => {
            let (sanctions, more) =
                hub.sanctions(room.as_ref(), after.unwrap_or(0), page(limit))?;
            Event::Sanctions { room, sanctions, more }
        }
        Command::Audit { before, limit } => match hub.audit(None, before, page(limit)).await {
            Ok((records, more)) => Event::Audit { records, more },
            Err(error) => {
                error!(%error, "cannot read the journal");
                let text = format!("the audit log cannot be read: {error}");
                return Err(Refusal::new(RefusalCode::NotReadable, text));
            }
        },
        Command::Account { user } => Event::Account(hub.account(Asker::OPERATOR, user.as_ref())?),
        Command::Drop { id, user } => {
            Event::Account(hub.drop_device(Asker::OPERATOR, user, id).await?)
        }
        Command::End { session } => {
            Event::Account(hub.end_session(Asker::OPERATOR, session).await?)
        }
        Command::Sessions { after, limit } => hub.sessions(Asker::OPERATOR, after, limit)?,
        Command::Accounts { after, limit } => hub.accounts(Asker::OPERATOR, after, limit)?,
        Command::Free { user } => Event::Account(hub.free_name(Asker::OPERATOR, user).await?),
        Command::Link { user: Some(user) } => link(context, Asker::OPERATOR, user).await?,
        Command::SetPassword { password, user: Some(user), drop_devices, .. } => {
            hand_back(context, Asker::OPERATOR, user, &password, drop_devices).await?
        }
        Command::SetPassword { .. } | Command::Link { .. } => {
            return Err(HubError::from(AccountError::NeedsUser).into());
        }
        Command::Ping { nonce } => Event::Pong { nonce },
        // A `pong` has no answer, and `converse` has handled `bye`.
        Command::Pong { .. } | Command::Bye => return Ok(None),
        Command::Hello(_) => {
            return Err(Refusal::new(
                RefusalCode::HelloAgain,
                "the control socket needs no hello; send a command",
            ));
        }
        Command::Say(_)
        | Command::Join { .. }
        | Command::Leave { .. }
        | Command::History { .. }
        | Command::Search { .. }
        | Command::Versions { .. }
        | Command::Thread { .. }
        | Command::Pins { .. }
        | Command::Mentions { .. }
        | Command::Who { .. }
        | Command::Topic { .. }
        | Command::Read { .. }
        | Command::Typing { .. }
        | Command::Away { .. }
        | Command::Back
        | Command::AskIn { .. }
        | Command::Rename { .. } => return Err(not_for_operator()),
    };
    Ok(Some(event))
}

/// The answer to an order, which may be about a room.
fn done(
    event: Result<Option<Box<Event>>, HubError>,
    room: Option<RoomName>,
) -> Result<Event, Refusal> {
    match event {
        Ok(event) => Ok(*event.expect("the operator is in no room that receives the event")),
        Err(error) => Err(Refusal { room, ..error.into() }),
    }
}

/// The refusal in other words if there is no such room: the operator cannot join one.
fn for_operator(refusal: Refusal) -> Refusal {
    match (refusal.code, &refusal.room) {
        (RefusalCode::NotInRoom, Some(room)) => {
            let text = format!("there is no room {room}; look for its name in the list of rooms");
            Refusal { text, ..refusal }
        }
        _ => refusal,
    }
}

fn not_for_operator() -> Refusal {
    let text = "the operator is not a user: it is in no room, and cannot write; connect with chat-tui for this";
    Refusal::new(RefusalCode::NotAllowed, text)
}
