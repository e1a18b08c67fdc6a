//! Requests to the authority: one connection for each, since there are ten in two months.

use std::future::{Future, pending};
use std::pin::Pin;
use std::sync::Arc;
use std::time::Duration;

use bytes::Bytes;
use http_body_util::{BodyExt, Full, Limited};
use hyper::client::conn::http1;
use hyper::header::{HOST, HeaderValue};
use hyper::http::uri::{Authority, Scheme};
use hyper::{Request, Response, Uri};
use hyper_util::rt::TokioIo;
use instant_acme::{BodyWrapper, BytesResponse, Error, HttpClient};
use rustls::pki_types::ServerName;
use rustls::version::{TLS12, TLS13};
use rustls::{ClientConfig, RootCertStore};
use tokio::net::TcpStream;
use tokio::time::timeout;
use tokio_rustls::TlsConnector;

use super::error::with_sources;
use crate::tls::provider;

/// Longest time of one request: authorities answer within a second.
const REQUEST_MAX: Duration = Duration::from_secs(30);

/// Bytes of an answer at most: a chain of certificates has less than 10 KiB.
const ANSWER_BYTES_MAX: usize = 256 * 1024;

/// The port of an authority whose URL has none.
const HTTPS_PORT: u16 = 443;

type AnyError = Box<dyn std::error::Error + Send + Sync>;

/// Sends requests by HTTPS, to servers for which an authority that this machine trusts vouches.
pub(super) struct Https(Arc<ClientConfig>);

impl Https {
    /// Reads which authorities this machine trusts.
    ///
    /// # Errors
    /// Returns an error if there are none.
    pub(super) fn new() -> Result<Self, AnyError> {
        let mut roots = RootCertStore::empty();
        let found = rustls_native_certs::load_native_certs();
        let (trusted, _) = roots.add_parsable_certificates(found.certs);
        if trusted == 0 {
            return Err(
                "this machine trusts no authority; install the package ca-certificates".into()
            );
        }
        Ok(Self::with_roots(roots)?)
    }

    fn with_roots(roots: RootCertStore) -> Result<Self, rustls::Error> {
        let config = ClientConfig::builder_with_provider(Arc::new(provider()))
            .with_protocol_versions(&[&TLS13, &TLS12])?
            .with_root_certificates(roots)
            .with_no_client_auth();
        Ok(Self(Arc::new(config)))
    }
}

impl HttpClient for Https {
    fn request(
        &self,
        request: Request<BodyWrapper<Bytes>>,
    ) -> Pin<Box<dyn Future<Output = Result<BytesResponse, Error>> + Send>> {
        let config = Arc::clone(&self.0);
        Box::pin(async move {
            let host = request.uri().authority().map(Authority::to_string).unwrap_or_default();
            let sent = timeout(REQUEST_MAX, send(config, request)).await;
            let sent = sent.unwrap_or_else(|late| Err(late.into()));
            sent.map_err(|error| {
                let error = with_sources(&*error);
                Error::Other(format!("cannot ask {host}: {error}").into())
            })
        })
    }
}

/// Sends one request, and receives the whole answer.
async fn send(
    config: Arc<ClientConfig>,
    mut request: Request<BodyWrapper<Bytes>>,
) -> Result<BytesResponse, AnyError> {
    let (host, port) = take_host(&mut request)?;
    let name = ServerName::try_from(host.clone())?;
    let stream = TcpStream::connect((host, port)).await?;
    let stream = TlsConnector::from(config).connect(name, stream).await?;
    let (mut sender, connection) = http1::handshake(TokioIo::new(stream)).await?;
    let exchange = async {
        let (parts, body) = sender.send_request(request).await?.into_parts();
        let body = Limited::new(body, ANSWER_BYTES_MAX).collect().await?.to_bytes();
        Ok(Response::from_parts(parts, Full::new(body)).into())
    };
    let drive = async {
        // An error of the connection is one of the exchange, too.
        let _ = connection.await;
        pending().await
    };
    tokio::select! {
        answer = exchange => answer,
        never = drive => never,
    }
}

/// The host and the port of a request, whose target becomes the path alone, as HTTP/1 asks for.
fn take_host(request: &mut Request<BodyWrapper<Bytes>>) -> Result<(String, u16), AnyError> {
    let uri = request.uri();
    if uri.scheme() != Some(&Scheme::HTTPS) {
        return Err("its URL does not begin with https://".into());
    }
    let authority = uri.authority().ok_or("its URL has no host")?;
    let host = authority.host().trim_matches(['[', ']']).to_owned();
    let port = authority.port_u16().unwrap_or(HTTPS_PORT);
    let header = HeaderValue::from_str(authority.as_str())?;
    let target = uri.path_and_query().map_or("/", |target| target.as_str()).parse::<Uri>()?;
    *request.uri_mut() = target;
    request.headers_mut().insert(HOST, header);
    Ok((host, port))
}

