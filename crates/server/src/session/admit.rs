//! The first stage of a connection: finds out which protocol the client speaks, and lets it in.

use std::sync::Arc;

use chat_proto::{EndCode, UserId};
use tokio::io::{AsyncRead, AsyncWrite};
use tokio::time::{Instant, timeout_at};
use tracing::{Span, debug, field, info};

use super::end::{Closing, End, reject};
use super::handshake::handshake;
use super::{Context, Peer, Session};
use crate::config::Config;
use crate::door::detect::{DetectError, Detected, detect};
use crate::door::{Classic, Connection, Door, Native, Protocol, WriteTimeout};
use crate::transport::Prefixed;

/// What became of a new connection.
pub(super) enum Admission<S> {
    /// The client is in.
    In(Box<Session<Prefixed<S>>>),
    /// The client was refused, and is to be sent the reason.
    Refused(Box<Closing<Prefixed<S>>>),
    /// The connection is closed already.
    Closed,
}

/// Detects the protocol of the client and lets its user in, or says why not.
pub(super) async fn admit<S, U>(
    stream: S,
    peer: Peer,
    context: Arc<Context>,
    unidentified: U,
) -> Admission<S>
where
    S: AsyncRead + AsyncWrite + Unpin,
{
    let deadline = Instant::now() + context.config.identify_timeout;
    let mut stream = Prefixed::new(stream);
    let detected = tokio::select! {
        biased;
        () = context.closing.cancelled() => return Admission::Closed,
        detected = detect_or_reject(&mut stream, &context, deadline) => detected,
    };
    let Some(Detected { protocol, sent_id }) = detected else { return Admission::Closed };
    Span::current().record("door", field::display(protocol));
    let door = open_door(protocol, sent_id, &context.config);
    let write_timeout = WriteTimeout::new(context.config.write_timeout, peer.unacknowledged);
    let mut connection = Connection::new(stream, door, write_timeout);
    let entry = tokio::select! {
        biased;
        () = context.closing.cancelled() => Err(End::Code(EndCode::Shutdown)),
        entry = timeout_at(deadline, handshake(&mut connection, sent_id, &context)) => {
            entry.unwrap_or(Err(End::Code(EndCode::HelloTimeout)))
        }
    };
    drop(unidentified);
    let network = context.networks.of(peer.address.ip(), Instant::now());
    match entry {
        Ok(handshake) => Admission::In(Box::new(Session::new(
            connection,
            peer.address,
            network,
            handshake,
            context,
        ))),
        Err(end) => {
            info!(reason = %end, "ended before the client was in");
            let span = Span::current();
            Admission::Refused(Box::new(Closing { connection, end, context, span }))
        }
    }
}

/// Finds out which protocol the client speaks. If it speaks none, it is sent what is spoken here.
async fn detect_or_reject<S: AsyncRead + AsyncWrite + Unpin>(
    stream: &mut Prefixed<S>,
    context: &Context,
    deadline: Instant,
) -> Option<Detected> {
    let config = &context.config;
    let detected = detect(stream, config.detect_silence, || context.hub.next_user());
    match timeout_at(deadline, detected).await {
        Ok(Ok(detected)) => return Some(detected),
        Ok(Err(error @ DetectError::Closed)) => debug!("{error}"),
        Ok(Err(DetectError::Io(error))) => debug!(%error, "lost before its protocol was known"),
        Ok(Err(error @ DetectError::UnknownProtocol)) => {
            info!(%error, "turned away");
            Box::pin(reject(stream, config)).await;
        }
        Err(_late) => {
            info!("turned away: its protocol was not known in time");
            Box::pin(reject(stream, config)).await;
        }
    }
    None
}

fn open_door(protocol: Protocol, sent_id: Option<UserId>, config: &Config) -> Door {
    match protocol {
        Protocol::Native => Door::Native(Native::default()),
        Protocol::Classic => {
            let id = sent_id.expect("a classic client has been sent its number");
            Door::Classic(Box::new(Classic::new(id, Instant::now(), config)))
        }
    }
}
