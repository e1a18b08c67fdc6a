//! The key of the daemon as a program: its files, its address line, and a certificate that is replaced.

#![allow(clippy::unwrap_used, reason = "a test ends where it fails")]

use std::fs;
use std::net::SocketAddr;
use std::path::Path;

use chat_client::link::DialError;
use chat_client::link::tls::Tls;
use chat_proto::{AddressLine, ServerKey};
use e2e::binary::{self, Daemon, program};
use e2e::within;
use tempfile::TempDir;
use tokio::io::{AsyncReadExt, AsyncWriteExt};
use tokio::net::TcpStream;
use tokio::process::Command;

const FILES: [&str; 2] = ["certificate.pem", "key.pem"];

/// The line that `chat-server address` prints for the data directory `data`.
async fn address_line(data: &Path) -> AddressLine {
    let mut command = Command::new(program("chat-server"));
    command.args(["address", "chat.example.org:4000", "--data"]).arg(data);
    let (code, out, errors) = binary::run(&mut command).await;
    assert_eq!(code, Some(0), "{errors}");
    let (line, key) = out.split_once('\n').unwrap();
    let line: AddressLine = line.parse().unwrap();
    assert_eq!(key.trim_end(), format!("key: SHA256:{}", line.key()));
    assert_eq!((line.host(), line.port()), ("chat.example.org", 4000));
    line
}

/// The key that the server at `address` shows to a client that expects another.
async fn shown_key(address: SocketAddr) -> ServerKey {
    let tls = Tls::new("localhost", None).unwrap();
    let connect = tls.connect(TcpStream::connect(address).await.unwrap());
    match within("the key", connect).await {
        Err(DialError::WrongKey(wrong)) => wrong.found,
        other => panic!("{other:?}"),
    }
}

async fn start(data: &Path) -> Daemon {
    Daemon::start(&["--data", data.to_str().unwrap()]).await
}

#[tokio::test(flavor = "multi_thread")]
async fn a_daemon_has_one_key_from_its_first_start_on() {
    let data = TempDir::new().unwrap();
    let mut daemon = start(data.path()).await;
    let key = address_line(data.path()).await.key();
    assert_eq!(shown_key(daemon.address).await, key);
    daemon.signal("TERM");
    daemon.exit_code().await;
    let daemon = start(data.path()).await;
    assert_eq!(shown_key(daemon.address).await, key);

    let tls = Tls::new("localhost", Some(key)).unwrap();
    let mut ana = tls.connect(TcpStream::connect(daemon.address).await.unwrap()).await.unwrap();
    ana.write_all(b"{\"type\":\"about\"}\n").await.unwrap();
    ana.flush().await.unwrap();
    let mut answer = [0; 16];
    within("the answer", ana.read_exact(&mut answer)).await.unwrap();
    assert_eq!(&answer, b"{\"type\":\"about\",");
}

#[tokio::test(flavor = "multi_thread")]
async fn a_key_that_cannot_be_read_ends_the_start_and_stays() {
    let data = TempDir::new().unwrap();
    let mut daemon = start(data.path()).await;
    daemon.signal("TERM");
    daemon.exit_code().await;
    let key = data.path().join("tls").join("key.pem");
    fs::write(&key, "-----BEGIN PRIVATE KEY-----\nc2VjcmV0\n").unwrap();
    let mut again = Command::new(program("chat-server"));
    again.args(["--listen", "127.0.0.1:0", "--data"]).arg(data.path());
    let (code, _, errors) = binary::run(&mut again).await;
    assert_eq!(code, Some(1));
    assert!(errors.contains("key.pem is not a private key in PEM format"), "{errors}");
    assert!(!errors.contains("c2VjcmV0"), "{errors}");
    assert!(fs::read_to_string(&key).unwrap().contains("c2VjcmV0"));
}

#[tokio::test(flavor = "multi_thread")]
async fn sighup_reads_a_certificate_again_and_a_broken_one_changes_nothing() {
    let all = TempDir::new().unwrap();
    let [here, one, other] = ["here", "one", "other"].map(|name| all.path().join(name));
    for data in [&one, &other] {
        let mut daemon = start(data).await;
        daemon.signal("TERM");
        daemon.exit_code().await;
    }
    fs::create_dir(&here).unwrap();
    let install = |from: &Path| {
        for file in FILES {
            fs::copy(from.join("tls").join(file), here.join(file)).unwrap();
        }
    };
    install(&one);
    let [certificate, key] = FILES.map(|file| here.join(file).to_str().unwrap().to_owned());
    let data = all.path().join("data");
    let directory = data.to_str().unwrap();
    let mut daemon =
        Daemon::start(&["--data", directory, "--tls-cert", &certificate, "--tls-key", &key]).await;
    assert_eq!(shown_key(daemon.address).await, address_line(&one).await.key());
    assert_eq!(address_line(&data).await, address_line(&one).await);

    install(&other);
    daemon.signal("HUP");
    daemon.until_logged("SIGHUP: new connections have the certificate").await;
    let other_key = address_line(&other).await.key();
    assert_eq!(shown_key(daemon.address).await, other_key);
    // Lines from now on have it.
    assert_eq!(address_line(&data).await.key(), other_key);
    let mut command = Command::new(program("chat-server"));
    let (_, out, _) = binary::run(command.args(["admin", "invite", "--data", directory])).await;
    assert!(out.contains(&format!("/#{other_key}.i")), "{out}");

    fs::copy(one.join("tls").join(FILES[1]), here.join(FILES[1])).unwrap();
    daemon.signal("HUP");
    daemon.until_logged("SIGHUP: the certificate stays as it was").await;
    assert_eq!(shown_key(daemon.address).await, other_key);
}

#[tokio::test(flavor = "multi_thread")]
async fn a_daemon_that_others_reach_prints_its_address_line() {
    let daemon = TempDir::new().unwrap();
    let data = daemon.path().to_str().unwrap();
    let mut started =
        Daemon::start(&["--listen", "0.0.0.0:0", "--data", data, "--plain", "private"]).await;
    let key = address_line(daemon.path()).await.key();
    started.until_logged("address line for other machines: chat://").await;
    started.until_logged(&format!("/#{key}")).await;
    started.until_logged("plain text is accepted from other machines").await;

    let mut command = Command::new(program("chat-server"));
    let (_, out, _) = binary::run(command.args(["address", "--data", data])).await;
    let port = started.address.port();
    assert!(out.contains(&format!(":{port}/#{key}\nkey: SHA256:{key}\n")), "{out}");
}