#[cfg(test)]
mod tests {
    use rcgen::{BasicConstraints, CertificateParams, IsCa, Issuer, KeyPair};
    use rustls::ServerConfig;
    use rustls::pki_types::PrivatePkcs8KeyDer;
    use tokio::io::{AsyncReadExt, AsyncWriteExt};
    use tokio::net::TcpListener;
    use tokio_rustls::TlsAcceptor;

    use super::*;

    /// A server with a certificate for `localhost`, and a client that trusts its authority.
    fn server_and_client() -> (TlsAcceptor, Https) {
        let authority_key = KeyPair::generate().unwrap();
        let mut parameters = CertificateParams::new([]).unwrap();
        parameters.is_ca = IsCa::Ca(BasicConstraints::Unconstrained);
        let root = parameters.self_signed(&authority_key).unwrap();
        let issuer = Issuer::new(parameters, authority_key);
        let key = KeyPair::generate().unwrap();
        let parameters = CertificateParams::new(["localhost".to_owned()]).unwrap();
        let certificate = parameters.signed_by(&key, &issuer).unwrap();
        let key = PrivatePkcs8KeyDer::from(key.serialize_der());
        let server = ServerConfig::builder_with_provider(Arc::new(provider()))
            .with_safe_default_protocol_versions()
            .unwrap()
            .with_no_client_auth()
            .with_single_cert(vec![certificate.der().clone()], key.into())
            .unwrap();
        let mut roots = RootCertStore::empty();
        roots.add(root.der().clone()).unwrap();
        (TlsAcceptor::from(Arc::new(server)), Https::with_roots(roots).unwrap())
    }

    /// The result of a request to a server that sends `answer`, and the bytes that the server receives.
    async fn ask(
        acceptor: TlsAcceptor,
        client: &Https,
        answer: &[u8],
    ) -> (Result<Bytes, String>, String) {
        let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
        let port = listener.local_addr().unwrap().port();
        let request = Request::get(format!("https://localhost:{port}/dir?a=b"));
        let request = request.body(BodyWrapper::default()).unwrap();
        let serve = async {
            let mut received = Vec::new();
            let Ok(mut stream) = acceptor.accept(listener.accept().await.unwrap().0).await else {
                return String::new();
            };
            while !received.ends_with(b"\r\n\r\n") {
                stream.read_buf(&mut received).await.unwrap();
            }
            let _ = stream.write_all(answer).await;
            let _ = stream.shutdown().await;
            String::from_utf8(received).unwrap()
        };
        let (answer, received) = tokio::join!(client.request(request), serve);
        let answer = match answer {
            Ok(mut answer) => Ok(answer.body.into_bytes().await.unwrap()),
            Err(error) => Err(error.to_string()),
        };
        (answer, received)
    }

    #[tokio::test]
    async fn a_request_is_sent_and_its_answer_received() {
        let (acceptor, client) = server_and_client();
        let answer = b"HTTP/1.1 200 OK\r\ncontent-length: 2\r\n\r\n{}";
        let (answer, received) = ask(acceptor, &client, answer).await;
        assert_eq!(answer.as_deref(), Ok(&b"{}"[..]));
        assert!(received.starts_with("GET /dir?a=b HTTP/1.1\r\n"), "{received}");
        assert!(received.contains("host: localhost:"), "{received}");
    }

    #[tokio::test]
    async fn an_answer_that_is_too_long_or_cut_off_is_an_error() {
        let long = format!("HTTP/1.1 200 OK\r\n\r\n{}", "x".repeat(ANSWER_BYTES_MAX + 1));
        for answer in
            [long.as_bytes(), b"HTTP/1.1 200 OK\r\ncontent-length: 9\r\n\r\n{}", b"junk", b""]
        {
            let (acceptor, client) = server_and_client();
            let (answer, _) = ask(acceptor, &client, answer).await;
            let error = answer.unwrap_err();
            assert!(error.starts_with("cannot ask localhost:"), "{error}");
        }
    }

    #[tokio::test]
    async fn a_server_that_nobody_vouches_for_is_sent_nothing() {
        let (acceptor, _) = server_and_client();
        let (_, client) = server_and_client();
        let (answer, received) = ask(acceptor, &client, b"").await;
        assert!(answer.unwrap_err().contains("invalid peer certificate"));
        assert_eq!(received, "");
    }

    #[tokio::test]
    async fn a_url_without_tls_is_refused() {
        let (_, client) = server_and_client();
        let request = Request::get("http://localhost:1/dir").body(BodyWrapper::default()).unwrap();
        let error = client.request(request).await.err().unwrap().to_string();
        assert_eq!(error, "cannot ask localhost:1: its URL does not begin with https://");
    }
}
