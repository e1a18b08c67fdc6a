//! Answers requests.

use std::cell::Cell;
use std::convert::Infallible;
use std::future::{Future, Ready, ready};
use std::pin::Pin;

use chat_proto::Secret;
use futures_util::FutureExt;
use futures_util::future::Either;
use hyper::body::{Body, Incoming};
use hyper::header::{ACCEPT_ENCODING, AUTHORIZATION, HeaderMap, HeaderValue, LOCATION};
use hyper::http::uri::Authority;
use hyper::service::Service;
use hyper::{Method, Request, StatusCode};
use tokio::time::Instant;
use tracing::{debug, info};

use super::hook::{self, Senders};
use super::host::{host, is_same_origin};
use super::metrics;
use super::parts::Source;
use super::reply::{self, Reply};
use super::web_socket;
use crate::config::WebConfig;
use crate::figures::Figures;
use crate::late::LateBrowsers;
use crate::plain::is_loopback;
use crate::tls::Tls;

/// Requests on one connection: more than the page has parts.
const REQUESTS_MAX: u32 = 100;

/// The methods of a path that can only be read.
const READ_METHODS: &str = "GET, HEAD";

/// The path of the page.
const PAGE: &str = "/";

/// Parts that are served under their own names, with their addresses: a browser wants to find them there.
const NAMED: [(&str, &str); 5] = [
    (PAGE, "index.html"),
    ("/manifest.webmanifest", "manifest.webmanifest"),
    ("/icon-192.png", "icon-192.png"),
    ("/icon-512.png", "icon-512.png"),
    ("/worker.js", "worker.js"),
];

/// How a connection came.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Transport {
    /// With TLS.
    Encrypted,
    /// In plain text, from an address from which that is accepted.
    Plain,
    /// In plain text, from another address.
    PlainRefused,
}

/// The site, for one connection.
pub(crate) struct Site<'c> {
    config: &'c WebConfig,
    transport: Transport,
    senders: Senders<'c>,
    tls: &'c Tls,
    late: &'c LateBrowsers,
    figures: &'c (dyn Fn() -> Figures + Sync),
    requests: Cell<u32>,
    /// Whether a refusal was logged: one for each connection is enough.
    has_logged: Cell<bool>,
    has_opened: Cell<bool>,
}

impl<'c> Site<'c> {
    pub(crate) const fn new(
        config: &'c WebConfig,
        transport: Transport,
        senders: Senders<'c>,
        tls: &'c Tls,
        late: &'c LateBrowsers,
        figures: &'c (dyn Fn() -> Figures + Sync),
    ) -> Self {
        let [has_logged, has_opened] = [const { Cell::new(false) }; 2];
        let requests = Cell::new(0);
        Self { config, transport, senders, tls, late, figures, requests, has_logged, has_opened }
    }

    /// Calls `log` for the first refusal of the connection.
    pub(super) fn log_once(&self, log: impl FnOnce()) {
        if !self.has_logged.replace(true) {
            self.senders.strangers.log(log);
        }
    }

    /// Whether the last request has opened a WebSocket.
    pub(super) const fn has_opened(&self) -> bool {
        self.has_opened.get()
    }

    /// Why a request for the path of a hook is not looked at; `None` if it is.
    fn refuse_post<B>(&self, request: &Request<B>) -> Option<Reply> {
        let host = match host(request, &self.config.names) {
            Ok(host) => host,
            Err(status) => return Some(self.refuse_host(status)),
        };
        if self.transport == Transport::PlainRefused {
            // Not redirected: a program would continue to send the secret in plain text first.
            let text = "this server wants TLS from your address: post to https:// instead of http://, and make another \
                        hook, since others may have read this address\n";
            return Some(reply::line(StatusCode::FORBIDDEN, text));
        }
        if request.method() != Method::POST {
            return Some(reply::wrong_method("POST"));
        }
        let is_encrypted = self.transport == Transport::Encrypted;
        if !is_same_origin(request.headers(), &host, is_encrypted) {
            let text = "a page of another site posts nothing here\n";
            return Some(reply::line(StatusCode::FORBIDDEN, text));
        }
        None
    }

