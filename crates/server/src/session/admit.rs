//! The first stage of a connection: finds out which protocol the client speaks, and lets it in.

use std::sync::Arc;

use chat_proto::EndCode;
use tokio::io::{AsyncRead, AsyncWrite};
use tokio::time::{Instant, timeout_at};
use tracing::{Span, debug, field, info};

use super::end::{End, Leaving, turn_away};
use super::handshake::handshake;
use super::{Context, Peer, Session};
use crate::config::Config;
use crate::door::detect::{Caller, DetectError, detect};
use crate::door::{Classic, Connection, Door, Native, Protocol, WriteTimeout};
use crate::socket::Unacknowledged;

/// What became of a peer that came to the door.
pub(super) enum Admitted<S> {
    /// It is in.
    In(Box<Session<S>>),
    /// It was not let in, and is to be told.
    Out(Box<Leaving<S>>),
    /// There is no door for it.
    Gone,
}

/// Opens a door to the peer and lets it in, or says why not.
pub(super) async fn admit<S, U>(
    mut stream: S,
    peer: Peer,
    context: Arc<Context>,
    unidentified: U,
) -> Admitted<S>
where
    S: AsyncRead + AsyncWrite + Unpin,
{
    let deadline = Instant::now() + context.config.identify_timeout;
    let caller = tokio::select! {
        biased;
        () = context.closing.cancelled() => return Admitted::Gone,
        caller = find_door(&mut stream, &context, deadline) => caller,
    };
    let Some(caller) = caller else { return Admitted::Gone };
    let id = caller.id;
    let mut connection = open_door(stream, caller, peer.unacknowledged, &context.config);
    let entry = tokio::select! {
        biased;
        () = context.closing.cancelled() => Err(End::Code(EndCode::Shutdown)),
        entry = timeout_at(deadline, handshake(&mut connection, id, &context)) => {
            entry.unwrap_or(Err(End::Code(EndCode::HelloTimeout)))
        }
    };
    drop(unidentified);
    match entry {
        Ok(handshake) => {
            Admitted::In(Box::new(Session::new(connection, peer.address, handshake, context)))
        }
        Err(end) => {
            info!(reason = %end, "ended before it was in");
            let span = Span::current();
            Admitted::Out(Box::new(Leaving { connection, end, context, span }))
        }
    }
}

/// Finds out who is calling; turns away one for whom there is no door.
async fn find_door<S>(stream: &mut S, context: &Context, deadline: Instant) -> Option<Caller>
where
    S: AsyncRead + AsyncWrite + Unpin,
{
    let config = &context.config;
    let knock = detect(stream, config.detect_silence, || context.hub.next_user());
    match timeout_at(deadline, knock).await {
        Ok(Ok(caller)) => return Some(caller),
        Ok(Err(DetectError::Left)) => debug!("left without a word"),
        Ok(Err(DetectError::Io(error))) => debug!(%error, "lost before it said a word"),
        Ok(Err(error @ DetectError::Stranger)) => {
            info!(%error, "turned away");
            Box::pin(turn_away(stream, config)).await;
        }
        Err(_late) => {
            info!("turned away: it did not say who it is in time");
            Box::pin(turn_away(stream, config)).await;
        }
    }
    None
}

/// Opens the door that the caller is for.
fn open_door<S: AsyncRead + AsyncWrite + Unpin>(
    stream: S,
    caller: Caller,
    unacknowledged: Option<Unacknowledged>,
    config: &Config,
) -> Connection<S> {
    let Caller { protocol, id, first } = caller;
    let write_timeout = WriteTimeout::new(config.write_timeout, unacknowledged);
    Span::current().record("door", field::display(protocol));
    let door = match protocol {
        Protocol::Native => Door::Native(Native::default()),
        Protocol::Classic => {
            let id = id.expect("a classic caller has been sent its number");
            Door::Classic(Box::new(Classic::new(id, Instant::now(), config)))
        }
    };
    Connection::new(stream, first, door, write_timeout)
}
