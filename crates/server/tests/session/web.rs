//! HTTP and WebSocket on the port.

use std::net::{IpAddr, Ipv4Addr, SocketAddr};

use chat_server::config::{HostNames, Plain, WebConfig};
use chat_server::{Config, Server};
use futures_util::{SinkExt, StreamExt};
use serde_json::Value;
use tokio::io::{AsyncReadExt, AsyncWriteExt, DuplexStream, duplex};
use tokio::time::{Duration, Instant, sleep, timeout};
use tokio_tungstenite::tungstenite::client::IntoClientRequest;
use tokio_tungstenite::tungstenite::{Error, Message};
use tokio_tungstenite::{WebSocketStream, client_async};

use crate::peer::{HERE, Peer, daemon, daemon_with};
use crate::tls;

/// Longer than any bound of the daemon.
const DEADLINE: Duration = Duration::from_secs(600);

pub(crate) const PIPE_BYTES: usize = 64 * 1024;

/// An address of another network.
pub(crate) const FAR: SocketAddr = SocketAddr::new(IpAddr::V4(Ipv4Addr::new(192, 0, 2, 1)), 1);

pub(crate) const GET: &str = "GET / HTTP/1.1\r\nHost: 127.0.0.1\r\n\r\n";

pub(crate) fn connect(daemon: &Server, peer: SocketAddr) -> DuplexStream {
    let (client, stream) = duplex(PIPE_BYTES);
    tokio::spawn(daemon.serve(stream, peer));
    if crate::USES_TLS { tls::through(client, daemon.key()) } else { client }
}

/// All that is received until the daemon closes the connection.
pub(crate) async fn rest(stream: &mut DuplexStream) -> String {
    let mut received = Vec::new();
    let read = timeout(DEADLINE, stream.read_to_end(&mut received)).await;
    read.expect("the connection stays open").unwrap();
    String::from_utf8_lossy(&received).into_owned()
}

/// The answer on a connection that sends `request` and then waits.
pub(crate) async fn answers(daemon: &Server, peer: SocketAddr, request: &str) -> String {
    let mut stream = connect(daemon, peer);
    stream.write_all(request.as_bytes()).await.unwrap();
    rest(&mut stream).await
}

/// The answer on a connection that sends `request` and closes its side.
pub(crate) async fn answers_to_last(daemon: &Server, request: &str) -> String {
    let mut stream = connect(daemon, HERE);
    stream.write_all(request.as_bytes()).await.unwrap();
    stream.shutdown().await.unwrap();
    rest(&mut stream).await
}

/// The statuses of the answers in `received`.
pub(crate) fn statuses(received: &str) -> Vec<u16> {
    let codes = received.split("HTTP/1.1 ").skip(1);
    codes.map(|answer| answer[..3].parse().unwrap()).collect()
}

/// The statuses of the answers to `request`.
pub(crate) async fn status(daemon: &Server, request: &str) -> Vec<u16> {
    statuses(&answers(daemon, HERE, request).await)
}

/// A request for `target` with the usual host, these fields and no body.
pub(crate) fn get(target: &str, fields: &str) -> String {
    format!("GET {target} HTTP/1.1\r\nHost: 127.0.0.1\r\n{fields}\r\n")
}

#[tokio::test(start_paused = true)]
async fn a_browser_gets_the_page_and_its_parts() {
    let daemon = daemon();
    let page = answers(&daemon, HERE, GET).await;
    assert_eq!(statuses(&page), [200]);
    for field in [
        "content-type: text/html; charset=utf-8\r\n",
        "content-security-policy: default-src 'none'; script-src 'self';",
        "require-trusted-types-for 'script'; trusted-types worker\r\n",
        "x-content-type-options: nosniff\r\n",
        "referrer-policy: no-referrer\r\n",
        "cross-origin-opener-policy: same-origin\r\n",
        "cross-origin-resource-policy: same-origin\r\n",
        "permissions-policy: camera=()",
        "cache-control: no-store\r\n",
    ] {
        assert!(page.contains(field), "{field} is not in {page}");
    }
    assert!(
        !page.contains("strict-transport-security"),
        "the certificate is the server's own: {page}"
    );
    assert!(!page.contains("\r\nserver:") && !page.contains("access-control-"), "{page}");
    assert!(page.contains("<!doctype html>") && !page.contains("{HASH}"), "{page}");
    assert_eq!(status(&daemon, &get("/health", "")).await, [200]);
    assert_eq!(status(&daemon, &get("/?later=1", "")).await, [200]);
    let head = GET.replace("GET", "HEAD");
    let head = answers(&daemon, HERE, &head).await;
    assert!(statuses(&head) == [200] && head.ends_with("\r\n\r\n"), "no body: {head}");
}