    fn answer<B: Body>(&self, request: &Request<B>) -> Reply {
        if !request.body().is_end_stream() {
            let text = "a request has no body here\n";
            return reply::last(reply::line(StatusCode::PAYLOAD_TOO_LARGE, text));
        }
        let host = match host(request, &self.config.names) {
            Ok(host) => host,
            Err(status) => return self.refuse_host(status),
        };
        match request.uri().path() {
            _ if self.transport == Transport::PlainRefused => redirect(&host, request),
            "/ws" => self.open(request, &host),
            "/metrics" => self.metrics(request),
            path => {
                if path == PAGE && request.method() == Method::GET {
                    self.late.record_page(self.senders.address, Instant::now());
                }
                self.read(request.method(), path, takes_gzip(request.headers()))
            }
        }
    }

    /// The figures, for a monitor on this machine, or one that has the token.
    fn metrics<B>(&self, request: &Request<B>) -> Reply {
        let field = request.headers().get(AUTHORIZATION).and_then(|value| value.to_str().ok());
        let token = field.and_then(|value| value.split_once(' '));
        let token = token.filter(|(scheme, _)| scheme.eq_ignore_ascii_case("bearer"));
        let is_known = token.zip(self.config.metrics_token.as_ref());
        let is_known =
            is_known.is_some_and(|((_, token), known)| known.is(&Secret::new(token.trim())));
        if !is_known && !is_loopback(self.senders.address) {
            return reply::not_found();
        }
        match *request.method() {
            Method::GET | Method::HEAD => reply::metrics(metrics::text((self.figures)())),
            _ => reply::wrong_method(READ_METHODS),
        }
    }

    fn open<B>(&self, request: &Request<B>, host: &Authority) -> Reply {
        if request.method() != Method::GET {
            return reply::wrong_method("GET");
        }
        let is_encrypted = self.transport == Transport::Encrypted;
        if !is_same_origin(request.headers(), host, is_encrypted) {
            self.log_once(|| info!("refused a WebSocket to the page of another site"));
            let text = "a page of another site opens no WebSocket here\n";
            return reply::line(StatusCode::FORBIDDEN, text);
        }
        let reply = web_socket::open(request);
        self.has_opened.set(reply.status() == StatusCode::SWITCHING_PROTOCOLS);
        reply
    }

    fn refuse_host(&self, status: StatusCode) -> Reply {
        if status != StatusCode::MISDIRECTED_REQUEST {
            return reply::line(status, "a request names one host\n");
        }
        self.log_once(|| {
            info!("refused a request for a host name that is not one of this server's");
        });
        let text = "this server does not know that it has this host name; open its address, or start chat-server \
                    with --public-address NAME\n";
        reply::line(status, text)
    }

    /// Whether the request came within TLS, with a certificate that an authority has issued for its host.
    fn is_certified<B>(&self, request: &Request<B>) -> bool {
        self.transport == Transport::Encrypted
            && host(request, &self.config.names)
                .is_ok_and(|host| self.tls.is_issued_for(host.host()))
    }

