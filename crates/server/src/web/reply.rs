//! The answers to requests.

use std::time::Duration;

use bytes::Bytes;
use http_body_util::Full;
use hyper::header::{
    ALLOW, CACHE_CONTROL, CONNECTION, CONTENT_ENCODING, CONTENT_SECURITY_POLICY, CONTENT_TYPE,
    HeaderName, HeaderValue, REFERRER_POLICY, RETRY_AFTER, STRICT_TRANSPORT_SECURITY, VARY,
    X_CONTENT_TYPE_OPTIONS,
};
use hyper::{Response, StatusCode};

use super::metrics;
use super::parts::media_type;

pub(super) type Reply = Response<Full<Bytes>>;

/// Sent to a connection past the limit that begins with HTTP.
pub(crate) const FULL: &str = concat!(
    "HTTP/1.1 503 Service Unavailable\r\n",
    "retry-after: 60\r\n",
    "connection: close\r\n",
    "content-type: text/plain; charset=utf-8\r\n",
    "content-length: 60\r\n",
    "cache-control: no-store\r\n\r\n",
    "chat-server has too many connections; try again in a moment\n"
);

/// The page loads what is its own, talks to its own server, and is in no frame of others. It has no script and no style
/// in its markup, and makes no markup of text. Browsers ask a policy even for the address of a worker: the page makes
/// the one policy `worker`, which knows that address alone, and no second one of that name can be made.
const CONTENT_POLICY: &str = "default-src 'none'; script-src 'self'; style-src 'self'; \
    img-src 'self' data: blob:; connect-src 'self'; manifest-src 'self'; worker-src 'self'; \
    base-uri 'none'; form-action 'none'; frame-ancestors 'none'; \
    require-trusted-types-for 'script'; trusted-types worker";

/// Fields of every answer.
const FIELDS: [(HeaderName, &str); 2] = [
    (X_CONTENT_TYPE_OPTIONS, "nosniff"),
    (HeaderName::from_static("cross-origin-resource-policy"), "same-origin"),
];

/// Fields of every answer that a browser may take for a document or a worker. What the page loads has none of them:
/// they would be a fifth of the bytes before the page is shown.
const DOCUMENT_FIELDS: [(HeaderName, &str); 4] = [
    (CONTENT_SECURITY_POLICY, CONTENT_POLICY),
    (REFERRER_POLICY, "no-referrer"),
    (HeaderName::from_static("cross-origin-opener-policy"), "same-origin"),
    (
        HeaderName::from_static("permissions-policy"),
        "camera=(), microphone=(), geolocation=(), display-capture=()",
    ),
];

/// A year, in seconds.
const STRICT: &str = "max-age=31536000";

/// `Cache-Control` of a part whose name changes with its content: a year.
const IMMUTABLE: &str = "public, max-age=31536000, immutable";

/// A part of the page.
pub(super) fn part(name: &str, bytes: Bytes) -> Reply {
    document(bytes, media_type(name))
}

/// A part of the page under a name that changes with it.
pub(super) fn immutable(name: &str, bytes: Bytes) -> Reply {
    let mut reply = with_type(bytes, media_type(name));
    reply.headers_mut().insert(CACHE_CONTROL, HeaderValue::from_static(IMMUTABLE));
    reply.headers_mut().insert(VARY, HeaderValue::from_static("accept-encoding"));
    reply
}

/// `reply`, whose bytes are compressed.
pub(super) fn compressed(mut reply: Reply) -> Reply {
    reply.headers_mut().insert(CONTENT_ENCODING, HeaderValue::from_static("gzip"));
    reply
}

/// A status, and a line of text.
pub(super) fn line(status: StatusCode, text: impl Into<Bytes>) -> Reply {
    let mut reply = document(text.into(), "text/plain; charset=utf-8");
    *reply.status_mut() = status;
    reply
}

pub(super) fn not_found() -> Reply {
    line(StatusCode::NOT_FOUND, "there is nothing here; the chat is at /\n")
}

/// `allowed` are the methods that the path has.
pub(super) fn wrong_method(allowed: &'static str) -> Reply {
    let text = format!("the methods of this address are: {allowed}\n");
    let mut reply = line(StatusCode::METHOD_NOT_ALLOWED, text);
    reply.headers_mut().insert(ALLOW, HeaderValue::from_static(allowed));
    reply
}

/// The figures of the daemon.
pub(super) fn metrics(text: String) -> Reply {
    with_type(text.into(), metrics::MEDIA_TYPE)
}

/// Has a browser use TLS for this host from now on, on all ports: with the certificate of an authority it can. Only
/// documents say so, since browsers ask for one first.
pub(super) fn strict(mut reply: Reply) -> Reply {
    let headers = reply.headers_mut();
    if headers.contains_key(CONTENT_SECURITY_POLICY) {
        headers.insert(STRICT_TRANSPORT_SECURITY, HeaderValue::from_static(STRICT));
    }
    reply
}

/// Says that the client can try again after `wait`.
pub(super) fn retry_after(mut reply: Reply, wait: Duration) -> Reply {
    // A second is the unit of the field, and the answer would be the same a moment too early.
    reply.headers_mut().insert(RETRY_AFTER, HeaderValue::from(wait.as_secs() + 1));
    reply
}

/// Has the connection closed after `reply`.
pub(super) fn last(mut reply: Reply) -> Reply {
    reply.headers_mut().insert(CONNECTION, HeaderValue::from_static("close"));
    reply
}

fn document(bytes: Bytes, media_type: &'static str) -> Reply {
    let mut reply = with_type(bytes, media_type);
    insert(&mut reply, &DOCUMENT_FIELDS);
    reply
}

fn with_type(bytes: Bytes, media_type: &'static str) -> Reply {
    let mut reply = Response::new(Full::new(bytes));
    let headers = reply.headers_mut();
    headers.insert(CONTENT_TYPE, HeaderValue::from_static(media_type));
    headers.insert(CACHE_CONTROL, HeaderValue::from_static("no-store"));
    insert(&mut reply, &FIELDS);
    reply
}

fn insert(reply: &mut Reply, fields: &[(HeaderName, &'static str)]) {
    for (name, value) in fields {
        reply.headers_mut().insert(name.clone(), HeaderValue::from_static(value));
    }
}
