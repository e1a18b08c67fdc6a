//! TLS on the port: what is in it, and what is not TLS after all.

use std::net::{IpAddr, Ipv4Addr, SocketAddr};
use std::sync::Arc;

use chat_client::link::tls::Tls;
use chat_client::link::vouched::ask;
use chat_client::link::{Dial, DialError, Identity, Link, LinkEvent, Secure};
use chat_proto::{DeviceId, Secret, ServerKey};
use chat_server::config::{Plain, TlsFiles};
use chat_server::{Config, Server};
use rcgen::{BasicConstraints, CertificateParams, IsCa, Issuer, KeyPair};
use rustls::crypto::aws_lc_rs;
use rustls::pki_types::PrivatePkcs8KeyDer;
use rustls::{RootCertStore, ServerConfig};
use tokio::io::{AsyncReadExt, AsyncWriteExt, DuplexStream, copy_bidirectional, duplex};
use tokio::time::{Duration, Instant, timeout};
use tokio_rustls::TlsAcceptor;

use crate::peer::{Peer, daemon, daemon_with};

/// Bytes that a pipe holds: few, since TLS has a buffer of its own.
const PIPE_BYTES: usize = 1024;

/// The shortest pipe through which a handshake goes: each side sends a few bytes before it reads on.
const NARROW_BYTES: usize = 64;

/// An address of another network.
const FAR: SocketAddr = SocketAddr::new(IpAddr::V4(Ipv4Addr::new(192, 0, 2, 1)), 1);

/// The begin of a `ClientHello` of 512 bytes.
const HALF_HELLO: &[u8] = &[0x16, 3, 1, 2, 0, 1, 0, 1, 0xfc];

/// The stream within TLS on `connection`. The protocol is not in ALPN, so that the daemon detects it.
pub(crate) fn through(mut connection: DuplexStream, key: ServerKey) -> DuplexStream {
    let (client, mut inner) = duplex(PIPE_BYTES);
    tokio::spawn(async move {
        let tls = Tls::new("localhost", Some(key)).unwrap().without_alpn();
        match tls.connect(&mut connection).await {
            Ok(mut tls) => drop(copy_bidirectional(&mut inner, &mut tls).await),
            Err(error) => panic!("no handshake: {error}"),
        }
    });
    client
}

/// A connection from `peer`.
fn connect(daemon: &Server, peer: SocketAddr, bytes: usize) -> DuplexStream {
    let (client, stream) = duplex(bytes);
    tokio::spawn(daemon.serve(stream, peer));
    client
}

const HELLO: &[u8] = b"{\"type\":\"hello\",\"version\":1,\"name\":\"ana\"}\n";

#[tokio::test(start_paused = true)]
async fn a_message_before_a_pause_arrives_however_little_the_connection_takes() {
    let daemon = daemon();
    let tls = Tls::new("localhost", Some(daemon.key())).unwrap();
    let mut ana = tls.connect(connect(&daemon, FAR, NARROW_BYTES)).await.unwrap();
    ana.write_all(HELLO).await.unwrap();
    ana.flush().await.unwrap();
    let mut received = Vec::new();
    while received.iter().filter(|byte| **byte == b'\n').count() < 2 {
        let read = timeout(Duration::from_secs(60), ana.read_buf(&mut received)).await;
        assert!(read.expect("the rest stays in a buffer").unwrap() > 0);
    }
    assert!(received.starts_with(b"{\"type\":\"welcome\""));
}

#[tokio::test(start_paused = true)]
async fn a_client_that_names_the_native_protocol_is_sent_no_number() {
    let daemon = daemon();
    for (says_so, first) in [(true, ""), (false, "ID:1")] {
        let mut tls = Tls::new("localhost", Some(daemon.key())).unwrap();
        if !says_so {
            tls = tls.without_alpn();
        }
        let mut silent = tls.connect(connect(&daemon, FAR, PIPE_BYTES)).await.unwrap();
        let mut received = [0; 64];
        let read = timeout(Duration::from_secs(30), silent.read(&mut received)).await;
        let read = read.map_or(0, Result::unwrap);
        assert_eq!(std::str::from_utf8(&received[..read]).unwrap(), first);
    }
}

#[tokio::test(start_paused = true)]
async fn tls_within_tls_is_for_no_door() {
    let daemon = daemon();
    let mut stranger = Peer::on(through(connect(&daemon, FAR, PIPE_BYTES), daemon.key()));
    stranger.write(HALF_HELLO).await;
    assert_eq!(stranger.recv().await, "");
}