    /// The answer for a path that can only be read.
    fn read(&self, method: &Method, path: &str, takes_gzip: bool) -> Reply {
        let source = Source::new(self.config.directory.as_ref());
        let reply = if path == "/health" {
            Some(reply::line(StatusCode::OK, "ok\n"))
        } else if let Some((_, name)) = NAMED.into_iter().find(|(named, _)| *named == path) {
            match source.gzip(name).filter(|_| takes_gzip) {
                Some(bytes) => Some(reply::compressed(reply::part(name, bytes))),
                None => source.get(name).map(|bytes| reply::part(name, bytes)),
            }
        } else {
            let part = path.strip_prefix("/a/").and_then(|rest| rest.split_once('/'));
            part.filter(|(hash, _)| *hash == source.hash()).and_then(|(_, name)| {
                if let Some(bytes) = source.gzip(name).filter(|_| takes_gzip) {
                    return Some(reply::compressed(reply::immutable(name, bytes)));
                }
                let bytes = source.get(name)?;
                Some(match source {
                    Source::BuiltIn => reply::immutable(name, bytes),
                    Source::Directory(_) => reply::part(name, bytes),
                })
            })
        };
        match reply {
            None => reply::not_found(),
            Some(_) if method != Method::GET && method != Method::HEAD => {
                reply::wrong_method(READ_METHODS)
            }
            Some(reply) => reply,
        }
    }
}

/// Whether a client accepts `gzip`. One that gives it a weight (`gzip;q=…`) is sent the plain bytes.
fn takes_gzip(headers: &HeaderMap) -> bool {
    let accepted = headers.get_all(ACCEPT_ENCODING).iter().filter_map(|value| value.to_str().ok());
    accepted.flat_map(|value| value.split(',')).any(|coding| coding.trim() == "gzip")
}

/// Sends a browser to the same address with TLS: its user sees no difference.
fn redirect<B>(host: &Authority, request: &Request<B>) -> Reply {
    let path = request.uri().path();
    let target = HeaderValue::try_from(format!("https://{host}{path}"));
    let text = "this server wants TLS from your address: write https:// instead of http://\n";
    let Ok(target) = target else { return reply::line(StatusCode::FORBIDDEN, text) };
    let mut reply = reply::line(StatusCode::TEMPORARY_REDIRECT, text);
    reply.headers_mut().insert(LOCATION, target);
    reply
}

impl<'c> Service<Request<Incoming>> for Site<'c> {
    type Response = Reply;
    type Error = Infallible;
    type Future = Either<
        Ready<Result<Reply, Infallible>>,
        Pin<Box<dyn Future<Output = Result<Reply, Infallible>> + Send + 'c>>,
    >;

    fn call(&self, request: Request<Incoming>) -> Self::Future {
        self.requests.set(self.requests.get() + 1);
        let is_past_max = self.requests.get() >= REQUESTS_MAX;
        let is_certified = self.is_certified(&request);
        let finished = move |reply, is_last| finished(reply, is_certified, is_last);
        let is_post = hook::secret(request.uri().path()).is_some();
        let reply = match is_post.then(|| self.refuse_post(&request)) {
            Some(None) => {
                let posted = hook::answer(self.senders, request);
                let finished = posted.map(move |reply| Ok(finished(reply, is_past_max)));
                return Either::Right(Box::pin(finished));
            }
            Some(Some(refused)) => refused,
            None => self.answer(&request),
        };
        Either::Left(ready(Ok(finished(reply, is_past_max && !self.has_opened()))))
    }
}

/// The answer as it is sent: the browser stays with TLS if an authority `is_certified`, and the connection is closed
/// after it if it `is_last`.
fn finished(mut reply: Reply, is_certified: bool, is_last: bool) -> Reply {
    debug!(status = reply.status().as_u16(), "a request");
    if is_certified {
        reply = reply::strict(reply);
    }
    if is_last { reply::last(reply) } else { reply }
}

#[cfg(test)]
mod tests {
    use hyper::header::STRICT_TRANSPORT_SECURITY;

    use super::*;

    #[test]
    fn a_browser_is_told_to_stay_with_tls_only_if_an_authority_vouches_for_the_host() {
        let field = |is_certified| {
            let reply = finished(reply::not_found(), is_certified, false);
            reply.headers().get(STRICT_TRANSPORT_SECURITY).cloned()
        };
        assert_eq!(field(true).unwrap(), "max-age=31536000");
        assert_eq!(field(false), None);
    }
}
