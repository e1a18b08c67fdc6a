//! The first stage of a connection: finds out which protocol the client speaks, in TLS or without it, and lets it in.

use std::net::{IpAddr, SocketAddr};
use std::sync::Arc;
use std::time::Duration;

use chat_proto::{AddressLine, EndCode, Event, Refusal, RefusalCode, UserId};
use tokio::io::{AsyncRead, AsyncWrite};
use tokio::time::{Instant, timeout_at};
use tracing::{Span, debug, field, info};

use super::end::{ClosingConnection, End, reject};
use super::handshake::handshake;
use super::login::Origin;
use super::web::open_web;
use super::{Context, Peer, Session};
use crate::config::{Config, PLAIN_REFUSED_SILENCE};
use crate::door::detect::{DetectError, Detection, detect};
use crate::door::{Classic, Connection, Door, Native, Protocol, WriteTimeout};
use crate::networks::Slot;
use crate::tls::{Alpn, TlsConnection};
use crate::transport::{Carrier, PrefixedStream};

/// A connection whose protocol is known.
struct DetectedConnection<S> {
    carrier: Carrier<S>,
    protocol: Protocol,
    /// The number that the client was sent, if any.
    sent_id: Option<UserId>,
}

impl<S> DetectedConnection<S> {
    fn native(carrier: Carrier<S>) -> Self {
        Self { carrier, protocol: Protocol::Native, sent_id: None }
    }
}

/// Detects the protocol of the client and lets its user in. Otherwise the client is sent the reason, and the connection
/// is closed.
pub(super) async fn admit<S>(
    stream: S,
    peer: Peer,
    context: Arc<Context>,
    slot: Slot,
) -> Option<Box<Session<Carrier<S>>>>
where
    S: AsyncRead + AsyncWrite + Unpin,
{
    let deadline = Instant::now() + context.config.identify_timeout;
    let detected = tokio::select! {
        biased;
        () = context.closing.cancelled() => return None,
        () = slot.ended() => {
            context.strangers.log(|| info!("closed for another connection: it was silent"));
            return None;
        }
        detected = Box::pin(open(stream, &peer, &context, deadline)) => detected,
    };
    let DetectedConnection { carrier, protocol, sent_id } = detected?;
    let is_encrypted = carrier.is_encrypted();
    let deadline = match carrier {
        Carrier::Web(_) => Instant::now() + context.config.identify_timeout, // requests had their own
        _ => {
            Span::current().record("door", field::display(protocol));
            deadline
        }
    };
    let needs_tls = !is_encrypted && !context.config.plain.allows(peer.address.ip());
    let origin = Origin::new(peer.address.ip(), is_encrypted);
    let door = open_door(protocol, sent_id, &context.config);
    let write_timeout = WriteTimeout::new(context.config.write_timeout, peer.unacknowledged);
    let mut connection = Connection::new(carrier, door, write_timeout);
    let entry = if needs_tls {
        Err(refuse_plain(&mut connection, peer.local, &context))
    } else {
        tokio::select! {
            biased;
            () = context.closing.cancelled() => Err(End::Code(EndCode::Shutdown)),
            () = slot.ended() => Err(End::Code(EndCode::Busy)),
            entry = timeout_at(deadline, handshake(&mut connection, sent_id, origin, &slot, &context)) => {
                entry.unwrap_or(Err(End::Code(EndCode::HelloTimeout)))
            }
        }
    };
    match entry {
        Ok(handshake) => {
            Some(Box::new(Session::new(connection, peer.address, origin, slot, handshake, context)))
        }
        Err(end) => {
            context.strangers.log(|| info!(reason = %end, "ended before the client was in"));
            drop(slot);
            let span = Span::current();
            Box::pin(ClosingConnection { connection, end, context, span }.close()).await;
            None
        }
    }
}