#[tokio::test(start_paused = true)]
async fn half_a_client_hello_is_held_for_ten_seconds() {
    let daemon = daemon();
    let start = Instant::now();
    let mut half = Peer::on(connect(&daemon, FAR, PIPE_BYTES));
    half.write(HALF_HELLO).await;
    assert_eq!(half.recv().await, "", "and closed");
    assert_eq!(start.elapsed().as_secs(), 10);
}

#[tokio::test(start_paused = true)]
async fn junk_that_begins_as_tls_is_answered_with_an_alert() {
    let daemon = daemon();
    for junk in [b"\x16\x03\x01\x00\x06\x01junk!", b"\x16\x03\xff\xff\xff\x01\0\0\0\0\0"] {
        let mut stranger = connect(&daemon, FAR, PIPE_BYTES);
        stranger.write_all(junk).await.unwrap();
        let mut told = Vec::new();
        timeout(Duration::from_secs(30), stranger.read_to_end(&mut told)).await.unwrap().unwrap();
        assert!(told.is_empty() || told.starts_with(&[0x15, 3]), "{told:?}");
    }
}

/// The whole `ClientHello` of a client.
async fn client_hello(key: ServerKey) -> Vec<u8> {
    let (client, mut wire) = duplex(16 * PIPE_BYTES);
    let connecting = tokio::spawn(async move {
        let _ = Tls::new("localhost", Some(key)).unwrap().connect(client).await;
    });
    let mut hello = vec![0; 5];
    wire.read_exact(&mut hello).await.unwrap();
    let begun = hello.len();
    hello.resize(begun + usize::from(u16::from_be_bytes([hello[3], hello[4]])), 0);
    wire.read_exact(&mut hello[begun..]).await.unwrap();
    connecting.abort();
    hello
}

#[tokio::test(start_paused = true)]
async fn handshakes_that_are_held_open_delay_nobody() {
    let daemon = daemon();
    let whole = client_hello(daemon.key()).await;
    let mut held = Vec::new();
    for nth in 0_u8..=255 {
        let elsewhere = SocketAddr::new([198, 51, 100, nth].into(), 1);
        for (from, hello) in [(FAR, HALF_HELLO), (FAR, &whole), (elsewhere, HALF_HELLO)] {
            let mut stuck = connect(&daemon, from, 8 * PIPE_BYTES);
            stuck.write_all(hello).await.unwrap();
            held.push(stuck);
        }
    }
    let start = Instant::now();
    let mut ana = Peer::on(through(connect(&daemon, FAR, PIPE_BYTES), daemon.key()));
    ana.write(HELLO).await;
    ana.expect("welcome").await;
    assert!(start.elapsed() < Duration::from_secs(1), "{:?}", start.elapsed());
}

#[tokio::test(start_paused = true)]
async fn plain_text_from_elsewhere_is_refused_in_the_protocol_of_the_client() {
    for (plain, is_in) in [(Plain::Loopback, false), (Plain::Private, false), (Plain::Any, true)] {
        let daemon = daemon_with(Config { plain, ..Config::default() });
        let mut native = Peer::on(connect(&daemon, FAR, PIPE_BYTES));
        native.write(HELLO).await;
        if is_in {
            native.expect("welcome").await;
            continue;
        }
        assert_eq!(native.expect("refused").await["code"], "tls_needed");
        assert_eq!(native.next().await, None);

        let mut classic = Peer::on(connect(&daemon, FAR, PIPE_BYTES));
        assert_eq!(classic.recv().await, "ID:1");
        classic.write(b"NAME:bob").await;
        let told = classic.recv().await;
        assert!(told.starts_with("0||chat-server||plain text is not accepted"), "{told}");
        assert_eq!(classic.recv().await, "");
    }
}

/// Only the number of a classic client, which the daemon sends after a silence, is not TLS.
#[tokio::test(start_paused = true)]
async fn a_late_client_hello_is_in_time_where_plain_text_is_not_accepted() {
    let daemon = daemon();
    let connection = connect(&daemon, FAR, PIPE_BYTES);
    tokio::time::sleep(Duration::from_secs(2)).await;
    let mut ana = Peer::on(through(connection, daemon.key()));
    ana.write(HELLO).await;
    ana.expect("welcome").await;
}

