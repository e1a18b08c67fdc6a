//! The daemon with few open files: it lets in as many as it has files for, and says so to the others.

#![allow(clippy::unwrap_used, reason = "a test ends where it fails")]

use std::net::SocketAddr;

use e2e::binary::{Daemon, program};
use e2e::classic::Classic;
use e2e::native::Native;
use e2e::within;
use tokio::io::{AsyncReadExt, AsyncWriteExt};
use tokio::net::TcpStream;
use tokio::process::Command;

/// Open files that the system grants.
const FILES_MAX: usize = 40;

/// Connections that are left of them.
const CONNECTIONS: usize = 8;

fn limited(files: usize) -> Command {
    let mut shell = Command::new("sh");
    let limit = format!(r#"ulimit -n {files} && exec "$0" "$@""#);
    shell.args(["-c", &limit]).arg(program("chat-server"));
    shell
}

/// Comes in as bob, if there is a place.
async fn try_to_join(address: SocketAddr) -> Option<TcpStream> {
    let mut stream = TcpStream::connect(address).await.unwrap();
    // The daemon may have closed the connection already.
    let _ = stream.write_all(b"{\"type\":\"hello\",\"version\":1,\"name\":\"bob\"}\n").await;
    let mut first = [0; 1];
    stream.read_exact(&mut first).await.ok().filter(|_| first == *b"{").map(|_| stream)
}

#[tokio::test(flavor = "multi_thread")]
async fn without_open_files_those_who_are_in_go_on_and_others_hear_why_not() {
    let mut daemon = Daemon::spawn(&mut limited(FILES_MAX)).await;
    let granted = format!("the system grants {FILES_MAX} open files: {CONNECTIONS} connections");
    daemon.until_logged(&granted).await;
    let mut ana = Native::join(daemon.address, "ana").await;
    let mut eva = Classic::join(daemon.address, "eva").await;

    let mut silent = Vec::new();
    for _ in 2..CONNECTIONS {
        let mut stream = TcpStream::connect(daemon.address).await.unwrap();
        let mut number = [0; 3];
        within("a number", stream.read_exact(&mut number)).await.unwrap();
        silent.push(stream);
    }
    for _ in 0..FILES_MAX {
        let mut stream = TcpStream::connect(daemon.address).await.unwrap();
        let mut reason = String::new();
        within("a reason", stream.read_to_string(&mut reason)).await.unwrap();
        assert!(reason.contains("too many connections"), "{reason}");
    }
    // Journal and readers have files of their own.
    ana.tell_all(1, "can you hear me").await;
    eva.until_messages(1).await;
    eva.say("yes").await;
    assert_eq!(ana.hear().await.1, "yes");

    silent.truncate(3);
    let mut bob = within("a place", async {
        loop {
            if let Some(bob) = try_to_join(daemon.address).await {
                break bob;
            }
        }
    })
    .await;
    bob.write_all(b"{\"type\":\"say\",\"room\":\"#lobby\",\"text\":\"there was a place\"}\n")
        .await
        .unwrap();
    assert_eq!(ana.hear().await.1, "there was a place");
    daemon.signal("TERM");
    drop((ana, eva, bob, silent));
    assert_eq!(daemon.exit_code().await, Some(0));
    let log = daemon.whole_log().await;
    assert!(!log.iter().any(|line| line.contains("cannot accept")), "{log:#?}");
}

#[tokio::test(flavor = "multi_thread")]
async fn with_too_few_files_it_does_not_start_and_says_what_to_do() {
    let output = limited(20).args(["--listen", "127.0.0.1:0", "--data", ":memory:"]).output();
    let output = within("the end", output).await.unwrap();
    let said = String::from_utf8(output.stderr).unwrap();
    assert_eq!(output.status.code(), Some(1), "{said}");
    assert!(
        said.contains("lets this program open 20 files") && said.contains("ulimit -n"),
        "{said}"
    );
}