/// Finds out which protocol the client speaks, and whether in TLS. Returns `None` if the connection is for no door: the
/// reason is logged, and the client was sent it if it can read it.
async fn open<S: AsyncRead + AsyncWrite + Unpin>(
    stream: S,
    peer: &Peer,
    context: &Context,
    deadline: Instant,
) -> Option<DetectedConnection<S>> {
    let address = peer.address.ip();
    let mut plain = PrefixedStream::new(stream);
    let usual = context.config.detect_silence;
    let expected = || context.late.silence(address, usual, Instant::now());
    let silence = || match context.config.plain.allows(address) {
        true => expected(),
        false => usual.max(PLAIN_REFUSED_SILENCE),
    };
    match detect_or_reject(&mut plain, silence, address, context, deadline).await? {
        Detection::Protocol { protocol, sent_id } => {
            return Some(DetectedConnection { carrier: Carrier::Plain(plain), protocol, sent_id });
        }
        Detection::Http => {
            return open_web(Carrier::Plain(plain), address, context)
                .await
                .map(DetectedConnection::native);
        }
        Detection::Tls => {}
    }
    let accepted = timeout_at(deadline, context.tls.accept(plain)).await;
    let accepted = accepted
        .unwrap_or_else(|late| Err(late.into()))
        .inspect_err(|error| {
            context.strangers.log(|| info!(%error, "turned away: no handshake of TLS"));
        })
        .ok()?;
    let Some(TlsConnection { stream, alpn }) = accepted else {
        context.strangers.log(|| info!("an authority has checked whether a domain leads here"));
        return None;
    };
    let mut tls = Box::new(PrefixedStream::new(stream));
    match alpn {
        Alpn::Native => return Some(DetectedConnection::native(Carrier::Tls(tls))),
        Alpn::Http => {
            return open_web(Carrier::Tls(tls), address, context)
                .await
                .map(DetectedConnection::native);
        }
        Alpn::None => {}
    }
    match detect_or_reject(tls.as_mut(), expected, address, context, deadline).await? {
        Detection::Protocol { protocol, sent_id } => {
            Some(DetectedConnection { carrier: Carrier::Tls(tls), protocol, sent_id })
        }
        Detection::Http => {
            open_web(Carrier::Tls(tls), address, context).await.map(DetectedConnection::native)
        }
        Detection::Tls => {
            context.strangers.log(|| info!("turned away: TLS within TLS"));
            None
        }
    }
}

/// Finds out which protocol the client speaks. If it speaks none, it is sent a line that names them.
async fn detect_or_reject<S: AsyncRead + AsyncWrite + Unpin>(
    stream: &mut PrefixedStream<S>,
    silence: impl Fn() -> Duration,
    address: IpAddr,
    context: &Context,
    deadline: Instant,
) -> Option<Detection> {
    let Context { config, strangers, .. } = context;
    let detection = detect(stream, silence, || context.hub.next_user());
    match timeout_at(deadline, detection).await {
        Ok(Ok(detection)) => return Some(detection),
        Ok(Err(error @ DetectError::Closed)) => debug!("{error}"),
        Ok(Err(error @ (DetectError::LateTls | DetectError::LateHttp))) => {
            context.late.record_late(address, Instant::now());
            strangers.log(|| info!(%error, "closed; the next one from its address has more time"));
        }
        Ok(Err(DetectError::Io(error))) => debug!(%error, "lost before its protocol was known"),
        Ok(Err(error @ DetectError::UnknownProtocol)) => {
            strangers.log(|| info!(%error, "turned away"));
            Box::pin(reject(stream, config)).await;
        }
        Err(_late) => {
            strangers.log(|| info!("turned away: its protocol was not known in time"));
            Box::pin(reject(stream, config)).await;
        }
    }
    None
}

/// Queues the refusal of a client that does not use TLS, and returns the end of its connection.
fn refuse_plain<S: AsyncRead + AsyncWrite + Unpin>(
    connection: &mut Connection<S>,
    local: Option<SocketAddr>,
    context: &Context,
) -> End {
    let line = local.and_then(|local| {
        AddressLine::new(&local.ip().to_canonical().to_string(), local.port(), context.tls.key())
            .ok()
    });
    let text = match line {
        Some(line) => {
            format!("plain text is not accepted from your address; connect with: chat-tui {line}")
        }
        None => "plain text is not accepted from your address; ask who runs the server for its chat:// line"
            .to_owned(),
    };
    connection.send(&Event::Refused(Refusal::new(RefusalCode::TlsNeeded, text)));
    End::Refused(RefusalCode::TlsNeeded)
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