#[tokio::test(start_paused = true)]
async fn a_part_is_compressed_for_a_client_that_takes_it() {
    let daemon = daemon();
    let page = answers(&daemon, HERE, GET).await;
    let start = page.find("/a/").expect("the page names its parts");
    let script = page[start..].split('"').find(|part| part.ends_with("/app.js")).unwrap();
    let plain = answers(&daemon, HERE, &get(script, "Accept-Encoding: br, gzip;q=0\r\n")).await;
    assert!(plain.contains("immutable\r\n") && !plain.contains("content-encoding"), "{plain}");
    let compressed = answers(&daemon, HERE, &get(script, "Accept-Encoding: br, gzip\r\n")).await;
    for field in [
        "content-encoding: gzip\r\n",
        "vary: accept-encoding\r\n",
        "text/javascript",
        "x-content-type-options: nosniff\r\n",
        "cross-origin-resource-policy: same-origin\r\n",
    ] {
        assert!(compressed.contains(field), "{field} is not in {compressed}");
    }
    assert!(!compressed.contains("policy: default-src"), "a part is not a document: {compressed}");
    let page = answers(&daemon, HERE, &get("/", "Accept-Encoding: gzip\r\n")).await;
    assert!(page.contains("content-encoding: gzip\r\n"), "{page}");
    assert!(page.contains("policy: default-src"), "the page is a document: {page}");
    let picture = answers(&daemon, HERE, &get("/icon-192.png", "Accept-Encoding: gzip\r\n")).await;
    assert!(statuses(&picture) == [200] && !picture.contains("content-encoding"), "{picture}");
}

#[tokio::test(start_paused = true)]
async fn an_unknown_address_or_method_is_refused() {
    let daemon = daemon();
    for target in ["/x", "/a/0/app.js", "/a/../index.html", "//", "/ws/x", "/index.html"] {
        assert_eq!(status(&daemon, &get(target, "")).await, [404], "{target}");
    }
    for method in ["POST", "PUT", "DELETE", "OPTIONS", "PATCH", "TRACE"] {
        let request = format!("{method} / HTTP/1.1\r\nHost: localhost\r\n\r\n");
        let answer = answers(&daemon, HERE, &request).await;
        assert_eq!(statuses(&answer), [405], "{method}");
        assert!(answer.contains("allow: GET, HEAD\r\n"), "{answer}");
        let socket = format!("{method} /ws HTTP/1.1\r\nHost: localhost\r\n\r\n");
        assert_eq!(status(&daemon, &socket).await, [405], "{method} /ws");
    }
    for (fields, expected) in [
        ("Content-Length: 3\r\n\r\nabc", 413),
        ("Transfer-Encoding: chunked\r\n\r\n3\r\nabc\r\n0\r\n", 413),
        ("Host: localhost\r\n", 400),
    ] {
        assert_eq!(status(&daemon, &get("/", fields)).await, [expected], "{fields}");
    }
    for (host, expected) in [
        ("Host: evil.example\r\n", 421),
        ("", 400),
        ("Host: localhost:12345\r\n", 200),
        ("Host: [::1]\r\n", 200),
    ] {
        let request = format!("GET / HTTP/1.1\r\n{host}\r\n");
        assert_eq!(status(&daemon, &request).await, [expected], "{host}");
    }
    for target in ["http://evil.example/", "http://127.0.0.1:1/"] {
        assert_eq!(status(&daemon, &get(target, "")).await, [400], "{target}");
    }
    assert_eq!(status(&daemon, &get("http://127.0.0.1/", "")).await, [200]);
}

#[tokio::test(start_paused = true)]
async fn a_name_of_the_server_is_a_host() {
    let names = HostNames::new(["Chat.Example.org".to_owned()]);
    let web = WebConfig { names, ..WebConfig::default() };
    let daemon = daemon_with(Config { web, ..Config::default() });
    let request = "GET / HTTP/1.1\r\nHost: chat.example.org:443\r\n\r\n";
    assert_eq!(status(&daemon, request).await, [200]);
}

#[tokio::test(start_paused = true)]
async fn requests_in_one_packet_are_answered_in_order() {
    let daemon = daemon();
    let two = [get("/health", ""), get("/x", "")].concat();
    assert_eq!(status(&daemon, &two).await, [200, 404]);
    let answer = answers(&daemon, HERE, &get("/health", "").repeat(101)).await;
    assert_eq!(statuses(&answer).len(), 100, "then the connection is closed");
    assert_eq!(answer.matches("connection: close").count(), 1);
}

