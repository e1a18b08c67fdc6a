//! The daemon out of open files: who is in goes on, and others come in once there are some again.

#![cfg(unix)]
#![allow(clippy::unwrap_used, reason = "a test ends where it fails")]

use e2e::binary::{Daemon, program};
use e2e::classic::Classic;
use e2e::native::Native;
use tokio::net::TcpStream;
use tokio::process::Command;

const FILES_MAX: usize = 40;

#[tokio::test(flavor = "multi_thread")]
async fn without_open_files_those_who_are_in_go_on() {
    let mut shell = Command::new("sh");
    let limited = format!(r#"ulimit -n {FILES_MAX} && exec "$0" "$@""#);
    let shell = shell.args(["-c", &limited]).arg(program("chat-server"));
    let mut daemon = Daemon::spawn(shell).await;
    let mut ana = Native::join(daemon.address, "ana").await;
    let mut eva = Classic::join(daemon.address, "eva").await;

    let mut silent = Vec::new();
    for _ in 0..FILES_MAX {
        silent.push(TcpStream::connect(daemon.address).await.unwrap());
    }
    daemon.until_logged("cannot accept connections").await;
    ana.tell_all(1, "can you hear me").await;
    eva.until_messages(1).await;
    eva.say("yes").await;
    assert_eq!(ana.hear().await.1, "yes");

    silent.truncate(FILES_MAX / 4);
    let mut bob = Native::join(daemon.address, "bob").await;
    bob.tell_all(1, "there was a place").await;
    assert_eq!(ana.hear().await.1, "there was a place");
    daemon.until_logged("connections are accepted again").await;
}
