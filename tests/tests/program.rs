//! The daemon as a program: what it prints, how it ends, and what its exit code says.

#![allow(clippy::unwrap_used, reason = "a test ends where it fails")]

use e2e::binary::{Daemon, program};
use e2e::classic::Classic;
use e2e::native::Native;
use e2e::within;
use tokio::net::TcpListener;
use tokio::process::Command;

/// How the daemon ends with these arguments, and what it says on standard error.
async fn ends(args: &[&str]) -> (Option<i32>, String) {
    let output = Command::new(program("chat-server")).args(args).kill_on_drop(true).output();
    let output = within(format!("the end of chat-server {args:?}"), output).await.unwrap();
    (output.status.code(), String::from_utf8(output.stderr).unwrap())
}

#[tokio::test(flavor = "multi_thread")]
async fn it_says_where_it_listens_and_how_to_join() {
    let daemon = Daemon::start(&[]).await;
    let address = daemon.address;
    assert_ne!(address.port(), 0);
    let [listens, join] = &daemon.announced;
    let version = env!("CARGO_PKG_VERSION");
    assert_eq!(*listens, format!("chat-server {version} listens on {address}"));
    assert!(join.starts_with("join with: "), "{join}");
    assert!(join.ends_with(&format!("chat-tui --name YOU --server {address}")), "{join}");
    Native::join(address, "ana").await;
}

#[tokio::test(flavor = "multi_thread")]
async fn a_signal_ends_it_with_a_goodbye_to_all() {
    for signal in ["TERM", "INT"] {
        let mut daemon = Daemon::start(&[]).await;
        let mut ana = Native::join(daemon.address, "ana").await;
        let mut eva = Classic::join(daemon.address, "eva").await;
        daemon.signal(signal);
        assert_eq!(ana.until("goodbye").await["code"], "shutdown");
        assert_eq!(ana.next().await, None);
        eva.until("the end", |seen| seen.ended).await;
        let last = eva.seen().messages.last().cloned().unwrap();
        assert_eq!((&*last.id, &*last.name), ("0", "chat-server"), "{last:?}");
        drop((ana, eva));
        assert_eq!(daemon.exit_code().await, Some(0), "{signal}");
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn a_second_signal_ends_it_at_once() {
    // Nobody is given up before the signals, however long the machine takes.
    let mut daemon = Daemon::start(&["--write-timeout", "10m"]).await;
    let mut ana = Native::join(daemon.address, "ana").await;
    let _stuck = Native::connect_narrow(daemon.address).await.hello("stuck").await;
    let text = "x".repeat(16_000);
    // More than the sockets hold, so that what is left holds up the daemon's end.
    for n in 1..=600 {
        ana.tell_all(n, &text).await;
    }
    daemon.signal("TERM");
    assert_eq!(ana.until("goodbye").await["code"], "shutdown");
    daemon.signal("TERM");
    assert_eq!(daemon.exit_code().await, Some(1), "0 where it took its time");
}

#[tokio::test(flavor = "multi_thread")]
async fn wrong_usage_is_told_apart() {
    for args in
        [&["--nonsense"][..], &["--listen", "here:there"], &["--write-timeout", "soon"], &["x"]]
    {
        let (code, told) = ends(args).await;
        assert_eq!(code, Some(2), "{args:?}: {told}");
        assert!(told.contains(args[args.len() - 1]), "{args:?}: {told}");
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn a_port_in_use_is_told_with_what_to_do() {
    let other = TcpListener::bind("127.0.0.1:0").await.unwrap();
    let address = other.local_addr().unwrap().to_string();
    let (code, told) = ends(&["--listen", &address]).await;
    assert_eq!(code, Some(1), "{told}");
    assert!(told.contains(&format!("cannot listen on {address}")), "{told}");
    assert!(told.contains("use --listen with another port"), "{told}");
}

#[tokio::test(flavor = "multi_thread")]
async fn who_is_killed_is_gone_for_the_others() {
    let daemon = Daemon::start(&[]).await;
    let mut ana = Native::join(daemon.address, "ana").await;
    let mut eva = Classic::join(daemon.address, "eva").await;
    let reset = Native::join(daemon.address, "reset").await;
    let closed = Classic::join(daemon.address, "closed").await;
    eva.until("all four", |seen| seen.lists_only(&["ana", "eva", "reset", "closed"])).await;
    reset.reset();
    assert_eq!(ana.until("left").await["user"]["name"], "reset");
    drop(closed);
    assert_eq!(ana.until("left").await["user"]["name"], "closed");
    eva.until("a list of two", |seen| seen.lists_only(&["ana", "eva"])).await;
}