#[tokio::test(start_paused = true)]
async fn two_lengths_are_one_request_at_most() {
    let daemon = daemon();
    let hidden = "0\r\n\r\nGET /x HTTP/1.1\r\nHost: 127.0.0.1\r\n\r\n";
    for fields in [
        "Content-Length: 3\r\nTransfer-Encoding: chunked\r\n",
        "Transfer-Encoding: chunked\r\nContent-Length: 3\r\n",
        "Content-Length: 3\r\nContent-Length: 5\r\n",
    ] {
        let statuses = status(&daemon, &(get("/", fields) + hidden)).await;
        assert_eq!(statuses.len(), 1, "{fields} {statuses:?}");
        assert!([400, 413].contains(&statuses[0]), "{fields} {statuses:?}");
    }
}

#[tokio::test(start_paused = true)]
async fn a_head_has_bounds() {
    let daemon = daemon();
    let long = format!("X: {}\r\n", "x".repeat(17 * 1024));
    let many = "X: y\r\n".repeat(65);
    let endless = "X: y\r\n".repeat(10_000);
    for fields in [long, many, endless] {
        let mut stream = connect(&daemon, HERE);
        let request = get("/", &fields);
        // The rest is read for a moment only.
        let _ = timeout(DEADLINE, stream.write_all(request.as_bytes())).await;
        let mut received = vec![0; 1_000];
        let read = timeout(DEADLINE, stream.read(&mut received)).await.unwrap().unwrap();
        let received = String::from_utf8_lossy(&received[..read]);
        assert_eq!(statuses(&received), [431], "{} bytes", fields.len());
    }
    assert_eq!(status(&daemon, &get("/", &"X: y\r\n".repeat(60))).await, [200]);
}

#[tokio::test(start_paused = true)]
async fn a_slow_head_and_a_silent_connection_are_closed() {
    let daemon = daemon();
    let start = Instant::now();
    let mut slow = connect(&daemon, HERE);
    for byte in GET.bytes() {
        if slow.write_all(&[byte]).await.is_err() {
            break;
        }
        sleep(Duration::from_secs(1)).await;
    }
    assert!(start.elapsed() <= Duration::from_secs(20), "{:?}", start.elapsed());

    let start = Instant::now();
    assert_eq!(status(&daemon, GET).await, [200], "and nothing more is asked");
    assert_eq!(start.elapsed().as_secs(), 10);
}

#[tokio::test(start_paused = true)]
async fn other_protocols_in_http_are_no_commands() {
    let daemon = daemon();
    let hello = r#"{"type":"hello","version":1,"name":"eve"}"#;
    let posted = format!(
        "POST / HTTP/1.1\r\nHost: 127.0.0.1\r\nContent-Length: {}\r\n\r\n{hello}\n",
        hello.len() + 1
    );
    let answer = answers(&daemon, HERE, &posted).await;
    assert!(statuses(&answer) == [413] && !answer.contains("welcome"), "{answer}");
    let preface = answers(&daemon, HERE, "PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n").await;
    assert!(preface.is_empty() || preface.starts_with("HTTP/1.1 "), "{preface}");
    for broken in ["GET /\r\n\r\n", "GET / HTTP/9.9\r\n\r\n", "GET \0 HTTP/1.1\r\n\r\n"] {
        let answer = answers(&daemon, HERE, broken).await;
        assert!(answer.is_empty() || statuses(&answer) == [400], "{broken}: {answer}");
    }
}

#[tokio::test(start_paused = true)]
async fn plain_text_from_elsewhere_is_sent_to_tls() {
    let daemon = daemon();
    for target in ["/health", "/ws"] {
        let answer = answers(&daemon, FAR, &get(target, "")).await;
        match crate::USES_TLS {
            true => assert!([200, 426].contains(&statuses(&answer)[0]), "{answer}"),
            false => {
                assert_eq!(statuses(&answer), [307]);
                assert!(answer.contains(&format!("location: https://127.0.0.1{target}\r\n")));
            }
        }
    }
    let foreign = "GET / HTTP/1.1\r\nHost: evil.example\r\n\r\n";
    assert_eq!(statuses(&answers(&daemon, FAR, foreign).await), [421]);
}

