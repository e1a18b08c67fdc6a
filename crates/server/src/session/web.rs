//! A client that speaks HTTP: answers its requests, until one of them opens a WebSocket.

use std::net::IpAddr;
use std::sync::Arc;

use tokio::io::{AsyncRead, AsyncWrite};
use tracing::{Span, debug};

use super::Context;
use crate::transport::{Carrier, WebSocket};
use crate::web::{self, Senders, Site, Transport, Upgrade};

/// Serves HTTP on `carrier`. Returns the carrier of a session if the client opens a WebSocket; `None` at the end of the
/// connection.
pub(super) async fn open_web<S: AsyncRead + AsyncWrite + Unpin>(
    carrier: Carrier<S>,
    address: IpAddr,
    context: &Context,
) -> Option<Carrier<S>> {
    let config = &context.config;
    Span::current().record("door", "web");
    let transport = if carrier.is_encrypted() {
        Transport::Encrypted
    } else if config.plain.allows(address) {
        Transport::Plain
    } else {
        Transport::PlainRefused
    };
    let senders = Senders {
        hub: &context.hub,
        tries: &context.logins.tries,
        limits: &config.limits,
        strangers: &context.strangers,
        address,
    };
    let figures = || context.figures();
    let site = Site::new(&config.web, transport, senders, &context.tls, &context.late, &figures);
    let served = Box::pin(web::serve(carrier, site, config.write_timeout)).await;
    let served = served.inspect_err(|error| debug!(%error, "closed: a request was not answered"));
    let Upgrade { stream, input } = served.ok()??;
    debug!("has opened a WebSocket");
    Some(Carrier::Web(Box::new(WebSocket::new(stream, input, Arc::clone(&context.strangers)))))
}