/// A server that has a key of its own, within `stream`. Returns what it has received after the handshake.
async fn impostor(stream: DuplexStream) -> Vec<u8> {
    let made = rcgen::generate_simple_self_signed(["chat-server".to_owned()]).unwrap();
    let key = PrivatePkcs8KeyDer::from(made.signing_key.serialize_der());
    let config = ServerConfig::builder_with_provider(Arc::new(aws_lc_rs::default_provider()))
        .with_safe_default_protocol_versions()
        .unwrap()
        .with_no_client_auth()
        .with_single_cert(vec![made.cert.der().clone()], key.into())
        .unwrap();
    let mut received = Vec::new();
    if let Ok(mut tls) = TlsAcceptor::from(Arc::new(config)).accept(stream).await {
        let _ = tls.read_to_end(&mut received).await;
    }
    received
}

#[tokio::test(start_paused = true)]
async fn a_client_sends_nothing_to_a_server_with_another_key() {
    for expected in [Some(daemon().key()), None] {
        let (client, server) = duplex(PIPE_BYTES);
        let impostor = tokio::spawn(impostor(server));
        let tls = Tls::new("localhost", expected).unwrap();
        let dial = Secure::tls(Once(Some(client)), tls);
        let device = DeviceId::new("test").unwrap();
        let (name, token) = ("ana".parse().unwrap(), Some(Secret::new("0".repeat(64))));
        let mut link = Link::start(
            dial,
            Identity {
                name,
                token,
                known: Vec::new(),
                seed: None,
                device,
                invite: None,
                login: None,
                machine: None,
            },
        );
        assert_eq!(link.next().await, Some(LinkEvent::Connecting));
        let Some(LinkEvent::WrongKey(wrong)) = link.next().await else { panic!("no wrong key") };
        assert_eq!(wrong.expected, expected);
        assert_eq!(impostor.await.unwrap(), b"");
        let more = timeout(Duration::from_secs(600), link.next()).await;
        assert!(more.is_err(), "it does not connect again: {more:?}");
    }
}

/// One connection.
struct Once(Option<DuplexStream>);

impl Dial for Once {
    type Stream = DuplexStream;

    async fn dial(&mut self) -> Result<DuplexStream, DialError> {
        Ok(self.0.take().expect("one dial"))
    }
}

/// A daemon whose certificate for `chat.example.org` an authority has signed, and that authority.
fn vouched(directory: &std::path::Path) -> (Server, RootCertStore) {
    let (root_key, key) = (KeyPair::generate().unwrap(), KeyPair::generate().unwrap());
    let mut root = CertificateParams::new([]).unwrap();
    root.is_ca = IsCa::Ca(BasicConstraints::Unconstrained);
    let mut roots = RootCertStore::empty();
    roots.add(root.self_signed(&root_key).unwrap().der().clone()).unwrap();
    let parameters = CertificateParams::new(["chat.example.org".to_owned()]).unwrap();
    let certificate = parameters.signed_by(&key, &Issuer::new(root, root_key)).unwrap();
    let files = TlsFiles { certificate: directory.join("cert"), key: directory.join("key") };
    std::fs::write(&files.certificate, certificate.pem()).unwrap();
    std::fs::write(&files.key, key.serialize_pem()).unwrap();
    (daemon_with(Config { tls_files: Some(files), ..Config::default() }), roots)
}

/// Connects to a daemon on a pipe, from another network.
struct FarPipe(Server);

impl Dial for FarPipe {
    type Stream = DuplexStream;

    async fn dial(&mut self) -> Result<DuplexStream, DialError> {
        Ok(connect(&self.0, FAR, PIPE_BYTES))
    }
}

#[tokio::test(start_paused = true)]
async fn a_server_for_whose_name_an_authority_vouches_says_its_key() {
    let directory = tempfile::tempdir().unwrap();
    let (server, roots) = vouched(directory.path());
    let ask = |server: &Server, host, roots| ask(FarPipe(server.clone()), host, roots);
    assert_eq!(ask(&server, "chat.example.org", roots.clone()).await, Some(server.key()));
    assert_eq!(ask(&server, "chat.example.com", roots.clone()).await, None, "another name");
    assert_eq!(ask(&server, "192.0.2.1", roots.clone()).await, None, "an address");
    let (_, others) = vouched(directory.path());
    assert_eq!(ask(&server, "chat.example.org", others).await, None, "another authority");
    assert_eq!(ask(&server, "chat.example.org", RootCertStore::empty()).await, None, "none");
    assert_eq!(ask(&daemon(), "chat.example.org", roots).await, None, "its own certificate");
}