/// A WebSocket, opened with these fields.
async fn open(
    daemon: &Server,
    peer: SocketAddr,
    fields: &[(&'static str, &str)],
) -> Result<WebSocketStream<DuplexStream>, Error> {
    let mut request = "ws://127.0.0.1/ws".into_client_request().unwrap();
    for (name, value) in fields {
        request.headers_mut().append(*name, value.parse().unwrap());
    }
    client_async(request, connect(daemon, peer)).await.map(|(socket, _)| socket)
}

/// The lines of the next message.
async fn lines(socket: &mut WebSocketStream<DuplexStream>) -> Vec<Value> {
    let message = timeout(DEADLINE, socket.next()).await.expect("nothing comes");
    let text = message.expect("closed").unwrap().into_text().unwrap();
    assert!(text.ends_with('\n'), "{text}");
    text.lines().map(|line| serde_json::from_str(line).unwrap()).collect()
}

/// The status with which a WebSocket is refused.
async fn refused(daemon: &Server, fields: &[(&'static str, &str)]) -> u16 {
    match open(daemon, HERE, fields).await {
        Err(Error::Http(answer)) => answer.status().as_u16(),
        other => panic!("{other:?}"),
    }
}

#[tokio::test(start_paused = true)]
async fn the_native_protocol_is_spoken_on_a_web_socket() {
    let daemon = daemon();
    let mut socket =
        open(&daemon, HERE, &[("sec-websocket-protocol", "chat.1, other")]).await.unwrap();
    let hello = r#"{"type":"hello","version":1,"name":"ana"}"#;
    let say = r##"{"type":"say","room":"#lobby","n":1,"text":"hi"}"##;
    socket.send(Message::text(format!("{hello}\n{say}"))).await.unwrap();
    let mut types = Vec::new();
    while !types.contains(&"accepted".to_owned()) {
        for line in lines(&mut socket).await {
            types.push(line["type"].as_str().unwrap().to_owned());
        }
    }
    assert_eq!(types, ["welcome", "room", "accepted"]);
    socket.send(Message::text(r#"{"type":"bye"}"#)).await.unwrap();
    assert_eq!(lines(&mut socket).await[0]["code"], "bye");
    let close = socket.next().await.unwrap().unwrap();
    assert!(close.is_close(), "{close:?}");
}

#[tokio::test(start_paused = true)]
async fn a_client_that_closes_its_web_socket_says_goodbye() {
    let daemon = daemon();
    let mut bob = Peer::native(&daemon, "bob").await;
    for (closes, reason) in [(true, "bye"), (false, "lost")] {
        let mut socket = open(&daemon, HERE, &[]).await.unwrap();
        let hello = format!(r#"{{"type":"hello","version":1,"name":"{reason}"}}"#);
        socket.send(Message::text(hello)).await.unwrap();
        bob.until("joined").await;
        if closes {
            socket.close(None).await.unwrap();
        }
        drop(socket);
        assert_eq!(bob.until("left").await["reason"], reason);
    }
}

#[tokio::test(start_paused = true)]
async fn a_web_socket_is_for_the_own_page_and_for_clients_that_are_no_browsers() {
    let daemon = daemon();
    for origin in ["http://evil.example", "null", "http://127.0.0.1:8000"] {
        assert_eq!(refused(&daemon, &[("origin", origin)]).await, 403, "{origin}");
    }
    let is_refused = refused(&daemon, &[("origin", "http://evil.example"), ("origin", "null")]);
    assert_eq!(is_refused.await, 403);
    assert!(open(&daemon, HERE, &[("origin", "https://127.0.0.1")]).await.is_ok());
    assert_eq!(refused(&daemon, &[("sec-websocket-protocol", "irc")]).await, 400);
    let upgrade = "Connection: Upgrade\r\nUpgrade: websocket\r\n";
    assert_eq!(status(&daemon, &get("/ws", "")).await, [426]);
    assert_eq!(status(&daemon, &get("/ws", upgrade)).await, [426]);
    let no_key = format!("{upgrade}Sec-WebSocket-Version: 13\r\n");
    assert_eq!(status(&daemon, &get("/ws", &no_key)).await, [400]);
}

#[tokio::test(start_paused = true)]
async fn a_web_socket_has_no_extension() {
    let daemon = daemon();
    let mut request = "ws://127.0.0.1/ws".into_client_request().unwrap();
    let fields = request.headers_mut();
    fields.insert("sec-websocket-extensions", "permessage-deflate".parse().unwrap());
    let (_socket, answer) = client_async(request, connect(&daemon, HERE)).await.unwrap();
    assert!(answer.headers().get("sec-websocket-extensions").is_none());
}

#[tokio::test(start_paused = true)]
async fn a_secret_in_plain_text_is_refused_on_a_web_socket_too() {
    let plain = Plain::Any;
    let daemon = daemon_with(Config { plain, ..Config::default() });
    let mut socket = open(&daemon, FAR, &[]).await.unwrap();
    let hello = r#"{"type":"hello","version":1,"name":"ana","password":"correct horse battery"}"#;
    socket.send(Message::text(hello)).await.unwrap();
    let expected = if crate::USES_TLS { "bad_secret" } else { "tls_needed" };
    assert_eq!(lines(&mut socket).await[0]["code"], expected);
}

#[tokio::test(start_paused = true)]
async fn a_web_socket_without_a_hello_is_closed() {
    let daemon = daemon();
    let mut socket = open(&daemon, HERE, &[]).await.unwrap();
    let start = Instant::now();
    assert_eq!(lines(&mut socket).await[0]["code"], "hello_timeout");
    assert_eq!(start.elapsed().as_secs(), 60);
}
