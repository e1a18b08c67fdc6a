//! Which `Host` and `Origin` a request may have.
//!
//! A page of somebody else can have its own name point to this machine (DNS rebinding), and would then count as the
//! same origin as ours. So the name in a request has to be one of this server; an address is not such a name.

use hyper::header::{HOST, HeaderMap, HeaderValue, ORIGIN};
use hyper::http::uri::Authority;
use hyper::{Request, StatusCode};

use crate::web_config::HostNames;

/// Returns the host and port that a request is for.
///
/// # Errors
/// Returns the status to answer with if there is not exactly one, or it does not lead to this server.
pub(super) fn host<B>(request: &Request<B>, names: &HostNames) -> Result<Authority, StatusCode> {
    let field = only(request.headers(), &HOST).ok_or(StatusCode::BAD_REQUEST)?;
    let field = Authority::try_from(field.as_bytes()).map_err(|_| StatusCode::BAD_REQUEST)?;
    let is_same = request.uri().authority().is_none_or(|in_target| *in_target == field);
    if !is_same || field.as_str().contains('@') {
        return Err(StatusCode::BAD_REQUEST);
    }
    if names.has(field.host()) { Ok(field) } else { Err(StatusCode::MISDIRECTED_REQUEST) }
}

/// Whether a page of `host` itself asks, or a client that is not a browser. A program in front of this server may add
/// TLS.
pub(super) fn is_same_origin(headers: &HeaderMap, host: &Authority, is_encrypted: bool) -> bool {
    if !headers.contains_key(ORIGIN) {
        return true;
    }
    let Some(origin) = only(headers, &ORIGIN).and_then(|origin| origin.to_str().ok()) else {
        return false;
    };
    let from_plain = origin.strip_prefix("http://").filter(|_| !is_encrypted);
    let from = from_plain.or_else(|| origin.strip_prefix("https://"));
    from.is_some_and(|from| from.eq_ignore_ascii_case(host.as_str()))
}

/// The value of a header field that is there once.
fn only<'h>(headers: &'h HeaderMap, name: &hyper::header::HeaderName) -> Option<&'h HeaderValue> {
    let mut values = headers.get_all(name).iter();
    values.next().filter(|_| values.next().is_none())
}

#[cfg(test)]
mod tests {
    use super::*;

    fn request(target: &str, hosts: &[&str]) -> Request<()> {
        let mut request = Request::builder().uri(target);
        for host in hosts {
            request = request.header(HOST, *host);
        }
        request.body(()).unwrap()
    }

    #[test]
    fn a_host_is_an_address_or_a_name_of_this_server() {
        let names = HostNames::new(["Chat.Example.org.".to_owned()]);
        for own in [
            "127.0.0.1:12345",
            "[::1]:12345",
            "192.0.2.7",
            "localhost:1",
            "LOCALHOST",
            "page.localhost",
            "chat.example.org",
            "CHAT.example.org.:443",
        ] {
            assert_eq!(host(&request("/", &[own]), &names).unwrap().as_str(), own);
        }
        for foreign in ["evil.example", "127.0.0.1.evil.example", "notlocalhost", "example.org"] {
            let refused = host(&request("/", &[foreign]), &names);
            assert_eq!(refused, Err(StatusCode::MISDIRECTED_REQUEST), "{foreign}");
        }
    }

    #[test]
    fn a_request_has_one_host() {
        let names = HostNames::default();
        let bad = [
            request("/", &[]),
            request("/", &["127.0.0.1", "127.0.0.1"]),
            request("/", &["a b"]),
            request("/", &["user@127.0.0.1"]),
            request("http://evil.example/", &["127.0.0.1"]),
        ];
        for request in bad {
            assert_eq!(host(&request, &names), Err(StatusCode::BAD_REQUEST), "{request:?}");
        }
        assert!(host(&request("http://127.0.0.1/", &["127.0.0.1"]), &names).is_ok());
    }

    #[test]
    fn an_origin_is_the_same_scheme_host_and_port() {
        let host = Authority::from_static("127.0.0.1:12345");
        let is_same = |origins: &[&str], is_encrypted| {
            let mut headers = HeaderMap::new();
            for origin in origins {
                headers.append(ORIGIN, origin.parse().unwrap());
            }
            is_same_origin(&headers, &host, is_encrypted)
        };
        assert!(is_same(&[], false) && is_same(&[], true));
        for (origin, in_plain, in_tls) in [
            ("http://127.0.0.1:12345", true, false),
            ("https://127.0.0.1:12345", true, true),
            ("http://127.0.0.1", false, false),
            ("http://127.0.0.1:8000", false, false),
            ("http://evil.example", false, false),
            ("null", false, false),
            ("", false, false),
        ] {
            assert_eq!(is_same(&[origin], false), in_plain, "{origin}");
            assert_eq!(is_same(&[origin], true), in_tls, "{origin}");
        }
        let twice = ["http://127.0.0.1:12345", "http://evil.example"];
        assert!(!is_same(&twice, false));
    }
}
