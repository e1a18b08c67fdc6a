//! The daemon with a low limit of open files: it accepts the connections that fit, and sends the others the
//! reason.

#![allow(clippy::unwrap_used, reason = "a test ends where it fails")]

use std::net::SocketAddr;

use e2e::binary::{Daemon, program};
use e2e::classic::Classic;
use e2e::native::Native;
use e2e::within;
use tokio::io::{AsyncReadExt, AsyncWriteExt};
use tokio::net::TcpStream;
use tokio::process::Command;

/// Limit of open files.
const FILES_MAX: usize = 62;

/// Connections that the daemon accepts with this limit.
const CONNECTIONS: usize = 8;

const HELLO: &[u8] = b"{\"type\":\"hello\",\"version\":1,\"name\":\"bob\"}\n";
const WELCOME: &[u8; 17] = b"{\"type\":\"welcome\"";

fn limited(files: usize) -> Command {
    let mut shell = Command::new("sh");
    let limit = format!(r#"ulimit -n {files} && exec "$0" "$@""#);
    shell.args(["-c", &limit]).arg(program("chat-server"));
    shell
}

/// Joins as bob. Returns `None` if the connection is rejected.
async fn try_to_join(address: SocketAddr) -> Option<TcpStream> {
    let mut stream = TcpStream::connect(address).await.unwrap();
    // The daemon may have closed the connection already.
    let _ = stream.write_all(HELLO).await;
    let mut first = [0; WELCOME.len()];
    stream.read_exact(&mut first).await.ok().filter(|_| first == *WELCOME).map(|_| stream)
}

#[tokio::test(flavor = "multi_thread")]
async fn without_open_files_sessions_continue_and_new_connections_get_the_reason() {
    let mut daemon = Daemon::spawn(&mut limited(FILES_MAX)).await;
    let granted = format!("the system grants {FILES_MAX} open files: {CONNECTIONS} connections");
    daemon.until_logged(&granted).await;
    let mut ana = Native::join(daemon.address, "ana").await;
    let mut eva = Classic::join(daemon.address, "eva").await;

    let mut silent = Vec::new();
    for _ in 2..CONNECTIONS {
        silent.push(Classic::join(daemon.address, &format!("c{}", silent.len())).await);
    }
    for _ in 0..FILES_MAX {
        let mut stream = TcpStream::connect(daemon.address).await.unwrap();
        let _ = stream.write_all(HELLO).await;
        let mut reason = String::new();
        let _ = within("a reason", stream.read_to_string(&mut reason)).await;
        assert!(reason.contains("as many connections") || reason.contains("too many"), "{reason}");
    }
    // The files of the journal and its readers are reserved.
    ana.say_accepted(1, "can you hear me").await;
    eva.until_messages(1).await;
    eva.say("yes").await;
    assert_eq!(ana.next_message().await.1, "yes");

    silent.truncate(3);
    let mut bob = within("a place", async {
        loop {
            if let Some(bob) = try_to_join(daemon.address).await {
                break bob;
            }
        }
    })
    .await;
    bob.write_all(b"{\"type\":\"say\",\"room\":\"#lobby\",\"text\":\"there is a place\"}\n")
        .await
        .unwrap();
    assert_eq!(ana.next_message().await.1, "there is a place");
    daemon.signal("TERM");
    drop((ana, eva, bob, silent));
    assert_eq!(daemon.exit_code().await, Some(0));
    let log = daemon.whole_log().await;
    assert!(!log.iter().any(|line| line.contains("cannot accept")), "{log:#?}");
}

#[tokio::test(flavor = "multi_thread")]
async fn with_too_few_open_files_the_start_fails_with_a_hint() {
    let output = limited(20).args(["--listen", "127.0.0.1:0", "--data", ":memory:"]).output();
    let output = within("the end", output).await.unwrap();
    let printed = String::from_utf8(output.stderr).unwrap();
    assert_eq!(output.status.code(), Some(1), "{printed}");
    assert!(
        printed.contains("lets this program open 20 files") && printed.contains("ulimit -n"),
        "{printed}"
    );
}
